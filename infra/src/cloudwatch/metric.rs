//! What AWS services count.

use serde::Serialize;

use crate::apigateway::ApiStage;
use crate::dynamodb::Table;
use crate::lambda::Function;
use crate::reference::Ref;
use crate::sqs::Queue;
use crate::stepfunctions::{StateMachine, Workflow};
use crate::value::Value;

/// A metric: one series of numbers in CloudWatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Metric {
    /// The service, such as `AWS/SQS`, or a program's own name.
    pub namespace: String,
    /// What is counted, 1 to 255 characters.
    pub metric_name: String,
    /// Of what it is counted, up to 30.
    pub dimensions: Vec<Dimension>,
}

/// What tells a series from others of the same name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dimension {
    /// Such as `QueueName`.
    pub name: &'static str,
    /// Such as the queue's name.
    pub value: Value,
}

impl Metric {
    /// The messages that a queue has ready for receivers, each minute.
    ///
    /// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html>
    #[must_use]
    pub fn visible_messages<Q: Queue>(queue: Ref<Q>) -> Self {
        let name = Dimension { name: "QueueName", value: queue.attribute("QueueName").into() };
        Self::of("AWS/SQS", "ApproximateNumberOfMessagesVisible", name)
    }

    /// How old the oldest message of a queue is that nobody has deleted, in seconds.
    #[must_use]
    pub fn age_of_oldest_message<Q: Queue>(queue: Ref<Q>) -> Self {
        let name = Dimension { name: "QueueName", value: queue.attribute("QueueName").into() };
        Self::of("AWS/SQS", "ApproximateAgeOfOldestMessage", name)
    }

    /// The reads of a table that were refused for lack of capacity.
    ///
    /// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html>
    #[must_use]
    pub fn read_throttles(table: Ref<Table>) -> Self {
        Self::of("AWS/DynamoDB", "ReadThrottleEvents", Dimension { name: "TableName", value: table.into() })
    }

    /// The writes to a table that were refused for lack of capacity.
    #[must_use]
    pub fn write_throttles(table: Ref<Table>) -> Self {
        Self::of("AWS/DynamoDB", "WriteThrottleEvents", Dimension { name: "TableName", value: table.into() })
    }

    /// The invocations of a function, those that failed included.
    #[must_use]
    pub fn invocations(function: Ref<Function>) -> Self {
        Self::of("AWS/Lambda", "Invocations", Dimension { name: "FunctionName", value: function.into() })
    }

    /// How long the invocations of a function took, in milliseconds.
    #[must_use]
    pub fn duration(function: Ref<Function>) -> Self {
        Self::of("AWS/Lambda", "Duration", Dimension { name: "FunctionName", value: function.into() })
    }

    /// The invocations of a function that failed.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>
    #[must_use]
    pub fn errors(function: Ref<Function>) -> Self {
        Self::of("AWS/Lambda", "Errors", Dimension { name: "FunctionName", value: function.into() })
    }

    /// The invocations of a function that were refused for lack of concurrency.
    #[must_use]
    pub fn throttles(function: Ref<Function>) -> Self {
        Self::of("AWS/Lambda", "Throttles", Dimension { name: "FunctionName", value: function.into() })
    }

    /// The same of what invokes a function by its alias `name` alone.
    ///
    /// It names the alias and does not refer to it: an alarm that stops the
    /// [deployment](crate::codedeploy::DeploymentGroup) of an alias exists before the alias does.
    ///
    /// ```
    /// use infra::Ref;
    /// use infra::cloudwatch::Metric;
    /// use infra::lambda::Function;
    ///
    /// fn errors(count: Ref<Function>) -> Metric {
    ///     Metric::errors(count).by_alias("live")
    /// }
    /// ```
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>
    #[must_use]
    pub fn by_alias(mut self, name: &str) -> Self {
        let function = self.dimensions.iter().find(|dimension| dimension.name == "FunctionName");
        let resource = function.map(|function| function.value.surrounded("", &format!(":{name}")));
        self.dimensions.extend(resource.map(|value| Dimension { name: "Resource", value }));
        self
    }

    /// The executions of a state machine that failed.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html>
    #[must_use]
    pub fn failed_executions<K: Workflow>(machine: Ref<StateMachine<K>>) -> Self {
        Self::of("AWS/States", "ExecutionsFailed", Dimension { name: "StateMachineArn", value: machine.into() })
    }

    /// The executions of a state machine that took longer than its timeout.
    #[must_use]
    pub fn timed_out_executions<K: Workflow>(machine: Ref<StateMachine<K>>) -> Self {
        Self::of("AWS/States", "ExecutionsTimedOut", Dimension { name: "StateMachineArn", value: machine.into() })
    }

    /// The requests of an API's stage that the service failed to answer; their average is the part of all requests.
    ///
    /// `api_name` is the name of the API, by which CloudWatch knows it.
    ///
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html>
    #[must_use]
    pub fn server_errors(api_name: Value, stage: Ref<ApiStage>) -> Self {
        Self::of_api("5XXError", api_name, stage)
    }

    /// The requests of an API's stage that were refused as wrong.
    #[must_use]
    pub fn client_errors(api_name: Value, stage: Ref<ApiStage>) -> Self {
        Self::of_api("4XXError", api_name, stage)
    }

    /// The requests of an API's stage.
    #[must_use]
    pub fn requests(api_name: Value, stage: Ref<ApiStage>) -> Self {
        Self::of_api("Count", api_name, stage)
    }

    /// How long an API's stage took to answer, in milliseconds.
    #[must_use]
    pub fn latency(api_name: Value, stage: Ref<ApiStage>) -> Self {
        Self::of_api("Latency", api_name, stage)
    }

    fn of_api(metric_name: &str, api_name: Value, stage: Ref<ApiStage>) -> Self {
        let api = Dimension { name: "ApiName", value: api_name };
        let stage = Dimension { name: "Stage", value: stage.into() };
        Self {
            namespace: "AWS/ApiGateway".to_owned(),
            metric_name: metric_name.to_owned(),
            dimensions: vec![api, stage],
        }
    }

    fn of(namespace: &str, metric_name: &str, dimension: Dimension) -> Self {
        Self { namespace: namespace.to_owned(), metric_name: metric_name.to_owned(), dimensions: vec![dimension] }
    }
}

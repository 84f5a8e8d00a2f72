//! Alarms: a metric past a threshold.

use serde::Serialize;

use super::Metric;
use crate::apigateway::ApiStage;
use crate::check::Check;
use crate::lambda::Function;
use crate::reference::{HasArn, Ref, Resource};
use crate::sqs::Queue;
use crate::stepfunctions::{StateMachine, Workflow};
use crate::units::{Integer, Seconds};
use crate::value::Value;

/// An alarm: it goes off when a metric passes a threshold.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alarm {
    /// 1 to 255 characters, unique in the account and region. Changing it replaces the alarm.
    pub alarm_name: Option<Value>,
    /// Up to 1,024 characters: what it means and what to do.
    pub alarm_description: Option<String>,
    /// What is watched.
    #[serde(flatten)]
    pub metric: Metric,
    /// What is made of the numbers of one period.
    pub statistic: Statistic,
    /// 10, 20, 30 or a multiple of 60 s.
    pub period: Seconds<10, 86_400>,
    /// How many of the latest periods are looked at, at least 1; together at most a day, or a week with periods of an
    /// hour or more.
    pub evaluation_periods: Integer<1>,
    /// How many of those must be past the threshold; without it all.
    pub datapoints_to_alarm: Option<Integer<1>>,
    /// Which side of the threshold is bad.
    pub comparison_operator: ComparisonOperator,
    /// The threshold, in the metric's unit.
    pub threshold: f64,
    /// What a period without numbers means. CloudWatch's default is [`TreatMissingData::Missing`].
    pub treat_missing_data: Option<TreatMissingData>,
    /// The ARNs of up to 5 actions when it goes off, such as topics of SNS.
    pub alarm_actions: Vec<Value>,
    /// The ARNs of up to 5 actions when all is well again.
    #[serde(rename = "OKActions")]
    pub ok_actions: Vec<Value>,
}

/// What is made of the numbers of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "CloudWatch's own names, which say it")]
pub enum Statistic {
    Average,
    Maximum,
    Minimum,
    SampleCount,
    Sum,
}

/// Which side of a threshold is bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "CloudWatch's own names, which say it")]
pub enum ComparisonOperator {
    GreaterThanOrEqualToThreshold,
    GreaterThanThreshold,
    LessThanOrEqualToThreshold,
    LessThanThreshold,
}

/// What a period without numbers means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum TreatMissingData {
    /// Past the threshold.
    Breaching,
    /// Not past it.
    NotBreaching,
    /// As before.
    Ignore,
    /// Nothing is known.
    Missing,
}

impl Alarm {
    /// Goes off when any message is in a dead-letter queue.
    #[must_use]
    pub fn messages_in<Q: Queue>(queue: Ref<Q>) -> Self {
        Self {
            alarm_description: Some("messages failed too often: look at them, then redrive or delete them".to_owned()),
            ..Self::any(Metric::visible_messages(queue), Statistic::Maximum)
        }
    }

    /// Goes off when the oldest message of a queue, which `metric` tells, is older than `age` in 3 minutes on end: nobody takes
    /// messages from it, or too few do.
    #[must_use]
    pub fn older_than(age: Seconds, metric: Metric) -> Self {
        let description = "messages wait too long: see whether what consumes the queue runs, and whether it is enough";
        Self {
            alarm_description: Some(description.to_owned()),
            evaluation_periods: Integer::of::<3>(),
            threshold: f64::from(age.get()),
            ..Self::any(metric, Statistic::Maximum)
        }
    }

    /// Goes off when an invocation of a function fails.
    #[must_use]
    pub fn errors_of(function: Ref<Function>) -> Self {
        Self {
            alarm_description: Some("invocations failed: look at the function's log".to_owned()),
            ..Self::any(Metric::errors(function), Statistic::Sum)
        }
    }

    /// Goes off when invocations of a function are refused for lack of concurrency in 5 minutes on end: some are tried
    /// again by themselves, and a function that is still refused then does not get on.
    ///
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html#Lambda>
    #[must_use]
    pub fn throttles_of(function: Ref<Function>) -> Self {
        let description = "invocations are refused: raise the account's quota of concurrency, or reserve some for it";
        Self {
            alarm_description: Some(description.to_owned()),
            evaluation_periods: Integer::of::<5>(),
            ..Self::any(Metric::throttles(function), Statistic::Sum)
        }
    }

    /// Goes off when an execution of a state machine fails.
    #[must_use]
    pub fn failures_of<K: Workflow>(machine: Ref<StateMachine<K>>) -> Self {
        Self {
            alarm_description: Some("executions failed: look at where, then redrive them".to_owned()),
            ..Self::any(Metric::failed_executions(machine), Statistic::Sum)
        }
    }

    /// Goes off when executions of a state machine take longer than its timeout.
    #[must_use]
    pub fn timeouts_of<K: Workflow>(machine: Ref<StateMachine<K>>) -> Self {
        Self {
            alarm_description: Some("executions took too long: look at which state they waited in".to_owned()),
            ..Self::any(Metric::timed_out_executions(machine), Statistic::Sum)
        }
    }

    /// Goes off when an API's stage fails to answer more than 5 % of the requests in 3 minutes on end.
    ///
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html#ApiGateway>
    #[must_use]
    pub fn server_errors_of(api_name: Value, stage: Ref<ApiStage>) -> Self {
        Self {
            alarm_description: Some("the API fails to answer: look at its access log and its functions".to_owned()),
            evaluation_periods: Integer::of::<3>(),
            threshold: 0.05,
            ..Self::any(Metric::server_errors(api_name, stage), Statistic::Average)
        }
    }

    /// Goes off when a count is above 0 in one minute; no count is as good as 0.
    fn any(metric: Metric, statistic: Statistic) -> Self {
        Self {
            alarm_name: None,
            alarm_description: None,
            metric,
            statistic,
            period: Seconds::of::<60>(),
            evaluation_periods: Integer::of::<1>(),
            datapoints_to_alarm: None,
            comparison_operator: ComparisonOperator::GreaterThanThreshold,
            threshold: 0.0,
            treat_missing_data: Some(TreatMissingData::NotBreaching),
            alarm_actions: Vec::new(),
            ok_actions: Vec::new(),
        }
    }
}

impl Resource for Alarm {
    const TYPE: &'static str = "AWS::CloudWatch::Alarm";

    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    fn check(&self, check: &mut Check<'_>) {
        let period = self.period.get();
        if !(matches!(period, 10 | 20 | 30) || period.is_multiple_of(60)) {
            check.error("alarm-period", format!("a period of {} is not 10, 20, 30 or a multiple of 60 s", self.period));
        }
        let most: Seconds = if period >= 3_600 { Seconds::days::<7>() } else { Seconds::days::<1>() };
        if i64::from(period).saturating_mul(self.evaluation_periods.get()) > i64::from(most.get()) {
            let periods = self.evaluation_periods;
            check.error("alarm-window", format!("{periods} periods of {} are more than {most}", self.period));
        }
        if let Some(datapoints) = self.datapoints_to_alarm
            && datapoints > self.evaluation_periods
        {
            let periods = self.evaluation_periods;
            check.error("alarm-datapoints", format!("{datapoints} of {periods} periods cannot be past the threshold"));
        }
    }
}

impl HasArn for Alarm {}

//! The records.

use super::{Drawn, Facts, Holds};
use crate::graph::{Kind, ways};

/// A record of a type that holds nothing and is never drawn; `service` is what the actions on it start with.
const fn plain(resource_type: &'static str, service: &'static str) -> Facts {
    Facts {
        resource_type,
        holds: Holds::Nothing,
        attributes: &[],
        reference: None,
        drawn: Drawn::Never,
        ways: ways::none,
        service,
        stands_for: None,
    }
}

impl Facts {
    const fn holding(self, holds: Holds) -> Self {
        Self { holds, ..self }
    }

    const fn yielding(self, attributes: &'static [(&'static str, &'static str)]) -> Self {
        Self { attributes, ..self }
    }

    const fn referred_to_as(self, name: &'static str, form: &'static str) -> Self {
        Self { reference: Some((name, form)), ..self }
    }

    const fn drawn_as(self, kind: Kind, what: &'static str) -> Self {
        Self { drawn: Drawn::Part(kind, what), ..self }
    }

    const fn drawn_when_used(self) -> Self {
        Self { drawn: Drawn::WhenUsed, ..self }
    }

    const fn standing_for(self, property: &'static str) -> Self {
        Self { stands_for: Some(property), ..self }
    }

    const fn leading(self, ways: ways::Ways) -> Self {
        Self { ways, ..self }
    }
}

/// Every record, by service.
#[expect(clippy::too_many_lines, reason = "a table")]
#[rustfmt::skip]
pub(super) fn all() -> Vec<Facts> {
    vec![
        plain("AWS::ApiGateway::Account", "apigateway"),
        // Those who call have its value.
        plain("AWS::ApiGateway::ApiKey", "apigateway").holding(Holds::Uncounted("API key")),
        plain("AWS::ApiGateway::Authorizer", "apigateway").yielding(&[("AuthorizerId", "{id}")]),
        plain("AWS::ApiGateway::Deployment", "apigateway"),
        plain("AWS::ApiGateway::GatewayResponse", "apigateway"),
        plain("AWS::ApiGateway::Method", "apigateway").leading(ways::route),
        plain("AWS::ApiGateway::Model", "apigateway"),
        plain("AWS::ApiGateway::RequestValidator", "apigateway"),
        plain("AWS::ApiGateway::Resource", "apigateway"),
        plain("AWS::ApiGateway::RestApi", "execute-api")
            .yielding(&[("RestApiId", "{id}")])
            .drawn_as(Kind::Api, "REST API"),
        plain("AWS::ApiGateway::Stage", "apigateway"),
        plain("AWS::ApiGateway::UsagePlan", "apigateway"),
        plain("AWS::ApiGateway::UsagePlanKey", "apigateway"),

        plain("AWS::ApiGatewayV2::Api", "execute-api")
            .yielding(&[("ApiId", "{id}")])
            .drawn_as(Kind::Api, "API")
            .leading(ways::api),
        plain("AWS::ApiGatewayV2::Authorizer", "apigateway").yielding(&[("AuthorizerId", "{id}")]),
        plain("AWS::ApiGatewayV2::Integration", "apigateway").yielding(&[("IntegrationId", "{id}")]),
        plain("AWS::ApiGatewayV2::Route", "apigateway").yielding(&[("RouteId", "{id}")]).leading(ways::route_of_api),
        plain("AWS::ApiGatewayV2::Stage", "apigateway"),

        plain("AWS::CloudWatch::Alarm", "cloudwatch")
            .yielding(&[("Arn", "arn:{partition}:cloudwatch:{region}:{account}:alarm:{id}")]),

        plain("AWS::CloudWatch::Dashboard", "cloudwatch"),

        plain("AWS::CodeDeploy::Application", "codedeploy"),
        plain("AWS::CodeDeploy::DeploymentGroup", "codedeploy"),

        plain("AWS::DynamoDB::GlobalTable", "dynamodb")
            .holding(Holds::Counted("item"))
            .yielding(&[("Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{id}")])
            .drawn_as(Kind::Table, "DynamoDB table"),
        plain("AWS::DynamoDB::Table", "dynamodb")
            .holding(Holds::Counted("item"))
            .yielding(&[("Arn", "arn:{partition}:dynamodb:{region}:{account}:table/{id}")])
            .drawn_as(Kind::Table, "DynamoDB table"),

        plain("AWS::ECR::Repository", "ecr")
            .holding(Holds::Uncounted("images"))
            .yielding(&[("Arn", "arn:{partition}:ecr:{region}:{account}:repository/{id}")])
            .drawn_when_used(),

        plain("AWS::EKS::PodIdentityAssociation", "eks")
            .drawn_as(Kind::Worker, "worker")
            .leading(ways::worker),

        plain("AWS::Events::EventBus", "events")
            .yielding(&[("Arn", "arn:{partition}:events:{region}:{account}:event-bus/{id}"), ("Name", "{id}")])
            .drawn_as(Kind::Bus, "event bus")
            .leading(ways::bus),
        plain("AWS::Events::EventBusPolicy", "events").leading(ways::bus_policy),
        plain("AWS::Events::Rule", "events")
            .yielding(&[("Arn", "arn:{partition}:events:{region}:{account}:rule/{id}")])
            .drawn_as(Kind::Rule, "EventBridge rule")
            .leading(ways::rule),

        plain("AWS::IAM::Group", "iam").yielding(&[("Arn", "arn:{partition}:iam::{account}:group{path}{id}")]),
        plain("AWS::IAM::InstanceProfile", "iam")
            .yielding(&[("Arn", "arn:{partition}:iam::{account}:instance-profile{path}{id}")]),
        plain("AWS::IAM::ManagedPolicy", "iam")
            .yielding(&[("PolicyArn", "{id}")])
            .referred_to_as("ManagedPolicyName", "arn:{partition}:iam::{account}:policy{path}{name}"),
        plain("AWS::IAM::OIDCProvider", "iam")
            .yielding(&[("Arn", "{id}")])
            .referred_to_as("Url", "arn:{partition}:iam::{account}:oidc-provider/{name}"),
        plain("AWS::IAM::Policy", "iam"),
        plain("AWS::IAM::Role", "iam").yielding(&[("Arn", "arn:{partition}:iam::{account}:role{path}{id}")]),
        plain("AWS::IAM::SAMLProvider", "iam")
            .yielding(&[("Arn", "{id}")])
            .referred_to_as("Name", "arn:{partition}:iam::{account}:saml-provider/{name}"),
        plain("AWS::IAM::User", "iam").yielding(&[("Arn", "arn:{partition}:iam::{account}:user{path}{id}")]),

        plain("AWS::KMS::Alias", "kms"),
        plain("AWS::KMS::Key", "kms")
            .holding(Holds::Uncounted("key material"))
            .yielding(&[("Arn", "arn:{partition}:kms:{region}:{account}:key/{id}"), ("KeyId", "{id}")]),

        plain("AWS::Kinesis::Stream", "kinesis")
            .holding(Holds::Uncounted("records"))
            .yielding(&[("Arn", "arn:{partition}:kinesis:{region}:{account}:stream/{id}")])
            .drawn_when_used(),
        plain("AWS::Kinesis::StreamConsumer", "kinesis").yielding(&[("ConsumerARN", "{id}")]),
        plain("AWS::KinesisFirehose::DeliveryStream", "firehose")
            .yielding(&[("Arn", "arn:{partition}:firehose:{region}:{account}:deliverystream/{id}")])
            .drawn_when_used(),

        plain("AWS::Lambda::Alias", "lambda").yielding(&[("AliasArn", "{id}")]).standing_for("FunctionName"),
        plain("AWS::Lambda::EventInvokeConfig", "lambda").leading(ways::invocations),
        plain("AWS::Lambda::EventSourceMapping", "lambda").leading(ways::mapping),
        plain("AWS::Lambda::Function", "lambda")
            .yielding(&[("Arn", "arn:{partition}:lambda:{region}:{account}:function:{id}")])
            .drawn_as(Kind::Function, "Lambda function")
            .leading(ways::function),
        plain("AWS::Lambda::Permission", "lambda"),
        plain("AWS::Lambda::Url", "lambda")
            .yielding(&[("FunctionArn", "{id}")])
            .drawn_as(Kind::Api, "function URL")
            .leading(ways::url),
        plain("AWS::Lambda::Version", "lambda")
            .yielding(&[("FunctionArn", "{id}"), ("Version", "{name}")])
            .standing_for("FunctionName"),

        plain("AWS::Logs::LogGroup", "logs")
            .holding(Holds::Logs("log event"))
            .yielding(&[("Arn", "arn:{partition}:logs:{region}:{account}:log-group:{id}:*")]),

        plain("AWS::Pipes::Pipe", "pipes")
            .yielding(&[("Arn", "arn:{partition}:pipes:{region}:{account}:pipe/{id}")])
            .drawn_as(Kind::Rule, "pipe")
            .leading(ways::pipe),

        plain("AWS::S3::Bucket", "s3")
            .holding(Holds::Counted("object"))
            .yielding(&[("Arn", "arn:{partition}:s3:::{id}")])
            .drawn_as(Kind::Bucket, "S3 bucket")
            .leading(ways::notifications),
        plain("AWS::S3::BucketPolicy", "s3").leading(ways::bucket_policy),

        plain("AWS::SNS::Subscription", "sns").leading(ways::subscription),
        plain("AWS::SNS::Topic", "sns")
            .yielding(&[("TopicArn", "{id}"), ("TopicName", "{name}")])
            .referred_to_as("TopicName", "arn:{partition}:sns:{region}:{account}:{name}")
            .drawn_as(Kind::Topic, "SNS topic"),
        plain("AWS::SNS::TopicPolicy", "sns").leading(ways::topic_policy),

        plain("AWS::SQS::Queue", "sqs")
            .holding(Holds::Counted("message"))
            .yielding(&[
                ("Arn", "arn:{partition}:sqs:{region}:{account}:{name}"),
                ("QueueName", "{name}"),
                ("QueueUrl", "{id}"),
            ])
            .drawn_as(Kind::Queue, "SQS queue")
            .leading(ways::queue),
        plain("AWS::SQS::QueuePolicy", "sqs").leading(ways::queue_policy),

        plain("AWS::Scheduler::Schedule", "scheduler")
            .drawn_as(Kind::Rule, "schedule")
            .leading(ways::schedule),
        // Functions make schedules in it, which go with it.
        plain("AWS::Scheduler::ScheduleGroup", "scheduler")
            .holding(Holds::Uncounted("schedules"))
            .yielding(&[("Arn", "arn:{partition}:scheduler:{region}:{account}:schedule-group/{id}")])
            .drawn_when_used(),

        // Its value is the template's.
        plain("AWS::SSM::Parameter", "ssm")
            .yielding(&[("Arn", "arn:{partition}:ssm:{region}:{account}:parameter/{id}")])
            .drawn_when_used(),

        plain("AWS::SecretsManager::ResourcePolicy", "secretsmanager"),
        plain("AWS::SecretsManager::RotationSchedule", "secretsmanager").leading(ways::rotation),
        plain("AWS::SecretsManager::Secret", "secretsmanager")
            .holding(Holds::Uncounted("secret value"))
            .yielding(&[("Id", "{id}")])
            .drawn_when_used(),

        plain("AWS::StepFunctions::StateMachine", "states")
            .yielding(&[("Arn", "{id}"), ("Name", "{name}")])
            .referred_to_as("StateMachineName", "arn:{partition}:states:{region}:{account}:stateMachine:{name}")
            .drawn_as(Kind::Other, "state machine")
            .leading(ways::machine),
    ]
}

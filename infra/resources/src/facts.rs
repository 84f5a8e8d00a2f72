//! What is so of types beyond their schemas.

/// How CloudFormation gives the ARN of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arn {
    /// It is this attribute.
    Attribute(&'static str),
    /// It is this text for `Fn::Sub`, in which `{}` stands for the logical id.
    Text(&'static str),
}

/// The ARNs of types that have no attribute for it, from the pages about the types and from the service authorization reference.
const ARNS: [(&str, Arn); 2] = [
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_ses.html
    ("AWS::SES::EmailIdentity", Arn::Text("arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${{}}")),
    // https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html
    ("AWS::SecretsManager::Secret", Arn::Attribute("Id")),
];

/// The bindings that reach resources of a type, as they are called in the crate `bindings`.
const BINDINGS: [(&str, &str, &str); 14] = [
    ("AWS::Cognito::UserPool", "cognito", "UserPool"),
    ("AWS::DynamoDB::GlobalTable", "dynamodb", "Table"),
    ("AWS::DynamoDB::Table", "dynamodb", "Table"),
    ("AWS::Events::EventBus", "eventbridge", "EventBus"),
    ("AWS::IAM::Role", "sts", "Role"),
    ("AWS::KMS::Key", "kms", "Key"),
    ("AWS::Kinesis::Stream", "kinesis", "Stream"),
    ("AWS::KinesisFirehose::DeliveryStream", "firehose", "DeliveryStream"),
    ("AWS::Lambda::Function", "lambda", "Function"),
    ("AWS::SES::EmailIdentity", "ses", "EmailIdentity"),
    ("AWS::SSM::Parameter", "ssm", "Parameter"),
    ("AWS::Scheduler::ScheduleGroup", "scheduler", "ScheduleGroup"),
    ("AWS::SecretsManager::Secret", "secretsmanager", "Secret"),
    ("AWS::StepFunctions::StateMachine", "sfn", "StateMachine"),
];

/// The ARN of a type that has no attribute for it.
pub(crate) fn arn(resource_type: &str) -> Option<Arn> {
    ARNS.iter().find(|(name, _)| *name == resource_type).map(|(_, arn)| *arn)
}

/// The module and the name of the binding to resources of the type.
pub(crate) fn binding(resource_type: &str) -> Option<(&'static str, &'static str)> {
    BINDINGS.iter().find(|(name, ..)| *name == resource_type).map(|(_, module, name)| (*module, *name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;

    #[test]
    fn what_is_bound_has_an_arn() {
        for (resource_type, ..) in BINDINGS {
            let model = model::build(resource_type, schemas::of(resource_type).unwrap(), "Bound");
            assert!(model.arn.is_some(), "{resource_type}");
        }
        for (resource_type, _) in ARNS {
            assert!(schemas::of(resource_type).unwrap().attributes().all(|it| it != "Arn"), "{resource_type}");
        }
    }
}

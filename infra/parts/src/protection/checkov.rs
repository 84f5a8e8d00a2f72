//! What [checkov](https://www.checkov.io) asks for, and why it is not there.

use infra::lambda::{EventInvokeConfig, Function, Invocable, Permission};
use infra::stack::{Declared, SkippedCheck};
use infra::{Ref, Stack, Value};

/// A check that resources of a type do not pass for the same reason.
struct Choice {
    resource_type: &'static str,
    check: &'static str,
    /// What the check asks for: with it set, there is nothing to explain.
    property: &'static str,
    reason: &'static str,
}

const fn choice(
    resource_type: &'static str,
    check: &'static str,
    property: &'static str,
    reason: &'static str,
) -> Choice {
    Choice { resource_type, check, property, reason }
}

/// A key of KMS costs by the month and by the request, and every role needs rights on it. Who must hold the key sets the
/// property. What AWS encrypts without one:
/// <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html>,
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html>,
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/security-encryption-at-rest.html>.
const CHOICES: [Choice; 10] = [
    choice("AWS::SQS::Queue", "CKV_AWS_27", "KmsMasterKeyId", "SQS encrypts messages with a key of its own"),
    choice("AWS::DynamoDB::Table", "CKV_AWS_119", "SSESpecification", "DynamoDB encrypts tables with a key of its own"),
    choice("AWS::Logs::LogGroup", "CKV_AWS_158", "KmsKeyId", "CloudWatch encrypts logs with a key of its own"),
    choice(
        "AWS::SNS::Topic",
        "CKV_AWS_26",
        "KmsMasterKeyId",
        "alarms, buckets and rules cannot publish to a topic with SNS's own key; it keeps messages until they are delivered",
    ),
    choice(
        "AWS::Lambda::Function",
        "CKV_AWS_173",
        "KmsKeyArn",
        "Lambda encrypts variables with a key of its own, and these name resources and hold no secret",
    ),
    choice(
        "AWS::Lambda::Function",
        "CKV_AWS_115",
        "ReservedConcurrentExecutions",
        "concurrency reserved for one function is taken from all others; an alarm tells when it runs out",
    ),
    choice("AWS::Lambda::Function", "CKV_AWS_117", "VpcConfig", "it calls services that IAM guards, none in a VPC"),
    choice(
        "AWS::ApiGateway::Stage",
        "CKV_AWS_120",
        "CacheClusterEnabled",
        "a cache costs by the hour, and what it answers may be out of date",
    ),
    choice("AWS::ApiGateway::Stage", "CKV_AWS_73", "TracingEnabled", "a trace would end here, as functions send none"),
    choice(
        "AWS::ApiGateway::Method",
        "CKV_AWS_59",
        "ApiKeyRequired",
        "the API is open: the stack says so of each method",
    ),
];

pub(super) fn explain(stack: &mut Stack) {
    let dead_letters: Vec<_> = stack
        .resources_of::<Function>()
        .filter_map(|(function, it)| Some((function.id(), without_dead_letter_queue(stack, function, it)?)))
        .collect();
    for declared in stack.resources_mut() {
        let chosen = CHOICES.iter().filter(|it| it.is_of(declared));
        let mut skipped: Vec<_> = chosen.map(|it| SkippedCheck { id: it.check, reason: it.reason }).collect();
        let dead_letters = dead_letters.iter().filter(|(function, _)| *function == declared.id);
        skipped.extend(dead_letters.map(|(_, reason)| SkippedCheck { id: "CKV_AWS_116", reason }));
        let own = &mut declared.attributes.skipped_checks;
        skipped.retain(|it| own.iter().all(|own| own.id != it.id));
        own.extend(skipped);
    }
}

impl Choice {
    fn is_of(&self, declared: &Declared) -> bool {
        if declared.resource_type() != self.resource_type {
            return false;
        }
        let properties = declared.properties();
        let is = |property: &str, value: &str| properties.get(property).is_some_and(|it| it == value);
        let is_method = self.resource_type == "AWS::ApiGateway::Method";
        let is_closed_method = is_method && (!is("AuthorizationType", "NONE") || is("HttpMethod", "OPTIONS"));
        !(properties.contains_key(self.property) || is_closed_method)
    }
}

/// Why a function needs no dead-letter queue, if it needs none.
///
/// Lambda's own is for [asynchronous invocations](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async.html),
/// which S3, SNS and EventBridge make. Each of its aliases has an invoke config of its own.
fn without_dead_letter_queue(stack: &Stack, id: Ref<Function>, function: &Function) -> Option<&'static str> {
    if function.dead_letter_target.is_some() {
        return None;
    }
    let is_own = |invocable: &Invocable| invocable.function_in(stack) == Some(id);
    let configs = stack.resources_of::<EventInvokeConfig>().filter(|(_, config)| config.on_failure.is_some());
    let caught: Vec<_> = configs.map(|(_, config)| config.function).filter(is_own).collect();
    let waits = |principal: &Value| principal.literal().is_some_and(|it| it == "apigateway.amazonaws.com");
    let permissions = stack.resources_of::<Permission>().filter(|(_, permission)| !waits(&permission.principal));
    let mut invoked = permissions.map(|(_, permission)| permission.function_name).filter(is_own);
    invoked.all(|invocable| caught.contains(&invocable)).then_some(if caught.is_empty() {
        "whoever invokes it waits for the answer and keeps the event until then"
    } else {
        "failed events go to the destination of its invoke config"
    })
}

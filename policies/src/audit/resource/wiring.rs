//! Services that are let in to do what they never do.

use super::principals::{allows, services, short};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rights::acts;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

/// The one action that a service needs on a resource to which it sends, by the prefix of the resource's actions.
const WIRES: &[(&[&str], &str, &str)] = &[
    (&["sns", "s3", "events"], "sqs", "sqs:SendMessage"),
    (
        &["s3", "events", "cloudwatch", "budgets", "costalerts", "codestar-notifications", "ses", "backup"],
        "sns",
        "sns:Publish",
    ),
    (
        &[
            "sns",
            "s3",
            "events",
            "apigateway",
            "cloudwatch",
            "elasticloadbalancing",
            "cognito-idp",
            "iot",
            "logs",
            "ses",
        ],
        "lambda",
        "lambda:InvokeFunction",
    ),
];

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP42", High,
        "a service without the action by which it sends",
        "allow the service the action by which it sends: `sqs:SendMessage`, `sns:Publish` or `lambda:InvokeFunction`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:ReceiveMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        lacking
    ),
    row!(
        "RP43", Medium,
        "a service that only sends, allowed more than that",
        "allow the service only the action by which it sends",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": ["sqs:SendMessage", "sqs:PurgeQueue"], "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": ["sqs:SendMessage"], "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        exceeding
    ),
    row!(
        "RP80", High,
        "a condition on what EventBridge publishes to a topic, which it cannot meet",
        "remove the conditions: EventBridge delivers nothing to a topic whose statement has one; who may make rules is decided by `events:PutRule`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:123456789012:rule/orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders"}"#,
        conditioned_topic
    ),
];

/// Whether the statement lets EventBridge publish to a topic, and nothing else. EventBridge takes no condition there.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions>
pub(super) fn is_topic_of_eventbridge(at: &At<'_>) -> bool {
    wire(at).is_some_and(|(service, action)| short(service) == "events" && action == "sns:Publish")
}

/// The service that the statement lets in, and the action that it needs for all that the statement is about.
fn wire<'a>(at: &At<'a>) -> Option<(&'a str, &'static str)> {
    let mut services = services(at);
    let (Some(service), None) = (services.next(), services.next()) else { return None };
    let actions = &at.statement.action;
    if !allows(at, Kind::Resource) || actions.is_negated() {
        return None;
    }
    let of = |prefix: &str| !actions.is_empty() && actions.iter().all(|it| it.service().eq_ignore_ascii_case(prefix));
    let found = WIRES.iter().find(|(senders, prefix, _)| senders.contains(&short(service)) && of(prefix))?;
    Some((service, found.2))
}

fn lacking(at: &At<'_>, report: &mut Report<'_>) {
    let Some((service, needed)) = wire(at) else { return };
    if !acts(at, needed) {
        report
            .add(at.action(), format!("`{service}` sends by `{needed}`, which it is not allowed"))
            .about(needed)
            .on(service);
    }
}

fn conditioned_topic(at: &At<'_>, report: &mut Report<'_>) {
    if let Some(condition) = at.statement.condition.first().filter(|_| is_topic_of_eventbridge(at)) {
        let message = format!("`events.amazonaws.com` never meets `{condition}` when it publishes");
        report.add(at.condition(condition), message).about("sns:Publish").on("events.amazonaws.com");
    }
}

fn exceeding(at: &At<'_>, report: &mut Report<'_>) {
    let Some((service, needed)) = wire(at).filter(|(_, needed)| acts(at, needed)) else { return };
    let more = at.statement.action.iter().find(|it| !it.as_str().eq_ignore_ascii_case(needed));
    if let Some(more) = more {
        let message = format!("`{service}` is allowed `{more}`, and only ever calls `{needed}`");
        report.add(at.action(), message).about(more.as_str()).on(service);
    }
}

//! How long policies may be, and how many things they may have.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>

use serde_json::Value as Json;

use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR89",
            severity: Severity::Error,
            title: "a policy that is longer than AWS takes",
            fix: "split it into several policies, or shorten it with patterns that stand for the same names",
            also_known_as: &[
                "access-analyzer:POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
                "access-analyzer:POLICY_SIZE_EXCEEDS_SCP_QUOTA",
                "access-analyzer:POLICY_SIZE_EXCEEDS_RCP_QUOTA",
                "access-analyzer:POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
                "iam-policy-validator:policy_size_exceeded",
            ],
        },
        firing: Case { kind: Kind::ServiceControl, text: cases::LONG },
        quiet: Case::identity(cases::LONG),
        check: Check::Written(longer_than_taken),
    },
    PolicyRule {
        rule: Rule {
            id: "GR90",
            severity: Severity::Low,
            title: "a policy that only some of its kind may be as long as",
            fix: "split it, or keep it where its length is allowed",
            also_known_as: &[
                "access-analyzer:POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
                "access-analyzer:POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
            ],
        },
        firing: Case::identity(cases::LONG),
        quiet: Case::resource(cases::LONG),
        check: Check::Written(longer_than_usual),
    },
    PolicyRule {
        rule: Rule {
            id: "GR91",
            severity: Severity::Error,
            title: "a resource's policy that is longer than its service takes",
            fix: "name fewer principals, such as accounts in place of roles, or ask for an organization in a condition",
            also_known_as: &["access-analyzer:POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA"],
        },
        firing: Case::resource(cases::LONG_OF_BUCKET),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(longer_than_service_takes),
    },
    PolicyRule {
        rule: Rule {
            id: "GR92",
            severity: Severity::Error,
            title: "more in a queue's or topic's policy than its service takes",
            fix: "use patterns of actions and conditions on an organization in place of long lists",
            also_known_as: &[],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:PurgeQueue", "sqs:ListDeadLetterSourceQueues"], "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueUrl", "sqs:GetQueueAttributes", "sqs:PurgeQueue"], "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}}"#,
        ),
        check: Check::Written(more_than_service_takes),
    },
];

/// The most characters that a policy of each kind may have, with words for what that is the limit of.
const MOST: &[(Kind, usize, &str)] = &[
    (Kind::Identity, 10_240, "characters that all policies within a role may have together"),
    (Kind::Boundary, 6_144, "characters that a managed policy may have"),
    (Kind::Trust, 4_096, "characters that a trust policy may have at most"),
    (Kind::ServiceControl, 5_120, "characters that a service control policy may have"),
    (Kind::ResourceControl, 5_120, "characters that a resource control policy may have"),
];

/// The same, where more is possible.
const USUAL: &[(Kind, usize, &str)] = &[
    (
        Kind::Identity,
        6_144,
        "characters of a managed policy, and than the 5,120 within a group or 2,048 within a user: only a role can have it within itself",
    ),
    (Kind::Trust, 2_048, "characters of a trust policy: a higher quota must be asked for"),
];

/// The most bytes that the policy of a resource may have, by service.
const OF_SERVICES: &[(&str, usize)] = &[
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    ("s3", 20_480),
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-policies.html
    ("sqs", 8_192),
    // https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-language-api-permissions-reference.html
    ("sns", 30_720),
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    ("lambda", 20_480),
    // https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
    ("kms", 32_768),
];

/// The characters of the policy without white space, which IAM does not count; what a template will fill in neither.
fn length(policy: &Policy) -> usize {
    let text = policy.json.to_string();
    let mut count = 0;
    for (index, piece) in text.split("${cfn:").enumerate() {
        let known = if index == 0 { piece } else { piece.split_once('}').map_or("", |(_, after)| after) };
        count += known.chars().filter(|char| !char.is_whitespace()).count();
    }
    count
}

fn longer_than(limits: &[(Kind, usize, &str)], policy: &Policy) -> Option<String> {
    let (_, most, of_what) = limits.iter().find(|(kind, ..)| *kind == policy.kind)?;
    let length = length(policy);
    (length > *most).then(|| format!("it has {length} characters: more than the {most} {of_what}"))
}

fn longer_than_taken(policy: &Policy, report: &mut Report<'_>) {
    if let Some(message) = longer_than(MOST, policy) {
        report.add("", message);
    }
}

fn longer_than_usual(policy: &Policy, report: &mut Report<'_>) {
    if let Some(message) = longer_than(USUAL, policy).filter(|_| longer_than(MOST, policy).is_none()) {
        report.add("", message);
    }
}

/// The service that all actions of a resource's policy are of.
fn service(policy: &Policy) -> Option<String> {
    if policy.kind != Kind::Resource {
        return None;
    }
    let mut found = None;
    for (statement, members) in policy.objects() {
        for it in written::actions(&statement, members) {
            let (service, _) = it.text.split_once(':')?;
            let service = service.to_ascii_lowercase();
            if found.get_or_insert_with(|| service.clone()) != &service {
                return None;
            }
        }
    }
    found
}

fn longer_than_service_takes(policy: &Policy, report: &mut Report<'_>) {
    let Some(service) = service(policy) else { return };
    let Some((_, most)) = OF_SERVICES.iter().find(|(known, _)| *known == service) else { return };
    let length = length(policy);
    if length > *most {
        report.add("", format!("it has {length} bytes: more than the {most} that `{service}` takes"));
    }
}

fn more_than_service_takes(policy: &Policy, report: &mut Report<'_>) {
    let Some(service) = service(policy) else { return };
    // The same pages as of the lengths.
    let (statements, principals, conditions, actions) = match service.as_str() {
        "sqs" => (20, 50, 10, 7),
        "sns" => (100, 200, usize::MAX, usize::MAX),
        _ => return,
    };
    let mut add = |pointer: &str, found: usize, most: usize, what: &str| {
        if found > most {
            report.add(pointer, format!("it has {found} {what}: `{service}` takes {most}"));
        }
    };
    add("/Statement", policy.written().count(), statements, "statements");
    let (mut all_principals, mut all_conditions) = (0, 0);
    for (statement, members) in policy.objects() {
        for name in written::ACTIONS {
            let count = members.get(*name).and_then(Json::as_array).map_or(0, Vec::len);
            add(&format!("{statement}/{name}"), count, actions, "actions in a statement");
        }
        all_principals += written::principals(&statement, members).count();
        all_conditions += written::tests(&statement, members).count();
    }
    add("/Statement", all_principals, principals, "principals");
    add("/Statement", all_conditions, conditions, "conditions");
}

/// Cases that are too long to be written out.
mod cases {
    macro_rules! nine {
        ($text:expr) => {
            concat!($text, $text, $text, $text, $text, $text, $text, $text, $text)
        };
    }

    /// A little more than 7,000 characters.
    pub(super) const LONG: &str = concat!(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": ["#,
        nine!(nine!(nine!(r#""sqs:Tag*","#))),
        r#""sqs:PurgeQueue"], "Resource": "*"}}"#
    );

    /// A little more than 20,500 characters.
    pub(super) const LONG_OF_BUCKET: &str = concat!(
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": ["#,
        nine!(nine!(nine!(r#""s3:GetObjectVersionTagging","#))),
        r#""s3:GetObject"], "Resource": "arn:aws:s3:::maps/*"}}"#
    );
}

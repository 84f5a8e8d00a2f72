//! How the ARNs of resources are written.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html>

use crate::audit::finding::{Finding, Severity};
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Written, has_variable, is_open, quoted};
use crate::evaluate::arn_parts;
use crate::nearest::nearest;
use crate::unknown;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR28",
            severity: Severity::Error,
            title: "a resource that is no ARN",
            fix: "write the whole ARN, such as `arn:aws:s3:::maps/*`, or `*`",
            also_known_as: &[
                "access-analyzer:INVALID_ARN_PREFIX",
                "iam-policy-validator:invalid_resource",
                "parliament:INVALID_ARN",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "maps/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "${cfn:Maps.Arn}/*"}}"#,
        ),
        check: Check::Written(no_arn),
    },
    PolicyRule {
        rule: Rule {
            id: "GR29",
            severity: Severity::Error,
            title: "a resource's ARN with fewer than six parts",
            fix: "write all parts, `arn:partition:service:region:account:resource`, leaving those empty that the service has not",
            also_known_as: &["access-analyzer:MISSING_ARN_FIELD", "parliament:INVALID_ARN"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3::maps/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(few_parts),
    },
    PolicyRule {
        rule: Rule {
            id: "GR30",
            severity: Severity::Error,
            title: "an ARN of a partition that AWS does not have",
            fix: "write `aws`, or the partition that the account is in",
            also_known_as: &["access-analyzer:INVALID_PARTITION"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:asw:s3:::maps/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws-cn:s3:::maps/*"}}"#,
        ),
        check: Check::Written(partition),
    },
    PolicyRule {
        rule: Rule {
            id: "GR31",
            severity: Severity::Error,
            title: "an ARN of something that is no region",
            fix: "write the region's code, such as `eu-west-1`, or `*` for any",
            also_known_as: &["access-analyzer:INVALID_ARN_REGION", "access-analyzer:INVALID_REGION"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west1:123456789012:orders"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}}"#,
        ),
        check: Check::Written(region),
    },
    PolicyRule {
        rule: Rule {
            id: "GR32",
            severity: Severity::Error,
            title: "an ARN of something that is no account",
            fix: "write the twelve digits of the account's id, or `*` for any",
            also_known_as: &["access-analyzer:INVALID_ARN_ACCOUNT"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:1234-5678-9012:orders"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}}"#,
        ),
        check: Check::Written(account),
    },
    PolicyRule {
        rule: Rule {
            id: "GR33",
            severity: Severity::Error,
            title: "an ARN without a service or without a resource",
            fix: "name the service and the resource; `*` stands for any resource",
            also_known_as: &["access-analyzer:INVALID_ARN_RESOURCE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::*"}}"#,
        ),
        check: Check::Written(empty_part),
    },
    PolicyRule {
        rule: Rule {
            id: "GR34",
            severity: Severity::Error,
            title: "an ARN whose service is not in lowercase",
            fix: "write the service's prefix in lowercase: ARNs are compared with their case",
            also_known_as: &["access-analyzer:INVALID_ARN_SERVICE_CASE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:S3:::maps/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "S3:GetObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(service_case),
    },
    PolicyRule {
        rule: Rule {
            id: "GR35",
            severity: Severity::Medium,
            title: "an ARN with a wildcard in its service",
            fix: "name the service: IAM does not document wildcards in this part",
            also_known_as: &["access-analyzer:WILDCARD_IN_SERVICE_NAME"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3*:::maps/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps*/*"}}"#,
        ),
        check: Check::Written(service_wildcard),
    },
];

/// <https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html>
const PARTITIONS: &[&str] =
    &["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

/// Calls `look` with each resource.
fn each(policy: &Policy, mut look: impl FnMut(Written<'_>)) {
    for (statement, members) in policy.objects() {
        written::resources(&statement, members).for_each(&mut look);
    }
}

/// Calls `look` with each resource and its parts, for those that are whole ARNs.
fn each_arn(policy: &Policy, mut look: impl FnMut(Written<'_>, [&str; 6])) {
    each(policy, |it| {
        if let Some(parts) = arn_parts(it.text.trim()).filter(|parts| parts[0] == "arn") {
            look(it, parts);
        }
    });
}

fn add<'a>(report: &'a mut Report<'_>, it: Written<'_>, message: &str) -> &'a mut Finding {
    report.add(it.pointer(), format!("{} {message}", quoted(it.text))).on(it.text)
}

fn no_arn(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |it| {
        let text = it.text.trim();
        // The policies of APIs may leave out what is the same for all of their resources.
        // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-examples.html
        let of_api = policy.kind == Kind::Resource && text.starts_with("execute-api:/");
        if text == "*"
            || text.starts_with("arn:")
            || text.starts_with("${") && !unknown::starts_with_name(text)
            || of_api
        {
            return;
        }
        let finding = if text.is_empty() {
            report.add(it.pointer(), "the resource is empty")
        } else {
            add(report, it, "is no ARN: expected `arn:` or `*`")
        };
        if text.to_ascii_lowercase().starts_with("arn:") {
            finding.help("write `arn:` in lowercase");
        }
    });
}

fn few_parts(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |it| {
        let text = it.text.trim();
        let sample = unknown::sample(text);
        if text.starts_with("arn:") && !has_variable(&sample) && arn_parts(&sample).is_none() {
            let count = sample.split(':').count();
            add(report, it, &format!("has {count} parts: an ARN has six"));
        }
    });
}

fn partition(policy: &Policy, report: &mut Report<'_>) {
    each_arn(policy, |it, [_, partition, ..]| {
        if !is_open(partition) && !PARTITIONS.contains(&partition) {
            let finding = add(report, it, &format!("is of the partition `{partition}`, which AWS does not have"));
            if let Some(meant) = nearest(partition, PARTITIONS.iter().copied()) {
                finding.help(format!("did you mean `{meant}`?"));
            }
        }
    });
}

fn region(policy: &Policy, report: &mut Report<'_>) {
    each_arn(policy, |it, [_, _, _, region, ..]| {
        if !is_open(region) && !region.is_empty() && !is_region(region) {
            add(report, it, &format!("has `{region}` for its region: expected such as `eu-west-1`"));
        }
    });
}

/// Whether it has the form of a region's code: words and a number.
fn is_region(text: &str) -> bool {
    let mut words = text.split('-');
    let number = words.next_back().unwrap_or_default();
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    // Some ARNs have `global` in place of a region.
    (is_number && words.clone().count() >= 2 && words.all(is_word)) || text == "global" || text == "aws-global"
}

fn account(policy: &Policy, report: &mut Report<'_>) {
    each_arn(policy, |it, [_, _, _, _, account, _]| {
        // What AWS owns has a word in place of an account, such as `aws`.
        let is_word = account.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if !is_open(account) && !is_word && !is_account(account) {
            add(report, it, &format!("has `{account}` for its account: expected twelve digits"));
        }
    });
}

/// Whether it is the id of an account.
pub(super) fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn empty_part(policy: &Policy, report: &mut Report<'_>) {
    each_arn(policy, |it, [_, _, service, _, _, resource]| {
        if service.is_empty() {
            add(report, it, "names no service");
        } else if resource.is_empty() {
            add(report, it, "names no resource");
        }
    });
}

fn service_case(policy: &Policy, report: &mut Report<'_>) {
    each_arn(policy, |it, [_, _, service, ..]| {
        if !has_variable(service) && service.bytes().any(|byte| byte.is_ascii_uppercase()) {
            let lower = service.to_ascii_lowercase();
            add(report, it, &format!("has the service `{service}`")).help(format!("did you mean `{lower}`?"));
        }
    });
}

fn service_wildcard(policy: &Policy, report: &mut Report<'_>) {
    each_arn(policy, |it, [_, _, service, ..]| {
        if service.contains(['*', '?']) && !has_variable(service) {
            add(report, it, &format!("has the pattern `{service}` for its service"));
        }
    });
}

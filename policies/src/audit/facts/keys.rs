//! Condition keys that AWS has not.

use super::known::{as_of, condition_key};
use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Test, has_variable, quoted, variables};
use crate::catalogue;
use crate::nearest::nearest;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "CT06",
            severity: Severity::Error,
            title: "a condition key that AWS does not have",
            fix: "write the key as the reference of global condition keys has it",
            also_known_as: &[
                "access-analyzer:INVALID_GLOBAL_CONDITION_KEY",
                "iam-policy-validator:invalid_condition_key",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransfer": "false"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:securetransport": "false"}}}}"#,
        ),
        check: Check::Written(unknown_global),
    },
    PolicyRule {
        rule: Rule {
            id: "CT07",
            severity: Severity::Error,
            title: "a condition key that its service does not have",
            fix: "write the key as the Service Authorization Reference has it",
            also_known_as: &[
                "access-analyzer:INVALID_SERVICE_CONDITION_KEY",
                "iam-policy-validator:invalid_condition_key",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringLike": {"s3:prefx": "a/*"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringLike": {"s3:prefix": "a/*"}}}}"#,
        ),
        check: Check::Written(unknown_of_service),
    },
    PolicyRule {
        rule: Rule {
            id: "CT08",
            severity: Severity::Error,
            title: "a condition key of a service that AWS does not have",
            fix: "write the service's prefix as the Service Authorization Reference has it",
            also_known_as: &["access-analyzer:INVALID_SERVICE_CONDITION_KEY"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"dynamdb:LeadingKeys": "a"}}}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/login.example.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"login.example.com:aud": "a"}}}}"#,
        ),
        check: Check::Written(of_unknown_service),
    },
    PolicyRule {
        rule: Rule {
            id: "CT09",
            severity: Severity::Low,
            title: "a condition key that AWS has replaced",
            fix: "use `aws:PrincipalArn`, or `aws:SourceArn` when a service calls",
            also_known_as: &[
                "access-analyzer:DEPRECATED_GLOBAL_CONDITION_KEY",
                "access-analyzer:UNSUPPORTED_GLOBAL_CONDITION_KEY",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnLike": {"aws:ARN": "arn:aws:iam::*:role/a"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}}}}"#,
        ),
        check: Check::Written(replaced),
    },
    PolicyRule {
        rule: Rule {
            id: "CT14",
            severity: Severity::Error,
            title: "a policy variable for a condition key that AWS does not have",
            fix: "write the key as the reference of condition keys has it",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:user}/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:username}/*"}}"#,
        ),
        check: Check::Written(unknown_variable),
    },
];

/// Calls `look` with each test whose key has a prefix and is not known.
fn each_unknown(policy: &Policy, mut look: impl FnMut(Test<'_>, &str)) {
    for (statement, members) in policy.objects() {
        for test in written::tests(&statement, members) {
            let Some((prefix, name)) = test.key.split_once(':') else { continue };
            if !name.is_empty() && !prefix.is_empty() && !has_variable(test.key) && !is_known(test.key) {
                look(test, prefix);
            }
        }
    }
}

/// Whether the key is known, or would be with the name of a tag, which is told elsewhere.
/// What services fill in the policies of sessions that they begin, and that is no condition key.
///
/// <https://docs.aws.amazon.com/transfer/latest/userguide/users-policies-session.html>
const OF_SESSIONS: &[&str] =
    &["transfer:HomeBucket", "transfer:HomeDirectory", "transfer:HomeFolder", "transfer:UserName"];

fn is_known(key: &str) -> bool {
    let key = key.trim();
    condition_key(key).is_some()
        || OF_SESSIONS.iter().any(|known| known.eq_ignore_ascii_case(key))
        || condition_key(&format!("{}/x", key.trim_end_matches('/'))).is_some()
        || REPLACED.iter().any(|old| old.eq_ignore_ascii_case(key))
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const REPLACED: &[&str] = &["aws:ARN"];

/// The global keys that are looked through for what was meant.
const GLOBAL: &[&str] = &[
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:CurrentTime",
    "aws:EpochTime",
    "aws:FederatedProvider",
    "aws:MultiFactorAuthAge",
    "aws:MultiFactorAuthPresent",
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:PrincipalType",
    "aws:RequestedRegion",
    "aws:ResourceAccount",
    "aws:ResourceOrgID",
    "aws:ResourceOrgPaths",
    "aws:SecureTransport",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:SourceVpc",
    "aws:SourceVpce",
    "aws:TagKeys",
    "aws:TokenIssueTime",
    "aws:UserAgent",
    "aws:ViaAWSService",
    "aws:VpcSourceIp",
    "aws:referer",
    "aws:userid",
    "aws:username",
];

fn unknown_global(policy: &Policy, report: &mut Report<'_>) {
    each_unknown(policy, |test, prefix| {
        if prefix.eq_ignore_ascii_case("aws") {
            let message = format!("AWS has no condition key {} {}", quoted(test.key), as_of());
            let finding = report.add(test.pointer(), message);
            if let Some(meant) = nearest(test.key, GLOBAL.iter().copied()) {
                finding.help(format!("did you mean `{meant}`?"));
            }
        }
    });
}

fn unknown_of_service(policy: &Policy, report: &mut Report<'_>) {
    each_unknown(policy, |test, prefix| {
        let Some(service) = catalogue::service(prefix) else { return };
        let message = format!("{} has no condition key {} {}", service.name, quoted(test.key), as_of());
        let finding = report.add(test.pointer(), message);
        if let Some(meant) = nearest(test.key, service.condition_keys.iter().map(|key| key.name)) {
            finding.help(format!("did you mean `{meant}`?"));
        }
    });
}

fn of_unknown_service(policy: &Policy, report: &mut Report<'_>) {
    each_unknown(policy, |test, prefix| {
        // An identity provider's keys have its domain before the colon, and are known to no catalogue.
        let is_of_provider = prefix.contains(['.', '/']) || policy.kind == Kind::Trust;
        if is_of_provider || prefix.eq_ignore_ascii_case("aws") || catalogue::service(prefix).is_some() {
            return;
        }
        let message = format!("the key {} is of no service that AWS has {}", quoted(test.key), as_of());
        let finding = report.add(test.pointer(), message);
        if let Some(meant) = catalogue::nearest_service(prefix) {
            finding.help(format!("did you mean `{}`?", meant.prefix));
        }
    });
}

fn replaced(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for test in written::tests(&statement, members) {
            if REPLACED.iter().any(|old| old.eq_ignore_ascii_case(test.key)) {
                report.add(test.pointer(), format!("the key {} is an old one", quoted(test.key)));
            }
        }
    }
}

fn unknown_variable(policy: &Policy, report: &mut Report<'_>) {
    if policy.version == crate::Version::V2008 {
        return;
    }
    let mut look = |pointer: String, text: &str| {
        for inside in variables(text).flatten() {
            let key = inside.split_once(',').map_or(inside, |(key, _)| key).trim();
            let Some((prefix, name)) = key.split_once(':').filter(|(_, name)| !name.is_empty()) else { continue };
            let is_judged = prefix.eq_ignore_ascii_case("aws") || catalogue::service(prefix).is_some();
            if is_judged && !name.starts_with(':') && !is_known(key) {
                let message = format!("AWS has no condition key {} for the variable {}", quoted(key), as_of());
                let finding = report.add(pointer.clone(), message);
                if let Some(meant) = nearest(key, GLOBAL.iter().copied()) {
                    finding.help(format!("did you mean `{meant}`?"));
                }
            }
        }
    };
    for (statement, members) in policy.objects() {
        for it in written::resources(&statement, members).filter(|it| has_variable(it.text)) {
            look(it.pointer(), it.text);
        }
        for test in written::tests(&statement, members) {
            for (index, text) in test.texts().filter(|(_, text)| has_variable(text)) {
                look(test.value_pointer(index), &text);
            }
        }
    }
}

//! Condition keys that AWS has not, or that requests for the actions of a statement have not.

use super::known::{Actions, actions, as_of, condition_key};
use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Members, Named, Test, has_variable, quoted, variables};
use crate::catalogue;
use crate::condition::Operator;
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
            id: "CT10",
            severity: Severity::Error,
            title: "a condition on a key that no action of the statement has",
            fix: "use a key that requests for these actions have, or remove the condition",
            also_known_as: &[
                "access-analyzer:UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
                "access-analyzer:MISSING_ACTION_FOR_CONDITION_KEY",
                "parliament:UNKNOWN_CONDITION_FOR_ACTION",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringLike": {"s3:prefix": "a/*"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringLike": {"s3:prefix": "a/*"}}}}"#,
        ),
        check: Check::Written(no_action_has_it),
    },
    PolicyRule {
        rule: Rule {
            id: "CT11",
            severity: Severity::Medium,
            title: "a condition on a key that some actions of the statement do not have",
            fix: "move these actions to a statement of their own: this one never allows them",
            also_known_as: &[
                "access-analyzer:UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
                "access-analyzer:ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": "arn:aws:s3:::maps", "Condition": {"StringLike": {"s3:prefix": "a/*"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": "arn:aws:s3:::maps", "Condition": {"StringLikeIfExists": {"s3:prefix": "a/*"}}}}"#,
        ),
        check: Check::Written(some_action_has_it_not),
    },
    PolicyRule {
        rule: Rule {
            id: "CT12",
            severity: Severity::High,
            title: "a denial by a tag that no action of the statement has",
            fix: "name what is denied by its ARN: these requests do not have the tag, so it is not denied",
            also_known_as: &["access-analyzer:DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "xray:PutTraceSegments", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}}}"#,
        ),
        check: Check::Written(denied_by_missing_tag),
    },
    PolicyRule {
        rule: Rule {
            id: "CT13",
            severity: Severity::Error,
            title: "a condition on a key that requests of services do not have",
            fix: "ask for `aws:SourceAccount`, `aws:SourceArn` or `aws:SourceOrgID`, which services send",
            also_known_as: &["access-analyzer:UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}}}"#,
        ),
        check: Check::Written(not_of_services),
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
fn is_known(key: &str) -> bool {
    let key = key.trim();
    condition_key(key).is_some()
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

/// Whether the key depends on the action: a service's own, or one of tags of the resource or the request.
fn depends_on_action(key: &str) -> bool {
    let lower = key.to_ascii_lowercase();
    is_of_tags(&lower)
        || (!lower.starts_with("aws:")
            && catalogue::global_condition_key(key).is_none()
            && condition_key(key).is_some()
            && lower.split_once(':').is_some_and(|(prefix, _)| catalogue::service(prefix).is_some()))
}

fn is_of_tags(lower_key: &str) -> bool {
    lower_key.starts_with("aws:resourcetag/") || lower_key.starts_with("aws:requesttag/") || lower_key == "aws:tagkeys"
}

/// Whether one of those that the text names has the key.
fn have(actions: &super::known::Named<'_>, key: &str) -> bool {
    let name = condition_key(key).map_or(key, |known| known.name);
    // The keys of assuming a role come with the session, to whatever action.
    let is_of_session = name.starts_with("sts:");
    actions.any(|action| {
        is_of_session && action.service == "sts"
            || action.all_condition_keys().any(|known| known.eq_ignore_ascii_case(name))
    })
}

/// Whether the statement allows.
fn allows(members: &Members) -> bool {
    members.get("Effect").and_then(serde_json::Value::as_str) == Some("Allow")
}

/// Whether a test does not hold without its key.
fn needs_its_key(named: Named, test: &Test<'_>) -> bool {
    let is_absence =
        named.operator == Operator::Null && test.texts().any(|(_, text)| text.eq_ignore_ascii_case("true"));
    let holds_without = named.if_exists
        || is_absence
        || named.operator.is_negated() && named.quantifier.is_none()
        || named.quantifier == Some(crate::Quantifier::ForAllValues);
    !holds_without
}

/// Calls `look` with each test of a key that depends on the action, in a statement whose actions are known.
fn each_dependent(
    policy: &Policy,
    mut look: impl FnMut(Test<'_>, Named, &[(written::Written<'_>, super::known::Named<'_>)], &Members),
) {
    for (statement, members) in policy.objects() {
        let mut known = None;
        for test in written::tests(&statement, members).filter(|test| depends_on_action(test.key)) {
            let Some(named) = test.named() else { continue };
            if let Actions::Known(all) = known.get_or_insert_with(|| actions(&statement, members)) {
                look(test, named, all, members);
            }
        }
    }
}

fn no_action_has_it(policy: &Policy, report: &mut Report<'_>) {
    each_dependent(policy, |test, named, all, members| {
        let is_tag = is_of_tags(&test.key.to_ascii_lowercase());
        // What a test of a missing tag means in a denial is told elsewhere.
        if is_tag && !(allows(members) && needs_its_key(named, &test)) || named.if_exists {
            return;
        }
        if !all.iter().any(|(_, actions)| have(actions, test.key)) {
            let outcome = if needs_its_key(named, &test) { "never" } else { "always" };
            let message = format!(
                "no action of the statement has the key {}, so it {outcome} holds {}",
                quoted(test.key),
                as_of()
            );
            report.add(test.pointer(), message);
        }
    });
}

fn some_action_has_it_not(policy: &Policy, report: &mut Report<'_>) {
    each_dependent(policy, |test, named, all, members| {
        let some_have = || all.iter().any(|(_, actions)| have(actions, test.key));
        if !allows(members) || !needs_its_key(named, &test) || all.len() < 2 || !some_have() {
            return;
        }
        for (text, actions) in all {
            if !have(actions, test.key) {
                let message = format!(
                    "{} does not have the key {}, so the statement never allows it {}",
                    quoted(text.text),
                    quoted(test.key),
                    as_of()
                );
                report.add(test.pointer(), message).about(text.text);
            }
        }
    });
}

fn denied_by_missing_tag(policy: &Policy, report: &mut Report<'_>) {
    each_dependent(policy, |test, named, all, members| {
        if allows(members) || !needs_its_key(named, &test) || !is_of_tags(&test.key.to_ascii_lowercase()) {
            return;
        }
        for (text, _) in all.iter().filter(|(_, actions)| !have(actions, test.key)) {
            let message = format!(
                "requests for {} never have {}, so it is not denied {}",
                quoted(text.text),
                quoted(test.key),
                as_of()
            );
            report.add(test.pointer(), message).about(text.text);
        }
    });
}

/// What only requests of users and roles have.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const OF_USERS: &[&str] = &[
    "aws:PrincipalArn",
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:PrincipalTag/",
    "aws:username",
];

fn not_of_services(policy: &Policy, report: &mut Report<'_>) {
    if policy.kind != Kind::Resource {
        return;
    }
    for (statement, members) in policy.objects().filter(|(_, members)| allows(members)) {
        let mut principals = written::principals(&statement, members).peekable();
        if principals.peek().is_none() || !principals.all(|it| it.kind == "Service") {
            continue;
        }
        for test in written::tests(&statement, members) {
            let lower = test.key.to_ascii_lowercase();
            let is_one = OF_USERS.iter().any(|key| {
                let key = key.to_ascii_lowercase();
                lower == key || key.ends_with('/') && lower.starts_with(&key)
            });
            if is_one && test.named().is_some_and(|named| needs_its_key(named, &test)) {
                let message = format!("requests of services have no {}, so it never holds", quoted(test.key));
                report.add(test.pointer(), message);
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

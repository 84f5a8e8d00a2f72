//! Condition keys that requests for the actions of a statement, or requests of its principals, have not.

use super::known::{
    Actions, Named as NamedActions, actions, as_of, condition_key, has_documented_key, own_condition_key,
};
use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Members, Named, Test, Written, quoted};
use crate::catalogue;
use crate::condition::{Operator, Quantifier};

pub(super) const RULES: &[PolicyRule] = &[
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
            id: "CT27",
            severity: Severity::Medium,
            title: "all but some actions by a tag",
            fix: "name the actions: what has no such tag is neither allowed nor denied by this statement",
            also_known_as: &[
                "access-analyzer:DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
                "access-analyzer:ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "red"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "red"}}}}"#,
        ),
        check: Check::Written(all_but_some_by_tag),
    },
];

/// Whether the key depends on the action: a service's own, or one of tags of the resource or the request.
///
/// Some keys of a service come with its credentials, to whatever action: the catalogue has them among the global ones.
fn depends_on_action(key: &str) -> bool {
    let is_own = || own_condition_key(key).is_some() && catalogue::global_condition_key(key).is_none();
    is_of_tags(&key.to_ascii_lowercase()) || is_own()
}

fn is_of_tags(lower_key: &str) -> bool {
    lower_key.starts_with("aws:resourcetag/") || lower_key.starts_with("aws:requesttag/") || lower_key == "aws:tagkeys"
}

/// Whether one of those that the text names has the key.
fn have(actions: &NamedActions<'_>, key: &str) -> bool {
    let name = condition_key(key).map_or(key, |known| known.name);
    // The keys of assuming a role come with the session, to whatever action.
    let is_of_session = name.starts_with("sts:");
    actions.any(|action| {
        is_of_session && action.service == "sts"
            || has_documented_key(action, name)
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
        || named.quantifier == Some(Quantifier::ForAllValues);
    !holds_without
}

/// Calls `look` with each test of a key that depends on the action, in a statement whose actions are known.
fn each_dependent(
    policy: &Policy,
    mut look: impl FnMut(Test<'_>, Named, &[(Written<'_>, NamedActions<'_>)], &Members),
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

fn all_but_some_by_tag(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects().filter(|(_, members)| members.contains_key("NotAction")) {
        let effect = if allows(members) { "allowed" } else { "denied" };
        for test in written::tests(&statement, members).filter(|test| is_of_tags(&test.key.to_ascii_lowercase())) {
            if test.named().is_some_and(|named| needs_its_key(named, &test)) {
                let message = format!(
                    "requests of many services never have {}, so their actions are not {effect}",
                    quoted(test.key)
                );
                report.add(test.pointer(), message);
            }
        }
    }
}

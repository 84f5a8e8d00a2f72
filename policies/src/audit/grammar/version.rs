//! The version of the policy language.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>

use serde_json::Value as Json;

use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, quoted, variables};
use crate::nearest::nearest;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR10",
            severity: Severity::Low,
            title: "a policy without a version",
            fix: "write `\"Version\": \"2012-10-17\"`: without it the policy is read in the language of 2008, which has no variables",
            also_known_as: &[
                "access-analyzer:MISSING_VERSION",
                "iam-policy-validator:missing_version",
                "parliament:NO_VERSION",
            ],
        },
        firing: Case::identity(
            r#"{"Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:123456789012:orders"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:123456789012:orders"}}"#,
        ),
        check: Check::Written(missing),
    },
    PolicyRule {
        rule: Rule {
            id: "GR11",
            severity: Severity::Error,
            title: "a version that the policy language does not have",
            fix: "write `2012-10-17`: it is the version of the language, not the date of the policy",
            also_known_as: &[
                "access-analyzer:INVALID_VERSION",
                "iam-policy-validator:invalid_version",
                "parliament:INVALID_VERSION",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2026-01-31", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(unknown),
    },
    PolicyRule {
        rule: Rule {
            id: "GR12",
            severity: Severity::Low,
            title: "the version of 2008",
            fix: "write `2012-10-17`, which has policy variables; the policy means the same otherwise",
            also_known_as: &["iam-policy-validator:outdated_version", "parliament:OLD_VERSION"],
        },
        firing: Case::identity(
            r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(old),
    },
    PolicyRule {
        rule: Rule {
            id: "GR13",
            severity: Severity::Error,
            title: "a policy variable in a version that has none",
            fix: "write `\"Version\": \"2012-10-17\"`: in any other version `${` is just text",
            also_known_as: &["access-analyzer:VARIABLE_UNSUPPORTED_IN_VERSION"],
        },
        firing: Case::identity(
            r#"{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:username}/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:username}/*"}}"#,
        ),
        check: Check::Written(variable),
    },
];

const CURRENT: &str = "2012-10-17";
const OLD: &str = "2008-10-17";

fn missing(policy: &Policy, report: &mut Report<'_>) {
    let Some(members) = policy.json.as_object() else { return };
    let is_slip = |name: &String| nearest(name, ["Version", "Id", "Statement"]) == Some("Version");
    if members.contains_key("Statement") && !members.keys().any(is_slip) && first_variable(policy).is_none() {
        report.add("", "`Version` is missing, so the language is that of `2008-10-17`");
    }
}

fn unknown(policy: &Policy, report: &mut Report<'_>) {
    let Some(version) = policy.json.get("Version").and_then(Json::as_str) else { return };
    if version != CURRENT && version != OLD {
        let message = format!("{} is no version of the policy language: expected `{CURRENT}`", quoted(version));
        report.add("/Version", message);
    }
}

fn old(policy: &Policy, report: &mut Report<'_>) {
    if policy.json.get("Version").and_then(Json::as_str) == Some(OLD) && first_variable(policy).is_none() {
        report.add("/Version", format!("the language is that of `{OLD}`: the current one is `{CURRENT}`"));
    }
}

fn variable(policy: &Policy, report: &mut Report<'_>) {
    let version = policy.json.get("Version");
    if version.is_some_and(|version| version.as_str() != Some(OLD)) {
        return;
    }
    if let Some((pointer, text)) = first_variable(policy) {
        let version = if version.is_some() { "of `2008-10-17`" } else { "without a version" };
        report.add(pointer, format!("the variable in {} is just text in a policy {version}", quoted(&text)));
    }
}

/// The first text with a policy variable, and its place.
fn first_variable(policy: &Policy) -> Option<(String, String)> {
    let has_one = |text: &str| variables(text).any(|inside| inside.is_some());
    policy.objects().find_map(|(statement, members)| {
        let resource = written::resources(&statement, members).find(|it| has_one(it.text));
        resource.map(|it| (it.pointer(), it.text.to_owned())).or_else(|| {
            written::tests(&statement, members).find_map(|test| {
                let (index, text) = test.texts().find(|(_, text)| has_one(text))?;
                Some((test.value_pointer(index), text.into_owned()))
            })
        })
    })
}

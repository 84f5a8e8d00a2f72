//! The elements of a policy and of its statements: which there may be, and of what kind of JSON.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

use serde_json::Value as Json;

use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Members, escaped, shown};
use crate::nearest::nearest;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR01",
            severity: Severity::Error,
            title: "a text that is no JSON",
            fix: "write the policy as JSON; the place is where reading it ended",
            also_known_as: &["access-analyzer:JSON_SYNTAX_ERROR", "parliament:MALFORMED_JSON"],
        },
        firing: Case::identity(r#"{"Version": "2012-10-17", "Statement": ["#),
        quiet: Case::identity(r#"{"Version": "2012-10-17", "Statement": []}"#),
        check: Check::Written(unreadable),
    },
    PolicyRule {
        rule: Rule {
            id: "GR02",
            severity: Severity::Error,
            title: "a member that an object has twice",
            fix: "keep one of the two, or merge them: only one would count, without a word",
            also_known_as: &["access-analyzer:JSON_SYNTAX_ERROR"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Action": "sqs:ReceiveMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"], "Resource": "*"}}"#,
        ),
        check: Check::Written(member_twice),
    },
    PolicyRule {
        rule: Rule {
            id: "GR03",
            severity: Severity::Error,
            title: "a policy that is no object",
            fix: "write the policy as one object with `Version` and `Statement`",
            also_known_as: &["access-analyzer:DATA_TYPE_MISMATCH"],
        },
        firing: Case::identity(r#"[{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]"#),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}"#,
        ),
        check: Check::Written(no_object),
    },
    PolicyRule {
        rule: Rule {
            id: "GR04",
            severity: Severity::Error,
            title: "an element that no policy has",
            fix: "name it as IAM does, with the same case, or remove it",
            also_known_as: &["access-analyzer:INVALID_POLICY_ELEMENT", "iam-policy-validator:unknown_policy_field"],
        },
        firing: Case::identity(
            r#"{"version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(unknown_of_policy),
    },
    PolicyRule {
        rule: Rule {
            id: "GR05",
            severity: Severity::Error,
            title: "an element that no statement has",
            fix: "name it as IAM does, with the same case, or remove it",
            also_known_as: &[
                "access-analyzer:INVALID_POLICY_ELEMENT",
                "iam-policy-validator:unknown_field",
                "parliament:MALFORMED",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Actions": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(unknown_of_statement),
    },
    PolicyRule {
        rule: Rule {
            id: "GR06",
            severity: Severity::Error,
            title: "a policy without statements",
            fix: "add `Statement` with at least one statement, or remove the policy",
            also_known_as: &[
                "access-analyzer:MISSING_STATEMENT",
                "iam-policy-validator:missing_statement",
                "iam-policy-validator:empty_statement",
                "parliament:MALFORMED",
            ],
        },
        firing: Case::identity(r#"{"Version": "2012-10-17", "Statement": []}"#),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}]}"#,
        ),
        check: Check::Written(no_statement),
    },
    PolicyRule {
        rule: Rule {
            id: "GR07",
            severity: Severity::Error,
            title: "a statement that is no object, or an empty one",
            fix: "write each statement as an object with `Effect`, `Action` and `Resource`",
            also_known_as: &["access-analyzer:DATA_TYPE_MISMATCH", "iam-policy-validator:invalid_statement_type"],
        },
        firing: Case::identity(r#"{"Version": "2012-10-17", "Statement": ["Allow sqs:SendMessage"]}"#),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(no_statement_object),
    },
    PolicyRule {
        rule: Rule {
            id: "GR08",
            severity: Severity::Error,
            title: "an element with the wrong kind of JSON",
            fix: "write names as texts, several of them as a list of texts, and conditions as objects",
            also_known_as: &["access-analyzer:DATA_TYPE_MISMATCH", "iam-policy-validator:invalid_sid_type"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sqs:SendMessage", 7], "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}}"#,
        ),
        check: Check::Written(wrong_kinds),
    },
];

const OF_POLICIES: &[&str] = &["Version", "Id", "Statement"];
const OF_STATEMENTS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Whether the statement has neither the element nor one that is a slip of it, which is said elsewhere.
pub(super) fn lacks(members: &Members, element: &str) -> bool {
    let is_slip = |name: &String| nearest(name, OF_STATEMENTS.iter().copied()) == Some(element);
    !members.contains_key(element)
        && !members.is_empty()
        && !members.keys().filter(|name| !OF_STATEMENTS.contains(&name.as_str())).any(is_slip)
}

const TWICE: &str = "is there twice";

fn unreadable(policy: &Policy, report: &mut Report<'_>) {
    if let Some(error) = policy.unreadable.as_ref().filter(|error| !error.got.contains(TWICE)) {
        report.add("", error.to_string());
    }
}

fn member_twice(policy: &Policy, report: &mut Report<'_>) {
    if let Some(error) = policy.unreadable.as_ref().filter(|error| error.got.contains(TWICE)) {
        report.add("", error.to_string());
    }
}

fn no_object(policy: &Policy, report: &mut Report<'_>) {
    if policy.unreadable.is_none() && !policy.json.is_object() {
        report.add("", format!("the policy is {}: expected an object", shown(&policy.json)));
    }
}

fn unknown_of_policy(policy: &Policy, report: &mut Report<'_>) {
    let members = policy.json.as_object().into_iter().flatten();
    unknown("", "a policy", members.map(|(name, _)| name.as_str()), OF_POLICIES, report);
}

fn unknown_of_statement(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        unknown(&statement, "a statement", members.keys().map(String::as_str), OF_STATEMENTS, report);
    }
}

fn unknown<'a>(
    place: &str,
    whole: &str,
    names: impl Iterator<Item = &'a str>,
    known: &[&'static str],
    report: &mut Report<'_>,
) {
    for name in names.filter(|name| !known.contains(name)) {
        let message = format!("{} is no element of {whole}", written::quoted(name));
        let finding = report.add(format!("{place}/{}", escaped(name)), message);
        if let Some(meant) = nearest(name, known.iter().copied()) {
            finding.help(format!("did you mean `{meant}`?"));
        }
    }
}

fn no_statement(policy: &Policy, report: &mut Report<'_>) {
    let Some(members) = policy.json.as_object() else { return };
    let is_slip = |name: &String| nearest(name, OF_POLICIES.iter().copied()) == Some("Statement");
    match members.get("Statement") {
        None if !members.keys().any(is_slip) => report.add("", "`Statement` is missing"),
        Some(Json::Array(statements)) if statements.is_empty() => report.add("/Statement", "there is no statement"),
        _ => return,
    };
}

fn no_statement_object(policy: &Policy, report: &mut Report<'_>) {
    for (statement, json) in policy.written() {
        match json.as_object() {
            None => report.add(statement, format!("the statement is {}: expected an object", shown(json))),
            Some(members) if members.is_empty() => report.add(statement, "the statement is an empty object"),
            Some(_) => continue,
        };
    }
}

fn wrong_kinds(policy: &Policy, report: &mut Report<'_>) {
    for name in ["Version", "Id"] {
        if let Some(json) = policy.json.get(name).filter(|json| !json.is_string()) {
            report.add(format!("/{name}"), format!("`{name}` is {}: expected a text", shown(json)));
        }
    }
    for (statement, members) in policy.objects() {
        for (name, json) in members {
            let mut wrong = |place: &str, json: &Json, expected: &str| {
                report.add(
                    format!("{statement}/{name}{place}"),
                    format!("`{name}` has {}: expected {expected}", shown(json)),
                );
            };
            match name.as_str() {
                "Sid" | "Effect" if !json.is_string() => wrong("", json, "a text"),
                "Action" | "NotAction" | "Resource" | "NotResource" => {
                    for (index, item) in written::items(Some(json)).filter(|(_, item)| !item.is_string()) {
                        let place = index.map(|index| format!("/{index}")).unwrap_or_default();
                        wrong(&place, item, "a text or a list of texts");
                    }
                }
                "Condition" => match json.as_object() {
                    None => wrong("", json, "an object of condition operators"),
                    Some(operators) => {
                        for (operator, keys) in operators.iter().filter(|(_, keys)| !keys.is_object()) {
                            wrong(&format!("/{}", escaped(operator)), keys, "an object of condition keys");
                        }
                    }
                },
                _ => {}
            }
        }
    }
}

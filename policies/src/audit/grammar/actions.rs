//! How actions are written, and the texts of any element.

use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Written, has_variable, quoted};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR23",
            severity: Severity::Error,
            title: "an action that is not a service and a name with a colon between",
            fix: "write the action as its service's prefix, a colon and its name, such as `sqs:SendMessage`",
            also_known_as: &["access-analyzer:INVALID_ACTION", "iam-policy-validator:invalid_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sqs:SendMessage", "*"], "Resource": "*"}}"#,
        ),
        check: Check::Written(no_colon),
    },
    PolicyRule {
        rule: Rule {
            id: "GR24",
            severity: Severity::Medium,
            title: "a wildcard in the service of an action",
            fix: "name the services one by one",
            also_known_as: &["access-analyzer:WILDCARD_IN_SERVICE_NAME"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s*:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:Send*", "Resource": "*"}}"#,
        ),
        check: Check::Written(service_wildcard),
    },
    PolicyRule {
        rule: Rule {
            id: "GR25",
            severity: Severity::Error,
            title: "an action with a character that no action has",
            fix: "write only letters and digits after the colon, and `*` or `?` for others; list each action as a text of its own",
            also_known_as: &["access-analyzer:INVALID_ACTION", "iam-policy-validator:invalid_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage, sqs:ReceiveMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:?eceive*"], "Resource": "*"}}"#,
        ),
        check: Check::Written(characters),
    },
    PolicyRule {
        rule: Rule {
            id: "GR26",
            severity: Severity::Error,
            title: "space around the text of an action, resource or principal",
            fix: "remove the space: it is part of the text and keeps it from matching",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage ", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:s3:::maps/old maps/*"}}"#,
        ),
        check: Check::Written(space_around),
    },
    PolicyRule {
        rule: Rule {
            id: "GR27",
            severity: Severity::Error,
            title: "a character that policies cannot have",
            fix: "use characters up to U+00FF only, and no control characters",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/łódź/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/são-paulo/*"}}"#,
        ),
        check: Check::Written(beyond_latin),
    },
];

fn no_colon(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for it in written::actions(&statement, members).filter(|it| !is_star(it.text) && !has_variable(it.text)) {
            let text = it.text.trim();
            let why = match text.split_once(':') {
                None if text.is_empty() => "is empty",
                None => "has no service",
                Some(("", _)) => "has no service before the colon",
                Some((_, "")) => "has no name after the colon",
                Some(_) => continue,
            };
            let message = format!("the action {} {why}: expected such as `sqs:SendMessage`", quoted(it.text));
            report.add(it.pointer(), message).about(it.text);
        }
    }
}

/// Whether it is `*`, however many times.
fn is_star(action: &str) -> bool {
    !action.is_empty() && action.chars().all(|char| char == '*')
}

fn service_wildcard(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for it in written::actions(&statement, members) {
            let Some((service, name)) = it.text.split_once(':') else { continue };
            // `*:*` is `*` in other words.
            if service.contains(['*', '?']) && !(is_star(service) && is_star(name)) {
                let message =
                    format!("the service of {} is a pattern: it may stand for services yet to come", quoted(it.text));
                report.add(it.pointer(), message).about(it.text);
            }
        }
    }
}

fn characters(policy: &Policy, report: &mut Report<'_>) {
    let of_service = |char: char| char.is_ascii_alphanumeric() || "-*?".contains(char);
    let of_name = |char: char| char.is_ascii_alphanumeric() || "*?".contains(char);
    for (statement, members) in policy.objects() {
        for it in written::actions(&statement, members).filter(|it| !has_variable(it.text)) {
            let Some((service, name)) = it.text.trim().split_once(':') else { continue };
            let odd =
                service.chars().find(|char| !of_service(*char)).or_else(|| name.chars().find(|char| !of_name(*char)));
            if let Some(odd) = odd {
                let message = format!("the action {} has `{odd}`, which no action has", quoted(it.text));
                report.add(it.pointer(), message).about(it.text);
            }
        }
    }
}

fn space_around(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        let texts = written::actions(&statement, members)
            .chain(written::resources(&statement, members))
            .chain(written::principals(&statement, members));
        for it in texts.filter(|it| it.text.trim() != it.text) {
            report.add(it.pointer(), format!("{} has space around it", quoted(it.text)));
        }
    }
}

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
fn beyond_latin(policy: &Policy, report: &mut Report<'_>) {
    if !matches!(policy.kind, Kind::Identity | Kind::Trust | Kind::Boundary) {
        return;
    }
    for (statement, members) in policy.objects() {
        let mut look = |pointer: &dyn Fn() -> String, text: &str| {
            if let Some(odd) = text.chars().find(|char| !is_allowed(*char)) {
                report.add(pointer(), format!("it has `{}` (U+{:04X})", odd.escape_debug(), u32::from(odd)));
            }
        };
        let sid = written::texts(&statement, members, &["Sid"]);
        let texts = sid.chain(written::actions(&statement, members)).chain(written::resources(&statement, members));
        for it in texts.chain(written::principals(&statement, members)) {
            look(&|| Written::pointer(&it), it.text);
        }
        for test in written::tests(&statement, members) {
            for (index, text) in test.texts() {
                look(&|| test.value_pointer(index), &text);
            }
        }
    }
}

const fn is_allowed(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | '\u{20}'..='\u{ff}')
}

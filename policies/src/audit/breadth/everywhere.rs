//! Actions on every resource that could be limited to some.

use super::place::{grants, is_limited, item};
use super::reach::Reach;
use crate::audit::exposure;
use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::wildcard;
use crate::catalogue::{self, AccessLevel, Action};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB20",
            severity: Severity::Medium,
            title: "actions that write allowed on every resource, though they can be limited to some",
            fix: "name the resources in `Resource`; keep only actions without resource types on `*`",
            also_known_as: &[
                "parliament:RESOURCE_STAR",
                "iam-policy-validator:wildcard_resource",
                "checkov:CKV_AWS_111",
                "checkov:CKV_AWS_290",
                "checkov:CKV_AWS_355",
                "checkov:CKV_AWS_356",
                "cfn-nag:W11",
                "cfn-nag:W12",
                "cfn-nag:W13",
                "cloudsplaining:InfrastructureModification",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sqs:SendMessage", "xray:PutTraceSegments"], "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "xray:PutTraceSegments", "Resource": "*"}]}"#,
        ),
        check: Check::Statement(writing),
    },
    PolicyRule {
        rule: Rule {
            id: "WB21",
            severity: Severity::Low,
            title: "actions that only read allowed on every resource, though they can be limited to some",
            fix: "name the resources in `Resource`; keep only actions without resource types on `*`",
            also_known_as: &[
                "parliament:RESOURCE_STAR",
                "iam-policy-validator:wildcard_resource",
                "checkov:CKV_AWS_355",
                "checkov:CKV_AWS_356",
                "cfn-nag:W11",
                "cfn-nag:W12",
                "cfn-nag:W13",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:GetQueueAttributes", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:GetQueueAttributes", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "maps"}}}]}"#,
        ),
        check: Check::Statement(reading),
    },
];

fn writing(at: &At<'_>, report: &mut Report<'_>) {
    check(at, report, writes);
}

fn reading(at: &At<'_>, report: &mut Report<'_>) {
    if !at.statement.action.iter().any(|it| concerned(it.as_str(), writes).is_some()) {
        check(at, report, |action| action.access_level == AccessLevel::Read);
    }
}

fn writes(action: &Action) -> bool {
    matches!(action.access_level, AccessLevel::Write | AccessLevel::Tagging)
}

fn check(at: &At<'_>, report: &mut Report<'_>, concerns: fn(&Action) -> bool) {
    let statement = at.statement;
    let Some(index) = statement.resource.iter().position(|it| it == "*") else { return };
    if !grants(at) || statement.action.is_negated() || statement.resource.is_negated() || is_limited(at) {
        return;
    }
    let mut found = statement.action.iter().filter_map(|it| Some((it.as_str(), concerned(it.as_str(), concerns)?)));
    let Some((written, action)) = found.next() else { return };
    let used = action.resources.iter().find(|used| used.required).or(action.resources.first());
    let kind = used.map_or("resource", |used| used.name);
    let more = match found.count() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let example = action.to_string();
    let which = if example.eq_ignore_ascii_case(written) { "it".to_owned() } else { format!("`{example}`") };
    let message = format!("`{written}`{more} on every resource, though {which} can be limited to one of type `{kind}`");
    report.add(item(at, at.resource(), index), message).about(written).on("*");
}

/// The action, or one that the pattern stands for, when it can be limited to resources and no other rule is about its
/// being on all of them.
fn concerned(written: &str, concerns: fn(&Action) -> bool) -> Option<&'static Action> {
    let (_, name) = written.split_once(':')?;
    if name.chars().all(|char| char == '*') {
        return None;
    }
    let found = if wildcard::is_in(written) { Reach::of(written)?.example? } else { catalogue::action(written)? };
    // A single type that calls need not name leaves calls that are on `*`; of several a call names one.
    let is_named = found.resources.len() > 1 || found.resources.iter().any(|used| used.required);
    (is_named && concerns(found) && !exposure::is_about(found)).then_some(found)
}

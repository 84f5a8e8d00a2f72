//! What each statement must have, and what it must not have together.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::structure::lacks;
use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, quoted};
use crate::nearest::nearest;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR14",
            severity: Severity::Error,
            title: "a statement without an effect",
            fix: "say `\"Effect\": \"Allow\"` or `\"Effect\": \"Deny\"`",
            also_known_as: &[
                "access-analyzer:MISSING_EFFECT",
                "iam-policy-validator:missing_effect",
                "parliament:MALFORMED",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(no_effect),
    },
    PolicyRule {
        rule: Rule {
            id: "GR15",
            severity: Severity::Error,
            title: "an effect other than `Allow` and `Deny`",
            fix: "write `Allow` or `Deny`, with this case",
            also_known_as: &["access-analyzer:INVALID_EFFECT", "iam-policy-validator:invalid_effect"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(unknown_effect),
    },
    PolicyRule {
        rule: Rule {
            id: "GR16",
            severity: Severity::Error,
            title: "a statement without actions",
            fix: "name its actions in `Action`, or all but some in `NotAction`",
            also_known_as: &[
                "access-analyzer:MISSING_ACTION",
                "iam-policy-validator:missing_action",
                "parliament:MALFORMED",
            ],
        },
        firing: Case::identity(r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Resource": "*"}}"#),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotAction": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(no_action),
    },
    PolicyRule {
        rule: Rule {
            id: "GR17",
            severity: Severity::Error,
            title: "a statement without resources",
            fix: "name its resources in `Resource`; `*` when its actions take none",
            also_known_as: &[
                "access-analyzer:MISSING_RESOURCE",
                "iam-policy-validator:missing_resource",
                "iam-policy-validator:missing_rcp_resource",
                "parliament:MALFORMED",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#,
        ),
        check: Check::Written(no_resource),
    },
    PolicyRule {
        rule: Rule {
            id: "GR18",
            severity: Severity::Error,
            title: "an element beside its own negation",
            fix: "keep one of the two, and write what the other says as another statement",
            also_known_as: &[
                "access-analyzer:UNSUPPORTED_ELEMENT_COMBINATION",
                "iam-policy-validator:action_conflict",
                "iam-policy-validator:resource_conflict",
                "iam-policy-validator:principal_conflict",
                "parliament:MALFORMED",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "NotAction": "sqs:PurgeQueue", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}, {"Effect": "Deny", "NotAction": "sqs:*", "Resource": "*"}]}"#,
        ),
        check: Check::Written(both),
    },
    PolicyRule {
        rule: Rule {
            id: "GR19",
            severity: Severity::Error,
            title: "an empty list of actions or resources",
            fix: "name what the statement is about, or remove the statement",
            also_known_as: &["access-analyzer:EMPTY_ARRAY_ACTION", "access-analyzer:EMPTY_ARRAY_RESOURCE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": [], "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": "*"}}"#,
        ),
        check: Check::Written(empty_list),
    },
    PolicyRule {
        rule: Rule {
            id: "GR20",
            severity: Severity::Error,
            title: "a statement's name with characters that IAM refuses",
            fix: "name statements with letters and digits only",
            also_known_as: &[
                "access-analyzer:UNSUPPORTED_SID",
                "iam-policy-validator:invalid_sid_format",
                "parliament:INVALID_SID",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Sid": "send orders", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        // Services such as Amazon S3 take other characters in the policies of their resources.
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Sid": "send orders", "Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(sid_characters),
    },
    PolicyRule {
        rule: Rule {
            id: "GR21",
            severity: Severity::Error,
            title: "two statements with the same name",
            fix: "give each statement a name of its own, or none",
            also_known_as: &[
                "access-analyzer:UNIQUE_SIDS_REQUIRED",
                "access-analyzer:UNIQUE_SIDS_RECOMMENDED",
                "iam-policy-validator:duplicate_sid",
                "parliament:DUPLICATE_SID",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}, {"Sid": "Send", "Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}, {"Sid": "send", "Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}]}"#,
        ),
        check: Check::Written(same_sid),
    },
    PolicyRule {
        rule: Rule {
            id: "GR22",
            severity: Severity::Low,
            title: "a statement with an empty name",
            fix: "name the statement, or leave `Sid` away",
            also_known_as: &["access-analyzer:EMPTY_SID_VALUE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Sid": "Send", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(empty_sid),
    },
];

fn no_effect(policy: &Policy, report: &mut Report<'_>) {
    for (statement, _) in policy.objects().filter(|(_, members)| lacks(members, "Effect")) {
        report.add(statement, "`Effect` is missing: expected `Allow` or `Deny`");
    }
}

fn unknown_effect(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        let Some(effect) = members.get("Effect").and_then(Json::as_str) else { continue };
        if effect != "Allow" && effect != "Deny" {
            let message = format!("the effect is {}: expected `Allow` or `Deny`", quoted(effect));
            let finding = report.add(format!("{statement}/Effect"), message);
            if let Some(meant) = nearest(effect, ["Allow", "Deny"]) {
                finding.help(format!("did you mean `{meant}`?"));
            }
        }
    }
}

fn no_action(policy: &Policy, report: &mut Report<'_>) {
    for (statement, _) in policy.objects().filter(|(_, it)| lacks(it, "Action") && lacks(it, "NotAction")) {
        report.add(statement, "it has neither `Action` nor `NotAction`");
    }
}

/// Services whose resources' policies are about the resource itself, which they need not name.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html>
/// <https://docs.aws.amazon.com/efs/latest/ug/security_iam_resource-based-policy-examples.html>
const OF_THEMSELVES: [&str; 2] = ["ecr", "elasticfilesystem:"];

fn no_resource(policy: &Policy, report: &mut Report<'_>) {
    if policy.kind == Kind::Trust {
        return;
    }
    for (statement, members) in policy.objects() {
        let of_itself = || {
            let mut actions = written::actions(&statement, members);
            actions.any(|it| OF_THEMSELVES.iter().any(|start| it.text.to_ascii_lowercase().starts_with(start)))
        };
        if lacks(members, "Resource")
            && lacks(members, "NotResource")
            && !(policy.kind == Kind::Resource && of_itself())
        {
            report.add(statement, "it has neither `Resource` nor `NotResource`");
        }
    }
}

fn both(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for name in ["Action", "Resource", "Principal"] {
            let not = format!("Not{name}");
            if members.contains_key(name) && members.contains_key(&not) {
                report.add(format!("{statement}/{not}"), format!("`{not}` is beside `{name}`"));
            }
        }
    }
}

fn empty_list(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for name in written::ACTIONS.iter().chain(written::RESOURCES) {
            if members.get(*name).and_then(Json::as_array).is_some_and(Vec::is_empty) {
                report.add(format!("{statement}/{name}"), format!("`{name}` is an empty list"));
            }
        }
    }
}

fn sids(policy: &Policy) -> impl Iterator<Item = (String, &str)> {
    let sid = |(statement, json): (String, _)| Some((format!("{statement}/Sid"), Json::as_str(json)?));
    policy.objects().filter_map(|(statement, members)| Some((statement, members.get("Sid")?))).filter_map(sid)
}

fn sid_characters(policy: &Policy, report: &mut Report<'_>) {
    if matches!(policy.kind, Kind::Resource | Kind::Endpoint) {
        return;
    }
    for (pointer, sid) in sids(policy) {
        if !sid.chars().all(|char| char.is_ascii_alphanumeric()) && !written::has_variable(sid) {
            report.add(pointer, format!("the name {} is not only of letters and digits", quoted(sid)));
        }
    }
}

fn same_sid(policy: &Policy, report: &mut Report<'_>) {
    let mut seen = BTreeMap::new();
    for (pointer, sid) in sids(policy).filter(|(_, sid)| !sid.is_empty()) {
        if let Some(first) = seen.get(sid) {
            report.add(pointer, format!("the name {} is that of `{first}` too", quoted(sid)));
        } else {
            seen.insert(sid, pointer);
        }
    }
}

fn empty_sid(policy: &Policy, report: &mut Report<'_>) {
    for (pointer, _) in sids(policy).filter(|(_, sid)| sid.is_empty()) {
        report.add(pointer, "the name is empty");
    }
}

//! Where principals are named, and in which form.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use serde_json::Value as Json;

use super::structure::lacks;
use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, PRINCIPALS, escaped, has_variable, quoted, shown};
use crate::nearest::nearest;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR36",
            severity: Severity::Error,
            title: "a principal in a policy that is attached to principals",
            fix: "remove it: such a policy speaks of those it is attached to",
            also_known_as: &[
                "access-analyzer:UNSUPPORTED_PRINCIPAL",
                "access-analyzer:SCP_SYNTAX_ERROR_PRINCIPAL",
                "iam-policy-validator:unexpected_principal",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(unexpected),
    },
    PolicyRule {
        rule: Rule {
            id: "GR37",
            severity: Severity::Error,
            title: "a resource or trust policy's statement without principals",
            fix: "say in `Principal` of whom it speaks",
            also_known_as: &[
                "access-analyzer:MISSING_PRINCIPAL",
                "iam-policy-validator:missing_principal",
                "iam-policy-validator:missing_rcp_principal",
            ],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#,
        ),
        check: Check::Written(missing),
    },
    PolicyRule {
        rule: Rule {
            id: "GR38",
            severity: Severity::Error,
            title: "principals without their kind",
            fix: "name the kind: `{\"AWS\": …}`, `{\"Service\": …}`, `{\"Federated\": …}` or `{\"CanonicalUser\": …}`",
            also_known_as: &["access-analyzer:INVALID_PRINCIPAL_FORMAT", "iam-policy-validator:invalid_principal"],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "123456789012", "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(without_kind),
    },
    PolicyRule {
        rule: Rule {
            id: "GR39",
            severity: Severity::Error,
            title: "a kind of principal that IAM does not have",
            fix: "use `AWS`, `Service`, `Federated` or `CanonicalUser`, with this case",
            also_known_as: &["access-analyzer:INVALID_PRINCIPAL_KEY"],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Services": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(unknown_kind),
    },
    PolicyRule {
        rule: Rule {
            id: "GR40",
            severity: Severity::Error,
            title: "no principal where there must be one",
            fix: "name of whom the statement speaks, or remove the statement",
            also_known_as: &["access-analyzer:EMPTY_OBJECT_PRINCIPAL", "access-analyzer:EMPTY_ARRAY_PRINCIPAL"],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": []}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ["123456789012"]}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(none),
    },
    PolicyRule {
        rule: Rule {
            id: "GR41",
            severity: Severity::Critical,
            title: "everyone but some allowed by `NotPrincipal`",
            fix: "name in `Principal` who is allowed; `NotPrincipal` is for statements that deny",
            also_known_as: &[
                "access-analyzer:ALLOW_WITH_NOT_PRINCIPAL",
                "iam-policy-validator:not_principal_with_allow",
            ],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotPrincipal": {"AWS": "123456789012"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(all_but_some_allowed),
    },
];

const KINDS: &[&str] = &["AWS", "Service", "Federated", "CanonicalUser"];

fn unexpected(policy: &Policy, report: &mut Report<'_>) {
    if !matches!(policy.kind, Kind::Identity | Kind::Boundary | Kind::ServiceControl) {
        return;
    }
    for (statement, members) in policy.objects() {
        for name in PRINCIPALS.iter().filter(|name| members.contains_key(**name)) {
            let whose = match policy.kind {
                Kind::Boundary => "a boundary",
                Kind::ServiceControl => "a service control policy",
                _ => "the policy of a user, group or role",
            };
            report.add(format!("{statement}/{name}"), format!("`{name}` is in {whose}, which has none"));
        }
    }
}

fn missing(policy: &Policy, report: &mut Report<'_>) {
    if !matches!(policy.kind, Kind::Resource | Kind::Trust | Kind::ResourceControl | Kind::Endpoint) {
        return;
    }
    for (statement, _) in policy.objects().filter(|(_, it)| lacks(it, "Principal") && lacks(it, "NotPrincipal")) {
        report.add(statement, "`Principal` is missing");
    }
}

/// The elements with principals, each with its place.
fn elements(policy: &Policy) -> impl Iterator<Item = (String, &'static str, &Json)> {
    policy.objects().flat_map(|(statement, members)| {
        let found = PRINCIPALS.iter().filter_map(|name| Some((*name, members.get(*name)?)));
        found.map(|(name, json)| (format!("{statement}/{name}"), name, json)).collect::<Vec<_>>()
    })
}

fn without_kind(policy: &Policy, report: &mut Report<'_>) {
    for (pointer, name, json) in elements(policy) {
        let is_fine = match json {
            Json::Object(_) => true,
            Json::String(text) => text == "*" || text.is_empty() || has_variable(text),
            _ => false,
        };
        if !is_fine {
            let message = format!("`{name}` is {}: expected `*`, or an object such as `{{\"AWS\": …}}`", shown(json));
            report.add(pointer, message);
        }
    }
}

fn unknown_kind(policy: &Policy, report: &mut Report<'_>) {
    for (pointer, _, json) in elements(policy) {
        for kind in json.as_object().into_iter().flatten().map(|(kind, _)| kind.as_str()) {
            if KINDS.contains(&kind) {
                continue;
            }
            let message = format!("{} is no kind of principal", quoted(kind));
            let finding = report.add(format!("{pointer}/{}", escaped(kind)), message);
            if let Some(meant) = nearest(kind, KINDS.iter().copied()) {
                finding.help(format!("did you mean `{meant}`?"));
            }
        }
    }
}

fn none(policy: &Policy, report: &mut Report<'_>) {
    for (pointer, name, json) in elements(policy) {
        match json {
            Json::String(text) if text.is_empty() => {
                report.add(pointer, format!("`{name}` is an empty text"));
            }
            Json::Object(kinds) if kinds.is_empty() => {
                report.add(pointer, format!("`{name}` is an empty object"));
            }
            Json::Object(kinds) => {
                for (kind, names) in kinds {
                    let is_empty = |json: &Json| json.as_str().is_some_and(str::is_empty);
                    let has_none = names.as_array().is_some_and(Vec::is_empty);
                    let place = format!("{pointer}/{}", escaped(kind));
                    if has_none {
                        report.add(place, format!("`{name}` has no name for {}", quoted(kind)));
                    } else if written::items(Some(names)).any(|(_, name)| is_empty(name)) {
                        report.add(place, format!("`{name}` has an empty name for {}", quoted(kind)));
                    } else if let Some((_, odd)) = written::items(Some(names)).find(|(_, name)| !name.is_string()) {
                        report.add(place, format!("`{name}` has {} for {}: expected a text", shown(odd), quoted(kind)));
                    }
                }
            }
            _ => {}
        }
    }
}

fn all_but_some_allowed(policy: &Policy, report: &mut Report<'_>) {
    if policy.kind != Kind::Resource {
        return;
    }
    for (statement, members) in policy.objects() {
        let allows = members.get("Effect").and_then(Json::as_str) == Some("Allow");
        if allows && members.contains_key("NotPrincipal") {
            let message = "it allows everyone but those named, also who is not known to AWS";
            report.add(format!("{statement}/NotPrincipal"), message).on("*");
        }
    }
}

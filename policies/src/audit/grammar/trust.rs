//! What the trust policies of roles may say.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html>

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Members, has_variable, quoted};
use crate::evaluate::arn_parts;
use crate::nearest::nearest;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR51",
            severity: Severity::Error,
            title: "`NotPrincipal` in a trust policy",
            fix: "name in `Principal` who may assume the role",
            also_known_as: &["access-analyzer:ROLE_TRUST_POLICY_SYNTAX_ERROR_NOTPRINCIPAL"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}}"#,
        ),
        check: Check::Written(not_principal),
    },
    PolicyRule {
        rule: Rule {
            id: "GR52",
            severity: Severity::Error,
            title: "a lone `*` as the principal of a trust policy",
            fix: "name who may assume the role; for everyone, which a condition must narrow, write `{\"AWS\": \"*\"}`",
            also_known_as: &["access-analyzer:ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}}}"#,
        ),
        check: Check::Written(lone_star),
    },
    PolicyRule {
        rule: Rule {
            id: "GR53",
            severity: Severity::Error,
            title: "resources in a trust policy",
            fix: "remove them: the resource is the role itself",
            also_known_as: &["access-analyzer:ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole", "Resource": "*"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#,
        ),
        check: Check::Written(resource),
    },
    PolicyRule {
        rule: Rule {
            id: "GR54",
            severity: Severity::Error,
            title: "an action in a trust policy that is not about assuming a role",
            fix: "write `sts:AssumeRole` or one of its kin, and what the role may do in its own policies",
            also_known_as: &["access-analyzer:UNSUPPORTED_ACTION_IN_POLICY"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": ["sts:AssumeRole", "sqs:SendMessage"]}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["sts:AssumeRole", "sts:TagSession"]}}"#,
        ),
        check: Check::Written(other_action),
    },
    PolicyRule {
        rule: Rule {
            id: "GR55",
            severity: Severity::Error,
            title: "a way of assuming a role that its principals do not have",
            fix: "`sts:AssumeRole` for accounts and services, `sts:AssumeRoleWithSAML` for SAML providers, `sts:AssumeRoleWithWebIdentity` for OpenID Connect",
            also_known_as: &[
                "access-analyzer:MISMATCHED_ACTION_FOR_PRINCIPAL",
                "iam-policy-validator:invalid_principal_type_for_assume_action",
            ],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/staff"}, "Action": "sts:AssumeRole"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:saml-provider/staff"}, "Action": "sts:AssumeRoleWithSAML"}}"#,
        ),
        check: Check::Written(mismatch),
    },
    PolicyRule {
        rule: Rule {
            id: "GR56",
            severity: Severity::Error,
            title: "a trust in Roles Anywhere that lacks an action it needs",
            fix: "allow `sts:AssumeRole`, `sts:TagSession` and `sts:SetSourceIdentity` together",
            also_known_as: &["access-analyzer:MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "rolesanywhere.amazonaws.com"}, "Action": ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]}}"#,
        ),
        check: Check::Written(roles_anywhere),
    },
    PolicyRule {
        rule: Rule {
            id: "GR57",
            severity: Severity::Low,
            title: "a session beside the role it is of",
            fix: "remove the session: the role stands for all of its sessions",
            also_known_as: &["access-analyzer:REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::123456789012:role/reader", "arn:aws:sts::123456789012:assumed-role/reader/ann"]}, "Action": "sts:AssumeRole"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::123456789012:role/writer", "arn:aws:sts::123456789012:assumed-role/reader/ann"]}, "Action": "sts:AssumeRole"}}"#,
        ),
        check: Check::Written(session_of_role),
    },
];

const ASSUME: &str = "sts:AssumeRole";
const ASSUME_WITH_SAML: &str = "sts:AssumeRoleWithSAML";
const ASSUME_WITH_WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";
const TAG: &str = "sts:TagSession";
const SET_IDENTITY: &str = "sts:SetSourceIdentity";
const OF_TRUST: &[&str] = &[ASSUME, ASSUME_WITH_SAML, ASSUME_WITH_WEB_IDENTITY, TAG, SET_IDENTITY, "sts:SetContext"];

/// The statements of a trust policy.
fn trusts(policy: &Policy) -> impl Iterator<Item = (String, &Members)> {
    policy.objects().filter(|_| policy.kind == Kind::Trust)
}

fn not_principal(policy: &Policy, report: &mut Report<'_>) {
    for (statement, _) in trusts(policy).filter(|(_, members)| members.contains_key("NotPrincipal")) {
        report.add(
            format!("{statement}/NotPrincipal"),
            "`NotPrincipal` is in a trust policy, which must name whom it trusts",
        );
    }
}

fn lone_star(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in trusts(policy) {
        if members.get("Principal").and_then(Json::as_str) == Some("*") {
            report
                .add(format!("{statement}/Principal"), "the principal is `*`, which a trust policy cannot have")
                .on("*");
        }
    }
}

fn resource(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in trusts(policy) {
        for name in written::RESOURCES.iter().filter(|name| members.contains_key(**name)) {
            report.add(format!("{statement}/{name}"), format!("`{name}` is in a trust policy"));
        }
    }
}

fn other_action(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in trusts(policy) {
        for it in written::actions(&statement, members).filter(|it| !has_variable(it.text) && it.text.contains(':')) {
            let text = it.text.trim();
            let lower = text.to_ascii_lowercase();
            let is_of_trust = lower.starts_with("sts:") && lower.contains(['*', '?'])
                || OF_TRUST.iter().any(|known| known.eq_ignore_ascii_case(text));
            if !is_of_trust {
                let message = format!("the action {} is not about assuming a role", quoted(it.text));
                let finding = report.add(it.pointer(), message).about(it.text);
                if let Some(meant) = nearest(text, OF_TRUST.iter().copied()).filter(|_| lower.starts_with("sts:")) {
                    finding.help(format!("did you mean `{meant}`?"));
                }
            }
        }
    }
}

/// How a principal assumes roles, when that is known.
fn way(kind: &str, name: &str) -> Option<&'static str> {
    match kind {
        "AWS" | "Service" => Some(ASSUME),
        "Federated" if has_variable(name) => None,
        "Federated" if name.contains(":saml-provider/") => Some(ASSUME_WITH_SAML),
        "Federated" if name.contains('.') => Some(ASSUME_WITH_WEB_IDENTITY),
        _ => None,
    }
}

fn allows(members: &Members) -> bool {
    members.get("Effect").and_then(Json::as_str) == Some("Allow")
}

fn mismatch(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in trusts(policy).filter(|(_, members)| allows(members)) {
        let ways: Option<BTreeSet<_>> =
            written::principals(&statement, members).map(|it| way(it.kind, it.text)).collect();
        let Some(ways) = ways.filter(|ways| !ways.is_empty()) else { continue };
        for it in written::texts(&statement, members, &["Action"]) {
            let is_way = [ASSUME, ASSUME_WITH_SAML, ASSUME_WITH_WEB_IDENTITY].into_iter();
            let Some(found) = is_way.into_iter().find(|way| way.eq_ignore_ascii_case(it.text)) else { continue };
            if !ways.contains(found) {
                let expected: Vec<_> = ways.iter().map(|way| format!("`{way}`")).collect();
                let message = format!(
                    "the principals do not assume roles by {}: expected {}",
                    quoted(it.text),
                    expected.join(" or ")
                );
                report.add(it.pointer(), message).about(it.text);
            }
        }
    }
}

fn roles_anywhere(policy: &Policy, report: &mut Report<'_>) {
    const SERVICE: &str = "rolesanywhere.amazonaws.com";
    let mut trusted = None;
    let mut missing = vec![ASSUME, TAG, SET_IDENTITY];
    for (statement, members) in trusts(policy).filter(|(_, members)| allows(members)) {
        if written::principals(&statement, members).any(|it| it.kind == "Service" && it.text == SERVICE) {
            for it in written::texts(&statement, members, &["Action"]) {
                let action = crate::Action::new(it.text.to_owned());
                missing.retain(|needed| !action.covers(needed));
            }
            trusted.get_or_insert(statement);
        }
    }
    if let Some(statement) = trusted.filter(|_| !missing.is_empty()) {
        let names: Vec<_> = missing.iter().map(|name| format!("`{name}`")).collect();
        report.add(statement, format!("it trusts `{SERVICE}` without {}", names.join(" and "))).on(SERVICE);
    }
}

fn session_of_role(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in trusts(policy) {
        let mut roles = BTreeSet::new();
        for it in written::principals(&statement, members) {
            if let Some([_, _, "iam", _, account, resource]) = arn_parts(it.text)
                && let Some(role) = resource.strip_prefix("role/")
            {
                roles.insert((account, role.rsplit('/').next().unwrap_or(role)));
            }
        }
        for it in written::principals(&statement, members) {
            if let Some([_, _, "sts", _, account, resource]) = arn_parts(it.text)
                && let Some((role, _)) = resource.strip_prefix("assumed-role/").and_then(|rest| rest.split_once('/'))
                && roles.contains(&(account, role))
            {
                report
                    .add(it.pointer(), format!("{} is a session of a role that is named too", quoted(it.text)))
                    .on(it.text);
            }
        }
    }
}

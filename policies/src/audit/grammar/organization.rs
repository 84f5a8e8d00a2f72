//! What the resource control policies of organizations may say.
//!
//! Service control policies may say what identity policies may, but for principals.
//!
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html>
//! <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html>

use serde_json::Value as Json;

use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Members, shown};

const fn case(text: &'static str) -> Case {
    Case { kind: Kind::ResourceControl, text }
}

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR93",
            severity: Severity::Error,
            title: "a resource control policy that allows",
            fix: "write what it denies: AWS's own `RCPFullAWSAccess` is the only one that allows",
            also_known_as: &["access-analyzer:RCP_SYNTAX_ERROR_ALLOW", "iam-policy-validator:invalid_rcp_effect"],
        },
        firing: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}}"#,
        ),
        quiet: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}}"#,
        ),
        check: Check::Written(allows),
    },
    PolicyRule {
        rule: Rule {
            id: "GR94",
            severity: Severity::Error,
            title: "`NotAction` in a resource control policy",
            fix: "name in `Action` what it denies",
            also_known_as: &[
                "access-analyzer:RCP_SYNTAX_ERROR_NOTACTION",
                "iam-policy-validator:invalid_rcp_not_action",
            ],
        },
        firing: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "NotAction": "s3:GetObject", "Resource": "*"}}"#,
        ),
        quiet: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "NotResource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(not_action),
    },
    PolicyRule {
        rule: Rule {
            id: "GR95",
            severity: Severity::Error,
            title: "a principal other than `*` in a resource control policy",
            fix: "write `\"Principal\": \"*\"` and ask for the principal in a condition, such as on `aws:PrincipalArn`",
            also_known_as: &[
                "access-analyzer:RCP_SYNTAX_ERROR_PRINCIPAL",
                "iam-policy-validator:invalid_rcp_principal",
                "iam-policy-validator:invalid_rcp_not_principal",
            ],
        },
        firing: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": {"AWS": "123456789012"}, "Action": "s3:*", "Resource": "*"}}"#,
        ),
        quiet: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}}"#,
        ),
        check: Check::Written(principal),
    },
    PolicyRule {
        rule: Rule {
            id: "GR96",
            severity: Severity::Error,
            title: "every action in a resource control policy",
            fix: "name the services, such as `s3:*`",
            also_known_as: &[
                "access-analyzer:RCP_SYNTAX_ERROR_ACTION",
                "iam-policy-validator:invalid_rcp_wildcard_action",
            ],
        },
        firing: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}}"#,
        ),
        quiet: case(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*"], "Resource": "*"}}"#,
        ),
        check: Check::Written(every_action),
    },
];

/// The statements of a resource control policy, but for those of AWS's own, which allows everything to everyone.
fn statements(policy: &Policy) -> impl Iterator<Item = (String, &Members)> {
    let is_aws_own = |members: &Members| {
        let is = |name: &str, text: &str| members.get(name).and_then(Json::as_str) == Some(text);
        is("Effect", "Allow") && is("Principal", "*") && is("Action", "*") && is("Resource", "*")
    };
    policy.objects().filter(move |(_, members)| policy.kind == Kind::ResourceControl && !is_aws_own(members))
}

fn allows(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in statements(policy) {
        if members.get("Effect").and_then(Json::as_str) == Some("Allow") {
            report.add(format!("{statement}/Effect"), "the effect is `Allow`: expected `Deny`");
        }
    }
}

fn not_action(policy: &Policy, report: &mut Report<'_>) {
    for (statement, _) in statements(policy).filter(|(_, members)| members.contains_key("NotAction")) {
        report.add(format!("{statement}/NotAction"), "`NotAction` is in a resource control policy, which has none");
    }
}

fn principal(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in statements(policy) {
        if members.contains_key("NotPrincipal") {
            let message = "`NotPrincipal` is in a resource control policy: expected `\"Principal\": \"*\"`";
            report.add(format!("{statement}/NotPrincipal"), message);
        }
        if let Some(principal) = members.get("Principal").filter(|it| it.as_str() != Some("*")) {
            let message = format!("`Principal` is {}: expected `*`", shown(principal));
            report.add(format!("{statement}/Principal"), message);
        }
    }
}

fn every_action(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in statements(policy) {
        for it in written::texts(&statement, members, &["Action"]).filter(|it| it.text == "*") {
            report.add(it.pointer(), "the action is `*`: expected a service, such as `s3:*`").about(it.text);
        }
    }
}

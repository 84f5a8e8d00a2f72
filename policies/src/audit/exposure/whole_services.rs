//! What whole services, and permissions on everything, let out.

use super::allowed::{concerns, on_every_resource};
use super::sensitive;
use crate::audit::breadth::place::{grants, is_limited, item};
use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::catalogue::{self, AccessLevel};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "SA51",
            severity: Severity::High,
            title: "every action of a service allowed on every resource, sensitive ones among them",
            fix: "name each action that is needed of the service, and the resources it is needed on",
            also_known_as: &["cloudsplaining:ServiceWildcard", "iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:*", "Resource": "arn:aws:secretsmanager:sa-east-1:123456789012:secret:maps-AbCdEf"}]}"#,
        ),
        check: Check::Statement(whole_service),
    },
    PolicyRule {
        rule: Rule {
            id: "SA52",
            severity: Severity::High,
            title: "permissions of every resource managed",
            fix: "name the resources whose permissions are to be managed in `Resource`",
            also_known_as: &["checkov:CKV_AWS_109", "checkov:CKV_AWS_289"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3tables:PutTablePolicy", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3tables:GetTablePolicy", "Resource": "*"}]}"#,
        ),
        check: Check::Statement(permissions),
    },
];

fn whole_service(at: &At<'_>, report: &mut Report<'_>) {
    if !grants(at) || at.statement.action.is_negated() || !on_every_resource(at) || is_limited(at) {
        return;
    }
    for (index, written) in at.statement.action.iter().enumerate() {
        let Some((service, "*")) = written.as_str().split_once(':') else { continue };
        let tables = sensitive().flat_map(|table| table.actions.iter().map(move |action| (table, *action)));
        let of_service = tables.filter(|(_, action)| {
            action.split_once(':').is_some_and(|(prefix, _)| prefix.eq_ignore_ascii_case(service))
        });
        let mut found = of_service.filter(|(table, action)| concerns(table.scope, at, action));
        let Some((table, action)) = found.next() else { continue };
        let more = match found.count() {
            0 => String::new(),
            more => format!("; {more} more of its actions are sensitive"),
        };
        let message = format!("`{written}` takes in `{action}`: it can {}{more}", table.can);
        report.add(item(at, at.action(), index), message).about(written.as_str());
    }
}

fn permissions(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    if !grants(at) || statement.action.is_negated() || !on_every_resource(at) || is_limited(at) {
        return;
    }
    for (index, written) in statement.action.iter().enumerate() {
        let Some(action) = catalogue::action(written.as_str()) else { continue };
        let name = action.to_string();
        let manages = action.access_level == AccessLevel::PermissionsManagement && !action.resources.is_empty();
        if manages && !sensitive().any(|table| table.actions.contains(&name.as_str())) {
            let message = format!("`{name}` on every resource: it can change who may use them");
            report.add(item(at, at.action(), index), message).about(name).on("*");
        }
    }
}

//! Services and actions that AWS has not.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::known::{as_of, matching};
use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Written, has_variable, is_open, quoted};
use crate::evaluate::arn_parts;
use crate::nearest::nearest;
use crate::{catalogue, operation};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "CT01",
            severity: Severity::Error,
            title: "an action of a service that AWS does not have",
            fix: "write the service's prefix as the Service Authorization Reference has it",
            also_known_as: &["access-analyzer:INVALID_SERVICE_IN_ACTION", "parliament:UNKNOWN_PREFIX"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "dynamdb:GetItem", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "*"}}"#,
        ),
        check: Check::Written(unknown_service),
    },
    PolicyRule {
        rule: Rule {
            id: "CT02",
            severity: Severity::Error,
            title: "an action that its service does not have",
            fix: "write the action as the Service Authorization Reference has it; operations of an API often need another",
            also_known_as: &[
                "access-analyzer:INVALID_ACTION",
                "iam-policy-validator:invalid_action",
                "parliament:UNKNOWN_ACTION",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:HeadObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:getobject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(unknown_action),
    },
    PolicyRule {
        rule: Rule {
            id: "CT03",
            severity: Severity::Error,
            title: "a pattern that no action of its service fits",
            fix: "write a pattern that fits the names of the service's actions, or name them",
            also_known_as: &["access-analyzer:INVALID_ACTION", "iam-policy-validator:invalid_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:Publish*", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:publish*", "Resource": "*"}}"#,
        ),
        check: Check::Written(fits_nothing),
    },
    PolicyRule {
        rule: Rule {
            id: "CT04",
            severity: Severity::High,
            title: "an action that AWS has replaced by others",
            fix: "name the actions that took its place: it allows and denies nothing any more",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "aws-portal:ViewBilling", "Resource": "*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "billing:GetBillingData", "Resource": "*"}}"#,
        ),
        check: Check::Written(replaced),
    },
    PolicyRule {
        rule: Rule {
            id: "CT05",
            severity: Severity::Error,
            title: "an ARN of a service that has none",
            fix: "write the service as its ARNs have it, which is not always the prefix of its actions",
            also_known_as: &["access-analyzer:INVALID_SERVICE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamo:eu-west-1:123456789012:table/orders"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"}}"#,
        ),
        check: Check::Written(arn_of_unknown_service),
    },
];

/// Calls `look` with each action, its service and its name; not with those that are not wholly known.
fn each(policy: &Policy, mut look: impl FnMut(Written<'_>, &str, &str)) {
    for (statement, members) in policy.objects() {
        for it in written::actions(&statement, members).filter(|it| !has_variable(it.text)) {
            let parts = it.text.trim().split_once(':').filter(|(service, _)| !service.contains(['*', '?']));
            let is_name = |text: &str| {
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-*?".contains(&byte))
            };
            // What cannot be a name is told elsewhere.
            if let Some((service, name)) = parts.filter(|(service, name)| is_name(service) && is_name(name)) {
                look(it, service, name);
            }
        }
    }
}

fn unknown_service(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |it, service, _| {
        if catalogue::service(service).is_none() {
            let message = format!("AWS has no service with the prefix {} {}", quoted(service), as_of());
            let finding = report.add(it.pointer(), message).about(it.text);
            if let Some(meant) = catalogue::nearest_service(service) {
                finding.help(format!("did you mean `{}`?", meant.prefix));
            }
        }
    });
}

fn unknown_action(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |it, service, name| {
        let Some(known) = catalogue::service(service).filter(|_| !name.contains(['*', '?'])) else { return };
        // What the reference of its API names is an action, also before the catalogue has it.
        if known.action(name).is_some() || is_replaced(it.text) || operation::is_needed(it.text.trim()) {
            return;
        }
        let message = format!("{} has no action {} {}", known.name, quoted(it.text), as_of());
        let finding = report.add(it.pointer(), message).about(it.text);
        if let Some(needed) = needed_by_operation(service, name) {
            finding.help(format!("the operation needs {needed}"));
        } else if let Some(meant) = catalogue::nearest_action(it.text) {
            finding.help(format!("did you mean `{meant}`?"));
        }
    });
}

/// The actions that the operation of this name needs, when there is one.
fn needed_by_operation(service: &str, name: &str) -> Option<String> {
    let operations = operation::of(&service.to_ascii_lowercase())?;
    let actions = operations.iter().find(|it| it.name.eq_ignore_ascii_case(name))?.actions();
    let quoted: Vec<_> = actions.map(|action| format!("`{action}`")).collect();
    (!quoted.is_empty()).then(|| quoted.join(" and "))
}

fn fits_nothing(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |it, service, name| {
        // Most patterns fit the first action, or have a `*` at the end that is found soon.
        if name.contains(['*', '?'])
            && catalogue::service(service).is_some()
            && matching(service, name).next().is_none()
        {
            let message = format!("no action of `{service}` fits {} {}", quoted(it.text), as_of());
            report.add(it.pointer(), message).about(it.text);
        }
    });
}

/// What AWS took away: a prefix, or an action.
///
/// <https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/migrate-granularaccess-iam-mapping-reference.html>
const REPLACED: &[(&str, &str)] = &[
    ("aws-portal:", "actions of `account:`, `billing:`, `payments:`, `tax:` and their like"),
    ("purchase-orders:viewpurchaseorders", "`purchase-orders:GetPurchaseOrder` and its like"),
    ("purchase-orders:modifypurchaseorders", "`purchase-orders:AddPurchaseOrder` and its like"),
];

fn is_replaced(action: &str) -> bool {
    let lower = action.to_ascii_lowercase();
    REPLACED.iter().any(|(old, _)| lower.starts_with(old))
}

fn replaced(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |it, _, _| {
        let lower = it.text.to_ascii_lowercase();
        if let Some((_, new)) = REPLACED.iter().find(|(old, _)| lower.starts_with(old)) {
            report.add(it.pointer(), format!("AWS has replaced {} by {new}", quoted(it.text))).about(it.text);
        }
    });
}

/// The services as their ARNs have them.
static OF_ARNS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let services = catalogue::services().filter_map(catalogue::service);
    let arns = services.flat_map(|service| &service.resource_types).flat_map(|it| &it.arns);
    arns.filter_map(|arn| arn.to_string().split(':').nth(2).map(str::to_owned)).collect()
});

fn arn_of_unknown_service(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for it in written::resources(&statement, members) {
            let Some(["arn", _, service, ..]) = arn_parts(it.text) else { continue };
            // One in uppercase is told elsewhere.
            let is_known = |service: &str| catalogue::service(service).is_some() || OF_ARNS.contains(service);
            if service.is_empty() || is_open(service) || is_known(service) {
                continue;
            }
            let message =
                format!("{} is of the service `{service}`, which AWS does not have {}", quoted(it.text), as_of());
            let finding = report.add(it.pointer(), message).on(it.text);
            if let Some(meant) = nearest(service, OF_ARNS.iter().map(String::as_str)) {
                finding.help(format!("did you mean `{meant}`?"));
            }
        }
    }
}

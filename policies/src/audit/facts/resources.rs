//! Whether the actions of a statement are called on its resources.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::known::{Actions, Named, actions, as_of, is_documented_on};
use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Written, quoted};
use crate::catalogue::{self, Action};
use crate::evaluate::arn_parts;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "CT21",
            severity: Severity::Error,
            title: "an action that is called on none of the statement's resources",
            fix: "name the resources that the action is called on, or move it to a statement that does",
            also_known_as: &[
                "access-analyzer:UNSUPPORTED_RESOURCE_ARN_IN_POLICY",
                "iam-policy-validator:resource_mismatch",
                "parliament:RESOURCE_MISMATCH",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(called_on_others),
    },
    PolicyRule {
        rule: Rule {
            id: "CT22",
            severity: Severity::High,
            title: "an action that takes no resource on certain ones",
            fix: "put the action into a statement on `*`, which is the only resource that IAM checks it on",
            also_known_as: &["iam-policy-validator:resource_mismatch", "parliament:RESOURCE_MISMATCH"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["dynamodb:ListTables", "dynamodb:GetItem"], "Resource": "arn:aws:dynamodb:*:123456789012:table/orders"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["dynamodb:ListTables", "dynamodb:GetItem"], "Resource": "*"}}"#,
        ),
        check: Check::Written(takes_no_resource),
    },
    PolicyRule {
        rule: Rule {
            id: "CT23",
            severity: Severity::Low,
            title: "a resource that no action of the statement is called on",
            fix: "remove the resource, or add the action that was meant for it",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:*", "Resource": ["arn:aws:sqs:*:123456789012:orders", "arn:aws:sns:*:123456789012:orders"]}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["sqs:*", "sns:*"], "Resource": ["arn:aws:sqs:*:123456789012:orders", "arn:aws:sns:*:123456789012:orders"]}}"#,
        ),
        check: Check::Written(never_called_on),
    },
    PolicyRule {
        rule: Rule {
            id: "CT24",
            severity: Severity::Error,
            title: "an ARN with a region or account that its service's ARNs do not have",
            fix: "leave the part empty, with its colon",
            also_known_as: &["access-analyzer:ARN_REGION_NOT_ALLOWED", "access-analyzer:ARN_ACCOUNT_NOT_ALLOWED"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:eu-west-1:123456789012:maps/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(part_too_much),
    },
    PolicyRule {
        rule: Rule {
            id: "CT25",
            severity: Severity::Error,
            title: "an ARN without the region or account that its service's ARNs have",
            fix: "write the region and the account's id, or `*` for any",
            also_known_as: &["access-analyzer:MISSING_ARN_REGION", "access-analyzer:MISSING_ARN_ACCOUNT"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:::orders"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:orders"}}"#,
        ),
        check: Check::Written(part_missing),
    },
    PolicyRule {
        rule: Rule {
            id: "CT26",
            severity: Severity::Medium,
            title: "a service that resource control policies do not reach",
            fix: "see whether AWS has added it; else deny it in a service control policy or in the resource's own",
            also_known_as: &["iam-policy-validator:unsupported_rcp_service"],
        },
        firing: Case {
            kind: Kind::ResourceControl,
            text: r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "ec2:*", "Resource": "*"}}"#,
        },
        quiet: Case {
            kind: Kind::ResourceControl,
            text: r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": "*", "Action": "sqs:*", "Resource": "*"}}"#,
        },
        check: Check::Written(out_of_reach),
    },
];

/// The actions of a statement, and the ARNs that it is about.
struct Fit<'a> {
    actions: Vec<(Written<'a>, Named<'a>)>,
    arns: Vec<Written<'a>>,
    is_judged: OnceCell<bool>,
}

/// As many pairs of an action and a resource are looked at in a statement; AWS takes no policy with more.
const MOST_PAIRS: usize = 20_000;

/// Calls `look` with each statement whose actions are known and that is not about every resource.
fn each(policy: &Policy, mut look: impl FnMut(&Fit<'_>)) {
    for (statement, members) in policy.objects().filter(|(_, members)| members.contains_key("Resource")) {
        let arns: Vec<_> = written::resources(&statement, members).collect();
        if arns.is_empty() || arns.iter().any(|it| it.text == "*") {
            continue;
        }
        if let Actions::Known(actions) = actions(&statement, members)
            && actions.len().saturating_mul(arns.len()) <= MOST_PAIRS
        {
            look(&Fit { actions, arns, is_judged: OnceCell::new() });
        }
    }
}

impl Fit<'_> {
    /// Whether all are well-formed ARNs of services that are known; it takes long, so that it is asked last.
    fn is_judged(&self) -> bool {
        let is_known = |service: &str| catalogue::service(service).is_some_and(|known| known.prefix == service);
        let is_arn = |it: &Written<'_>| arn_parts(it.text).is_some_and(|parts| parts[0] == "arn" && is_known(parts[2]));
        *self.is_judged.get_or_init(|| self.arns.iter().all(|it| is_arn(it) && part_fault(it).is_none()))
    }
}

/// What the ARN has too much, or what it lacks.
fn part_fault(it: &Written<'_>) -> Option<String> {
    too_much(it.text).or_else(|| missing(it.text))
}

fn called_on_others(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |fit| {
        for (text, action) in one_by_one(fit).filter(|(_, action)| !action.resources.is_empty()) {
            let is_called_on = |arn: &Written<'_>| action.applies_to(arn.text) || is_documented_on(action, arn.text);
            if !fit.arns.iter().any(is_called_on) && fit.is_judged() {
                let message = format!(
                    "{} is called on {}, and no resource of the statement is one {}",
                    quoted(text.text),
                    kinds(action),
                    as_of()
                );
                report.add(text.pointer(), message).about(text.text);
            }
        }
    });
}

/// The actions that are named without wildcards.
fn one_by_one<'a>(fit: &'a Fit<'_>) -> impl Iterator<Item = (&'a Written<'a>, &'static Action)> {
    fit.actions.iter().filter_map(|(text, named)| match named {
        Named::One(action) => Some((text, *action)),
        Named::Pattern(..) => None,
    })
}

/// What the action is called on, by one format of each.
fn kinds(action: &Action) -> String {
    let formats = action.resource_types().filter_map(|known| known.arns.first());
    let mut shown: Vec<_> = formats.take(3).map(|arn| format!("`{arn}`")).collect();
    if action.resources.len() > shown.len() {
        shown.push(format!("{} more", action.resources.len() - shown.len()));
    }
    shown.join(" or ")
}

fn takes_no_resource(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |fit| {
        // Some services check such actions on all of their resources: Amazon S3 does so with `arn:aws:s3:::*`.
        if fit.arns.iter().any(|arn| arn_parts(arn.text).is_some_and(|parts| parts[5].starts_with('*'))) {
            return;
        }
        for (text, action) in one_by_one(fit).filter(|(_, action)| action.resources.is_empty()) {
            if fit.arns.iter().any(|arn| is_documented_on(action, arn.text)) {
                continue;
            }
            if fit.arns.iter().any(|arn| arn.text.starts_with("arn:*")) || !fit.is_judged() {
                continue;
            }
            let message =
                format!("{} takes no resource: only a statement on `*` reaches it {}", quoted(text.text), as_of());
            report.add(text.pointer(), message).about(text.text);
        }
    });
}

fn never_called_on(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |fit| {
        if fit.arns.len() < 2 {
            return;
        }
        // A pattern's actions are many, and their types of resources few.
        let types: BTreeSet<_> = fit.actions.iter().flat_map(|(_, named)| types(named)).collect();
        let is_called = |arn: &Written<'_>| {
            types.iter().any(|(service, name)| {
                let known = catalogue::service(service).and_then(|service| service.resource_type(name));
                known.is_some_and(|known| known.fits(arn.text))
            })
        };
        let (called, never): (Vec<Written<'_>>, Vec<Written<'_>>) = fit.arns.iter().partition(|arn| is_called(arn));
        // When none is called, that is told of the actions.
        for arn in never.into_iter().filter(|_| !called.is_empty() && fit.is_judged()) {
            let message = format!("no action of the statement is called on {} {}", quoted(arn.text), as_of());
            report.add(arn.pointer(), message).on(arn.text);
        }
    });
}

/// The types of resources that the actions are called on, each with its service.
fn types(named: &Named<'_>) -> BTreeSet<(&'static str, &'static str)> {
    let mut types = BTreeSet::new();
    named.any(|action| {
        types.extend(action.resources.iter().map(|used| (action.service, used.name)));
        false
    });
    types
}

/// For each format of the service's ARNs, whether it has a region and an account; nothing for an unknown service.
fn formats(service: &str) -> impl Iterator<Item = [bool; 2]> {
    let types = catalogue::service(service).into_iter().flat_map(|service| &service.resource_types);
    types.flat_map(|known| &known.arns).filter_map(|arn| {
        let text = arn.to_string();
        let parts = arn_parts(&text)?;
        Some([!parts[3].is_empty(), !parts[4].is_empty()])
    })
}

fn too_much(arn: &str) -> Option<String> {
    let [prefix, partition, service, region, account, resource] = arn_parts(arn)?;
    let has_no = |index: usize| formats(service).any(|has| !has[index]);
    let may_lack = [!region.is_empty() && has_no(0), !account.is_empty() && has_no(1)];
    if may_lack == [false, false] {
        return None;
    }
    let types = &catalogue::service(service)?.resource_types;
    let fits = |text: &str| types.iter().any(|known| known.fits(text));
    if fits(arn) {
        return None;
    }
    let without = |region: &str, account: &str| [prefix, partition, service, region, account, resource].join(":");
    let choices = [("", account, "region"), (region, "", "account"), ("", "", "region and no account")];
    let found = choices.into_iter().find(|(region, account, _)| fits(&without(region, account)))?;
    Some(format!("{} has no {} in ARNs of `{service}`", quoted(arn), found.2))
}

fn missing(arn: &str) -> Option<String> {
    let [_, _, service, region, account, _] = arn_parts(arn)?;
    let all_have = |index: usize| {
        let mut formats = formats(service).peekable();
        formats.peek().is_some() && formats.all(|has| has[index])
    };
    let part = match (region.is_empty() && all_have(0), account.is_empty() && all_have(1)) {
        (true, true) => "region and no account",
        (true, false) => "region",
        (false, true) => "account",
        (false, false) => return None,
    };
    Some(format!("{} has no {part}, and all ARNs of `{service}` have one", quoted(arn)))
}

fn faults(policy: &Policy, fault: fn(&str) -> Option<String>, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for it in written::resources(&statement, members) {
            if let Some(message) = fault(it.text) {
                report.add(it.pointer(), format!("{message} {}", as_of())).on(it.text);
            }
        }
    }
}

fn part_too_much(policy: &Policy, report: &mut Report<'_>) {
    faults(policy, too_much, report);
}

fn part_missing(policy: &Policy, report: &mut Report<'_>) {
    faults(policy, missing, report);
}

/// What resource control policies reach; AWS adds to it.
///
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
const REACHED: &[&str] = &[
    "aoss",
    "appconfig",
    "appstream",
    "autoscaling",
    "codebuild",
    "codecommit",
    "cognito-identity",
    "cognito-idp",
    "comprehend",
    "comprehendmedical",
    "dax",
    "dynamodb",
    "ecr",
    "health",
    "kinesisvideo",
    "kms",
    "logs",
    "s3",
    "secretsmanager",
    "signin",
    "sqs",
    "sts",
    "support",
    "textract",
    "transcribe",
    "translate",
];

fn out_of_reach(policy: &Policy, report: &mut Report<'_>) {
    if policy.kind != Kind::ResourceControl {
        return;
    }
    for (statement, members) in policy.objects() {
        for it in written::actions(&statement, members) {
            let Some((service, _)) = it.text.split_once(':') else { continue };
            let service = service.to_ascii_lowercase();
            if catalogue::service(&service).is_some() && !REACHED.contains(&service.as_str()) {
                let message = format!("resource control policies are not known to reach `{service}`");
                report.add(it.pointer(), message).about(it.text);
            }
        }
    }
}

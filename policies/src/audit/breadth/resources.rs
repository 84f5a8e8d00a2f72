//! Wildcards in the parts of ARNs.

use super::arn::{Written, written};
use super::place::is_limited;
use crate::audit::finding::Severity;
use crate::audit::policy::At;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::wildcard;
use crate::catalogue::{self, Action, ResourceUse};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB22",
            severity: Severity::Low,
            title: "a wildcard in the partition of an ARN",
            fix: "write the partition, such as `aws`; in a template, `AWS::Partition` stands for the one it is deployed in",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:*:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:${cfn:partition}:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        check: Check::Statement(partition),
    },
    PolicyRule {
        rule: Rule {
            id: "WB24",
            severity: Severity::Low,
            title: "a resource in whatever region",
            fix: "write the region; in a template, `AWS::Region` stands for the one it is deployed in",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:123456789012:sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::sightings/*"}]}"#,
        ),
        check: Check::Statement(region),
    },
    PolicyRule {
        rule: Rule {
            id: "WB25",
            severity: Severity::Medium,
            title: "a resource in whatever account",
            fix: "write the account; in a template, `AWS::AccountId` stands for the one it is deployed in",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:sa-east-1:*:sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::sightings/*"}]}"#,
        ),
        check: Check::Statement(account),
    },
    PolicyRule {
        rule: Rule {
            id: "WB26",
            severity: Severity::High,
            title: "a role that may be assumed in whatever account",
            fix: "write the account of the role: the owner of any other can make a role of that name which lets this principal in",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/deploy"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "arn:aws:iam::123456789012:role/deploy"}]}"#,
        ),
        check: Check::Statement(assumed),
    },
    PolicyRule {
        rule: Rule {
            id: "WB27",
            severity: Severity::Medium,
            title: "a wildcard in the resource type of an ARN",
            fix: "write the type of the resource: others with the same name are meant by it too",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:DescribeTable", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:t*/sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sight*"}]}"#,
        ),
        check: Check::Statement(kind),
    },
    PolicyRule {
        rule: Rule {
            id: "WB28",
            severity: Severity::Medium,
            title: "every resource of a service",
            fix: "name the resources that are needed, or what their names start with",
            also_known_as: &["iam-policy-validator:wildcard_resource", "checkov:CKV_AWS_355", "checkov:CKV_AWS_356"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:*:*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::sightings/*"}]}"#,
        ),
        check: Check::Statement(whole_service),
    },
    PolicyRule {
        rule: Rule {
            id: "WB29",
            severity: Severity::Medium,
            title: "every resource of a type",
            fix: "name the resources that are needed, or what their names start with",
            also_known_as: &["iam-policy-validator:wildcard_resource"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:sa-east-1:123456789012:table/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/lambda/counts:*"}]}"#,
        ),
        check: Check::Statement(whole_type),
    },
    PolicyRule {
        rule: Rule {
            id: "WB30",
            severity: Severity::Low,
            title: "every index or every stream of a table",
            fix: "name the indexes that are queried; a table has one current stream, whose ARN its attributes give",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "${cfn:table}/index/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "dynamodb:Query", "Resource": "${cfn:table}/index/by-model"}]}"#,
        ),
        check: Check::Statement(parts_of_a_table),
    },
    PolicyRule {
        rule: Rule {
            id: "WB31",
            severity: Severity::Medium,
            title: "a wildcard at the start of a resource's name",
            fix: "write what the names start with: anyone who may create resources can choose how a name ends",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::*-sightings/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::sightings-*/*"}]}"#,
        ),
        check: Check::Statement(start),
    },
];

/// Reports the ARNs of which `what` says something, unless a condition limits which resources they are: `*` under the same
/// condition is none the wider for it.
fn each(at: &At<'_>, report: &mut Report<'_>, what: impl Fn(&Written<'_>) -> Option<String>) {
    if !is_limited(at) {
        each_in_all(at, report, what);
    }
}

fn each_in_all(at: &At<'_>, report: &mut Report<'_>, what: impl Fn(&Written<'_>) -> Option<String>) {
    for arn in written(at) {
        if let Some(what) = what(&arn) {
            report.add(arn.pointer(at), format!("`{}` {what}", arn.text)).on(arn.text);
        }
    }
}

/// Whether it is every resource of a service or of a type, which says more than wildcards in its other parts.
fn is_whole(arn: &Written<'_>) -> bool {
    arn.is_whole_service() || arn.is_whole_type()
}

fn partition(at: &At<'_>, report: &mut Report<'_>) {
    each(at, report, |arn| {
        let only = wildcard::is_in(&arn.partition) && !wildcard::is_in(&arn.service);
        only.then(|| "has a wildcard for its partition".to_owned())
    });
}

fn region(at: &At<'_>, report: &mut Report<'_>) {
    each(at, report, |arn| {
        let only = wildcard::is_in(&arn.region) && !wildcard::is_in(&arn.account) && !is_whole(arn);
        let is_any = wildcard::is_all(&arn.region);
        only.then(|| {
            if is_any { "is in any region".to_owned() } else { format!("is in every region like `{}`", arn.region) }
        })
    });
}

/// What the names of roles start with that services make for themselves, in every account the same.
const SERVICE_ROLES: &str = "role/aws-service-role/";

fn account(at: &At<'_>, report: &mut Report<'_>) {
    let assumes = assumes_roles(at);
    each(at, report, |arn| {
        let only = wildcard::is_in(&arn.account) && !wildcard::is_in(&arn.service) && !is_whole(arn);
        // Without another account's role, IAM's actions reach what is in their own.
        let elsewhere = arn.name.starts_with(SERVICE_ROLES) || arn.service == "iam" && (assumes || is_only_of_iam(at));
        let regions = if wildcard::is_in(&arn.region) { " and any region" } else { "" };
        (only && !elsewhere).then(|| format!("is in any account{regions}"))
    });
}

fn assumes_roles(at: &At<'_>) -> bool {
    !at.statement.action.is_negated() && at.statement.action.iter().any(|it| it.covers("sts:AssumeRole"))
}

fn is_only_of_iam(at: &At<'_>) -> bool {
    let actions = &at.statement.action;
    !actions.is_negated() && actions.iter().all(|it| it.service().eq_ignore_ascii_case("iam"))
}

fn assumed(at: &At<'_>, report: &mut Report<'_>) {
    if assumes_roles(at) {
        each_in_all(at, report, |arn| {
            let any = arn.service == "iam" && wildcard::is_in(&arn.account);
            any.then(|| "is a role of any account".to_owned())
        });
    }
}

fn kind(at: &At<'_>, report: &mut Report<'_>) {
    each(at, report, |arn| {
        let first = arn.name.split(['/', ':']).next().unwrap_or_default();
        (!is_whole(arn) && wildcard::is_in(first) && arn.may_be_of_types_like(first))
            .then(|| format!("may be of any type like `{first}`"))
    });
}

fn whole_service(at: &At<'_>, report: &mut Report<'_>) {
    each(at, report, |arn| {
        let only = arn.is_whole_service() && !wildcard::is_in(&arn.service);
        only.then(|| format!("is every resource of `{}`", arn.service))
    });
}

fn whole_type(at: &At<'_>, report: &mut Report<'_>) {
    let assumes = assumes_roles(at);
    each(at, report, |arn| {
        let elsewhere = assumes && arn.service == "iam" && wildcard::is_in(&arn.account);
        let kind = arn.typed().0.trim_end_matches(['/', ':']);
        (arn.is_whole_type() && !elsewhere && !is_to_be_created(at, arn))
            .then(|| format!("is every `{kind}` of `{}`", arn.service))
    });
}

/// How the names of actions start that create what they are called on.
const CREATING: [&str; 3] = ["Allocate", "Create", "Run"];

/// Whether the statement's actions only create what the ARN is of, which has no id before.
fn is_to_be_created(at: &At<'_>, arn: &Written<'_>) -> bool {
    let actions = &at.statement.action;
    if actions.is_negated() || !arn.has_unknown_id() {
        return false;
    }
    let mut creates_any = false;
    for action in actions {
        let Some(action) = catalogue::action(action.as_str()) else { return false };
        let types = catalogue::service(action.service);
        let is_its = |name: &str| types.and_then(|it| it.resource_type(name)).is_some_and(|it| it.fits(arn.text));
        for used in action.resources.iter().filter(|used| is_its(used.name)) {
            if !creates(action, used) {
                return false;
            }
            creates_any = true;
        }
    }
    creates_any
}

/// Whether the action creates a resource of this type: what is new can be given tags, and has none.
fn creates(action: &Action, used: &ResourceUse) -> bool {
    let has = |start: &str| used.condition_keys.iter().any(|key| key.starts_with(start));
    CREATING.iter().any(|start| action.name.starts_with(start)) && has("aws:RequestTag/") && !has("aws:ResourceTag/")
}

/// Ends of resources' texts, and what they are of a table.
const OF_A_TABLE: [(&str, &str); 2] = [("/index/*", "index"), ("/stream/*", "stream")];

fn parts_of_a_table(at: &At<'_>, report: &mut Report<'_>) {
    let about_tables = at.statement.action.iter().all(|it| it.service().eq_ignore_ascii_case("dynamodb"));
    if !super::place::grants(at) || at.statement.resource.is_negated() || !about_tables {
        return;
    }
    for (index, text) in at.statement.resource.iter().enumerate() {
        let part = OF_A_TABLE.iter().find_map(|(end, part)| Some((text.strip_suffix(end)?, part)));
        if let Some((table, part)) = part
            && !wildcard::is_in(&wildcard::specific(table))
        {
            let pointer = super::place::item(at, at.resource(), index);
            report.add(pointer, format!("`{text}` is every {part} of the table")).on(text);
        }
    }
}

fn start(at: &At<'_>, report: &mut Report<'_>) {
    each(at, report, |arn| {
        let (kind, rest) = arn.typed();
        // A wildcard before all types is another rule's.
        let named = !kind.is_empty() || !arn.may_be_of_types_like("*");
        (named && rest.starts_with('*') && !is_whole(arn) && !arn.has_unknown_id())
            .then(|| format!("stands for whatever the name starts with, in `{rest}`"))
    });
}

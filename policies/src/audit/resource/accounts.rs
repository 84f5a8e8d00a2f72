//! Other accounts, and identities that are no more.

use super::principals::{account, allows, identities, is_account, is_whole_account, principals};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::policy::{At, Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rights::acts;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::document::Effect;
use crate::evaluate::arn_parts;
use crate::principal::Principal;

/// Actions that change a resource's policy, or open it by other ways.
const ADMINISTRATION: &[&str] = &[
    "backup:PutBackupVaultAccessPolicy",
    "dynamodb:PutResourcePolicy",
    "ecr:SetRepositoryPolicy",
    "events:PutPermission",
    "kinesis:PutResourcePolicy",
    "lambda:AddPermission",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "secretsmanager:PutResourcePolicy",
    "sns:AddPermission",
    "sns:SetTopicAttributes",
    "sqs:AddPermission",
    "sqs:SetQueueAttributes",
];

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP44", High,
        "another account, allowed every action of a resource",
        "list the actions that the other account needs",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sqs:*", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        |at, report| to_other(at, Given::All, report)
    ),
    row!(
        "RP45", High,
        "another account, allowed to say who uses a resource",
        "leave who uses the resource to its own account",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sqs:AddPermission", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        |at, report| to_other(at, Given::Administration, report)
    ),
    row!(
        "RP46", Low,
        "another account, allowed to use a resource",
        "check that the account is known and that it still needs this",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999999999999:root"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        |at, report| to_other(at, Given::Some, report)
    ),
    row!(
        "RP47", High,
        "several accounts that may do everything with a key",
        "allow `kms:*` to the account of the key, and others only what they need",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::123456789012:root", "arn:aws:iam::999999999999:root"]}, "Action": "kms:*", "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}, "Action": "kms:*", "Resource": "*"}"#;
        Check::Written(keys)
    ),
    row!(
        "RP48", Medium,
        "an identity that was deleted",
        "name the identity anew, or take it out: IAM shows the id of one that is no more",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLEEXAMPLE123"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/sender"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}"#,
        deleted
    ),
    row!(
        "RP49", Low,
        "an account by an id that only Amazon S3 knows",
        "name the account by its id, or a role by its ARN",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        canonical
    ),
    row!(
        "RP50", Low,
        "a CloudFront distribution by an origin access identity",
        "let `cloudfront.amazonaws.com` in with the distribution as `aws:SourceArn` (origin access control)",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity EH1HDMB1FH2TC"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE"}}}"#,
        origin
    ),
];

/// What another account is given.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    All,
    Administration,
    Some,
}

fn to_other(at: &At<'_>, given: Given, report: &mut Report<'_>) {
    if !allows(at, Kind::Resource) {
        return;
    }
    let owner = owner(at);
    // A bucket's own account needs no statement, so an account as a whole is another one.
    let of_bucket = at.statement.resource.iter().any(|it| it.contains(":s3:::")) && given != Given::Some;
    let is_other = |it: &&str| match owner {
        Some(owner) => account(it).is_some_and(|account| account != owner),
        None => of_bucket && is_whole_account(it) && account(it).is_some(),
    };
    let Some(other) = identities(at).find(is_other) else { return };
    let all = at.statement.action.is_negated()
        || at.statement.action.iter().any(|it| it.as_str().ends_with('*') && is_all(it.as_str()));
    let administration = ADMINISTRATION.iter().find(|action| acts(at, action));
    let (found, what) = match administration {
        _ if all => (Given::All, "*"),
        Some(action) => (Given::Administration, *action),
        None => (Given::Some, at.statement.action.iter().next().map_or("*", |it| it.as_str())),
    };
    if found == given {
        let than = owner.map(|owner| format!(" than `{owner}`")).unwrap_or_default();
        let message = format!("`{other}` of another account{than} is allowed `{what}`");
        report.add(at.principal(), message).about(what).on(other);
    }
}

/// Whether the action stands for all of a service.
fn is_all(action: &str) -> bool {
    action == "*" || action.split_once(':').is_some_and(|(_, name)| name == "*")
}

/// The account of the resources, when they name one.
fn owner<'a>(at: &At<'a>) -> Option<&'a str> {
    let mut accounts = at.statement.resource.iter().filter_map(|it| Some(arn_parts(it)?[4]));
    accounts.find(|it| is_account(it))
}

fn keys(policy: &Policy, report: &mut Report<'_>) {
    if policy.kind != Kind::Resource {
        return;
    }
    let mut owner = None;
    for at in policy.statements().filter(|at| at.statement.effect == Effect::Allow) {
        if !at.statement.action.iter().any(|it| it.as_str().eq_ignore_ascii_case("kms:*")) {
            continue;
        }
        for identity in identities(&at).filter(|it| is_whole_account(it)) {
            let Some(account) = account(identity) else { continue };
            let owner = *owner.get_or_insert(account);
            if account != owner {
                let message = format!("`{identity}` may do everything with the key, as may the account `{owner}`");
                report.add(at.principal(), message).about("kms:*").on(identity);
                return;
            }
        }
    }
}

fn deleted(at: &At<'_>, report: &mut Report<'_>) {
    const PREFIXES: &[&str] = &["AIDA", "AROA", "AGPA", "AIPA", "ANPA"];
    if !matches!(at.policy.kind, Kind::Resource | Kind::Trust) {
        return;
    }
    let is_id = |it: &&str| {
        it.len() >= 16
            && PREFIXES.iter().any(|prefix| it.starts_with(prefix))
            && it.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    };
    if let Some(id) = identities(at).find(is_id) {
        let message = format!("`{id}` is the id of a user or role that was deleted: expected an ARN");
        report.add(at.principal(), message).on(id);
    }
}

fn canonical(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Resource) {
        return;
    }
    for principal in principals(at) {
        if let Principal::CanonicalUser(id) = principal {
            report.add(at.principal(), format!("`{id}` does not tell whose account it is")).on(id);
            return;
        }
    }
}

fn origin(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Resource) {
        return;
    }
    if let Some(identity) = identities(at).find(|it| it.contains(":iam::cloudfront:user/")) {
        report
            .add(
                at.principal(),
                format!("`{identity}` is an origin access identity, which cannot read objects encrypted by a key"),
            )
            .on(identity);
    }
}

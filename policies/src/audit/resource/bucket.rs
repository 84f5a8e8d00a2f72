//! Buckets and topics.

use super::principals::{allows, is_public, open};
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::limit::is_key;
use crate::audit::policy::{At, Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::condition::Operator;
use crate::document::Effect;

pub(super) const RULES: &[PolicyRule] = &[
    row!(
        "RP51", Low,
        "a bucket that takes requests without encryption",
        "deny `s3:*` to everyone on the bucket and its objects when `aws:SecureTransport` is `false`",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}, {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::maps", "arn:aws:s3:::maps/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#;
        Check::Written(plain)
    ),
    row!(
        "RP52", Low,
        "a denial of requests without encryption that misses the bucket or its objects",
        "deny on both: `arn:aws:s3:::BUCKET` and `arn:aws:s3:::BUCKET/*`",
        &[],
        resource r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::maps/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#,
        r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::maps", "arn:aws:s3:::maps/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#,
        half
    ),
    row!(
        "RP53", Low,
        "a topic that knows its owner by an old key",
        "name the account in `aws:SourceAccount`, or as the principal",
        &[],
        resource r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"AWS:SourceOwner": "123456789012"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sns:Publish", "Resource": "arn:aws:sns:eu-west-1:123456789012:orders", "Condition": {"StringEquals": {"AWS:SourceAccount": "123456789012"}}}"#,
        by_owner
    ),
];

/// Whether the statement is about requests by their encryption.
fn is_about_encryption(at: &At<'_>) -> bool {
    at.statement.condition.iter().any(|it| is_key(it, "aws:SecureTransport") || is_key(it, "s3:TlsVersion"))
}

fn plain(policy: &Policy, report: &mut Report<'_>) {
    // Whoever lets everyone in has more to do than this.
    let lets_everyone = |at: &At<'_>| {
        let all_but = at.statement.principal.as_ref().is_some_and(crate::Listed::is_negated);
        allows(at, Kind::Resource) && (all_but || is_public(at) && open(at).is_some())
    };
    if policy.kind != Kind::Resource || policy.statements().any(|at| is_about_encryption(&at) || lets_everyone(&at)) {
        return;
    }
    let of_bucket = |at: &At<'_>| at.statement.action.iter().any(|it| it.service().eq_ignore_ascii_case("s3"));
    let found = policy.statements().find(|at| at.statement.effect == Effect::Allow && of_bucket(at));
    if let Some(at) = found {
        report.add(at.action(), "no statement denies requests without encryption").about("s3:*");
    }
}

fn half(at: &At<'_>, report: &mut Report<'_>) {
    let statement = at.statement;
    let denies = at.policy.kind == Kind::Resource && statement.effect == Effect::Deny && is_public(at);
    let is_plain = |it: &crate::Condition| {
        it.operator == Operator::Bool && is_key(it, "aws:SecureTransport") && it.values.iter().any(|it| it == "false")
    };
    if !denies || !statement.condition.iter().any(is_plain) || statement.resource.is_negated() {
        return;
    }
    let of_s3 = statement.action.iter().any(|it| it.as_str() == "*" || it.as_str().eq_ignore_ascii_case("s3:*"));
    let (objects, buckets): (Vec<_>, Vec<_>) = statement.resource.iter().partition(|it| it.ends_with("/*"));
    // `*` at the end, without a separator before it, is for the bucket and for its objects.
    if !of_s3 || statement.resource.iter().any(|it| it.ends_with('*') && !it.ends_with("/*")) {
        return;
    }
    let missing = match (objects.first(), buckets.first()) {
        (Some(objects), None) => objects.trim_end_matches("/*").to_owned(),
        (None, Some(bucket)) => format!("{bucket}/*"),
        _ => return,
    };
    report.add(at.resource(), format!("it does not deny on `{missing}`")).about("s3:*").on(missing);
}

fn by_owner(at: &At<'_>, report: &mut Report<'_>) {
    if !allows(at, Kind::Resource) || !is_public(at) {
        return;
    }
    if let Some(condition) = at.statement.condition.iter().find(|it| is_key(it, "aws:SourceOwner")) {
        let message = format!("`{}` is known to some services only: expected `aws:SourceAccount`", condition.key);
        report.add(at.condition(condition), message).on("*");
    }
}

//! Statements that others of the same policy make needless or void.

use std::collections::BTreeMap;

use crate::audit::finding::Severity;
use crate::audit::policy::{At, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::wildcard;
use crate::document::{Effect, Statement};
use crate::listed::Listed;
use crate::principal::Principal;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "WB45",
            severity: Severity::Low,
            title: "a statement that is there twice",
            fix: "keep one of the two",
            also_known_as: &["access-analyzer:REDUNDANT_STATEMENT"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::maps/*"}, {"Sid": "Other", "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Sid": "One", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::maps/*"}, {"Sid": "Other", "Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::other-maps/*"}]}"#,
        ),
        check: Check::Written(repeated),
    },
    PolicyRule {
        rule: Rule {
            id: "WB46",
            severity: Severity::Low,
            title: "a statement within another one that is wider",
            fix: "leave out the wider one if this is enough; else this one, which changes nothing",
            also_known_as: &["access-analyzer:REDUNDANT_STATEMENT"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::maps/*"}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/atlas.png"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::maps/*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/atlas.png"}]}"#,
        ),
        check: Check::Written(within),
    },
    PolicyRule {
        rule: Rule {
            id: "WB47",
            severity: Severity::Medium,
            title: "an allowance that a denial of the same policy takes back as a whole",
            fix: "leave out the allowance, or say in the denial's `Condition` when it applies",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/atlas.png"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/atlas.png"}, {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}}]}"#,
        ),
        check: Check::Written(taken_back),
    },
];

/// What a statement says, in whatever order it is written.
fn sense(statement: &Statement) -> String {
    fn sorted(mut texts: Vec<String>) -> Vec<String> {
        texts.sort_unstable();
        texts.dedup();
        texts
    }
    let actions = sorted(statement.action.iter().map(|it| it.as_str().to_ascii_lowercase()).collect());
    let resources = sorted(statement.resource.iter().cloned().collect());
    let conditions = sorted(statement.condition.iter().map(|it| format!("{it:?}")).collect());
    let negated = (statement.action.is_negated(), statement.resource.is_negated());
    format!("{:?} {:?} {negated:?} {actions:?} {resources:?} {conditions:?}", statement.effect, statement.principal)
}

fn repeated(policy: &Policy, report: &mut Report<'_>) {
    let mut seen = BTreeMap::new();
    for at in policy.statements() {
        let first = *seen.entry(sense(at.statement)).or_insert(at.pointer);
        if first != at.pointer {
            report.add(at.pointer, format!("it says the same as the statement at `{first}`"));
        }
    }
}

/// How many entries of statements are compared at most, so that no policy takes long.
const MOST_COMPARED: usize = 1_000_000;

/// How many statements that list an action are looked at, of those that may be wider.
const MOST_CANDIDATES: usize = 16;

/// The statements that hold whatever the request, by what they may be wider than.
struct Wide<'a> {
    /// By the actions they list, in lowercase.
    named: BTreeMap<String, Vec<At<'a>>>,
    /// Those with wildcards, by service; `*` for those whose service has some.
    patterns: BTreeMap<String, Vec<At<'a>>>,
    compared: usize,
}

impl<'a> Wide<'a> {
    fn of(policy: &'a Policy, effect: Effect) -> Self {
        let mut wide = Self { named: BTreeMap::new(), patterns: BTreeMap::new(), compared: 0 };
        for at in policy.statements() {
            let statement = at.statement;
            let negated = statement.action.is_negated() || statement.resource.is_negated();
            if statement.effect != effect || !statement.condition.is_empty() || negated {
                continue;
            }
            for action in &statement.action {
                let name = action.as_str().to_ascii_lowercase();
                let service = name.split_once(':').map_or("*", |(service, _)| service);
                let of_service = if wildcard::is_in(service) { "*" } else { service };
                let kept = if action.has_wildcard() {
                    wide.patterns.entry(of_service.to_owned()).or_default()
                } else {
                    wide.named.entry(name).or_default()
                };
                let is_new = kept.last().is_none_or(|last| last.pointer != at.pointer);
                if kept.len() < MOST_CANDIDATES && is_new {
                    kept.push(at);
                }
            }
        }
        wide
    }

    /// A statement that is about all that `inner` is about, other than itself.
    fn around(&mut self, inner: &At<'_>) -> Option<At<'a>> {
        let first = inner.statement.action.iter().next()?.as_str().to_ascii_lowercase();
        let service = first.split_once(':').map_or("*", |(service, _)| service);
        let named = self.named.get(&first).into_iter();
        let lists = named.chain(self.patterns.get(service)).chain(self.patterns.get("*").filter(|_| service != "*"));
        for at in lists.flatten().filter(|at| at.pointer != inner.pointer) {
            if self.compared > MOST_COMPARED {
                return None;
            }
            let (outer, inner) = (at.statement, inner.statement);
            let size = |statement: &Statement| statement.action.as_slice().len() + statement.resource.as_slice().len();
            self.compared += size(outer) * size(inner);
            if takes_in(outer, inner) {
                return Some(*at);
            }
        }
        None
    }
}

/// Whether `outer` is about all actions, resources and principals of `inner`.
fn takes_in(outer: &Statement, inner: &Statement) -> bool {
    let is_plain = !inner.action.is_negated() && !inner.resource.is_negated();
    let actions = |it: &crate::Action| outer.action.iter().any(|by| wildcard::action_covers(by.as_str(), it.as_str()));
    let resources = |it: &String| outer.resource.iter().any(|by| wildcard::resource_covers(by, it));
    let no_resources = inner.resource.is_empty() != outer.resource.is_empty();
    let anyone = matches!(&outer.principal, Some(Listed::These(names)) if names.contains(&Principal::Any));
    let principals = anyone || outer.principal == inner.principal;
    is_plain && !no_resources && principals && inner.action.iter().all(actions) && inner.resource.iter().all(resources)
}

fn within(policy: &Policy, report: &mut Report<'_>) {
    for effect in [Effect::Allow, Effect::Deny] {
        let mut wide = Wide::of(policy, effect);
        for at in policy.statements().filter(|at| at.statement.effect == effect) {
            let Some(outer) = wide.around(&at) else { continue };
            // Of two that are equally wide the first stays; the same one twice is another rule's.
            let equal = at.statement.condition.is_empty() && takes_in(at.statement, outer.statement);
            if !equal || (outer.pointer < at.pointer && sense(outer.statement) != sense(at.statement)) {
                report.add(at.pointer, format!("the statement at `{}` says all that it says", outer.pointer));
            }
        }
    }
}

fn taken_back(policy: &Policy, report: &mut Report<'_>) {
    let mut denials = Wide::of(policy, Effect::Deny);
    for at in policy.statements().filter(|at| at.statement.effect == Effect::Allow) {
        if let Some(denial) = denials.around(&at) {
            report.add(at.pointer, format!("the statement at `{}` denies all that it allows", denial.pointer));
        }
    }
}

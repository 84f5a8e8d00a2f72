//! The evaluator once more, written as plainly as can be, and the two against each other.
//!
//! It knows whole requests only, and the few forms of values that the random policies have.

use policies::evaluate::{Accounts, Context, Decision, Known, Policies, Request, evaluate};
use policies::{Condition, Effect, Listed, Operator, PolicyDocument, Principal, Quantifier, Statement, Version};
use proptest::prelude::*;

use crate::any;

/// A letter, or a wildcard when the flag says so.
type Letter = (char, bool);

fn letters(text: &str, version: Version, wild: bool, context: &Context) -> Option<Vec<Letter>> {
    let chars: Vec<char> = text.chars().collect();
    let mut letters = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let inside: String = chars[at..].iter().skip(2).take_while(|it| **it != '}').collect();
        if version == Version::V2012 && chars[at] == '$' && chars.get(at + 1) == Some(&'{') {
            at += inside.chars().count() + 3;
            if inside == "*" {
                letters.push(('*', false));
                continue;
            }
            let (key, default) = match inside.split_once(", ") {
                Some((key, default)) => (key, Some(default.trim_matches('\'').to_owned())),
                None => (inside.as_str(), None),
            };
            let value = if let Known::Values(values) = context.get(key) { Some(values[0].clone()) } else { default };
            letters.extend(value?.chars().map(|it| (it, false)));
        } else {
            letters.push((chars[at], wild));
            at += 1;
        }
    }
    Some(letters)
}

fn glob(pattern: &[Letter], text: &[char]) -> bool {
    match pattern.first() {
        None => text.is_empty(),
        Some(('*', true)) => (0..=text.len()).any(|skip| glob(&pattern[1..], &text[skip..])),
        Some(('?', true)) => !text.is_empty() && glob(&pattern[1..], &text[1..]),
        Some((letter, _)) => text.first() == Some(letter) && glob(&pattern[1..], &text[1..]),
    }
}

fn like(pattern: &str, version: Version, wild: bool, text: &str, context: &Context) -> bool {
    let text: Vec<char> = text.chars().collect();
    letters(pattern, version, wild, context).is_some_and(|pattern| glob(&pattern, &text))
}

fn address(text: &str) -> u32 {
    text.split('.').fold(0, |address, part| address * 256 + part.parse::<u32>().unwrap())
}

fn matches(operator: Operator, wanted: &str, value: &str, version: Version, context: &Context) -> bool {
    let name = operator.name().replace("Not", "");
    match name.as_str() {
        "StringEquals" => like(wanted, version, false, value, context),
        "StringLike" => like(wanted, version, true, value, context),
        "StringEqualsIgnoreCase" => {
            let wanted = letters(wanted, version, false, context);
            wanted.is_some_and(|it| it.iter().map(|it| it.0).collect::<String>().to_lowercase() == value.to_lowercase())
        }
        "ArnEquals" | "ArnLike" => {
            wanted.split(':').zip(value.split(':')).all(|(wanted, value)| like(wanted, version, true, value, context))
        }
        "Bool" => wanted == value,
        "IpAddress" => {
            let (range, bits) = wanted.split_once('/').unwrap_or((wanted, "32"));
            let shift = 32 - bits.parse::<u32>().unwrap();
            address(range) >> shift == address(value) >> shift
        }
        // Dates of one form are ordered as their texts are.
        _ if name.starts_with("Date") => compares(&name, value.cmp(wanted)),
        _ => compares(&name, value.parse::<i64>().unwrap().cmp(&wanted.parse().unwrap())),
    }
}

fn compares(name: &str, ordering: std::cmp::Ordering) -> bool {
    (name.contains("Less") && ordering.is_lt())
        || (name.contains("Greater") && ordering.is_gt())
        || (name.ends_with("Equals") && ordering.is_eq())
}

fn holds(condition: &Condition, version: Version, context: &Context) -> bool {
    let values = if let Known::Values(values) = context.get(&condition.key) { values.as_slice() } else { &[] };
    let name = condition.operator.name();
    if name == "Null" {
        return condition.values.contains(&values.is_empty().to_string());
    }
    let passes = |value: &String| {
        let any = condition.values.iter().any(|wanted| matches(condition.operator, wanted, value, version, context));
        any != name.contains("Not")
    };
    match condition.quantifier {
        _ if values.is_empty() && condition.if_exists => true,
        Some(Quantifier::ForAllValues) => values.iter().all(passes),
        Some(Quantifier::ForAnyValue) => values.iter().any(passes),
        None if values.is_empty() => name.contains("Not"),
        None => passes(&values[0]),
    }
}

fn in_list<T>(listed: &Listed<T>, is_it: impl Fn(&T) -> bool) -> bool {
    match listed {
        Listed::These(items) => items.iter().any(is_it),
        Listed::AllBut(items) => !items.iter().any(is_it),
    }
}

/// `name`: the principal is named, not only its account.
fn speaks(statement: &Statement, caller: &Principal, name: bool) -> bool {
    let Some(listed) = &statement.principal else { return true };
    let is_it = |principal: &Principal| match (principal, caller) {
        (Principal::Any, _) => true,
        (Principal::Aws(wanted), _) if wanted == "*" => true,
        (Principal::Aws(wanted), Principal::Aws(caller)) => {
            let session = wanted.replace(":iam:", ":sts:").replace(":role/", ":assumed-role/") + "/";
            let account = wanted.split(':').nth(4).unwrap_or(wanted);
            let whole = wanted.ends_with(":root") || !wanted.contains(':');
            let by_name = wanted == caller || caller.starts_with(&session);
            let negated = listed.is_negated();
            by_name || ((negated || !name) && whole && caller.contains(&format!(":{account}:")))
        }
        (principal, caller) => principal == caller,
    };
    in_list(listed, is_it)
}

fn applies(statement: &Statement, version: Version, request: &Request) -> bool {
    let acts = |action: &policies::Action| {
        let text: Vec<char> = request.action.to_lowercase().chars().collect();
        let pattern: Vec<Letter> = action.as_str().to_lowercase().chars().map(|it| (it, true)).collect();
        glob(&pattern, &text)
    };
    in_list(&statement.action, acts)
        && in_list(&statement.resource, |it| like(it, version, true, &request.resource, &request.context))
        && statement.condition.iter().all(|it| holds(it, version, &request.context))
}

pub(crate) fn says(policies: &[PolicyDocument], effect: Effect, request: &Request, name: bool) -> bool {
    policies.iter().any(|policy| {
        policy.statement.iter().any(|it| {
            it.effect == effect && speaks(it, &request.principal, name) && applies(it, policy.version, request)
        })
    })
}

/// Whether the principal itself is written down.
fn by_own_name(policies: &[PolicyDocument], request: &Request) -> bool {
    let Principal::Aws(arn) = &request.principal else { return false };
    let lasting = arn.contains(":user/") || arn.contains(":assumed-role/");
    let mut own = policies.to_vec();
    for policy in &mut own {
        policy
            .statement
            .retain(|it| matches!(&it.principal, Some(Listed::These(items)) if items.contains(&request.principal)));
    }
    lasting && says(&own, Effect::Allow, request, true)
}

fn allowed(request: &Request, policies: &Policies<'_>) -> bool {
    let boundary: Vec<PolicyDocument> = policies.boundary.into_iter().cloned().collect();
    let all = [policies.identity, policies.resource, &boundary].concat();
    let identity = says(policies.identity, Effect::Allow, request, true);
    let resource = says(policies.resource, Effect::Allow, request, true);
    let within = boundary.is_empty() || says(&boundary, Effect::Allow, request, true);
    let allowed = match (&request.principal, policies.accounts) {
        (Principal::Aws(_), Accounts::Same) => {
            ((identity || resource) && within) || by_own_name(policies.resource, request)
        }
        (Principal::Aws(_), Accounts::Cross) => {
            identity && within && says(policies.resource, Effect::Allow, request, false)
        }
        _ => resource,
    };
    allowed && !says(&all, Effect::Deny, request, false)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_evaluator_agrees_with_the_reference(
        identity in prop::collection::vec(any::identity(), 0..3),
        resource in prop::collection::vec(any::resource(), 0..2),
        boundary in prop::option::of(any::identity()),
        cross in any::<bool>(),
        request in any::request(),
    ) {
        let accounts = if cross { Accounts::Cross } else { Accounts::Same };
        let boundary = boundary.as_ref();
        let policies = Policies { identity: &identity, resource: &resource, boundary, accounts, ..Policies::default() };
        let decision = evaluate(&request, &policies);
        prop_assert!(!matches!(decision, Decision::Unknown(_)), "{decision:?}");
        prop_assert_eq!(matches!(decision, Decision::Allowed(_)), allowed(&request, &policies), "{:?}", decision);
    }

    #[test]
    fn what_is_certain_with_less_known_stays_so_with_more(
        identity in prop::collection::vec(any::identity(), 1..3),
        request in any::request(),
        hidden in prop::collection::vec(any::<bool>(), any::KEYS.len()),
    ) {
        let policies = Policies { identity: &identity, ..Policies::default() };
        let mut less = request.clone();
        for (key, _) in any::KEYS.iter().zip(hidden).filter(|(_, hidden)| *hidden) {
            less.context = less.context.knowing(key, Known::Nothing);
        }
        let whole = matches!(evaluate(&request, &policies), Decision::Allowed(_));
        match evaluate(&less, &policies) {
            Decision::Unknown(_) => {}
            certain => prop_assert_eq!(matches!(certain, Decision::Allowed(_)), whole, "{:?}", certain),
        }
    }
}

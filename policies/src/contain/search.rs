//! A request that shows that more is allowed, tried on the evaluator.

use std::collections::{BTreeMap, BTreeSet};

use super::cells::Symbol;
use super::question::Question;
use super::rule::Rule;
use super::test::Test;
use crate::condition::{Condition, Operator};
use crate::document::{Effect, PolicyDocument, Version};
use crate::evaluate::{Context, Known, Request, Truth, applies, holds, moment, number, speaks_of};
use crate::operation;
use crate::pattern::{Token, Variable, matches};
use crate::principal::Principal;

/// How many contexts are tried for one combination of statements.
const CONTEXTS: usize = 4096;

/// How many requests are tried on whole policies.
const REQUESTS: usize = 32;

/// A request of `principal` that `after` allows and `before` does not.
pub(super) fn witness(
    question: &Question<'_>,
    principal: &Principal,
    before: &[PolicyDocument],
    after: &[PolicyDocument],
) -> Option<Request> {
    let is_witness =
        |request: &Request| allowed(after, request) == Truth::True && allowed(before, request) == Truth::False;
    let promising = contexts(question).into_iter().filter(|context| question.is_shown_by(context));
    let request = promising.take(REQUESTS).find_map(|context| {
        let request = Request {
            principal: principal.clone(),
            action: text(question.action, &context)?,
            resource: text(question.resource, &context)?,
            context,
        };
        is_witness(&request).then_some(request)
    })?;
    Some(plainer(request, question.part, is_witness))
}

/// Whether `policies`, taken together, allow `request`.
fn allowed(policies: &[PolicyDocument], request: &Request) -> Truth {
    let of = |effect: Effect| {
        let statements = policies
            .iter()
            .flat_map(|document| document.statement.iter().map(|statement| (statement, document.version)));
        let speaking = statements.filter(move |(statement, _)| {
            let speaks = statement.principal.as_ref().is_none_or(|listed| speaks_of(listed, &request.principal));
            statement.effect == effect && speaks
        });
        Truth::any(speaking.map(|(statement, version)| applies(statement, version, request)))
    };
    match of(Effect::Deny) {
        Truth::True => Truth::False,
        denied => Truth::all([of(Effect::Allow), !denied]),
    }
}

impl Question<'_> {
    /// Whether the conditions alone let the part through, and none of before.
    fn is_shown_by(&self, context: &Context) -> bool {
        let holds = |rule: &Rule<'_>| {
            Truth::all(rule.tests.iter().map(|test| holds(&test.condition, test.version, context))) == Truth::True
        };
        let of = |effect| self.before.iter().filter(move |rule| rule.effect == effect);
        holds(self.part)
            && !self.denials.iter().any(|rule| holds(rule))
            && (of(Effect::Deny).any(|rule| holds(rule)) || !of(Effect::Allow).any(|rule| holds(rule)))
    }
}

/// The text, with the context's values for its variables.
fn text(word: &[Symbol], context: &Context) -> Option<String> {
    let tokens = word.iter().map(|symbol| match symbol {
        Symbol::Char(char) => Token::Char(*char),
        Symbol::Variable(variable) => Token::Variable(variable.clone()),
    });
    let resolved = context.resolve(tokens.collect()).ok()??;
    Some(resolved.iter().filter_map(|token| if let Token::Char(char) = token { Some(*char) } else { None }).collect())
}

/// The same request with an action and resource as one meets them, where it still shows the same.
fn plainer(mut request: Request, part: &Rule<'_>, is_witness: impl Fn(&Request) -> bool) -> Request {
    let service = request.action.split(':').next().unwrap_or_default().to_owned();
    let known = operation::of(&service).into_iter().flatten().flat_map(operation::Operation::actions);
    let written = part.actions.patterns.iter().map(|pattern| filled(pattern));
    let actions = known.map(str::to_owned);
    let selects = |action: &str| {
        let lower = action.to_ascii_lowercase();
        part.actions.patterns.iter().any(|pattern| matches(pattern, &lower)) != part.actions.negated
    };
    let actions: Vec<_> = actions.chain(written).filter(|action| selects(action)).take(REQUESTS).collect();
    for action in actions {
        let plain = Request { action, ..request.clone() };
        if is_witness(&plain) {
            request = plain;
            break;
        }
    }
    let written = part.resources.patterns.iter().map(|pattern| filled(pattern));
    let usual = [format!("arn:aws:{service}:us-east-1:111122223333:witness"), "*".to_owned()];
    for resource in written.filter(|it| it.contains(':')).chain(usual) {
        let plain = Request { resource, ..request.clone() };
        if is_witness(&plain) {
            return plain;
        }
    }
    request
}

/// The pattern with a letter for each wildcard.
fn filled(pattern: &[Token]) -> String {
    let fill = |token: &Token| match token {
        Token::Char(char) => *char,
        Token::One | Token::Any | Token::Variable(_) => 'x',
    };
    pattern.iter().map(fill).collect()
}

/// Contexts that differ in what the conditions ask for, first those with fewer values.
fn contexts(question: &Question<'_>) -> Vec<Context> {
    let mut keys: BTreeMap<String, Vec<Known>> = BTreeMap::new();
    let rules = [question.part].into_iter().chain(question.before.iter().chain(question.denials).copied());
    for test in rules.flat_map(|rule| &rule.tests) {
        keys.entry(test.condition.key.to_string()).or_default().extend(samples(test));
        for value in &test.condition.values {
            variables(&crate::pattern::pattern(value, test.version), &mut keys);
        }
    }
    for symbol in question.resource {
        if let Symbol::Variable(variable) = symbol {
            variables(&[Token::Variable(variable.clone())], &mut keys);
        }
    }
    let choices: Vec<(String, Vec<Known>)> = keys
        .into_iter()
        .map(|(key, mut samples)| {
            samples.insert(0, Known::Absent);
            let mut seen = BTreeSet::new();
            samples.retain(|sample| seen.insert(sample.clone()));
            let suits = |known: &Known| {
                question.part.tests.iter().filter(|test| test.condition.key == key).all(|test| {
                    let alone = Context::open().knowing(&key, known.clone());
                    holds(&test.condition, test.version, &alone) != Truth::False
                })
            };
            samples.retain(suits);
            (key, samples)
        })
        .collect();
    combinations(&choices)
}

fn variables(tokens: &[Token], keys: &mut BTreeMap<String, Vec<Known>>) {
    for token in tokens {
        if let Token::Variable(Variable { key, .. }) = token {
            let number = keys.len();
            let value = || Known::Values(vec![format!("witness{number}")]);
            keys.entry(key.clone()).or_insert_with(|| vec![value()]);
        }
    }
}

fn combinations(choices: &[(String, Vec<Known>)]) -> Vec<Context> {
    let mut contexts = vec![Context::closed()];
    for (key, samples) in choices {
        let longer = contexts.iter().flat_map(|context| {
            samples.iter().map(|known| match known {
                Known::Absent => context.clone(),
                other => context.clone().knowing(key, other.clone()),
            })
        });
        contexts = longer.take(CONTEXTS).collect();
    }
    contexts
}

/// Values of a key that a test may tell apart.
fn samples(test: &Test) -> Vec<Known> {
    let Condition { quantifier, operator, values, .. } = &test.condition;
    let mut texts: Vec<String> = values.iter().flat_map(|value| around(*operator, value, test.version)).collect();
    texts.push("witness".to_owned());
    if *operator == Operator::Bool {
        texts.extend(["true".to_owned(), "false".to_owned()]);
    }
    if matches!(operator, Operator::IpAddress | Operator::NotIpAddress) {
        texts.extend(["203.0.113.7".to_owned(), "2001:db8::7".to_owned()]);
    }
    if matches!(operator, Operator::ArnLike | Operator::ArnNotLike) {
        texts.push("arn:aws:witness:::witness".to_owned());
    }
    let mut samples: Vec<_> = texts.iter().map(|text| Known::Values(vec![text.clone()])).collect();
    if quantifier.is_some() {
        let firsts = texts.iter().take(4);
        samples.extend(firsts.flat_map(|one| texts.iter().map(|two| Known::Values(vec![one.clone(), two.clone()]))));
    }
    samples
}

/// The value, and others close to it.
fn around(operator: Operator, value: &str, version: Version) -> Vec<String> {
    let name = operator.name();
    if name.starts_with("Numeric") {
        let Some(number) = number(value) else { return Vec::new() };
        return vec![value.to_owned(), (number - 1.0).to_string(), (number + 1.0).to_string()];
    }
    if name.starts_with("Date") {
        let Some(moment) = moment(value) else { return Vec::new() };
        let seconds = moment.unix_timestamp();
        return vec![value.to_owned(), (seconds - 1).to_string(), (seconds + 1).to_string()];
    }
    if name.ends_with("IpAddress") {
        return vec![value.split('/').next().unwrap_or_default().to_owned()];
    }
    let is_pattern = name.ends_with("Like");
    let tokens =
        if is_pattern { crate::pattern::pattern(value, version) } else { crate::pattern::literal(value, version) };
    let without: String = tokens
        .iter()
        .filter_map(|token| match token {
            Token::Char(char) => Some(*char),
            Token::One => Some('x'),
            Token::Any | Token::Variable(_) => None,
        })
        .collect();
    vec![format!("{without}x"), swapped(&without), filled(&tokens), without]
}

/// The text in the other case.
fn swapped(text: &str) -> String {
    let upper = text.to_uppercase();
    if upper == text { text.to_lowercase() } else { upper }
}

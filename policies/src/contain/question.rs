//! What is asked where statements meet, and when their conditions alone answer it.

use std::collections::BTreeSet;

use super::Why;
use super::cells::Symbol;
use super::rule::Rule;
use super::test::Test;
use crate::document::Effect;

/// What part of a statement is asked about, and which statements apply to the same action and resource.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) part: &'a Rule<'a>,
    /// Those of before.
    pub(super) before: &'a [&'a Rule<'a>],
    /// The denials of after.
    pub(super) denials: &'a [&'a Rule<'a>],
    pub(super) action: &'a [Symbol],
    pub(super) resource: &'a [Symbol],
}

impl Question<'_> {
    /// Whether it is certain that what the part allows here was allowed before.
    pub(super) fn is_contained(&self) -> bool {
        let holds = |rule: &Rule<'_>, known: &[Test]| {
            rule.tests.iter().all(|test| known.iter().any(|known| known.implies(test)))
        };
        let impossible =
            |known: &[Test]| known.iter().enumerate().any(|(at, one)| known[at..].iter().any(|two| one.excludes(two)));
        let uncertain = |rule: &Rule<'_>| {
            rule.resources.negated && (rule.resources.has_variables() || self.part.resources.has_variables())
        };
        let denials: Vec<_> = self.denials.iter().filter(|rule| !uncertain(rule)).collect();
        let mut known = self.part.tests.clone();
        if impossible(&known) || denials.iter().any(|rule| holds(rule, &known)) {
            return true;
        }
        // A denial does not apply to what is allowed: when all but one of its tests hold, that one does not.
        let denied: Vec<_> = denials
            .iter()
            .filter_map(|rule| {
                let mut rest = rule.tests.iter().filter(|test| !known.iter().any(|known| known.implies(test)));
                let single = rest.next()?;
                if rest.next().is_none() { single.negation() } else { None }
            })
            .collect();
        known.extend(denied);
        if impossible(&known) {
            return true;
        }
        let allowed =
            self.before.iter().any(|rule| rule.effect == Effect::Allow && !uncertain(rule) && holds(rule, &known));
        let mut denied_before = self.before.iter().filter(|rule| rule.effect == Effect::Deny);
        allowed
            && denied_before.all(|rule| {
                let known: Vec<_> = known.iter().chain(&rule.tests).cloned().collect();
                impossible(&known) || denials.iter().any(|denial| holds(denial, &known))
            })
    }

    pub(super) fn why(&self) -> Why {
        let rules = self.before.iter().chain(self.denials).copied().chain([self.part]);
        let keys: BTreeSet<_> = rules.flat_map(|rule| &rule.tests).map(|test| test.condition.key.to_string()).collect();
        if keys.is_empty() { Why::Variables } else { Why::Conditions(keys.into_iter().collect()) }
    }
}

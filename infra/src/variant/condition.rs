//! What conditions decide under choices that were made.

use std::collections::BTreeSet;

use policies::unknown;
use serde_json::Value as Json;

use super::reader::{Reader, allowed};
use super::{Choice, Stop};
use crate::expression::Expression;

/// Conditions refer to each other no deeper.
const DEEPEST: usize = 64;

impl Reader<'_> {
    /// Which of `candidates` the value is that `text` stands for; nothing when it is none of them, which it may be only
    /// when `is_open`.
    pub(crate) fn decide(&self, text: &str, candidates: &[String], is_open: bool) -> Result<Option<String>, Stop> {
        let excluded = match self.choices.get(text) {
            Some(Choice::Is(chosen)) => return Ok(Some(chosen.clone())),
            Some(Choice::Not(excluded)) => excluded.clone(),
            None => BTreeSet::new(),
        };
        let fresh: Vec<_> = candidates.iter().filter(|it| !excluded.contains(*it)).cloned().collect();
        if fresh.is_empty() {
            return if is_open { Ok(None) } else { Err(Stop::Impossible) };
        }
        let none = Choice::Not(excluded.into_iter().chain(fresh.iter().cloned()).collect());
        let answers = fresh.into_iter().map(Choice::Is).chain(Some(none).filter(|_| is_open)).collect();
        Err(Stop::Choose(text.to_owned(), answers))
    }

    /// Whether the condition `name` of the template holds. One that the template does not have may hold or not.
    pub(crate) fn holds(&self, name: &str) -> Result<bool, Stop> {
        match self.source.entry("Conditions", name) {
            Some(condition) if self.depth.get() < DEEPEST => {
                self.depth.set(self.depth.get() + 1);
                let holds = self.test(condition);
                self.depth.set(self.depth.get() - 1);
                holds
            }
            _ => self.either(&format!("the condition {name}")),
        }
    }

    fn test(&self, condition: &Json) -> Result<bool, Stop> {
        let either = || self.either(&condition.to_string());
        if let Expression::Condition(name) = Expression::of(condition) {
            return self.holds(name);
        }
        let member = condition.as_object().filter(|it| it.len() == 1).and_then(|it| it.iter().next());
        let Some((function, Json::Array(arguments))) = member else { return either() };
        match (function.as_str(), &arguments[..]) {
            ("Fn::And", all) => {
                for it in all {
                    if !self.test(it)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            ("Fn::Or", all) => {
                for it in all {
                    if self.test(it)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            ("Fn::Not", [one]) => Ok(!self.test(one)?),
            ("Fn::Equals", [one, other]) => self.equal(one, other),
            _ => either(),
        }
    }

    /// Whether two values are equal. Two texts are a switch that the next edit of the template turns: both ways count.
    fn equal(&self, one: &Json, other: &Json) -> Result<bool, Stop> {
        let is_literal = |json: &Json| matches!(Expression::of(json), Expression::Scalar(_));
        let pair = || {
            let mut pair = [one.to_string(), other.to_string()];
            pair.sort();
            pair.join(" is ")
        };
        if is_literal(one) && is_literal(other) {
            return self.either(&pair());
        }
        let (Some(one_text), Some(other_text)) = (self.text(one)?, self.text(other)?) else {
            return self.either(&pair());
        };
        if one_text == other_text {
            return Ok(true);
        }
        match (unknown::is_in(&one_text), unknown::is_in(&other_text)) {
            (false, false) => Ok(false),
            (true, true) => self.either(&format!("{one_text} is {other_text}")),
            (true, false) => self.is(one, &one_text, &other_text),
            (false, true) => self.is(other, &other_text, &one_text),
        }
    }

    /// Whether the value of `json`, for which `text` stands, is `wanted`.
    fn is(&self, json: &Json, text: &str, wanted: &str) -> Result<bool, Stop> {
        if let Expression::Ref(name) = Expression::of(json)
            && let Some(parameter) = self.source.entry("Parameters", name)
        {
            let allowed = allowed(parameter);
            if !allowed.is_empty() && !allowed.iter().any(|it| it == wanted) {
                return Ok(false);
            }
            let is_ruled_out = |it: &String| match self.choices.get(text) {
                Some(Choice::Not(excluded)) => excluded.contains(it),
                _ => false,
            };
            // The only value that is left.
            if !allowed.is_empty() && allowed.iter().filter(|it| !is_ruled_out(it)).count() == 1 {
                return Ok(!is_ruled_out(&wanted.to_owned()));
            }
        }
        Ok(self.decide(text, &[wanted.to_owned()], true)?.as_deref() == Some(wanted))
    }

    fn either(&self, what: &str) -> Result<bool, Stop> {
        Ok(self.decide(what, &["it is so".to_owned()], true)?.is_some())
    }
}

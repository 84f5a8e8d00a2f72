//! The templates that a template can become: what its conditions choose is tried each way, and what nobody knows before it
//! is deployed is a variable.
//!
//! A [`Reader`] reads values under choices that were made. Where it needs one more it stops, and [`explore`] tries each
//! answer. So only choices that matter to what is read are made, each once, and what excludes each other is never
//! together: conditions that compare the same value with two texts hold one at a time.

mod condition;
mod reader;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

pub(crate) use reader::{Part, Reader};

use crate::expression::{Known, loops, referenced};
use crate::template::Template;

/// What was chosen for a value that is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Choice {
    /// It is this text.
    Is(String),
    /// It is none of these.
    Not(BTreeSet<String>),
}

/// What was chosen, by the text that stands for the value.
pub(crate) type Choices = BTreeMap<String, Choice>;

/// Why reading stopped.
#[derive(Debug)]
pub(crate) enum Stop {
    /// One of these must be chosen for the value first.
    Choose(String, Vec<Choice>),
    /// No template can become this.
    Impossible,
}

/// As many ways to choose are tried; of more, each choice is tried once.
const MOST_WAYS: usize = 256;

/// What `read` gives in each way to choose, and whether all ways were tried. When they are too many, each answer to each
/// choice is tried in one of them at least.
pub(crate) fn explore<T>(mut read: impl FnMut(&Choices) -> Result<T, Stop>) -> (Vec<T>, bool) {
    let mut found = Vec::new();
    let mut open = vec![Choices::new()];
    while let Some(choices) = open.pop() {
        match read(&choices) {
            Ok(it) => found.push(it),
            Err(Stop::Choose(of, answers)) => open.extend(answers.into_iter().rev().map(|it| with(&choices, &of, it))),
            Err(Stop::Impossible) => {}
        }
        if found.len() + open.len() > MOST_WAYS {
            return (each_answer(read), false);
        }
    }
    (found, true)
}

fn each_answer<T>(mut read: impl FnMut(&Choices) -> Result<T, Stop>) -> Vec<T> {
    let mut found = Vec::new();
    let mut tried = BTreeSet::new();
    let mut open = vec![Choices::new()];
    while let Some(mut choices) = open.pop() {
        loop {
            match read(&choices) {
                Ok(it) => found.push(it),
                Err(Stop::Impossible) => {}
                Err(Stop::Choose(of, answers)) => {
                    let mut untried: Vec<_> =
                        answers.iter().filter(|it| tried.insert((of.clone(), (*it).clone()))).collect();
                    // One goes on from here, the others later.
                    let next = untried.pop().or(answers.first());
                    open.extend(untried.into_iter().map(|it| with(&choices, &of, it.clone())));
                    let Some(next) = next else { break };
                    choices = with(&choices, &of, next.clone());
                    continue;
                }
            }
            break;
        }
    }
    found
}

fn with(choices: &Choices, of: &str, answer: Choice) -> Choices {
    let mut choices = choices.clone();
    choices.insert(of.to_owned(), answer);
    choices
}

/// The template with its loops unrolled, as far as what they run over is written in it.
#[must_use]
pub fn unrolled(template: &Map<String, Json>) -> Cow<'_, Map<String, Json>> {
    loops::expand(template, &Literals(template))
}

/// A template to read, with its loops unrolled.
#[derive(Debug)]
pub(crate) struct Source {
    template: Map<String, Json>,
}

impl Source {
    pub(crate) fn of(template: &Template) -> Self {
        Self::of_json(template.as_json())
    }

    /// The same of resources alone, of whose conditions nothing is known.
    pub(crate) fn of_resources(resources: &Map<String, Json>) -> Self {
        Self::of_json(&Map::from_iter([("Resources".to_owned(), Json::Object(resources.clone()))]))
    }

    fn of_json(template: &Map<String, Json>) -> Self {
        Self { template: unrolled(template).into_owned() }
    }

    fn section(&self, name: &str) -> Option<&Map<String, Json>> {
        self.template.get(name)?.as_object()
    }

    fn entry(&self, section: &str, name: &str) -> Option<&Json> {
        self.section(section)?.get(name)
    }

    /// The resources by logical id, without the loops that could not be unrolled.
    pub(crate) fn resources(&self) -> impl Iterator<Item = (&str, &Json)> {
        let resources = self.section("Resources").into_iter().flatten();
        resources.map(|(id, it)| (id.as_str(), it)).filter(|(id, _)| !loops::is_loop(id))
    }

    /// The names of the loops over what is not known before deployment.
    pub(crate) fn loops(&self) -> impl Iterator<Item = &str> {
        let resources = self.section("Resources").into_iter().flatten();
        resources.map(|(id, _)| id.as_str()).filter(|id| loops::is_loop(id))
    }

    pub(crate) fn resource(&self, id: &str) -> Option<&Json> {
        self.entry("Resources", id)
    }

    /// The type of the resource `id`; empty when there is none.
    pub(crate) fn type_of(&self, id: &str) -> &str {
        self.resource(id).and_then(|it| it.get("Type")?.as_str()).unwrap_or_default()
    }

    /// The resource that a value is the `Ref` or an attribute of.
    pub(crate) fn referenced<'a>(&self, json: &'a Json) -> Option<&'a str> {
        referenced(json).filter(|id| self.resource(id).is_some())
    }
}

/// What the template says literally: the collections of loops may be in mappings.
struct Literals<'a>(&'a Map<String, Json>);

impl Known for Literals<'_> {
    fn reference(&self, _name: &str) -> Option<Json> {
        None
    }

    fn in_map(&self, map: &str, key: &str, below: &str) -> Option<Json> {
        self.0.get("Mappings")?.get(map)?.get(key)?.get(below).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(text: &str) -> Choice {
        Choice::Is(text.to_owned())
    }

    /// Reads as many choices as there are names, each of two answers.
    fn all(names: usize) -> impl FnMut(&Choices) -> Result<Vec<Choice>, Stop> {
        move |choices| {
            let open = (0..names).map(|it| it.to_string()).find(|name| !choices.contains_key(name));
            match open {
                Some(name) => Err(Stop::Choose(name, vec![is("a"), is("b")])),
                None => Ok(choices.values().cloned().collect()),
            }
        }
    }

    #[test]
    fn every_way_to_choose_is_tried() {
        let (found, is_whole) = explore(all(3));
        assert!(is_whole);
        assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), 8);
    }

    #[test]
    fn of_too_many_ways_each_answer_is_tried() {
        let (found, is_whole) = explore(all(40));
        assert!(!is_whole && found.len() < 100);
        for place in 0..40 {
            for answer in ["a", "b"] {
                assert!(found.iter().any(|it| it[place] == is(answer)), "{place} is never {answer}");
            }
        }
    }
}

//! A template with everything decided that its parameters decide.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::properties::Known;
use crate::expression::{paths_to, resolve};
use crate::template::Template;

/// A template with the values of its parameters: what is deployed, or what shall be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The template.
    pub template: Template,
    /// The values of its parameters, defaults included.
    pub parameters: BTreeMap<String, String>,
    /// The tags of the stack, which CloudFormation gives to its resources.
    pub tags: BTreeMap<String, String>,
}

impl Snapshot {
    /// The resources that exist, with the values of the parameters in place.
    #[must_use]
    pub fn resolved_resources(&self) -> Map<String, Json> {
        self.resolved("Resources", |_| true)
    }

    pub(super) fn tags(&self) -> Json {
        self.tags.iter().map(|(key, value)| (key.clone(), Json::from(value.as_str()))).collect()
    }

    /// The chosen entries of a section with the values of the parameters in place, without those whose condition does
    /// not hold.
    pub(super) fn resolved(&self, section: &str, choose: impl Fn(&str) -> bool) -> Map<String, Json> {
        let conditions = self.conditions();
        let known = Known { parameters: &self.parameters, conditions: &conditions };
        let exists = |entry: &Json| {
            let condition = entry.get("Condition").and_then(Json::as_str);
            condition.and_then(|id| conditions.get(id)) != Some(&false)
        };
        self.template
            .section(section)
            .filter(|(name, entry)| choose(name) && exists(entry))
            .map(|(name, entry)| (name.to_owned(), resolve(entry, &known)))
            .collect()
    }

    /// The conditions that its parameters decide, with whether they hold. Others depend on the account or region.
    pub(super) fn conditions(&self) -> BTreeMap<&str, bool> {
        let declared: BTreeMap<_, _> = self.template.section("Conditions").collect();
        let mut decided = BTreeMap::new();
        // A condition may refer to one that is declared after it.
        for _ in 0..declared.len() {
            for (id, condition) in &declared {
                if let Some(holds) = self.holds(condition, &decided) {
                    decided.insert(*id, holds);
                }
            }
        }
        decided
    }

    fn holds(&self, condition: &Json, decided: &BTreeMap<&str, bool>) -> Option<bool> {
        let (function, argument) = condition.as_object()?.iter().next()?;
        let all = || argument.as_array()?.iter().map(|it| self.holds(it, decided)).collect::<Option<Vec<_>>>();
        match function.as_str() {
            "Condition" => decided.get(argument.as_str()?).copied(),
            "Fn::Equals" => {
                let known = Known { parameters: &self.parameters, conditions: decided };
                let text = |side: usize| {
                    let value = resolve(argument.get(side)?, &known);
                    value.as_str().map(str::to_owned)
                };
                Some(text(0)? == text(1)?)
            }
            "Fn::Not" => Some(!*all()?.first()?),
            "Fn::And" => Some(all()?.into_iter().all(|holds| holds)),
            "Fn::Or" => Some(all()?.into_iter().any(|holds| holds)),
            _ => None,
        }
    }
}

/// The resources that a deployment leaves as they are: the same text, of which nothing that it refers to changes.
pub(super) fn unchanged<'a>(before: &'a Snapshot, after: &'a Snapshot) -> BTreeSet<&'a str> {
    if before.conditions() != after.conditions() {
        return BTreeSet::new();
    }
    let names = before.parameters.keys().chain(after.parameters.keys());
    let changing: Vec<_> = names.filter(|name| before.parameters.get(*name) != after.parameters.get(*name)).collect();
    let old: BTreeMap<_, _> = before.template.section("Resources").collect();
    let new = after.template.section("Resources");
    new.filter(|(id, resource)| {
        old.get(id) == Some(resource) && !changing.iter().any(|parameter| !paths_to(resource, parameter).is_empty())
    })
    .map(|(id, _)| id)
    .collect()
}

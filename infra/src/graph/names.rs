//! Buckets by their names: what must be declared before its bucket cannot refer to it.

use serde_json::Value as Json;

use super::Kind;
use super::collect::Declared;
use crate::expression::Expression;
use crate::facts::{self, Drawn};

/// The names of the buckets of a stack, each with its logical id.
pub(super) struct Buckets(Vec<(String, String)>);

impl Buckets {
    pub(super) fn of<'a>(resources: impl Iterator<Item = &'a Declared<'a>>) -> Self {
        let named = resources.filter_map(|declared| {
            let Drawn::Part(Kind::Bucket, _) = facts::of(declared.resource_type).drawn() else { return None };
            let property = facts::name_property(declared.resource_type)?;
            Some((text(declared.properties.get(property)?)?.to_owned(), declared.id.to_owned()))
        });
        Self(named.collect())
    }

    /// The logical id of the bucket whose name or ARN stands in `property`, alone or before a `/`.
    pub(super) fn named_in(&self, property: &Json) -> Option<String> {
        if let Json::Array(items) = property {
            return items.iter().find_map(|item| self.named_in(item));
        }
        let text = text(property)?;
        let text = text.rsplit_once(":::").map_or(text, |(_, name)| name);
        let is_named =
            |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.0.iter().find(|(name, _)| is_named(name)).map(|(_, id)| id.clone())
    }
}

/// A text, also one with placeholders.
pub(super) fn text(json: &Json) -> Option<&str> {
    match Expression::of(json) {
        Expression::Scalar(scalar) => scalar.as_str(),
        Expression::Sub(sub) => Some(sub.text),
        _ => None,
    }
}

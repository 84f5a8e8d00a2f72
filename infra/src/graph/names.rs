//! Buckets by their names: what must be declared before its bucket cannot refer to it.

use serde_json::Value as Json;

use crate::stack::Stack;

/// The names of the buckets of a stack, each with its logical id.
pub(super) struct Buckets(Vec<(String, String)>);

impl Buckets {
    pub(super) fn of(stack: &Stack) -> Self {
        let named = stack.resources().filter(|it| it.resource_type() == "AWS::S3::Bucket").filter_map(|declared| {
            let properties = declared.properties();
            Some((text(properties.get("BucketName")?)?.to_owned(), declared.id.to_string()))
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
    json.as_str().or_else(|| json.get("Fn::Sub")?.as_str())
}

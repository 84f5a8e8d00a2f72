//! The resources of a template by their types.

use infra::Template;
use serde_json::Value as Json;

/// The resources of the type `resource_type`, by logical id with their properties, in the order of the template.
pub fn of_type<'a>(template: &'a Template, resource_type: &str) -> impl Iterator<Item = (&'a str, &'a Json)> {
    template
        .section("Resources")
        .filter(move |(_, it)| it["Type"] == *resource_type)
        .map(|(id, it)| (id, &it["Properties"]))
}

/// The type of the resource `id`; empty when there is none.
#[must_use]
pub fn type_of<'a>(template: &'a Template, id: &str) -> &'a str {
    template.resource(id).and_then(|it| it.get("Type")?.as_str()).unwrap_or_default()
}

/// The properties of the resource `id`; `null` when it has none.
#[must_use]
pub fn properties<'a>(template: &'a Template, id: &str) -> &'a Json {
    template.resource(id).and_then(|it| it.get("Properties")).unwrap_or(&Json::Null)
}

//! A schema without what does not decide which values it has.

use serde_json::{Map, Value as Json};

/// What a keyword holds.
#[derive(Clone, Copy)]
enum Holds {
    /// Anything but schemas.
    Plain,
    Schema,
    Schemas,
    SchemasByName,
}

/// The keywords that are kept. All others, as titles and defaults, say nothing of values, or are passed over as if they did
/// not: what is not understood is never called wrong.
///
/// <https://json-schema.org/draft/2020-12/json-schema-validation>
const KEYWORDS: [(&str, Holds); 26] = [
    ("type", Holds::Plain),
    ("format", Holds::Plain),
    ("const", Holds::Plain),
    ("enum", Holds::Plain),
    ("minimum", Holds::Plain),
    ("maximum", Holds::Plain),
    ("minLength", Holds::Plain),
    ("maxLength", Holds::Plain),
    ("pattern", Holds::Plain),
    ("minItems", Holds::Plain),
    ("maxItems", Holds::Plain),
    ("required", Holds::Plain),
    ("items", Holds::Schema),
    ("prefixItems", Holds::Schemas),
    ("properties", Holds::SchemasByName),
    ("patternProperties", Holds::SchemasByName),
    ("additionalProperties", Holds::Schema),
    ("unevaluatedProperties", Holds::Schema),
    ("allOf", Holds::Schemas),
    ("anyOf", Holds::Schemas),
    ("oneOf", Holds::Schemas),
    ("$ref", Holds::Plain),
    ("$defs", Holds::SchemasByName),
    ("propertyNames", Holds::Schema),
    ("not", Holds::Schema),
    // No keyword of JSON Schema: schemars does not tell serde's aliases, so that a field says them itself.
    (ALIASES, Holds::Plain),
];

/// Under which other names a field is taken.
pub(super) const ALIASES: &str = "aliases";

/// The schema with the keywords that decide.
pub(super) fn reduced(schema: &Json) -> Json {
    let Json::Object(members) = schema else { return schema.clone() };
    let mut kept = Map::new();
    for (name, value) in members {
        let Some((_, holds)) = KEYWORDS.iter().find(|(keyword, _)| keyword == name) else { continue };
        kept.insert(name.clone(), content(*holds, value));
    }
    if let Some(values) = constants(&kept) {
        kept.remove("oneOf");
        kept.insert("enum".to_owned(), Json::Array(values));
    }
    Json::Object(kept)
}

fn content(holds: Holds, value: &Json) -> Json {
    match (holds, value) {
        (Holds::Schema, schema) => reduced(schema),
        (Holds::Schemas, Json::Array(schemas)) => schemas.iter().map(reduced).collect(),
        (Holds::SchemasByName, Json::Object(schemas)) => {
            Json::Object(schemas.iter().map(|(name, schema)| (name.clone(), reduced(schema))).collect())
        }
        (_, other) => other.clone(),
    }
}

/// The values of an enum whose variants hold nothing: with comments on them, schemars writes a schema for each.
fn constants(schema: &Map<String, Json>) -> Option<Vec<Json>> {
    let constant = |schema: &Json| {
        let schema = schema.as_object()?;
        let value = schema.get("const").filter(|value| value.is_string())?;
        schema.keys().all(|name| name == "const" || name == "type").then(|| value.clone())
    };
    let values = schema.get("oneOf")?.as_array()?.iter().map(constant).collect::<Option<Vec<_>>>()?;
    (!schema.contains_key("enum") && values.len() > 1).then_some(values)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_decides_is_kept_also_where_a_field_is_named_as_a_keyword() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Order",
            "description": "An order.",
            "type": "object",
            "properties": {
                "title": {"type": "string", "description": "A title.", "default": null},
                "status": {"oneOf": [{"type": "string", "const": "open", "description": "It waits."},
                                     {"type": "string", "const": "done"}]},
            },
            "required": ["title"],
        });
        assert_eq!(
            reduced(&schema).to_string(),
            r#"{"type":"object","properties":{"title":{"type":"string"},"status":{"enum":["open","done"]}},"required":["title"]}"#
        );
    }
}

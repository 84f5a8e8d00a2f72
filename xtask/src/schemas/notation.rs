//! From one JSON schema to its block in the schema file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::mem;

use anyhow::{Result, ensure};
use serde_json::{Map, Value as Json};

use super::groups;
use super::shape::{self, Members, strings};

/// The block of one resource type while it is written.
pub(super) struct Block<'a> {
    schema: &'a Map<String, Json>,
    text: String,
    /// Definitions that shapes refer to and that are not written yet.
    pending: Vec<(String, Json)>,
    known: BTreeSet<String>,
}

impl<'a> Block<'a> {
    /// The block of `schema`; `more` are the attributes beside the read-only properties.
    pub(super) fn of(name: &str, schema: &'a Map<String, Json>, more: Vec<String>) -> Result<String> {
        let mut block = Self { schema, text: format!("{name}\n"), pending: Vec::new(), known: BTreeSet::new() };
        // In the order in which their values are joined.
        block.ordered_fact("id", &pointers(strings(schema.get("primaryIdentifier"))));
        for (fact, key) in [
            ("read", "readOnlyProperties"),
            ("write", "writeOnlyProperties"),
            ("create", "createOnlyProperties"),
            ("maybe", "conditionalCreateOnlyProperties"),
        ] {
            block.fact(fact, pointers(strings(schema.get(key))));
        }
        let rewritten = schema.get("propertyTransform").and_then(Json::as_object);
        block.fact("rewritten", pointers(rewritten.into_iter().flatten().map(|(pointer, _)| pointer.as_str())));
        if let Some(reading) = schema.get("handlers").and_then(|handlers| handlers.get("read")) {
            block.text.push_str("<reading");
            let actions: BTreeSet<_> = strings(reading.get("permissions")).collect();
            for action in actions {
                let _ = write!(block.text, " {action}");
            }
            block.text.push('\n');
        }
        block.fact("attribute", more);
        if let Some(property) = tag_property(schema) {
            block.fact("tags", vec![property]);
        }
        block.object(name, &Members::of(schema))?;
        let head = mem::take(&mut block.text);
        // Sorted, so that a new reference does not move what it leads to.
        let mut definitions = BTreeMap::new();
        while let Some((name, definition)) = block.pending.pop() {
            block.definition(&name, &definition)?;
            definitions.insert(name, mem::take(&mut block.text));
        }
        Ok(head + &definitions.into_values().collect::<String>())
    }

    fn fact(&mut self, name: &str, mut values: Vec<String>) {
        values.sort();
        values.dedup();
        self.ordered_fact(name, &values);
    }

    fn ordered_fact(&mut self, name: &str, values: &[String]) {
        if !values.is_empty() {
            let _ = writeln!(self.text, "<{name} {}", values.join(" "));
        }
    }

    fn definition(&mut self, name: &str, definition: &Json) -> Result<()> {
        ensure!(!name.contains(char::is_whitespace), "the definition `{name}` has a space in its name");
        let no_entries = Map::new();
        let entries = definition.as_object().unwrap_or(&no_entries);
        let members = Members::of(entries);
        if members.is_closed_object() {
            let _ = writeln!(self.text, "@{name}");
            self.object(name, &members)
        } else {
            let shape = shape::of(self, name, definition)?;
            let _ = writeln!(self.text, "@{name} {shape}");
            Ok(())
        }
    }

    fn object(&mut self, path: &str, members: &Members<'_>) -> Result<()> {
        if members.open {
            self.text.push_str("+\n");
        }
        for group in groups::of(members) {
            let _ = writeln!(self.text, "~{group}");
        }
        for (name, definition) in &members.properties {
            ensure!(!name.contains(char::is_whitespace), "the property `{name}` has a space in its name");
            let mark = if members.required.contains(*name) { '!' } else { ' ' };
            let path = path.rsplit("::").next().unwrap_or(path);
            let shape = shape::of(self, &format!("{path}.{name}"), definition)?;
            let _ = writeln!(self.text, "{mark}{name} {shape}");
        }
        Ok(())
    }

    /// Makes sure that the block defines what `pointer` leads to, and returns its name there.
    pub(super) fn refer(&mut self, pointer: &str) -> Option<String> {
        let target = pointer.strip_prefix('#')?;
        let definition = Json::Object(self.schema.clone()).pointer(target)?.clone();
        let name = target.strip_prefix("/definitions/").map_or_else(|| target.replace('/', "."), str::to_owned);
        Some(self.define(name, definition))
    }

    /// Makes sure that the block has `definition` as `name`.
    pub(super) fn define(&mut self, name: String, definition: Json) -> String {
        if self.known.insert(name.clone()) {
            self.pending.push((name.clone(), definition));
        }
        name
    }
}

/// `/properties/Endpoint/Address` as `Endpoint.Address`.
fn pointers<'a>(pointers: impl Iterator<Item = &'a str>) -> Vec<String> {
    pointers.map(|pointer| pointer.trim_start_matches("/properties/").replace('/', ".")).collect()
}

fn tag_property(schema: &Map<String, Json>) -> Option<String> {
    let tagging = schema.get("tagging")?;
    if tagging.get("taggable") == Some(&Json::Bool(false)) {
        return None;
    }
    let property = tagging.get("tagProperty").and_then(Json::as_str)?.trim_start_matches("/properties/");
    schema.get("properties")?.get(property).map(|_| property.to_owned())
}

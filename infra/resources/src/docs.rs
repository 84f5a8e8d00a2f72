//! What the documentation of the types says: what a property takes, what a change of it does, and where AWS describes it.

use schemas::{Bounds, Definition, Group, Object, Relation, Scalar, Schema, Shape};

/// As many values are named where they are no enum's.
const MOST_VALUES: usize = 12;

/// AWS's page about a type, or about a definition of it.
pub(crate) fn page(resource_type: &str, definition: Option<&str>) -> String {
    const PAGES: &str = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference";
    let mut parts = resource_type.split("::").map(str::to_ascii_lowercase);
    let (vendor, service, kind) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    match definition {
        None => format!("{PAGES}/{vendor}-resource-{service}-{kind}.html"),
        Some(definition) => {
            let definition: String = definition.chars().filter(char::is_ascii_alphanumeric).collect();
            let definition = definition.to_ascii_lowercase();
            format!("{PAGES}/{vendor}-properties-{service}-{kind}-{definition}.html")
        }
    }
}

/// What a property takes, and what a change of it does when it is one of the resource itself.
pub(crate) fn property(schema: &Schema, name: &str, shape: &Shape, is_of_resource: bool) -> String {
    let mut sentences = vec![format!("`{name}`: {}.", taken(schema, shape, 0))];
    if is_of_resource {
        let below = || schema.create_only_below(&[name]).next().is_some();
        if schema.create_only(&[name]) {
            sentences.push("A change replaces the resource.".to_owned());
        } else if schema.conditionally_create_only(&[name]) {
            sentences.push("Some changes replace the resource.".to_owned());
        } else if below() {
            sentences.push("A change of some of its parts replaces the resource.".to_owned());
        }
        if schema.write_only(&[name]) {
            sentences.push("AWS does not return it.".to_owned());
        }
    }
    sentences.join(" ")
}

fn taken(schema: &Schema, shape: &Shape, depth: usize) -> String {
    match shape {
        Shape::Any => "any JSON".to_owned(),
        Shape::Map(values) => format!("by name, {}", taken(schema, values, depth)),
        Shape::List { count, items, .. } => {
            let count = if *count == Bounds::default() { String::new() } else { format!(" of {count}") };
            format!("a list{count}, each {}", taken(schema, items, depth))
        }
        Shape::Scalar(it) => scalar(it),
        // A definition that leads to itself has no end.
        Shape::Named(_) if depth > 4 => "any JSON".to_owned(),
        Shape::Named(name) => match schema.definition(name) {
            Some(Definition::Shape(shape)) => taken(schema, shape, depth + 1),
            _ => format!("an object `{name}`"),
        },
    }
}

fn scalar(scalar: &Scalar) -> String {
    let kinds = scalar.kinds;
    if !scalar.values.is_empty() {
        let values: Vec<_> = scalar.values.iter().take(MOST_VALUES).map(|value| format!("`{value}`")).collect();
        let more = if scalar.values.len() > MOST_VALUES { ", …" } else { "" };
        return format!("one of {}{more}", values.join(", "));
    }
    let mut parts = vec![kinds.to_string()];
    if kinds.string && scalar.length != Bounds::default() {
        let characters = if scalar.length.most == Some(1.0) { "character" } else { "characters" };
        parts.push(format!(" of {} {characters}", scalar.length));
    }
    if (kinds.integer || kinds.number) && scalar.range != Bounds::default() {
        parts.push(format!(", {}", scalar.range));
    }
    if let Some(pattern) = &scalar.pattern {
        parts.push(format!(" that matches {}", code(pattern.as_str())));
    }
    parts.concat()
}

/// Text as code, whatever it holds.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// What holds between the properties of an object, beside the groups that became fields.
pub(crate) fn rules(object: &Object, fields: &[Vec<&str>]) -> Vec<String> {
    let is_field = |group: &&Group| {
        let mut names = group.one_of().unwrap_or_default();
        names.sort_unstable();
        fields.contains(&names)
    };
    object.groups.iter().filter(|group| !is_field(group)).map(rule).collect()
}

fn rule(group: &Group) -> String {
    let quoted = |set: &Vec<&str>| set.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" with ");
    let list = |sets: &[Vec<&str>]| sets.iter().map(quoted).collect::<Vec<_>>().join(", ");
    let (first, others) = group.sets.split_at(1.min(group.sets.len()));
    match group.relation {
        Relation::ExactlyOne => format!("Exactly one of {} is given.", list(&group.sets)),
        Relation::AtLeastOne => format!("At least one of {} is given.", list(&group.sets)),
        Relation::Excludes => format!("Beside {} none of {} is given.", list(first), list(others)),
        Relation::Needs => format!("Beside {} all of {} are given.", list(first), list(others)),
    }
}

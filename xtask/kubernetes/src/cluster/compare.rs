//! What differs between two objects, property by property.

use serde_json::{Map, Value};

/// A property with its values before and after.
pub(super) type Property = (String, Option<Value>, Option<Value>);

/// What the server keeps of its own.
const OWN: [&str; 7] =
    ["managedFields", "resourceVersion", "generation", "creationTimestamp", "uid", "selfLink", "deletionTimestamp"];

/// What differs, as paths like `spec.template.spec.containers[worker].image`. Elements of lists that have names are
/// compared by them, others by their place.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<Property> {
    let mut found = Vec::new();
    compare("", Some(&bare(before)), Some(&bare(after)), &mut found);
    found
}

fn bare(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(fields) = object.as_object_mut() {
        fields.shift_remove("status");
        if let Some(metadata) = fields.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.retain(|name, _| !OWN.contains(&name.as_str()));
        }
    }
    object
}

fn compare(path: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Property>) {
    match (before, after) {
        (Some(before), Some(after)) if before == after => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            let join = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            each(before, after, |name, before, after| compare(&join(name), before, after, found));
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            let (before, after) = match (named(before), named(after)) {
                (Some(before), Some(after)) => (before, after),
                _ => (placed(before), placed(after)),
            };
            each(&before, &after, |name, before, after| compare(&format!("{path}[{name}]"), before, after, found));
        }
        _ => found.push((path.to_owned(), before.cloned(), after.cloned())),
    }
}

fn each(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    mut visit: impl FnMut(&str, Option<&Value>, Option<&Value>),
) {
    for (name, value) in before {
        visit(name, Some(value), after.get(name));
    }
    for (name, value) in after.iter().filter(|(name, _)| !before.contains_key(*name)) {
        visit(name, None, Some(value));
    }
}

/// The elements by name, when each has another.
fn named(list: &[Value]) -> Option<Map<String, Value>> {
    let name = |value: &Value| Some(value.get("name")?.as_str()?.to_owned());
    let map: Map<_, _> = list.iter().map(|value| Some((name(value)?, value.clone()))).collect::<Option<_>>()?;
    (map.len() == list.len()).then_some(map)
}

fn placed(list: &[Value]) -> Map<String, Value> {
    list.iter().enumerate().map(|(place, value)| (place.to_string(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_property_that_differs_is_told_once_with_its_path() {
        let before = json!({"metadata": {"uid": "1", "labels": {"a": "1"}}, "status": {"x": 1},
            "spec": {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}], "ports": [1, 2], "same": {"x": 1}}});
        let after = json!({"metadata": {"uid": "2", "labels": {"a": "2"}}, "status": {"x": 2},
            "spec": {"env": [{"name": "B", "value": "3"}, {"name": "C"}], "ports": [1], "same": {"x": 1}}});
        let found: Vec<_> = differences(&before, &after).into_iter().map(|(path, ..)| path).collect();
        let expected = ["metadata.labels.a", "spec.env[A]", "spec.env[B].value", "spec.env[C]", "spec.ports[1]"];
        assert_eq!(found, expected);
    }
}

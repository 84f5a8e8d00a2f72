//! Which properties of an object exclude or need each other, in the file's notation.

use serde_json::{Map, Value as Json};

use super::shape::{Members, objects, strings};

/// The groups of an object: `xor A B`, `or A B`, `not A B`, `with A B`.
pub(super) fn of(members: &Members<'_>) -> Vec<String> {
    let Some(schema) = members.schema else { return Vec::new() };
    let mut groups = Vec::new();
    let alternatives = |key| single_requirements(schema.get(key));
    let lists = [
        ("xor", strings(schema.get("requiredXor")).collect()),
        ("xor", alternatives("oneOf")),
        ("or", strings(schema.get("requiredOr")).collect()),
        ("or", alternatives("anyOf")),
    ];
    for (relation, names) in lists {
        if names.len() > 1 && names.iter().all(|name| members.properties.contains_key(name)) {
            groups.push(format!("{relation} {}", names.join(" ")));
        }
    }
    for (relation, key) in [("not", "dependentExcluded"), ("with", "dependentRequired"), ("with", "dependencies")] {
        for (name, others) in schema.get(key).and_then(Json::as_object).into_iter().flatten() {
            let others: Vec<_> = strings(Some(others)).filter(|name| members.properties.contains_key(name)).collect();
            if members.properties.contains_key(name.as_str()) && !others.is_empty() {
                groups.push(format!("{relation} {name} {}", others.join(" ")));
            }
        }
    }
    groups
}

/// The names, when each branch of a `oneOf` or `anyOf` asks for exactly one property and nothing else of note.
fn single_requirements(branches: Option<&Json>) -> Vec<&str> {
    let requirement = |branch: &'_ Map<String, Json>| -> bool {
        let own = branch.get("properties").and_then(Json::as_object).map_or(0, Map::len);
        strings(branch.get("required")).count() == 1 && own <= 1
    };
    if !objects(branches).all(requirement) {
        return Vec::new();
    }
    let mut names: Vec<_> = objects(branches).flat_map(|branch| strings(branch.get("required"))).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    if names.len() == all { names } else { Vec::new() }
}

//! Which properties of an object exclude or need each other, in the file's notation.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::shape::{Members, objects, strings};

/// The groups of an object: `xor A B`, `or A B`, `not A B`, `with A B`.
pub(super) fn of(members: &Members<'_>) -> Vec<String> {
    let Some(schema) = members.schema else { return Vec::new() };
    let mut groups = Vec::new();
    let single = |key| strings(schema.get(key)).map(|name| vec![name]).collect();
    let lists: [(&str, Vec<Vec<&str>>); 5] = [
        ("xor", single("requiredXor")),
        (if is_exclusive(schema.get("oneOf")) { "xor" } else { "or" }, requirements(schema.get("oneOf"))),
        ("xor", only_properties(schema.get("oneOf"))),
        ("or", single("requiredOr")),
        ("or", requirements(schema.get("anyOf"))),
    ];
    for (relation, sets) in lists {
        let is_known = sets.iter().flatten().all(|name| members.properties.contains_key(name));
        // What a single alternative asks for is required.
        if sets.len() > 1 && is_known {
            let sets: Vec<_> = sets.iter().map(|set| set.join("+")).collect();
            groups.push(format!("{relation} {}", sets.join(" ")));
        }
    }
    let is_one = |key| schema.get(key).and_then(Json::as_u64) == Some(1);
    if is_one("minProperties") && is_one("maxProperties") && members.properties.len() > 1 {
        groups.push(format!("xor {}", members.properties.keys().copied().collect::<Vec<_>>().join(" ")));
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

/// What each branch of a `oneOf` or `anyOf` asks for, when that is what tells them apart.
pub(super) fn requirements(branches: Option<&Json>) -> Vec<Vec<&str>> {
    told_apart(objects(branches).map(|branch| strings(branch.get("required")).collect()).collect())
}

/// The properties of a `oneOf` whose branches ask for nothing, but have one property each and take no others: without any,
/// all branches would hold, and exactly one may.
fn only_properties(branches: Option<&Json>) -> Vec<Vec<&str>> {
    let is_such = |branch: &Map<String, Json>| {
        let is_closed = branch.get("additionalProperties") == Some(&Json::Bool(false));
        is_closed && !branch.contains_key("required") && own(branch).len() == 1
    };
    if objects(branches).all(is_such) { told_apart(objects(branches).map(own).collect()) } else { Vec::new() }
}

/// The sets in order; none when one is empty or stands twice.
fn told_apart(mut sets: Vec<Vec<&str>>) -> Vec<Vec<&str>> {
    sets.sort();
    let are_apart = sets.windows(2).all(|pair| pair[0] != pair[1]) && sets.iter().all(|set| !set.is_empty());
    if are_apart { sets } else { Vec::new() }
}

/// Whether what one branch of a `oneOf` asks for excludes what another does: not where both ask for one property and its
/// value decides.
fn is_exclusive(branches: Option<&Json>) -> bool {
    let sets = requirements(branches);
    let names: BTreeSet<_> = sets.iter().flatten().collect();
    let are_disjoint = names.len() == sets.iter().map(Vec::len).sum::<usize>();
    are_disjoint || objects(branches).all(|branch| own(branch).is_empty())
}

fn own(branch: &Map<String, Json>) -> Vec<&str> {
    branch.get("properties").and_then(Json::as_object).into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

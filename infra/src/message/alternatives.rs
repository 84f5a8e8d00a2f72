//! A schema as the alternatives that it has: each without references, unions and lists of types at its own level.

use serde_json::{Map, Value as Json};

/// A schema of one type or value.
pub(super) type Plain = Map<String, Json>;

/// A schema of more alternatives is not looked into: it may be anything.
const MOST: usize = 2048;

/// How far references lead to references.
const DEEPEST: usize = 32;

/// The alternatives of `schema`, whose references are to definitions of `root`. None of them has `true` or `{}` among
/// them, which is anything; what is never true has no alternative.
pub(super) fn alternatives(schema: &Json, root: &Json) -> Vec<Plain> {
    expanded(schema, root, DEEPEST).filter(|them| them.len() <= MOST).unwrap_or_else(|| vec![Plain::new()])
}

/// `None` when there are too many.
fn expanded(schema: &Json, root: &Json, depth: usize) -> Option<Vec<Plain>> {
    let members = match schema {
        Json::Bool(false) => return Some(Vec::new()),
        Json::Object(members) => members,
        _ => return Some(vec![Plain::new()]),
    };
    let depth = depth.checked_sub(1)?;
    let is_own = |name: &str| !["type", "enum", "$ref", "$defs", "allOf", "anyOf", "oneOf"].contains(&name);
    let own = members.iter().filter(|(name, _)| is_own(name));
    let mut all = vec![own.map(|(name, value)| (name.clone(), value.clone())).collect()];
    for keyword in ["type", "enum"] {
        let Some(value) = members.get(keyword) else { continue };
        let name = if keyword == "enum" { "const" } else { keyword };
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let each: Vec<_> = values.iter().map(|value| Plain::from_iter([(name.to_owned(), value.clone())])).collect();
        all = product(&all, &each)?;
    }
    if let Some(reference) = members.get("$ref").and_then(Json::as_str) {
        // What leads nowhere may be anything.
        let referred = reference.strip_prefix('#').and_then(|pointer| root.pointer(pointer));
        all = product(&all, &expanded(referred.unwrap_or(&Json::Bool(true)), root, depth)?)?;
    }
    for part in list(members, "allOf") {
        all = product(&all, &expanded(part, root, depth)?)?;
    }
    for keyword in ["anyOf", "oneOf"] {
        if members.contains_key(keyword) {
            let each = list(members, keyword).map(|it| expanded(it, root, depth)).collect::<Option<Vec<_>>>()?;
            all = product(&all, &each.concat())?;
        }
    }
    Some(all)
}

fn list<'a>(members: &'a Plain, keyword: &str) -> impl Iterator<Item = &'a Json> {
    members.get(keyword).and_then(Json::as_array).into_iter().flatten()
}

/// What is of one alternative of each.
fn product(some: &[Plain], others: &[Plain]) -> Option<Vec<Plain>> {
    if some.len().saturating_mul(others.len()) > MOST * 4 {
        return None;
    }
    Some(some.iter().flat_map(|one| others.iter().filter_map(move |other| both(one, other))).collect())
}

/// The values that both have; `None` when there are none.
fn both(one: &Plain, other: &Plain) -> Option<Plain> {
    let mut both = one.clone();
    for (name, theirs) in other {
        let Some(ours) = both.get_mut(name) else {
            both.insert(name.clone(), theirs.clone());
            continue;
        };
        if ours == theirs {
            continue;
        }
        match (name.as_str(), ours, theirs) {
            ("const", ..) => return None,
            ("type", ours, _) => match (ours.as_str()?, theirs.as_str()?) {
                ("integer", "number") => {}
                ("number", "integer") => *ours = theirs.clone(),
                _ => return None,
            },
            ("required", Json::Array(ours), Json::Array(theirs)) => {
                let more: Vec<_> = theirs.iter().filter(|field| !ours.contains(field)).cloned().collect();
                ours.extend(more);
            }
            ("properties" | "patternProperties", Json::Object(ours), Json::Object(theirs)) => {
                for (field, schema) in theirs {
                    let all = match ours.get(field) {
                        Some(own) if own != schema => serde_json::json!({"allOf": [own, schema]}),
                        _ => schema.clone(),
                    };
                    ours.insert(field.clone(), all);
                }
            }
            ("additionalProperties", ours, Json::Bool(false)) => *ours = Json::Bool(false),
            // Of two bounds one is kept: it is true of what is sent, and not more than what is taken.
            _ => {}
        }
    }
    Some(both)
}

//! What the values of a template refer to.

use std::borrow::Cow;

use serde_json::{Map, Value as Json, json};

use super::{Expression, Path, Piece};

/// One reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A resource or parameter.
    To(&'a str),
    /// An attribute of a resource.
    Attribute(&'a str, Cow<'a, str>),
    /// A condition.
    Condition(&'a str),
    /// A mapping.
    Mapping(&'a str),
}

impl<'a> Reference<'a> {
    /// The name of whatever it is to.
    #[must_use]
    pub(crate) const fn name(&self) -> &'a str {
        match self {
            Self::To(id) | Self::Attribute(id, _) | Self::Condition(id) | Self::Mapping(id) => id,
        }
    }

    /// The logical id of the resource or parameter; none of a condition or mapping.
    #[must_use]
    pub const fn id(&self) -> Option<&'a str> {
        match self {
            Self::To(id) | Self::Attribute(id, _) => Some(id),
            Self::Condition(_) | Self::Mapping(_) => None,
        }
    }
}

/// The logical ids of the resources and parameters that a value refers to, in the order of the text.
#[must_use]
pub fn ids_in(json: &Json) -> Vec<&str> {
    let mut ids = Vec::new();
    visit(&Path::Root, json, &mut |_, reference| ids.extend(reference.id()));
    ids
}

/// The paths of the properties whose values refer to the resource or parameter `id`, each once.
#[must_use]
pub fn paths_to(json: &Json, id: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    visit(&Path::Root, json, &mut |path, reference| {
        if reference.id() == Some(id) {
            let path = path.to_string();
            if paths.last() != Some(&path) {
                paths.push(path);
            }
        }
    });
    paths
}

/// The logical id that a value is the `Ref` or an attribute of.
#[must_use]
pub fn referenced(json: &Json) -> Option<&str> {
    match Expression::of(json) {
        Expression::Ref(id) | Expression::GetAtt(id, _) | Expression::GetAttOf(id, _) => Some(id),
        _ => None,
    }
}

/// Calls `found` for each reference of a rendered resource, with its place.
pub fn visit_resource<'a>(resource: &'a Json, found: &mut impl FnMut(&Path<'_>, Reference<'a>)) {
    for (name, value) in resource.as_object().into_iter().flatten() {
        let path = Path::Root.property(name);
        match (name.as_str(), value) {
            ("Properties", value) => visit(&Path::Root, value, found),
            ("Condition", Json::String(id)) => found(&path, Reference::Condition(id)),
            ("DependsOn", Json::String(id)) => found(&path, Reference::To(id)),
            ("DependsOn", Json::Array(ids)) => {
                ids.iter().filter_map(Json::as_str).for_each(|id| found(&path, Reference::To(id)));
            }
            ("Type" | "DeletionPolicy" | "UpdateReplacePolicy", _) => {}
            (_, value) => visit(&path, value, found),
        }
    }
}

/// Calls `found` for each reference in a value at `path`, with the place of the function that it is in.
pub fn visit<'a>(path: &Path<'_>, json: &'a Json, found: &mut impl FnMut(&Path<'_>, Reference<'a>)) {
    match Expression::of(json) {
        Expression::List(items) => {
            for (index, item) in items.iter().enumerate() {
                visit(&path.item(index), item, found);
            }
        }
        Expression::Map(members) => {
            for (name, value) in members {
                visit(&path.property(name), value, found);
            }
        }
        // What a condition chooses stands in its place.
        Expression::If(condition, then, otherwise) => {
            found(path, Reference::Condition(condition));
            visit(path, then, found);
            visit(path, otherwise, found);
        }
        // Here it is a property of that name: only conditions and functions refer to conditions.
        Expression::Condition(_) => {}
        _ => within(path, json, found),
    }
}

/// Calls `found` for each reference of a condition of the template.
pub fn visit_condition<'a>(condition: &'a Json, found: &mut impl FnMut(&Path<'_>, Reference<'a>)) {
    within(&Path::Root, condition, found);
}

/// The same of what is within a function: its arguments have no place of their own.
fn within<'a>(path: &Path<'_>, json: &'a Json, found: &mut impl FnMut(&Path<'_>, Reference<'a>)) {
    match Expression::of(json) {
        Expression::Scalar(_) => {}
        Expression::Ref(id) => found(path, Reference::To(id)),
        Expression::GetAtt(id, attribute) => found(path, Reference::Attribute(id, attribute)),
        Expression::GetAttOf(id, attribute) => {
            found(path, Reference::To(id));
            within(path, attribute, found);
        }
        Expression::Condition(id) => found(path, Reference::Condition(id)),
        Expression::Sub(sub) => {
            for piece in sub.pieces() {
                match piece {
                    Piece::Ref(id) => found(path, Reference::To(id)),
                    Piece::GetAtt(id, attribute) => found(path, Reference::Attribute(id, attribute.into())),
                    Piece::Text(_) | Piece::Escaped(_) | Piece::Variable(..) => {}
                }
            }
            sub.variables.into_iter().flatten().for_each(|(_, value)| within(path, value, found));
        }
        Expression::If(condition, then, otherwise) => {
            found(path, Reference::Condition(condition));
            within(path, then, found);
            within(path, otherwise, found);
        }
        Expression::List(items) => items.iter().for_each(|item| within(path, item, found)),
        Expression::Map(members) => members.iter().for_each(|(_, member)| within(path, member, found)),
        Expression::Select(one, other) => [one, other].into_iter().for_each(|it| within(path, it, found)),
        Expression::FindInMap(map, key, below) => {
            if let Json::String(id) = map {
                found(path, Reference::Mapping(id));
            }
            for it in [map, key, below] {
                within(path, it, found);
            }
        }
        // With a default for what is not there.
        Expression::Other("Fn::FindInMap", Json::Array(arguments)) => {
            if let Some(Json::String(id)) = arguments.first() {
                found(path, Reference::Mapping(id));
            }
            for argument in arguments {
                within(path, argument, found);
            }
        }
        Expression::Join(_, argument)
        | Expression::Split(_, argument)
        | Expression::ImportValue(argument)
        | Expression::Other(_, argument) => within(path, argument, found),
    }
}

/// A rendered resource with other logical ids in place of those that `new` knows.
#[must_use]
pub fn renamed_resource(resource: &Json, new: &impl Fn(&str) -> Option<String>) -> Json {
    let mut resource = renamed(resource, new);
    let dependencies = match resource.get_mut("DependsOn") {
        Some(Json::Array(ids)) => ids.as_mut_slice(),
        Some(id) => std::slice::from_mut(id),
        None => &mut [],
    };
    for id in dependencies {
        if let Some(new) = id.as_str().and_then(new) {
            *id = new.into();
        }
    }
    resource
}

/// A value with other logical ids in place of those that `new` knows.
#[must_use]
pub fn renamed(json: &Json, new: &impl Fn(&str) -> Option<String>) -> Json {
    replaced(json, &mut |id, attribute| {
        let id = new(id)?;
        Some(match attribute {
            Some(attribute) => json!({"Fn::GetAtt": [id, attribute]}),
            None => json!({"Ref": id}),
        })
    })
}

/// A value with others in place of its references. `new` gets the id of each and the attribute, if it is to one.
#[must_use]
pub fn replaced(json: &Json, new: &mut impl FnMut(&str, Option<&str>) -> Option<Json>) -> Json {
    match (Expression::of(json), json) {
        (Expression::Ref(id), _) => new(id, None).unwrap_or_else(|| json.clone()),
        (Expression::GetAtt(id, attribute), _) => {
            new(id, Some(&attribute)).unwrap_or_else(|| json!({"Fn::GetAtt": [id, attribute]}))
        }
        // Which attribute it is can only be told once it is chosen.
        (Expression::GetAttOf(id, attribute), _) => {
            let id = new(id, None).and_then(|it| Some(it.get("Ref")?.clone())).unwrap_or_else(|| id.into());
            json!({"Fn::GetAtt": [id, replaced(attribute, new)]})
        }
        (Expression::Sub(sub), _) => {
            let mut own: Map<_, _> =
                sub.variables.into_iter().flatten().map(|(name, it)| (name.clone(), replaced(it, new))).collect();
            let mut text = String::new();
            for piece in sub.pieces() {
                match piece {
                    Piece::Text(literal) => text += literal,
                    Piece::Escaped(literal) => text.extend(["${!", literal, "}"]),
                    Piece::Variable(name, _) => text.extend(["${", name, "}"]),
                    Piece::Ref(id) => text += &placeholder(id, new(id, None), sub.text, &mut own),
                    Piece::GetAtt(id, attribute) => {
                        text +=
                            &placeholder(&format!("{id}.{attribute}"), new(id, Some(attribute)), sub.text, &mut own);
                    }
                }
            }
            if sub.variables.is_some() || !own.is_empty() {
                json!({"Fn::Sub": [text, own]})
            } else {
                json!({"Fn::Sub": text})
            }
        }
        (_, Json::Array(items)) => items.iter().map(|item| replaced(item, new)).collect(),
        (_, Json::Object(members)) => {
            members.iter().map(|(name, member)| (name.clone(), replaced(member, new))).collect()
        }
        (_, scalar) => scalar.clone(),
    }
}

/// What stands in the text of `Fn::Sub`, which was `whole`, for the reference `name`, which `new` takes the place of.
/// What a placeholder cannot say becomes one of the function's `own` variables.
fn placeholder(name: &str, new: Option<Json>, whole: &str, own: &mut Map<String, Json>) -> String {
    let Some(new) = new else { return format!("${{{name}}}") };
    let name = match Expression::of(&new) {
        Expression::Ref(id) => id.to_owned(),
        Expression::GetAtt(id, attribute) => format!("{id}.{attribute}"),
        _ => {
            // What the text says already may refer to something else.
            let mut names = (1_usize..).map(|number| format!("Value{number}"));
            let free = names.find(|name| !whole.contains(name.as_str()) && own.get(name).is_none_or(|it| *it == new));
            let free = free.unwrap_or_default();
            own.insert(free.clone(), new);
            free
        }
    };
    format!("${{{name}}}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_found_in_every_function() {
        let properties = json!({
            "A": {"Ref": "One"},
            "B": [{"Fn::Sub": ["${Two.Arn}/${!no}${own}${Three}", {"own": {"Ref": "Four"}}]}],
            "C": {"Fn::If": ["Chosen", {"D": {"Fn::Join": ["", ["x", {"Fn::GetAtt": "Five.Arn"}]]}}, {"Ref": "Six"}]},
            "E": {"Fn::Select": [0, {"Fn::Split": [",", {"Fn::ImportValue": {"Fn::Sub": "${Seven}"}}]}]},
        });
        assert_eq!(ids_in(&properties), ["One", "Two", "Three", "Four", "Five", "Six", "Seven"]);
    }

    #[test]
    fn a_property_may_be_called_condition() {
        let resource = json!({"Condition": "Chosen", "Properties": {"Conditional": {"Condition": "other"}}});
        let mut found = Vec::new();
        visit_resource(&resource, &mut |path, reference| found.push((path.to_string(), reference)));
        assert_eq!(found, [("Condition".to_owned(), Reference::Condition("Chosen"))]);
    }

    #[test]
    fn every_reference_follows_a_new_id() {
        let resource = json!({
            "DependsOn": ["Orders", "Other"],
            "Properties": {
                "A": {"Ref": "Orders"}, "B": {"Fn::GetAtt": ["Orders", "Arn"]}, "C": {"Fn::GetAtt": "Orders.Arn"},
                "D": {"Fn::Sub": "${!Orders} ${ Orders.Arn }/Orders/${OrdersDlq}${"},
                "E": {"Fn::Sub": ["${Orders}${Own}", {"Orders": "mine", "Own": {"Ref": "Orders"}}]},
                "F": {"Fn::If": ["Orders", {"Fn::Join": ["Orders", ["Orders", {"Ref": "Orders"}]]}, 1]},
            },
        });
        let visits = json!({
            "DependsOn": ["Visits", "Other"],
            "Properties": {
                "A": {"Ref": "Visits"}, "B": {"Fn::GetAtt": ["Visits", "Arn"]}, "C": {"Fn::GetAtt": ["Visits", "Arn"]},
                "D": {"Fn::Sub": "${!Orders} ${Visits.Arn}/Orders/${OrdersDlq}${"},
                "E": {"Fn::Sub": ["${Orders}${Own}", {"Orders": "mine", "Own": {"Ref": "Visits"}}]},
                "F": {"Fn::If": ["Orders", {"Fn::Join": ["Orders", ["Orders", {"Ref": "Visits"}]]}, 1]},
            },
        });
        assert_eq!(renamed_resource(&resource, &|id| (id == "Orders").then(|| "Visits".to_owned())), visits);
    }

    #[test]
    fn a_value_in_a_text_gets_a_name_that_the_text_does_not_have() {
        let sub = json!({"Fn::Sub": "${Value1}/${Orders.Arn}/${Orders.Arn}"});
        let import = json!({"Fn::ImportValue": "orders"});
        let made = replaced(&sub, &mut |_, attribute| attribute.map(|_| import.clone()));
        assert_eq!(made, json!({"Fn::Sub": ["${Value1}/${Value2}/${Value2}", {"Value2": import}]}));
    }

    #[test]
    fn a_place_ends_where_the_function_is() {
        let five = json!({"Fn::Join": ["", ["x", {"Ref": "Five"}, {"Ref": "Five"}]]});
        let properties = json!({"C": [{"Fn::If": ["Chosen", {"D": five}, 1]}]});
        assert_eq!(paths_to(&properties, "Five"), ["C[0].D"]);
    }
}

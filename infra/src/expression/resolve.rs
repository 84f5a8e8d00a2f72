//! What the values of a template yield, as far as something is known.

use serde_json::{Map, Value as Json, json};

use super::{Expression, Piece, Sub};

/// What is known of a template before or after its deployment. What is not known stays as it is.
pub trait Known {
    /// What `Ref` gives for a parameter, a pseudo parameter or a resource.
    fn reference(&self, name: &str) -> Option<Json>;

    /// What `Fn::GetAtt` gives.
    fn attribute(&self, _id: &str, _attribute: &str) -> Option<Json> {
        None
    }

    /// Whether a condition holds.
    fn condition(&self, _name: &str) -> Option<bool> {
        None
    }

    /// Whether all that a mapping of the template has is known.
    fn has_map(&self, _map: &str) -> bool {
        false
    }

    /// What a mapping of the template has under a key and a key below it.
    fn in_map(&self, _map: &str, _key: &str, _below: &str) -> Option<Json> {
        None
    }
}

/// `json` with values in place of the functions that `known` decides. Members and items that are `AWS::NoValue` are
/// left out.
///
/// ```
/// use infra::expression::{Known, resolve};
/// use serde_json::{Value, json};
///
/// struct Region;
///
/// impl Known for Region {
///     fn reference(&self, name: &str) -> Option<Value> {
///         (name == "AWS::Region").then(|| "eu-west-1".into())
///     }
/// }
///
/// assert_eq!(resolve(&json!({"Fn::Sub": "in ${AWS::Region}"}), &Region), "in eu-west-1");
/// assert_eq!(resolve(&json!({"Fn::Sub": "${Table} in ${AWS::Region}"}), &Region), json!({"Fn::Sub": "${Table} in eu-west-1"}));
/// ```
#[must_use]
pub fn resolve(json: &Json, known: &impl Known) -> Json {
    let again = |json: &Json| resolve(json, known);
    match Expression::of(json) {
        Expression::Scalar(scalar) => scalar.clone(),
        Expression::List(items) => items.iter().map(again).filter(is_value).collect(),
        Expression::Map(members) => {
            let members = members.iter().map(|(name, member)| (name.clone(), again(member)));
            members.filter(|(_, member)| is_value(member)).collect()
        }
        Expression::Ref(name) => known.reference(name).unwrap_or_else(|| json.clone()),
        Expression::GetAtt(id, attribute) => known.attribute(id, &attribute).unwrap_or_else(|| json.clone()),
        Expression::GetAttOf(id, chosen) => {
            let chosen = again(chosen);
            let attribute = chosen.as_str().and_then(|attribute| known.attribute(id, attribute));
            attribute.unwrap_or_else(|| json!({ "Fn::GetAtt": [id, chosen] }))
        }
        Expression::Sub(sub) => substitute(sub, known),
        Expression::Join(delimiter, items) => {
            let items = again(items);
            let texts = || items.as_array()?.iter().map(text).collect::<Option<Vec<_>>>();
            texts().map_or_else(|| json!({ "Fn::Join": [delimiter, items] }), |texts| texts.join(delimiter).into())
        }
        Expression::If(condition, then, otherwise) => match known.condition(condition) {
            Some(true) => again(then),
            Some(false) => again(otherwise),
            None => json!({ "Fn::If": [condition, again(then), again(otherwise)] }),
        },
        Expression::Select(index, items) => {
            let (index, items) = (again(index), again(items));
            let place = || text(&index)?.parse::<usize>().ok();
            let item = place().and_then(|place| items.as_array()?.get(place).cloned());
            item.unwrap_or_else(|| json!({ "Fn::Select": [index, items] }))
        }
        Expression::Split(delimiter, whole) => match again(whole) {
            Json::String(whole) => whole.split(delimiter).map(Json::from).collect(),
            whole => json!({ "Fn::Split": [delimiter, whole] }),
        },
        Expression::FindInMap(map, key, below) => {
            let [map, key, below] = [map, key, below].map(again);
            let found = || known.in_map(map.as_str()?, key.as_str()?, below.as_str()?);
            found().unwrap_or_else(|| json!({ "Fn::FindInMap": [map, key, below] }))
        }
        Expression::ImportValue(export) => json!({ "Fn::ImportValue": again(export) }),
        Expression::Condition(_) => json.clone(),
        Expression::Other("Fn::FindInMap", Json::Array(arguments)) => in_map_or_default(arguments, known),
        Expression::Other(name, argument) => Json::Object([(name.to_owned(), again(argument))].into_iter().collect()),
    }
}

/// What a mapping has, or the default that is given beside the keys.
fn in_map_or_default(arguments: &[Json], known: &impl Known) -> Json {
    let arguments: Vec<_> = arguments.iter().map(|argument| resolve(argument, known)).collect();
    if let [Json::String(map), Json::String(key), Json::String(below), options] = &arguments[..] {
        let default = || options.get("DefaultValue").filter(|_| known.has_map(map)).cloned();
        if let Some(value) = known.in_map(map, key, below).or_else(default) {
            return value;
        }
    }
    json!({ "Fn::FindInMap": arguments })
}

fn is_value(json: &Json) -> bool {
    Expression::of(json) != Expression::Ref("AWS::NoValue")
}

/// A scalar as CloudFormation writes it into a text.
fn text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The text, or a function with what is not known of it.
fn substitute(sub: Sub<'_>, known: &impl Known) -> Json {
    // As the text of the result, and as the text of a function that remains.
    let (mut whole, mut remaining) = (Some(String::new()), String::new());
    let mut own = Map::new();
    for piece in sub.pieces() {
        let (value, placeholder) = match piece {
            Piece::Text(text) => (Some(text.to_owned()), String::new()),
            Piece::Escaped(name) => (Some(format!("${{{name}}}")), String::new()),
            Piece::Ref(name) => (known.reference(name).as_ref().and_then(text), format!("${{{name}}}")),
            Piece::GetAtt(id, attribute) => {
                (known.attribute(id, attribute).as_ref().and_then(text), format!("${{{id}.{attribute}}}"))
            }
            Piece::Variable(name, value) => {
                let value = resolve(value, known);
                let text = text(&value);
                if text.is_none() {
                    own.insert(name.to_owned(), value);
                }
                (text, format!("${{{name}}}"))
            }
        };
        match (&mut whole, value) {
            (whole, Some(value)) => {
                remaining += &value.replace("${", "${!");
                if let Some(whole) = whole {
                    *whole += &value;
                }
            }
            (whole, None) => {
                remaining += &placeholder;
                *whole = None;
            }
        }
    }
    match whole {
        Some(whole) => whole.into(),
        None if own.is_empty() => json!({ "Fn::Sub": remaining }),
        None => json!({ "Fn::Sub": [remaining, own] }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Names;

    impl Known for Names {
        fn reference(&self, name: &str) -> Option<Json> {
            match name {
                "Uploads" => Some("uploads".into()),
                "Zones" => Some(json!(["a", "b"])),
                _ => None,
            }
        }

        fn attribute(&self, id: &str, attribute: &str) -> Option<Json> {
            ((id, attribute) == ("Uploads", "Arn")).then(|| "arn:aws:s3:::uploads".into())
        }

        fn condition(&self, name: &str) -> Option<bool> {
            (name == "Holds").then_some(true)
        }
    }

    #[track_caller]
    fn check(json: &Json, expected: &Json) {
        assert_eq!(resolve(json, &Names), *expected);
    }

    #[test]
    fn texts_are_put_together() {
        check(&json!({"Fn::Sub": "${Uploads.Arn}/*"}), &"arn:aws:s3:::uploads/*".into());
        check(&json!({"Fn::Join": ["/", [{"Fn::GetAtt": ["Uploads", "Arn"]}, 1]]}), &"arn:aws:s3:::uploads/1".into());
        let own = json!({"Fn::Sub": ["${name}/${!aws:username}", {"name": {"Ref": "Uploads"}}]});
        check(&own, &"uploads/${aws:username}".into());
        check(&json!({"Fn::Select": ["1", {"Ref": "Zones"}]}), &"b".into());
        check(&json!({"Fn::Split": ["-", "a-b"]}), &json!(["a", "b"]));
    }

    #[test]
    fn what_is_known_of_a_text_is_filled_in() {
        let own = json!({"Fn::Sub": ["${!x}${Uploads}-${name}", {"name": {"Ref": "Other"}}]});
        check(&own, &json!({"Fn::Sub": ["${!x}uploads-${name}", {"name": {"Ref": "Other"}}]}));
    }

    #[test]
    fn a_condition_that_is_known_chooses() {
        let chosen = |condition: &str| json!({"A": {"Fn::If": [condition, {"Ref": "AWS::NoValue"}, 1]}, "B": 2});
        check(&chosen("Holds"), &json!({"B": 2}));
        check(&chosen("Unknown"), &chosen("Unknown"));
    }

    #[test]
    fn what_is_not_known_stays_a_function() {
        for unknown in [
            json!({"Ref": "Nothing"}),
            json!({"Fn::GetAtt": ["Uploads", "StreamArn"]}),
            json!({"Fn::ImportValue": "other"}),
            json!({"Fn::Sub": "${Nothing.Arn}/*"}),
            json!({"Fn::Join": ["", ["a", {"Ref": "Nothing"}]]}),
        ] {
            check(&unknown, &unknown);
        }
    }
}

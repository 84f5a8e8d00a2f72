//! Values of templates: what an intrinsic function is, what it refers to, and what it yields.
//!
//! This is the one place that reads the forms of intrinsic functions. Everything else matches on [`Expression`], follows
//! [`visit`], or asks for the value with [`resolve`].

mod canonical;
pub mod loops;
mod path;
mod references;
mod resolve;

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

pub use canonical::canonical;
pub use path::Path;
pub use references::{
    Reference, ids_in, paths_to, referenced, renamed, renamed_resource, replaced, visit, visit_condition,
    visit_resource,
};
pub use resolve::{Known, resolve};

/// A value of a template, one level deep: its parts are read when they are asked for.
///
/// ```
/// use infra::expression::Expression;
/// use serde_json::json;
///
/// let arn = json!({"Fn::GetAtt": ["Orders", "Arn"]});
/// assert_eq!(Expression::of(&arn), Expression::GetAtt("Orders", "Arn".into()));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Expression<'a> {
    /// A text, number, truth value or `null`.
    Scalar(&'a Json),
    /// A list.
    List(&'a [Json]),
    /// Members by name.
    Map(&'a Map<String, Json>),
    /// `Ref`: a parameter, a pseudo parameter or a resource.
    Ref(&'a str),
    /// `Fn::GetAtt` of a resource, in either form.
    GetAtt(&'a str, Cow<'a, str>),
    /// `Fn::GetAtt` of an attribute that another expression chooses.
    GetAttOf(&'a str, &'a Json),
    /// `Fn::Sub`.
    Sub(Sub<'a>),
    /// `Fn::Join`: the delimiter and the list.
    Join(&'a str, &'a Json),
    /// `Fn::If`: the condition and the values when it holds and when it does not.
    If(&'a str, &'a Json, &'a Json),
    /// `Fn::Select`: the index and the list.
    Select(&'a Json, &'a Json),
    /// `Fn::Split`: the delimiter and the text.
    Split(&'a str, &'a Json),
    /// `Fn::FindInMap`: the mapping, the key and the key below it.
    FindInMap(&'a Json, &'a Json, &'a Json),
    /// `Fn::ImportValue`: the name of the export.
    ImportValue(&'a Json),
    /// `Condition`: whether a condition of the template holds.
    Condition(&'a str),
    /// Any other function, or one whose argument has not the form that it needs.
    Other(&'a str, &'a Json),
}

/// The argument of `Fn::Sub`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sub<'a> {
    /// The text with placeholders.
    pub text: &'a str,
    /// Its own variables.
    pub variables: Option<&'a Map<String, Json>>,
}

/// A piece of the text of `Fn::Sub`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Piece<'a> {
    /// Text as it is.
    Text(&'a str),
    /// `${!Name}`, which yields the text `${Name}`.
    Escaped(&'a str),
    /// One of the function's own variables.
    Variable(&'a str, &'a Json),
    /// `${Id}`.
    Ref(&'a str),
    /// `${Id.Attribute}`.
    GetAtt(&'a str, &'a str),
}

impl<'a> Expression<'a> {
    /// What `json` is.
    #[must_use]
    pub fn of(json: &'a Json) -> Self {
        match json {
            Json::Array(items) => Self::List(items),
            Json::Object(members) => Self::of_members(members),
            scalar => Self::Scalar(scalar),
        }
    }

    /// What the object with these members is.
    #[must_use]
    pub fn of_members(members: &'a Map<String, Json>) -> Self {
        let mut entries = members.iter();
        match (entries.next(), entries.next()) {
            (Some((name, argument)), None) => function(name, argument).unwrap_or(Self::Map(members)),
            _ => Self::Map(members),
        }
    }

    /// Whether it is an intrinsic function that yields a value.
    #[must_use]
    pub const fn is_function(&self) -> bool {
        !matches!(self, Self::Scalar(_) | Self::List(_) | Self::Map(_) | Self::Condition(_))
    }
}

impl<'a> Sub<'a> {
    /// The pieces of its text. A placeholder that is not closed is text.
    pub fn pieces(self) -> impl Iterator<Item = Piece<'a>> {
        let mut rest = self.text;
        let mut placeholder = None;
        std::iter::from_fn(move || {
            if let Some(piece) = placeholder.take() {
                return Some(piece);
            }
            if rest.is_empty() {
                return None;
            }
            let Some((text, after)) =
                rest.split_once("${").and_then(|(text, after)| Some((text, after.split_once('}')?)))
            else {
                return Some(Piece::Text(std::mem::take(&mut rest)));
            };
            let piece = self.placeholder(after.0);
            rest = after.1;
            if text.is_empty() {
                return Some(piece);
            }
            placeholder = Some(piece);
            Some(Piece::Text(text))
        })
    }

    fn placeholder(self, name: &'a str) -> Piece<'a> {
        if let Some(literal) = name.strip_prefix('!') {
            return Piece::Escaped(literal);
        }
        let name = name.trim();
        match (self.variables.and_then(|own| own.get(name)), name.split_once('.')) {
            (Some(value), _) => Piece::Variable(name, value),
            (None, Some((id, attribute))) => Piece::GetAtt(id, attribute),
            (None, None) => Piece::Ref(name),
        }
    }
}

/// Of an object with one member, which may be a function.
fn function<'a>(name: &'a str, argument: &'a Json) -> Option<Expression<'a>> {
    let known = match (name, argument) {
        ("Ref", Json::String(id)) => Some(Expression::Ref(id)),
        ("Condition", Json::String(id)) => return Some(Expression::Condition(id)),
        ("Fn::GetAtt", Json::String(path)) => {
            let (id, attribute) = path.split_once('.').unwrap_or((path, ""));
            Some(Expression::GetAtt(id, attribute.into()))
        }
        ("Fn::GetAtt", Json::Array(path)) => attribute(path),
        ("Fn::Sub", Json::String(text)) => Some(Expression::Sub(Sub { text, variables: None })),
        ("Fn::Sub", Json::Array(arguments)) => match &arguments[..] {
            [Json::String(text)] => Some(Expression::Sub(Sub { text, variables: None })),
            [Json::String(text), own, ..] => Some(Expression::Sub(Sub { text, variables: own.as_object() })),
            _ => None,
        },
        (_, Json::Array(arguments)) => of_list(name, arguments),
        ("Fn::ImportValue", export) => Some(Expression::ImportValue(export)),
        _ => None,
    };
    let is_function = name == "Ref" || name.starts_with("Fn::");
    known.or_else(|| is_function.then_some(Expression::Other(name, argument)))
}

fn of_list<'a>(name: &str, arguments: &'a [Json]) -> Option<Expression<'a>> {
    Some(match (name, arguments) {
        ("Fn::Join", [Json::String(delimiter), items]) => Expression::Join(delimiter, items),
        ("Fn::If", [Json::String(condition), then, otherwise]) => Expression::If(condition, then, otherwise),
        ("Fn::Select", [index, items]) => Expression::Select(index, items),
        ("Fn::Split", [Json::String(delimiter), text]) => Expression::Split(delimiter, text),
        ("Fn::FindInMap", [map, key, below]) => Expression::FindInMap(map, key, below),
        _ => return None,
    })
}

/// The attribute of a nested stack's output may be a path of several steps.
fn attribute(path: &[Json]) -> Option<Expression<'_>> {
    let (Json::String(id), rest) = path.split_first()? else { return None };
    match rest {
        [Json::String(attribute)] => Some(Expression::GetAtt(id, attribute.into())),
        [chosen] => Some(Expression::GetAttOf(id, chosen)),
        steps => {
            let steps: Option<Vec<_>> = steps.iter().map(Json::as_str).collect();
            Some(Expression::GetAtt(id, steps?.join(".").into()))
        }
    }
}

/// Whether `members` are the long form of an intrinsic function.
#[must_use]
pub fn is_function(members: &Map<String, Json>) -> bool {
    Expression::of_members(members).is_function()
}

/// Whether an intrinsic function is anywhere in a value: only CloudFormation knows what it yields.
#[must_use]
pub fn has_function(json: &Json) -> bool {
    match json {
        Json::Array(items) => items.iter().any(has_function),
        Json::Object(members) => is_function(members) || members.values().any(has_function),
        _ => false,
    }
}

/// What an ARN, a name or a principal is about by its logical id, where it has one: `Sightings/index/by-model`.
///
/// ```
/// use infra::expression::short_name;
/// use serde_json::json;
///
/// assert_eq!(short_name(&json!({"Fn::Sub": "${Sightings.Arn}/index/by-model"})), "Sightings/index/by-model");
/// ```
#[must_use]
pub fn short_name(json: &Json) -> String {
    match Expression::of(json) {
        Expression::Ref(id) | Expression::GetAtt(id, _) => id.to_owned(),
        Expression::Sub(sub) => short_text(sub.text),
        _ => display(json),
    }
}

/// The same of a text whose placeholders are those of `Fn::Sub`.
#[must_use]
pub fn short_text(text: &str) -> String {
    let placeholder = text.strip_prefix("${").and_then(|text| text.split_once('}'));
    match placeholder {
        Some((name, rest)) if name.ends_with(".Arn") => format!("{}{rest}", name.trim_end_matches(".Arn")),
        Some((name, "")) if !name.contains([':', '!']) => name.split('.').next().unwrap_or_default().to_owned(),
        _ => text.to_owned(),
    }
}

/// A value as a person reads it: text without quotes, `!GetAtt Queue.Arn`, other things as compact JSON.
#[must_use]
pub fn display(json: &Json) -> String {
    match Expression::of(json) {
        Expression::Scalar(Json::String(text)) => text.clone(),
        Expression::GetAtt(id, attribute) => format!("!GetAtt {id}.{attribute}"),
        expression if expression.is_function() => {
            let function = json.as_object().and_then(|members| members.iter().next());
            let Some((name, argument)) = function else { return String::new() };
            let argument = match argument {
                Json::Array(items) => format!("[{}]", items.iter().map(display).collect::<Vec<_>>().join(", ")),
                other => display(other),
            };
            format!("!{} {argument}", name.trim_start_matches("Fn::"))
        }
        _ => json.to_string(),
    }
}

/// How a value is called that is not known before deployment.
pub(crate) fn name_of_unknown(json: &Json) -> String {
    match Expression::of(json) {
        Expression::Ref(name) => name.to_owned(),
        Expression::GetAtt(id, attribute) => format!("{id}.{attribute}"),
        _ => display(json),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_forms_of_a_function_are_one() {
        for attribute in
            [json!({"Fn::GetAtt": "Nested.Outputs.Url"}), json!({"Fn::GetAtt": ["Nested", "Outputs", "Url"]})]
        {
            assert_eq!(Expression::of(&attribute), Expression::GetAtt("Nested", "Outputs.Url".into()));
        }
        let sub = json!({"Fn::Sub": ["${A}", {"A": 1}]});
        assert!(matches!(Expression::of(&sub), Expression::Sub(Sub { text: "${A}", variables: Some(_) })));
    }

    #[test]
    fn a_function_of_another_form_is_still_one() {
        for other in [json!({"Ref": 1}), json!({"Fn::Join": "x"}), json!({"Fn::Transform": {"Name": "x"}})] {
            assert!(matches!(Expression::of(&other), Expression::Other(..)), "{other}");
        }
        assert!(!Expression::of(&json!({"Refer": "x"})).is_function());
    }

    #[test]
    fn the_text_of_a_sub_comes_in_pieces() {
        let own = json!({"name": "x"});
        let sub = Sub { text: "a${B}${C.Arn}-${!d}${ name }${open", variables: own.as_object() };
        let pieces: Vec<_> = sub.pieces().collect();
        let expected = [
            Piece::Text("a"),
            Piece::Ref("B"),
            Piece::GetAtt("C", "Arn"),
            Piece::Text("-"),
            Piece::Escaped("d"),
            Piece::Variable("name", &own["name"]),
            Piece::Text("${open"),
        ];
        assert_eq!(pieces, expected);
    }

    #[test]
    fn names_are_those_of_the_template() {
        for (json, name) in [
            (json!({"Ref": "Orders"}), "Orders"),
            (json!({"Fn::GetAtt": "Orders.Arn"}), "Orders"),
            (json!({"Fn::Sub": "${Orders.Arn}/*"}), "Orders/*"),
            (json!({"Fn::Sub": "arn:${AWS::Partition}:s3:::x"}), "arn:${AWS::Partition}:s3:::x"),
            (json!({"Fn::ImportValue": "shared"}), "!ImportValue shared"),
            (json!("*"), "*"),
        ] {
            assert_eq!(short_name(&json), name);
        }
    }
}

//! Statements and their elements.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::error::ParseError;
use super::place::Place;
use crate::action::Action;
use crate::condition::{Condition, Operator, Quantifier};
use crate::document::{Effect, Statement};
use crate::listed::Listed;
use crate::principal::Principal;

const ELEMENTS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

type Members<'a> = IndexMap<&'a str, Place<'a>>;

pub(super) fn read(place: &Place<'_>) -> Result<Statement, ParseError> {
    let members = place.members("a statement", ELEMENTS)?;
    let effect = members.get("Effect").ok_or_else(|| place.lacks("Effect", "`Allow` or `Deny`"))?;
    let action = either(&members, "Action", "NotAction", |it| named(it, "an action such as `sqs:SendMessage`"))?;
    let action = action.ok_or_else(|| place.lacks("Action", "`Action` or `NotAction`"))?;
    let resource = either(&members, "Resource", "NotResource", |it| named(it, "an ARN, a pattern of ARNs, or `*`"))?;
    Ok(Statement {
        sid: members.get("Sid").map(|sid| sid.text("a text").map(str::to_owned)).transpose()?,
        effect: effect.one_of(&[("Allow", Effect::Allow), ("Deny", Effect::Deny)])?,
        principal: either(&members, "Principal", "NotPrincipal", principals)?,
        action: match action {
            Listed::These(names) => Listed::These(names.into_iter().map(Action::new).collect()),
            Listed::AllBut(names) => Listed::AllBut(names.into_iter().map(Action::new).collect()),
        },
        resource: resource.unwrap_or_default(),
        condition: members.get("Condition").map_or_else(|| Ok(Vec::new()), conditions)?,
    })
}

/// What the element `name` lists, or its negation; a statement has only one of the two.
fn either<'a, T>(
    members: &'a Members<'a>,
    name: &str,
    not: &str,
    read: impl Fn(&'a Place<'a>) -> Result<Vec<T>, ParseError>,
) -> Result<Option<Listed<T>>, ParseError> {
    match (members.get(name), members.get(not)) {
        (Some(_), Some(place)) => {
            Err(place.error(format!("beside `{name}`"), format!("only one of `{name}` and `{not}`")))
        }
        (Some(place), None) => read(place).map(Listed::These).map(Some),
        (None, Some(place)) => read(place).map(Listed::AllBut).map(Some),
        (None, None) => Ok(None),
    }
}

/// One or several texts.
fn named(place: &Place<'_>, expected: &str) -> Result<Vec<String>, ParseError> {
    let names: Vec<_> =
        place.entries().map(|entry| entry.text(expected).map(str::to_owned)).collect::<Result<_, _>>()?;
    if names.is_empty() {
        return Err(place.error("an empty list".to_owned(), format!("at least {expected}")));
    }
    Ok(names)
}

fn principals(place: &Place<'_>) -> Result<Vec<Principal>, ParseError> {
    if let Json::String(text) = place.json {
        return match text.as_str() {
            "*" => Ok(vec![Principal::Any]),
            _ => Err(place
                .unexpected("`*`, or an object such as `{\"AWS\": \"123456789012\"}`")
                .advise("name the kind: `AWS`, `Service`, `Federated` or `CanonicalUser`")),
        };
    }
    let mut principals = Vec::new();
    for (kind, names) in &place.members("the principals", &["AWS", "Service", "Federated", "CanonicalUser"])? {
        for name in names.entries() {
            let name = name.text("the name of a principal")?.to_owned();
            principals.push(match *kind {
                "AWS" => Principal::Aws(name),
                "Service" => Principal::Service(name),
                "Federated" => Principal::Federated(name),
                _ => Principal::CanonicalUser(name),
            });
        }
    }
    Ok(principals)
}

fn conditions(place: &Place<'_>) -> Result<Vec<Condition>, ParseError> {
    let mut conditions = Vec::new();
    for (name, keys) in &place.any_members("an object of condition operators")? {
        let (quantifier, operator, if_exists) = operator(name, keys)?;
        for (key, values) in &keys.any_members("an object of condition keys")? {
            conditions.push(Condition {
                quantifier,
                operator,
                if_exists,
                key: Cow::Owned((*key).to_owned()),
                values: values.entries().map(|value| scalar(&value)).collect::<Result<_, _>>()?,
            });
        }
    }
    Ok(conditions)
}

fn operator(name: &str, place: &Place<'_>) -> Result<(Option<Quantifier>, Operator, bool), ParseError> {
    let (quantifier, rest) = match name.split_once(':') {
        Some(("ForAllValues", rest)) => (Some(Quantifier::ForAllValues), rest),
        Some(("ForAnyValue", rest)) => (Some(Quantifier::ForAnyValue), rest),
        _ => (None, name),
    };
    let (base, if_exists) = rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
    let found = Operator::ALL.iter().find(|operator| operator.name() == base);
    match found {
        Some(Operator::Null) if if_exists => {
            Err(place.error("`Null` with `IfExists`".to_owned(), "`Null`, which is itself about existence".to_owned()))
        }
        Some(operator) => Ok((quantifier, *operator, if_exists)),
        None => Err(place
            .error("no condition operator".to_owned(), "one such as `StringEquals`".to_owned())
            .suggest(base, Operator::ALL.iter().map(|operator| operator.name()))),
    }
}

/// A condition's value: IAM takes numbers and booleans as their text.
fn scalar(place: &Place<'_>) -> Result<String, ParseError> {
    match place.json {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(place.json.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => Err(place.unexpected("a text, a number or a boolean")),
    }
}

impl ParseError {
    fn advise(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }
}

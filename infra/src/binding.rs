//! From references to the resources of a stack to the bindings of its functions, and back to what a binding means.

use bindings::{Actions, Declaration, Program};
use indexmap::IndexMap;
use policies::Action;
use serde_json::Value as Json;

use crate::iam::Statement;
use crate::parameter::Url;
use crate::reference::Ref;
use crate::value::{Intrinsic, Value};
use crate::{dynamodb, lambda, sqs};

impl<A: Actions<bindings::dynamodb::Table<()>>> From<Ref<dynamodb::Table>> for bindings::dynamodb::Table<A> {
    fn from(table: Ref<dynamodb::Table>) -> Self {
        Self::declared(json(&table), json(&table.arn()))
    }
}

impl<A: Actions<bindings::dynamodb::Index<()>>> From<dynamodb::IndexRef> for bindings::dynamodb::Index<A> {
    fn from(index: dynamodb::IndexRef) -> Self {
        let (table, name) = (index.table.id(), index.name);
        let variable: Value = Value::sub(format!("${{{table}}}/index/{name}"));
        let arn: Value = Value::sub(format!("${{{table}.Arn}}/index/{name}"));
        Self::declared(json(&variable), json(&arn))
    }
}

impl<A: Actions<bindings::sqs::Queue<()>>, Q: sqs::Queue> From<Ref<Q>> for bindings::sqs::Queue<A> {
    fn from(queue: Ref<Q>) -> Self {
        Self::declared(json(&queue), json(&queue.arn()))
    }
}

impl<A: Actions<bindings::lambda::Function<()>>> From<Ref<lambda::Function>> for bindings::lambda::Function<A> {
    fn from(function: Ref<lambda::Function>) -> Self {
        Self::declared(json(&function), json(&function.arn()))
    }
}

impl From<Value<Url>> for bindings::Url {
    fn from(url: Value<Url>) -> Self {
        Self::declared(json(&url))
    }
}

/// What one field of a function's bindings means in its stack.
#[derive(Debug, Clone)]
pub struct Binding {
    /// The field's name.
    pub field: String,
    /// The environment variable's name.
    pub variable: String,
    /// The environment variable's value.
    pub value: Value,
    /// What the function's role is allowed, when the binding grants anything.
    pub grant: Option<Statement>,
}

impl Binding {
    /// The logical id of the table and the name of the index, when it binds an index.
    pub(crate) fn index(&self) -> Option<(&str, &str)> {
        let Value::Intrinsic(Intrinsic::Json(json)) = &self.value else { return None };
        json.get("Fn::Sub")?.as_str()?.strip_prefix("${")?.split_once("}/index/")
    }
}

/// The bindings of a program, in the order of their fields.
///
/// A field that is no binding becomes a variable with its value and grants nothing.
pub(crate) fn of<P: Program>(bindings: &P) -> Vec<Binding> {
    // INVARIANT: bindings are a struct of strings, numbers, truth values and declarations, all of which JSON can hold.
    let fields: IndexMap<String, Json> =
        serde_json::to_value(bindings).and_then(serde_json::from_value).unwrap_or_default();
    fields
        .into_iter()
        .map(|(field, json)| {
            let variable = bindings::environment::variable(&field);
            match serde_json::from_value::<Declaration>(json.clone()) {
                Ok(declaration) => {
                    let actions: Vec<_> = declaration.actions.into_iter().map(Action::new).collect();
                    let grant = declaration
                        .resource
                        .filter(|_| !actions.is_empty())
                        .map(|resource| Statement::allow(actions).on(Value::from_json(resource)));
                    Binding { field, variable, value: Value::from_json(declaration.variable), grant }
                }
                Err(_) => {
                    let plain = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
                    Binding { field, variable, value: Value::Literal(plain), grant: None }
                }
            }
        })
        .collect()
}

fn json(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

impl Value {
    /// The value that `json` is in a template.
    fn from_json(json: Json) -> Self {
        match json {
            Json::String(literal) => Self::Literal(literal),
            other => Self::Intrinsic(Intrinsic::Json(other)),
        }
    }
}

//! From references to the resources of a stack to the bindings of its functions, and back to what a binding means.

use bindings::fields::{self, Content, Field, Refusal};
use bindings::{Actions, Grant, Program};
use policies::Action;
use serde_json::Value as Json;

use crate::iam::{Condition, Statement};
use crate::parameter::Url;
use crate::reference::{HasArn, Ref};
use crate::value::{Intrinsic, Value};
use crate::{dynamodb, eventbridge, lambda, s3, sns, sqs};

/// A resource that functions reach through the binding `B`, written with no operations: `Table<()>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound as `{B}`",
    label = "this binding is to another kind of resource"
)]
pub trait BindsAs<B>: HasArn {}

impl BindsAs<bindings::dynamodb::Table<()>> for dynamodb::Table {}
impl<Q: sqs::Queue> BindsAs<bindings::sqs::Queue<()>> for Q {}
impl BindsAs<bindings::lambda::Function<()>> for lambda::Function {}
impl<T: sns::Topic> BindsAs<bindings::sns::Topic<()>> for T {}
impl BindsAs<bindings::eventbridge::EventBus<()>> for eventbridge::EventBus {}

/// Bindings whose environment variable is what `!Ref` gives, and whose operations act on the ARN.
macro_rules! bind {
    ($($binding:ty: $kind:ty),+ $(,)?) => {
        $(
            impl<A: Actions<$kind>, R: BindsAs<$kind>> From<Ref<R>> for $binding {
                fn from(resource: Ref<R>) -> Self {
                    Self::declared(json(&resource), json(&resource.arn()))
                }
            }
        )+
    };
}

bind!(
    bindings::dynamodb::Table<A>: bindings::dynamodb::Table<()>,
    bindings::eventbridge::EventBus<A>: bindings::eventbridge::EventBus<()>,
    bindings::lambda::Function<A>: bindings::lambda::Function<()>,
    bindings::sns::Topic<A>: bindings::sns::Topic<()>,
    bindings::sqs::Queue<A>: bindings::sqs::Queue<()>,
);

impl<A: Actions<bindings::dynamodb::Index<()>>> From<dynamodb::IndexRef> for bindings::dynamodb::Index<A> {
    fn from(index: dynamodb::IndexRef) -> Self {
        let (table, name) = (index.table.id(), index.name);
        let variable: Value = Value::sub(format!("${{{table}}}/index/{name}"));
        let arn: Value = Value::sub(format!("${{{table}.Arn}}/index/{name}"));
        Self::declared(json(&variable), json(&arn))
    }
}

impl<A: Actions<bindings::s3::Bucket<()>>> From<s3::Objects> for bindings::s3::Bucket<A> {
    fn from(objects: s3::Objects) -> Self {
        let variable = objects.bucket_name.surrounded("", &format!("/{}", objects.prefix));
        Self::declared(json(&variable), json(&objects.bucket_arn), json(&objects.arn()), objects.prefix)
    }
}

impl<A: Actions<bindings::s3::Bucket<()>>> From<Ref<s3::Bucket>> for bindings::s3::Bucket<A> {
    fn from(bucket: Ref<s3::Bucket>) -> Self {
        bucket.objects("").into()
    }
}

impl<A: Actions<bindings::s3::Bucket<()>>> From<s3::BucketName> for bindings::s3::Bucket<A> {
    fn from(name: s3::BucketName) -> Self {
        name.objects("").into()
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
    /// The name of its type, by which a built program names its calls; empty for a plain value.
    pub type_name: String,
    /// The environment variable's name.
    pub variable: String,
    /// The environment variable's value.
    pub value: Value,
    /// What the function's role is allowed; nothing for a plain value.
    pub grants: Vec<Statement>,
}

impl Binding {
    /// The logical id of the table and the name of the index, when it binds an index.
    pub(crate) fn index(&self) -> Option<(&str, &str)> {
        let Value::Intrinsic(Intrinsic::Json(json)) = &self.value else { return None };
        json.get("Fn::Sub")?.as_str()?.strip_prefix("${")?.split_once("}/index/")
    }

    /// The name of the bucket, when it binds one by its name.
    pub(crate) fn bucket_name(&self) -> Option<Value> {
        let Value::Intrinsic(Intrinsic::Json(json)) = &self.value else { return None };
        let (name, _prefix) = json.get("Fn::Sub")?.as_str()?.split_once('/')?;
        let name = Value::sub(name);
        s3::BucketName::base_of(&name).is_some().then_some(name)
    }
}

/// What is wrong with the bindings of a program.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// They are no struct with named fields.
    Type(Refusal),
    /// A field that no environment variable can hold.
    Field(String, Refusal),
}

/// The bindings of a program, in the order of their fields, and what is wrong with those that are left out.
///
/// A field that is no binding becomes a variable with its value and grants nothing.
pub(crate) fn of<P: Program>(bindings: &P) -> (Vec<Binding>, Vec<Problem>) {
    let fields = match fields::of(bindings) {
        Ok(fields) => fields,
        Err(refusal) => return (Vec::new(), vec![Problem::Type(refusal)]),
    };
    let mut problems = Vec::new();
    let mut bound = Vec::new();
    for Field { name: field, content } in fields {
        let variable = bindings::environment::variable(&field);
        match content {
            Ok(Content::Plain(plain)) => {
                let value = Value::Literal(plain);
                bound.push(Binding { field, type_name: String::new(), variable, value, grants: Vec::new() });
            }
            Ok(Content::Declaration(declaration)) => {
                let grants = declaration.grants.into_iter().map(statement).collect();
                let value = Value::from_json(declaration.variable);
                bound.push(Binding { field, type_name: declaration.type_name, variable, value, grants });
            }
            Err(refusal) => problems.push(Problem::Field(field, refusal)),
        }
    }
    (bound, problems)
}

fn statement(grant: Grant) -> Statement {
    let statement = Statement::allow(grant.actions.into_iter().map(Action::new)).on(Value::from_json(grant.resource));
    match grant.prefix {
        Some(prefix) => statement.when(Condition::like("s3:prefix", Value::from_json(prefix))),
        None => statement,
    }
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

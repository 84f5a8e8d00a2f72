//! From references to the resources of a stack to the bindings of its functions, and back to what a binding means.

use bindings::declaration::{self, Declaration, Operation};
use bindings::fields::{self, Content, Field, Refusal};
use bindings::message::{Carried, Described};
use bindings::{Grant, Program};
use policies::{Action, Operator, Quantifier};
use serde_json::Value as Json;

use crate::iam::{Condition, Statement};
use crate::marks;
use crate::reference::HasArn;
use crate::value::{Intrinsic, Value};
use crate::{
    dynamodb, eventbridge, iam, kinesis, kms, lambda, s3, scheduler, secretsmanager, sns, sqs, ssm, stepfunctions,
};

mod items;
mod references;

pub use items::Items;
pub use references::{configuration, target};

/// A resource that functions reach through the binding `B`, written with no operations: `Table<()>`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be bound as `{B}`",
    label = "this binding is to another kind of resource"
)]
pub trait BindsAs<B>: HasArn {}

impl BindsAs<bindings::dynamodb::Table<()>> for dynamodb::Table {}
impl<Q: sqs::Queue> BindsAs<bindings::sqs::Queue<()>> for Q {}
impl BindsAs<bindings::lambda::Function<()>> for lambda::Function {}
impl BindsAs<bindings::lambda::Function<()>> for lambda::Alias {}
impl<T: sns::Topic> BindsAs<bindings::sns::Topic<()>> for T {}
impl BindsAs<bindings::eventbridge::EventBus<()>> for eventbridge::EventBus {}
impl BindsAs<bindings::kinesis::Stream<()>> for kinesis::Stream {}
impl BindsAs<bindings::kms::Key<()>> for kms::Key {}
impl BindsAs<bindings::scheduler::ScheduleGroup<()>> for scheduler::ScheduleGroup {}
impl BindsAs<bindings::secretsmanager::Secret<()>> for secretsmanager::Secret {}
impl BindsAs<bindings::ssm::Parameter<()>> for ssm::Parameter {}
impl BindsAs<bindings::sts::Role<()>> for iam::Role {}
impl<K: stepfunctions::Workflow> BindsAs<bindings::sfn::StateMachine<()>> for stepfunctions::StateMachine<K> {}

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
    /// The operations that it is allowed for.
    pub operations: Vec<Operation>,
    /// The type of what is written through it, when it says so.
    pub sent: Option<Described>,
    /// The type of what is read through it, when it says so.
    pub taken: Option<Described>,
    /// The type of what comes back for what is written, when it says so.
    pub answer: Option<Described>,
}

impl Binding {
    /// The logical id of the table, with its mark, and the name of the index, when it binds an index.
    pub(crate) fn index(&self) -> Option<(&str, &str)> {
        self.text()?.strip_prefix("${")?.split_once("}/index/")
    }

    /// The name of the bucket, when it binds one by its name.
    pub(crate) fn bucket_name(&self) -> Option<Value> {
        let (name, _prefix) = self.text()?.split_once('/')?;
        let name = Value::sub(name);
        s3::BucketName::base_of(&name).is_some().then_some(name)
    }

    /// The text with placeholders that it is, with marks.
    fn text(&self) -> Option<&str> {
        let Value::Intrinsic(Intrinsic::Json(json)) = &self.value else { return None };
        json.marked().get("Fn::Sub")?.as_str()
    }
}

/// What is wrong with the bindings of a program.
#[derive(Debug, Clone)]
pub(crate) enum Problem {
    /// They are no struct with named fields.
    Type(Refusal),
    /// A field that no environment variable can hold.
    Field(String, Refusal),
    /// A field with a condition that IAM does not have, or that has no values.
    Condition(String, declaration::Condition),
}

/// The bindings of a program, in the order of their fields, and what is wrong with those that are left out.
///
/// A field that is no binding becomes a variable with its value and grants nothing.
pub(crate) fn of<P: Program<I>, I: Carried>(bindings: &P) -> (Vec<Binding>, Vec<Problem>) {
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
                let (type_name, grants, operations) = (String::new(), Vec::new(), Vec::new());
                let (sent, taken, answer) = (None, None, None);
                bound.push(Binding { field, type_name, variable, value, grants, operations, sent, taken, answer });
            }
            Ok(Content::Declaration(declaration)) => {
                let mut grants = Vec::new();
                for grant in declaration.grants {
                    match statement(grant) {
                        Ok(statement) => grants.push(statement),
                        Err(condition) => problems.push(Problem::Condition(field.clone(), condition)),
                    }
                }
                let value = Value::from_json(declaration.variable);
                let Declaration { type_name, operations, sent, taken, answer, .. } = declaration;
                let [sent, taken, answer] = [sent, taken, answer].map(|it| it.map(|it| *it));
                bound.push(Binding { field, type_name, variable, value, grants, operations, sent, taken, answer });
            }
            Err(refusal) => problems.push(Problem::Field(field, refusal)),
        }
    }
    (bound, problems)
}

/// The statement that a grant is; an error with the condition that IAM does not have, or that has no values, since without it
/// more would be allowed.
fn statement(grant: Grant) -> Result<Statement, declaration::Condition> {
    let statement = Statement::allow(grant.actions.into_iter().map(Action::new)).on(Value::from_json(grant.resource));
    grant.conditions.into_iter().try_fold(statement, |statement, written| match condition(&written) {
        Some(condition) => Ok(statement.when(condition)),
        None => Err(written),
    })
}

/// The condition that a binding writes as IAM does, with values.
fn condition(condition: &declaration::Condition) -> Option<Condition> {
    if condition.values.is_empty() {
        return None;
    }
    let (quantifier, operator) = match condition.operator.split_once(':') {
        Some(("ForAllValues", operator)) => (Some(Quantifier::ForAllValues), operator),
        Some(("ForAnyValue", operator)) => (Some(Quantifier::ForAnyValue), operator),
        Some(_) => return None,
        None => (None, condition.operator.as_str()),
    };
    let (operator, if_exists) = operator.strip_suffix("IfExists").map_or((operator, false), |it| (it, true));
    let operator = Operator::ALL.iter().find(|it| it.name() == operator)?;
    let values = condition.values.iter().cloned().map(Value::from_json).collect();
    Some(Condition { quantifier, operator: *operator, if_exists, key: condition.key.clone().into(), values })
}

/// `value` as JSON with marks, which only [`Value::from_json`] reads.
fn json(value: &impl serde::Serialize) -> Json {
    marks::all(|| serde_json::to_value(value).unwrap_or_default())
}

impl Value {
    /// The value that `json` is in a template.
    fn from_json(json: Json) -> Self {
        match json {
            Json::String(literal) => Self::Literal(literal),
            other => Self::Intrinsic(Intrinsic::Json(other.into())),
        }
    }
}

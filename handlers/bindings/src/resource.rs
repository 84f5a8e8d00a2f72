//! What all bindings to resources share: declared in the stack, bound in the function.

use std::collections::BTreeMap;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::declaration::{Condition, Declaration, Grant, Operation};
use crate::grants::{Actions, Granted};
use crate::message::{self, Sides};
use crate::pattern::Pattern;

/// What a binding of the kind `K` can be made from in a stack, such as a reference to a resource: `Table<()>` is the kind
/// of all bindings to tables.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that `{K}` can bind",
    label = "this binding is to another kind of thing"
)]
pub trait Reference<K> {
    /// What it leads to.
    fn target(self) -> Target;
}

/// The kind of a binding, written with no operations: `Table<()>`.
pub trait Kind {
    /// What the environment variable is of the resource: `name`, `arn`, `url` and so on.
    const VALUE: &'static str;

    /// All operations that a binding of the kind can grant.
    fn operations() -> Vec<Granted>;
}

/// A resource as a stack knows it.
///
/// What an action acts on is said as a pattern of the ARN: `{arn}` for the resource itself, `{arn}/*` for what is in it,
/// `*` where IAM knows no resource. `{variable}` is the variable's value, `{variable.Name}` an attribute of the resource
/// that it refers to, `{group|variable}` the first of both that is there, and other words in braces are [`Target::parts`].
/// `${AWS::Region}` and its like are CloudFormation's.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The value of the environment variable.
    pub variable: Value,
    /// The ARN.
    pub arn: Value,
    /// What else patterns may name. An operation with an action on a part that is not here cannot be bound.
    pub parts: BTreeMap<&'static str, Value>,
    /// What must hold of requests, by the pattern of what they act on.
    pub conditions: Vec<(&'static str, Condition)>,
}

impl Target {
    /// The resource with the value `variable` and the ARN `arn`: strings, or CloudFormation's intrinsic functions.
    #[must_use]
    pub const fn new(variable: Value, arn: Value) -> Self {
        Self { variable, arn, parts: BTreeMap::new(), conditions: Vec::new() }
    }

    /// The target with the part `name`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Value) -> Self {
        self.parts.insert(name, value);
        self
    }

    /// The target, limited to requests for which `condition` holds, where they act on `pattern`.
    #[must_use]
    pub fn when(mut self, pattern: &'static str, condition: Condition) -> Self {
        self.conditions.push((pattern, condition));
        self
    }

    /// What `pattern` stands for; an error with the part that is not there.
    fn resource<'p>(&self, pattern: &'p str) -> Result<Value, &'p str> {
        let named = |name: &str| match name {
            "arn" => Some(&self.arn),
            "variable" => Some(&self.variable),
            other => self.parts.get(other),
        };
        Pattern(pattern).fill(named)
    }

    /// What `granted` needs, the actions on one thing together.
    fn grants(&self, granted: &[Granted]) -> Vec<Grant> {
        let mut grants: Vec<(&str, Grant)> = Vec::new();
        for (action, pattern) in granted.iter().flat_map(|it| it.actions) {
            if let Some((_, grant)) = grants.iter_mut().find(|(of, _)| of == pattern) {
                if !grant.actions.iter().any(|it| it == action) {
                    grant.actions.push((*action).to_owned());
                }
            } else if let Ok(resource) = self.resource(pattern) {
                let conditions = self.conditions.iter().filter(|(of, _)| of == pattern).map(|(_, it)| it.clone());
                let actions = vec![(*action).to_owned()];
                grants.push((pattern, Grant { actions, resource, conditions: conditions.collect() }));
            }
        }
        grants.into_iter().map(|(_, grant)| grant).collect()
    }

    /// The operation that is granted. A part is missing when one of its actions can be granted on nothing without it.
    fn operation(&self, granted: &Granted) -> Operation {
        let Granted { service, operation, actions } = granted;
        let has = |action: &str| actions.iter().any(|(it, pattern)| *it == action && self.resource(pattern).is_ok());
        let mut without = actions.iter().filter(|(action, _)| !has(action));
        let missing = without.find_map(|(_, pattern)| self.resource(pattern).err());
        let mut actions: Vec<_> = actions.iter().map(|(action, _)| (*action).to_owned()).collect();
        actions.dedup();
        let (service, name) = ((*service).to_owned(), (*operation).to_owned());
        Operation { service, name, actions, missing: missing.map(str::to_owned) }
    }
}

/// `text` as a part of an ARN or a value in a policy that means these characters: to IAM `*` and `?` are wildcards, and `${`
/// begins a variable.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-specialchars>
#[must_use]
pub fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(char) = rest.next() {
        match char {
            '*' | '?' => literal.extend(["${", char.encode_utf8(&mut [0; 4]), "}"]),
            '$' if rest.peek() == Some(&'{') => literal += "${$}",
            _ => literal.push(char),
        }
    }
    literal
}

/// What is said in full can be bound as anything.
impl<K> Reference<K> for Target {
    fn target(self) -> Self {
        self
    }
}

/// What a binding holds: one resource, seen from either side.
#[derive(Debug, Clone)]
pub enum Held {
    /// In the stack: how CloudFormation names it, and what its operations act on.
    Declared(Box<Target>),
    /// In the function: its name, ARN or URL.
    Bound(String),
}

impl Held {
    /// What `reference` leads to.
    pub fn of<K>(reference: impl Reference<K>) -> Self {
        Self::Declared(Box::new(reference.target()))
    }

    /// The resource that a function's variable names.
    ///
    /// # Errors
    /// When it is no text, or an empty one.
    pub fn bound<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name.is_empty() { Err(D::Error::custom("expected a name, got nothing")) } else { Ok(Self::Bound(name)) }
    }

    /// What identifies the resource in a call; empty in the stack, where nothing is called.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Declared(_) => "",
            Self::Bound(name) => name,
        }
    }

    /// Writes the binding `Binding` with the operations `A` on things of the kind `On`, through which `carried` goes.
    ///
    /// # Errors
    /// When the serializer fails.
    pub fn serialize<Binding, On, A: Actions<On>, S: Serializer>(
        &self,
        carried: Sides,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match self {
            Self::Declared(target) => {
                let granted = A::granted();
                let type_name = message::named(std::any::type_name::<Binding>());
                let grants = target.grants(&granted);
                let operations = granted.iter().map(|it| target.operation(it)).collect();
                let variable = target.variable.clone();
                let Sides { sent, taken, answer } = carried;
                let [sent, taken, answer] = [sent, taken, answer].map(|it| it.map(Box::new));
                Declaration { type_name, variable, grants, operations, sent, taken, answer }.serialize(serializer)
            }
            Self::Bound(name) => serializer.serialize_str(name),
        }
    }
}

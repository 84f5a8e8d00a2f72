//! A stack: the resources, parameters, conditions and outputs that are deployed together.

mod former;
mod named;

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::panic::Location;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};
use serde_json::Map;

use crate::check::Check;
use crate::codedeploy::UpdatePolicy;
use crate::condition::Condition;
use crate::marks::{self, Kind, Origin};
use crate::output::{Output, StackOutput};
use crate::parameter::{Parameter, ParameterType};
use crate::reference::{LogicalId, Ref, Resource};
use crate::resources::Json;
use crate::stage::Stage;
use crate::template;
use crate::value::{Intrinsic, Value};

pub(crate) use former::Moved;
pub use former::{Former, InStack};
pub use named::Named;

/// Where in the source something was declared.
pub type Source = &'static Location<'static>;

/// What CloudFormation does with the old resource when one is deleted or replaced.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum DeletionPolicy {
    /// Deletes it and its content.
    Delete,
    /// Keeps it, no longer part of a stack.
    Retain,
    /// Keeps it, unless it was made by the very operation that is rolled back.
    RetainExceptOnCreate,
}

/// A check of [checkov](https://www.checkov.io) that a resource does not pass on purpose.
///
/// The template says it where checkov looks: in the resource's metadata.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedCheck {
    /// The check, such as `CKV_AWS_18`.
    pub id: &'static str,
    /// Why the resource is right without it.
    #[serde(rename = "comment")]
    pub reason: &'static str,
}

/// A tag on every resource of the stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// 1 to 128 characters, not starting with `aws:`.
    pub key: String,
    /// Up to 256 characters.
    pub value: Value,
}

/// Resources that are deployed, updated and deleted together.
///
/// ```
/// use infra::sqs::{FifoQueue, RedrivePolicy};
/// use infra::{Integer, Stack, Stage};
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// let dead = stack.named("OrdersDlq").add(FifoQueue::default());
/// stack.named("Orders").add(FifoQueue {
///     redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: Integer::of::<3>() }),
///     ..FifoQueue::default()
/// });
/// assert_eq!(stack.resources().count(), 2);
/// ```
#[derive(Debug)]
pub struct Stack {
    pub(crate) origin: Origin,
    name: String,
    stage: Stage,
    /// Up to 1,024 bytes.
    pub description: Option<String>,
    /// The region it is meant for, such as `sa-east-1`. Only messages suggest it: no region is chosen silently.
    pub default_region: Option<&'static str>,
    /// Tags that CloudFormation puts on every resource that can be tagged.
    pub tags: Vec<Tag>,
    pub(crate) parameters: IndexMap<LogicalId, DeclaredParameter>,
    pub(crate) conditions: IndexMap<LogicalId, Condition>,
    pub(crate) resources: IndexMap<LogicalId, Declared>,
    pub(crate) outputs: IndexMap<String, Output>,
    pub(crate) moved: Vec<Moved>,
    pub(crate) foreign_outputs: Vec<ForeignOutput>,
    pub(crate) redeclared: Vec<Redeclared>,
}

/// A parameter with its place in the source.
#[derive(Debug, Clone)]
pub struct DeclaredParameter {
    /// What CloudFormation asks for.
    pub parameter: Parameter<()>,
    /// Where it was declared.
    pub source: Source,
}

/// An output of another stack that was declared here.
#[derive(Debug)]
pub(crate) struct ForeignOutput {
    pub(crate) stack: &'static str,
    pub(crate) name: &'static str,
    pub(crate) source: Source,
}

/// A name that was given twice.
#[derive(Debug)]
pub(crate) struct Redeclared {
    pub(crate) name: String,
    pub(crate) first: Source,
    pub(crate) again: Source,
}

/// A resource of a stack with everything CloudFormation knows of it.
#[derive(Debug)]
pub struct Declared {
    /// Its logical id.
    pub id: LogicalId,
    /// Where it was added.
    pub source: Source,
    /// What is true of resources of any type.
    pub attributes: Attributes,
    pub(crate) resource: Box<dyn AnyResource>,
}

/// The [resource attributes](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html).
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Attributes {
    /// The resource exists only when this condition holds.
    pub condition: Option<LogicalId>,
    /// Resources that must be complete before this one is created, beside those it refers to.
    pub depends_on: Vec<LogicalId>,
    /// What happens to it when it leaves the stack. CloudFormation's default is `Delete`.
    pub deletion_policy: Option<DeletionPolicy>,
    /// What happens to the old one when an update replaces it. CloudFormation's default is `Delete`.
    pub update_replace_policy: Option<DeletionPolicy>,
    /// Checks of checkov that the resource does not pass on purpose.
    #[serde(rename = "Metadata", serialize_with = "metadata", skip_serializing_if = "Vec::is_empty")]
    pub skipped_checks: Vec<SkippedCheck>,
    /// Properties set by their CloudFormation path, over what the struct says.
    #[serde(skip)]
    pub overrides: Vec<(String, Json)>,
}

/// <https://www.checkov.io/2.Basics/Suppressing%20and%20Skipping%20Policies.html>
fn metadata<S: Serializer>(skip: &[SkippedCheck], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Checkov<'a> {
        skip: &'a [SkippedCheck],
    }
    #[derive(Serialize)]
    struct Metadata<'a> {
        checkov: Checkov<'a>,
    }
    Metadata { checkov: Checkov { skip } }.serialize(serializer)
}

impl Declared {
    /// Its CloudFormation type.
    #[must_use]
    pub fn resource_type(&self) -> &str {
        self.resource.resource_type()
    }

    /// Its properties as the template has them.
    #[must_use]
    pub fn properties(&self) -> Map<String, serde_json::Value> {
        marks::none(|| self.marked_properties())
    }

    /// The same, with marks where they are asked for.
    pub(crate) fn marked_properties(&self) -> Map<String, serde_json::Value> {
        let mut properties = self.resource.properties();
        for (path, value) in &self.attributes.overrides {
            template::set(&mut properties, path, serde_json::to_value(value).unwrap_or_default());
        }
        properties
    }

    /// The program it runs, when it is a function of this workspace.
    #[must_use]
    pub fn program(&self) -> Option<&'static str> {
        self.resource.program()
    }
}

/// A resource whose Rust type is known only when asked for.
pub(crate) trait AnyResource: fmt::Debug + Send + Sync {
    fn resource_type(&self) -> &str;
    fn properties(&self) -> Map<String, serde_json::Value>;
    fn program(&self) -> Option<&'static str>;
    fn update_policy(&self) -> Option<UpdatePolicy>;
    fn check(&self, check: &mut Check<'_>);
    fn as_any(&self) -> &dyn Any;
}

impl<R: Resource> AnyResource for R {
    fn resource_type(&self) -> &str {
        Resource::type_name(self)
    }

    fn properties(&self) -> Map<String, serde_json::Value> {
        template::properties(self)
    }

    fn program(&self) -> Option<&'static str> {
        Resource::program(self)
    }

    fn update_policy(&self) -> Option<UpdatePolicy> {
        Resource::update_policy(self)
    }

    fn check(&self, check: &mut Check<'_>) {
        Resource::check(self, check);
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Stack {
    /// An empty stack. `name` is what is typed on the command line; the stage becomes part of CloudFormation's name.
    pub fn new(name: impl Into<String>, stage: &Stage) -> Self {
        let name = name.into();
        Self {
            origin: Origin::new(&name),
            name,
            stage: stage.clone(),
            description: None,
            default_region: None,
            tags: Vec::new(),
            parameters: IndexMap::new(),
            conditions: IndexMap::new(),
            resources: IndexMap::new(),
            outputs: IndexMap::new(),
            moved: Vec::new(),
            foreign_outputs: Vec::new(),
            redeclared: Vec::new(),
        }
    }

    /// The name as typed on the command line.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which copy of the stack this is.
    #[must_use]
    pub const fn stage(&self) -> &Stage {
        &self.stage
    }

    /// The name CloudFormation knows it by: name and stage.
    #[must_use]
    pub fn stack_name(&self) -> String {
        stack_name(&self.name, &self.stage)
    }

    /// The physical name of one of its resources: `name`, with the stage appended unless it is the default one.
    #[must_use]
    pub fn physical_name(&self, name: &str) -> Value {
        Value::Literal(self.stage.physical_name(name))
    }

    /// Declares a parameter and returns its value.
    #[track_caller]
    pub fn parameter<T: ParameterType>(
        &mut self,
        id: impl Into<Cow<'static, str>>,
        parameter: Parameter<T>,
    ) -> Value<T> {
        let id = LogicalId::of(self.origin.of(Kind::Parameter), id);
        let source = Location::caller();
        let declared = DeclaredParameter { parameter: parameter.untyped(), source };
        if let Some(first) = self.parameters.insert(id, declared) {
            self.redeclared.push(Redeclared { name: id.to_string(), first: first.source, again: source });
        }
        Value::Intrinsic(Intrinsic::Ref(id))
    }

    /// Declares a condition that resources and values can depend on.
    pub fn condition(&mut self, id: impl Into<Cow<'static, str>>, condition: Condition) -> LogicalId {
        let id = LogicalId::of(self.origin.of(Kind::Condition), id);
        self.conditions.insert(id, condition);
        id
    }

    /// Starts a resource with the logical id `id`.
    #[track_caller]
    pub fn named(&mut self, id: impl Into<Cow<'static, str>>) -> Named<'_> {
        let id = LogicalId::of(self.origin, id);
        Named { id, source: Location::caller(), attributes: Attributes::default(), stack: self }
    }

    /// Says that the resource `to` had the logical id `from` when it was deployed last, in this stack or, as [`InStack`], in
    /// another.
    ///
    /// To CloudFormation a resource is its stack and its logical id: elsewhere it would be made anew, and the old one be
    /// deleted with what it holds. With this the deployment moves it first and leaves the resource as it is. Where `from` is
    /// not deployed it does nothing, so that it can be removed once no stage has the old id. Two stacks between which
    /// something moves are deployed together, to one account and region.
    ///
    /// Of a resource that is added here, [`Named::moved_from`] says the same. This is for what a function adds:
    ///
    /// ```
    /// use infra::sqs::FifoQueue;
    /// use infra::{Stack, Stage};
    ///
    /// let mut stack = Stack::new("orders", &Stage::default());
    /// let queue = stack.named("Purchases").moved_from("Orders").add(FifoQueue::default());
    /// let dead = stack.named("PurchasesDlq").add(FifoQueue::default());
    /// stack.moved("OrdersDlq", "PurchasesDlq");
    /// assert_eq!(stack.assemble().findings, []);
    /// ```
    ///
    /// A table that leaves the stack `orders` for one of its own keeps its items:
    ///
    /// ```
    /// use infra::dynamodb::{Key, S, Table};
    /// use infra::stack::InStack;
    /// use infra::{Stack, Stage};
    ///
    /// let mut storage = Stack::new("storage", &Stage::default());
    /// let table = Table::keyed(Key::hash(S("id")));
    /// storage.named("Orders").moved_from(InStack("orders", "Orders")).add(table);
    /// assert_eq!(storage.assemble().findings, []);
    /// ```
    #[track_caller]
    pub fn moved(&mut self, from: impl Into<Former>, to: impl Into<Cow<'static, str>>) {
        self.move_from(from.into(), LogicalId::new(to), Location::caller());
    }

    fn move_from(&mut self, from: Former, to: LogicalId, source: Source) {
        let stack = from.stack.filter(|stack| *stack != self.name);
        self.moved.push(Moved { from: Former { stack, ..from }, to, source });
    }

    /// Declares an output.
    #[track_caller]
    pub fn output(&mut self, name: impl Into<String>, output: impl Into<Output>) {
        let name = name.into();
        let output = output.into();
        let again = output.source;
        if let Some(first) = self.outputs.insert(name.clone(), output) {
            self.redeclared.push(Redeclared { name, first: first.source, again });
        }
    }

    /// Declares an output that other stacks read. It has to be one of this stack.
    #[track_caller]
    pub fn provide<T>(&mut self, output: StackOutput<T>, value: impl Into<Value<T>>)
    where
        T: fmt::Display,
    {
        let source = Location::caller();
        if output.stack != self.name {
            self.foreign_outputs.push(ForeignOutput { stack: output.stack, name: output.name, source });
        }
        self.output(output.name, value.into().text());
    }

    /// The value of an output that another stack declares, in this stack's stage.
    #[must_use]
    pub fn output_of<T>(&self, output: StackOutput<T>) -> Value<T> {
        let stack_name = stack_name(output.stack, &self.stage);
        Value::Intrinsic(Intrinsic::StackOutput { stack_name, output: output.name })
    }

    /// Every resource, in the order of declaration.
    pub fn resources(&self) -> impl Iterator<Item = &Declared> {
        self.resources.values()
    }

    /// Every resource, in the order of declaration, to change what is true of resources of any type.
    pub fn resources_mut(&mut self) -> impl Iterator<Item = &mut Declared> {
        self.resources.values_mut()
    }

    /// Every resource of the Rust type `R`.
    pub fn resources_of<R: Resource>(&self) -> impl Iterator<Item = (Ref<R>, &R)> {
        self.resources.values().filter_map(|declared| {
            declared.resource.as_any().downcast_ref().map(|resource| (Ref::new(declared.id), resource))
        })
    }

    /// The resource behind a reference; `None` when the reference comes from another stack.
    #[must_use]
    pub fn get<R: Resource>(&self, reference: Ref<R>) -> Option<&R> {
        self.declared(reference.id())?.resource.as_any().downcast_ref()
    }

    /// The resource with the logical id `id`; `None` when another stack gave the id.
    #[must_use]
    pub fn declared(&self, id: LogicalId) -> Option<&Declared> {
        self.resources.get(&id).filter(|_| id.is_of(self.origin))
    }

    /// Where the resource with the logical id `id` is declared.
    #[must_use]
    pub fn source_of(&self, id: &str) -> Option<Source> {
        self.resources.get(id).map(|declared| declared.source)
    }

    /// Every parameter, in the order of declaration; those for the functions' code are the renderer's.
    pub fn parameters(&self) -> impl Iterator<Item = (LogicalId, &DeclaredParameter)> {
        self.parameters.iter().map(|(id, declared)| (*id, declared))
    }

    /// The programs its functions run, each once, in the order of declaration.
    pub fn programs(&self) -> impl Iterator<Item = &'static str> {
        self.resources().filter_map(Declared::program).collect::<indexmap::IndexSet<_>>().into_iter()
    }
}

fn stack_name(name: &str, stage: &Stage) -> String {
    format!("{name}-{stage}")
}

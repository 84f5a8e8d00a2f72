//! The document between an app and the engine.
//!
//! The app declares systems and renders them. The engine builds, compares and deploys. What the engine needs of the app
//! is in one JSON document, the [`Assembly`], so that an engine installed once serves every workspace, and an app is
//! compiled without it.

mod finding;
mod function;
mod location;
mod worker;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use finding::{Finding, Severity};
pub use function::{Architecture, Binding, Function, Operation};
pub use location::Location;
pub use worker::{Egress, Monitoring, Pod, Replicas, Worker};

/// The version of the document that this crate writes and reads.
///
/// It grows with each change after which an older reader would misunderstand the document.
pub const VERSION: u32 = 6;

/// What the tag of a chosen option begins with; the option's name follows. The app sets it, and the engine reads it from
/// the deployed stack.
pub const OPTION_TAG: &str = "stackwright:option:";

/// Everything that an app says of its systems in one stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assembly {
    /// [`VERSION`] of whoever wrote it.
    pub version: u32,
    /// The version of the crate `stackwright` that the app was built with.
    pub stackwright: String,
    /// The stage that the stacks are rendered for.
    pub stage: String,
    /// The systems, in the order in which the app lists them.
    pub systems: Vec<System>,
}

/// A system of the app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct System {
    /// Its name, as typed on the command line.
    pub name: String,
    /// What it is, in a line.
    pub description: String,
    /// The choices between ways to build it.
    pub options: Vec<OptionSpec>,
    /// Its stack, or why there is none.
    pub outcome: Outcome,
}

/// What became of building a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was built.
    Stack(Box<Stack>),
    /// The code that builds it panicked, or was given what it cannot take.
    Failed(Failure),
}

/// Why a stack could not be built.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub message: String,
    /// Where in the app.
    pub location: Option<Location>,
}

/// A choice between ways to build a system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionSpec {
    /// Its name on the command line: `--option NAME=VALUE`.
    pub name: String,
    /// What it decides, in a line.
    pub description: String,
    /// What can be chosen; the first is the default.
    pub values: Vec<String>,
}

/// A stack in a stage, built with its options.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    /// The name of its system.
    pub name: String,
    /// The stage.
    pub stage: String,
    /// The name that CloudFormation knows it by.
    pub stack_name: String,
    /// What it is.
    pub description: Option<String>,
    /// The region it is meant for, such as `sa-east-1`. It is suggested and never chosen silently.
    pub default_region: Option<String>,
    /// The options that were chosen, by name.
    pub options: IndexMap<String, String>,
    /// The CloudFormation template, with the long form of intrinsic functions.
    pub template: Map<String, Value>,
    /// Tags of the stack. Values may be intrinsic functions.
    pub tags: Vec<Tag>,
    /// The logical ids that resources had when they were deployed last, by those that they have now.
    pub moved_from: IndexMap<String, FormerId>,
    /// Where the app declares what is in the template.
    pub locations: Locations,
    /// What runs a program of the workspace: functions of Lambda, and workers.
    pub functions: Vec<Function>,
    /// What `check` found.
    pub findings: Vec<Finding>,
    /// The parameters that a deployment must or may give; those for the functions' code are not among them.
    pub parameters: Vec<Parameter>,
    /// What stands in for services outside of AWS when the stack is deployed locally.
    pub local_services: Vec<LocalService>,
    /// Commands to try after a deployment. `{Name}` stands for the output `Name`, and `{EndpointUrl}` for the flag that
    /// leads the AWS CLI to where the stack is.
    pub try_next: Vec<String>,
}

/// The logical id that a resource had when it was deployed last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FormerId {
    /// The system whose stack it was in; none when it was in the same.
    pub stack: Option<String>,
    /// The logical id.
    pub id: String,
}

impl FormerId {
    /// An id of the same stack.
    #[must_use]
    pub fn here(id: impl Into<String>) -> Self {
        Self { stack: None, id: id.into() }
    }
}

/// Where the app declares what is in a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locations {
    /// Resources, by logical id.
    pub resources: IndexMap<String, Location>,
    /// Outputs, by name.
    pub outputs: IndexMap<String, Location>,
}

/// A tag of a stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// 1 to 128 characters.
    pub key: String,
    /// Up to 256 characters, or an intrinsic function.
    pub value: Value,
}

/// A template parameter that a deployment gives a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The value when none is given.
    pub default: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The values allowed; empty for any.
    pub allowed_values: Vec<String>,
    /// A regular expression that the whole value matches; empty for any.
    pub allowed_pattern: String,
    /// What the pattern asks for, in words.
    pub constraint: String,
    /// Where it is declared.
    pub location: Location,
}

/// A service that the app runs on this machine in place of one outside of AWS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalService {
    /// Its name, unique in the app.
    pub name: String,
    /// The template parameter that holds its address.
    pub parameter: String,
    /// The path of the address, with a leading `/`, or empty.
    pub path: String,
}

impl System {
    /// The stack, if it could be built.
    #[must_use]
    pub fn stack(&self) -> Option<&Stack> {
        match &self.outcome {
            Outcome::Stack(stack) => Some(stack),
            Outcome::Failed(_) => None,
        }
    }
}

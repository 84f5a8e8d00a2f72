//! Pipes.

use policies::action;
use serde::{Serialize, Serializer};

use super::source::{self, Source};
use super::target::{self, Target};
use crate::check::Check;
use crate::iam::{Role, Statement, merged};
use crate::lambda::{Filter, FilterCriteria, Invocable};
use crate::reference::{Arn, HasArn, Ref, Resource};
use crate::stepfunctions::{Express, StateMachine};
use crate::value::{Intrinsic, Value};

/// A pipe: what comes from its source and matches its filters goes to its target.
///
/// It can be added to a stack only with a role: [`Pipe::new`] gives one without, and [`Pipe::with_role`] the `Pipe` that a stack
/// takes. `parts::pipe` makes the role.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-pipes-pipe.html>
#[derive(Debug, Clone)]
pub struct Pipe<R = Value<Arn<Role>>> {
    /// 1 to 64 letters, digits and `-_.`. Changing it replaces the pipe.
    pub name: Option<Value>,
    /// Up to 512 characters.
    pub description: Option<String>,
    /// Where it takes from. Another one replaces the pipe.
    pub source: Source,
    /// Which it takes, up to 5; without one all. What matches none of them is gone from a queue.
    pub filters: Vec<Filter>,
    /// What makes something else of what was taken.
    pub enrichment: Option<Enrichment>,
    /// Where it hands to.
    pub target: Target,
    /// Whether it is at work.
    pub is_running: bool,
    /// The role with which it takes and hands.
    pub role: R,
}

/// What makes something else of what a pipe took: it answers at once.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrichment {
    /// A function or alias.
    Function(Invocable),
    /// An express state machine: a standard one does not answer.
    Machine(Ref<StateMachine<Express>>),
}

impl Enrichment {
    fn arn(self) -> Intrinsic {
        match self {
            Self::Function(function) => function.arn(),
            Self::Machine(machine) => machine.arn(),
        }
    }

    fn right(self) -> Statement {
        let action = match self {
            Self::Function(_) => action::lambda::INVOKE_FUNCTION,
            Self::Machine(_) => action::states::START_SYNC_EXECUTION,
        };
        Statement::allow([action]).on(self.arn())
    }
}

impl Pipe<()> {
    /// A pipe without a role, that takes all.
    #[must_use]
    pub const fn new(source: Source, target: Target) -> Self {
        Self {
            name: None,
            description: None,
            source,
            filters: Vec::new(),
            enrichment: None,
            target,
            is_running: true,
            role: (),
        }
    }

    /// The pipe with its role.
    #[must_use]
    pub fn with_role(self, role: impl Into<Value<Arn<Role>>>) -> Pipe {
        Pipe {
            role: role.into(),
            name: self.name,
            description: self.description,
            source: self.source,
            filters: self.filters,
            enrichment: self.enrichment,
            target: self.target,
            is_running: self.is_running,
        }
    }
}

impl<R> Pipe<R> {
    /// What its role must allow: to take from its source, to hand to its target, and what is between.
    ///
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-permissions.html>
    #[must_use]
    pub fn rights(&self) -> Vec<Statement> {
        let enrich = self.enrichment.map(Enrichment::right);
        merged(self.source.rights.iter().chain(&enrich).chain([&self.target.right]))
    }
}

impl Serialize for Pipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct SourceParameters<'a> {
            filter_criteria: FilterCriteria,
            #[serde(flatten)]
            source: &'a source::Parameters,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            name: &'a Option<Value>,
            description: &'a Option<String>,
            desired_state: Option<&'static str>,
            role_arn: &'a Value<Arn<Role>>,
            source: &'a Intrinsic,
            source_parameters: SourceParameters<'a>,
            enrichment: Option<Intrinsic>,
            target: &'a Intrinsic,
            target_parameters: &'a target::Details,
        }
        Wire {
            name: &self.name,
            description: &self.description,
            desired_state: (!self.is_running).then_some("STOPPED"),
            role_arn: &self.role,
            source: &self.source.arn,
            source_parameters: SourceParameters {
                filter_criteria: FilterCriteria { filters: self.filters.clone() },
                source: &self.source.parameters,
            },
            enrichment: self.enrichment.map(Enrichment::arn),
            target: &self.target.arn,
            target_parameters: &self.target.parameters,
        }
        .serialize(serializer)
    }
}

impl Resource for Pipe {
    const TYPE: &'static str = "AWS::Pipes::Pipe";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(table) = self.source.without_stream(check.stack) {
            let message = format!("it reads `{}`, and the table has no stream", table.id());
            check.error("source-without-stream", message).help("set the table's `stream_specification`");
        }
    }
}

impl HasArn for Pipe {}

//! State machines.

use std::fmt;
use std::marker::PhantomData;

use policies::{action, action::states};
use serde::{Serialize, Serializer};
use serde_json::{Map as Object, Value as Json};

use super::check;
use super::definition::Definition;
use super::nested::ExecutionType;
use super::text::Text;
use crate::check::Check;
use crate::iam::{Role, Statement, merged};
use crate::logs::LogGroup;
use crate::reference::{Arn, HasArn, LogicalId, Ref, Resource};
use crate::units::Seconds;
use crate::value::{Intrinsic, Value};

/// A state machine, standard unless it is said to be express.
///
/// It can be added to a stack only with a role: [`StateMachine::standard`] and [`StateMachine::express`] give one without, and
/// [`StateMachine::with_role`] the `StateMachine` that a stack takes. `parts::state_machine` makes the role.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html>
#[derive(Debug, Clone)]
pub struct StateMachine<K = Standard, R = Value<Arn<Role>>> {
    /// 1 to 80 letters, digits, hyphens and underscores. Changing it replaces the machine.
    pub state_machine_name: Option<Value>,
    /// What is said of it to people.
    pub comment: Option<String>,
    /// Its states.
    pub definition: Definition,
    /// How long an execution may take.
    pub timeout: Option<Seconds<1, 99_999_999>>,
    /// The role with which it calls what its states name.
    pub role: R,
    /// What it writes of its executions.
    pub logging: Option<Logging>,
    /// Whether AWS X-Ray traces its executions.
    pub tracing: bool,
    /// Which of the two kinds it is.
    pub kind: PhantomData<fn() -> K>,
}

/// The kind of a machine: it cannot be changed, but by replacing the machine.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html>
pub trait Workflow: fmt::Debug + Clone + Send + Sync + 'static {
    /// Its name.
    const TYPE: ExecutionType;
}

/// Executions of up to a year, of which each step is done exactly once, and which can be read for 90 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standard {}

/// Executions of up to 5 minutes, of which steps may be done twice, and of which only logs tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Express {}

impl Workflow for Standard {
    const TYPE: ExecutionType = ExecutionType::Standard;
}

impl Workflow for Express {
    const TYPE: ExecutionType = ExecutionType::Express;
}

/// What a machine writes of its executions.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logging {
    /// How much.
    pub level: LogLevel,
    /// Whether inputs and outputs are written too.
    pub include_execution_data: bool,
    /// The group. `parts::state_machine` makes one where there is none.
    pub log_group: Option<Ref<LogGroup>>,
}

/// How much a machine writes of its executions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LogLevel {
    /// Every step.
    All,
    /// Errors, also those that are caught.
    Error,
    /// What ends an execution.
    Fatal,
}

impl StateMachine<Standard, ()> {
    /// A standard machine without a role.
    pub fn standard(definition: impl Into<Definition>) -> Self {
        Self::new(definition.into())
    }
}

impl StateMachine<Express, ()> {
    /// An express machine without a role.
    pub fn express(definition: impl Into<Definition>) -> Self {
        Self::new(definition.into())
    }
}

impl<K> StateMachine<K, ()> {
    const fn new(definition: Definition) -> Self {
        Self {
            state_machine_name: None,
            comment: None,
            definition,
            timeout: None,
            role: (),
            logging: None,
            tracing: false,
            kind: PhantomData,
        }
    }

    /// The machine with its role.
    #[must_use]
    pub fn with_role(self, role: impl Into<Value<Arn<Role>>>) -> StateMachine<K> {
        StateMachine {
            role: role.into(),
            state_machine_name: self.state_machine_name,
            comment: self.comment,
            definition: self.definition,
            timeout: self.timeout,
            logging: self.logging,
            tracing: self.tracing,
            kind: PhantomData,
        }
    }
}

impl<K, R> StateMachine<K, R> {
    /// What its role must allow: what its states call, its log and its traces.
    #[must_use]
    pub fn rights(&self) -> Vec<Statement> {
        let mut rights = merged(self.definition.rights());
        // Log deliveries belong to no log group: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
        rights.extend(self.logging.as_ref().map(|_| {
            let deliver = [
                action::logs::CREATE_LOG_DELIVERY,
                action::logs::GET_LOG_DELIVERY,
                action::logs::UPDATE_LOG_DELIVERY,
                action::logs::DELETE_LOG_DELIVERY,
                action::logs::LIST_LOG_DELIVERIES,
                action::logs::PUT_RESOURCE_POLICY,
                action::logs::DESCRIBE_RESOURCE_POLICIES,
                action::logs::DESCRIBE_LOG_GROUPS,
            ];
            Statement::allow(deliver).on("*")
        }));
        // https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html
        rights.extend(self.tracing.then(|| {
            let trace = [
                action::xray::PUT_TRACE_SEGMENTS,
                action::xray::PUT_TELEMETRY_RECORDS,
                action::xray::GET_SAMPLING_RULES,
                action::xray::GET_SAMPLING_TARGETS,
            ];
            Statement::allow(trace).on("*")
        }));
        rights
    }

    /// What its role must allow of `machine`, which it is itself: a policy of its own, since the role is before the machine. There
    /// is none unless items of a list run in executions of their own.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html>
    #[must_use]
    pub fn rights_on_itself(&self, machine: Ref<StateMachine<K>>) -> Vec<Statement>
    where
        K: Workflow,
    {
        if !self.definition.is_distributed() {
            return Vec::new();
        }
        // The executions of items have the label of their list in their names, and AWS's example of the policy names them without.
        let executions = |end: &str| {
            Value::from(machine.attribute("Name"))
                .surrounded("arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:", end)
        };
        let watch = Statement::allow([states::DESCRIBE_EXECUTION, states::STOP_EXECUTION]);
        let watch = watch.on(executions(":*")).on(executions("/*:*"));
        vec![Statement::allow([states::START_EXECUTION]).on(machine.arn()), watch]
    }

    fn definition_string(&self) -> Value {
        let mut text = Text::default();
        let mut object = Object::new();
        if let Some(comment) = &self.comment {
            object.insert("Comment".to_owned(), comment.as_str().into());
        }
        if let Some(timeout) = self.timeout {
            object.insert("TimeoutSeconds".to_owned(), timeout.get().into());
        }
        object.extend(self.definition.render(&mut text));
        text.finish(&Json::Object(object))
    }
}

impl<K: Workflow> Resource for StateMachine<K> {
    const TYPE: &'static str = "AWS::StepFunctions::StateMachine";

    fn check(&self, check: &mut Check<'_>) {
        check::definition(&self.definition, K::TYPE, check);
        if self.logging.as_ref().is_some_and(|logging| logging.log_group.is_none()) {
            check.error("state-machine-logs", "it is to write logs and has no log group").help("set `log_group`");
        }
    }
}

impl<K: Workflow> HasArn for StateMachine<K> {
    fn arn(id: LogicalId) -> Intrinsic {
        Intrinsic::Ref(id)
    }
}

impl<K: Workflow> Serialize for StateMachine<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Group {
            log_group_arn: Intrinsic,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Destination {
            cloud_watch_logs_log_group: Group,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct LoggingConfiguration {
            level: LogLevel,
            include_execution_data: bool,
            destinations: Vec<Destination>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Tracing {
            enabled: bool,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            state_machine_name: &'a Option<Value>,
            state_machine_type: &'static str,
            definition_string: Value,
            role_arn: &'a Value<Arn<Role>>,
            logging_configuration: Option<LoggingConfiguration>,
            tracing_configuration: Option<Tracing>,
        }
        let destination =
            |group: Ref<LogGroup>| Destination { cloud_watch_logs_log_group: Group { log_group_arn: group.arn() } };
        Wire {
            state_machine_name: &self.state_machine_name,
            state_machine_type: K::TYPE.name(),
            definition_string: self.definition_string(),
            role_arn: &self.role,
            logging_configuration: self.logging.as_ref().map(|logging| LoggingConfiguration {
                level: logging.level,
                include_execution_data: logging.include_execution_data,
                destinations: logging.log_group.into_iter().map(destination).collect(),
            }),
            tracing_configuration: self.tracing.then_some(Tracing { enabled: true }),
        }
        .serialize(serializer)
    }
}

//! Functions that run a program of this workspace.

pub use assembly::Architecture;
use bindings::Program;
use bindings::message::Carried;
use indexmap::IndexMap;
use serde::{Serialize, Serializer};

use crate::binding::Binding;
use crate::check::Check;
use crate::code::{Code, ReservedVariables};
use crate::iam::{Role, Statement};
use crate::logs::LogGroup;
use crate::reference::{Arn, HasArn, LogicalId, Ref, Resource};
use crate::sqs::StandardQueue;
use crate::stack::Stack;
use crate::template;
use crate::units::{Mebibytes, Seconds};
use crate::value::{Intrinsic, Value};

/// A Lambda function on `provided.al2023`, whose code is a program of this workspace.
///
/// It can be added to a stack only with a role: [`Function::rust`] gives a `Function<()>`, and
/// [`Function::with_role`] the `Function` that a stack takes.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-function.html>
#[derive(Debug, Clone)]
pub struct Function<R = Value<Arn<Role>>> {
    /// 1 to 64 letters, digits, hyphens and underscores. Changing it replaces the function.
    pub function_name: Option<Value>,
    /// Up to 256 characters.
    pub description: Option<String>,
    /// The role whose rights its code has.
    pub role: R,
    /// The processor that its program is built for.
    pub architecture: Architecture,
    /// 128 to 10,240 MiB; processing power grows with it, to one core at 1,769 MiB.
    pub memory_size: Mebibytes<128, 10_240>,
    /// How long one invocation may take, 1 to 900 s.
    pub timeout: Seconds<1, 900>,
    /// Variables beside those of the bindings. All together are limited to 4 KiB.
    pub environment: IndexMap<String, Value>,
    /// Where and how its logs are written.
    pub logging_config: Option<LoggingConfig>,
    /// Whether AWS X-Ray traces its invocations.
    pub tracing: Option<TracingMode>,
    /// How many invocations may run at once, taken from the account's quota; 0 stops the function.
    pub reserved_concurrent_executions: Option<u32>,
    /// Where events go that failed in asynchronous invocations.
    pub dead_letter_target: Option<Ref<StandardQueue>>,
    /// The size of `/tmp`, 512 to 10,240 MiB. Lambda's default is 512.
    pub ephemeral_storage: Option<Mebibytes<512, 10_240>>,
    /// What it runs.
    pub code: Code,
}

/// Where and how a function's logs are written.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LoggingConfig {
    /// The format of the platform's own lines. A program decides the format of its lines itself.
    pub log_format: LogFormat,
    /// The group its log streams are made in.
    pub log_group: Option<Ref<LogGroup>>,
    /// The least level of the program's own lines that are kept; with [`LogFormat::Json`] alone, where it is
    /// [`LogLevel::Info`] by default. A program of `stackwright-functions` writes no finer lines than this, and with
    /// [`LogLevel::Fatal`] its errors.
    pub application_log_level: Option<LogLevel>,
    /// The least level of the lines that Lambda itself writes; with [`LogFormat::Json`] alone.
    pub system_log_level: Option<SystemLogLevel>,
}

/// How grave a line of a program's log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "Lambda's own names, which say it")]
pub enum LogLevel {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

/// How grave a line of Lambda's own is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "Lambda's own names, which say it")]
pub enum SystemLogLevel {
    Debug,
    Info,
    Warn,
}

/// The format of the lines Lambda itself writes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum LogFormat {
    /// Plain text.
    Text,
    /// JSON objects.
    #[default]
    #[serde(rename = "JSON")]
    Json,
}

/// Whether AWS X-Ray traces a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum TracingMode {
    /// Traces the invocations it samples.
    Active,
    /// Traces what an upstream service decided to trace.
    PassThrough,
}

impl Function<()> {
    /// A function that runs the program with these bindings, with 256 MiB and a timeout of 10 s, and no role yet.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "the bindings are written in place and used for nothing else")]
    pub fn rust<P: Program<I>, I: Carried>(bindings: P) -> Self {
        Self {
            function_name: None,
            description: None,
            role: (),
            architecture: Architecture::X86_64,
            memory_size: Mebibytes::of::<256>(),
            timeout: Seconds::of::<10>(),
            environment: IndexMap::new(),
            logging_config: None,
            tracing: None,
            reserved_concurrent_executions: None,
            dead_letter_target: None,
            ephemeral_storage: None,
            code: Code::of(&bindings),
        }
    }

    /// The function with its role.
    #[must_use]
    pub fn with_role(self, role: impl Into<Value<Arn<Role>>>) -> Function {
        Function {
            role: role.into(),
            function_name: self.function_name,
            description: self.description,
            architecture: self.architecture,
            memory_size: self.memory_size,
            timeout: self.timeout,
            environment: self.environment,
            logging_config: self.logging_config,
            tracing: self.tracing,
            reserved_concurrent_executions: self.reserved_concurrent_executions,
            dead_letter_target: self.dead_letter_target,
            ephemeral_storage: self.ephemeral_storage,
            code: self.code,
        }
    }
}

impl<R> Function<R> {
    /// What its bindings allow its role, a statement or two for each binding that grants something.
    pub fn grants(&self) -> impl Iterator<Item = &Statement> {
        self.code.grants()
    }

    /// Its bindings, in the order of their fields.
    #[must_use]
    pub fn bindings(&self) -> &[Binding] {
        self.code.bindings()
    }

    /// The name of the binary that it runs.
    #[must_use]
    pub const fn program(&self) -> &'static str {
        self.code.program()
    }

    /// The library that declares its bindings, as Rust names it.
    #[must_use]
    pub const fn library(&self) -> &'static str {
        self.code.library()
    }
}

impl Function {
    /// Its role, when that belongs to the same stack.
    #[must_use]
    pub fn role_in(&self, stack: &Stack) -> Option<Ref<Role>> {
        let Value::Intrinsic(arn) = &self.role else { return None };
        stack.resources_of().map(|(role, _)| role).find(|role: &Ref<Role>| role.arn() == *arn)
    }
}

impl Resource for Function {
    const TYPE: &'static str = "AWS::Lambda::Function";

    fn program(&self) -> Option<&'static str> {
        Some(self.code.program())
    }

    fn check(&self, check: &mut Check<'_>) {
        self.code.check(&self.environment, &RESERVED_VARIABLES, check);
    }
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime>
const RESERVED_VARIABLES: ReservedVariables<'_> = ReservedVariables {
    by: "Lambda itself",
    names: &[
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_DEFAULT_REGION",
        "AWS_REGION",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    ],
};

impl HasArn for Function {}

impl Serialize for Function {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Code {
            s3_bucket: Intrinsic,
            s3_key: Intrinsic,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Environment<'a> {
            variables: IndexMap<&'a str, &'a Value>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Size {
            size: Mebibytes<512, 10_240>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct DeadLetterConfig {
            target_arn: Intrinsic,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Tracing {
            mode: TracingMode,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            function_name: &'a Option<Value>,
            description: &'a Option<String>,
            runtime: &'static str,
            handler: &'static str,
            architectures: [Architecture; 1],
            code: Code,
            role: &'a Value<Arn<Role>>,
            memory_size: Mebibytes<128, 10_240>,
            timeout: Seconds<1, 900>,
            environment: Environment<'a>,
            logging_config: &'a Option<LoggingConfig>,
            tracing_config: Option<Tracing>,
            reserved_concurrent_executions: Option<u32>,
            dead_letter_config: Option<DeadLetterConfig>,
            ephemeral_storage: Option<Size>,
        }
        Wire {
            function_name: &self.function_name,
            description: &self.description,
            runtime: "provided.al2023",
            handler: "bootstrap",
            architectures: [self.architecture],
            code: Code {
                s3_bucket: Intrinsic::Ref(LogicalId::new(template::ARTIFACTS_BUCKET)),
                s3_key: Intrinsic::Ref(LogicalId::new(template::code_parameter(self.code.program()))),
            },
            role: &self.role,
            memory_size: self.memory_size,
            timeout: self.timeout,
            environment: Environment { variables: self.code.variables(&self.environment) },
            logging_config: &self.logging_config,
            tracing_config: self.tracing.map(|mode| Tracing { mode }),
            reserved_concurrent_executions: self.reserved_concurrent_executions,
            dead_letter_config: self.dead_letter_target.map(|queue| DeadLetterConfig { target_arn: queue.arn() }),
            ephemeral_storage: self.ephemeral_storage.map(|size| Size { size }),
        }
        .serialize(serializer)
    }
}

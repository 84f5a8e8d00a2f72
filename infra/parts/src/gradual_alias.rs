//! Aliases whose invocations are shifted to a new version step by step.

use infra::cloudwatch::Alarm;
use infra::codedeploy::{Application, CodeDeployLambdaAliasUpdate, DeploymentConfig, DeploymentGroup};
use infra::iam::{InlinePolicy, Policy, PolicyDocument, Role, Statement};
use infra::lambda::{Alias, Function, Traffic, Version};
use infra::{Ref, Stack, Value};
use policies::action;

use crate::http_api::capitalized;

/// How the invocations of an alias are shifted to a new version.
#[derive(Debug, Clone)]
pub struct Shift {
    /// How fast.
    pub deployment_config: DeploymentConfig,
    /// Alarms that stop it beside that of the alias' errors, up to 9. None may refer to the alias.
    pub alarms: Vec<Ref<Alarm>>,
    /// A function that is invoked before any invocation is shifted, and must tell CodeDeploy within the hour whether to go on.
    ///
    /// <https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#appspec-hooks-lambda>
    pub before_allow_traffic_hook: Option<Ref<Function>>,
    /// A function that is invoked once all are shifted, and must tell in the same way whether it stays so.
    pub after_allow_traffic_hook: Option<Ref<Function>>,
}

impl Shift {
    /// As `deployment_config` says, without hooks, stopped by errors of the alias alone.
    #[must_use]
    pub const fn of(deployment_config: DeploymentConfig) -> Self {
        Self { deployment_config, alarms: Vec::new(), before_allow_traffic_hook: None, after_allow_traffic_hook: None }
    }
}

/// Adds an alias of `function` under the name `name`, to which CodeDeploy shifts each new version step by step. When an invocation by the alias
/// fails meanwhile, of either version, it shifts them back, and the deployment fails.
///
/// The alias is `{function}{Name}`, such as `CountLive`, with its version as `{function}Version`. `{alias}Application`,
/// `{alias}DeploymentGroup` and `{alias}DeploymentRole` are CodeDeploy's, and `{alias}ErrorsAlarm` stops it. The role may change the
/// function's aliases, look at alarms, and invoke the hooks. Each hook gets `{alias}{hook}Policy`, by which it may tell CodeDeploy.
///
/// The first deployment shifts nothing: there is no older version. Give the alias, and not the function, to whatever invokes it.
///
/// ```
/// use bindings::Program;
/// use infra::codedeploy::DeploymentConfig;
/// use infra::lambda::Function;
/// use infra::sqs::StandardQueue;
/// use infra::{Seconds, Stack, Stage};
/// use parts::Shift;
///
/// #[derive(serde::Serialize)]
/// struct Count {}
/// impl Program for Count {
///     const NAME: &'static str = "count";
/// }
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let visibility_timeout = Some(Seconds::of::<60>());
/// let orders = stack.named("Orders").add(StandardQueue { visibility_timeout, ..StandardQueue::default() });
/// let count = parts::function(&mut stack, "Count", Function::rust(Count {}));
/// let live = parts::gradual_alias(&mut stack, count, "live", Shift::of(DeploymentConfig::Linear10PercentEvery1Minute));
/// parts::consume(&mut stack, orders, live, parts::Batch::default());
/// assert_eq!(infra::check(&stack), []);
/// ```
#[track_caller]
pub fn gradual_alias(stack: &mut Stack, function: Ref<Function>, name: &str, shift: Shift) -> Ref<Alias> {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric());
    let id = format!("{}{}", function.id(), words.map(capitalized).collect::<String>());
    let version = stack.named(format!("{}Version", function.id())).add(Version { function });
    let errors = Alarm::errors_of(function);
    let errors = Alarm { metric: errors.metric.by_alias(name), ..errors };
    let errors = stack.named(format!("{id}ErrorsAlarm")).add(errors);
    let application = stack.named(format!("{id}Application")).add(Application::default());
    let hooks = [shift.before_allow_traffic_hook, shift.after_allow_traffic_hook];
    let mut hooks: Vec<_> = hooks.into_iter().flatten().collect();
    hooks.dedup();
    let policy = InlinePolicy {
        policy_name: "shift".to_owned(),
        policy_document: rights(function, name, &hooks).into_iter().collect(),
    };
    let role = stack
        .named(format!("{id}DeploymentRole"))
        .add(Role { policies: vec![policy], ..Role::for_service("codedeploy.amazonaws.com") });
    let group = stack.named(format!("{id}DeploymentGroup")).add(DeploymentGroup {
        application,
        service_role: role.into(),
        deployment_config: shift.deployment_config,
        alarms: [errors].into_iter().chain(shift.alarms).collect(),
    });
    let traffic = Traffic::Gradual(CodeDeployLambdaAliasUpdate {
        application_name: application,
        deployment_group_name: group,
        before_allow_traffic_hook: shift.before_allow_traffic_hook,
        after_allow_traffic_hook: shift.after_allow_traffic_hook,
    });
    let policies: Vec<_> = hooks.into_iter().filter_map(|hook| let_tell(stack, &id, hook)).collect();
    let named = policies.into_iter().fold(stack.named(id), infra::stack::Named::depends_on);
    named.add(Alias { traffic, ..Alias::new(function, name, version) })
}

/// What CodeDeploy does with its role: what AWS's policy for it allows of functions, on this function and these hooks alone. IAM
/// knows the actions on aliases by the function, and CodeDeploy does not document by which alarms it asks.
///
/// <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForLambdaLimited.html>
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html>
fn rights(function: Ref<Function>, name: &str, hooks: &[Ref<Function>]) -> Vec<Statement> {
    let shift = Statement::allow([action::lambda::GET_ALIAS, action::lambda::UPDATE_ALIAS]).on(function.arn());
    // The alias refers to the group, which refers to the role: so this names it.
    let alias = Value::from(function.arn()).surrounded("", &format!(":{name}"));
    let ready = Statement::allow([action::lambda::GET_PROVISIONED_CONCURRENCY_CONFIG]).on(alias);
    let look = Statement::allow([action::cloudwatch::DESCRIBE_ALARMS]).on("*");
    let invoke = hooks.iter().map(|hook| Statement::allow([action::lambda::INVOKE_FUNCTION]).on(hook.arn()));
    [shift, ready, look].into_iter().chain(invoke).collect()
}

/// Lets a hook tell CodeDeploy whether to go on, which IAM checks on no resource. A role of another stack is that stack's to allow.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodedeploy.html>
#[track_caller]
fn let_tell(stack: &mut Stack, id: &str, hook: Ref<Function>) -> Option<Ref<Policy>> {
    let role = stack.get(hook).and_then(|hook| hook.role_in(stack))?;
    let tell = Statement::allow([action::codedeploy::PUT_LIFECYCLE_EVENT_HOOK_EXECUTION_STATUS]).on("*");
    Some(stack.named(format!("{id}{}Policy", hook.id())).add(Policy {
        policy_name: format!("tell-{id}"),
        policy_document: PolicyDocument::from([tell]),
        roles: vec![role],
    }))
}

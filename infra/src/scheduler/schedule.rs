//! Schedules and their groups.

use policies::action;
use serde::{Serialize, Serializer};

use super::expression::Expression;
use super::target::{Parameters, Target};
use crate::check::Check;
use crate::eventbridge::RetryPolicy;
use crate::iam::{Role, Statement};
use crate::reference::{Arn, HasArn, Ref, Resource};
use crate::sqs::StandardQueue;
use crate::units::Integer;
use crate::value::{Intrinsic, Value};

/// Something that is done at fixed times.
///
/// It can be added to a stack only with a role: [`Schedule::new`] gives one without, and [`Schedule::with_role`] the `Schedule`
/// that a stack takes. `parts::schedule` makes the role.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedule.html>
#[derive(Debug, Clone)]
pub struct Schedule<R = Value<Arn<Role>>> {
    /// 1 to 64 letters, digits and `-_.`, unique in its group. Changing it replaces the schedule.
    pub name: Option<Value>,
    /// Up to 512 characters.
    pub description: Option<String>,
    /// The group it is in; without it the account's default one. Changing it replaces the schedule.
    pub group: Option<Ref<ScheduleGroup>>,
    /// When.
    pub expression: Expression,
    /// Within how many minutes after that, 1 to 1,440, so that not all go off at once; without it, at the time itself.
    pub flexible_minutes: Option<Integer<1, 1_440>>,
    /// From when on it goes off, of what comes again, such as `2026-12-01T00:00:00Z`.
    pub start_date: Option<String>,
    /// Until when it goes off, of what comes again.
    pub end_date: Option<String>,
    /// Whether it is at work.
    pub is_enabled: bool,
    /// What is done.
    pub target: Target,
    /// How long and how often it is tried again.
    pub retry_policy: Option<RetryPolicy>,
    /// Where what failed for good goes. It is no FIFO queue.
    pub dead_letter_target: Option<Ref<StandardQueue>>,
    /// The role with which it is done.
    pub role: R,
}

impl Schedule<()> {
    /// A schedule without a role, that goes off at the time itself.
    #[must_use]
    pub const fn new(expression: Expression, target: Target) -> Self {
        Self {
            name: None,
            description: None,
            group: None,
            expression,
            flexible_minutes: None,
            start_date: None,
            end_date: None,
            is_enabled: true,
            target,
            retry_policy: None,
            dead_letter_target: None,
            role: (),
        }
    }

    /// The schedule with its role.
    #[must_use]
    pub fn with_role(self, role: impl Into<Value<Arn<Role>>>) -> Schedule {
        Schedule {
            role: role.into(),
            name: self.name,
            description: self.description,
            group: self.group,
            expression: self.expression,
            flexible_minutes: self.flexible_minutes,
            start_date: self.start_date,
            end_date: self.end_date,
            is_enabled: self.is_enabled,
            target: self.target,
            retry_policy: self.retry_policy,
            dead_letter_target: self.dead_letter_target,
        }
    }
}

impl<R> Schedule<R> {
    /// What its role must allow: what it does, and to tell of what failed.
    #[must_use]
    pub fn rights(&self) -> Vec<Statement> {
        let dead = |queue: Ref<StandardQueue>| Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn());
        [self.target.right.clone()].into_iter().chain(self.dead_letter_target.map(dead)).collect()
    }

    /// A role without rights that only the schedules of its group may take on.
    ///
    /// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html>
    #[must_use]
    pub fn trusting_role(&self) -> Role {
        let default =
            || Value::sub("arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule-group/default");
        let group = self.group.map_or_else(default, |group| group.arn().into());
        Role::for_service_on_behalf_of("scheduler.amazonaws.com", group)
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct FlexibleTimeWindow {
            mode: &'static str,
            maximum_window_in_minutes: Option<Integer<1, 1_440>>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct DeadLetterConfig {
            arn: Intrinsic,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct To<'a> {
            arn: &'a Intrinsic,
            role_arn: &'a Value<Arn<Role>>,
            input: &'a Option<String>,
            retry_policy: Option<RetryPolicy>,
            dead_letter_config: Option<DeadLetterConfig>,
            #[serde(flatten)]
            parameters: &'a Parameters,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            name: &'a Option<Value>,
            description: &'a Option<String>,
            group_name: Option<Ref<ScheduleGroup>>,
            schedule_expression: String,
            schedule_expression_timezone: Option<&'static str>,
            flexible_time_window: FlexibleTimeWindow,
            start_date: &'a Option<String>,
            end_date: &'a Option<String>,
            state: Option<&'static str>,
            target: To<'a>,
        }
        Wire {
            name: &self.name,
            description: &self.description,
            group_name: self.group,
            schedule_expression: self.expression.to_string(),
            schedule_expression_timezone: self.expression.zone(),
            flexible_time_window: FlexibleTimeWindow {
                mode: if self.flexible_minutes.is_some() { "FLEXIBLE" } else { "OFF" },
                maximum_window_in_minutes: self.flexible_minutes,
            },
            start_date: &self.start_date,
            end_date: &self.end_date,
            state: (!self.is_enabled).then_some("DISABLED"),
            target: To {
                arn: &self.target.arn,
                role_arn: &self.role,
                input: &self.target.input,
                retry_policy: self.retry_policy,
                dead_letter_config: self.dead_letter_target.map(|queue| DeadLetterConfig { arn: queue.arn() }),
                parameters: &self.target.parameters,
            },
        }
        .serialize(serializer)
    }
}

impl Resource for Schedule {
    const TYPE: &'static str = "AWS::Scheduler::Schedule";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(problem) = self.expression.problem() {
            check.error("schedule", format!("`{}` is no schedule: {problem}", self.expression));
        }
        if self.expression.is_once() && (self.start_date.is_some() || self.end_date.is_some()) {
            let message = format!("`{}` goes off once, and has a start or end of what comes again", self.expression);
            check.error("schedule", message).help("remove `start_date` and `end_date`");
        }
        // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_SqsParameters.html
        let queue = self
            .target
            .fifo
            .filter(|queue| check.stack.get(*queue).is_some_and(|queue| !queue.content_based_deduplication));
        if let Some(queue) = queue {
            let message = format!("it sends to `{}`, which does not tell duplicates by content", queue.id());
            check.error("schedule-deduplication", message).help("set the queue's `content_based_deduplication`");
        }
    }
}

impl HasArn for Schedule {}

/// A group of schedules: they are deleted with it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-scheduler-schedulegroup.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduleGroup {
    /// 1 to 64 letters, digits and `-_.`. Changing it replaces the group with all that is in it.
    pub name: Option<Value>,
}

impl Resource for ScheduleGroup {
    const TYPE: &'static str = "AWS::Scheduler::ScheduleGroup";
}

impl HasArn for ScheduleGroup {}

//! Bindings to groups of schedules of EventBridge Scheduler.

use serde_json::Value;

use crate::declaration::Condition;
use crate::pattern::Pattern;
use crate::resource::Target;

crate::binding! {
    /// A group of schedules, with the operations `A` granted on the schedules in it. Its environment variable is the group's
    /// name, or `GROUP/ROLE` with the ARN of the role that the schedules assume.
    ///
    /// A schedule that is made or changed passes a role to Scheduler, which calls the schedule's target with it: both need
    /// a binding with a role, and are allowed to pass just that one, and to Scheduler alone.
    ///
    /// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role>
    pub struct ScheduleGroup(path);
    use aws_sdk_scheduler telling Scheduled if (feature = "scheduler");

    CreateSchedule:
        "scheduler:CreateSchedule"
        on "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/{group|variable}/*",
        "iam:PassRole" on "{role}" =>
        create_schedule() -> CreateScheduleFluentBuilder { group_name: name() };
    DeleteSchedule:
        "scheduler:DeleteSchedule"
        on "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/{group|variable}/*" =>
        delete_schedule() -> DeleteScheduleFluentBuilder { group_name: name() };
    GetSchedule:
        "scheduler:GetSchedule"
        on "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/{group|variable}/*" =>
        get_schedule() -> GetScheduleFluentBuilder { group_name: name() };
    GetScheduleGroup: "scheduler:GetScheduleGroup" => get_schedule_group() -> GetScheduleGroupFluentBuilder { name: name() };
    ListSchedules: "scheduler:ListSchedules" on "*" => list_schedules() -> ListSchedulesFluentBuilder { group_name: name() };
    UpdateSchedule:
        "scheduler:UpdateSchedule"
        on "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/{group|variable}/*",
        "iam:PassRole" on "{role}" =>
        update_schedule() -> UpdateScheduleFluentBuilder { group_name: name() };
}

impl<A> ScheduleGroup<A> {
    /// The group's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path().split_once('/').map_or(self.path(), |(name, _)| name)
    }

    /// The ARN of the role that schedules of the group assume, when it is bound with one.
    #[must_use]
    pub fn role_arn(&self) -> Option<&str> {
        self.path().split_once('/').map(|(_, role)| role)
    }
}

/// The group `name` with the ARN `arn`, whose schedules assume the role with the ARN `role`.
#[must_use]
pub fn target(name: Value, arn: Value, role: Value) -> Target {
    let to_scheduler = Condition::new("StringEquals", "iam:PassedToService", ["scheduler.amazonaws.com"]);
    let variable = Pattern("{group}/{role}").fill(|part| Some(if part == "group" { &name } else { &role }));
    let target = Target::new(variable.unwrap_or_default(), arn);
    target.with("group", name).with("role", role).when("{role}", to_scheduler)
}

#[cfg(feature = "scheduler")]
pub use scheduled::Scheduled;

#[cfg(feature = "scheduler")]
mod scheduled {
    use aws_sdk_scheduler::operation::create_schedule::{CreateScheduleInput, CreateScheduleOutput};
    use aws_sdk_scheduler::operation::delete_schedule::DeleteScheduleInput;
    use aws_sdk_scheduler::operation::update_schedule::UpdateScheduleInput;
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

    /// Tells of schedules that are made, changed or deleted.
    #[derive(Debug)]
    pub struct Scheduled;

    impl Effects for Scheduled {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; CreateScheduleInput: name, UpdateScheduleInput: name, DeleteScheduleInput: name)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            Some(output.downcast_ref::<CreateScheduleOutput>()?.schedule_arn().to_owned())
        }
    }
}

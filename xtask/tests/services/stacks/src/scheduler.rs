//! Scheduler: a function makes schedules, each of which publishes a reminder once.

use infra::iam::{InlinePolicy, PolicyDocument, Role, Statement};
use infra::lambda::Function;
use infra::scheduler::ScheduleGroup;
use infra::sns::{StandardTopic, Subscription};
use infra::sqs::StandardQueue;
use infra::{Stack, Stage};
use parts::WithDlq;
use policies::action;
use services::scheduler_remind;
use stackwright::System;

/// The system.
pub const SYSTEM: System = System::new("scheduler", "reminders at any time", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let reminders = stack.named("Reminders").add(StandardTopic::default());
    let WithDlq { queue, .. } = parts::standard_queue(&mut stack, "Inbox", "scheduler-inbox", StandardQueue::default());
    let subscription = Subscription { raw_message_delivery: true, ..Subscription::new(reminders, queue) };
    parts::subscribe(&mut stack, subscription);

    let schedules = stack.named("Schedules").add(ScheduleGroup::default());
    let publish = Statement::allow([action::sns::PUBLISH]).on(reminders.arn());
    let role = stack.named("SchedulesRole").add(Role {
        policies: vec![InlinePolicy {
            policy_name: "publish".to_owned(),
            policy_document: PolicyDocument::from([publish]),
        }],
        ..Role::for_service_on_behalf_of("scheduler.amazonaws.com", schedules.arn())
    });
    parts::function(
        &mut stack,
        "Remind",
        Function {
            function_name: Some(stage.physical_name("scheduler-remind").into()),
            ..Function::rust(scheduler_remind::Bindings {
                schedules: schedules.with_role(role).into(),
                reminders: reminders.into(),
            })
        },
    );
    stack.output("InboxUrl", queue);
    stack
}

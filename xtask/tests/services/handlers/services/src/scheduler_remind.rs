//! Makes schedules at run time: each publishes a reminder once, and is gone.

use std::time::{Duration, SystemTime};

use aws_sdk_scheduler::primitives::{DateTime, DateTimeFormat};
use aws_sdk_scheduler::types::{ActionAfterCompletion, FlexibleTimeWindow, FlexibleTimeWindowMode, Target};
use bindings::Program;
use bindings::scheduler::{CreateSchedule, ScheduleGroup};
use bindings::sns::Topic;
use functions::CallError;
use lambda_runtime::Error;
use serde::{Deserialize, Serialize};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The schedules, with the role by which they publish.
    pub schedules: ScheduleGroup<CreateSchedule>,
    /// Where they publish. The function itself does not, so that it needs the ARN and no operation.
    pub reminders: Topic<()>,
}

impl Program for Bindings {
    const NAME: &'static str = "scheduler-remind";
}

/// What to be reminded of.
#[derive(Debug, Deserialize)]
pub struct Reminder {
    /// Its name: letters, digits and `-_.`.
    pub name: String,
    /// In how many seconds. Scheduler keeps the time to a minute.
    pub in_seconds: u32,
    /// What it says.
    pub text: String,
}

/// Schedules the reminder.
///
/// # Errors
/// When the group is bound without a role, or Scheduler refuses.
pub async fn handle(bindings: &Bindings, reminder: Reminder) -> Result<(), Error> {
    let time = DateTime::from(SystemTime::now() + Duration::from_secs(reminder.in_seconds.into()));
    let time = DateTime::from_secs(time.secs()).fmt(DateTimeFormat::DateTime)?;
    let role = bindings.schedules.role_arn().ok_or("the group of schedules is bound without a role")?;
    let target = Target::builder().arn(bindings.reminders.arn()).role_arn(role).input(reminder.text).build()?;
    let create = bindings
        .schedules
        .create_schedule()
        .name(reminder.name)
        // In UTC, which it is without a time zone.
        .schedule_expression(format!("at({})", time.trim_end_matches('Z')))
        .flexible_time_window(FlexibleTimeWindow::builder().mode(FlexibleTimeWindowMode::Off).build()?)
        .action_after_completion(ActionAfterCompletion::Delete)
        .target(target);
    create.send().await.map_err(|error| CallError::new("schedule the reminder", error))?;
    Ok(())
}

//! Rules that go off at fixed times.

use std::fmt;

use serde::{Serialize, Serializer};

use super::{RuleState, Target};
use crate::check::Check;
use crate::reference::{HasArn, Resource};
use crate::value::Value;

/// A rule that sends an event to its targets at fixed times. It is on the account's default bus: another has none.
///
/// The event's `time` says for when it was sent. EventBridge may deliver it twice, and up to a minute late.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct ScheduledRule {
    /// 1 to 64 letters, digits and `.-_`. Changing it replaces the rule.
    pub name: Option<Value>,
    /// Up to 512 characters.
    pub description: Option<String>,
    /// When.
    #[serde(rename = "ScheduleExpression")]
    pub schedule: Schedule,
    /// Whether it is at work. EventBridge's default is that it is.
    pub state: Option<RuleState>,
    /// Where the events go, at most 5.
    pub targets: Vec<Target>,
}

impl ScheduledRule {
    /// A rule without targets yet.
    #[must_use]
    pub const fn on(schedule: Schedule) -> Self {
        Self { name: None, description: None, schedule, state: None, targets: Vec::new() }
    }
}

/// When a rule goes off, in UTC.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Every so many minutes, 1 or more.
    Minutes(u32),
    /// Every so many hours, 1 or more.
    Hours(u32),
    /// Every so many days, 1 or more.
    Days(u32),
    /// Six fields: minutes, hours, day of the month, month, day of the week, year. One of the two days is `?`, as in
    /// `0 7 ? * MON-FRI *`.
    Cron(&'static str),
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, unit) = match self {
            Self::Minutes(count) => (count, "minute"),
            Self::Hours(count) => (count, "hour"),
            Self::Days(count) => (count, "day"),
            Self::Cron(fields) => return write!(f, "cron({fields})"),
        };
        // EventBridge refuses `rate(1 minutes)` and `rate(2 minute)`.
        write!(f, "rate({count} {unit}{})", if *count == 1 { "" } else { "s" })
    }
}

impl Serialize for Schedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Schedule {
    /// What EventBridge would refuse.
    pub(crate) fn problem(self) -> Option<String> {
        match self {
            Self::Minutes(0) | Self::Hours(0) | Self::Days(0) => Some("expected 1 or more".to_owned()),
            Self::Cron(fields) => {
                let fields: Vec<_> = fields.split(' ').collect();
                if fields.len() != 6 {
                    return Some(format!("expected six fields with a space between, got {}", fields.len()));
                }
                let is_open = |field: usize| usize::from(fields[field] == "?");
                (is_open(2) + is_open(4) != 1).then(|| "expected `?` for one of the two days".to_owned())
            }
            _ => None,
        }
    }
}

impl Resource for ScheduledRule {
    const TYPE: &'static str = "AWS::Events::Rule";

    fn check(&self, check: &mut Check<'_>) {
        super::rule::check_targets(&self.targets, check);
        if let Some(problem) = self.schedule.problem() {
            check.error("schedule", format!("`{}` is no schedule: {problem}", self.schedule));
        }
    }
}

impl HasArn for ScheduledRule {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_more_are_plural() {
        assert_eq!(Schedule::Minutes(1).to_string(), "rate(1 minute)");
        assert_eq!(Schedule::Hours(12).to_string(), "rate(12 hours)");
        assert_eq!(Schedule::Days(1).to_string(), "rate(1 day)");
        assert_eq!(Schedule::Cron("0 7 ? * MON-FRI *").to_string(), "cron(0 7 ? * MON-FRI *)");
    }

    #[test]
    fn what_eventbridge_refuses_is_a_problem() {
        assert_eq!(Schedule::Days(0).problem().as_deref(), Some("expected 1 or more"));
        let unix = Schedule::Cron("0 7 * * 1").problem();
        assert_eq!(unix.as_deref(), Some("expected six fields with a space between, got 5"));
        let both = Schedule::Cron("0 7 * * MON *").problem();
        assert_eq!(both.as_deref(), Some("expected `?` for one of the two days"));
        assert_eq!(Schedule::Cron("0 7 ? * MON *").problem(), None);
    }
}

//! How often the console looks.

use std::time::Duration;

use crate::operate::running_stack::{FUNCTION, RunningStack};

/// How often a stack is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// How long to wait between two looks at logs and queues while somebody watches.
    watched: Duration,
    /// The same while nobody does.
    unwatched: Duration,
    /// How long to wait before counting again what tables and buckets hold.
    recount: Duration,
}

impl Pace {
    /// The local cloud costs nothing.
    const LOCAL: Self =
        Self { watched: Duration::from_millis(80), unwatched: Duration::from_secs(2), recount: Duration::from_secs(3) };

    /// AWS takes money for counting messages, items and objects, though not for reading logs.
    const AWS: Self =
        Self { watched: Duration::from_secs(10), unwatched: Duration::from_secs(10), recount: Duration::from_mins(5) };

    /// That of a stack.
    pub(super) fn of(stack: &RunningStack) -> Self {
        if stack.cloud.local.is_some() {
            return Self::LOCAL;
        }
        let functions = u32::try_from(stack.all(FUNCTION).count()).unwrap_or(u32::MAX);
        Self::on_aws(functions)
    }

    /// An account may read events five times a second in a region: one stack leaves most of that to others.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
    fn on_aws(functions: u32) -> Self {
        Self { watched: Self::AWS.watched.max(Duration::from_secs(1).saturating_mul(functions)), ..Self::AWS }
    }

    /// How long to wait after a look that took `took`: at least as long, since what answers has other things to do.
    pub(super) fn pause(self, is_watched: bool, took: Duration) -> Duration {
        (if is_watched { self.watched } else { self.unwatched }).max(took)
    }

    /// How long to wait before counting what no function is seen to change.
    pub(super) fn rest(self, is_watched: bool) -> Duration {
        if is_watched { self.recount } else { self.recount.saturating_mul(10) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_aws_logs_are_read_at_most_once_a_second() {
        for functions in [0, 1, 10, 11, 100] {
            let pause = Pace::on_aws(functions).pause(true, Duration::ZERO);
            assert!(
                pause >= Duration::from_secs(10) && pause >= Duration::from_secs(u64::from(functions)),
                "{pause:?}"
            );
        }
    }
}

//! Amazon CloudWatch Logs.

use serde::Serialize;

use crate::reference::{HasArn, Resource};
use crate::value::Value;

/// A log group, deleted with its stack.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup {
    /// 1 to 512 letters, digits and `-_./#`. Changing it replaces the group.
    pub log_group_name: Option<Value>,
    /// How long events are kept. Without it, for ever.
    pub retention_in_days: Option<Retention>,
    /// The ARN of the customer-managed key that encrypts it.
    pub kms_key_id: Option<Value>,
}

impl Resource for LogGroup {
    const TYPE: &'static str = "AWS::Logs::LogGroup";
}

/// The ARN ends in `:*`, as policies on the group's streams need it.
impl HasArn for LogGroup {}

/// How long the events of a log group are kept.
///
/// ```
/// use infra::logs::Retention;
///
/// let month = Retention::days::<30>();
/// ```
///
/// ```compile_fail
/// use infra::logs::Retention;
///
/// let other = Retention::days::<31>();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Retention(u16);

/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
const RETENTIONS: [u16; 22] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

impl Retention {
    /// So many days: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1,096, 1,827, 2,192, 2,557, 2,922, 3,288 or
    /// 3,653. Another number does not compile.
    #[must_use]
    pub const fn days<const N: u16>() -> Self {
        const { assert!(is_retention(N), "CloudWatch Logs keeps events for other numbers of days: see `Retention::days`") };
        Self(N)
    }
}

const fn is_retention(days: u16) -> bool {
    let mut place = 0;
    while place < RETENTIONS.len() {
        if RETENTIONS[place] == days {
            return true;
        }
        place += 1;
    }
    false
}

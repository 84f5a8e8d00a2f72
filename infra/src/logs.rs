//! Amazon CloudWatch Logs.

use serde::Serialize;

use crate::reference::{HasArn, Resource};
use crate::units::Days;
use crate::value::Value;

/// A log group, deleted with its stack.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LogGroup {
    /// 1 to 512 letters, digits and `-_./#`. Changing it replaces the group.
    pub log_group_name: Option<Value>,
    /// How long events are kept: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365 days and more. Without it, for ever.
    pub retention_in_days: Option<Days>,
    /// The ARN of the customer-managed key that encrypts it.
    pub kms_key_id: Option<Value>,
}

impl Resource for LogGroup {
    const TYPE: &'static str = "AWS::Logs::LogGroup";
}

/// The ARN ends in `:*`, as policies on the group's streams need it.
impl HasArn for LogGroup {}

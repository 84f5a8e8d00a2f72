//! Amazon CloudWatch: alarms.

mod alarm;
mod metric;

pub use alarm::{Alarm, ComparisonOperator, Statistic, TreatMissingData};
pub use metric::{Dimension, Metric};

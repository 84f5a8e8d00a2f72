//! Amazon CloudWatch: alarms and dashboards.

mod alarm;
mod dashboard;
mod metric;

pub use alarm::{Alarm, ComparisonOperator, Statistic, TreatMissingData};
pub use dashboard::{Content, Dashboard, Series, SeriesStatistic, Widget};
pub use metric::{Dimension, Metric};

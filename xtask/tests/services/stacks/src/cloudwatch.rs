//! CloudWatch: a function counts in its log, and an alarm goes off when nothing is sold.

use infra::cloudwatch::{Alarm, ComparisonOperator, Dimension, Metric, Statistic, TreatMissingData};
use infra::lambda::Function;
use infra::{Integer, Seconds, Stack, Stage};
use services::cloudwatch_count;
use stackwright::System;

/// The system.
pub const SYSTEM: System = System::new("cloudwatch", "sales that are counted", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let namespace = stage.physical_name("Shops");
    parts::function(
        &mut stack,
        "Count",
        Function {
            function_name: Some(stage.physical_name("cloudwatch-count").into()),
            ..Function::rust(cloudwatch_count::Bindings { metrics: namespace.as_str().into() })
        },
    );
    stack.named("NothingSoldAlarm").add(Alarm {
        alarm_name: None,
        alarm_description: Some("the shop in the north sold nothing for an hour".to_owned()),
        metric: Metric {
            namespace,
            metric_name: cloudwatch_count::SOLD.to_owned(),
            dimensions: vec![Dimension { name: "Shop", value: "north".into() }],
        },
        statistic: Statistic::Sum,
        period: Seconds::hours::<1>(),
        evaluation_periods: Integer::of::<1>(),
        datapoints_to_alarm: None,
        comparison_operator: ComparisonOperator::LessThanThreshold,
        threshold: 1.0,
        treat_missing_data: Some(TreatMissingData::Breaching),
        alarm_actions: Vec::new(),
        ok_actions: Vec::new(),
    });
    stack
}

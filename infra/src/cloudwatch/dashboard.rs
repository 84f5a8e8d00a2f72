//! Dashboards: metrics and alarms on one page of CloudWatch's console.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{Alarm, Metric, Statistic};
use crate::check::Check;
use crate::reference::{Ref, Resource};
use crate::units::Seconds;
use crate::value::{Intrinsic, Value};

/// How many columns a dashboard has.
const COLUMNS: u32 = 24;

/// The most widgets of a dashboard, metrics of a widget, and metrics of all its widgets.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html>
const MAX_WIDGETS: usize = 500;
const MAX_METRICS_OF_WIDGET: usize = 500;
const MAX_METRICS: usize = 2_500;

/// A dashboard. The widgets stand in their order, row by row of 24 columns.
///
/// Three dashboards of an account with up to 50 metrics each [are free](https://aws.amazon.com/cloudwatch/pricing/).
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-dashboard.html>
///
/// ```
/// use infra::cloudwatch::{Dashboard, Metric, Series, Statistic, Widget};
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage, Template};
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let queue = stack.named("Orders").add(StandardQueue::default());
/// let waiting = Series::of(Metric::visible_messages(queue), Statistic::Maximum);
/// stack.named("Dashboard").add(Dashboard {
///     dashboard_name: None,
///     widgets: vec![Widget::metrics("Messages that wait", [waiting])],
/// });
/// let template = Template::render(&stack);
/// let body = &template.resource("Dashboard").unwrap()["Properties"]["DashboardBody"]["Fn::Sub"];
/// assert!(body.as_str().unwrap().contains(r#""QueueName","${Orders.QueueName}""#));
/// ```
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Dashboard {
    /// 1 to 255 letters, digits and `-_`, unique in the account. Changing it replaces the dashboard.
    pub dashboard_name: Option<Value>,
    /// What it shows, up to 500 widgets.
    #[serde(rename = "DashboardBody", serialize_with = "body")]
    pub widgets: Vec<Widget>,
}

/// A part of a dashboard.
#[derive(Debug, Clone)]
pub struct Widget {
    /// How wide it is, 1 to 24 columns.
    pub width: u32,
    /// How high it is, 1 to 1,000 rows.
    pub height: u32,
    /// What it shows.
    pub content: Content,
}

/// What a widget shows.
#[derive(Debug, Clone)]
pub enum Content {
    /// Metrics as lines over time.
    Metrics {
        /// The heading.
        title: String,
        /// Up to 500.
        series: Vec<Series>,
        /// The time between two points: 1, 5, 10, 30 or a multiple of 60 s.
        period: Seconds<1>,
    },
    /// Alarms with their states.
    Alarms {
        /// The heading.
        title: String,
        /// Up to 100.
        alarms: Vec<Ref<Alarm>>,
    },
    /// Text in Markdown.
    Text(String),
}

/// A line of a metric.
#[derive(Debug, Clone)]
pub struct Series {
    /// What is shown.
    pub metric: Metric,
    /// What is made of the numbers of one period.
    pub statistic: SeriesStatistic,
    /// Its name; else CloudWatch makes one of its dimensions.
    pub label: Option<String>,
}

/// What is made of the numbers of one period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SeriesStatistic {
    /// One of those that alarms know as well.
    Of(Statistic),
    /// The number that so many of a hundred do not exceed, 1 to 99.
    Percentile(u8),
}

impl Series {
    /// A metric by one of the plain statistics.
    #[must_use]
    pub const fn of(metric: Metric, statistic: Statistic) -> Self {
        Self { metric, statistic: SeriesStatistic::Of(statistic), label: None }
    }

    /// A metric by a percentile, 1 to 99.
    #[must_use]
    pub const fn percentile(metric: Metric, percentile: u8) -> Self {
        Self { metric, statistic: SeriesStatistic::Percentile(percentile), label: None }
    }

    /// The same with a name.
    #[must_use]
    pub fn labelled(self, label: impl Into<String>) -> Self {
        Self { label: Some(label.into()), ..self }
    }
}

impl Widget {
    /// How many alarms a widget shows at most.
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
    pub const MAX_ALARMS: usize = 100;

    /// Lines over time, a point a minute, half a row wide.
    #[must_use]
    pub fn metrics(title: impl Into<String>, series: impl IntoIterator<Item = Series>) -> Self {
        let series = series.into_iter().collect();
        Self {
            width: 12,
            height: 6,
            content: Content::Metrics { title: title.into(), series, period: Seconds::of::<60>() },
        }
    }

    /// The states of alarms, a row wide.
    #[must_use]
    pub fn alarms(title: impl Into<String>, alarms: impl IntoIterator<Item = Ref<Alarm>>) -> Self {
        let alarms: Vec<_> = alarms.into_iter().collect();
        // Four stand in a row.
        let height = 1 + u32::try_from(alarms.len().div_ceil(4)).unwrap_or(u32::MAX);
        Self { width: COLUMNS, height: height.min(1_000), content: Content::Alarms { title: title.into(), alarms } }
    }

    fn metrics_count(&self) -> usize {
        match &self.content {
            Content::Metrics { series, .. } => series.len(),
            Content::Alarms { .. } | Content::Text(_) => 0,
        }
    }
}

/// The text of a body, in which placeholders stand for what only CloudFormation knows.
#[derive(Default)]
struct Body {
    variables: Map<String, Json>,
}

impl Body {
    fn text(&mut self, value: &Value) -> String {
        if let Some(placeholder) = value.placeholder() {
            return placeholder;
        }
        let name = format!("Value{}", self.variables.len());
        let placeholder = format!("${{{name}}}");
        self.variables.insert(name, json!(value));
        placeholder
    }

    fn series(&mut self, series: &Series) -> Json {
        let Metric { namespace, metric_name, dimensions } = &series.metric;
        let mut row = vec![json!(namespace), json!(metric_name)];
        for dimension in dimensions {
            row.extend([json!(dimension.name), json!(self.text(&dimension.value))]);
        }
        let mut rendering = Map::new();
        rendering.insert("stat".to_owned(), series.statistic.stat());
        if let Some(label) = &series.label {
            rendering.insert("label".to_owned(), literal(label).into());
        }
        row.push(rendering.into());
        row.into()
    }

    fn content(&mut self, content: &Content) -> (&'static str, Json) {
        match content {
            Content::Metrics { title, series, period } => {
                let metrics: Vec<_> = series.iter().map(|series| self.series(series)).collect();
                let properties = json!({
                    "title": literal(title),
                    "view": "timeSeries",
                    "region": "${AWS::Region}",
                    "period": period.get(),
                    "metrics": metrics,
                });
                ("metric", properties)
            }
            Content::Alarms { title, alarms } => {
                let arns: Vec<_> = alarms.iter().map(|alarm| self.text(&Value::Intrinsic(alarm.arn()))).collect();
                ("alarm", json!({"title": literal(title), "alarms": arns}))
            }
            Content::Text(markdown) => ("text", json!({"markdown": literal(markdown)})),
        }
    }
}

fn literal(text: &str) -> String {
    text.replace("${", "${!")
}

impl SeriesStatistic {
    fn stat(self) -> Json {
        match self {
            Self::Of(statistic) => json!(statistic),
            Self::Percentile(percentile) => format!("p{percentile}").into(),
        }
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
fn body<S: Serializer>(widgets: &[Widget], serializer: S) -> Result<S::Ok, S::Error> {
    let mut body = Body::default();
    let (mut x, mut y, mut row_height) = (0_u32, 0_u32, 0);
    let mut placed = Vec::new();
    for widget in widgets {
        // What is too large is a finding of `check`, which comes after this.
        if x.saturating_add(widget.width) > COLUMNS {
            (x, y, row_height) = (0, y.saturating_add(row_height), 0);
        }
        let (kind, properties) = body.content(&widget.content);
        let Widget { width, height, .. } = widget;
        placed.push(json!({"type": kind, "x": x, "y": y, "width": width, "height": height, "properties": properties}));
        x += widget.width;
        row_height = row_height.max(widget.height);
    }
    let text = json!({"widgets": placed}).to_string();
    if body.variables.is_empty() {
        return Value::<String>::sub(text).serialize(serializer);
    }
    let sub = json!({"Fn::Sub": [text, body.variables]});
    Value::<String>::Intrinsic(Intrinsic::Json(sub.into())).serialize(serializer)
}

impl Resource for Dashboard {
    const TYPE: &'static str = "AWS::CloudWatch::Dashboard";

    fn check(&self, check: &mut Check<'_>) {
        if self.widgets.len() > MAX_WIDGETS {
            check.error("dashboard-size", format!("{} widgets are more than {MAX_WIDGETS}", self.widgets.len()));
        }
        let metrics: usize = self.widgets.iter().map(Widget::metrics_count).sum();
        let largest = self.widgets.iter().map(Widget::metrics_count).max().unwrap_or_default();
        if metrics > MAX_METRICS || largest > MAX_METRICS_OF_WIDGET {
            let message = format!(
                "{metrics} metrics, {largest} of them in one widget, are more than {MAX_METRICS} and {MAX_METRICS_OF_WIDGET}"
            );
            check.error("dashboard-size", message);
        }
        for widget in &self.widgets {
            if !(1..=COLUMNS).contains(&widget.width) || !(1..=1_000).contains(&widget.height) {
                let Widget { width, height, .. } = widget;
                check
                    .error("dashboard-widget", format!("a widget of {width} x {height} is not of 1 to 24 x 1 to 1000"));
            }
            match &widget.content {
                Content::Metrics { title, period, series } => {
                    if !(matches!(period.get(), 1 | 5 | 10 | 30) || period.get().is_multiple_of(60)) {
                        let message =
                            format!("a period of {period} in `{title}` is not 1, 5, 10, 30 or a multiple of 60 s");
                        check.error("dashboard-widget", message);
                    }
                    let is_wrong = |it: &Series| matches!(it.statistic, SeriesStatistic::Percentile(0 | 100..));
                    if series.iter().any(is_wrong) {
                        check.error("dashboard-widget", format!("a percentile in `{title}` is not 1 to 99"));
                    }
                }
                Content::Alarms { title, alarms } if !(1..=Widget::MAX_ALARMS).contains(&alarms.len()) => {
                    let (count, most) = (alarms.len(), Widget::MAX_ALARMS);
                    let message = format!("{count} alarms in `{title}` are not 1 to {most}");
                    check.error("dashboard-widget", message);
                }
                Content::Alarms { .. } | Content::Text(_) => {}
            }
        }
    }
}

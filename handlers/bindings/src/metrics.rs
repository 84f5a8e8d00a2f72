//! Metrics that a function writes into its log, from which CloudWatch takes them: this needs no right.
//!
//! <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>

use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::declaration::Declaration;

/// Where the metrics of a function go: the namespace, which is the environment variable. Grants nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Metrics(Namespace);

#[derive(Debug, Clone, PartialEq)]
enum Namespace {
    Declared(Value),
    Bound(String),
}

/// What a number counts or measures.
///
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// Bits.
    Bits,
    /// Bits in a second.
    #[serde(rename = "Bits/Second")]
    BitsPerSecond,
    /// Bytes.
    Bytes,
    /// Bytes in a second.
    #[serde(rename = "Bytes/Second")]
    BytesPerSecond,
    /// Things.
    Count,
    /// Things in a second.
    #[serde(rename = "Count/Second")]
    CountPerSecond,
    /// Gigabits.
    Gigabits,
    /// Gigabits in a second.
    #[serde(rename = "Gigabits/Second")]
    GigabitsPerSecond,
    /// Gigabytes.
    Gigabytes,
    /// Gigabytes in a second.
    #[serde(rename = "Gigabytes/Second")]
    GigabytesPerSecond,
    /// Kilobits.
    Kilobits,
    /// Kilobits in a second.
    #[serde(rename = "Kilobits/Second")]
    KilobitsPerSecond,
    /// Kilobytes.
    Kilobytes,
    /// Kilobytes in a second.
    #[serde(rename = "Kilobytes/Second")]
    KilobytesPerSecond,
    /// Megabits.
    Megabits,
    /// Megabits in a second.
    #[serde(rename = "Megabits/Second")]
    MegabitsPerSecond,
    /// Megabytes.
    Megabytes,
    /// Megabytes in a second.
    #[serde(rename = "Megabytes/Second")]
    MegabytesPerSecond,
    /// Microseconds.
    Microseconds,
    /// Milliseconds.
    Milliseconds,
    /// No unit.
    None,
    /// Hundredths.
    Percent,
    /// Seconds.
    Seconds,
    /// Terabits.
    Terabits,
    /// Terabits in a second.
    #[serde(rename = "Terabits/Second")]
    TerabitsPerSecond,
    /// Terabytes.
    Terabytes,
    /// Terabytes in a second.
    #[serde(rename = "Terabytes/Second")]
    TerabytesPerSecond,
}

/// How many metrics one directive has at most.
const METRICS: usize = 100;

/// Numbers of one moment, with the dimensions by which they are told apart.
#[derive(Debug)]
#[must_use = "nothing is written before `emit`"]
pub struct Record<'a> {
    metrics: &'a Metrics,
    dimensions: Vec<String>,
    definitions: Vec<Value>,
    members: Map<String, Value>,
}

impl Metrics {
    /// Declares the namespace in a stack: a string, or an intrinsic function of CloudFormation.
    #[must_use]
    pub const fn declared(namespace: Value) -> Self {
        Self(Namespace::Declared(namespace))
    }

    /// The namespace; empty in the stack, where nothing is counted.
    #[must_use]
    pub fn namespace(&self) -> &str {
        match &self.0 {
            Namespace::Declared(_) => "",
            Namespace::Bound(name) => name,
        }
    }

    /// Numbers of this moment.
    pub fn record(&self) -> Record<'_> {
        Record { metrics: self, dimensions: Vec::new(), definitions: Vec::new(), members: Map::new() }
    }

    /// Writes one number without dimensions.
    pub fn put(&self, name: &str, unit: Unit, value: f64) {
        self.record().metric(name, unit, value).emit();
    }
}

impl Record<'_> {
    /// The numbers are told apart by `name`, which is `value` here. CloudWatch takes up to 30 dimensions.
    pub fn dimension(mut self, name: &str, value: impl Into<String>) -> Self {
        self.dimensions.push(name.to_owned());
        self.property(name, value.into())
    }

    /// A number.
    pub fn metric(mut self, name: &str, unit: Unit, value: f64) -> Self {
        self.definitions.push(json!({ "Name": name, "Unit": unit }));
        self.property(name, value)
    }

    /// What the log tells beside the numbers, and no metric has.
    pub fn property(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// Writes the record as a line of the log.
    pub fn emit(self) {
        let line = self.line(SystemTime::now());
        // A log that is gone takes nothing else either.
        let _ = writeln!(std::io::stdout().lock(), "{line}");
    }

    fn line(mut self, now: SystemTime) -> String {
        let millis = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let directives = self.definitions.chunks(METRICS).map(|definitions| {
            json!({
                "Namespace": self.metrics.namespace(),
                "Dimensions": [self.dimensions],
                "Metrics": definitions,
            })
        });
        let metadata = json!({
            "Timestamp": u64::try_from(millis).unwrap_or(u64::MAX),
            "CloudWatchMetrics": directives.collect::<Vec<_>>(),
        });
        self.members.insert("_aws".to_owned(), metadata);
        Value::Object(self.members).to_string()
    }
}

impl From<&str> for Metrics {
    fn from(namespace: &str) -> Self {
        Self::declared(Value::String(namespace.to_owned()))
    }
}

impl Serialize for Metrics {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Namespace::Declared(namespace) => {
                if let Value::String(literal) = namespace {
                    check(literal).map_err(S::Error::custom)?;
                }
                Declaration::without_grants::<Self>(namespace.clone()).serialize(serializer)
            }
            Namespace::Bound(namespace) => serializer.serialize_str(namespace),
        }
    }
}

impl<'de> Deserialize<'de> for Metrics {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let namespace = String::deserialize(deserializer)?;
        check(&namespace).map_err(D::Error::custom)?;
        Ok(Self(Namespace::Bound(namespace)))
    }
}

/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#Namespace>
fn check(namespace: &str) -> Result<(), String> {
    if namespace.is_empty() || namespace.starts_with("AWS/") {
        return Err(format!("expected a namespace of metrics that does not begin with `AWS/`, got `{namespace}`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_namespace_of_aws_is_refused_in_the_stack_and_in_the_function() {
        let refused = "expected a namespace of metrics that does not begin with `AWS/`, got `AWS/Lambda`";
        let declared = serde_json::to_value(Metrics::from("AWS/Lambda")).unwrap_err();
        let bound = serde_json::from_value::<Metrics>(json!("AWS/Lambda")).unwrap_err();
        assert_eq!([declared.to_string(), bound.to_string()], [refused, refused]);
    }

    #[test]
    fn a_record_is_a_line_in_the_embedded_metric_format() {
        let metrics: Metrics = serde_json::from_value(json!("Orders")).unwrap();
        let record =
            metrics.record().dimension("Shop", "north").metric("Placed", Unit::Count, 2.0).property("order", "7");
        let line: Value = serde_json::from_str(&record.line(UNIX_EPOCH + Duration::from_millis(1500))).unwrap();
        let expected = json!({
            "Shop": "north",
            "Placed": 2.0,
            "order": "7",
            "_aws": {
                "Timestamp": 1500,
                "CloudWatchMetrics": [{
                    "Namespace": "Orders",
                    "Dimensions": [["Shop"]],
                    "Metrics": [{ "Name": "Placed", "Unit": "Count" }],
                }],
            },
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn many_numbers_go_into_several_directives() {
        let metrics: Metrics = serde_json::from_value(json!("Orders")).unwrap();
        let record = (0..150).fold(metrics.record(), |record, number| {
            record.metric(&format!("Metric{number}"), Unit::BytesPerSecond, 1.0)
        });
        let line: Value = serde_json::from_str(&record.line(UNIX_EPOCH)).unwrap();
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        let counts: Vec<_> = directives.iter().map(|it| it["Metrics"].as_array().unwrap().len()).collect();
        assert_eq!(counts, [100, 50]);
        assert_eq!(directives[1]["Metrics"][0], json!({ "Name": "Metric100", "Unit": "Bytes/Second" }));
    }
}

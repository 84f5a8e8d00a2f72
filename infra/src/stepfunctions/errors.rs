//! What becomes of a state that fails.

use serde_json::{Map, Value as Json, json};

use super::data::{Data, insert_all};
use super::language::{Part, QueryLanguage, Render};
use crate::units::{Integer, Seconds};

/// When a state is tried again.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error>
#[derive(Debug, Clone, PartialEq)]
pub struct Retry {
    /// The errors, such as `States.Timeout`. `States.ALL` stands alone, in the last.
    pub errors: Vec<String>,
    /// How long before the first time. Step Functions' default is 1 s.
    pub interval: Option<Seconds<1, 99_999_999>>,
    /// How often, 0 for never. Step Functions' default is 3.
    pub max_attempts: Option<Integer<0, 99_999_999>>,
    /// By how much each wait is longer than the one before, 1 or more. Step Functions' default is 2.
    pub backoff_rate: Option<f64>,
    /// The longest wait.
    pub max_delay: Option<Seconds<1, 31_622_399>>,
    /// Whether waits are of random length, so that many executions do not come at once.
    pub jitter: Option<Jitter>,
}

/// Whether waits are of random length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jitter {
    /// Up to the wait that they else had.
    Full,
    /// They are not.
    None,
}

impl Retry {
    /// Tries again after these errors, as Step Functions does by default.
    pub fn on<'a>(errors: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            errors: errors.into_iter().map(str::to_owned).collect(),
            interval: None,
            max_attempts: None,
            backoff_rate: None,
            max_delay: None,
            jitter: None,
        }
    }

    /// Tries again after faults of Lambda itself, which pass: six times, from 2 s on.
    ///
    /// <https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception>
    #[must_use]
    pub fn of_lambda() -> Self {
        let faults = [
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
        ];
        Self {
            interval: Some(Seconds::of::<2>()),
            max_attempts: Some(Integer::of::<6>()),
            backoff_rate: Some(2.0),
            jitter: Some(Jitter::Full),
            ..Self::on(faults)
        }
    }

    fn json(&self) -> Json {
        let mut map = Map::new();
        map.insert("ErrorEquals".to_owned(), json!(self.errors));
        let jitter = self.jitter.map(|jitter| match jitter {
            Jitter::Full => "FULL",
            Jitter::None => "NONE",
        });
        let settings = [
            ("IntervalSeconds", self.interval.map(|it| json!(it))),
            ("MaxAttempts", self.max_attempts.map(|it| json!(it))),
            ("BackoffRate", self.backoff_rate.map(|it| json!(it))),
            ("MaxDelaySeconds", self.max_delay.map(|it| json!(it))),
            ("JitterStrategy", jitter.map(|it| json!(it))),
        ];
        map.extend(settings.into_iter().filter_map(|(name, setting)| Some((name.to_owned(), setting?))));
        map.into()
    }
}

/// Where a state goes that failed for good.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-fallback-states>
#[derive(Debug, Clone)]
pub struct Catch<L: QueryLanguage> {
    /// The errors. `States.ALL` stands alone, in the last.
    pub errors: Vec<String>,
    /// The state that comes then.
    pub next: String,
    /// What it gets: without more, the error and its cause.
    pub result: L::Caught,
    /// Variables that are set then.
    pub assign: Vec<(String, Data<L>)>,
}

impl<L: QueryLanguage> Catch<L> {
    /// Goes to `next` after these errors.
    pub fn on<'a>(errors: impl IntoIterator<Item = &'a str>, next: impl Into<String>) -> Self {
        let errors = errors.into_iter().map(str::to_owned).collect();
        Self { errors, next: next.into(), result: L::Caught::default(), assign: Vec::new() }
    }

    /// Goes to `next` after any error.
    pub fn all(next: impl Into<String>) -> Self {
        Self::on([ALL], next)
    }
}

/// Any error, but for `States.DataLimitExceeded` and `States.Runtime`.
pub(super) const ALL: &str = "States.ALL";

pub(super) fn render<L: QueryLanguage>(retry: &[Retry], catch: &[Catch<L>], into: &mut Part<'_>) {
    if !retry.is_empty() {
        into.put("Retry", retry.iter().map(Retry::json).collect::<Vec<_>>());
    }
    let mut catchers = Vec::new();
    for catch in catch {
        let mut map = Map::new();
        map.insert("ErrorEquals".to_owned(), json!(catch.errors));
        let mut part = Part { map: &mut map, text: into.text };
        catch.result.render(&mut part);
        insert_all(&mut part, "Assign", &catch.assign);
        map.insert("Next".to_owned(), catch.next.as_str().into());
        catchers.push(Json::Object(map));
    }
    if !catchers.is_empty() {
        into.put("Catch", catchers);
    }
}

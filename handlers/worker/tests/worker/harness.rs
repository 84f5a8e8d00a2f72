//! A worker with a fake SQS, and a handler that notes what it gets.

use std::cell::RefCell;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use worker::{Settings, Shutdown, Worker, WorkerError};

use crate::fake::Sqs;

/// Settings for `queues` of `sqs`, which serve at any port.
pub(crate) fn settings(sqs: &Sqs, queues: &[&str]) -> Settings {
    Settings {
        concurrency: queues.len().max(3),
        grace: Duration::from_secs(10),
        address: ([127, 0, 0, 1], 0).into(),
        ..Settings::of(queues.iter().map(|queue| sqs.url(queue).parse().unwrap()).collect())
    }
}

/// Runs a worker, with `handle`, until `done` has come; then it is told to end. Returns how it ended.
pub(crate) async fn run_until(
    sqs: &Sqs,
    settings: Settings,
    handle: impl AsyncFn(LambdaEvent<Box<RawValue>>) -> Result<Box<RawValue>, Error>,
    done: impl Future<Output = ()>,
) -> Result<(), WorkerError> {
    let shutdown = Shutdown::default();
    let worker = Worker::ended_by(&sqs.config().await, settings, shutdown.clone()).unwrap();
    let end = async {
        done.await;
        shutdown.begin();
        sqs.world().is_hurried = true;
    };
    let (ended, ()) = tokio::join!(worker.run(handle), end);
    sqs.world().is_hurried = false;
    ended
}

/// The records of an event.
pub(crate) fn records(event: &LambdaEvent<Box<RawValue>>) -> Vec<Value> {
    let event: Value = serde_json::from_str(event.payload.get()).unwrap();
    event["Records"].as_array().unwrap().clone()
}

/// The bodies of an event's records.
pub(crate) fn bodies(event: &LambdaEvent<Box<RawValue>>) -> Vec<String> {
    records(event).iter().map(|record| record["body"].as_str().unwrap().to_owned()).collect()
}

/// The answer of a handler that gives nothing back.
pub(crate) fn done() -> Result<Box<RawValue>, Error> {
    given_back(&[])
}

/// The answer of a handler that gives `records` back.
pub(crate) fn given_back(records: &[&Value]) -> Result<Box<RawValue>, Error> {
    let items: Vec<_> = records.iter().map(|record| json!({ "itemIdentifier": record["messageId"] })).collect();
    Ok(RawValue::from_string(json!({ "batchItemFailures": items }).to_string())?)
}

/// What a handler did, in its order.
#[derive(Debug, Default)]
pub(crate) struct Notes(RefCell<Vec<String>>);

impl Notes {
    pub(crate) fn add(&self, note: impl Into<String>) {
        self.0.borrow_mut().push(note.into());
    }

    pub(crate) fn extend(&self, notes: Vec<String>) {
        self.0.borrow_mut().extend(notes);
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.borrow().clone()
    }

    /// Each note once, in the order of their first times.
    pub(crate) fn firsts(&self) -> Vec<String> {
        let mut firsts = Vec::new();
        for note in self.0.borrow().iter() {
            if !firsts.contains(note) {
                firsts.push(note.clone());
            }
        }
        firsts
    }

    pub(crate) fn sorted_firsts(&self) -> Vec<String> {
        let mut firsts = self.firsts();
        firsts.sort();
        firsts
    }

    pub(crate) fn count(&self, note: &str) -> usize {
        self.0.borrow().iter().filter(|it| *it == note).count()
    }
}

//! Messages stay hidden while they are worked on.

use std::time::Duration;

use worker::Settings;

use crate::fake::{Fault, Queue, Sqs, until};
use crate::harness::{Notes, bodies, done, run_until, settings};

async fn slow(faults: impl FnOnce(&Sqs)) -> (Sqs, Notes) {
    let sqs = Sqs::start([Queue::new("orders", 6).with(["slow".to_owned()])]);
    faults(&sqs);
    let notes = Notes::default();
    let handle = async |event| {
        notes.extend(bodies(&event));
        tokio::time::sleep(Duration::from_secs(13)).await;
        done()
    };
    let settings = Settings { timeout: Duration::from_mins(1), ..settings(&sqs, &["orders"]) };
    run_until(&sqs, settings, handle, until("it is deleted", || sqs.is_empty("orders"))).await.unwrap();
    (sqs, notes)
}

#[tokio::test]
async fn slow_work_is_not_handed_out_twice() {
    let (sqs, notes) = slow(|_| {}).await;
    assert_eq!((notes.all().len(), sqs.world().queues["orders"].delivered.len()), (1, 1));
}

#[tokio::test]
async fn a_call_that_fails_once_does_not_let_it_go() {
    let with = async |fault| {
        let (sqs, notes) = slow(|sqs| sqs.fault("ChangeMessageVisibilityBatch", 1, 1, fault)).await;
        assert_eq!((notes.all().len(), sqs.world().queues["orders"].delivered.len()), (1, 1), "{fault:?}");
    };
    tokio::join!(with(Fault::Throttled), with(Fault::OneEntry), with(Fault::Dropped));
}

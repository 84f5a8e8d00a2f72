//! A fault at any call is survived.

use std::time::Duration;

use futures::FutureExt as _;
use worker::Settings;

use crate::fake::{ACTIONS, Fault, Queue, Sqs, until};
use crate::harness::{Notes, bodies, done, run_until, settings};
use crate::order::{BODIES, Ordered};

const FAULTS: [Fault; 6] =
    [Fault::Throttled, Fault::Failed, Fault::Denied, Fault::Dropped, Fault::Lost, Fault::OneEntry];

async fn standard(action: &'static str, nth: usize, fault: Fault) {
    let bodies_sent: Vec<_> = (0..23).map(|number| format!("{number:02}")).collect();
    let sqs = Sqs::start([Queue::new("orders", 2).with(bodies_sent.clone())]);
    sqs.fault(action, nth, nth, fault);
    let notes = Notes::default();
    let handle = async |event| {
        notes.extend(bodies(&event));
        // Longer than half of the visibility timeout, so that it is extended.
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        done()
    };
    let all = until("all is deleted", || sqs.is_empty("orders"));
    run_until(&sqs, Settings { concurrency: 2, ..settings(&sqs, &["orders"]) }, handle, all).await.unwrap();
    assert_eq!(notes.sorted_firsts(), bodies_sent, "{action} {nth} {fault:?}");
}

async fn fifo(action: &'static str, nth: usize, fault: Fault) {
    let sqs = Sqs::start([Queue::new("orders.fifo", 2).with_groups(&BODIES)]);
    sqs.fault(action, nth, nth, fault);
    let ordered = Ordered::default();
    let handle = async |event| {
        tokio::time::sleep(Duration::from_millis(1_100)).await;
        ordered.handle(event, |_| false).await
    };
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    run_until(&sqs, settings(&sqs, &["orders.fifo"]), handle, all).await.unwrap();
    ordered.check();
}

#[tokio::test]
async fn one_fault_at_each_call_of_a_standard_queue_is_survived() {
    let all = ACTIONS
        .iter()
        .flat_map(|action| FAULTS.map(|fault| [1, 2].map(|nth| standard(action, nth, fault).boxed_local())));
    futures::future::join_all(all.flatten()).await;
}

#[tokio::test]
async fn one_fault_at_each_call_of_a_fifo_queue_is_survived() {
    let all =
        ACTIONS.iter().flat_map(|action| FAULTS.map(|fault| [1, 2].map(|nth| fifo(action, nth, fault).boxed_local())));
    futures::future::join_all(all.flatten()).await;
}

/// SQS hid messages and the answer got lost: a FIFO queue is asked for the same again, and gives it at once.
#[tokio::test]
async fn an_answer_of_a_fifo_queue_that_got_lost_is_asked_for_again() {
    let sqs = Sqs::start([Queue::new("orders.fifo", 600).with_groups(&BODIES)]);
    sqs.fault("ReceiveMessage", 1, 1, Fault::Lost);
    let ordered = Ordered::default();
    let handle = async |event| ordered.handle(event, |_| false).await;
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    let settings = Settings { concurrency: 1, ..settings(&sqs, &["orders.fifo"]) };
    run_until(&sqs, settings, handle, all).await.unwrap();
    ordered.check();
}

/// An outage is not hammered at by all slots: a few calls, ever further apart, find out that it is over.
#[tokio::test]
async fn an_outage_that_ends_is_noticed() {
    let sqs = Sqs::start([Queue::new("orders", 30).with(["one".to_owned()])]);
    sqs.fault("ReceiveMessage", 1, 5, Fault::Throttled);
    let handle = async |_| done();
    let all = until("all is deleted", || sqs.is_empty("orders"));
    run_until(&sqs, Settings { concurrency: 10, ..settings(&sqs, &["orders"]) }, handle, all).await.unwrap();
}

//! Several queues share a worker.

use worker::Settings;

use crate::fake::{Queue, Sqs, until};
use crate::harness::{Notes, bodies, done, run_until, settings};

async fn share(concurrency: usize) {
    let flood = (0..400).map(|number| format!("flood-{number}"));
    let queues = [
        Queue::new("flood", 30).with(flood),
        Queue::new("some", 30).with(["some".to_owned()]),
        Queue::new("other", 30).with(["other".to_owned()]),
    ];
    let sqs = Sqs::start(queues);
    let notes = Notes::default();
    let handle = async |event| {
        notes.extend(bodies(&event));
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        done()
    };
    let settings = Settings { concurrency, ..settings(&sqs, &["flood", "some", "other"]) };
    let all = until("all is deleted", || ["flood", "some", "other"].iter().all(|queue| sqs.is_empty(queue)));
    run_until(&sqs, settings, handle, all).await.unwrap();
    // Neither waits until the flood is over.
    let all = notes.all();
    for body in ["some", "other"] {
        let place = all.iter().position(|it| it == body).unwrap();
        assert!(place < 200, "{concurrency} slots: `{body}` came as number {place}");
    }
}

#[tokio::test]
async fn a_flood_in_one_queue_does_not_hold_up_the_others() {
    share(3).await;
}

#[tokio::test]
async fn fewer_slots_than_queues_take_turns() {
    share(1).await;
    share(2).await;
}

/// One queue that cannot be read does not keep the slots from the others.
#[tokio::test]
async fn a_queue_that_is_missing_does_not_hold_up_the_others() {
    let sqs = Sqs::start([Queue::new("orders", 30).with((0..50).map(|number| number.to_string()))]);
    let handle = async |_| done();
    let all = until("all is deleted", || sqs.is_empty("orders"));
    run_until(&sqs, settings(&sqs, &["missing", "orders"]), handle, all).await.unwrap();
}

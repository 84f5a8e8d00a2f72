//! A worker that is told to end loses nothing, and gives back what it cannot finish.

use std::cell::Cell;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use tokio::time::sleep;
use worker::{Settings, Shutdown, Worker, WorkerError};

use crate::fake::{Fault, Queue, Sqs, until};
use crate::harness::{Notes, bodies, done, given_back, records, run_until, settings};
use crate::order::{BODIES, Ordered};

/// So long that nothing comes back by itself.
const LONG: u64 = 3_600;

/// A grace in which calls wait for messages for 2 s at most.
const SHORT: Duration = Duration::from_secs(5);

#[tokio::test]
async fn work_that_began_is_finished() {
    let sqs = Sqs::start([Queue::new("orders", LONG).with(["one".to_owned()])]);
    let (began, notes) = (Cell::new(false), Notes::default());
    let handle = async |event| {
        began.set(true);
        sleep(Duration::from_millis(500)).await;
        notes.extend(bodies(&event));
        done()
    };
    run_until(&sqs, settings(&sqs, &["orders"]), handle, until("it began", || began.get())).await.unwrap();
    assert_eq!(notes.all(), ["one"]);
    assert!(sqs.is_empty("orders"));
}

/// Tells idle workers to end together, whose calls wait for messages until different times, and sends messages of one group
/// while they end: the next when the one before was handed out.
async fn sent_while_idle_workers_end(sqs: &Sqs, queue: &str, workers: u32, slots: usize) {
    sqs.world().queues.get_mut(queue).unwrap().max_receive_count = Some(3);
    let shutdown = Shutdown::default();
    let config = sqs.config().await;
    let idle = join_all((0..workers).map(async |number| {
        sleep(Duration::from_millis(300) * number).await;
        let settings = Settings { concurrency: slots, grace: SHORT, ..settings(sqs, &[queue]) };
        let worker = Worker::ended_by(&config, settings, shutdown.clone()).unwrap();
        worker.run(async |_| panic!("it could not be finished")).await.unwrap();
    }));
    let group = queue.strip_suffix(".fifo").map(|_| "a");
    let end = async {
        let all = usize::try_from(workers).unwrap() * slots;
        until("all wait for messages", || sqs.calls("ReceiveMessage") >= all).await;
        shutdown.begin();
        sqs.world().queues.get_mut(queue).unwrap().send("a1", group);
        until("it was handed out", || !sqs.world().queues[queue].delivered.is_empty()).await;
        sqs.world().queues.get_mut(queue).unwrap().send("a2", group);
    };
    tokio::join!(idle, end);
}

/// As when it is scaled down to nothing just when a message comes.
#[tokio::test]
async fn what_comes_while_a_worker_ends_is_received_once_and_left_to_the_next() {
    for queue in ["orders", "orders.fifo"] {
        let sqs = Sqs::start([Queue::new(queue, LONG)]);
        sent_while_idle_workers_end(&sqs, queue, 1, 10).await;
        let left = sqs.left(queue);
        assert_eq!(sqs.world().queues[queue].dead, [""; 0], "{left:?}");
        assert!(left.iter().all(|it| it.receipts.len() <= 1), "{left:?}");
        let (notes, all) = (Notes::default(), until("all is deleted", || sqs.is_empty(queue)));
        let handle = async |event| {
            notes.extend(bodies(&event));
            done()
        };
        run_until(&sqs, settings(&sqs, &[queue]), handle, all).await.unwrap();
        let all = if queue == "orders" { notes.sorted_firsts() } else { notes.all() };
        assert_eq!(all, ["a1", "a2"]);
    }
}

#[tokio::test]
async fn workers_that_end_together_do_not_pass_a_message_on() {
    let sqs = Sqs::start([Queue::new("orders", LONG)]);
    sent_while_idle_workers_end(&sqs, "orders", 5, 1).await;
    let left = sqs.left("orders");
    assert_eq!(sqs.world().queues["orders"].dead, [""; 0], "{left:?}");
    assert!(left.len() == 2 && left.iter().all(|it| it.receipts.len() <= 1), "{left:?}");
    assert!(left.iter().all(|it| it.is_given_back(SHORT)), "{left:?}");
}

/// Nothing is received for nothing where there is time enough.
#[tokio::test]
async fn what_comes_while_a_worker_ends_is_worked_on_if_it_can_be_finished() {
    for queue in ["orders", "orders.fifo"] {
        let sqs = Sqs::start([Queue::new(queue, LONG)]);
        let (shutdown, notes) = (Shutdown::default(), Notes::default());
        let settings = Settings { timeout: Duration::from_secs(2), ..settings(&sqs, &[queue]) };
        let worker = Worker::ended_by(&sqs.config().await, settings, shutdown.clone()).unwrap();
        let handle = async |event| {
            notes.extend(bodies(&event));
            done()
        };
        let end = async {
            until("it waits for messages", || sqs.calls("ReceiveMessage") >= 3).await;
            shutdown.begin();
            sqs.world().queues.get_mut(queue).unwrap().send("late", Some("a"));
            until("it is deleted", || sqs.is_empty(queue)).await;
            sqs.world().is_hurried = true;
        };
        let (ended, ()) = tokio::join!(worker.run(handle), end);
        ended.unwrap();
        assert_eq!(notes.all(), ["late"]);
    }
}

/// What a window gathers is given back, of which the queue is told by more than one call.
#[tokio::test]
async fn what_is_gathered_is_given_back_whatever_fails() {
    for fault in [None, Some(Fault::Throttled), Some(Fault::Dropped), Some(Fault::Lost), Some(Fault::OneEntry)] {
        let sqs = Sqs::start([Queue::new("orders", LONG).with((0..25).map(|number| number.to_string()))]);
        if let Some(fault) = fault {
            sqs.fault("ChangeMessageVisibilityBatch", 1, 2, fault);
        }
        let settings = Settings {
            concurrency: 1,
            batch_size: 100,
            batch_window: Duration::from_mins(5),
            ..settings(&sqs, &["orders"])
        };
        let grace = settings.grace;
        let gathered = until("it is gathered", || sqs.world().queues["orders"].delivered.len() == 25);
        run_until(&sqs, settings, async |_| panic!("nothing began"), gathered).await.unwrap();
        let left = sqs.left("orders");
        assert_eq!(left.iter().filter(|it| it.is_given_back(grace)).count(), 25, "{fault:?}: {left:?}");
    }
}

#[tokio::test]
async fn what_goes_on_when_the_grace_is_over_is_dropped_and_given_back_at_once() {
    let sqs = Sqs::start([Queue::new("orders.fifo", LONG).with_groups(&BODIES)]);
    let began = Cell::new(false);
    let handle = async |_| {
        began.set(true);
        std::future::pending().await
    };
    let settings = Settings {
        grace: Duration::from_secs(4),
        timeout: Duration::from_mins(10),
        ..settings(&sqs, &["orders.fifo"])
    };
    run_until(&sqs, settings, handle, until("it began", || began.get())).await.unwrap();
    assert_eq!(sqs.left("orders.fifo").iter().filter(|it| it.is_visible()).count(), BODIES.len());
    // The next gets it, in its order.
    let of_orders = self::settings(&sqs, &["orders.fifo"]);
    let ordered = Ordered::default();
    let handle = async |event| ordered.handle(event, |_| false).await;
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    run_until(&sqs, of_orders, handle, all).await.unwrap();
    ordered.check();
}

/// Work that is done is not given back while its deletion fails: another would do it again.
#[tokio::test]
async fn what_is_done_is_deleted_to_the_end_of_the_grace() {
    let sqs = Sqs::start([Queue::new("orders", LONG).with(["one".to_owned()])]);
    sqs.fault("DeleteMessageBatch", 1, 3, Fault::Failed);
    let fails = until("the deletion fails", || sqs.calls("DeleteMessageBatch") > 0);
    run_until(&sqs, settings(&sqs, &["orders"]), async |_| done(), fails).await.unwrap();
    assert!(sqs.is_empty("orders"));
}

#[tokio::test]
async fn what_fails_meanwhile_waits_for_its_visibility_timeout() {
    let sqs = Sqs::start([Queue::new("orders", LONG).with(["good".to_owned(), "bad".to_owned()])]);
    let began = Cell::new(false);
    let handle = async |event| {
        began.set(true);
        sleep(Duration::from_millis(300)).await;
        let records = records(&event);
        given_back(&records.iter().filter(|it| it["body"] == "bad").collect::<Vec<_>>())
    };
    run_until(&sqs, settings(&sqs, &["orders"]), handle, until("it began", || began.get())).await.unwrap();
    let left = sqs.left("orders");
    assert!(matches!(left.as_slice(), [bad] if bad.body == "bad" && !bad.is_visible()), "{left:?}");
}

#[tokio::test]
async fn told_twice_it_ends_at_once() {
    let sqs = Sqs::start([Queue::new("orders", LONG).with(["one".to_owned()])]);
    let began = Cell::new(false);
    let handle = async |_| {
        began.set(true);
        std::future::pending().await
    };
    let shutdown = Shutdown::default();
    let settings = Settings { grace: Duration::from_hours(1), ..settings(&sqs, &["orders"]) };
    let worker = Worker::ended_by(&sqs.config().await, settings, shutdown.clone()).unwrap();
    let end = async {
        until("it began", || began.get()).await;
        shutdown.begin();
        shutdown.begin();
    };
    let (ended, ()) = tokio::join!(worker.run(handle), end);
    assert!(matches!(ended, Err(WorkerError::AtOnce)));
    assert_eq!(sqs.left("orders").len(), 1);
}

#[tokio::test]
async fn a_worker_whose_queues_never_answered_ends() {
    let sqs = Sqs::start([]);
    let tried = until("it was tried", || sqs.calls("GetQueueAttributes") > 1);
    run_until(&sqs, settings(&sqs, &["missing"]), async |_| done(), tried).await.unwrap();
}

/// Tells a worker to end by the `nth` call of `action`. What it processed is deleted, and all else is to be had by
/// others, who do it in its order.
async fn ended_by(action: &'static str, nth: usize, fault: Option<Fault>, visibility: u64) {
    let sqs = Sqs::start([Queue::new("orders.fifo", visibility).with_groups(&BODIES)]);
    if let Some(fault) = fault {
        sqs.fault(action, nth, nth, fault);
    }
    let shutdown = Shutdown::default();
    sqs.world().end_at = Some((action, nth, shutdown.clone()));
    let ordered = Ordered::default();
    let handle = async |event| {
        // Longer than half of the short visibility timeout.
        sleep(Duration::from_millis(if visibility < LONG { 2_200 } else { 100 })).await;
        ordered.handle(event, |_| false).await
    };
    let of_orders = settings(&sqs, &["orders.fifo"]);
    let worker = Worker::ended_by(&sqs.config().await, of_orders.clone(), shutdown.clone()).unwrap();
    let end = async {
        until("the call is made", || shutdown.has_begun()).await;
        sqs.world().is_hurried = true;
    };
    let (ended, ()) = tokio::join!(worker.run(&handle), end);
    ended.unwrap();
    sqs.world().is_hurried = false;
    let left = sqs.left("orders.fifo");
    let processed = ordered.notes.all();
    assert!(left.iter().all(|it| it.is_given_back(of_orders.grace)), "{action} {nth} {fault:?}: {left:?}");
    assert!(left.iter().all(|it| !processed.contains(&it.body)), "{action} {nth} {fault:?}: {left:?} {processed:?}");
    assert_eq!(left.len() + processed.len(), BODIES.len(), "{action} {nth} {fault:?}");
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    run_until(&sqs, of_orders, &handle, all).await.unwrap();
    ordered.check();
}

#[tokio::test]
async fn told_to_end_at_each_call_it_deletes_what_it_did_and_gives_back_the_rest() {
    let mut all = Vec::new();
    for nth in 1..=3 {
        all.push(ended_by("ReceiveMessage", nth, None, LONG).boxed_local());
    }
    for fault in [None, Some(Fault::Throttled), Some(Fault::Dropped), Some(Fault::Lost), Some(Fault::OneEntry)] {
        all.push(ended_by("GetQueueAttributes", 1, fault, LONG).boxed_local());
        all.push(ended_by("DeleteMessageBatch", 1, fault, LONG).boxed_local());
        all.push(ended_by("ChangeMessageVisibilityBatch", 1, fault, 4).boxed_local());
    }
    futures::future::join_all(all).await;
}

//! What becomes of messages by what the handler answers.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::value::RawValue;
use worker::Settings;

use crate::fake::{Queue, Sqs, until};
use crate::harness::{Notes, bodies, done, given_back, records, run_until, settings};

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:03}")).collect()
}

#[tokio::test]
async fn every_message_is_processed_once_and_deleted() {
    let sqs = Sqs::start([Queue::new("orders", 30).with(numbered(57))]);
    let notes = Notes::default();
    let handle = async |event| {
        let bodies = bodies(&event);
        assert!(bodies.len() <= 10);
        notes.extend(bodies);
        done()
    };
    run_until(&sqs, settings(&sqs, &["orders"]), handle, until("all is deleted", || sqs.is_empty("orders")))
        .await
        .unwrap();
    let mut all = notes.all();
    all.sort();
    assert_eq!(all, numbered(57));
}

#[tokio::test]
async fn an_event_is_of_one_queue_and_has_what_lambda_gives() {
    let orders = Queue::new("orders", 30).with(["one".to_owned()]);
    let returns = Queue::new("returns", 30).with(["two".to_owned()]);
    let sqs = Sqs::start([orders, returns]);
    let (requests, seen) = (RefCell::new(BTreeSet::new()), Cell::new(0));
    let handle = async |event| {
        let records = records(&event);
        assert!(requests.borrow_mut().insert(event.context.request_id.clone()), "the request id is new");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        assert!(u128::from(event.context.deadline) > now.as_millis());
        assert!(!event.context.env_config.function_name.is_empty());
        let [record] = records.as_slice() else { panic!("{records:?}") };
        let queue = if record["body"] == "one" { "orders" } else { "returns" };
        assert_eq!(record["eventSourceARN"], format!("arn:aws:sqs:eu-central-1:123456789012:{queue}"));
        assert_eq!((&record["eventSource"], &record["awsRegion"]), (&"aws:sqs".into(), &"eu-central-1".into()));
        assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
        seen.set(seen.get() + 1);
        done()
    };
    let all = until("all is deleted", || sqs.is_empty("orders") && sqs.is_empty("returns"));
    run_until(&sqs, settings(&sqs, &["orders", "returns"]), handle, all).await.unwrap();
    assert_eq!(seen.get(), 2);
}

#[tokio::test]
async fn only_what_is_given_back_comes_back_and_in_the_end_it_is_buried() {
    let mut queue = Queue::new("orders", 3).with(numbered(5));
    queue.max_receive_count = Some(3);
    let sqs = Sqs::start([queue]);
    let notes = Notes::default();
    let handle = async |event| {
        let records = records(&event);
        notes.extend(bodies(&event));
        given_back(&records.iter().filter(|record| record["body"] == "003").collect::<Vec<_>>())
    };
    let buried = until("it is buried", || !sqs.world().queues["orders"].dead.is_empty());
    run_until(&sqs, settings(&sqs, &["orders"]), handle, buried).await.unwrap();
    assert_eq!(sqs.world().queues["orders"].dead, ["003"]);
    assert!(sqs.is_empty("orders"));
    assert_eq!(notes.count("003"), 3);
    assert!(["000", "001", "002", "004"].iter().all(|body| notes.count(body) == 1), "{:?}", notes.all());
}

/// Each of the ways in which a whole batch fails: it returns, and the worker goes on.
#[tokio::test]
async fn a_batch_that_fails_returns_whole_and_the_worker_goes_on() {
    for way in ["error", "panic", "timeout", "no answer", "unknown id"] {
        let sqs = Sqs::start([Queue::new("orders", 1).with(numbered(3))]);
        let notes = Notes::default();
        let handle = async |event| {
            notes.extend(bodies(&event));
            if notes.all().len() > 3 {
                return done();
            }
            match way {
                "error" => Err("the table is gone".into()),
                "panic" => panic!("a bug of the handler"),
                "timeout" => std::future::pending().await,
                "no answer" => Ok(RawValue::from_string("\"ok\"".to_owned())?),
                _ => Ok(RawValue::from_string(r#"{"batchItemFailures":[{"itemIdentifier":"x"}]}"#.to_owned())?),
            }
        };
        let settings = Settings { timeout: Duration::from_millis(300), ..settings(&sqs, &["orders"]) };
        run_until(&sqs, settings, handle, until(way, || sqs.is_empty("orders"))).await.unwrap();
        for body in numbered(3) {
            assert!(notes.count(&body) >= 2, "{way}: {:?}", notes.all());
        }
    }
}

#[tokio::test]
async fn a_window_gathers_a_batch_from_several_receives() {
    let sqs = Sqs::start([Queue::new("orders", 30).with(numbered(25))]);
    let sizes = RefCell::new(Vec::new());
    let handle = async |event| {
        sizes.borrow_mut().push(bodies(&event).len());
        done()
    };
    let settings = Settings {
        concurrency: 1,
        batch_size: 25,
        batch_window: Duration::from_mins(5),
        ..settings(&sqs, &["orders"])
    };
    run_until(&sqs, settings, handle, until("all is deleted", || sqs.is_empty("orders"))).await.unwrap();
    assert_eq!(*sizes.borrow(), [25]);
}

#[tokio::test]
async fn what_is_gathered_stays_hidden_and_goes_when_the_window_ends() {
    let sqs = Sqs::start([Queue::new("orders", 1).with(numbered(3))]);
    let notes = Notes::default();
    let handle = async |event| {
        notes.extend(bodies(&event));
        done()
    };
    let settings = Settings {
        concurrency: 1,
        batch_size: 100,
        batch_window: Duration::from_secs(3),
        ..settings(&sqs, &["orders"])
    };
    run_until(&sqs, settings, handle, until("all is deleted", || sqs.is_empty("orders"))).await.unwrap();
    assert!(sqs.calls("ChangeMessageVisibilityBatch") > 0);
    assert_eq!(notes.sorted_firsts(), numbered(3));
}

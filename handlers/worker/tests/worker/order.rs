//! The order within message groups.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent};
use serde_json::value::RawValue;

use crate::fake::{Fault, Queue, Sqs, until};
use crate::harness::{Notes, given_back, records, run_until, settings};

pub(crate) const BODIES: [&str; 9] = ["a1", "a2", "b1", "a3", "c1", "b2", "a4", "c2", "b3"];

/// A handler as one of a FIFO queue has to be: each group stops at its first failure. It sees that no group is at work
/// twice.
#[derive(Debug, Default)]
pub(crate) struct Ordered {
    /// What was processed, in its order.
    pub(crate) notes: Notes,
    at_work: RefCell<BTreeSet<String>>,
}

impl Ordered {
    pub(crate) async fn handle(
        &self,
        event: LambdaEvent<Box<RawValue>>,
        fails: impl Fn(&str) -> bool,
    ) -> Result<Box<RawValue>, Error> {
        let records = records(&event);
        let group = |record: &serde_json::Value| record["attributes"]["MessageGroupId"].as_str().unwrap().to_owned();
        let groups: BTreeSet<_> = records.iter().map(group).collect();
        assert!(self.at_work.borrow().is_disjoint(&groups), "a group is at work twice");
        let _guard = Guard::new(&self.at_work, groups);
        let mut stopped = BTreeSet::new();
        let mut failed = Vec::new();
        for record in &records {
            tokio::time::sleep(Duration::from_millis(5)).await;
            let body = record["body"].as_str().unwrap();
            if stopped.contains(&group(record)) || fails(body) {
                stopped.insert(group(record));
                failed.push(record);
            } else {
                self.notes.add(body);
            }
        }
        given_back(&failed)
    }

    /// Asserts that all was processed, each first time in the order of its group.
    #[track_caller]
    pub(crate) fn check(&self) {
        let firsts = self.notes.firsts();
        for group in ["a", "b", "c"] {
            let of_group = |bodies: &[String]| -> Vec<String> {
                bodies.iter().filter(|body| body.starts_with(group)).cloned().collect()
            };
            assert_eq!(of_group(&firsts), of_group(&BODIES.map(str::to_owned)), "{:?}", self.notes.all());
        }
    }
}

/// Groups that are at work until this is dropped, also when the worker is.
struct Guard<'a>(&'a RefCell<BTreeSet<String>>, BTreeSet<String>);

impl<'a> Guard<'a> {
    fn new(at_work: &'a RefCell<BTreeSet<String>>, groups: BTreeSet<String>) -> Self {
        at_work.borrow_mut().extend(groups.iter().cloned());
        Self(at_work, groups)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.borrow_mut().retain(|group| !self.1.contains(group));
    }
}

#[tokio::test]
async fn a_group_keeps_its_order_when_messages_fail() {
    let sqs = Sqs::start([Queue::new("orders.fifo", 3).with_groups(&BODIES)]);
    let ordered = Ordered::default();
    let failures = Notes::default();
    let handle = async |event| {
        ordered
            .handle(event, |body| {
                let fails = ["a2", "b1", "a3"].contains(&body) && failures.count(body) < 1;
                if fails {
                    failures.add(body);
                }
                fails
            })
            .await
    };
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    run_until(&sqs, settings(&sqs, &["orders.fifo"]), handle, all).await.unwrap();
    ordered.check();
    assert_eq!(ordered.notes.all().len(), BODIES.len(), "each was processed once: {:?}", ordered.notes.all());
}

/// Deleting one of each batch fails until its receipt is over: it comes back, and is only deleted then.
#[tokio::test]
async fn what_was_processed_and_not_deleted_is_not_processed_after_those_behind_it() {
    let sqs = Sqs::start([Queue::new("orders.fifo", 2).with_groups(&BODIES)]);
    sqs.fault("DeleteMessageBatch", 1, 12, Fault::OneEntry);
    let ordered = Ordered::default();
    let handle = async |event| ordered.handle(event, |_| false).await;
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    run_until(&sqs, settings(&sqs, &["orders.fifo"]), handle, all).await.unwrap();
    ordered.check();
    assert_eq!(ordered.notes.all().len(), BODIES.len(), "each was processed once: {:?}", ordered.notes.all());
}

/// While nothing can be hidden for longer, slow work is handed out again: the same process waits for it.
#[tokio::test]
async fn a_group_is_not_at_work_twice_when_it_cannot_be_kept_hidden() {
    let sqs = Sqs::start([Queue::new("orders.fifo", 1).with_groups(&BODIES)]);
    sqs.fault("ChangeMessageVisibilityBatch", 1, usize::MAX, Fault::Failed);
    let ordered = Ordered::default();
    let handle = async |event| {
        let slow = ordered.notes.all().is_empty();
        let answer = ordered.handle(event, |_| false).await;
        if slow {
            tokio::time::sleep(Duration::from_millis(2_500)).await;
        }
        answer
    };
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    run_until(&sqs, settings(&sqs, &["orders.fifo"]), handle, all).await.unwrap();
    ordered.check();
}

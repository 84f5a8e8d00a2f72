//! A worker that is killed at any time loses nothing, and keeps the order of groups.

use std::cell::Cell;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::time::timeout;
use worker::{Settings, Shutdown, Worker};

use crate::fake::{ACTIONS, Fault, Queue, Sqs, until};
use crate::harness::{run_until, settings};
use crate::order::{BODIES, Ordered};

/// What happens to one queue.
#[derive(Debug, Clone)]
struct Story {
    /// After how many milliseconds each worker is gone.
    kills: Vec<u64>,
    /// Whether it is told to end before.
    is_told: bool,
    faults: Vec<(usize, usize, usize)>,
    /// Every how manieth message fails at first.
    fails: usize,
}

fn story() -> impl Strategy<Value = Story> {
    let faults = proptest::collection::vec((0..ACTIONS.len(), 1..8_usize, 0..5_usize), 0..4);
    (proptest::collection::vec(0..900_u64, 1..3), any::<bool>(), faults, 2..5_usize)
        .prop_map(|(kills, is_told, faults, fails)| Story { kills, is_told, faults, fails })
}

async fn play(story: &Story) {
    const KINDS: [Fault; 5] = [Fault::Throttled, Fault::Failed, Fault::Dropped, Fault::Lost, Fault::OneEntry];
    let sqs = Sqs::start([Queue::new("orders.fifo", 1).with_groups(&BODIES)]);
    for (action, nth, kind) in &story.faults {
        sqs.fault(ACTIONS[*action], *nth, *nth, KINDS[*kind]);
    }
    let ordered = Ordered::default();
    let count = Cell::new(0_usize);
    let handle = async |event| {
        ordered
            .handle(event, |_| {
                count.set(count.get() + 1);
                count.get() < 20 && count.get().is_multiple_of(story.fails)
            })
            .await
    };
    for kill in &story.kills {
        let shutdown = Shutdown::default();
        let settings = Settings { grace: Duration::from_secs(1), ..settings(&sqs, &["orders.fifo"]) };
        let worker = Worker::ended_by(&sqs.config().await, settings, shutdown.clone()).unwrap();
        if story.is_told {
            let end = async {
                tokio::time::sleep(Duration::from_millis(kill / 2)).await;
                shutdown.begin();
            };
            let _ = timeout(Duration::from_millis(*kill), futures::future::join(worker.run(&handle), end)).await;
        } else {
            let _ = timeout(Duration::from_millis(*kill), worker.run(&handle)).await;
        }
    }
    let all = until("all is deleted", || sqs.is_empty("orders.fifo"));
    run_until(&sqs, settings(&sqs, &["orders.fifo"]), &handle, all).await.unwrap();
    ordered.check();
}

#[test]
fn killed_at_any_time_nothing_is_lost_and_groups_keep_their_order() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config =
        ProptestConfig { cases: 12, max_shrink_iters: 20, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config)
        .run(&story(), |story| {
            let played = std::panic::AssertUnwindSafe(|| runtime.block_on(play(&story)));
            std::panic::catch_unwind(played).map_err(|_| TestCaseError::fail("see above"))
        })
        .unwrap();
}

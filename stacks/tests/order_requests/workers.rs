//! Workers in place of functions, as processes of the local cloud.

use std::collections::BTreeSet;

use futures::stream::{self, StreamExt};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde_json::json;
use testing::{ApiFaults, FailedCalls, Item, LocalCloud, Worker, eventually, eventually_that, integer};

use crate::options::is_in_order;
use crate::system::{DLQS, QUEUES, System};
use crate::{api, delivery, grants};

const WORKERS: (&str, &str) = ("compute", "kubernetes");
const SHARED: &str = "ProcessingWorker";
const FAULTS: ApiFaults = ApiFaults { throttled: 0.05, unanswered: 0.03 };

pub(crate) async fn all_is_with_workers_as_it_is_with_functions(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "workers", &[WORKERS]);
    assert_eq!(running(&system, SHARED), 0, "there are no messages");
    api::requests_are_stored_published_and_processed(&system).await;
    assert!(running(&system, SHARED) > 0);
    delivery::a_redelivered_message_changes_nothing(&system).await;
    eventually_that("no process is left", async || running(&system, SHARED), |left| *left == 0).await;
    let mut most = 0;
    let crowd = delivery::of_a_thousand_inputs_each_ends_in_one_place(&system);
    let watched = async {
        loop {
            most = most.max(running(&system, SHARED));
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
    };
    tokio::select! {
        () = crowd => {}
        () = watched => {}
    }
    assert!(most >= 1, "{most}");
    eventually_that("no process is left", async || running(&system, SHARED), |left| *left == 0).await;
    assert_eq!(system.denied_calls().await, []);
    assert_eq!(system.worker(SHARED).restarts, 0);
}

pub(crate) async fn workers_keep_the_order_of_arrival(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "queued", &[WORKERS, ("ordering", "fifo"), ("processing", "per-status")]);
    let ids = ["ProcessingPendingWorker", "ProcessingApprovedWorker", "ProcessingRejectedWorker"];
    for (queue, dead) in QUEUES.into_iter().zip(DLQS) {
        // What a killed worker has begun comes back after 3 s, and it may be what the next one is killed with.
        system.give_up_after(queue, dead, 20, 3).await;
    }
    system.inject_api_faults(FAULTS).await;
    is_in_order(&system, async |round| {
        if round % 4 == 3 {
            let _ = system.kill_worker(ids[round % ids.len()], round % 8 == 3);
        }
    })
    .await;
    have_failed(system.end_api_faults().await);
    assert_eq!(dead(&system).await, [0, 0, 0]);
}

pub(crate) async fn nothing_is_lost_when_workers_are_killed_and_calls_fail(cloud: &LocalCloud) {
    const REQUESTS: usize = 10_000;
    let system = System::deploy(cloud, "killed", &[WORKERS]);
    for (queue, dead) in QUEUES.into_iter().zip(DLQS) {
        system.give_up_after(queue, dead, 20, 3).await;
    }
    system.inject_api_faults(FAULTS).await;
    let statuses = ["pending", "approved", "rejected"];
    let ended = std::cell::Cell::new(false);
    let requests = async {
        let posted: Vec<_> = stream::iter(0..REQUESTS)
            .map(async |number| {
                let request = json!({ "status": statuses[number % 3], "number": number });
                system.accepted_at_last(&request).await
            })
            .buffer_unordered(8)
            .collect()
            .await;
        ended.set(true);
        posted
    };
    let kills = async {
        let mut count = 0;
        while !ended.get() {
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            count += usize::from(system.kill_worker(SHARED, count % 2 == 0));
        }
        count
    };
    let (posted, killed) = futures::join!(requests, kills);
    assert_eq!(posted.iter().collect::<BTreeSet<_>>().len(), REQUESTS);
    assert!(killed > 1, "{killed}");
    let items: Vec<Item> = eventually("all requests are processed", async || {
        let items = system.items().await;
        let left = items.iter().filter(|item| !item.contains_key("processed_at")).count();
        if left == 0 { Ok(items) } else { Err(left) }
    })
    .await;
    let mut numbers: Vec<_> = items.iter().map(|item| integer(item, "number")).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..i64::try_from(REQUESTS).unwrap()).collect::<Vec<_>>());
    have_failed(system.end_api_faults().await);
    assert_eq!(dead(&system).await, [0, 0, 0]);
}

pub(crate) async fn no_granted_action_of_a_worker_is_needless(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "granted", &[WORKERS]);
    system.give_up_after("PendingQueueUrl", "PendingDlqUrl", 1, 2).await;
    let count = testing::no_granted_action_is_needless(&system, async |_| grants::exercise(&system).await).await;
    assert_eq!(count, 3, "the grants of the two programs");
}

pub(crate) async fn a_worker_that_is_denied_says_so_and_loses_nothing(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "denied", &[WORKERS]);
    system.deny(SHARED, "sqs:ReceiveMessage").await;
    let request_id = system.accepted(&json!({ "status": "pending" })).await;
    let is_denied = |calls: &Vec<testing::Call>| calls.iter().any(|it| it.action == "sqs:ReceiveMessage");
    eventually_that("the call is denied", async || system.denied_calls().await, is_denied).await;
    assert_eq!(system.messages("PendingQueueUrl").await, 1);
    system.allow(SHARED).await;
    system.processed(&request_id).await;

    let role = system.role("ProcessingWorker").await.replace("ProcessingWorkerRole", "ProcessingWorkerScalerRole");
    let role = role.rsplit_once('-').map_or(role.as_str(), |(start, _)| start).to_owned();
    let roles = system.iam.list_roles().send().await.unwrap().roles;
    let scaler = roles.iter().find(|it| it.role_name.starts_with(&role)).unwrap();
    let policy = system.iam.delete_role_policy().role_name(&scaler.role_name).policy_name("scaler");
    policy.send().await.unwrap();
    let problem = async || system.worker(SHARED).problem.unwrap_or_default();
    let expected = "its queues cannot be read: the role of its scaler does not allow sqs:GetQueueAttributes on ";
    eventually_that("the scaler is denied", problem, |problem| problem.starts_with(expected)).await;
}

pub(crate) async fn each_region_has_workers_of_its_own(cloud: &LocalCloud) {
    let deploy = |region| System::deploy_in(cloud, region, "regions", WORKERS);
    let (ireland, brazil) = (deploy("eu-west-1"), deploy("sa-east-1"));
    let is_processed = async |system: &System| {
        let request_id = system.accepted(&json!({ "status": "pending" })).await;
        system.processed(&request_id).await;
    };
    is_processed(&ireland).await;
    is_processed(&brazil).await;
    let status = cloud.run(&["local", "status"]);
    for region in ["eu-west-1", "sa-east-1"] {
        let line = format!("order-requests-regions/{SHARED} in {region}: ");
        assert!(status.contains(&line), "no `{line}` in {status}");
    }

    ireland.destroy();
    let status = cloud.run(&["local", "status"]);
    assert!(status.contains(&format!("order-requests-regions/{SHARED}: ")), "{status}");
    is_processed(&brazil).await;
}

pub(crate) async fn workers_end_with_the_local_cloud_and_with_their_stack(_: &LocalCloud) {
    let cloud = &LocalCloud::fresh();
    let system = System::deploy(cloud, "dev", &[WORKERS]);
    let start = async || {
        let request_id = system.accepted(&json!({ "status": "pending" })).await;
        let worker: Worker = eventually("a process runs", async || {
            let worker = system.worker(SHARED);
            if worker.processes.is_empty() { Err(worker) } else { Ok(worker) }
        })
        .await;
        system.processed(&request_id).await;
        worker.processes
    };
    let is_gone = async |processes: Vec<i32>, after: &str| {
        let lives = |pid: &i32| Pid::from_raw(*pid).is_some_and(|pid| test_kill_process(pid).is_ok());
        let left = async || processes.iter().filter(|pid| lives(pid)).count();
        eventually_that(&format!("no process is left after {after}"), left, |left| *left == 0).await;
    };

    let processes = start().await;
    kill_process(Pid::from_raw(cloud.pid().unwrap()).unwrap(), Signal::KILL).unwrap();
    is_gone(processes, "the local cloud was killed").await;

    let _ = cloud.run(&["local", "start"]);
    let processes = start().await;
    let _ = cloud.run(&["local", "stop"]);
    is_gone(processes, "the local cloud was stopped").await;

    let _ = cloud.run(&["local", "start"]);
    let processes = start().await;
    let functions = System::deploy(cloud, "dev", &[("compute", "lambda")]);
    is_gone(processes, "functions took the place of workers").await;
    assert_eq!(cloud.status()["workers"], json!([]));
    let request_id = functions.accepted(&json!({ "status": "pending" })).await;
    functions.processed(&request_id).await;

    let system = System::deploy(cloud, "dev", &[WORKERS]);
    let request_id = system.accepted(&json!({ "status": "pending" })).await;
    system.processed(&request_id).await;
    let processes = system.worker(SHARED).processes;
    system.destroy();
    is_gone(processes, "the stack was destroyed").await;
}

#[track_caller]
fn have_failed(calls: FailedCalls) {
    assert!(calls.throttled > 0 && calls.unanswered > 0, "{calls:?}");
}

fn running(system: &System, id: &str) -> usize {
    system.worker(id).processes.len()
}

async fn dead(system: &System) -> [usize; 3] {
    let mut counts = [0; 3];
    for (count, queue) in counts.iter_mut().zip(DLQS) {
        *count = system.messages(queue).await;
    }
    counts
}

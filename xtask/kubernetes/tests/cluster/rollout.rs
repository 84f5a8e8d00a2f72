//! A rollout is waited for, and its first real error is told.

use kubernetes::objects;
use kubernetes_fake::Rollout;
use serde_json::json;

use crate::fake::Fake;
use crate::workloads::small;

async fn error(rollout: Rollout) -> (String, Vec<String>) {
    let fake = Fake::start();
    fake.state().rollout = rollout;
    let (result, told) = fake.apply(&objects(&[small()]).unwrap()).await;
    (result.unwrap_err().to_string(), told)
}

#[tokio::test]
async fn a_program_that_crashes_is_told_with_its_last_lines() {
    let (error, _) = error(Rollout::Waits("CrashLoopBackOff")).await;
    assert!(error.contains("pod `orders-consume-new-1`: CrashLoopBackOff: exit code 101, Error"), "{error}");
    assert!(error.contains("\n  | thread 'main' panicked: orders-consume-new-1"), "{error}");
}

#[tokio::test]
async fn an_image_that_cannot_be_pulled_is_told() {
    let (error, _) = error(Rollout::Waits("ImagePullBackOff")).await;
    assert!(error.contains("ImagePullBackOff: so it is") && error.contains("allowed to pull"), "{error}");
    assert!(!error.contains("\n  | "), "{error}");
}

#[tokio::test]
async fn a_pod_without_a_node_is_told_and_waited_for() {
    let fake = Fake::start();
    fake.state().rollout = Rollout::Unscheduled;
    let (result, told) = fake.apply(&objects(&[small()]).unwrap()).await;
    result.unwrap();
    let trouble: Vec<_> = told.iter().filter(|line| line.contains("has trouble")).collect();
    assert_eq!(trouble.len(), 1, "{told:#?}");
    assert!(trouble[0].contains("pod `orders-consume-new-1` has no node: 0/3 nodes are available"), "{trouble:?}");
}

#[tokio::test]
async fn pods_that_a_policy_refuses_are_told_after_a_while() {
    let (error, told) = error(Rollout::Refused).await;
    assert!(error.contains("no pod can be made: pods \"a\" is forbidden: violates PodSecurity"), "{error}");
    assert_eq!(told.iter().filter(|line| line.contains("has trouble")).count(), 1, "{told:#?}");
}

#[tokio::test]
async fn a_rollout_that_takes_too_long_is_told() {
    let (error, told) = error(Rollout::Late).await;
    assert!(
        error.contains("is not ready in time: 0 of 1 pods available") && error.contains("kubectl --context dev"),
        "{error}"
    );
    assert!(told.iter().any(|line| line.contains("has not seen the change yet")), "{told:#?}");
    // Its pod runs and never is ready: only its log says why.
    let log = "; pod `orders-consume-new-1` runs and is not ready\n  | started\n  | thread 'main' panicked: orders-consume-new-1";
    assert!(error.contains(log) && error.contains("when it can read its queues"), "{error}");
}

#[tokio::test]
async fn a_worker_that_keda_has_scaled_to_nothing_is_ready() {
    let fake = Fake::start();
    let objects = objects(&[small()]).unwrap();
    fake.apply(&objects).await.0.unwrap();
    fake.put("deployments", "shop", "orders-consume", "keda-operator", &json!({"spec": {"replicas": 0}}));
    fake.state().rollout = Rollout::Waits("CrashLoopBackOff");
    let (result, told) = fake.apply(&objects).await;
    result.unwrap();
    assert!(told.contains(&"Deployment shop/orders-consume is ready".to_owned()), "{told:#?}");
    let key = ("deployments".to_owned(), "shop".to_owned(), "orders-consume".to_owned());
    assert_eq!(fake.state().objects[&key].value["spec"]["replicas"], 0);
}

#[tokio::test]
async fn what_keda_cannot_do_is_told() {
    let fake = Fake::start();
    fake.state().keda_fails = Some("error getting the queue's length: AccessDenied");
    let error = fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap_err().to_string();
    assert!(error.contains("KEDA cannot scale by ScaledObject shop/orders-consume: error getting"), "{error}");
    assert!(error.contains("sqs:GetQueueAttributes"), "{error}");
}

#[tokio::test]
async fn keda_that_says_nothing_is_told_and_stops_nothing() {
    let fake = Fake::start();
    fake.state().keda_runs = false;
    let (result, told) = fake.apply(&objects(&[small()]).unwrap()).await;
    result.unwrap();
    assert!(told.last().unwrap().contains("KEDA says nothing of it"), "{told:#?}");
}

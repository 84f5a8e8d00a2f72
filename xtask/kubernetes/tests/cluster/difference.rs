//! What an application would change is told before, and nothing is changed.

use kubernetes::{Changes, Workload, objects};
use serde_json::json;

use crate::fake::{Fake, OWNER};
use crate::workloads::{large, small};

async fn difference(fake: &Fake, workloads: &[Workload]) -> Changes {
    let before = fake.state().objects.clone();
    let changes = fake.connect().await.difference(OWNER, &objects(workloads).unwrap()).await.unwrap();
    let after = fake.state().objects.clone();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    changes
}

fn lines(changes: &Changes) -> Vec<String> {
    let text = |value: &Option<serde_json::Value>| value.as_ref().map_or("-".to_owned(), ToString::to_string);
    changes
        .differences
        .iter()
        .map(|it| format!("{} {}: {} {}", it.object, it.path, text(&it.before), text(&it.after)))
        .collect()
}

#[tokio::test]
async fn in_an_empty_cluster_all_is_new() {
    let fake = Fake::start();
    let changes = difference(&fake, &[small()]).await;
    assert_eq!(changes.differences.len(), objects(&[small()]).unwrap().len());
    assert!(changes.differences.iter().all(|it| it.before.is_none() && it.after.is_some() && it.path.is_empty()));
}

#[tokio::test]
async fn what_is_applied_does_not_differ_with_all_that_the_server_adds() {
    let fake = Fake::start();
    fake.apply(&objects(&[small(), large()]).unwrap()).await.0.unwrap();
    assert_eq!(difference(&fake, &[small(), large()]).await, Changes::default());
}

#[tokio::test]
async fn each_property_that_would_change_is_told() {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    let mut workload = small();
    workload.max_replicas = 20;
    workload.environment.insert("TABLE".to_owned(), "orders".to_owned());
    let found = lines(&difference(&fake, &[workload]).await);
    let expected = [
        "Deployment shop/orders-consume spec.template.spec.containers[worker].env[TABLE]: - {\"name\":\"TABLE\",\"value\":\"orders\"}",
        "ScaledObject shop/orders-consume spec.maxReplicaCount: 10 20",
    ];
    assert_eq!(found, expected);
}

#[tokio::test]
async fn what_would_be_removed_is_told() {
    let fake = Fake::start();
    fake.apply(&objects(&[small(), large()]).unwrap()).await.0.unwrap();
    let changes = difference(&fake, &[small()]).await;
    assert_eq!(changes.differences.len(), 7);
    assert!(changes.differences.iter().all(|it| it.before.is_some() && it.after.is_none()));
}

#[tokio::test]
async fn what_others_manage_is_told_with_what_it_would_become() {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    fake.put("scaledobjects", "shop", "orders-consume", "kubectl-edit", &json!({"spec": {"maxReplicaCount": 3}}));
    let changes = difference(&fake, &[small()]).await;
    assert_eq!(lines(&changes), ["ScaledObject shop/orders-consume spec.maxReplicaCount: 3 10"]);
    let [conflict] = changes.conflicts.as_slice() else { panic!("{changes:?}") };
    assert_eq!((conflict.path.as_str(), conflict.manager.as_str()), (".spec.maxReplicaCount", "kubectl-edit"));
}

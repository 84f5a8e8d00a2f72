//! A stack's objects are removed, and no other.

use std::time::Duration;

use insta::assert_snapshot;
use kubernetes::objects;
use serde_json::json;

use crate::fake::{Fake, OWNER, settings};
use crate::workloads::{large, small};

async fn remove(fake: &Fake) -> (Result<usize, kubernetes::Error>, Vec<String>) {
    let mut told = Vec::new();
    let result = fake.connect().await.remove(OWNER, &mut |event| told.push(event.to_string())).await;
    (result, told)
}

#[tokio::test]
async fn all_objects_are_removed_in_reverse_order_and_waited_for() {
    let fake = Fake::start();
    let objects = objects(&[small(), large()]).unwrap();
    fake.apply(&objects).await.0.unwrap();
    let (result, told) = remove(&fake).await;
    assert_eq!(result.unwrap(), objects.len());
    assert_eq!(fake.names(), [""; 0]);
    assert!(told[0].starts_with("PodMonitor") && told.last().unwrap().starts_with("Namespace"), "{told:#?}");
    assert_eq!(remove(&fake).await.0.unwrap(), 0);
}

#[tokio::test]
async fn a_namespace_that_holds_more_is_kept() {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    fake.put("configmaps", "shop", "kube-root-ca.crt", "kube-controller-manager", &json!({"data": {"a": "b"}}));
    fake.put("secrets", "shop", "password", "kubectl", &json!({"data": {"a": "b"}}));
    let (result, told) = remove(&fake).await;
    result.unwrap();
    assert_eq!(
        told.last().unwrap(),
        "Namespace shop is kept: it holds the Secret `password`, which is not of this stack"
    );
    assert_eq!(fake.names(), ["configmaps/kube-root-ca.crt", "namespaces/shop", "secrets/password"]);
}

#[tokio::test]
async fn what_holds_an_object_is_told() {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    fake.state().keda_runs = false;
    let error = remove(&fake).await.0.unwrap_err().to_string();
    assert!(error.contains("ScaledObject shop/orders-consume is still there"), "{error}");
    assert!(error.contains("it waits for `finalizer.keda.sh`"), "{error}");
    assert!(fake.names().contains(&"deployments/orders-consume".to_owned()));
}

/// Pods may take all of their grace to end, however long that is.
#[tokio::test]
async fn pods_are_waited_for_as_long_as_they_may_take() {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    fake.state().ending = 3 * settings().removal;
    remove(&fake).await.0.unwrap();
    assert_eq!(fake.names(), [""; 0]);
}

#[tokio::test]
async fn pods_that_take_longer_to_end_are_told() {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    let grace = json!({"spec": {"template": {"spec": {"terminationGracePeriodSeconds": 1}}}});
    fake.put("deployments", "shop", "orders-consume", "kubectl", &grace);
    fake.state().ending = Duration::from_hours(1);
    assert_snapshot!(remove(&fake).await.0.unwrap_err(), @r"
    Deployment shop/orders-consume is still there 1 s after its removal was asked for
      help: what belongs to it is not gone, such as a pod on a node that is lost: remove again
    ");
}

#[tokio::test]
async fn a_cluster_without_keda_has_nothing_of_it_to_remove() {
    let fake = Fake::start();
    fake.state().installed.clear();
    assert_eq!(remove(&fake).await.0.unwrap(), 0);
}

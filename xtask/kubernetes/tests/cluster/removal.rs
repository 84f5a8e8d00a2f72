//! A stack's objects are removed, and no other.

use kubernetes::objects;
use serde_json::json;

use crate::fake::{Fake, OWNER};
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

#[tokio::test]
async fn a_cluster_without_keda_has_nothing_of_it_to_remove() {
    let fake = Fake::start();
    fake.state().installed.clear();
    assert_eq!(remove(&fake).await.0.unwrap(), 0);
}

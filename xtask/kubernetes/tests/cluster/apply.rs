//! Objects are applied in order, and nothing of others is taken.

use kubernetes::{Owner, objects};
use serde_json::json;

use crate::fake::{Fake, OWNER};
use crate::workloads::{large, small};

#[tokio::test]
async fn objects_are_applied_in_order_and_the_second_time_nothing_changes() {
    let fake = Fake::start();
    let objects = objects(&[small(), large()]).unwrap();
    let (result, told) = fake.apply(&objects).await;
    let applied = result.unwrap();
    assert_eq!((applied.created, applied.changed, applied.unchanged, applied.removed), (objects.len(), 0, 0, 0));
    let expected: Vec<_> = objects.iter().map(|it| format!(" {}", it.name())).collect();
    for (told, name) in told.iter().zip(&expected) {
        assert!(told.contains(&name[1..]) && told.ends_with("is created"), "{told} {name}");
    }
    assert_eq!(told.iter().filter(|line| line.ends_with("is ready")).count(), 4, "{told:#?}");
    let calls = fake.calls().seen();
    let manager = |call: &&String| call.starts_with("PATCH") && call.contains("fieldManager=stackwright");
    let is_record = |call: &&String| call.contains("/configmaps/stackwright-");
    assert_eq!(calls.iter().filter(manager).filter(|call| !is_record(call)).count(), objects.len());
    // One for each name: both workers, a service account and the namespace.
    assert_eq!(calls.iter().filter(is_record).count(), 4);
    let (result, told) = fake.apply(&objects).await;
    let applied = result.unwrap();
    assert_eq!((applied.created, applied.changed, applied.unchanged), (0, 0, objects.len()), "{told:#?}");
}

#[tokio::test]
async fn what_the_stack_no_longer_has_is_removed_at_the_end() {
    let fake = Fake::start();
    fake.apply(&objects(&[small(), large()]).unwrap()).await.0.unwrap();
    fake.put(
        "deployments",
        "shop",
        "other",
        "kubectl",
        &json!({"metadata": {"labels": {"stackwright/stack": "other"}}}),
    );
    let (result, told) = fake.apply(&objects(&[small()]).unwrap()).await;
    assert_eq!(result.unwrap().removed, 7, "{told:#?}");
    let names = fake.names();
    assert!(!names.iter().any(|name| name.contains("orders-images")), "{names:?}");
    assert!(names.contains(&"deployments/other".to_owned()) && names.contains(&"namespaces/shop".to_owned()));
    let removed = told.iter().position(|line| line.ends_with("is removed")).unwrap();
    assert!(told[..removed].iter().any(|line| line.ends_with("is ready")));
}

#[tokio::test]
async fn without_keda_nothing_is_applied() {
    let fake = Fake::start();
    fake.state().installed.clear();
    let error = fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap_err().to_string();
    assert!(error.contains("does not know the kind TriggerAuthentication of `keda.sh/v1alpha1`"), "{error}");
    assert!(error.contains("install KEDA"), "{error}");
    assert_eq!(fake.names(), [""; 0]);
    fake.state().installed = vec!["scaledobjects", "triggerauthentications"];
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    let error = fake.apply(&objects(&[large()]).unwrap()).await.0.unwrap_err().to_string();
    assert!(error.contains("PodMonitor") && error.contains("Prometheus"), "{error}");
}

#[tokio::test]
async fn a_property_that_others_manage_is_told_and_not_taken() {
    let fake = Fake::start();
    let objects = objects(&[small()]).unwrap();
    fake.apply(&objects).await.0.unwrap();
    fake.put("scaledobjects", "shop", "orders-consume", "kubectl-edit", &json!({"spec": {"maxReplicaCount": 3}}));
    let error = fake.apply(&objects).await.0.unwrap_err().to_string();
    assert!(error.contains("cannot apply ScaledObject shop/orders-consume"), "{error}");
    assert!(error.contains("`.spec.maxReplicaCount` is managed by `kubectl-edit`"), "{error}");
    let key = ("scaledobjects".to_owned(), "shop".to_owned(), "orders-consume".to_owned());
    assert_eq!(fake.state().objects[&key].value["spec"]["maxReplicaCount"], 3);
}

#[tokio::test]
async fn what_belongs_to_others_is_not_taken_over() {
    let fake = Fake::start();
    let theirs = objects(&[small()]).unwrap();
    fake.put("namespaces", "", "shop", "kubectl", &json!({"metadata": {"name": "shop"}}));
    let error = fake.apply(&theirs).await.0.unwrap_err().to_string();
    assert!(
        error.contains("Namespace shop is there already") && error.contains("`namespace` to `Namespace::Existing`"),
        "{error}"
    );
    let mut workload = small();
    workload.creates_namespace = false;
    fake.apply(&objects(&[workload]).unwrap()).await.0.unwrap();
    assert!(fake.state().objects.len() > 5);
}

#[tokio::test]
async fn a_stack_does_not_take_objects_of_another() {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    let cluster = fake.connect().await;
    // A stack of the same name in another project is another.
    for other in [Owner { stack: "another", ..OWNER }, Owner { project: "market", ..OWNER }] {
        let theirs = objects(&[small()]).unwrap();
        let error = cluster.apply(other, &theirs, &mut |_| ()).await.unwrap_err().to_string();
        let of = "is of the stack `shop-prod-orders` of the project `shop`: expected nobody's, or of the stack";
        assert!(error.contains(of), "{error}");
        let error = cluster.difference(other, &theirs).await.unwrap_err().to_string();
        assert!(error.contains("is of the stack `shop-prod-orders`"), "{error}");
        let before = fake.names();
        assert_eq!(cluster.remove(other, &mut |_| ()).await.unwrap(), 0);
        assert_eq!(fake.names(), before);
    }
}

#[tokio::test]
async fn what_a_policy_of_the_cluster_refuses_is_told() {
    let fake = Fake::start();
    fake.state().refuses = Some(("deployments", 403, "admission webhook \"policy\" denied the request: no team label"));
    let error = fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap_err().to_string();
    assert!(error.contains("cannot apply Deployment shop/orders-consume: admission webhook"), "{error}");
    assert!(error.contains("a policy of the cluster refuses it"), "{error}");
}

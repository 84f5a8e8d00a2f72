//! What is there is compared with what was applied, and brought back.

use kubernetes::{Object, Owner, objects};
use serde_json::json;

use crate::fake::{Fake, OWNER};
use crate::workloads::{large, small};

fn edit(fake: &Fake) {
    fake.put("scaledobjects", "shop", "orders-consume", "kubectl-edit", &json!({"spec": {"maxReplicaCount": 3}}));
}

async fn applied() -> (Fake, Vec<Object>) {
    let (fake, objects) = (Fake::start(), objects(&[small(), large()]).unwrap());
    fake.apply(&objects).await.0.unwrap();
    (fake, objects)
}

#[tokio::test]
async fn what_others_changed_is_told_with_what_was_applied_and_brought_back() {
    let (fake, objects) = applied().await;
    let cluster = fake.connect().await;
    assert_eq!(cluster.drift(OWNER).await.unwrap().differences, []);
    edit(&fake);
    fake.state()
        .objects
        .retain(|(plural, _, name), _| (plural.as_str(), name.as_str()) != ("deployments", "orders-images"));
    let drift = cluster.drift(OWNER).await.unwrap();
    assert!(drift.knows("shop", "orders-images") && !drift.knows("shop", "other"));
    let found: Vec<_> = drift.differences.iter().map(|it| (it.object.to_string(), it.path.as_str())).collect();
    let expected = [
        ("Deployment shop/orders-images".to_owned(), ""),
        ("ScaledObject shop/orders-consume".to_owned(), "spec.maxReplicaCount"),
    ];
    assert_eq!((drift.read, found), (objects.len(), expected.to_vec()));
    let (before, after) = (&drift.differences[1].before, &drift.differences[1].after);
    assert_eq!((before, after), (&Some(json!(3)), &Some(json!(10))));

    let mut told = Vec::new();
    assert_eq!(cluster.restore(&drift, &mut |event| told.push(event.to_string())).await.unwrap(), 2);
    assert!(told.contains(&"Deployment shop/orders-images is ready".to_owned()), "{told:#?}");
    assert_eq!(cluster.drift(OWNER).await.unwrap().differences, []);
    assert_eq!(cluster.difference(OWNER, &objects).await.unwrap().differences, []);
}

#[tokio::test]
async fn what_was_applied_last_counts_also_when_its_pods_did_not_run() {
    let (fake, mut second) = (Fake::start(), small());
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    second.max_replicas = 99;
    fake.state().keda_fails = Some("so it is");
    fake.apply(&objects(&[second]).unwrap()).await.0.unwrap_err();
    assert_eq!(fake.connect().await.drift(OWNER).await.unwrap().differences, []);
}

#[tokio::test]
async fn what_is_of_another_stack_is_left_alone() {
    let (fake, _) = applied().await;
    edit(&fake);
    let other = Owner { project: "shop", stack: "shop-prod-returns" };
    let drift = fake.connect().await.drift(other).await.unwrap();
    assert_eq!((drift.read, drift.differences.len()), (0, 0));
}

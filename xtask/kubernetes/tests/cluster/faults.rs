//! One fault at each call is survived.

use kubernetes::objects;
use kubernetes_fake::Fault;

use crate::fake::{Fake, OWNER};
use crate::workloads::small;

const FAULTS: [Fault; 3] = [Fault::Status(500), Fault::DropBefore, Fault::DropAfter];

#[tokio::test]
async fn one_fault_at_each_call_of_an_application_and_a_removal_is_survived() {
    let objects = objects(&[small()]).unwrap();
    let all = |fault: Option<(usize, Fault)>| {
        let objects = &objects;
        async move {
            let fake = Fake::start();
            if let Some((call, fault)) = fault {
                fake.calls().fail(call, fault);
            }
            let cluster = fake.connect().await;
            let case = |error: kubernetes::Error| panic!("{fault:?}: {error}");
            cluster.apply(OWNER, objects, &mut |_| ()).await.unwrap_or_else(case);
            // With two pods and their sets, and what is kept of worker and namespace.
            assert_eq!(fake.names().len(), objects.len() + 4 + 2, "{fault:?}");
            let changes = cluster.difference(OWNER, objects).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert_eq!(changes.differences, [], "{fault:?}");
            cluster.remove(OWNER, &mut |_| ()).await.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
            assert_eq!(fake.names(), [""; 0], "{fault:?}");
            fake.calls().seen().len()
        }
    };
    let calls = all(None).await;
    assert!(calls > 80, "{calls}");
    for fault in FAULTS {
        for call in 0..calls {
            all(Some((call, fault))).await;
        }
    }
}

#[tokio::test]
async fn a_server_that_always_fails_is_given_up() {
    let fake = Fake::start();
    let cluster = fake.connect().await;
    (1..100).for_each(|call| fake.calls().fail(call, Fault::Status(503)));
    let error = cluster.apply(OWNER, &objects(&[small()]).unwrap(), &mut |_| ()).await.unwrap_err();
    assert!(error.to_string().contains("cannot read the definition of"), "{error}");
    assert_eq!(fake.calls().seen().len(), 6);
}

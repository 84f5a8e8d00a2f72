//! What is known only after deployment.

use kubernetes::{Queue, unresolved};

use crate::workloads::small;

#[test]
fn placeholders_are_let_through_and_listed_with_their_place() {
    let mut workload = small();
    workload.image = "${Registry}/orders@${Digest}".to_owned();
    workload.environment.insert("TABLE".to_owned(), "${Orders}".to_owned());
    workload.queues = vec![Queue::at("${Queue.QueueUrl}", "${AWS::Region}", 5)];
    workload.scaler_role = Some("${Scaler.Arn}".to_owned());
    let objects = kubernetes::objects(std::slice::from_ref(&workload)).unwrap();
    let deployment = objects.iter().find(|object| object.kind() == "Deployment").unwrap();
    assert!(kubernetes::yaml(deployment).contains("value: ${Queue.QueueUrl}"));
    let found: Vec<_> = unresolved(&workload).into_iter().map(|it| (it.place, it.placeholder)).collect();
    let expected = [
        ("image", "${Registry}"),
        ("image", "${Digest}"),
        ("environment.TABLE", "${Orders}"),
        ("queues[0].url", "${Queue.QueueUrl}"),
        ("queues[0].region", "${AWS::Region}"),
        ("scaler_role", "${Scaler.Arn}"),
    ];
    assert_eq!(found, expected.map(|(place, text)| (place.to_owned(), text.to_owned())));
}

#[test]
fn nothing_is_unresolved_when_all_is_known() {
    assert_eq!(unresolved(&small()), []);
}

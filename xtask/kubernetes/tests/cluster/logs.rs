//! The logs of a worker's pods come in the order of time, each line once.

use kubernetes::{LogLine, Logs, objects};
use kubernetes_fake::Fault;

use crate::fake::Fake;
use crate::workloads::small;

const SINCE: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

async fn applied() -> Fake {
    let fake = Fake::start();
    fake.apply(&objects(&[small()]).unwrap()).await.0.unwrap();
    fake
}

/// Has a pod of the worker write these lines, each at a number of milliseconds after the beginning of the year.
fn write(fake: &Fake, pod: &str, lines: &[(u32, &str)]) {
    let line = |(after, text): &(u32, &str)| {
        (format!("2026-01-01T00:00:{:02}.{:03}000001Z", after / 1_000, after % 1_000), (*text).to_owned())
    };
    fake.state().logs.entry(format!("orders-consume-{pod}-1")).or_default().extend(lines.iter().map(line));
}

async fn open(fake: &Fake, follow: bool) -> Logs {
    fake.connect().await.logs("shop-prod-orders", "shop", "orders-consume", SINCE, follow)
}

async fn all(logs: &mut Logs) -> Vec<String> {
    let mut found = Vec::new();
    while let Some(LogLine { text, .. }) = logs.next().await.unwrap() {
        found.push(text);
    }
    found
}

#[tokio::test]
async fn lines_of_all_pods_come_in_the_order_of_time() {
    let fake = applied().await;
    write(&fake, "new", &[(1, "a"), (5, "c"), (2_000, "e")]);
    write(&fake, "old", &[(2, "b"), (1_999, "d")]);
    let mut logs = open(&fake, false).await;
    let first = logs.next().await.unwrap().unwrap();
    let expected = LogLine { time: SINCE + 1, pod: "orders-consume-new-1".to_owned(), text: "a".to_owned() };
    assert_eq!(first, expected);
    assert_eq!(all(&mut logs).await, ["b", "c", "d", "e"]);
    assert_eq!(logs.next().await.unwrap(), None);
}

#[tokio::test]
async fn what_is_written_later_is_given_once_also_by_new_pods() {
    let fake = applied().await;
    write(&fake, "new", &[(1, "a"), (5, "b")]);
    write(&fake, "old", &[]);
    let mut logs = open(&fake, true).await;
    assert_eq!(all(&mut logs).await, ["a", "b"]);
    logs.go_on();
    assert_eq!(all(&mut logs).await, [""; 0]);
    // In the second that was read before, and by a pod that wrote nothing before.
    write(&fake, "new", &[(6, "c")]);
    write(&fake, "old", &[(7, "d")]);
    logs.go_on();
    assert_eq!(all(&mut logs).await, ["c", "d"]);
    // A pod that is gone is not missed.
    fake.state().objects.retain(|(plural, _, name), _| plural != "pods" || !name.contains("old"));
    write(&fake, "new", &[(9, "e")]);
    logs.go_on();
    assert_eq!(all(&mut logs).await, ["e"]);
}

#[tokio::test]
async fn a_fault_loses_and_doubles_no_line() {
    let fake = applied().await;
    write(&fake, "new", &[(1, "a"), (5, "c")]);
    write(&fake, "old", &[(2, "b")]);
    for fault in [Fault::Status(500), Fault::DropBefore, Fault::DropAfter] {
        for call in 0..4 {
            let mut logs = open(&fake, false).await;
            fake.calls().fail(fake.calls().seen().len() + call, fault);
            assert_eq!(all(&mut logs).await, ["a", "b", "c"], "{fault:?} at call {call}");
            fake.calls().heal();
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_let_read_logs_is_told() {
    let fake = applied().await;
    write(&fake, "new", &[(1, "a")]);
    let mut logs = open(&fake, false).await;
    let next = fake.calls().seen().len();
    (next + 1..next + 3).for_each(|call| fake.calls().fail(call, Fault::Status(403)));
    let error = logs.next().await.unwrap_err().to_string();
    assert!(error.contains("cannot read the logs of Pod shop/*: of the test"), "{error}");
}

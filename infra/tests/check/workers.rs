use infra::eks::{Batch, Egress, WorkQueue, Worker};
use infra::iam::Role;
use infra::sqs::{FifoQueue, StandardQueue};
use infra::{Integer, Ref, Seconds, Stack, Stage, Template, Value};
use serde::Serialize;

use crate::support::check;

#[derive(Serialize)]
struct Nothing {}

impl ::bindings::Program for Nothing {
    const NAME: &'static str = "nothing";
}

/// What `check` says of a worker of these queues, with what `change` changes of it.
#[track_caller]
fn check_worker<const N: usize>(
    queues: impl FnOnce(&mut Stack) -> [WorkQueue; N],
    change: impl FnOnce(&mut Worker),
    expected: &str,
) {
    check(
        |stack| {
            let queues = queues(stack).into();
            add(stack, "It", |worker| {
                worker.queues = queues;
                change(worker);
            });
        },
        expected,
    );
}

fn add(stack: &mut Stack, id: &'static str, change: impl FnOnce(&mut Worker)) {
    let role = stack.named(format!("{id}Role")).add(Role::for_service("pods.eks.amazonaws.com"));
    let cluster = Value::Literal(infra::ClusterName("shop".to_owned()));
    let mut worker = Worker::rust(cluster, Nothing {}).with_role(role, stack, id);
    change(&mut worker);
    stack.named(id).add(worker);
}

fn standard(stack: &mut Stack) -> Ref<StandardQueue> {
    stack.named("Orders").add(StandardQueue::default())
}

#[track_caller]
fn check_change(change: impl FnOnce(&mut Worker), expected: &str) {
    check_worker(|stack| [standard(stack).into()], change, expected);
}

#[test]
fn a_worker_as_it_is_by_default_is_sound() {
    check_change(|_| (), "");
}

#[test]
fn a_worker_consumes_queues_each_once() {
    let twice = |stack: &mut Stack| {
        let queue = standard(stack);
        [queue.into(), queue.into()]
    };
    check_worker(
        twice,
        |_| (),
        "error[worker]: `It`: it consumes `Orders` twice\n  --> HERE\n  help: name each queue once",
    );
}

#[test]
fn a_batch_is_one_that_lambda_would_make() {
    let batch = |batch: Batch| move |worker: &mut Worker| worker.batch = batch;
    check_change(
        batch(Batch { size: Integer::of::<11>(), ..Batch::default() }),
        "error[batch-size]: `It`: batch size 11 is not within 1 to 10\n  --> HERE",
    );
    check_change(batch(Batch { size: Integer::of::<10_000>(), window: Seconds::of::<1>(), ..Batch::default() }), "");
    let fifo = |stack: &mut Stack| {
        let queue_name = Some("orders.fifo".into());
        [stack.named("Orders").add(FifoQueue { queue_name, ..FifoQueue::default() }).into()]
    };
    let expected = "error[fifo-batching-window]: `It`: `Orders` is a FIFO queue, whose batches have no window\n  --> HERE\n  help: remove `window`";
    check_worker(fifo, batch(Batch { window: Seconds::of::<1>(), ..Batch::default() }), expected);
}

#[test]
fn without_names_a_worker_has_those_of_its_stack_and_its_logical_id() {
    let mut stack = Stack::new("orders", &Stage::default());
    let queue = standard(&mut stack);
    add(&mut stack, "BillingWorker", |it| it.queues = vec![queue.into()]);
    let template = Template::render(&stack);
    let properties = &template.resource("BillingWorker").unwrap()["Properties"];
    assert_eq!(
        (&properties["Namespace"], &properties["ServiceAccount"]),
        (&"orders-dev".into(), &"billing-worker".into())
    );
}

#[test]
fn a_variable_that_the_worker_is_told_by_is_not_a_stacks_to_set() {
    check_change(
        |it| {
            it.environment.insert("WORKER_TIMEOUT".to_owned(), "5".into());
        },
        "error[reserved-variable]: `It`: it sets the environment variable `WORKER_TIMEOUT`, which Stackwright or EKS sets\n  --> HERE\n  \
         help: rename it, or read what Stackwright or EKS sets",
    );
}

#[derive(Serialize)]
struct Bound {
    validator: ::bindings::Url,
}

impl ::bindings::Program for Bound {
    const NAME: &'static str = "bound";
}

/// What `check` says of a worker that is bound to `address`.
#[track_caller]
fn check_address(address: impl Into<Value<infra::Url>>, egress: &[Egress], expected: &str) {
    let bound = Bound { validator: address.into().into() };
    check(
        |stack| {
            let queue = standard(stack);
            let role = stack.named("ItRole").add(Role::for_service("pods.eks.amazonaws.com"));
            let cluster = Value::Literal(infra::ClusterName("shop".to_owned()));
            let worker = Worker::rust(cluster, bound).with_role(role, stack, "It");
            stack.named("It").add(Worker { queues: vec![queue.into()], egress: egress.to_vec(), ..worker });
        },
        expected,
    );
}

#[test]
fn what_a_worker_is_bound_to_is_let_out() {
    let url = |address: &str| infra::Url(address.to_owned());
    for (address, port) in [
        ("http://orders.example/v1", 80),
        ("https://orders.example:8443/v1:2", 8443),
        ("https://ada:secret@orders.example:8443", 8443),
        ("http://[fd00::1]", 80),
        ("https://[fd00::1]:8443?a=b", 8443),
    ] {
        let expected = format!(
            "warning[worker-egress]: `It`: `validator` is `{address}`, and its pods may not connect to port {port}\n  --> HERE\n  \
             help: add `Egress::port({port})` to its `egress`"
        );
        check_address(url(address), &[], &expected);
        check_address(url(address), &[Egress::port(5432)], &expected);
        check_address(url(address), &[Egress { ports: vec![5432, port], ip_blocks: Vec::new() }], "");
    }
    for address in ["https://orders.example", "https://orders.example:443/", "https://[fd00::1]/"] {
        check_address(url(address), &[], "");
    }
}

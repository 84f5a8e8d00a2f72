//! The stack of order requests: its template, built in each way, and what the checks say of it.

use infra::cloudwatch::Alarm;
use infra::{Stage, Template};
use stacks::order_requests::{Compute, OrderRequests, Ordering, Processing, SYSTEM};
use stackwright::{OPTION_TAG, Options};

const ORDERINGS: [Ordering; 2] = [Ordering::Standard, Ordering::Fifo];
const PROCESSINGS: [Processing; 2] = [Processing::Shared, Processing::PerStatus];

const COMPUTES: [Compute; 2] = [Compute::Lambda, Compute::Kubernetes];

fn every_way() -> impl Iterator<Item = OrderRequests> {
    let ways = ORDERINGS.into_iter().flat_map(|ordering| PROCESSINGS.map(|processing| (ordering, processing)));
    ways.flat_map(|(ordering, processing)| COMPUTES.map(|compute| OrderRequests { ordering, processing, compute }))
}

fn template(system: OrderRequests, stage: &Stage) -> Template {
    let mut stack = system.stack(stage);
    stack.description = Some(SYSTEM.description.to_owned());
    Template::render(&stack)
}

#[test]
fn the_template_is_as_reviewed() {
    let yaml = template(OrderRequests::default(), &Stage::default()).to_yaml();
    insta::assert_snapshot!("order-requests", yaml);
}

#[test]
fn the_template_in_the_other_way_is_as_reviewed() {
    let other =
        OrderRequests { ordering: Ordering::Fifo, processing: Processing::PerStatus, ..OrderRequests::default() };
    insta::assert_snapshot!("order-requests-fifo-per-status", template(other, &Stage::default()).to_yaml());
}

#[test]
fn the_template_with_workers_is_as_reviewed() {
    let workers = OrderRequests { compute: Compute::Kubernetes, ..OrderRequests::default() };
    insta::assert_snapshot!("order-requests-kubernetes", template(workers, &Stage::default()).to_yaml());
}

#[test]
fn nothing_is_found_wrong_in_any_way() {
    for system in every_way() {
        for stage in [Stage::default(), Stage::new("prod")] {
            let findings: Vec<_> = infra::check(&system.stack(&stage)).iter().map(ToString::to_string).collect();
            assert_eq!(findings, Vec::<String>::new(), "{system:?}");
        }
    }
}

#[test]
fn each_way_has_the_same_outputs_and_an_alarm_on_each_dead_letter_queue() {
    let outputs = [
        "ApiUrl",
        "OrdersTable",
        "TopicArn",
        "PendingQueueUrl",
        "ApprovedQueueUrl",
        "RejectedQueueUrl",
        "PendingDlqUrl",
        "ApprovedDlqUrl",
        "RejectedDlqUrl",
    ];
    for system in every_way() {
        let json: serde_json::Value =
            serde_json::from_str(&template(system, &Stage::default()).to_compact_json()).unwrap();
        let names: Vec<_> = json["Outputs"].as_object().unwrap().keys().collect();
        assert_eq!(names, outputs, "{system:?}");
        let stack = system.stack(&Stage::default());
        let alarms = stack.resources_of::<Alarm>().filter(|(alarm, _)| alarm.id().as_str().ends_with("DlqAlarm"));
        assert_eq!(alarms.count(), 3, "{system:?}");
    }
}

#[test]
fn two_ways_have_only_resources_of_one_type_in_common() {
    let resources = |system: OrderRequests| {
        let stack = system.stack(&Stage::default());
        let types = stack.resources().map(|it| (it.id.to_string(), it.properties().get("FifoQueue").cloned()));
        types.collect::<std::collections::BTreeMap<_, _>>()
    };
    let [standard, fifo] = ORDERINGS.map(|ordering| resources(OrderRequests { ordering, ..OrderRequests::default() }));
    let both = standard.iter().filter(|(id, _)| fifo.contains_key(*id));
    for (id, is_fifo) in both {
        assert_eq!(is_fifo, &fifo[id], "{id} would have to be replaced, under a name that the old one keeps");
    }
}

#[test]
fn every_value_of_an_option_builds_another_stack_and_the_first_is_the_default() {
    let build =
        |given: &[(String, String)]| SYSTEM.build(&Stage::default(), &Options::choose(SYSTEM.options, given).unwrap());
    let default = Template::render(&build(&[])).to_yaml();
    assert_eq!(default, template(OrderRequests::default(), &Stage::default()).to_yaml());
    for option in SYSTEM.options {
        for (number, value) in option.values.iter().enumerate() {
            let stack = build(&[(option.name.to_owned(), (*value).to_owned())]);
            assert_eq!(Template::render(&stack).to_yaml() == default, number == 0, "{}={value}", option.name);
            let tags: Vec<_> = stack.tags.iter().map(|tag| (tag.key.clone(), tag.value.literal().cloned())).collect();
            assert_eq!(tags, [(format!("{OPTION_TAG}{}", option.name), Some((*value).to_owned()))]);
        }
    }
}

#[test]
fn another_stage_has_names_of_its_own() {
    let template = template(OrderRequests::default(), &Stage::new("prod"));
    let name = |id: &str, property: &str| template.resource(id).unwrap()["Properties"][property].clone();
    assert_eq!(name("Orders", "TableName"), "orders-table-prod");
    assert_eq!(name("Topic", "TopicName"), "order-requests-prod");
    assert_eq!(name("PendingQueue", "QueueName"), "order-requests-pending-prod");
    assert_eq!(name("PendingDlq", "QueueName"), "order-requests-pending-dlq-prod");
    assert_eq!(name("Request", "FunctionName"), "order-requests-request-prod");
}

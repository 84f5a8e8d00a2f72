//! What the checks of the resources themselves find, with the message a user reads.

use bindings::Program;
use bindings::dynamodb::{Index, Query};
use infra::apigateway::{self, ApiResource, HttpMethod, Integration, Method, RequestParameter, RestApi};
use infra::cloudwatch::{Alarm, Dashboard, Metric, Series, Statistic, Widget};
use infra::dynamodb::{
    Billing, GlobalSecondaryIndex, Key, LocalSecondaryIndex, N, Projection, S, Table, Throughput, TimeToLive,
};
use infra::iam::{InlinePolicy, Policy, PolicyDocument, Principal, Role, Statement};
use infra::lambda::{EventSourceMapping, Function};
use infra::sqs::{FifoQueue, QueuePolicy, StandardQueue};
use infra::{Integer, Seconds, Stack, Stage};
use policies::action;
use serde::Serialize;

/// Builds a stack and asserts what the rule `rule` finds in it: each message, with the advice after ` | `.
#[track_caller]
fn check(rule: &str, expected: &[&str], build: impl FnOnce(&mut Stack)) {
    let mut stack = Stack::new("example", &Stage::default());
    build(&mut stack);
    let findings = infra::check(&stack).into_iter().filter(|finding| finding.rule == rule);
    let found: Vec<_> = findings
        .map(|finding| finding.message + &finding.help.map_or_else(String::new, |help| format!(" | {help}")))
        .collect();
    assert_eq!(found, expected);
}

fn sightings() -> Table {
    Table {
        global_secondary_indexes: vec![GlobalSecondaryIndex::all("by-model", Key::hash(S("model")))],
        ..Table::keyed(Key::hash_range(S("spaceship_id"), N("timestamp")))
    }
}

#[derive(Serialize)]
struct Counts {
    by_model: Index<Query>,
}

impl Program for Counts {
    const NAME: &'static str = "counts";
}

fn counts(stack: &mut Stack, index: &'static str) {
    let table = stack.named("Sightings").add(sightings());
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    let index = GlobalSecondaryIndex::all(index, Key::hash(S("model")));
    stack.named("Counts").add(Function::rust(Counts { by_model: table.index(&index).into() }).with_role(role));
}

#[test]
fn a_binding_to_an_index_that_the_table_lacks() {
    let expected = "`Counts`: binds index `by-modle`, which `Sightings` does not define | did you mean `by-model`?";
    check("unknown-index", &[expected], |stack| counts(stack, "by-modle"));
    check("unknown-index", &[], |stack| counts(stack, "by-model"));
}

#[test]
fn a_key_attribute_of_two_types() {
    let expected = "`Sightings`: the key attribute `timestamp` is N in one key and S in another | \
                    an attribute has one type: use the same in every key";
    check("key-attribute-type", &[expected], |stack| {
        let key = Key::hash_range(S("model"), S("timestamp"));
        let indexes = vec![GlobalSecondaryIndex::all("by-model", key)];
        stack.named("Sightings").add(Table { global_secondary_indexes: indexes, ..sightings() });
    });
    check("key-attribute-type", &[], |stack| {
        stack.named("Sightings").add(sightings());
    });
}

#[test]
fn an_index_whose_capacity_is_not_as_the_tables() {
    let throughput = Throughput { read_capacity_units: Integer::of::<5>(), write_capacity_units: Integer::of::<5>() };
    let expected = "`Sightings`: its index `by-model` has no capacity, while its own is fixed | \
                    set the index's `provisioned_throughput`";
    check("index-capacity", &[expected], |stack| {
        stack.named("Sightings").add(Table { billing: Billing::Provisioned { throughput }, ..sightings() });
    });
    let expected = "`Sightings`: its index `by-model` has a fixed capacity, while it is paid per request | \
                    remove the index's `provisioned_throughput`";
    check("index-capacity", &[expected], |stack| {
        let index = GlobalSecondaryIndex {
            provisioned_throughput: Some(throughput),
            ..GlobalSecondaryIndex::all("by-model", Key::hash(S("model")))
        };
        stack.named("Sightings").add(Table { global_secondary_indexes: vec![index], ..sightings() });
    });
}

#[test]
fn a_local_index_with_another_partition_or_without_a_sort_key() {
    let add = |stack: &mut Stack, key: Key| {
        let index = LocalSecondaryIndex { index_name: "by-size", key, projection: Projection::All };
        stack.named("Sightings").add(Table { local_secondary_indexes: vec![index], ..sightings() });
    };
    let expected = "`Sightings`: its local index `by-size` has the partition key `model`, not the table's \
                    `spaceship_id` | use the table's partition key, or make it a global index";
    check("local-index-key", &[expected], |stack| add(stack, Key::hash_range(S("model"), N("size"))));
    let expected = "`Sightings`: its local index `by-size` needs a sort key, and so does the table | \
                    give both keys by `Key::hash_range`";
    check("local-index-key", &[expected], |stack| add(stack, Key::hash(S("spaceship_id"))));
    check("local-index-key", &[], |stack| add(stack, Key::hash_range(S("spaceship_id"), N("size"))));
}

#[test]
fn an_expiry_that_is_part_of_the_key() {
    let expected = "`Sightings`: `timestamp` is part of its key and cannot say when an item expires | \
                    use an attribute of its own, with the time in seconds since 1970";
    check("ttl-is-key", &[expected], |stack| {
        let expiry = Some(TimeToLive("timestamp"));
        stack.named("Sightings").add(Table { time_to_live_specification: expiry, ..sightings() });
    });
}

#[test]
fn a_queue_policy_without_a_principal() {
    let expected = "`Policy`: the statement on `sqs:SendMessage` names no principal | \
                    add `.principal(...)` with the account or service";
    check("policy-principal", &[expected], |stack| {
        let queue = stack.named("Orders").add(StandardQueue::default());
        let send = Statement::allow([action::sqs::SEND_MESSAGE]).on(queue.arn());
        stack.named("Policy").add(QueuePolicy { queues: vec![queue], policy_document: PolicyDocument::from([send]) });
    });
}

#[test]
fn a_role_whose_policy_names_no_resource_or_a_principal() {
    let role = |statement: Statement| {
        move |stack: &mut Stack| {
            let policy_document = PolicyDocument::from([statement]);
            let policies = vec![InlinePolicy { policy_name: "send".to_owned(), policy_document }];
            stack.named("Role").add(Role { policies, ..Role::for_service("lambda.amazonaws.com") });
        }
    };
    let send = Statement::allow([action::sqs::SEND_MESSAGE]);
    let expected =
        "`Role`: the statement on `sqs:SendMessage` names no resource | add `.on(...)` with the resource's ARN";
    check("policy-resource", &[expected], role(send.clone()));
    let expected = "`Role`: the statement on `sqs:SendMessage` names a principal, which is the role itself | \
                    remove the principal";
    check("policy-principal", &[expected], role(send.on("*").principal(Principal::Any)));
}

#[test]
fn a_queue_that_shows_a_message_again_while_the_function_works_on_it() {
    let expected = "`Source`: `Orders` hides a message for 30 s, and `Counts` may take 10 s | \
                    set the queue's `visibility_timeout` to 60 s, six times the function's timeout";
    check("visibility-timeout", &[expected], |stack| {
        counts(stack, "by-model");
        let queue = stack.named("Orders").add(FifoQueue::default());
        let (function, _) = stack.resources_of::<Function>().next().unwrap();
        stack.named("Source").add(EventSourceMapping {
            queue,
            function_name: function.into(),
            batch_size: Integer::of::<10>(),
            maximum_batching_window_in_seconds: None,
            function_response_types: Vec::new(),
            scaling_config: None,
            filter_criteria: None,
        });
    });
}

fn mock() -> Integration {
    Integration::Mock { request_templates: [].into(), integration_responses: Vec::new() }
}

#[test]
fn a_path_parameter_that_the_path_lacks() {
    let method = |name: &'static str| {
        move |stack: &mut Stack| {
            let api = stack.named("Api").add(RestApi::named("orders"));
            let part = ApiResource { rest_api_id: api, parent_id: None, path_part: "{orderId}".to_owned() };
            let path = stack.named("Order").add(part);
            stack.named("Get").add(Method {
                request_parameters: [(RequestParameter::Path(name.to_owned()), true)].into(),
                ..Method::open(api, Some(path), HttpMethod::Get, mock())
            });
        }
    };
    check("path-parameter", &["`Get`: its path has no parameter `order`"], method("order"));
    check("path-parameter", &[], method("orderId"));
    let expected = "`Get`: no validator asks for its required parameters | \
                    set `request_validator_id` to one with `validate_request_parameters`";
    check("not-validated", &[expected], method("orderId"));
}

#[test]
fn a_part_of_a_path_with_a_slash() {
    let expected = "`Orders`: `orders/{id}` is not one part of a path | \
                    use letters, digits and `-._:`, or `{name}`, or `{name+}`, without `/`";
    check("path-part", &[expected], |stack| {
        let api = stack.named("Api").add(RestApi::named("orders"));
        let part = |part: &str| ApiResource { rest_api_id: api, parent_id: None, path_part: part.to_owned() };
        stack.named("Orders").add(part("orders/{id}"));
        stack.named("Rest").add(part("{proxy+}"));
    });
}

#[test]
fn an_api_that_is_deployed_before_its_methods() {
    let expected = "`Live";
    let mut stack = Stack::new("example", &Stage::default());
    let api = stack.named("Api").add(RestApi::named("orders"));
    apigateway::deploy(&mut stack, "Live", api);
    let finding = infra::check(&stack).into_iter().find(|finding| finding.rule == "empty-api").unwrap();
    assert!(finding.message.starts_with(expected) && finding.message.ends_with("`Api` has no method to deploy"));
    stack.named("Get").add(Method::open(api, None, HttpMethod::Get, mock()));
    assert!(infra::check(&stack).iter().any(|finding| finding.rule == "stale-deployment"));
}

#[test]
fn an_alarm_with_a_period_that_cloudwatch_does_not_know() {
    check("alarm-period", &["`Alarm`: a period of 45 s is not 10, 20, 30 or a multiple of 60 s"], |stack| {
        let queue = stack.named("Orders").add(StandardQueue::default());
        stack.named("Alarm").add(Alarm { period: Seconds::of::<45>(), ..Alarm::messages_in(queue) });
    });
}

#[test]
fn a_dashboard_that_cloudwatch_does_not_take() {
    let with = |widgets: fn(Metric) -> Vec<Widget>| {
        move |stack: &mut Stack| {
            let queue = stack.named("Orders").add(StandardQueue::default());
            let widgets = widgets(Metric::visible_messages(queue));
            stack.named("Dashboard").add(Dashboard { dashboard_name: None, widgets });
        }
    };
    let message = "`Dashboard`: 501 metrics, 501 of them in one widget, are more than 2500 and 500";
    check(
        "dashboard-size",
        &[message],
        with(|metric| vec![Widget::metrics("All", vec![Series::of(metric, Statistic::Sum); 501])]),
    );
    let message = "`Dashboard`: 501 widgets are more than 500";
    check("dashboard-size", &[message], with(|_| vec![Widget::metrics("All", []); 501]));
    let expected = [
        "`Dashboard`: a widget of 25 x 6 is not of 1 to 24 x 1 to 1000",
        "`Dashboard`: a percentile in `All` is not 1 to 99",
        "`Dashboard`: 0 alarms in `Alarms` are not 1 to 100",
    ];
    check(
        "dashboard-widget",
        &expected,
        with(|metric| {
            let wide = Widget { width: 25, ..Widget::metrics("Wide", []) };
            vec![wide, Widget::metrics("All", [Series::percentile(metric, 100)]), Widget::alarms("Alarms", [])]
        }),
    );
}

#[test]
fn a_role_and_the_policies_attached_to_it_count_together() {
    let document = |count: usize| {
        let queue = |n| format!("arn:aws:sqs:sa-east-1:123456789012:orders-{n:04}");
        let statement = (0..count).fold(Statement::allow([action::sqs::SEND_MESSAGE]), |it, n| it.on(queue(n)));
        PolicyDocument::from([statement])
    };
    let build = |count: usize| {
        move |stack: &mut Stack| {
            let inline = InlinePolicy { policy_name: "own".to_owned(), policy_document: document(count) };
            let role = Role { policies: vec![inline], ..Role::for_service("lambda.amazonaws.com") };
            let role = stack.named("Role").add(role);
            let (policy_name, policy_document) = ("more".to_owned(), document(count));
            stack.named("More").add(Policy { policy_name, policy_document, roles: vec![role] });
        }
    };
    let expected = "`Role`: its inline policies and `More` are 11174 characters together, 10240 are allowed | \
                    move a part of them into a managed policy";
    check("policy-size", &[expected], build(112));
    check("policy-size", &[], build(90));
}

//! The stack of the spaceships system: its template and what the checks say of it.

use infra::apigateway::{Deployment, RestApi};
use infra::lambda::Function;
use infra::sqs::{FifoQueue, StandardQueue, VisibilityTimeout};
use infra::{Ref, Seconds, Stack, Stage, Template};
use parts::Route;
use stackwright::Options;

fn stack() -> Stack {
    stacks::spaceships::SYSTEM.build(&Stage::default(), &Options::default())
}

#[test]
fn the_template_is_as_reviewed() {
    insta::assert_snapshot!("spaceships", Template::render(&stack()).to_yaml());
}

#[test]
fn nothing_is_found_wrong() {
    let findings: Vec<_> = infra::check(&stack()).iter().map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn yaml_and_json_say_the_same() {
    let template = Template::render(&stack());
    assert_eq!(Template::parse(&template.to_yaml()).unwrap(), template);
    assert_eq!(Template::parse(&template.to_json()).unwrap(), template);
    assert_eq!(Template::parse(&template.to_compact_json()).unwrap(), template);
}

#[test]
fn two_renders_are_the_same_bytes() {
    let (first, second) = (Template::render(&stack()), Template::render(&stack()));
    assert_eq!(first.to_yaml(), second.to_yaml());
    assert_eq!(first.to_compact_json(), second.to_compact_json());
}

#[test]
fn another_stage_has_names_of_its_own() {
    let template = Template::render(&stacks::spaceships::stack(&Stage::new("prod")));
    let name = |id: &str, property: &str| template.resource(id).unwrap()["Properties"][property].clone();
    assert_eq!(name("SightingsQueue", "QueueName"), "spaceships-sightings-prod.fifo");
    assert_eq!(name("SightingsDlq", "QueueName"), "spaceships-sightings-dlq-prod.fifo");
    assert_eq!(name("Sightings", "TableName"), "spaceships-sightings-prod");
    assert_eq!(name("Consumer", "FunctionName"), "spaceships-consumer-prod");
    assert_eq!(name("ConsumerLogGroup", "LogGroupName"), "/aws/lambda/spaceships-consumer-prod");
}

/// A stack with a queue and an API, as one that is changed in places.
struct Example {
    function_name: &'static str,
    visibility_timeout: VisibilityTimeout,
    routes: fn(Ref<Function>) -> Vec<Route>,
}

const EXAMPLE: Example = Example {
    function_name: "reports",
    visibility_timeout: Seconds::of::<30>(),
    routes: |function| vec![Route::get("/reports", function)],
};

impl Example {
    /// The logical id of its API's deployment.
    #[expect(clippy::unwrap_used, reason = "a test")]
    fn deployment(&self) -> String {
        let mut stack = Stack::new("example", &Stage::default());
        let queue = FifoQueue { visibility_timeout: Some(self.visibility_timeout), ..FifoQueue::default() };
        stack.named("Queue").add(queue);
        let program = spaceships::calculator::Bindings {
            sightings: bindings::dynamodb::Table::declared("sightings".into(), "*".into()),
            sightings_by_model: bindings::dynamodb::Index::declared("by-model".into(), "*".into()),
            stats_cache: bindings::dynamodb::Table::declared("cache".into(), "*".into()),
        };
        let function = Function { function_name: Some(self.function_name.into()), ..Function::rust(program) };
        let function = parts::function(&mut stack, "Reports", function);
        let api = parts::rest_api(&mut stack, "Api", RestApi::named("example"), &(self.routes)(function));
        parts::publish(&mut stack, api, "v1");
        let (deployment, _) = stack.resources_of::<Deployment>().next().unwrap();
        deployment.id().to_string()
    }
}

#[test]
fn a_changed_route_is_deployed_anew() {
    let moved = Example { routes: |function| vec![Route::get("/summary", function)], ..EXAMPLE };
    let added = Example { routes: |it| vec![Route::get("/reports", it), Route::post("/reports", it)], ..EXAMPLE };
    assert_ne!(moved.deployment(), EXAMPLE.deployment());
    assert_ne!(added.deployment(), EXAMPLE.deployment());
}

#[test]
fn a_renamed_function_is_deployed_anew_because_its_arn_is_another() {
    let renamed = Example { function_name: "summaries", ..EXAMPLE };
    assert_ne!(renamed.deployment(), EXAMPLE.deployment());
}

#[test]
fn a_changed_queue_keeps_the_deployment() {
    let changed = Example { visibility_timeout: Seconds::of::<60>(), ..EXAMPLE };
    assert_eq!(changed.deployment(), EXAMPLE.deployment());
}

#[test]
fn the_order_of_routes_keeps_the_deployment() {
    let one = Example { routes: |it| vec![Route::get("/a", it), Route::get("/b", it)], ..EXAMPLE };
    let other = Example { routes: |it| vec![Route::get("/b", it), Route::get("/a", it)], ..EXAMPLE };
    assert_eq!(one.deployment(), other.deployment());
}

#[test]
fn a_route_added_after_the_deployment_is_found() {
    let mut stack = stack();
    let (api, _) = stack.resources_of::<RestApi>().next().unwrap();
    let (counts, _) = stack.resources_of::<Function>().last().unwrap();
    let integration = infra::apigateway::Integration::lambda(counts);
    let method = infra::apigateway::Method::open(api, None, infra::apigateway::HttpMethod::Get, integration);
    stack.named("ApiRootGet").add(method);
    let rules: Vec<_> = infra::check(&stack).iter().map(|finding| finding.rule.clone()).collect();
    assert_eq!(rules, ["stale-deployment"]);
}

#[test]
fn a_finding_in_a_part_points_to_the_stack_that_uses_it() {
    let mut stack = Stack::new("example", &Stage::default());
    parts::standard_queue(&mut stack, "Orders", "orders.fifo", StandardQueue::default());
    let line = line!() - 1;
    let finding = infra::check(&stack).into_iter().find(|finding| finding.rule == "queue-name").unwrap();
    let location = finding.location.unwrap();
    assert_eq!((location.file.ends_with("tests/spaceships/template.rs"), location.line), (true, line));
}

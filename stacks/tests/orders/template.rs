//! The stack of the orders system: its template and what the checks say of it.

use infra::{Stack, Stage, Template};
use stackwright::Options;

fn stack() -> Stack {
    stacks::orders::SYSTEM.build(&Stage::default(), &Options::default())
}

#[test]
fn the_template_is_as_reviewed() {
    insta::assert_snapshot!("orders", Template::render(&stack()).to_yaml());
}

#[test]
fn nothing_is_found_wrong() {
    let findings: Vec<_> = infra::check(&stack()).iter().map(ToString::to_string).collect();
    assert_eq!(findings, Vec::<String>::new());
}

#[test]
fn another_stage_has_names_of_its_own() {
    let template = Template::render(&stacks::orders::stack(&Stage::new("prod")));
    let name = |id: &str, property: &str| template.resource(id).unwrap()["Properties"][property].clone();
    assert_eq!(name("OrdersQueue", "QueueName"), "OrdersQueue-prod");
    assert_eq!(name("OrdersDlq", "QueueName"), "OrdersQueue-dlq-prod");
    assert_eq!(name("OrdersTable", "TableName"), "orders-prod");
    assert_eq!(name("Processor", "FunctionName"), "orders-processor-prod");
    assert_eq!(name("ApiStage", "StageName"), "prod");
}

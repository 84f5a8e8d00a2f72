//! Step Functions: a function starts a state machine, which has another one charge, and keeps the order in a table.

use infra::dynamodb::{Key, S, Table};
use infra::lambda::Function;
use infra::stepfunctions::{Data, Retry, StateMachine, States, Task, jsonata};
use infra::{Stack, Stage};
use services::{step_functions_charge, step_functions_order};
use stackwright::System;

/// The system.
pub const SYSTEM: System =
    System::new("step-functions", "orders, which a state machine charges for and keeps", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let kept = parts::table(&mut stack, "Orders", Table::keyed(Key::hash(S("id"))));
    let charge = parts::function(
        &mut stack,
        "Charge",
        Function {
            function_name: Some(stage.physical_name("step-functions-charge").into()),
            ..Function::rust(step_functions_charge::Bindings {})
        },
    );

    let order = Data::object([("quantity", jsonata("$states.input.quantity").into())]);
    let item = Data::object([
        ("id", Data::s(jsonata("$states.context.Execution.Input.id"))),
        ("total", Data::n(jsonata("$string($states.input.total)"))),
    ]);
    let states = States::new(
        "Charge",
        Task {
            retry: vec![Retry::of_lambda()],
            flow: jsonata("$states.result.Payload").into(),
            ..Task::invoke(charge, order).then("Keep")
        },
    )
    .with("Keep", Task::put_item(kept, item));
    let orders = parts::state_machine(&mut stack, "Machine", StateMachine::standard(states));

    parts::function(
        &mut stack,
        "Order",
        Function {
            function_name: Some(stage.physical_name("step-functions-order").into()),
            ..Function::rust(step_functions_order::Bindings { orders: orders.into() })
        },
    );
    stack.output("Orders", kept);
    stack
}

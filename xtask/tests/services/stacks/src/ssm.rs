//! Systems Manager: a function reads a parameter.

use infra::lambda::Function;
use infra::ssm::Parameter;
use infra::{Stack, Stage};
use services::ssm_price;
use stackwright::System;

/// The system.
pub const SYSTEM: System = System::new("ssm", "a price that is a parameter", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let name = format!("/{}/price", stage.physical_name("shop"));
    let price = stack.named("Price").add(Parameter { name: Some(name.into()), ..Parameter::string("250") });
    parts::function(
        &mut stack,
        "Ask",
        Function {
            function_name: Some(stage.physical_name("ssm-price").into()),
            ..Function::rust(ssm_price::Bindings { price: price.into() })
        },
    );
    stack.output("Price", price);
    stack
}

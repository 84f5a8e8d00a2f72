//! Function URL: a function answers requests at an address of its own.

use infra::lambda::{Function, FunctionUrl, UrlAuth};
use infra::{Stack, Stage};
use services::greet;
use stackwright::System;

/// The system.
pub const SYSTEM: System = System {
    try_next: &["curl '{Url}?name=Ada'"],
    ..System::new("function-url", "greetings, from an address of a function", |stage, _| stack(stage))
};

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let greet = parts::function(
        &mut stack,
        "Greet",
        Function {
            function_name: Some(stage.physical_name("function-url-greet").into()),
            ..Function::rust(greet::Bindings { greeting: "good morning".to_owned() })
        },
    );
    let url = parts::function_url(&mut stack, FunctionUrl::of(greet, UrlAuth::None));
    stack.output("Url", url.url());
    stack
}

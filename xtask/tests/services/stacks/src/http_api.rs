//! HTTP API: a function answers requests.

use infra::apigatewayv2::HttpApi;
use infra::lambda::Function;
use infra::{Stack, Stage};
use parts::Route;
use services::greet;
use stackwright::System;

/// The system.
pub const SYSTEM: System = System {
    try_next: &["curl '{ApiUrl}/greetings?name=Ada'"],
    ..System::new("http-api", "greetings, from an HTTP API", |stage, _| stack(stage))
};

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let greet = parts::function(
        &mut stack,
        "Greet",
        Function {
            function_name: Some(stage.physical_name("http-api-greet").into()),
            ..Function::rust(greet::Bindings { greeting: "hello".to_owned() })
        },
    );
    let api = HttpApi::named(stage.physical_name(SYSTEM.name));
    let api = parts::http_api(&mut stack, "Api", api, &[Route::get("/greetings", greet)]);
    stack.output("ApiUrl", api.url().text());
    stack
}

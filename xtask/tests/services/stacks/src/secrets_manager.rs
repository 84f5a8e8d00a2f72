//! Secrets Manager: a function reads a password that nobody has written down.

use infra::lambda::Function;
use infra::secretsmanager::Secret;
use infra::{Stack, Stage};
use services::secrets_manager_check;
use stackwright::System;

/// The system.
pub const SYSTEM: System =
    System::new("secrets-manager", "a password that is checked and never told", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let password = stack.named("Password").add(Secret::generated());
    parts::function(
        &mut stack,
        "Check",
        Function {
            function_name: Some(stage.physical_name("secrets-manager-check").into()),
            ..Function::rust(secrets_manager_check::Bindings { password: password.into() })
        },
    );
    stack.output("Password", password.arn());
    stack
}

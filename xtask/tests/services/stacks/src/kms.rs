//! KMS: a function encrypts, decrypts and encrypts again with a key.

use infra::kms::{Key, KeyPolicy};
use infra::lambda::Function;
use infra::{Stack, Stage};
use services::kms_seal;
use stackwright::System;

/// The system.
pub const SYSTEM: System = System::new("kms", "texts that are sealed and opened", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let key = stack.named("Key").add(Key::new(KeyPolicy::of_account()));
    parts::function(
        &mut stack,
        "Seal",
        Function {
            function_name: Some(stage.physical_name("kms-seal").into()),
            ..Function::rust(kms_seal::Bindings { key: key.into() })
        },
    );
    stack
}

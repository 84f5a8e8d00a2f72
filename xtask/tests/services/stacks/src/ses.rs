//! SES: a function sends mail from a domain.

use infra::lambda::Function;
use infra::{Stack, Stage};
use services::ses_send;
use stackwright::System;

infra::resources! { AWS::SES::EmailIdentity }

/// The system.
pub const SYSTEM: System = System::new("ses", "news by mail", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    // SES sends nothing from the domain before its owner has put the records of `DkimDNSTokenName1` to `3` into its DNS:
    // https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
    let sender = stack.named("Sender").add(EmailIdentity::new("shop.example.com"));
    parts::function(
        &mut stack,
        "Send",
        Function {
            function_name: Some(stage.physical_name("ses-send").into()),
            ..Function::rust(ses_send::Bindings { sender: sender.into() })
        },
    );
    stack
}

//! Cognito: a function makes users in a pool, and reads what is known of them.

use infra::lambda::Function;
use infra::{Stack, Stage};
use services::cognito_members;
use stackwright::System;

infra::resources! { AWS::Cognito::UserPool }

use user_pool::AdminCreateUserConfig;

/// The system.
pub const SYSTEM: System = System::new("cognito", "members in a user pool", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let members = stack.named("UserPool").add(UserPool {
        // Nobody makes a member of themselves.
        admin_create_user_config: Some(AdminCreateUserConfig {
            allow_admin_create_user_only: Some(true.into()),
            ..AdminCreateUserConfig::default()
        }),
        ..UserPool::default()
    });
    parts::function(
        &mut stack,
        "Members",
        Function {
            function_name: Some(stage.physical_name("cognito-members").into()),
            ..Function::rust(cognito_members::Bindings { members: members.into() })
        },
    );
    stack
}

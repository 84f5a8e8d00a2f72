//! Secrets that are exchanged.

use infra::Stack;
use infra::iam::{Policy, PolicyDocument};
use infra::secretsmanager::RotationSchedule;

/// Exchanges a secret by a function.
///
/// Adds the schedule as `{secret}Rotation`, `{secret}RotationPermission`, which lets Secrets Manager invoke the function, and
/// `{secret}RotationPolicy`, with the rights of the function's role on the secret. A role of another stack is that stack's to allow.
#[track_caller]
pub fn rotate(stack: &mut Stack, rotation: RotationSchedule) {
    let id = format!("{}Rotation", rotation.secret.id());
    let permission = stack.named(format!("{id}Permission")).add(rotation.permission());
    let role = rotation.function.get_in(stack).and_then(|function| function.role_in(stack));
    let policy = role.map(|role| {
        stack.named(format!("{id}Policy")).add(Policy {
            policy_name: format!("rotate-{}", rotation.secret.id()),
            policy_document: PolicyDocument::from(rotation.rights()),
            roles: vec![role],
        })
    });
    // Secrets Manager invokes the function as soon as there is a schedule.
    let mut named = stack.named(id).depends_on(permission);
    if let Some(policy) = policy {
        named = named.depends_on(policy);
    }
    named.add(rotation);
}

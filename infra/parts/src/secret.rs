//! Secrets that are exchanged.

use infra::Stack;
use infra::secretsmanager::RotationSchedule;

/// Exchanges a secret by a function.
///
/// Adds the schedule as `{secret}Rotation`, and `{secret}RotationPermission`, which lets Secrets Manager invoke the function.
/// What the function may do with the secret, it says by a binding to it.
#[track_caller]
pub fn rotate(stack: &mut Stack, rotation: RotationSchedule) {
    let id = format!("{}Rotation", rotation.secret.id());
    let permission = stack.named(format!("{id}Permission")).add(rotation.permission());
    // Secrets Manager invokes the function as soon as there is a schedule.
    stack.named(id).depends_on(permission).add(rotation);
}

//! AWS Secrets Manager: secrets, who else may read them, and what exchanges them.

mod policy;
mod rotation;
mod secret;

pub use policy::ResourcePolicy;
pub use rotation::RotationSchedule;
pub use secret::{Generated, Secret, SecretValue};

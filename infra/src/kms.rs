//! AWS Key Management Service: keys, and who may use them.

mod key;
mod policy;

pub use key::{Alias, Key};
pub use policy::KeyPolicy;

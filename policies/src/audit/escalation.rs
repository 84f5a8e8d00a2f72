//! PE: what a principal can make of its rights to get more.
//!
//! The paths are those that <https://pathfinding.cloud> lists, with its ids, and some that others have described.

mod deploying;
mod everything;
mod granting;
mod identities;
mod pass_role;
mod passing;
mod path;
mod running;
mod step;

use super::rule::PolicyRule;
use path::Path;

pub(super) const RULES: &[&[PolicyRule]] = &[
    everything::RULES,
    granting::RULES,
    identities::RULES,
    passing::RULES,
    deploying::RULES,
    running::RULES,
    pass_role::RULES,
];

/// Every path.
fn paths() -> impl Iterator<Item = &'static Path> {
    [granting::PATHS, identities::PATHS, passing::PATHS, deploying::PATHS, running::PATHS].into_iter().flatten()
}

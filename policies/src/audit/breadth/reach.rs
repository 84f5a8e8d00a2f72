//! What a pattern of actions stands for.

use crate::audit::wildcard;
use crate::catalogue::{self, AccessLevel, Action};

/// What a pattern such as `s3:Get*` stands for.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// How many actions list or read.
    pub(super) reads: usize,
    /// How many create, change, delete or tag.
    pub(super) writes: usize,
    /// How many grant or change permissions.
    pub(super) grants: usize,
    /// One of the kind that matters most.
    pub(super) example: Option<&'static Action>,
}

impl Reach {
    /// What `pattern` stands for; nothing for an action that is written out, or one of a service that is unknown or
    /// has wildcards itself.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        let (prefix, name) = pattern.split_once(':')?;
        if !wildcard::is_in(name) || wildcard::is_in(prefix) {
            return None;
        }
        let mut reach = Self::default();
        for action in &catalogue::service(prefix)?.actions {
            if !wildcard::action_covers(name, action.name) {
                continue;
            }
            match action.access_level {
                AccessLevel::List | AccessLevel::Read => reach.reads += 1,
                AccessLevel::Tagging | AccessLevel::Write => reach.writes += 1,
                AccessLevel::PermissionsManagement => reach.grants += 1,
            }
            let weight = |action: &Action| match action.access_level {
                AccessLevel::Tagging => AccessLevel::Read,
                level => level,
            };
            if reach.example.is_none_or(|known| weight(known) < weight(action)) {
                reach.example = Some(action);
            }
        }
        Some(reach)
    }

    /// How many actions it stands for.
    pub(super) fn count(&self) -> usize {
        self.reads + self.writes + self.grants
    }
}

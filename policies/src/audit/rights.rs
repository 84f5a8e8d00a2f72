//! What the policies of a principal allow together.

use super::policy::{At, Kind, Policy};
use crate::action::Action;
use crate::document::{Effect, Version};
use crate::pattern::{self, Token};

/// How many denials are looked at for each permission: more would make a policy of many statements slow.
const DENIALS: usize = 64;

/// What the policies of a principal allow together: what they allow, less what they deny, within the boundary.
#[derive(Debug)]
pub struct Rights<'a> {
    allows: Vec<(usize, At<'a>)>,
    denies: Vec<At<'a>>,
    boundaries: Vec<Vec<At<'a>>>,
}

impl<'a> Rights<'a> {
    /// The rights that `policies` give; those of resources and trust policies give none.
    #[must_use]
    pub fn of(policies: &'a [Policy]) -> Self {
        let mut rights = Self { allows: Vec::new(), denies: Vec::new(), boundaries: Vec::new() };
        for (index, policy) in policies.iter().enumerate() {
            match policy.kind {
                Kind::Identity => {
                    for at in policy.statements() {
                        match at.statement.effect {
                            Effect::Allow => rights.allows.push((index, at)),
                            Effect::Deny => rights.denies.push(at),
                        }
                    }
                }
                Kind::Boundary => rights.boundaries.push(policy.statements().collect()),
                _ => {}
            }
        }
        rights
    }

    /// The statements that allow `action` on some resource, each with the index of its policy: those that no denial
    /// takes back as a whole, and that the boundary lets through.
    pub fn allowing(&self, action: &'a str) -> impl Iterator<Item = (usize, At<'a>)> {
        let open = !self.is_denied(action) && self.is_within_boundaries(action);
        self.allows.iter().copied().filter(move |(_, at)| open && acts(at, action) && !self.takes_back(at, action))
    }

    /// Whether `action` is allowed on some resource.
    #[must_use]
    pub fn allow(&self, action: &'a str) -> bool {
        self.allowing(action).next().is_some()
    }

    /// Every statement that allows something, each with the index of its policy.
    pub fn allows(&self) -> impl Iterator<Item = (usize, At<'a>)> {
        self.allows.iter().copied()
    }

    /// The statements that deny `action`, some of many.
    pub(super) fn denying(&self, action: &str) -> impl Iterator<Item = &At<'a>> {
        self.denies.iter().filter(move |at| acts(at, action)).take(DENIALS)
    }

    /// Whether denials without conditions cover every resource on which the statement allows `action`.
    fn takes_back(&self, allow: &At<'_>, action: &str) -> bool {
        if self.denies.is_empty() {
            return false;
        }
        let resource = &allow.statement.resource;
        let always = |at: &&At<'_>| at.statement.condition.is_empty() && !at.statement.resource.is_negated();
        let denied: Vec<Vec<Token>> = self
            .denying(action)
            .filter(always)
            .flat_map(|at| at.statement.resource.iter())
            .take(DENIALS)
            // `?` would take the `*` of what is allowed for one character.
            .filter(|it| !it.contains('?'))
            .map(|it| pattern::pattern(it, Version::V2008))
            .collect();
        let is_denied = |it: &String| denied.iter().any(|denied| pattern::matches(denied, it));
        !denied.is_empty() && !resource.is_empty() && !resource.is_negated() && resource.iter().all(is_denied)
    }

    /// Whether `action` is denied on everything, whatever the request.
    fn is_denied(&self, action: &str) -> bool {
        self.denies.iter().any(|at| acts(at, action) && at.statement.condition.is_empty() && is_on_all(at))
    }

    fn is_within_boundaries(&self, action: &str) -> bool {
        let denies = |at: &At<'_>| at.statement.condition.is_empty() && is_on_all(at);
        self.boundaries.iter().all(|boundary| {
            let speaking = boundary.iter().filter(|at| acts(at, action));
            let mut allowed = false;
            for at in speaking {
                match at.statement.effect {
                    Effect::Allow => allowed = true,
                    Effect::Deny if denies(at) => return false,
                    Effect::Deny => {}
                }
            }
            allowed
        })
    }
}

/// Whether the statement is about `action`.
pub(super) fn acts(at: &At<'_>, action: &str) -> bool {
    let listed = at.statement.action.iter().any(|it: &Action| it.covers(action));
    listed != at.statement.action.is_negated()
}

/// Whether the statement is about every resource.
pub(super) fn is_on_all(at: &At<'_>) -> bool {
    let resource = &at.statement.resource;
    !resource.is_negated() && resource.iter().any(|it| it == "*")
}

//! What the policies of a principal allow together.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::policy::{At, Kind, Policy};
use crate::action::Action;
use crate::document::{Effect, Version};
use crate::pattern::{self, Token};

/// How many statements are looked at faster than they are looked up.
const FEW: usize = 16;

/// How many denials are looked at for each permission: more would make a policy of many statements slow.
const DENIALS: usize = 64;

/// What the policies of a principal allow together: what they allow, less what they deny, within the boundary.
#[derive(Debug)]
pub struct Rights<'a> {
    allows: Vec<(usize, At<'a>)>,
    denies: Vec<At<'a>>,
    boundaries: Vec<Vec<At<'a>>>,
    /// Which statements allow an action, for those that were asked for: many rules ask for the same.
    known: RefCell<BTreeMap<&'a str, Rc<[usize]>>>,
}

impl<'a> Rights<'a> {
    /// The rights that `policies` give; those of resources and trust policies give none.
    #[must_use]
    pub fn of(policies: &'a [Policy]) -> Self {
        let mut rights =
            Self { allows: Vec::new(), denies: Vec::new(), boundaries: Vec::new(), known: RefCell::default() };
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
        let known = self.known.borrow().get(action).cloned();
        let indices = known.unwrap_or_else(|| {
            let found = self.find(action);
            // To keep what is found is worth it only when finding it takes long.
            if self.allows.len() > FEW {
                self.known.borrow_mut().insert(action, Rc::clone(&found));
            }
            found
        });
        (0..indices.len()).map(move |index| self.allows[indices[index]])
    }

    /// Which of the statements allow `action`.
    fn find(&self, action: &str) -> Rc<[usize]> {
        let about = |&index: &usize| acts(&self.allows[index].1, action);
        let mut found: Vec<usize> = (0..self.allows.len()).filter(about).collect();
        if found.is_empty() || self.is_denied(action) || !self.is_within_boundaries(action) {
            return Rc::default();
        }
        let denied = self.denied_on(action);
        found.retain(|&index| !is_covered(&self.allows[index].1, &denied));
        found.into()
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

    /// The resources on which `action` is denied whatever the request, some of many.
    fn denied_on(&self, action: &str) -> Vec<Vec<Token>> {
        let always = |at: &&At<'_>| at.statement.condition.is_empty() && !at.statement.resource.is_negated();
        self.denying(action)
            .filter(always)
            .flat_map(|at| at.statement.resource.iter())
            // `?` would take the `*` of what is allowed for one character.
            .filter(|it| !it.contains('?'))
            .take(DENIALS)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .map(|it| pattern::pattern(it, Version::V2008))
            .collect()
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

/// Whether patterns cover every resource that the statement lists.
fn is_covered(at: &At<'_>, patterns: &[Vec<Token>]) -> bool {
    let resource = &at.statement.resource;
    let covered = |it: &String| patterns.iter().any(|pattern| pattern::matches(pattern, it));
    !patterns.is_empty() && !resource.is_empty() && !resource.is_negated() && resource.iter().all(covered)
}

/// Whether the statement is about every resource.
pub(super) fn is_on_all(at: &At<'_>) -> bool {
    let resource = &at.statement.resource;
    !resource.is_negated() && resource.iter().any(|it| it == "*")
}

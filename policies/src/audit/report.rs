//! Where a rule puts what it finds.

use super::finding::Finding;
use super::rule::Rule;

/// Takes what one rule finds.
#[derive(Debug)]
pub struct Report<'a> {
    rule: &'static Rule,
    /// Which policy is looked at.
    pub(super) policy: usize,
    findings: &'a mut Vec<Finding>,
}

impl<'a> Report<'a> {
    pub(super) const fn new(rule: &'static Rule, findings: &'a mut Vec<Finding>) -> Self {
        Self { rule, policy: 0, findings }
    }

    /// Adds what is wrong at `pointer` of the policy that is looked at.
    pub fn add(&mut self, pointer: impl Into<String>, message: impl Into<String>) -> &mut Finding {
        self.add_to(self.policy, pointer, message)
    }

    /// Adds what is wrong at `pointer` of the policy with the index `policy`.
    pub fn add_to(&mut self, policy: usize, pointer: impl Into<String>, message: impl Into<String>) -> &mut Finding {
        self.findings.push_mut(Finding {
            rule: self.rule,
            policy,
            pointer: pointer.into(),
            message: message.into(),
            action: None,
            resource: None,
            help: None,
        })
    }
}

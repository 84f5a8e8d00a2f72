//! Rules.

use super::finding::Severity;
use super::policy::{At, Kind, Policy};
use super::report::Report;
use super::rights::Rights;

/// A rule of the audit.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its stable id: the letters of its family and two digits, such as `WB01`.
    pub id: &'static str,
    /// How bad it is when it is broken.
    pub severity: Severity,
    /// What it finds, in words that follow "finds".
    pub title: &'static str,
    /// What to do about it.
    pub fix: &'static str,
    /// The same rule in other tools, as `tool:id`: `access-analyzer:` `iam-policy-validator:` `parliament:`
    /// `cloudsplaining:` `cfn-nag:` `checkov:` `pathfinding.cloud:`.
    pub also_known_as: &'static [&'static str],
}

/// A rule about policies, which can be tried on any.
#[derive(Debug)]
pub struct PolicyRule {
    /// The rule.
    pub rule: Rule,
    /// A case in which it fires.
    pub firing: Case,
    /// A case close to it in which it does not.
    pub quiet: Case,
    /// How it looks at policies.
    pub check: Check,
}

/// A policy, as text.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// What it is attached to.
    pub kind: Kind,
    /// The policy.
    pub text: &'static str,
}

/// How a rule looks at policies.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// At the text of each, whether or not it can be read as a policy.
    Written(fn(&Policy, &mut Report<'_>)),
    /// At each statement that can be read.
    Statement(fn(&At<'_>, &mut Report<'_>)),
    /// At what all policies of a principal allow together.
    Rights(fn(&Rights<'_>, &mut Report<'_>)),
    /// At which sensitive actions all policies of a principal allow together.
    Allowed(Sensitive),
}

/// Actions that a program seldom needs, or seldom everywhere.
#[derive(Debug, Clone, Copy)]
pub struct Sensitive {
    /// The actions, as IAM writes them.
    pub actions: &'static [&'static str],
    /// On which resources they are worth a finding.
    pub scope: Scope,
    /// What who may call them can do, in words that follow "it can".
    pub can: &'static str,
}

/// On which resources an action is worth a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// On any, unless a condition of the action's own service limits it.
    Any,
    /// Only on every resource of its type: on some it is ordinary.
    Every,
}

impl Case {
    /// The policy of a user or role.
    pub(super) const fn identity(text: &'static str) -> Self {
        Self { kind: Kind::Identity, text }
    }

    /// The policy of a resource.
    pub(super) const fn resource(text: &'static str) -> Self {
        Self { kind: Kind::Resource, text }
    }

    /// The trust policy of a role.
    pub(super) const fn trust(text: &'static str) -> Self {
        Self { kind: Kind::Trust, text }
    }

    /// The policy that is the case.
    #[must_use]
    pub fn policy(&self) -> Policy {
        Policy::read(self.kind, self.text)
    }
}

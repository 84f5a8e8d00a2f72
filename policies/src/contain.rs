//! Whether policies allow more than others did, with a request that shows it.
//!
//! Actions and resources are compared exactly, as languages; conditions by what one says of another. "Not wider" is said
//! only when it is proved, and "wider" only with a request that was evaluated; the rest is undecided.

mod cells;
mod compare;
mod meet;
mod question;
mod rule;
mod search;
mod test;

use std::fmt;

use crate::document::PolicyDocument;
use crate::evaluate::{Known, Request};
use crate::principal::Principal;

/// How much work all of a comparison may be, in positions of patterns: some seconds.
const WORK: usize = 10_000_000;

/// What policies allow that others did not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// A request for each part of a statement that is wider.
    pub witnesses: Vec<Witness>,
    /// The parts of statements of which it is not known.
    pub undecided: Vec<Undecided>,
}

impl Comparison {
    /// Whether it is proved that nothing is allowed that was not before.
    #[must_use]
    pub const fn is_contained(&self) -> bool {
        self.witnesses.is_empty() && self.undecided.is_empty()
    }
}

/// A request that is allowed now and was not before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The request, whose context is complete.
    pub request: Request,
    /// The statement that allows it.
    pub by: Origin,
}

/// A part of a statement of which it is not known whether it is wider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Undecided {
    /// The statement.
    pub by: Origin,
    /// Why it is not known.
    pub why: Why,
}

/// A statement of the policies that are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// Which policy, from 0.
    pub policy: usize,
    /// Which of its statements, from 0.
    pub statement: usize,
}

/// Why it is not known whether a statement is wider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// What conditions on these keys say of each other is not known.
    Conditions(Vec<String>),
    /// A denial went, and what it denied depends on policy variables.
    Variables,
    /// There are too many combinations of patterns.
    Work,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conditions(keys) => {
                let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
                write!(f, "the conditions on {} cannot be compared", keys.join(", "))
            }
            Self::Variables => f.write_str("a denial went whose resources depend on policy variables"),
            Self::Work => f.write_str("the patterns combine in too many ways"),
        }
    }
}

/// It prints as `s3:GetObject on arn:aws:s3:::maps/x, with aws:sourceip 192.0.2.1`.
impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Request { principal, action, resource, context } = &self.request;
        write!(f, "{action} on {resource}")?;
        match principal {
            Principal::Any => f.write_str(" by anyone")?,
            Principal::Aws(name)
            | Principal::Service(name)
            | Principal::Federated(name)
            | Principal::CanonicalUser(name) => write!(f, " by {name}")?,
        }
        let mut separator = ", with";
        for (key, known) in context.keys() {
            if let Known::Values(values) = known {
                write!(f, "{separator} {key} {}", values.join("|"))?;
                separator = ",";
            }
        }
        Ok(())
    }
}

/// What `after` allows and `before` does not.
///
/// The policies of each side are taken together, as those of one principal or of one resource are. A resource policy that
/// names an account counts as allowing what it leaves to the account.
///
/// ```
/// use policies::contain::wider;
/// use policies::{Action, PolicyDocument, Statement};
///
/// let allows = |action: &'static str| {
///     [PolicyDocument::from([Statement::allow([Action::new(action)]).on("arn:aws:s3:::maps/*")])]
/// };
/// assert!(wider(&allows("s3:*"), &allows("s3:GetObject")).is_contained());
/// let wide = wider(&allows("s3:GetObject"), &allows("s3:Get*"));
/// assert_eq!(wide.witnesses[0].request.action, "s3:GetBucketAbac");
/// ```
#[must_use]
pub fn wider(before: &[PolicyDocument], after: &[PolicyDocument]) -> Comparison {
    compare::compare(before, after, WORK)
}

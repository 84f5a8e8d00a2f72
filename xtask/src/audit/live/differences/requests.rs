//! Requests that show a difference, together when they are on one resource.

use std::fmt;

use indexmap::IndexMap;
use policies::Principal;
use policies::contain::Witness;

use crate::audit::finding::AuditFinding;
use crate::audit::live::names::Names;

/// Requests on one resource that one statement allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requests {
    /// Which of the policies that were compared, from 0.
    pub(super) policy: usize,
    /// What is asked for.
    pub(super) actions: Vec<String>,
    /// On what, by its logical id where it has one.
    pub(super) resource: String,
    /// One of them in full.
    pub(super) example: String,
}

/// How many actions a message names.
const NAMED: usize = 4;

/// It prints as `` `s3:GetObject`, `s3:PutObject` on `Uploads/x` ``.
impl fmt::Display for Requests {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<_> = self.actions.iter().take(NAMED).map(|action| format!("`{action}`")).collect();
        f.write_str(&named.join(", "))?;
        if self.actions.len() > NAMED {
            write!(f, " and {} more actions", self.actions.len() - NAMED)?;
        }
        write!(f, " on `{}`", self.resource)
    }
}

impl Requests {
    /// The finding with what it is about.
    pub(super) fn shown_by(&self, finding: AuditFinding) -> AuditFinding {
        let action = self.actions.first().cloned().unwrap_or_default();
        finding.about(action).on(&self.resource)
    }
}

/// The requests by statement and resource.
pub(super) fn grouped(witnesses: &[Witness], names: &Names) -> Vec<Requests> {
    let mut groups: IndexMap<_, Requests> = IndexMap::new();
    for witness in witnesses {
        let resource = names.shown(&witness.request.resource);
        let group =
            groups.entry((witness.by.policy, witness.by.statement, resource.clone())).or_insert_with(|| Requests {
                policy: witness.by.policy,
                actions: Vec::new(),
                resource,
                example: format!("`{}`", request(witness)),
            });
        group.actions.push(witness.request.action.clone());
    }
    groups.into_values().collect()
}

/// A request of the role itself, so that it goes without saying by whom.
fn request(witness: &Witness) -> String {
    let by = format!(" by {}", shown_principal(&witness.request.principal).trim_matches('`'));
    witness.to_string().replacen(&by, "", 1)
}

/// A request to assume the role, so that it goes without saying on what: `sts:AssumeRole by lambda.amazonaws.com`.
pub(super) fn assumption(witness: &Witness) -> String {
    let on = format!(" on {}", witness.request.resource);
    witness.to_string().replacen(&on, "", 1)
}

/// A principal, as a message names it.
pub(super) fn shown_principal(principal: &Principal) -> String {
    match principal {
        Principal::Any => "anyone".to_owned(),
        Principal::Aws(name)
        | Principal::Service(name)
        | Principal::Federated(name)
        | Principal::CanonicalUser(name) => format!("`{name}`"),
    }
}

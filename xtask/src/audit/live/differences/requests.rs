//! What shows a difference: requests, in the words of the statement that allows them.

use std::fmt;

use indexmap::{IndexMap, IndexSet};
use policies::contain::Witness;
use policies::{Listed, PolicyDocument, Principal, Statement};

use crate::audit::finding::AuditFinding;
use crate::audit::names::Names;

/// Requests on one resource that one statement allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Requests {
    /// Which of the policies that were compared, from 0.
    pub(super) policy: usize,
    /// What is asked for, as the statement has it.
    pub(super) actions: IndexSet<String>,
    /// On what, by its logical id where it has one.
    pub(super) resource: String,
    /// One of them in full.
    pub(super) example: String,
}

/// How many actions a message names.
const NAMED: usize = 4;

/// It prints as `` `s3:GetObject`, `s3:PutObject` on `Uploads/*` ``.
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

/// The requests by statement of `policies` and by resource.
pub(super) fn grouped(witnesses: &[Witness], policies: &[PolicyDocument], names: &Names) -> Vec<Requests> {
    let mut groups: IndexMap<_, Requests> = IndexMap::new();
    for witness in witnesses {
        let statement = statement(witness, policies);
        let resource = names.shown(written_resource(witness, statement));
        let group = groups.entry((witness.by.policy, witness.by.statement, resource.clone()));
        let group = group.or_insert_with(|| Requests {
            policy: witness.by.policy,
            actions: IndexSet::new(),
            resource,
            example: request(witness),
        });
        group.actions.insert(written_action(witness, statement).to_owned());
    }
    groups.into_values().collect()
}

fn statement<'a>(witness: &Witness, policies: &'a [PolicyDocument]) -> &'a Statement {
    &policies[witness.by.policy].statement[witness.by.statement]
}

/// The action or pattern of the statement that the request's action is.
fn written_action<'a>(witness: &'a Witness, statement: &'a Statement) -> &'a str {
    let asked = &witness.request.action;
    let listed = statement.action.iter().find(|action| action.covers(asked));
    listed.filter(|_| !statement.action.is_negated()).map_or(asked, |action| action.as_str())
}

/// The resource or pattern of the statement that the request's resource is, as far as it is plain which.
fn written_resource<'a>(witness: &'a Witness, statement: &'a Statement) -> &'a str {
    let asked = &witness.request.resource;
    match &statement.resource {
        Listed::These(resources) if resources.contains(asked) => asked,
        Listed::These(resources) if resources.len() == 1 => &resources[0],
        Listed::These(resources) if resources.iter().any(|it| it == "*") => "*",
        Listed::These(_) | Listed::AllBut(_) => asked,
    }
}

/// A request of the role itself, so that it goes without saying by whom.
fn request(witness: &Witness) -> String {
    let by = match &witness.request.principal {
        Principal::Any => " by anyone".to_owned(),
        other => format!(" by {}", name(other)),
    };
    witness.to_string().replacen(&by, "", 1)
}

/// A request to assume the role, so that it goes without saying on what: `sts:AssumeRole by lambda.amazonaws.com`.
pub(super) fn assumption(witness: &Witness) -> String {
    let on = format!(" on {}", witness.request.resource);
    witness.to_string().replacen(&on, "", 1)
}

/// Whom the statement lets in, first of all those of whom no statement of the `other` side speaks.
pub(super) fn let_in(witness: &Witness, policies: &[PolicyDocument], other: &PolicyDocument) -> String {
    let Some(Listed::These(principals)) = &statement(witness, policies).principal else {
        return shown(&witness.request.principal);
    };
    let is_new = |principal: &&Principal| {
        let known = other.statement.iter().filter_map(|statement| statement.principal.as_ref());
        !known.into_iter().flatten().any(|known| known == *principal)
    };
    let new: Vec<_> = principals.iter().filter(is_new).map(shown).collect();
    let all = || principals.iter().map(shown).collect::<Vec<_>>();
    if new.is_empty() { all().join(", ") } else { new.join(", ") }
}

fn shown(principal: &Principal) -> String {
    match name(principal) {
        "*" => "anyone".to_owned(),
        name => format!("`{name}`"),
    }
}

fn name(principal: &Principal) -> &str {
    match principal {
        Principal::Any => "*",
        Principal::Aws(name)
        | Principal::Service(name)
        | Principal::Federated(name)
        | Principal::CanonicalUser(name) => name,
    }
}

//! What the operations of a program need, and how sure it is that the program calls them.

use std::collections::BTreeSet;

use policies::Operation;
use serde::Serialize;

use super::evidence::Evidence;
use super::resource::{self, Resources};
use super::source::{Place, Source};
use super::{AuditedProgram, ProgramVerdict, Sdk};

/// An operation that a program can call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeededOperation {
    /// The service, as its SDK is named.
    pub service: String,
    /// Its name, as the service's API reference has it.
    pub operation: String,
    /// Whether the program itself calls it.
    pub certainty: Certainty,
    /// Why that is not certain, when it is not.
    pub reason: Option<String>,
    /// What it needs.
    pub actions: Vec<NeededAction>,
    /// Where the source calls it, when the source was read.
    pub places: Vec<Place>,
}

/// Whether a program itself calls an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Certainty {
    /// It does.
    Certain,
    /// It does, or only a library that it is built with could.
    Perhaps,
}

/// An action that an operation needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NeededAction {
    /// The action.
    pub action: String,
    /// When it is needed.
    #[serde(flatten)]
    pub condition: Condition,
    /// What it is needed on: an ARN, `*` for an action that IAM checks on no resource, or what begins with `TODO:` where a
    /// part of it is not known.
    pub resources: Resources,
}

/// When an action is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "needed", content = "parameters", rename_all = "kebab-case")]
pub enum Condition {
    /// For each call.
    Always,
    /// For calls that set one of these parameters, of which nothing is known.
    WhenSet(Vec<&'static str>),
    /// For calls that set one of these parameters, and the source sets them.
    Set(Vec<&'static str>),
    /// For calls that set one of these parameters, and the source sets none.
    NotSet(Vec<&'static str>),
}

impl NeededAction {
    /// Whether the program needs it, by what is known.
    #[must_use]
    pub const fn is_needed(&self) -> bool {
        matches!(self.condition, Condition::Always | Condition::Set(_))
    }

    /// Whether the program needs it or may need it.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        !matches!(self.condition, Condition::NotSet(_))
    }
}

impl NeededOperation {
    /// The actions of which a call needs at least one, when it needs none always: a transaction, by what is in it.
    #[must_use]
    pub fn one_of(&self) -> Vec<&str> {
        if self.actions.iter().any(NeededAction::is_needed) {
            return Vec::new();
        }
        self.actions.iter().filter(|it| it.is_possible()).map(|it| it.action.as_str()).collect()
    }
}

/// What a library calls itself when it is built in: the service, the operation, why, and whether it is aws-config that does.
const BY_LIBRARIES: [(&str, &str, &str, bool); 6] = [
    ("s3", "CreateSession", "each client of S3 has it, and calls it for directory buckets only", false),
    ("signin", "create_o_auth2_token", BY_CONFIG, true),
    ("sso", "get_role_credentials", BY_CONFIG, true),
    ("ssooidc", "create_token", BY_CONFIG, true),
    ("sts", "AssumeRole", BY_CONFIG, true),
    ("sts", "AssumeRoleWithWebIdentity", BY_CONFIG, true),
];

const BY_CONFIG: &str = "aws-config has it, for credentials that a function in Lambda does not use";

/// Why it is not known what a program calls that has credentials, and no SDK that uses them.
const SIGNS_ITSELF: &str =
    "it takes credentials from aws-config, and no operation of an SDK uses them: it may sign requests itself";

/// What makes a password of a database, beside the operations of an SDK.
const AUTH_TOKEN: &str = "auth_token";

/// What the passwords of databases need, by the SDK that makes them: the database checks it when somebody signs in with one.
const BY_TOKENS: [(&str, &str); 2] =
    [("dsql", "`dsql:DbConnect` or `dsql:DbConnectAdmin`"), ("rds", "`rds-db:connect`")];

/// What `module`, whose actions no table has, needs, as far as that is known.
pub(super) fn hint(module: &str) -> Option<&'static str> {
    let service = module.strip_suffix(AUTH_TOKEN)?.strip_suffix("::")?;
    BY_TOKENS.iter().find(|(it, _)| *it == service).map(|(_, actions)| *actions)
}

/// What a client is named that aws-config itself offers to programs, and the operation that it calls.
const PROVIDERS: [(&str, &str); 2] =
    [("AssumeRoleProvider", "AssumeRole"), ("WebIdentityTokenCredentialsProvider", "AssumeRoleWithWebIdentity")];

/// The needs of the program `name`.
pub(super) fn of(name: String, evidence: &Evidence, source: Option<&Source>) -> AuditedProgram {
    let by_library = |service: &str, operation: &str| {
        let found = BY_LIBRARIES.iter().find(|(it, name, ..)| *it == service && *name == operation);
        found.filter(|(.., of_config)| evidence.has_config || !of_config).map(|(_, _, why, _)| *why)
    };
    let operations = evidence.linked.operations.iter().map(|operation| {
        let places = source.map(|it| it.places(operation)).unwrap_or_default();
        let provides =
            |source: &Source| PROVIDERS.iter().any(|(provider, it)| *it == operation.name && source.names(provider));
        let is_own = !places.is_empty() || source.is_some_and(provides);
        let reason = by_library(operation.service, operation.name).filter(|_| !is_own);
        NeededOperation {
            service: operation.service.to_owned(),
            operation: operation.name.to_owned(),
            certainty: if reason.is_some() { Certainty::Perhaps } else { Certainty::Certain },
            reason: reason.map(str::to_owned),
            actions: actions(operation, evidence, source),
            places,
        }
    });
    let unknown = evidence.linked.unlisted.iter().filter(|module| {
        module.split_once("::").is_none_or(|(service, operation)| by_library(service, operation).is_none())
    });
    let tokens = evidence.tokens.iter().map(|service| format!("{service}::{AUTH_TOKEN}"));
    let unknown: Vec<_> = unknown.cloned().chain(tokens).collect();
    let operations: Vec<_> = operations.collect();
    let is_own = |it: &NeededOperation| it.certainty == Certainty::Certain || it.reason.as_deref() != Some(BY_CONFIG);
    let signs_itself = evidence.signs && evidence.has_config && unknown.is_empty() && !operations.iter().any(is_own);
    let reason = evidence.obstacle().or_else(|| signs_itself.then(|| SIGNS_ITSELF.to_owned()));
    AuditedProgram {
        program: name,
        architecture: evidence.architecture.to_owned(),
        verdict: if reason.is_some() || !unknown.is_empty() {
            ProgramVerdict::Unknown
        } else if evidence.sdks.is_empty() {
            ProgramVerdict::CallsNothing
        } else {
            ProgramVerdict::Known
        },
        reason,
        sdks: evidence
            .sdks
            .iter()
            .map(|(service, version)| Sdk { service: service.clone(), version: version.clone() })
            .collect(),
        operations,
        unknown,
    }
}

fn actions(operation: &Operation, evidence: &Evidence, source: Option<&Source>) -> Vec<NeededAction> {
    let mut names: Vec<_> = operation.actions().collect();
    let mut seen = BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    let condition = |action: &str| {
        if operation.required.contains(&action) {
            return Condition::Always;
        }
        let parameters = || operation.conditional.iter().filter(|it| it.action == action).map(|it| it.parameter);
        let sets = |parameter: &&'static str| {
            evidence.sets(parameter).or_else(|| source.and_then(|source| source.sets(operation, parameter)))
        };
        let set: Vec<_> = parameters().filter(|it| sets(it) == Some(true)).collect();
        let unknown: Vec<_> = parameters().filter(|it| sets(it).is_none()).collect();
        match (set.is_empty(), unknown.is_empty()) {
            (false, _) => Condition::Set(set),
            (true, false) => Condition::WhenSet(unknown),
            (true, true) => Condition::NotSet(parameters().collect()),
        }
    };
    let needed = |action: &str| {
        let condition = condition(action);
        let set = match &condition {
            Condition::Set(parameters) => parameters.as_slice(),
            _ => &[],
        };
        let resources = resource::of_calls((operation.service, operation.name), action, set, source);
        NeededAction { action: action.to_owned(), resources: Resources(resources), condition }
    };
    names.into_iter().map(needed).collect()
}

/// Names as a sentence lists them: of `Key (of no object)`, what is in parentheses is no name.
pub(in crate::audit) fn listed(names: &[&str]) -> String {
    let quoted = |name: &&str| match name.split_once(' ') {
        Some((name, which)) => format!("`{name}` {which}"),
        None => format!("`{name}`"),
    };
    names.iter().map(quoted).collect::<Vec<_>>().join(" or ")
}

//! Policies as the rules see them: as written, with what could be read of it.

use serde_json::{Map, Value as Json};

use crate::condition::Condition;
use crate::document::{Statement, Version};
use crate::parse::{self, ParseError};

/// What a policy is attached to: it decides what the policy may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A user, group or role.
    Identity,
    /// A resource, such as a queue or a bucket.
    Resource,
    /// A role, as to who may assume it.
    Trust,
    /// A user or role, as what its other policies can allow at most.
    Boundary,
    /// An endpoint of a network, as what requests through it can do at most.
    Endpoint,
    /// An organization, as what its principals can be allowed at most.
    ServiceControl,
    /// An organization, as what its resources can allow at most.
    ResourceControl,
}

impl Kind {
    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Boundary => "boundary",
            Self::Endpoint => "endpoint",
            Self::ServiceControl => "service-control",
            Self::ResourceControl => "resource-control",
        }
    }

    /// The kind that a policy most likely has, by its content: one with principals is a resource's, or a role's when it
    /// is about assuming it.
    #[must_use]
    pub fn likely(text: &str) -> Self {
        let json: Json = serde_json::from_str(text).unwrap_or_default();
        let has = |name: &str| statements(&json).any(|(_, it)| it.get(name).is_some());
        let assumes = |statement: &Json| {
            let actions = entries(statement.get("Action")).filter_map(Json::as_str);
            let mut actions = actions.peekable();
            actions.peek().is_some() && actions.all(|it| it.to_ascii_lowercase().starts_with("sts:"))
        };
        if !has("Principal") && !has("NotPrincipal") {
            Self::Identity
        } else if !has("Resource") && statements(&json).all(|(_, it)| assumes(it)) {
            Self::Trust
        } else {
            Self::Resource
        }
    }
}

/// A policy: as it is written, and what could be read of it.
#[derive(Debug, Clone)]
pub struct Policy {
    /// What it is attached to.
    pub kind: Kind,
    /// The JSON; `null` when the text is none.
    pub json: Json,
    /// Why the text is no JSON, when it is none.
    pub unreadable: Option<ParseError>,
    /// The version of its language.
    pub version: Version,
    statements: Vec<(String, Statement)>,
}

/// A statement in its place.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// Its policy.
    pub policy: &'a Policy,
    /// Where it is in the policy, as a JSON pointer.
    pub pointer: &'a str,
    /// The statement.
    pub statement: &'a Statement,
}

impl Policy {
    /// The policy that `text` is.
    #[must_use]
    pub fn read(kind: Kind, text: &str) -> Self {
        match parse::json(text) {
            Ok(json) => Self::of(kind, json),
            Err(error) => Self { unreadable: Some(error), ..Self::of(kind, Json::Null) },
        }
    }

    /// The policy that `json` is.
    #[must_use]
    pub fn of(kind: Kind, json: Json) -> Self {
        let is_current = json.get("Version").and_then(Json::as_str) == Some("2012-10-17");
        let read = |(pointer, json)| Some((pointer, parse::statement(json).ok()?));
        let statements = statements(&json).filter_map(read).collect();
        let version = if is_current { Version::V2012 } else { Version::V2008 };
        Self { kind, json, unreadable: None, version, statements }
    }

    /// The statements that can be read.
    pub fn statements(&self) -> impl Iterator<Item = At<'_>> {
        self.statements.iter().map(|(pointer, statement)| At { policy: self, pointer, statement })
    }

    /// The statements as they are written, with their places; those that are no objects, too.
    pub fn written(&self) -> impl Iterator<Item = (String, &Json)> {
        statements(&self.json)
    }

    /// The statements that are objects, with their places.
    pub fn objects(&self) -> impl Iterator<Item = (String, &Map<String, Json>)> {
        self.written().filter_map(|(pointer, json)| Some((pointer, json.as_object()?)))
    }
}

impl At<'_> {
    /// Where its actions are.
    #[must_use]
    pub fn action(&self) -> String {
        self.element(if self.statement.action.is_negated() { "NotAction" } else { "Action" })
    }

    /// Where its resources are.
    #[must_use]
    pub fn resource(&self) -> String {
        self.element(if self.statement.resource.is_negated() { "NotResource" } else { "Resource" })
    }

    /// Where its principals are.
    #[must_use]
    pub fn principal(&self) -> String {
        let negated = self.statement.principal.as_ref().is_some_and(crate::Listed::is_negated);
        self.element(if negated { "NotPrincipal" } else { "Principal" })
    }

    /// Where one of its conditions is.
    #[must_use]
    pub fn condition(&self, condition: &Condition) -> String {
        format!(
            "{}/{}/{}",
            self.element("Condition"),
            condition.operator_name(),
            condition.key.replace('~', "~0").replace('/', "~1")
        )
    }

    /// Where its element `name` is.
    #[must_use]
    pub fn element(&self, name: &str) -> String {
        format!("{}/{name}", self.pointer)
    }
}

/// The statements of a policy with their places: IAM takes a single one for a list of one.
fn statements(policy: &Json) -> impl Iterator<Item = (String, &Json)> {
    let written = policy.get("Statement");
    let is_list = written.is_some_and(Json::is_array);
    entries(written)
        .enumerate()
        .map(move |(index, json)| (if is_list { format!("/Statement/{index}") } else { "/Statement".to_owned() }, json))
}

/// The items of a list; any other value is a list of one.
pub(super) fn entries(json: Option<&Json>) -> impl Iterator<Item = &Json> {
    let items = if let Some(Json::Array(items)) = json { items.as_slice() } else { &[] };
    json.filter(|json| !json.is_array()).into_iter().chain(items)
}

//! What is known of a service.

use std::fmt;
use std::sync::Arc;

use super::arn::{self, ArnFormat};
use super::in_any_case;
use crate::document::Version;
use crate::pattern::{self, Token};

/// A service, as IAM tells them apart: by the prefix of its actions.
#[derive(Debug)]
pub struct Service {
    /// What its actions start with, such as `sqs`.
    pub prefix: &'static str,
    /// Its name, such as `Amazon SQS`; several prefixes may have the same.
    pub name: &'static str,
    /// By name.
    pub actions: Vec<Action>,
    /// By name.
    pub resource_types: Vec<ResourceType>,
    /// Those that requests to it may have beside the global ones, by name.
    pub condition_keys: Vec<ConditionKey>,
}

/// An action of a service.
#[derive(Debug)]
pub struct Action {
    /// The prefix of its service, such as `sqs`.
    pub service: &'static str,
    /// Its name without the prefix, such as `SendMessage`.
    pub name: &'static str,
    /// What it does to what it is called on.
    pub access_level: AccessLevel,
    /// What IAM checks it on, by name; when there is nothing, only a statement on `*` allows it.
    pub resources: Arc<[ResourceUse]>,
    /// The condition keys that its requests may have whatever the resource, beside the global ones.
    pub condition_keys: Arc<[&'static str]>,
}

/// What an action does, in the words of IAM's console.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// It says which resources there are.
    List,
    /// It reads what is in them.
    Read,
    /// It changes only tags.
    Tagging,
    /// It creates, changes or deletes.
    Write,
    /// It grants or changes permissions.
    PermissionsManagement,
}

/// A type of resource that an action is called on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceUse {
    /// The name of the resource type in the action's service.
    pub name: &'static str,
    /// Whether every call names one.
    pub required: bool,
    /// The condition keys that requests on one may have beside those of the action.
    pub condition_keys: Vec<&'static str>,
}

/// A type of resource that a service has, or that its actions are called on.
#[derive(Debug)]
pub struct ResourceType {
    /// Its name, such as `queue`.
    pub name: &'static str,
    /// What its ARNs look like; few types have more than one format.
    pub arns: Vec<ArnFormat>,
    /// The condition keys that requests on one may have.
    pub condition_keys: Vec<&'static str>,
}

/// A condition key.
#[derive(Debug)]
pub struct ConditionKey {
    /// Its name, which may have placeholders: `aws:ResourceTag/${TagKey}`.
    pub name: &'static str,
    /// What its values are.
    pub values: ValueType,
    /// Whether a request may have several values for it, so that a condition needs `ForAllValues` or `ForAnyValue`.
    pub multivalued: bool,
}

/// What the values of a condition key are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueType {
    /// ARNs.
    Arn,
    /// `true` or `false`.
    Bool,
    /// Points in time.
    Date,
    /// IP addresses.
    IpAddress,
    /// Numbers.
    Numeric,
    /// Texts.
    String,
}

impl Service {
    /// The action with this name without the prefix, in any case.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        let found = self.actions.binary_search_by(|action| in_any_case(action.name, name)).ok()?;
        self.actions.get(found)
    }

    /// The resource type with this name, in any case.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&ResourceType> {
        let found = self.resource_types.binary_search_by(|known| in_any_case(known.name, name)).ok()?;
        self.resource_types.get(found)
    }

    /// The condition key that `name` is, in any case and with any text for its placeholders.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        match self.condition_keys.binary_search_by(|key| in_any_case(key.name, name)) {
            Ok(found) => self.condition_keys.get(found),
            // Of two that fit, the longer one says more: `events:Metadata/${MetadataKey}/Matcher`.
            Err(_) => self.condition_keys.iter().filter(|key| key.stands_for(name)).max_by_key(|key| key.name.len()),
        }
    }
}

impl Action {
    /// The resource types it may be called on.
    pub fn resource_types(&self) -> impl Iterator<Item = &'static ResourceType> {
        let service = super::service(self.service);
        self.resources.iter().filter_map(move |used| service?.resource_type(used.name))
    }

    /// Whether a statement's resource, an ARN with wildcards and variables, may be one that IAM checks the action on.
    ///
    /// When it is not, the statement says nothing of the action. It is true where the formats leave it open.
    ///
    /// ```
    /// use policies::catalogue::action;
    ///
    /// let get = action("s3:GetObject").unwrap();
    /// assert!(get.applies_to("arn:aws:s3:::maps/*"));
    /// assert!(!get.applies_to("arn:aws:s3:::maps"));
    /// ```
    #[must_use]
    pub fn applies_to(&self, resource: &str) -> bool {
        let resource = pattern::pattern(resource, Version::V2012);
        if self.resources.is_empty() {
            return pattern::matches(&resource, "*");
        }
        let resource = arn::of_statement(resource);
        self.resource_types().any(|known| known.arns.iter().any(|format| format.overlaps(&resource)))
    }

    /// The names of all condition keys that its requests may have beside the global ones: its own, those of its uses
    /// of resources, and those of the resource types. Some may come twice.
    pub fn all_condition_keys(&self) -> impl Iterator<Item = &'static str> {
        let of_uses = self.resources.iter().flat_map(|used| used.condition_keys.iter().copied());
        let of_types = self.resource_types().flat_map(|known| known.condition_keys.iter().copied());
        self.condition_keys.iter().copied().chain(of_uses).chain(of_types)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        })
    }
}

impl ResourceType {
    /// Whether a statement's resource, an ARN with wildcards and variables, may be one of this type.
    #[must_use]
    pub fn fits(&self, resource: &str) -> bool {
        let resource = arn::of_statement(pattern::pattern(resource, Version::V2012));
        self.arns.iter().any(|format| format.overlaps(&resource))
    }
}

impl ConditionKey {
    /// Whether `name` is this key, in any case, with some text in place of each placeholder.
    #[must_use]
    pub fn stands_for(&self, name: &str) -> bool {
        let Some((start, _)) = self.name.split_once("${") else { return self.name.eq_ignore_ascii_case(name) };
        // Most names differ before the placeholder.
        if !name.get(..start.len()).is_some_and(|name| name.eq_ignore_ascii_case(start)) {
            return false;
        }
        let some_text =
            |token| if matches!(token, Token::Variable(_)) { vec![Token::One, Token::Any] } else { vec![token] };
        let tokens = pattern::pattern(&self.name.to_ascii_lowercase(), Version::V2012);
        pattern::matches(&tokens.into_iter().flat_map(some_text).collect::<Vec<_>>(), &name.to_ascii_lowercase())
    }
}

//! Policy documents and their statements.

use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::action::Action;
use crate::condition::{self, Condition};
use crate::listed::Listed;
use crate::principal::{Principal, Principals};

/// The version of the policy language, which is not the policy's own date.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub enum Version {
    /// The one without policy variables, which a policy without a version has too.
    #[serde(rename = "2008-10-17")]
    V2008,
    /// The current one.
    #[default]
    #[serde(rename = "2012-10-17")]
    V2012,
}

/// A policy: what its statements allow, less what they deny.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument<V = String> {
    /// The version of the language that it is written in.
    pub version: Version,
    /// An optional name, which some services want to be unique.
    pub id: Option<String>,
    /// The statements; their order has no meaning to IAM.
    pub statement: Vec<Statement<V>>,
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum Effect {
    /// Allows, unless another statement denies.
    Allow,
    /// Denies, whatever other statements allow.
    Deny,
}

/// One statement of a policy.
///
/// ```
/// use policies::{Condition, PolicyDocument, Principal, Statement, action};
///
/// let send = Statement::<String>::allow([action::sqs::SEND_MESSAGE])
///     .on("arn:aws:sqs:sa-east-1:123456789012:sightings.fifo")
///     .principal(Principal::service("sns.amazonaws.com"))
///     .when(Condition::source_arn("arn:aws:sns:sa-east-1:123456789012:sightings"));
/// let policy = serde_json::to_value(PolicyDocument::from([send])).unwrap();
/// assert_eq!(policy["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"][0], "arn:aws:sns:sa-east-1:123456789012:sightings");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement<V = String> {
    /// An optional name: letters and digits, unique in its policy.
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Of whom it speaks, in a resource or trust policy.
    pub principal: Option<Listed<Principal<V>>>,
    /// What it allows or denies.
    pub action: Listed<Action>,
    /// On which resources; empty in a trust policy, where it is the role itself.
    pub resource: Listed<V>,
    /// When it applies.
    pub condition: Vec<Condition<V>>,
}

impl<V> Statement<V> {
    /// A statement that allows `actions`; say on which resources.
    pub fn allow(actions: impl IntoIterator<Item = Action>) -> Self {
        Self::new(Effect::Allow, actions)
    }

    /// A statement that denies `actions`; say on which resources.
    pub fn deny(actions: impl IntoIterator<Item = Action>) -> Self {
        Self::new(Effect::Deny, actions)
    }

    fn new(effect: Effect, actions: impl IntoIterator<Item = Action>) -> Self {
        Self {
            sid: None,
            effect,
            principal: None,
            action: actions.into_iter().collect(),
            resource: Listed::default(),
            condition: Vec::new(),
        }
    }

    /// Adds a resource it applies to.
    #[must_use]
    pub fn on(mut self, resource: impl Into<V>) -> Self {
        self.resource.push(resource.into());
        self
    }

    /// Adds one of whom it speaks.
    #[must_use]
    pub fn principal(mut self, principal: Principal<V>) -> Self {
        self.principal.get_or_insert_default().push(principal);
        self
    }

    /// Adds a condition.
    #[must_use]
    pub fn when(mut self, condition: Condition<V>) -> Self {
        self.condition.push(condition);
        self
    }
}

impl<V> Default for PolicyDocument<V> {
    fn default() -> Self {
        Self::from([])
    }
}

impl<V, const N: usize> From<[Statement<V>; N]> for PolicyDocument<V> {
    fn from(statement: [Statement<V>; N]) -> Self {
        Self::from_iter(statement)
    }
}

impl<V> FromIterator<Statement<V>> for PolicyDocument<V> {
    fn from_iter<I: IntoIterator<Item = Statement<V>>>(statements: I) -> Self {
        Self { version: Version::default(), id: None, statement: statements.into_iter().collect() }
    }
}

impl<V: Serialize> Serialize for PolicyDocument<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_struct("PolicyDocument", 3)?;
        document.serialize_field("Version", &self.version)?;
        if let Some(id) = &self.id {
            document.serialize_field("Id", id)?;
        }
        document.serialize_field("Statement", &self.statement)?;
        document.end()
    }
}

impl<V: Serialize> Serialize for Statement<V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Conditions<'a, V>(&'a [Condition<V>]);
        impl<V: Serialize> Serialize for Conditions<'_, V> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                condition::serialize(self.0, serializer)
            }
        }

        let mut statement = serializer.serialize_struct("Statement", 6)?;
        if let Some(sid) = &self.sid {
            statement.serialize_field("Sid", sid)?;
        }
        statement.serialize_field("Effect", &self.effect)?;
        if let Some(principal) = &self.principal {
            let name = if principal.is_negated() { "NotPrincipal" } else { "Principal" };
            statement.serialize_field(name, &Principals(principal.as_slice()))?;
        }
        let name = if self.action.is_negated() { "NotAction" } else { "Action" };
        statement.serialize_field(name, self.action.as_slice())?;
        if !self.resource.is_empty() {
            let name = if self.resource.is_negated() { "NotResource" } else { "Resource" };
            statement.serialize_field(name, self.resource.as_slice())?;
        }
        if !self.condition.is_empty() {
            statement.serialize_field("Condition", &Conditions(&self.condition))?;
        }
        statement.end()
    }
}

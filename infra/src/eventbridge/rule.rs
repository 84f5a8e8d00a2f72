//! Rules: which events go where.

use serde::{Serialize, Serializer};

use super::{EventBus, Target};
use crate::check::Check;
use crate::pattern::{Match, Pattern, operator};
use crate::reference::{HasArn, Ref, Resource};
use crate::value::Value;

/// A rule: events of a bus that match its pattern go to its targets.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-events-rule.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    /// 1 to 64 letters, digits and `.-_`. Changing it replaces the rule.
    pub name: Option<Value>,
    /// Up to 512 characters.
    pub description: Option<String>,
    /// The bus; without it the account's default bus. Changing it replaces the rule.
    pub event_bus_name: Option<Ref<EventBus>>,
    /// Which events.
    pub event_pattern: EventPattern,
    /// Whether it is at work. EventBridge's default is that it is.
    pub state: Option<RuleState>,
    /// Where they go, at most 5.
    pub targets: Vec<Target>,
}

impl Rule {
    /// A rule on the default bus, without targets yet.
    #[must_use]
    pub const fn on(event_pattern: EventPattern) -> Self {
        Self { name: None, description: None, event_bus_name: None, event_pattern, state: None, targets: Vec::new() }
    }
}

/// Whether a rule is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RuleState {
    /// It is.
    Enabled,
    /// It is not.
    Disabled,
}

/// Which events: those that have every field named here, each with one of its values.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html>
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct EventPattern {
    /// Where they come from, such as `aws.s3`; empty for anywhere.
    pub source: Vec<&'static str>,
    /// What kind they are, such as `Object Created`; empty for any.
    pub detail_type: Vec<&'static str>,
    /// What their details are; a value may be an intrinsic function.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<Pattern<EventMatch>>,
}

/// What a value of an event must be.
///
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>
#[derive(Debug, Clone, PartialEq)]
pub enum EventMatch {
    /// What SNS knows as well.
    Match(Match),
    /// This value of the stack, such as a bucket's name.
    Value(Value),
    /// A text with `*` for anything.
    Wildcard(String),
    /// A text that starts so, in upper or lower case.
    PrefixIgnoreCase(String),
    /// A text that ends so, in upper or lower case.
    SuffixIgnoreCase(String),
}

impl From<Match> for EventMatch {
    fn from(wanted: Match) -> Self {
        Self::Match(wanted)
    }
}

impl From<&str> for EventMatch {
    fn from(text: &str) -> Self {
        Self::Match(text.into())
    }
}

impl<R: Resource> From<Ref<R>> for EventMatch {
    fn from(resource: Ref<R>) -> Self {
        Self::Value(resource.into())
    }
}

impl Serialize for EventMatch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let ignore_case = |text: &String| serde_json::json!({"equals-ignore-case": text});
        match self {
            Self::Match(wanted) => wanted.serialize(serializer),
            Self::Value(value) => value.serialize(serializer),
            Self::Wildcard(text) => operator(serializer, "wildcard", text),
            Self::PrefixIgnoreCase(prefix) => operator(serializer, "prefix", &ignore_case(prefix)),
            Self::SuffixIgnoreCase(suffix) => operator(serializer, "suffix", &ignore_case(suffix)),
        }
    }
}

impl Resource for Rule {
    const TYPE: &'static str = "AWS::Events::Rule";

    fn check(&self, check: &mut Check<'_>) {
        check_targets(&self.targets, check);
    }
}

/// What is wrong with the targets of a rule of either kind.
pub(super) fn check_targets(targets: &[Target], check: &mut Check<'_>) {
    if targets.is_empty() {
        check.error("rule-without-target", "its events go nowhere").help("name a target");
    }
    for (place, target) in targets.iter().enumerate() {
        if targets[..place].iter().any(|other| other.id == target.id) {
            check.error("target-twice", format!("two targets have the id `{}`", target.id));
        }
    }
}

impl HasArn for Rule {}

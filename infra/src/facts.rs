//! What is so of every resource of a type: its name, its ARN, what it holds, and how it is drawn.
//!
//! [`of`] answers for any type. What AWS's schemas tell is taken from them; `facts/records.rs` has a record for each type
//! that Stackwright knows more of. A type without one is treated with caution: one that may hold data does.

mod caution;
mod physical;
mod records;

use std::sync::LazyLock;

use serde_json::{Map, Value as Json};

pub use physical::{Home, Physical};

use crate::expression::referenced;
use crate::graph::collect::Drawing;
use crate::graph::{Kind, ways};
use crate::schema;

/// What is lost with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// Nothing that its users stored.
    Nothing,
    /// What can be counted, by the name of one: `item`, `message`.
    Counted(&'static str),
    /// What the system writes about itself, by the name of one: `log event`. It is said, and goes without a question.
    Logs(&'static str),
    /// What is not counted, by what it is: `data`, `files`, `key material`. A resource that exists is taken to hold some.
    Uncounted(&'static str),
}

/// How a resource is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Drawn {
    /// Always, and what it is in two or three words.
    Part(Kind, &'static str),
    /// Once data goes to it or comes from it.
    WhenUsed,
    /// Never.
    Never,
}

/// What is so of every resource of one type.
#[derive(Debug, Clone, Copy)]
pub struct Facts {
    /// The CloudFormation type, such as `AWS::SQS::Queue`; empty when nothing is known of it.
    resource_type: &'static str,
    holds: Holds,
    /// What `Fn::GetAtt` gives, by attribute, as [`Physical::fill`] takes it.
    attributes: &'static [(&'static str, &'static str)],
    /// The property that names it and the form of what `Ref` gives, where that is an ARN.
    reference: Option<(&'static str, &'static str)>,
    drawn: Drawn,
    ways: ways::Ways,
    service: &'static str,
    stands_for: Option<&'static str>,
}

/// The records by type.
static RECORDS: LazyLock<Vec<Facts>> = LazyLock::new(|| {
    let mut records = records::all();
    records.sort_by_key(|facts| facts.resource_type);
    records
});

/// What is so of the resources of a type; of one without a record, as much as its name tells.
///
/// ```
/// use infra::facts::{self, Holds};
///
/// assert_eq!(facts::of("AWS::SQS::Queue").holds(), Holds::Counted("message"));
/// assert_eq!(facts::of("AWS::RDS::DBInstance").holds(), Holds::Uncounted("data"));
/// assert_eq!(facts::of("AWS::IAM::Role").holds(), Holds::Nothing);
/// ```
#[must_use]
pub fn of(resource_type: &str) -> Facts {
    record(resource_type).copied().unwrap_or_else(|| Facts {
        resource_type: "",
        holds: caution::holds(resource_type),
        attributes: &[],
        reference: None,
        drawn: if caution::is_never_drawn(resource_type) { Drawn::Never } else { Drawn::WhenUsed },
        ways: ways::none,
        service: "",
        stands_for: None,
    })
}

fn record(resource_type: &str) -> Option<&'static Facts> {
    let records = LazyLock::force(&RECORDS);
    let found = records.binary_search_by(|facts| facts.resource_type.cmp(resource_type)).ok()?;
    records.get(found)
}

/// The types that have a record, by name.
pub fn recorded() -> impl Iterator<Item = &'static str> {
    LazyLock::force(&RECORDS).iter().map(|facts| facts.resource_type)
}

/// The logical id of the resource that one with these properties stands for: of an alias, that of its function.
///
/// ```
/// use serde_json::json;
///
/// let alias = json!({"FunctionName": {"Ref": "Count"}, "Name": "live"});
/// assert_eq!(infra::facts::stood_for("AWS::Lambda::Alias", &alias), Some("Count"));
/// ```
#[must_use]
pub fn stood_for<'a>(resource_type: &str, properties: &'a Json) -> Option<&'a str> {
    referenced(properties.get(record(resource_type)?.stands_for?)?)
}

/// What is lost with a resource of a type.
#[must_use]
pub fn holds(resource_type: &str) -> Holds {
    of(resource_type).holds()
}

/// The property that fixes the physical name of a resource, as AWS's schema tells it: `QueueName` of an
/// `AWS::SQS::Queue`.
#[must_use]
pub fn name_property(resource_type: &str) -> Option<&'static str> {
    unique_name_property(resource_type).or_else(|| {
        // What AWS calls by an id of its own may have a name beside it.
        let schema = schema::of(resource_type)?;
        let property = schema.properties().find(|name| *name == "Name")?;
        let mut identifier = schema.primary_identifier();
        let has_id = identifier.next().is_some_and(|id| schema.read_only(&[id])) && identifier.next().is_none();
        (has_id && schema.create_only(&[property])).then_some(property)
    })
}

/// The same, when no two resources of an account and region may have one name. A rule of `EventBridge` has a name of its
/// bus, for example.
#[must_use]
pub fn unique_name_property(resource_type: &str) -> Option<&'static str> {
    let schema = schema::of(resource_type)?;
    let mut identifier = schema.primary_identifier();
    let (Some(id), None) = (identifier.next(), identifier.next()) else { return None };
    let kind = resource_type.rsplit("::").next()?;
    let is_name = |name: &str| {
        let own = name.strip_prefix(kind).is_some_and(|rest| matches!(rest, "Name" | "Identifier" | "Id"));
        own || (name == id && (name == "Name" || name.ends_with("Name") || name.ends_with("Identifier")))
    };
    schema.properties().find(|name| is_name(name) && schema.create_only(&[name]) && !schema.read_only(&[name]))
}

/// The property that fixes the physical name of a resource, and the name, when the template says it literally.
///
/// `resource` is the resource as the template has it.
#[must_use]
pub fn physical_name<'a>(resource_type: &str, resource: &'a Map<String, Json>) -> Option<(&'static str, &'a str)> {
    let property = name_property(resource_type)?;
    Some((property, resource.get("Properties")?.get(property)?.as_str()?))
}

impl Facts {
    /// Whether nothing more is known of the type than its name tells.
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        self.resource_type.is_empty()
    }

    /// What is lost with a resource of the type.
    #[must_use]
    pub const fn holds(&self) -> Holds {
        self.holds
    }

    /// How its resources are drawn.
    #[must_use]
    pub const fn drawn(&self) -> Drawn {
        self.drawn
    }

    /// What the actions of IAM on its resources start with, such as `sqs`; empty when that is not known.
    #[must_use]
    pub const fn service(&self) -> &'static str {
        self.service
    }

    /// The form of what `Fn::GetAtt` gives, such as `arn:{partition}:sqs:{region}:{account}:{name}`.
    #[must_use]
    pub fn attribute(&self, attribute: &str) -> Option<&'static str> {
        self.attributes.iter().find(|(name, _)| *name == attribute).map(|(_, form)| *form)
    }

    /// The attributes whose forms are known, with the forms.
    pub fn attributes(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.attributes.iter().copied()
    }

    /// The form of the ARN. What is an ARN by its physical id has the form `{id}`.
    #[must_use]
    pub fn arn(&self) -> Option<&'static str> {
        let arn = self.attributes.iter().find(|(name, _)| *name == "Arn");
        arn.or_else(|| self.attributes.iter().find(|(name, _)| name.ends_with("Arn"))).map(|(_, form)| *form)
    }

    /// The property that names it and the form of what `Ref` gives, such as `arn:{partition}:sns:{region}:{account}:{name}`,
    /// where that is an ARN.
    #[must_use]
    pub const fn reference(&self) -> Option<(&'static str, &'static str)> {
        self.reference
    }

    /// What the ARN ends in beyond the resource itself: `:*` of a log group, whose streams it names.
    #[must_use]
    pub fn arn_suffix(&self) -> &'static str {
        self.arn().and_then(|form| form.strip_suffix(":*")).map_or("", |_| ":*")
    }

    /// Draws the ways that the properties of a resource say.
    pub(crate) fn ways(&self, drawing: &mut Drawing<'_>, id: &str, properties: &Json) {
        (self.ways)(drawing, id, properties);
    }
}

impl Holds {
    /// Whether its users stored anything there, or may have.
    #[must_use]
    pub const fn is_data(self) -> bool {
        matches!(self, Self::Counted(_) | Self::Uncounted(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fact_is_of_something_that_aws_has() {
        for facts in LazyLock::force(&RECORDS) {
            let kind = facts.resource_type;
            let schema = schema::of(kind).unwrap_or_else(|| panic!("{kind} is no type"));
            for (attribute, _) in facts.attributes {
                assert!(schema.attributes().any(|it| it == *attribute), "{kind} has no attribute {attribute}");
            }
            if let Some((name, form)) = facts.reference {
                assert!(schema.properties().any(|it| it == name), "{kind} has no property {name}");
                assert!(form.starts_with("arn:{partition}:") && form.ends_with("{name}"), "{kind}: {form}");
            }
            assert!(facts.stands_for.is_none_or(|name| schema.properties().any(|it| it == name)), "{kind}");
            assert!(policies::catalogue::service(facts.service).is_some(), "{kind}: no service {}", facts.service);
        }
        let types: Vec<_> = recorded().collect();
        assert!(types.windows(2).all(|pair| pair[0] < pair[1]), "a type has two records");
    }

    #[test]
    fn names_are_found_by_the_schema() {
        for (kind, property) in [
            ("AWS::DynamoDB::Table", Some("TableName")),
            ("AWS::SQS::Queue", Some("QueueName")),
            ("AWS::Lambda::Function", Some("FunctionName")),
            ("AWS::IAM::Role", Some("RoleName")),
            ("AWS::Logs::LogGroup", Some("LogGroupName")),
            ("AWS::S3::Bucket", Some("BucketName")),
            ("AWS::SNS::Topic", Some("TopicName")),
            ("AWS::Events::EventBus", Some("Name")),
            ("AWS::Events::Rule", Some("Name")),
            ("AWS::SSM::Parameter", Some("Name")),
            ("AWS::RDS::DBInstance", Some("DBInstanceIdentifier")),
            ("AWS::SecretsManager::Secret", Some("Name")),
            ("AWS::StepFunctions::StateMachine", Some("StateMachineName")),
            ("AWS::CloudWatch::Alarm", Some("AlarmName")),
            ("AWS::S3::BucketPolicy", None),
            ("AWS::ApiGateway::Method", None),
            ("AWS::ApiGateway::RestApi", None),
            ("AWS::Lambda::EventInvokeConfig", None),
            ("Custom::Anything", None),
        ] {
            assert_eq!(name_property(kind), property, "{kind}");
        }
        assert_eq!(unique_name_property("AWS::Events::Rule"), None);
        assert_eq!(unique_name_property("AWS::SSM::Parameter"), Some("Name"));
    }

    #[test]
    fn a_log_group_holds_events_and_its_arn_names_its_streams() {
        let facts = of("AWS::Logs::LogGroup");
        assert_eq!((facts.holds(), facts.arn_suffix()), (Holds::Logs("log event"), ":*"));
        assert_eq!(of("AWS::SQS::Queue").arn_suffix(), "");
    }
}

//! Reading policies: from JSON to typed values, with the place of what is wrong.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>

mod error;
mod json;
mod place;
mod statement;

use serde_json::Value as Json;

pub use error::{ParseError, Position};

use crate::document::{PolicyDocument, Statement, Version};
use place::Place;

/// Reads a policy of any kind: of an identity or a resource, a trust policy, a boundary, or one of an organization.
///
/// ```
/// let policy = policies::parse::document(r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#).unwrap();
/// assert_eq!(policy.version, policies::Version::V2008);
///
/// let error = policies::parse::document(r#"{"Statement": {"Effect": "allow", "Action": "s3:*"}}"#).unwrap_err();
/// assert_eq!(error.to_string(), "`Effect` at `/Statement/Effect` is `allow`: expected `Allow` or `Deny`");
/// assert_eq!(error.help.unwrap(), "did you mean `Allow`?");
/// ```
///
/// # Errors
///
/// When the text is not JSON or the JSON is no policy.
pub fn document(text: &str) -> Result<PolicyDocument, ParseError> {
    value(&json::read(text)?)
}

/// Reads the JSON of a policy, in which no object may have a member twice.
///
/// # Errors
///
/// When the text is not such JSON.
pub fn json(text: &str) -> Result<Json, ParseError> {
    json::read(text)
}

/// Reads a statement of a policy.
///
/// # Errors
///
/// When the JSON is no statement.
pub fn statement(json: &Json) -> Result<Statement, ParseError> {
    statement::read(&Place::root(json))
}

/// Reads a policy that is part of other JSON, such as a template.
///
/// # Errors
///
/// When the JSON is no policy.
pub fn value(json: &Json) -> Result<PolicyDocument, ParseError> {
    let root = Place::root(json);
    let members = root.members("a policy", &["Version", "Id", "Statement"])?;
    let statement = members.get("Statement").ok_or_else(|| root.lacks("Statement", "the statements of the policy"))?;
    Ok(PolicyDocument {
        version: members.get("Version").map_or(Ok(Version::V2008), version)?,
        id: members.get("Id").map(|id| id.text("a text").map(str::to_owned)).transpose()?,
        statement: statement.entries().map(|place| statement::read(&place)).collect::<Result<_, _>>()?,
    })
}

fn version(place: &Place<'_>) -> Result<Version, ParseError> {
    place.one_of(&[("2012-10-17", Version::V2012), ("2008-10-17", Version::V2008)])
}

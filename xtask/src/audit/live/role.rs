//! A deployed role, as IAM has it.

use anyhow::Context as _;
use aws_sdk_iam::error::ProvideErrorMetadata;
use policies::{PolicyDocument, parse};

use crate::cloud::{Cloud, explain};

/// A deployed role.
#[derive(Debug, Clone, PartialEq)]
pub struct Deployed {
    /// Its ARN.
    pub arn: String,
    /// Who may assume it.
    pub trust: Document,
    /// The policies that belong to it alone, by name.
    pub inline: Vec<Document>,
    /// The policies that are attached to it, by ARN.
    pub attached: Vec<Document>,
    /// Its permissions boundary, by ARN.
    pub boundary: Option<Document>,
}

/// A deployed policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its name or ARN.
    pub name: String,
    /// What it says, or why that cannot be read.
    pub policy: Result<PolicyDocument, String>,
}

impl Document {
    /// The policy `name` that is `text`, which IAM returns percent-encoded.
    #[must_use]
    pub fn read(name: &str, text: &str) -> Self {
        let text = percent_encoding::percent_decode_str(text).decode_utf8_lossy();
        Self { name: name.to_owned(), policy: parse::document(&text).map_err(|error| error.to_string()) }
    }
}

/// The deployed role `name`; `None` when there is none.
pub async fn read(cloud: &Cloud, name: &str) -> anyhow::Result<Option<Deployed>> {
    let answer = match cloud.iam.get_role().role_name(name).send().await {
        Ok(answer) => answer,
        Err(error) if error.code() == Some("NoSuchEntity") => return Ok(None),
        Err(error) => return Err(explain(error)),
    };
    let role = answer.role().with_context(|| format!("IAM says nothing of the role `{name}`"))?;
    let boundary = match role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn()) {
        Some(arn) => Some(managed(cloud, arn).await?),
        None => None,
    };
    Ok(Some(Deployed {
        arn: role.arn().to_owned(),
        trust: Document::read("trust policy", role.assume_role_policy_document().unwrap_or_default()),
        inline: inline(cloud, name).await?,
        attached: attached(cloud, name).await?,
        boundary,
    }))
}

async fn inline(cloud: &Cloud, role: &str) -> anyhow::Result<Vec<Document>> {
    let mut names = cloud.iam.list_role_policies().role_name(role).into_paginator().items().send();
    let mut policies = Vec::new();
    while let Some(name) = names.next().await {
        let name = name.map_err(explain)?;
        let call = cloud.iam.get_role_policy().role_name(role).policy_name(&name);
        policies.push(Document::read(&name, call.send().await.map_err(explain)?.policy_document()));
    }
    Ok(policies)
}

async fn attached(cloud: &Cloud, role: &str) -> anyhow::Result<Vec<Document>> {
    let mut attached = cloud.iam.list_attached_role_policies().role_name(role).into_paginator().items().send();
    let mut policies = Vec::new();
    while let Some(policy) = attached.next().await {
        if let Some(arn) = policy.map_err(explain)?.policy_arn() {
            policies.push(managed(cloud, arn).await?);
        }
    }
    Ok(policies)
}

/// The version of a managed policy that is in force.
async fn managed(cloud: &Cloud, arn: &str) -> anyhow::Result<Document> {
    let policy = cloud.iam.get_policy().policy_arn(arn).send().await.map_err(explain)?;
    let version = policy.policy().and_then(|policy| policy.default_version_id()).unwrap_or("v1");
    let call = cloud.iam.get_policy_version().policy_arn(arn).version_id(version);
    let answer = call.send().await.map_err(explain)?;
    let document = answer.policy_version().and_then(|version| version.document()).unwrap_or_default();
    Ok(Document::read(arn, document))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_read_from_its_percent_encoded_text() {
        let text = "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22s3%3A%2A%22%2C%22Resource%22%3A%22%2A%22%7D%7D";
        let read = Document::read("all", text).policy.unwrap();
        assert_eq!(read.statement[0].action.as_slice()[0].as_str(), "s3:*");
        assert!(Document::read("none", "%7B%7D").policy.unwrap_err().contains("Statement"));
    }
}

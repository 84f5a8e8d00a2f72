//! The repository of ECR that has the images of a program: made on first use.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_ecr::types::{ImageScanningConfiguration, ImageTagMutability, Tag};
use base64::Engine as _;
use kubernetes::Credentials;
use serde_json::json;

use crate::cloud::{Cloud, explain};
use crate::failure::Failure;

/// A repository before the account and the region are known.
pub(super) const UNRESOLVED: &str = "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/stackwright";

/// As many images of a program are kept.
const KEPT: u32 = 100;

/// A repository, and who may push to it.
pub(super) struct Repository {
    /// `123456789012.dkr.ecr.eu-west-1.amazonaws.com/stackwright/shop/orders`.
    pub(super) uri: String,
    pub(super) credentials: Credentials,
}

/// What the repository of a program is called.
fn name(project: &str, program: &str) -> String {
    format!("stackwright/{project}/{program}").to_ascii_lowercase()
}

/// Where the images of a program of `project` are in `cloud`.
pub(super) fn uri(cloud: &Cloud, project: &str, program: &str) -> String {
    let suffix = if cloud.partition == "aws-cn" { "amazonaws.com.cn" } else { "amazonaws.com" };
    format!("{}.dkr.ecr.{}.{suffix}/{}", cloud.account, cloud.region, name(project, program))
}

/// The repository for a program of `project`. It is made when it is not there: with tags that cannot be moved, images that are
/// scanned when they are pushed, and the latest 100 of them kept.
///
/// # Errors
/// When AWS refuses.
pub(super) async fn ensure(cloud: &Cloud, project: &str, program: &str) -> anyhow::Result<Repository> {
    let name = name(project, program);
    let found = cloud.ecr.describe_repositories().repository_names(&name).send().await;
    let uri = match found {
        Ok(found) => found.repositories().first().and_then(|it| it.repository_uri()).map(str::to_owned),
        Err(error) if code(&error) == Some("RepositoryNotFoundException") => {
            Some(create(&cloud.ecr, &name, project).await?)
        }
        Err(error) => return Err(explain(error)),
    };
    let uri = uri.ok_or_else(|| Failure::new(format!("ECR did not say where the repository `{name}` is")))?;
    Ok(Repository { uri, credentials: credentials(&cloud.ecr).await? })
}

async fn create(ecr: &Client, name: &str, project: &str) -> anyhow::Result<String> {
    let tag = Tag::builder().key("stackwright:project").value(project).build()?;
    let created = ecr
        .create_repository()
        .repository_name(name)
        .image_tag_mutability(ImageTagMutability::Immutable)
        .image_scanning_configuration(ImageScanningConfiguration::builder().scan_on_push(true).build())
        .tags(tag)
        .send()
        .await;
    let uri = match created {
        Ok(created) => created.repository.and_then(|it| it.repository_uri).unwrap_or_default(),
        // Another deployment was faster.
        Err(error) if code(&error) == Some("RepositoryAlreadyExistsException") => {
            let found = ecr.describe_repositories().repository_names(name).send().await.map_err(explain)?;
            found.repositories().first().and_then(|it| it.repository_uri()).unwrap_or_default().to_owned()
        }
        Err(error) => return Err(explain(error)),
    };
    let policy = json!({ "rules": [{
        "rulePriority": 1,
        "description": format!("the latest {KEPT} images"),
        "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": KEPT },
        "action": { "type": "expire" },
    }] });
    let put = ecr.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(policy.to_string());
    put.send().await.map_err(explain)?;
    Ok(uri)
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html>
async fn credentials(ecr: &Client) -> anyhow::Result<Credentials> {
    let given = ecr.get_authorization_token().send().await.map_err(explain)?;
    let token = given.authorization_data().first().and_then(|it| it.authorization_token()).unwrap_or_default();
    let decoded = base64::engine::general_purpose::STANDARD.decode(token).unwrap_or_default();
    let text = String::from_utf8(decoded).unwrap_or_default();
    let Some((user, password)) = text.split_once(':') else {
        return Err(Failure::new("ECR gave a token that is none").into());
    };
    Ok(Credentials { user: user.to_owned(), password: password.to_owned() })
}

fn code<E: aws_sdk_ecr::error::ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.code()
}

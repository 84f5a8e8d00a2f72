//! The repository of ECR that has the images of a program of a stack: made when its first image is pushed.

use aws_sdk_ecr::Client;
use aws_sdk_ecr::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_ecr::types::{ImageScanningConfiguration, ImageTagMutability, Tag};
use base64::Engine as _;
use kubernetes::Credentials;
use serde_json::json;

use crate::cloud::{Cloud, explain};
use crate::failure::Failure;

/// As many images are kept. Only the stack's own count, of which the latest one runs.
const KEPT: u32 = 100;

/// The repository that has the images of a program of a stack in its stage.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repository<'a> {
    pub(super) project: &'a str,
    /// CloudFormation's name of the stack, which has the stage in it.
    pub(super) stack: &'a str,
    pub(super) program: &'a str,
}

impl Repository<'_> {
    fn name(self) -> String {
        let Self { project, stack, program } = self;
        format!("stackwright/{project}/{stack}/{program}").to_ascii_lowercase()
    }

    /// Where it is, while account and region are not known.
    pub(super) fn unresolved_uri(self) -> String {
        format!("${{AWS::AccountId}}.dkr.ecr.${{AWS::Region}}.${{AWS::URLSuffix}}/{}", self.name())
    }

    /// What ECR will say where it is, before it is made.
    pub(super) fn foreseen_uri(self, cloud: &Cloud) -> String {
        let suffix = cloud.pseudo("").value("AWS::URLSuffix");
        let suffix = suffix.as_ref().and_then(serde_json::Value::as_str).unwrap_or("amazonaws.com");
        format!("{}.dkr.ecr.{}.{suffix}/{}", cloud.account, cloud.region, self.name())
    }

    /// Where it is, if it is there.
    ///
    /// # Errors
    /// When AWS refuses.
    pub(super) async fn find(self, cloud: &Cloud) -> anyhow::Result<Option<String>> {
        let name = self.name();
        match cloud.ecr.describe_repositories().repository_names(&name).send().await {
            Ok(found) => {
                let uri = found.repositories().first().and_then(|it| it.repository_uri()).map(str::to_owned);
                Ok(Some(uri.ok_or_else(|| Failure::new(format!("ECR did not say where the repository `{name}` is")))?))
            }
            Err(error) if code(&error) == Some("RepositoryNotFoundException") => Ok(None),
            Err(error) => Err(explain(error)),
        }
    }

    /// Where it is. It is made when it is not there: with tags that cannot be moved, images that are scanned when they are
    /// pushed, and the latest 100 of them kept.
    ///
    /// # Errors
    /// When AWS refuses.
    pub(super) async fn ensure(self, cloud: &Cloud) -> anyhow::Result<String> {
        let uri = match self.find(cloud).await? {
            Some(uri) => uri,
            None => self.create(cloud).await?,
        };
        keep_latest(&cloud.ecr, &self.name()).await?;
        Ok(uri)
    }

    async fn create(self, cloud: &Cloud) -> anyhow::Result<String> {
        let name = self.name();
        let tag = Tag::builder().key("stackwright:project").value(self.project).build()?;
        let scan = ImageScanningConfiguration::builder().scan_on_push(true).build();
        let create = cloud.ecr.create_repository().repository_name(&name).tags(tag);
        let create = create.image_tag_mutability(ImageTagMutability::Immutable).image_scanning_configuration(scan);
        match create.send().await {
            Ok(_) => {}
            // Another deployment was faster, or the answer to a call before was lost.
            Err(error) if code(&error) == Some("RepositoryAlreadyExistsException") => {}
            Err(error) => return Err(explain(error)),
        }
        let uri = self.find(cloud).await?;
        Ok(uri.ok_or_else(|| Failure::new(format!("ECR made the repository `{name}` and does not know it")))?)
    }
}

/// Has a repository that has no policy of its own keep the latest images.
async fn keep_latest(ecr: &Client, name: &str) -> anyhow::Result<()> {
    match ecr.get_lifecycle_policy().repository_name(name).send().await {
        Ok(_) => return Ok(()),
        Err(error) if code(&error) == Some("LifecyclePolicyNotFoundException") => {}
        Err(error) => return Err(explain(error)),
    }
    let policy = json!({ "rules": [{
        "rulePriority": 1,
        "description": format!("the latest {KEPT} images"),
        "selection": { "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": KEPT },
        "action": { "type": "expire" },
    }] });
    let put = ecr.put_lifecycle_policy().repository_name(name).lifecycle_policy_text(policy.to_string());
    put.send().await.map_err(explain)?;
    Ok(())
}

/// Who may push and pull, for 12 hours.
///
/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html>
pub(super) async fn credentials(ecr: &Client) -> anyhow::Result<Credentials> {
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

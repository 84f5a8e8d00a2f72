//! The bucket that holds the zips: one for each account and region, made on first use.

use anyhow::{Context as _, Result};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketLocationConstraint, CreateBucketConfiguration,
    ExpirationStatus, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration, PublicAccessBlockConfiguration,
    ServerSideEncryption, ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule,
};
use plan::Pseudo;
use policies::{Action, Condition, Operator, PolicyDocument, Principal, Statement};

use crate::cloud::explain;
use crate::failure::Failure;

/// Where the functions' zips are in it.
pub const FUNCTIONS: &str = "functions/";
/// Where templates are in it that are too large for a call of CloudFormation.
pub const TEMPLATES: &str = "templates/";

/// A bucket of the account whose credentials are used, in the region they are used in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// The account it belongs to: S3 refuses calls about a bucket of that name that is somebody else's.
    pub account: String,
    /// The region it is in.
    pub region: String,
}

impl Bucket {
    /// The artifacts bucket of `account` in `region`. Bucket names are global, so both are part of its name.
    #[must_use]
    pub fn artifacts(account: impl Into<String>, region: impl Into<String>) -> Self {
        let (account, region) = (account.into(), region.into());
        Self { name: format!("stackwright-artifacts-{account}-{region}"), account, region }
    }

    /// Makes sure that the bucket is there, and makes it when it is not: private, encrypted, for TLS only, and without
    /// the remains of uploads that failed.
    ///
    /// # Errors
    /// When the name is taken by another account, or the credentials do not allow it.
    pub async fn ensure(&self, s3: &Client) -> Result<()> {
        // The policy is set last: a bucket that has it has all the rest.
        let policy = s3.get_bucket_policy().bucket(&self.name).expected_bucket_owner(&self.account).send().await;
        match policy.as_ref().map_err(SdkError::code) {
            Ok(_) => Ok(()),
            Err(Some("NoSuchBucketPolicy")) => self.protect(s3).await,
            Err(Some("NoSuchBucket")) => self.create(s3).await,
            Err(Some("AccessDenied")) => Err(self.refused()),
            Err(_) => {
                policy.map_err(explain).with_context(|| format!("the bucket `{}` cannot be looked up", self.name))?;
                Ok(())
            }
        }
    }

    fn refused(&self) -> anyhow::Error {
        Failure::new(format!("the bucket `{}` is not open to account `{}`", self.name, self.account))
            .help("the credentials need `s3:GetBucketPolicy` on it")
            .help("if it is not in your account, somebody else took its name: do not upload to it")
            .into()
    }

    async fn create(&self, s3: &Client) -> Result<()> {
        // The one region that may not be named.
        let elsewhere = (self.region != "us-east-1").then(|| {
            CreateBucketConfiguration::builder()
                .location_constraint(BucketLocationConstraint::from(self.region.as_str()))
                .build()
        });
        let created = s3.create_bucket().bucket(&self.name).set_create_bucket_configuration(elsewhere).send().await;
        match created.as_ref().map_err(SdkError::code) {
            // A deploy of another stack was faster.
            Ok(_) | Err(Some("BucketAlreadyOwnedByYou")) => {}
            Err(Some("BucketAlreadyExists")) => return Err(self.refused()),
            Err(_) => {
                created.map_err(explain).with_context(|| format!("the bucket `{}` cannot be made", self.name))?;
            }
        }
        self.protect(s3).await
    }

    async fn protect(&self, s3: &Client) -> Result<()> {
        self.put_protections(s3).await.with_context(|| format!("the bucket `{}` cannot be protected", self.name))
    }

    async fn put_protections(&self, s3: &Client) -> Result<()> {
        let (name, account) = (&self.name, &self.account);
        let private = PublicAccessBlockConfiguration::builder()
            .block_public_acls(true)
            .block_public_policy(true)
            .ignore_public_acls(true)
            .restrict_public_buckets(true)
            .build();
        s3.put_public_access_block()
            .bucket(name)
            .expected_bucket_owner(account)
            .public_access_block_configuration(private)
            .send()
            .await
            .map_err(explain)?;
        s3.put_bucket_encryption()
            .bucket(name)
            .expected_bucket_owner(account)
            .server_side_encryption_configuration(encryption()?)
            .send()
            .await
            .map_err(explain)?;
        s3.put_bucket_lifecycle_configuration()
            .bucket(name)
            .expected_bucket_owner(account)
            .lifecycle_configuration(lifecycle()?)
            .send()
            .await
            .map_err(explain)?;
        s3.put_bucket_policy()
            .bucket(name)
            .expected_bucket_owner(account)
            .policy(serde_json::to_string(&self.tls_only())?)
            .send()
            .await
            .map_err(explain)?;
        Ok(())
    }

    fn tls_only(&self) -> PolicyDocument {
        let pseudo = Pseudo { region: Some(self.region.clone()), ..Pseudo::default() };
        let partition = pseudo.value("AWS::Partition").unwrap_or_default();
        let arn = format!("arn:{}:s3:::{}", partition.as_str().unwrap_or("aws"), self.name);
        let without_tls = Condition::new(Operator::Bool, "aws:SecureTransport", ["false"]);
        let deny = Statement::deny([Action::new("s3:*")])
            .on(arn.clone())
            .on(format!("{arn}/*"))
            .principal(Principal::Any)
            .when(without_tls);
        PolicyDocument::from([deny])
    }
}

fn encryption() -> Result<ServerSideEncryptionConfiguration> {
    let default = ServerSideEncryptionByDefault::builder().sse_algorithm(ServerSideEncryption::Aes256).build()?;
    let rule = ServerSideEncryptionRule::builder().apply_server_side_encryption_by_default(default).build();
    Ok(ServerSideEncryptionConfiguration::builder().rules(rule).build()?)
}

/// Zips themselves stay: a rollback may need the code of any earlier deploy.
fn lifecycle() -> Result<BucketLifecycleConfiguration> {
    let rule = LifecycleRule::builder()
        .id("remains")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .abort_incomplete_multipart_upload(AbortIncompleteMultipartUpload::builder().days_after_initiation(1).build())
        .noncurrent_version_expiration(NoncurrentVersionExpiration::builder().noncurrent_days(30).build())
        .build()?;
    Ok(BucketLifecycleConfiguration::builder().rules(rule).build()?)
}

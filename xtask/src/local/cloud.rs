//! How clients reach the local cloud.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;

use super::place::Place;

/// The emulator's account.
pub const ACCOUNT: &str = "000000000000";

/// The region that is used when none is named. The emulator answers in every region, each with its own resources.
pub const DEFAULT_REGION: &str = "sa-east-1";

/// The emulator knows this key as the account's root and does not look at its secret.
const ACCESS_KEY: &str = "test";

/// A local cloud, running or not.
#[derive(Debug, Clone)]
pub struct LocalCloud {
    pub(super) place: Place,
}

impl LocalCloud {
    /// The local cloud that the environment selects.
    ///
    /// # Errors
    /// When `STACKWRIGHT_LOCAL_PORT` is no port, or there is no folder for data.
    pub fn selected() -> anyhow::Result<Self> {
        Ok(Self { place: Place::selected()? })
    }

    /// The endpoint of all AWS services.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.place.port)
    }

    /// The URL at which a stage of a REST API is called.
    #[must_use]
    pub fn api_url(&self, api_id: &str, stage: &str) -> String {
        format!("{}/_aws/execute-api/{api_id}/{stage}", self.endpoint())
    }

    /// `value` as it can be used on this machine: the address of a REST API on AWS becomes its local one.
    #[must_use]
    pub fn reachable_url(&self, value: &str) -> String {
        let address = value.strip_prefix("https://").and_then(|rest| rest.split_once(".execute-api."));
        match address.and_then(|(api_id, rest)| Some((api_id, rest.split_once('/')?.1))) {
            Some((api_id, stage)) => self.api_url(api_id, stage),
            None => value.to_owned(),
        }
    }

    /// What other AWS clients need in their environment. The values need no quoting in a shell.
    #[must_use]
    pub fn variables(&self, region: &str) -> [(&'static str, String); 6] {
        [
            ("AWS_ENDPOINT_URL", self.endpoint()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY.to_owned()),
            // Empty, so that the token of a real session in the same shell is not sent along: the emulator refuses it.
            ("AWS_SESSION_TOKEN", String::new()),
            ("AWS_REGION", region.to_owned()),
            ("AWS_DEFAULT_REGION", region.to_owned()),
        ]
    }

    /// The configuration of SDK clients: nothing of it comes from profiles or variables, so that no call can reach AWS.
    #[must_use]
    pub fn sdk_config(&self, region: &str) -> SdkConfig {
        let credentials = Credentials::new(ACCESS_KEY, ACCESS_KEY, None, None, "local cloud");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(self.endpoint())
            .region(Region::new(region.to_owned()))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            // Plain HTTP on loopback.
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    }
}

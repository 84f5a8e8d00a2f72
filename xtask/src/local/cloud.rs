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

    /// `value` as it can be used on this machine: the address of an API or a function on AWS becomes its local one.
    #[must_use]
    pub fn reachable_url(&self, value: &str) -> String {
        local_address(value, self.place.port).unwrap_or_else(|| value.to_owned())
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

/// The local address of what AWS gives an address of an API or a function; `None` for any other value.
fn local_address(value: &str, port: u16) -> Option<String> {
    let (scheme, address) = value.split_once("://")?;
    let scheme = match scheme {
        "https" => "http",
        "wss" => "ws",
        _ => return None,
    };
    // A path may be empty: the stage `$default` of an HTTP API has none.
    let (host, path) = address.find('/').map_or((address, ""), |slash| address.split_at(slash));
    let of = |kind: &str| Some(format!("{kind}/{}", host.split_once(&format!(".{kind}."))?.0));
    let api_or_function = of("execute-api").or_else(|| of("lambda-url"))?;
    Some(format!("{scheme}://127.0.0.1:{port}/_aws/{api_or_function}{path}"))
}

#[cfg(test)]
mod tests {
    use super::local_address;

    #[test]
    fn an_address_of_aws_becomes_one_of_this_machine() {
        for (value, expected) in [
            (
                "https://a1.execute-api.eu-west-1.amazonaws.com/prod",
                Some("http://127.0.0.1:7/_aws/execute-api/a1/prod"),
            ),
            ("https://a1.execute-api.eu-west-1.amazonaws.com", Some("http://127.0.0.1:7/_aws/execute-api/a1")),
            ("wss://a1.execute-api.eu-west-1.amazonaws.com/live", Some("ws://127.0.0.1:7/_aws/execute-api/a1/live")),
            ("https://f1.lambda-url.eu-west-1.on.aws/", Some("http://127.0.0.1:7/_aws/lambda-url/f1/")),
            ("https://example.com/execute-api/x", None),
            ("arn:aws:execute-api:eu-west-1:123456789012:a1", None),
        ] {
            assert_eq!(local_address(value, 7).as_deref(), expected, "{value}");
        }
    }
}

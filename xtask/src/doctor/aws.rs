//! What a deploy to AWS needs: that credentials and a region are configured, not whether AWS accepts them.

use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion as _;
use aws_config::profile::{self, Profile, ProfileSet};
use aws_credential_types::provider::ProvideCredentials as _;
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_types::os_shim_internal::{Env, Fs};

use super::report::Check;
use crate::cloud::credentials;

/// The settings with which a profile gets its credentials.
const SOURCES: [(&str, &str); 6] = [
    ("aws_access_key_id", "an access key"),
    ("role_arn", "a role"),
    ("sso_session", "single sign-on"),
    ("sso_start_url", "single sign-on"),
    ("login_session", "a login"),
    ("credential_process", "a program"),
];

pub(super) async fn checks() -> [Check; 2] {
    let profiles = match profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await {
        Ok(profiles) => profiles,
        Err(error) => {
            let found = format!("the configuration of AWS profiles cannot be read: {error}");
            let help = "correct the file; it is needed to deploy to AWS only";
            return [Check::optional("AWS credentials", &found, help), Check::optional("AWS region", found, help)];
        }
    };
    [configured(&profiles).await, region(&profiles).await]
}

async fn configured(profiles: &ProfileSet) -> Check {
    let name = "AWS credentials";
    if EnvironmentVariableCredentialsProvider::new().provide_credentials().await.is_ok() {
        return Check::ok(name, "from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
    }
    let selected = profiles.selected_profile();
    let profile = profiles.get_profile(selected);
    let source = profile.and_then(|profile| SOURCES.iter().find(|(setting, _)| profile.get(setting).is_some()));
    if credentials::sources(profiles, selected).any(credentials::asks_for_code) {
        return Check::optional(
            name,
            format!("profile `{selected}` asks for a code, which cannot be given: needed to deploy to AWS"),
            credentials::export(selected),
        );
    }
    match source {
        Some((_, source)) => Check::ok(name, format!("profile `{selected}`, with {source}")),
        None => Check::optional(
            name,
            format!("none in the environment or in profile `{selected}`: needed to deploy to AWS"),
            "`aws configure`, or set AWS_PROFILE",
        ),
    }
}

async fn region(profiles: &ProfileSet) -> Check {
    let name = "AWS region";
    let selected = profiles.selected_profile();
    let from_profile = || profiles.get_profile(selected).and_then(|profile: &Profile| profile.get("region"));
    match (EnvironmentVariableRegionProvider::new().region().await, from_profile()) {
        (Some(region), _) => Check::ok(name, format!("`{region}`, from AWS_REGION or AWS_DEFAULT_REGION")),
        (None, Some(region)) => Check::ok(name, format!("`{region}`, from profile `{selected}`")),
        (None, None) => Check::optional(
            name,
            "none is chosen: needed to deploy to AWS",
            "`--region`, AWS_REGION, or `region` of the profile",
        ),
    }
}

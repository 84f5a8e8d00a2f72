//! Where credentials come from, and what to do when there are none.

use std::iter::successors;

use aws_config::SdkConfig;
use aws_config::profile::{Profile, ProfileFileCredentialsProvider, ProfileSet};
use aws_config::provider_config::ProviderConfig;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_runtime::env_config::file::EnvConfigFiles;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};

use super::{causes, failure_text};
use crate::failure::Failure;

/// How many profiles of a chain of sources are read: the SDK refuses a circle.
const SOURCES: usize = 16;

/// Finds credentials before anything else is done, so that why there are none is said as it is.
///
/// # Errors
/// When there are none.
pub(super) async fn require(
    config: SdkConfig,
    profile: Option<&str>,
    http: SharedHttpClient,
) -> anyhow::Result<SdkConfig> {
    // The SDK's default chain would prefer the keys of the environment to those of a profile that is named, and so
    // another account.
    let named = profile.map(|profile| {
        let settings = ProviderConfig::default().with_http_client(http).with_region(config.region().cloned());
        let provider = ProfileFileCredentialsProvider::builder().configure(&settings).profile_name(profile).build();
        SharedCredentialsProvider::new(provider)
    });
    let Some(provider) = named.or_else(|| config.credentials_provider()) else { return Err(none("").into()) };
    match provider.provide_credentials().await {
        Ok(_) => Ok(config.into_builder().credentials_provider(provider).build()),
        Err(error) => Err(refused(profile, &error).await.into()),
    }
}

/// Nothing says who deploys; `cause` is what the SDK says of the places where it looked.
pub(super) fn none(cause: &str) -> Failure {
    let cause = if cause.is_empty() { String::new() } else { format!(": {}", failure_text(cause)) };
    Failure::new(format!("no AWS credentials were found{cause}"))
        .help("pass `--profile NAME`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`")
        .help("`--local` needs none: it deploys to this machine")
}

async fn refused(profile: Option<&str>, error: &CredentialsError) -> Failure {
    let is_empty = matches!(error, CredentialsError::CredentialsNotLoaded(_));
    let text = causes(error);
    let cause = text.strip_prefix("an error occurred while loading credentials: ").unwrap_or(&text);
    let cause = cause.strip_prefix("unexpected credentials error: ").unwrap_or(cause);
    // What is wrong with the files is the cause itself.
    let profiles = aws_config::profile::load(&Fs::real(), &Env::real(), &EnvConfigFiles::default(), None).await.ok();
    let selected = profiles.as_ref().map(ProfileSet::selected_profile);
    let Some(name) = profile.or(selected.filter(|_| !is_empty)) else { return none("") };
    let cause = if is_empty { String::new() } else { format!(": {cause}") };
    let failure = Failure::new(format!("the profile `{name}` gives no AWS credentials{cause}"));
    match profiles.as_ref().and_then(|profiles| advice(profiles, name)) {
        Some(advice) => failure.help(advice),
        None if profile.is_some() => failure.help("`aws configure list-profiles` lists the profiles"),
        None => failure.help("pass `--profile NAME`, or set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`"),
    }
}

/// A profile and its sources, from which its credentials come.
pub(crate) fn sources<'a>(profiles: &'a ProfileSet, name: &str) -> impl Iterator<Item = &'a Profile> {
    let source = |profile: &&Profile| profiles.get_profile(profile.get("source_profile")?);
    successors(profiles.get_profile(name), source).take(SOURCES)
}

/// Whether a code is asked for, which the SDK for Rust asks nobody for.
pub(crate) fn asks_for_code(profile: &Profile) -> bool {
    profile.get("mfa_serial").is_some()
}

/// What makes the credentials of a profile those of the shell.
pub(crate) fn export(profile: &str) -> String {
    format!("`eval \"$(aws configure export-credentials --profile {profile} --format env)\"`")
}

/// How to get credentials, by what the profile or one of its sources says.
fn advice(profiles: &ProfileSet, name: &str) -> Option<String> {
    sources(profiles, name).find_map(|profile| {
        let says = |property: &str| profile.get(property).is_some();
        if asks_for_code(profile) {
            return Some(format!("its role asks for a code: {}", export(name)));
        }
        if says("sso_session") || says("sso_start_url") {
            return Some(format!("`aws sso login --profile {}` signs in", profile.name()));
        }
        if says("login_session") {
            return Some(format!("`aws login --profile {}` signs in", profile.name()));
        }
        let program = profile.get("credential_process")?;
        Some(format!("its `credential_process` is `{program}`: run it to see what it prints"))
    })
}

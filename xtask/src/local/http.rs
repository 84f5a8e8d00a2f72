//! Requests to services on this machine.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::Client;
use reqwest::redirect::Policy;
use serde::Deserialize;

use super::cloud::LocalCloud;
use super::status::PATIENCE;
use crate::failure::Failure;

/// What the emulator says of itself.
#[derive(Debug, Deserialize)]
pub(super) struct Health {
    pub(super) pid: i32,
    pub(super) version: String,
    /// Bytes of memory at the most so far.
    pub(super) memory: u64,
    pub(super) state: String,
    /// State that could not be read when it started, or not be saved since.
    pub(super) problems: Vec<String>,
}

/// Answers within `patience` or not at all, and goes nowhere else; proxies are for the outside.
///
/// # Errors
/// When there can be no client.
pub fn client(patience: Duration) -> anyhow::Result<Client> {
    // The client wants to know its cryptography even where it only speaks plain HTTP. An error means that another
    // client in this process has said so already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Ok(Client::builder().no_proxy().redirect(Policy::none()).timeout(patience).build()?)
}

/// What the local cloud answers to `GET /_stackwright/{path}`.
pub(super) async fn get(cloud: &LocalCloud, path: &str) -> anyhow::Result<Vec<u8>> {
    let response = client(PATIENCE)?.get(format!("{}/_stackwright/{path}", cloud.endpoint())).send().await;
    let response = response.map_err(|error| {
        Failure::new(format!("the local cloud on port {} does not answer: {error}", cloud.place.port))
            .help("see whether it runs: `cargo xtask local status`")
    })?;
    let body = response.bytes().await.context("the local cloud did not say what it keeps")?;
    Ok(body.to_vec())
}

/// The health of the emulator on `port`, if that is one of ours and answers within `patience`.
pub(super) async fn health(port: u16, patience: Duration) -> anyhow::Result<Option<Health>> {
    let url = format!("http://127.0.0.1:{port}/_stackwright/health");
    let Ok(response) = client(patience)?.get(url).send().await else { return Ok(None) };
    let Ok(body) = response.bytes().await else { return Ok(None) };
    Ok(serde_json::from_slice(&body).ok())
}

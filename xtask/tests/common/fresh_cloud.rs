//! A fresh local cloud for a test.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::Value;
use tempfile::TempDir;

use super::ended::{self, Ended};

/// A local cloud with its own port and state, which shares the installed tools of the machine. It is stopped at the end.
pub(crate) struct FreshCloud {
    pub port: u16,
    folder: TempDir,
}

impl FreshCloud {
    /// Chosen, but not started: `--local` and `local start` do that.
    pub(crate) fn new() -> Self {
        Self { port: free_ports(), folder: TempDir::new().unwrap() }
    }

    pub(crate) fn state(&self) -> &Path {
        self.folder.path()
    }

    /// The command line, with this local cloud selected and no settings of the user's.
    pub(crate) fn xtask(&self, arguments: &[&str]) -> Command {
        let mut command = ended::xtask(arguments);
        command
            .env("STACKWRIGHT_LOCAL_PORT", self.port.to_string())
            .env("STACKWRIGHT_LOCAL_STATE", self.state())
            .env("STACKWRIGHT_VALIDATOR_CLOCK", "0");
        command
    }

    /// Runs the command line, which may fail.
    pub(crate) fn attempt(&self, arguments: &[&str]) -> Ended {
        Ended::of(&mut self.xtask(arguments))
    }

    /// Runs the command line and returns its standard output; it must succeed.
    #[track_caller]
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.attempt(arguments).expect(0).stdout
    }

    pub(crate) fn status(&self) -> Value {
        serde_json::from_str(&self.run(&["local", "status", "--json"])).unwrap()
    }

    pub(crate) fn pid(&self) -> Option<i32> {
        self.status()["pid"].as_i64().map(|pid| pid.try_into().unwrap())
    }

    /// The configuration of SDK clients, made of what `local env` prints.
    pub(crate) fn sdk_config(&self) -> SdkConfig {
        let printed = self.run(&["local", "env"]);
        let value = |name: &str| {
            let line = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("`local env` prints no {name}")).to_owned()
        };
        let credentials =
            Credentials::new(value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY"), None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .endpoint_url(value("AWS_ENDPOINT_URL"))
            .region(Region::new(value("AWS_REGION")))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build()
    }
}

impl Drop for FreshCloud {
    fn drop(&mut self) {
        let stopped = self.xtask(&["local", "stop"]).output().is_ok_and(|output| output.status.success());
        assert!(stopped || std::thread::panicking(), "a local cloud could not be stopped");
    }
}

/// A port that is free together with the next.
fn free_ports() -> u16 {
    let first = || TcpListener::bind(("127.0.0.1", 0)).unwrap();
    std::iter::repeat_with(first)
        .take(100)
        .map(|listener| listener.local_addr().unwrap().port())
        .find(|&port| port < u16::MAX && TcpListener::bind(("127.0.0.1", port + 1)).is_ok())
        .expect("two free ports")
}

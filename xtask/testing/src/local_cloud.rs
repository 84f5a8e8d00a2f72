//! A fresh local cloud for a test.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::Value;
use tempfile::TempDir;

use crate::calls::Recorded;
use crate::command::{self, CommandOutput};
use crate::deployment::{Deployment, System};
use crate::{Answer, Call, http_client};

/// A local cloud with its own port and state, which shares the installed tools of the machine.
///
/// A clone is the same local cloud. It is stopped when the last clone is dropped, and so are the deployments that were made
/// with it: also when the test panics.
#[derive(Debug, Clone)]
pub struct LocalCloud(Arc<Place>);

#[derive(Debug)]
struct Place {
    port: u16,
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl LocalCloud {
    /// A local cloud that nobody else uses. It is empty, and starts when it is first needed.
    #[must_use]
    pub fn fresh() -> Self {
        Self::with_variables::<&str, &str>([])
    }

    /// As [`fresh`](Self::fresh), with environment variables for every command, and so for the app's local services:
    /// such as one that fixes the clock of a service.
    pub fn with_variables<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        let folder = TempDir::new().expect("a temporary folder");
        Self(Arc::new(Place { port: free_ports(), folder, variables }))
    }

    /// The port of the endpoint of all AWS services.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// The endpoint of all AWS services.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// The folder of its state and logs, which is deleted with it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// The engine's command line on this local cloud, as `cargo stackwright ARGUMENTS`. `--local` is not added.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.0.command(arguments)
    }

    /// Runs the command line, which may fail.
    #[track_caller]
    #[must_use]
    pub fn attempt(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command(arguments))
    }

    /// Runs the command line and returns its standard output; it must succeed.
    #[track_caller]
    pub fn run(&self, arguments: &[&str]) -> String {
        let ended = self.attempt(arguments);
        assert_eq!(ended.code, Some(0), "`cargo stackwright {}`: {ended}", arguments.join(" "));
        ended.stdout
    }

    /// What `local status --json` says.
    #[track_caller]
    #[must_use]
    pub fn status(&self) -> Value {
        serde_json::from_str(&self.run(&["local", "status", "--json"])).unwrap()
    }

    /// The emulator's process, when it runs.
    #[track_caller]
    #[must_use]
    pub fn pid(&self) -> Option<i32> {
        self.status()["pid"].as_i64().and_then(|pid| pid.try_into().ok())
    }

    /// The address of a local service of the app, such as `http://127.0.0.1:4567`, when it runs.
    #[track_caller]
    #[must_use]
    pub fn service(&self, name: &str) -> Option<String> {
        self.status()["services"][name].as_str().map(str::to_owned)
    }

    /// Deploys a system to its stage `dev`, as [`System::deploy`] does.
    #[track_caller]
    #[must_use]
    pub fn deploy(&self, system: &str) -> Deployment {
        self.system(system).deploy()
    }

    /// A system, to choose stage, options and parameters of before it is deployed.
    pub fn system(&self, name: &str) -> System {
        System::new(self.clone(), name)
    }

    /// The configuration of SDK clients, made of what `local env` prints: nothing of it comes from the environment or
    /// from profiles, so that no call reaches AWS. For clients of services that the kit has no functions for.
    #[track_caller]
    #[must_use]
    pub fn sdk_config(&self) -> SdkConfig {
        let printed = self.run(&["local", "env"]);
        let value = |name: &str| {
            let line = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
            line.unwrap_or_else(|| panic!("`local env` prints no {name}:\n{printed}")).to_owned()
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

    /// The calls that roles made since the local cloud was started empty, allowed and denied, each once with its count.
    pub async fn calls(&self) -> Vec<Call> {
        let answer = Answer::to(http_client().get(format!("{}/_stackwright/calls", self.endpoint()))).await;
        match serde_json::from_str::<Recorded>(&answer.body) {
            Ok(recorded) if recorded.version == 1 => recorded.calls,
            _ => panic!("the local cloud tells its calls in a form that this kit does not know: {answer:?}"),
        }
    }
}

impl Place {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command::command(arguments);
        command
            .env("STACKWRIGHT_LOCAL_PORT", self.port.to_string())
            .env("STACKWRIGHT_LOCAL_STATE", self.folder.path())
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let stopped = self.command(&["local", "stop"]).output();
        let is_stopped = stopped.as_ref().is_ok_and(|output| output.status.success());
        // A second panic would end the test program.
        let is_well = is_stopped || std::thread::panicking();
        assert!(is_well, "the local cloud on port {} could not be stopped: {stopped:?}", self.port);
    }
}

/// A port that is free together with the next, which is for a local service.
///
/// Connections get theirs from 32,768 on, so that none takes one of these before the local cloud does:
/// <https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html>. Test programs begin at different ports.
fn free_ports() -> u16 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = || (std::process::id() % 400 * 40 + NEXT.fetch_add(2, Ordering::Relaxed)) % 17_000 + 15_000;
    let mut ports = std::iter::repeat_with(next).take(8_500).filter_map(|port| u16::try_from(port).ok());
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    ports.find(|&port| is_free(port) && is_free(port + 1)).expect("two free ports")
}

//! The process of the emulator.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use super::daemon::Daemon;
use super::place::Place;
use super::{ACCOUNT, DEFAULT_REGION};
use crate::tools::Environment;

/// Its files in the folder of `place`.
pub(super) fn daemon(place: &Place) -> Daemon {
    Daemon::new(place.folder.clone(), "emulator")
}

const LAUNCHER: &str = include_str!("launcher.py");

fn launcher(place: &Place) -> PathBuf {
    place.folder.join("launcher.py")
}

/// Whether another version of this program started it, so that it may lack what this one needs.
pub(super) fn is_outdated(place: &Place) -> bool {
    fs::read_to_string(launcher(place)).is_ok_and(|text| text != LAUNCHER)
}

/// The command that runs it.
///
/// Functions get the emulator's environment, so it starts from an empty one: nothing of the user's must change what a
/// function does, and no key or profile of the user may lead it to AWS.
pub(super) fn command(place: &Place, environment: &Environment) -> anyhow::Result<Command> {
    let launcher = launcher(place);
    fs::write(&launcher, LAUNCHER).with_context(|| format!("cannot write `{}`", launcher.display()))?;
    let mut command = Command::new(environment.python());
    command
        .arg("-I")
        .arg(launcher)
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("LANG", "C.UTF-8")
        .env("HOME", place.scratch())
        .env("TMPDIR", place.scratch())
        .env("STACKWRIGHT_LOCK", daemon(place).lock_file())
        // By default MiniStack listens on all interfaces, enforces no policies and forgets everything.
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", place.port.to_string())
        .env("MINISTACK_HOST", "127.0.0.1")
        .env("MINISTACK_REGION", DEFAULT_REGION)
        .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
        .env("AUTH", "true")
        .env("PERSIST_STATE", "1")
        .env("STATE_DIR", place.state())
        .env("S3_PERSIST", "1")
        .env("S3_DATA_DIR", place.buckets())
        .env("IOT_MTLS_ENABLED", "0")
        .env("SFTP_ENABLED", "0")
        // Some services start containers when they find Docker.
        .env("DOCKER_HOST", "unix:///nonexistent")
        .env("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", place.port))
        .env("AWS_EC2_METADATA_DISABLED", "true");
    Ok(command)
}

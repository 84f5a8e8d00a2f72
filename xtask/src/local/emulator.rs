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

/// The launcher, and the modules that it imports from beside it.
const LAUNCHER: [(&str, &str); 6] = [
    ("launcher.py", include_str!("launcher.py")),
    ("addresses.py", include_str!("addresses.py")),
    ("authorization.py", include_str!("authorization.py")),
    ("faults.py", include_str!("faults.py")),
    ("kept.py", include_str!("kept.py")),
    ("workers.py", include_str!("workers.py")),
];

fn launcher(place: &Place, name: &str) -> PathBuf {
    place.folder.join(name)
}

/// Whether another version of this program started it, so that it may lack what this one needs.
pub(super) fn is_outdated(place: &Place) -> bool {
    LAUNCHER.iter().any(|(name, text)| fs::read_to_string(launcher(place, name)).ok().as_deref() != Some(*text))
}

/// The command that runs it.
///
/// Functions get the emulator's environment, so it starts from an empty one: nothing of the user's must change what a
/// function does, and no key or profile of the user may lead it to AWS.
pub(super) fn command(place: &Place, environment: &Environment) -> anyhow::Result<Command> {
    for (name, text) in LAUNCHER {
        let path = launcher(place, name);
        fs::write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    }
    let mut command = Command::new(environment.python());
    command
        .arg("-I")
        .arg(launcher(place, "launcher.py"))
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

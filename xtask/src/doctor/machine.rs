//! What building handlers and running the local cloud needs.

use std::path::Path;
use std::process::{Command, Stdio};

use super::report::{Check, Outcome};
use crate::tools::{self, Tool};
use crate::{folders, local};

/// What the tools and the first build of all handlers take, with some room, in bytes.
const NEEDED_SPACE: u64 = 4_000_000_000;

const RUSTUP: &str = "install Rust from https://rustup.rs";

pub(super) fn rust() -> Check {
    match (first_line("rustc", &["--version"]), first_line("cargo", &["--version"])) {
        (Some(rustc), Some(cargo)) => Check::ok("rust", format!("{rustc}; {cargo}")),
        (None, _) => Check::missing("rust", "`rustc` does not run", RUSTUP),
        (_, None) => Check::missing("rust", "`cargo` does not run", RUSTUP),
    }
}

/// Functions are compiled for `target`, unless the local cloud runs them on a host of another kind.
pub(super) fn lambda_target(name: &'static str, target: &str) -> Check {
    let installed = first_line("rustc", &["--print", "sysroot"])
        .is_some_and(|sysroot| Path::new(&sysroot).join("lib/rustlib").join(target).join("lib").is_dir());
    if installed {
        return Check::ok(name, format!("target `{target}` is installed"));
    }
    Check::optional(
        name,
        format!("target `{target}` is not installed: needed to deploy such functions to AWS"),
        format!("`rustup target add {target}`"),
    )
}

pub(super) fn c_compiler() -> Check {
    match first_line("cc", &["--version"]) {
        Some(version) => Check::ok("C compiler", version),
        None => Check::missing(
            "C compiler",
            "`cc` does not run: some dependencies compile C code, and programs of this machine are linked with it",
            "`apt install build-essential`, `dnf install gcc` or `xcode-select --install`",
        ),
    }
}

pub(super) fn python() -> Check {
    match tools::find_python() {
        Ok((name, version)) => Check::ok("python", format!("`{name}` is Python {version}")),
        Err(error) => from_failure("python", &error),
    }
}

pub(super) fn data_folder() -> Check {
    let folder = match folders::data() {
        Ok(folder) => folder,
        Err(error) => return from_failure("data folder", &error),
    };
    let shown = folder.display();
    let writable = std::fs::create_dir_all(&folder).and_then(|()| tempfile::tempfile_in(&folder).map(drop));
    let other = "choose another folder: `STACKWRIGHT_HOME=/path/to/folder`";
    match (writable, fs4::available_space(&folder)) {
        (Err(error), _) => Check::missing("data folder", format!("cannot write to `{shown}`: {error}"), other),
        (Ok(()), Ok(free)) if free < NEEDED_SPACE => Check::optional(
            "data folder",
            format!("`{shown}` has {} left: the first deploy may need {}", gigabytes(free), gigabytes(NEEDED_SPACE)),
            other,
        ),
        (Ok(()), Ok(free)) => Check::ok("data folder", format!("`{shown}`, {} free", gigabytes(free))),
        (Ok(()), Err(_)) => Check::ok("data folder", format!("`{shown}`")),
    }
}

pub(super) fn tools() -> Check {
    let states = Tool::ALL.map(|tool| match tools::installed(tool) {
        Ok(Some(_)) => format!("{} is installed", tool.name()),
        _ => format!("{} is installed on first use", tool.name()),
    });
    Check::ok("private tools", states.join("; "))
}

pub(super) async fn local_cloud() -> Check {
    let status = match local::status().await {
        Ok(status) => status,
        Err(error) => return from_failure("local cloud", &error),
    };
    match (status.running, status.healthy) {
        (true, true) => Check::ok("local cloud", format!("runs on port {}", status.port)),
        (true, false) => Check::missing(
            "local cloud",
            format!("its process lives but does not answer on port {}", status.port),
            "`cargo xtask local stop`",
        ),
        (false, _) => match local::require_free_port().await {
            Ok(()) => Check::ok("local cloud", format!("not running; port {} is free for it", status.port)),
            Err(error) => from_failure("local cloud", &error),
        },
    }
}

/// A failure shows its own advice.
fn from_failure(name: &'static str, error: &anyhow::Error) -> Check {
    Check { name, outcome: Outcome::Missing, found: format!("{error:#}"), help: None }
}

fn first_line(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    output.status.success().then(|| text.lines().next().unwrap_or_default().to_owned())
}

fn gigabytes(bytes: u64) -> String {
    format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10)
}

//! The Python of this machine that private environments are made with.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::failure::Failure;

/// The oldest minor version of Python 3 that the packages run on.
const OLDEST: u32 = 10;

/// Tried in this order: a system whose `python3` is old often has a newer one beside it.
const NAMES: [&str; 6] = ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

const INSTALL: &str =
    "install it, e.g. `apt install python3 python3-venv`, `dnf install python3.12` or `brew install python`";

/// The name of a Python that can make private environments, and its version.
///
/// # Errors
/// When there is none, only an older one, or one without the modules that make environments.
pub fn find() -> anyhow::Result<(&'static str, String)> {
    let mut older = None;
    for name in NAMES {
        let Some(version) = version(name)? else { continue };
        if version >= (3, OLDEST) {
            require_environments(name)?;
            return Ok((name, format!("{}.{}", version.0, version.1)));
        }
        older.get_or_insert((name, version));
    }
    let failure = match older {
        Some((name, (major, minor))) => {
            Failure::new(format!("`{name}` is Python {major}.{minor}, but Python 3.{OLDEST} or newer is needed"))
        }
        None => Failure::new(format!("`python3` is not on PATH: Python 3.{OLDEST} or newer is needed")),
    };
    Err(failure.help(INSTALL).into())
}

fn version(name: &str) -> anyhow::Result<Option<(u32, u32)>> {
    let Some(output) = run(name, "import sys; print(sys.version_info[0], sys.version_info[1])")? else {
        return Ok(None);
    };
    let mut numbers = output.split_whitespace().map(str::parse);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Ok(Some((major, minor))),
        _ => Ok(None),
    }
}

fn require_environments(name: &str) -> anyhow::Result<()> {
    if run(name, "import ensurepip, venv; print()")?.is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("`{name}` cannot make private environments: it has no `venv` or no `ensurepip` module"))
        .help("on Debian and Ubuntu: `apt install python3-venv`")
        .into())
}

/// What `code` prints; nothing when there is no such program or it fails.
fn run(name: &str, code: &str) -> anyhow::Result<Option<String>> {
    let arguments = [OsStr::new("-I"), OsStr::new("-c"), OsStr::new(code)];
    match Command::new(name).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output() {
        Ok(output) if output.status.success() => Ok(Some(String::from_utf8_lossy(&output.stdout).into_owned())),
        Ok(_) => Ok(None),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot run `{name}`")),
    }
}

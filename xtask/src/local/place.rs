//! Where a local cloud listens and keeps its state.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;

use crate::failure::Failure;
use crate::folders;

/// The port that AWS emulators use by custom.
const DEFAULT_PORT: u16 = 4566;

/// A port and the folder of its state. They belong together: queue URLs in the state contain the port.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) port: u16,
    pub(super) folder: PathBuf,
}

impl Place {
    /// `STACKWRIGHT_LOCAL_PORT`, and `STACKWRIGHT_LOCAL_STATE` or a folder for the port beside the other data.
    pub(super) fn selected() -> anyhow::Result<Self> {
        let port = match std::env::var("STACKWRIGHT_LOCAL_PORT") {
            Ok(text) => parse_port(&text)?,
            Err(_) => DEFAULT_PORT,
        };
        let folder = match std::env::var_os("STACKWRIGHT_LOCAL_STATE").filter(|chosen| !chosen.is_empty()) {
            Some(chosen) => std::path::absolute(&chosen)
                .with_context(|| format!("cannot use `{}` of STACKWRIGHT_LOCAL_STATE as a folder", chosen.display()))?,
            None => folders::data()?.join("local").join(port.to_string()),
        };
        Ok(Self { port, folder })
    }

    /// Makes the folder and what must be in it.
    pub(super) fn make(&self) -> anyhow::Result<()> {
        for folder in [self.state(), self.buckets(), self.scratch()] {
            fs::create_dir_all(&folder).map_err(|error| {
                Failure::new(format!("cannot make the folder `{}`: {error}", folder.display()))
                    .help("choose another folder for all data: `STACKWRIGHT_HOME=/path/to/folder`")
            })?;
        }
        Ok(())
    }

    pub(super) fn validator_port(&self) -> u16 {
        // INVARIANT: `parse_port` refuses the last port.
        self.port + 1
    }

    pub(super) fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    pub(super) fn buckets(&self) -> PathBuf {
        self.folder.join("buckets")
    }

    /// Temporary files of the emulator, among them the unpacked programs of functions.
    pub(super) fn scratch(&self) -> PathBuf {
        self.folder.join("tmp")
    }

    /// Held by a command while it starts, stops or empties the local cloud.
    pub(super) fn change_lock(&self) -> PathBuf {
        self.folder.join("change.lock")
    }
}

fn parse_port(text: &str) -> anyhow::Result<u16> {
    match text.parse() {
        Ok(port) if port > 0 && port < u16::MAX => Ok(port),
        _ => Err(Failure::new(format!("`{text}` of STACKWRIGHT_LOCAL_PORT is no port: expected 1 to 65534"))
            .help("the port after it is used, too, for the model validator")
            .into()),
    }
}

//! Where a local cloud listens and keeps its state.
//!
//! Each workspace has a local cloud of its own. Its port is chosen once and remembered beside its state, because queue
//! URLs in the state contain the port.

use std::fs::{self, File};
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::failure::Failure;
use crate::{app, folders, hex};

/// The port that AWS emulators use by custom.
const FIRST_PORT: u16 = 4566;

/// How far the ports of two local clouds are apart: those between are for local services.
const DISTANCE: u16 = 20;

/// The file in a local cloud's folder that says whose it is.
const OWNER: &str = "workspace.json";

/// A port and the folder of its state.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) port: u16,
    pub(super) folder: PathBuf,
}

/// Whose local cloud a folder holds, and on which port.
#[derive(Debug, Serialize, Deserialize)]
struct Owner {
    workspace: PathBuf,
    port: u16,
}

impl Place {
    /// What `STACKWRIGHT_LOCAL_PORT` and `STACKWRIGHT_LOCAL_STATE` select, or the place of the workspace that the
    /// current folder is in. Outside of a workspace it is the place of port 4566.
    pub(super) fn selected() -> anyhow::Result<Self> {
        let port = match std::env::var("STACKWRIGHT_LOCAL_PORT") {
            Ok(text) => Some(parse_port(&text)?),
            Err(_) => None,
        };
        let folder = match std::env::var_os("STACKWRIGHT_LOCAL_STATE").filter(|chosen| !chosen.is_empty()) {
            Some(chosen) => Some(std::path::absolute(&chosen).with_context(|| {
                format!("cannot use `{}` of STACKWRIGHT_LOCAL_STATE as a folder", chosen.display())
            })?),
            None => None,
        };
        let all = || Ok::<_, anyhow::Error>(folders::data()?.join("local"));
        match (port, folder, app::root()) {
            (Some(port), Some(folder), _) => Ok(Self { port, folder }),
            (Some(port), None, _) => Ok(Self { port, folder: all()?.join(port.to_string()) }),
            (None, Some(folder), Ok(root)) => Self::remembered(&root, folder, &all()?),
            (None, None, Ok(root)) => Self::remembered(&root, all()?.join(folder_name(&root)), &all()?),
            (None, Some(folder), Err(_)) => Ok(Self { port: FIRST_PORT, folder }),
            (None, None, Err(_)) => Ok(Self { port: FIRST_PORT, folder: all()?.join(FIRST_PORT.to_string()) }),
        }
    }

    /// The place of the workspace at `root` in `folder`, on the port that it had before, or on one that no local cloud
    /// in the folder `all` has.
    fn remembered(root: &Path, folder: PathBuf, all: &Path) -> anyhow::Result<Self> {
        if let Some(owner) = owner(&folder) {
            return Ok(Self { port: owner.port, folder });
        }
        make_folder(all)?;
        let lock = all.join("ports.lock");
        let lock = File::create(&lock).with_context(|| format!("cannot write `{}`", lock.display()))?;
        lock.lock()?;
        // Another command may have been faster.
        if let Some(owner) = owner(&folder) {
            return Ok(Self { port: owner.port, folder });
        }
        let taken: Vec<_> = fs::read_dir(all)?.flatten().filter_map(|entry| Some(owner(&entry.path())?.port)).collect();
        let free = |port: &u16| !taken.contains(port) && TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
        let port = (FIRST_PORT..u16::MAX - DISTANCE).step_by(DISTANCE.into()).find(free).unwrap_or(FIRST_PORT);
        make_folder(&folder)?;
        let file = folder.join(OWNER);
        fs::write(&file, serde_json::to_string(&Owner { workspace: root.to_owned(), port })?)
            .with_context(|| format!("cannot write `{}`", file.display()))?;
        Ok(Self { port, folder })
    }

    /// Makes the folder and what must be in it.
    pub(super) fn make(&self) -> anyhow::Result<()> {
        [self.state(), self.buckets(), self.scratch()].iter().try_for_each(|folder| make_folder(folder))
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

    /// Held by `dev` for as long as it runs.
    pub(super) fn dev_lock(&self) -> PathBuf {
        self.folder.join("dev.lock")
    }
}

fn owner(folder: &Path) -> Option<Owner> {
    serde_json::from_str(&fs::read_to_string(folder.join(OWNER)).ok()?).ok()
}

/// The name of the workspace's folder, and what tells it from others of that name.
fn folder_name(root: &Path) -> String {
    let digest = Sha256::digest(root.as_os_str().as_encoded_bytes());
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let digits = hex::encode(&digest[..4]);
    format!("{name}-{digits}")
}

fn make_folder(folder: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(folder).map_err(|error| {
        Failure::new(format!("cannot make the folder `{}`: {error}", folder.display()))
            .help("choose another folder for all data: `STACKWRIGHT_HOME=/path/to/folder`")
            .into()
    })
}

fn parse_port(text: &str) -> anyhow::Result<u16> {
    match text.parse() {
        Ok(port) if port > 0 && port < u16::MAX => Ok(port),
        _ => Err(Failure::new(format!("`{text}` of STACKWRIGHT_LOCAL_PORT is no port: expected 1 to 65534"))
            .help("ports after it are used, too, for local services")
            .into()),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    #[test]
    fn two_workspaces_have_places_of_their_own_and_keep_them() {
        let all = TempDir::new().unwrap();
        let place = |root: &str| {
            let root = Path::new(root);
            Place::remembered(root, all.path().join(folder_name(root)), all.path()).unwrap()
        };
        let (one, other) = (place("/a/shop"), place("/b/shop"));
        assert_ne!(one.port, other.port);
        assert_ne!(one.folder, other.folder);
        assert_eq!((place("/a/shop").port, place("/b/shop").port), (one.port, other.port));
    }
}

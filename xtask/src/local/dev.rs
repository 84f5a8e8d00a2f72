//! One `dev` for each workspace: two would deploy the same change at once.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};

use anyhow::Context as _;

use super::cloud::LocalCloud;
use crate::failure::Failure;

/// Claims the workspace for this process, until what is returned is dropped.
///
/// # Errors
/// When another process has it, or the file that tells cannot be written.
pub fn require_only_dev() -> anyhow::Result<File> {
    let place = LocalCloud::selected()?.place;
    place.make()?;
    let path = place.dev_lock();
    let unusable = || format!("cannot use `{}`", path.display());
    let opened = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let mut file = opened.with_context(unusable)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let _ = file.read_to_string(&mut pid);
            return Err(Failure::new(format!("another `dev` is at work on this workspace: process {}", pid.trim()))
                .help("go on with that one, or end it with Ctrl-C first")
                .into());
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(unusable),
    }
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{}", std::process::id())?;
    Ok(file)
}

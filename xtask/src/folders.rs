//! Where this program keeps what outlives a clone: private tools and the state of local clouds.

use std::path::PathBuf;

use anyhow::Context as _;
use etcetera::BaseStrategy as _;

use crate::failure::Failure;

/// The folder of all data, which every clone of the workspace shares: `STACKWRIGHT_HOME`, or `stackwright` in the
/// user's data folder (`XDG_DATA_HOME`, by default `~/.local/share`).
pub fn data() -> anyhow::Result<PathBuf> {
    if let Some(chosen) = std::env::var_os("STACKWRIGHT_HOME").filter(|chosen| !chosen.is_empty()) {
        return std::path::absolute(&chosen)
            .with_context(|| format!("cannot use `{}` of STACKWRIGHT_HOME as a folder", chosen.display()));
    }
    let base = etcetera::choose_base_strategy().map_err(|_| {
        Failure::new("there is no home folder to keep data in")
            .help("set HOME, or name a folder: `STACKWRIGHT_HOME=/path/to/folder`")
    })?;
    Ok(base.data_dir().join("stackwright"))
}

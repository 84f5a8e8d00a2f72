//! Programs that are built as workers.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};

use super::Program;

/// Copies a program that was built as a worker into `folder`, where a build of it as a function leaves it alone.
///
/// # Errors
/// When it cannot be copied.
pub fn set_aside(program: &mut Program, folder: &Path) -> Result<()> {
    let path = folder.join(&program.name);
    let draft = folder.join(format!("{}.{}.draft", program.name, std::process::id()));
    let copy = || {
        fs::create_dir_all(folder)?;
        fs::copy(&program.path, &draft)?;
        fs::rename(&draft, &path)
    };
    copy().with_context(|| format!("`{}` cannot be copied to `{}`", program.path.display(), path.display()))?;
    program.path = path;
    Ok(())
}

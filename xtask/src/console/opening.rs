//! A file that leads a browser to the console. Whoever is on the machine can read the command line of a browser, which
//! therefore has only the name of this file; its content only the user can read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::folders;

/// The file. It is deleted when this is dropped.
#[derive(Debug)]
pub struct Opening {
    path: PathBuf,
}

impl Opening {
    /// Writes one that leads to `address`.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(address: &str) -> anyhow::Result<Self> {
        let folder = folders::data()?.join("console");
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
        let opening = Self { path: folder.join(format!("open-{}.html", std::process::id())) };
        // What an ended process of the same number left may have other rights.
        let _ = fs::remove_file(&opening.path);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&opening.path).with_context(|| opening.problem())?;
        file.write_all(page(address).as_bytes()).with_context(|| opening.problem())?;
        Ok(opening)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn problem(&self) -> String {
        format!("`{}` cannot be written", self.path.display())
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The address has nothing that markup would have to escape.
fn page(address: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={address}\">\n<title>Stackwright console</title>\n\
         <p><a href=\"{address}\">Open the console</a></p>\n</html>\n"
    )
}

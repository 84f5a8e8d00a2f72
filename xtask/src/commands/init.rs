//! `init`: a workspace of one's own.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::commands::new;
use crate::exit::Exit;
use crate::scaffold::{self, STARTER, Source};
use crate::ui;

/// Makes a workspace in `folder`. Nothing is built, and nothing asked of the network.
pub fn run(folder: &Path, source: &[String]) -> anyhow::Result<Exit> {
    let source = Source::parse(source)?;
    let made = scaffold::init(folder, &source)?;
    if !is_in_repository(folder) {
        // Without git there is no repository, and the workspace is as good.
        let _ = Command::new("git")
            .args(["init", "--quiet"])
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
    new::tell(&made);
    if let Source::Path(checkout) = &source {
        ui::say(format!(
            "the workspace refers to `{}`: elsewhere, as in CI, it needs a source that is there, too; `--source` chooses",
            checkout.display()
        ));
    }
    if folder != Path::new(".") {
        ui::say(format!("next: cd {}", folder.display()));
    }
    ui::say(format!(
        "next: cargo xtask deploy {STARTER} --local    (the first build downloads and compiles the AWS SDKs)"
    ));
    Ok(Exit::Done)
}

fn is_in_repository(folder: &Path) -> bool {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.ancestors().any(|folder| folder.join(".git").exists())
}

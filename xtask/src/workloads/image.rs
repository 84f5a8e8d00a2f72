//! Images of workers' programs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use assembly::Function;
use base64::Engine as _;
use kubernetes::{Architecture, Image, Program, Sysroot};

use super::folder;
use super::packages::Dependencies;
use crate::assets::Workspace;
use crate::cargo;

/// Kubernetes's name of a processor.
pub(super) const fn architecture(of: assembly::Architecture) -> Architecture {
    match of {
        assembly::Architecture::X86_64 => Architecture::Amd64,
        assembly::Architecture::Arm64 => Architecture::Arm64,
    }
}

/// The image of the program of `function`, built at `path` in `workspace` from `dependencies`.
///
/// # Errors
/// When a library that it needs is not on this machine, or a file cannot be read.
pub fn of(
    workspace: &Workspace,
    dependencies: &Dependencies,
    function: &Function,
    path: &Path,
) -> anyhow::Result<Image> {
    let packages = dependencies.of(workspace.package_of(&function.program)?);
    let version = packages.first().map_or_else(String::new, |it| it.version.clone());
    let architecture = architecture(function.architecture);
    let program = Program {
        certificates: Some(certificates(workspace.root())?),
        sysroot: Some(Sysroot::new("/", architecture)),
        packages,
        ..Program::new(&function.program, version, path, architecture)
    };
    Ok(program.image()?)
}

/// The authorities that Mozilla trusts, as of the version in `Cargo.lock`: those of this machine would make another image on
/// each.
fn certificates(root: &Path) -> anyhow::Result<PathBuf> {
    let mut text = String::new();
    for certificate in webpki_root_certs::TLS_SERVER_ROOT_CERTS {
        let encoded = base64::engine::general_purpose::STANDARD.encode(certificate);
        text += "-----BEGIN CERTIFICATE-----\n";
        for line in encoded.as_bytes().chunks(64) {
            let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
        }
        text += "-----END CERTIFICATE-----\n";
    }
    let tools = cargo::folder(root);
    let path = tools.join("certificates.pem");
    if std::fs::read_to_string(&path).is_ok_and(|present| present == text) {
        return Ok(path);
    }
    // Another deployment may read it meanwhile.
    std::fs::create_dir_all(&tools)
        .and_then(|()| folder::write(&path, &text))
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(path)
}

//! From a program to an image.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::document::{PROGRAM, document, unexpected};
use super::libraries::libraries;
use super::program::{self, Needs};
use super::sbom::bill_of_materials;
use super::tree::{Layer, Tree};
use super::{Image, Program};
use crate::Error;

/// Where `rustls-native-certs` and OpenSSL look on most systems.
const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Where scanners find lists of packages in an image: by the end of the name.
const PACKAGES: &str = "/usr/share/sbom/worker.cdx.json";

pub(super) fn build(program: &Program) -> Result<Image, Error> {
    let bytes = read(&program.path, "the program")?;
    let needs = check(program, &bytes)?;
    let libraries = libraries(&needs, program.sysroot.as_ref())?;
    let mut tree = Tree::default();
    tree.file(PROGRAM, 0o755, bytes);
    let listed = !program.packages.is_empty();
    let packages = listed.then(|| document(&bill_of_materials(program, &libraries))).transpose()?;
    if let Some(packages) = &packages {
        tree.file(PACKAGES, 0o644, packages.clone());
    }
    let base = base(program, libraries)?;
    let layers = vec![("user, certificates and libraries", layer(&base)?), ("program", layer(&tree)?)];
    Image::of(program, layers, packages.as_deref())
}

fn layer(tree: &Tree) -> Result<Layer, Error> {
    tree.layer().map_err(unexpected)
}

fn check(program: &Program, bytes: &[u8]) -> Result<Needs, Error> {
    let path = program.path.display();
    let needs = program::needs(bytes).map_err(|why| {
        Error::new(format!("`{path}` is not a program for Linux: {why}"))
            .help(format!("expected an ELF file for {}", program.architecture))
    })?;
    if needs.architecture != program.architecture {
        let (got, expected) = (needs.architecture, program.architecture);
        return Err(Error::new(format!("`{path}` is for {got}: expected a program for {expected}"))
            .help("build it for the architecture of the nodes, or choose nodes of its architecture"));
    }
    if !needs.is_linked {
        return Err(Error::new(format!("`{path}` is not linked: expected a program")).help("name what the linker made"));
    }
    if let Some(folder) = needs.search_paths.first() {
        return Err(Error::new(format!(
            "`{path}` looks for its libraries in `{folder}`, which the image does not have"
        ))
        .help("link it without `rpath`: its libraries are put where the loader looks by itself"));
    }
    Ok(needs)
}

/// All that is the same when the program changes.
fn base(program: &Program, libraries: BTreeMap<String, Vec<u8>>) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    let id = program.user;
    if id == 0 {
        return Err(Error::new("`user` is `0`, which is root: expected a number from 1").help("65532 is the default"));
    }
    tree.file(
        "/etc/passwd",
        0o644,
        format!("root:x:0:0:root:/:/sbin/nologin\nworker:x:{id}:{id}:worker:/:/sbin/nologin\n"),
    );
    tree.file("/etc/group", 0o644, format!("root:x:0:\nworker:x:{id}:\n"));
    tree.file("/etc/nsswitch.conf", 0o644, "hosts: files dns\n");
    tree.folder("/tmp", 0o1777);
    if let Some(path) = &program.certificates {
        let bytes = read(path, "the certificates")?;
        let begin = b"-----BEGIN CERTIFICATE-----";
        if !bytes.windows(begin.len()).any(|window| window == begin) {
            let message = format!("`{}` has no certificate: expected PEM", path.display());
            return Err(Error::new(message).help("on most systems it is `/etc/ssl/certs/ca-certificates.crt`"));
        }
        tree.file(CERTIFICATES, 0o644, bytes);
    }
    for (path, bytes) in libraries {
        tree.file(&path, 0o755, bytes);
    }
    Ok(tree)
}

fn read(path: &Path, what: &str) -> Result<Vec<u8>, Error> {
    fs::read(path).map_err(|error| {
        Error::because(format!("cannot read {what} `{}`", path.display()), &error).help("check the path")
    })
}

//! What no image is made of.

use std::fs;

use kubernetes::{Architecture, Program, Sysroot};

use crate::programs::{HERE, SOURCE, compile, program};

#[track_caller]
fn refused(change: impl FnOnce(&mut Program), expected: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let mut program = program(folder.path(), SOURCE);
    change(&mut program);
    let error = program.image().unwrap_err();
    for part in expected {
        assert!(error.to_string().contains(part), "{part}\n{error}");
    }
    assert!(!error.advice().is_empty(), "{error}");
}

#[test]
fn what_is_not_a_program_for_the_nodes_is_refused() {
    let other = if HERE == Architecture::Amd64 { Architecture::Arm64 } else { Architecture::Amd64 };
    refused(|it| it.architecture = other, &["expected a program for", other.name()]);
    refused(|it| it.path = "/nowhere/worker".into(), &["cannot read the program `/nowhere/worker`"]);
    refused(|it| fs::write(&it.path, "#!/bin/sh\n").unwrap(), &["is not a program for Linux", "ELF"]);
    refused(|it| fs::write(&it.path, "\x7fELF").unwrap(), &["is not a program for Linux"]);
    refused(|it| it.user = 0, &["root"]);
}

#[test]
fn a_library_that_is_missing_is_told_with_who_needs_it() {
    refused(|it| it.sysroot = None, &["libm.so.6", "no sysroot", "musl"]);
    let empty = tempfile::tempdir().unwrap();
    refused(|it| it.sysroot = Some(Sysroot::new(empty.path(), HERE)), &["cannot read the loader"]);
    let nowhere = Sysroot { root: "/".into(), folders: vec!["/nowhere".to_owned()] };
    refused(|it| it.sysroot = Some(nowhere), &["the program needs the shared library", "`/nowhere`"]);
}

#[test]
fn a_program_that_looks_for_libraries_elsewhere_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = compile(folder.path(), SOURCE, &["-Wl,-rpath,/opt/lib"]);
    refused(|it| it.path = path, &["looks for its libraries in `/opt/lib`", "rpath"]);
}

#[test]
fn certificates_must_be_some() {
    refused(|it| fs::write(it.certificates.as_ref().unwrap(), "none").unwrap(), &["has no certificate", "PEM"]);
}

#[test]
fn links_within_a_sysroot_stay_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path(), SOURCE);
    let expected = program.image().unwrap();
    // As a system has it whose `/lib` is a link, written as from its own root.
    let copy = tempfile::tempdir().unwrap();
    let mut sysroot = Sysroot::new(copy.path(), HERE);
    for top in ["lib", "lib64"] {
        let _ = std::os::unix::fs::symlink(format!("/real/{top}"), copy.path().join(top));
    }
    let manifest: serde_json::Value = serde_json::from_slice(expected.blob(&expected.digest()).unwrap()).unwrap();
    let layer = expected.blob(manifest["layers"][0]["digest"].as_str().unwrap()).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(layer));
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        if path.starts_with("lib") || path.starts_with("lib64") {
            let target = copy.path().join("real").join(path);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            entry.unpack(target).unwrap();
        }
    }
    sysroot.folders.retain(|folder| !folder.starts_with("/usr"));
    let program = Program { sysroot: Some(sysroot), ..program };
    assert_eq!(program.image().unwrap(), expected);
}

#[test]
fn a_library_that_is_too_old_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let library = |versions: &str| {
        fs::write(folder.path().join("versions"), versions).unwrap();
        fs::write(folder.path().join("library.c"), "int orders(void) { return 1; }").unwrap();
        let mut command = std::process::Command::new("cc");
        command.current_dir(folder.path()).args(["-shared", "-fPIC", "-o", "liborders.so.1", "library.c"]);
        command.args(["-Wl,-soname,liborders.so.1", "-Wl,--version-script=versions"]);
        assert!(command.status().unwrap().success());
    };
    library("ORDERS_2 { global: orders; };");
    let source = "int orders(void); int main(void) { return orders(); }";
    let path = compile(folder.path(), source, &[folder.path().join("liborders.so.1").to_str().unwrap()]);
    let mut sysroot = Sysroot::new("/", HERE);
    sysroot.folders.push(folder.path().to_str().unwrap().to_owned());
    let build = || {
        let program = Program::new("orders", "1", &path, HERE);
        Program { sysroot: Some(sysroot.clone()), ..program }.image()
    };
    build().unwrap();
    library("ORDERS_1 { global: orders; };");
    let error = build().unwrap_err().to_string();
    assert!(error.contains("the program wants `ORDERS_2` of `liborders.so.1`"), "{error}");
}

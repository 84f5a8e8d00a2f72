//! A program runs in a root that has its image and nothing else.

use std::path::Path;
use std::process::Command;

use crate::programs::{SOURCE, program};

/// Why no root of its own can be had here.
fn unable() -> Option<String> {
    let output = Command::new("unshare").args(["--map-root-user", "chroot", "/", "true"]).output();
    match output {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
        Err(error) => Some(format!("`unshare`: {error}")),
    }
}

fn unpack(layer: &[u8], folder: &Path) {
    tar::Archive::new(flate2::read::GzDecoder::new(layer)).unpack(folder).unwrap();
}

#[test]
fn a_program_runs_with_what_its_image_has() {
    if let Some(why) = unable() {
        eprintln!("skipped: this machine gives no root of its own: {why}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let image = program(folder.path(), SOURCE).image().unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(image.blob(&image.digest()).unwrap()).unwrap();
    let root = tempfile::tempdir().unwrap();
    for layer in manifest["layers"].as_array().unwrap() {
        unpack(image.blob(layer["digest"].as_str().unwrap()).unwrap(), root.path());
    }
    let run = || {
        Command::new("unshare").arg("--map-root-user").arg("chroot").arg(root.path()).args(["/worker", "a"]).output()
    };
    let output = run().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "2 resolved certificates\n", "{output:?}");
    // It is the image's library and not this machine's.
    std::fs::remove_dir_all(root.path().join("lib"))
        .or_else(|_| std::fs::remove_dir_all(root.path().join("lib64")))
        .unwrap();
    assert!(!run().unwrap().status.success());
}

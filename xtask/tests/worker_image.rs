//! A worker of this workspace runs in a root that has its image and nothing else.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use assembly::Architecture;
use engine::assets::Workspace;
use engine::cli::{OptionArgs, StackArgs};
use engine::prepare::{self, Purpose};
use engine::select::Selection;
use engine::workloads::image;
use engine::workloads::packages::Dependencies;
use flate2::read::GzDecoder;
use kubernetes::Image;
use serde_json::Value;
use tempfile::TempDir;

/// The image of the worker, as it is deployed but for its program, which is built for this machine and without optimisation.
fn image() -> Image {
    let options = vec![("compute".to_owned(), "kubernetes".to_owned())];
    let choices = OptionArgs { options };
    let selected = StackArgs { names: vec!["order-requests".to_owned()], all: false, choices };
    let selection = Selection::complete(&selected, "dev").unwrap();
    let stack = &selection.stacks[0];
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let programs = runtime.block_on(prepare::build(&selection, &[stack], Purpose::Local)).unwrap();
    let (worker, _) = stack.workers().next().unwrap();
    let workspace = Workspace::read(selection.app.root()).unwrap();
    let dependencies = Dependencies::read(&workspace, worker.architecture).unwrap();
    image::of(&workspace, &dependencies, worker, &programs.of(worker).unwrap().path).unwrap()
}

/// Unpacks the layers of `image` into a folder.
fn unpacked(image: &Image) -> TempDir {
    let root = TempDir::new().unwrap();
    let manifest: Value = serde_json::from_slice(image.blob(&image.digest()).unwrap()).unwrap();
    for layer in manifest["layers"].as_array().unwrap() {
        let layer = image.blob(layer["digest"].as_str().unwrap()).unwrap();
        tar::Archive::new(GzDecoder::new(layer)).unpack(root.path()).unwrap();
    }
    root
}

/// What the worker says when it cannot work: run in `root`, in a namespace of its own, with these variables.
fn run(root: &Path, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new("unshare");
    command.args(["--map-root-user", "chroot"]).arg(root).arg("/worker").env_clear();
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default()).envs(variables.iter().copied());
    let Output { status, stdout, stderr } = command.output().unwrap();
    assert!(!status.success());
    String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned()
}

#[test]
fn a_worker_runs_with_what_its_image_has_and_says_what_is_missing() {
    let able = Command::new("unshare").args(["--map-root-user", "chroot", "/", "true"]).output();
    if !able.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: this machine gives no root of its own");
        return;
    }
    let root = unpacked(&image());
    let variables = [("AWS_REGION", "eu-west-1"), ("AWS_EC2_METADATA_DISABLED", "true"), ("ORDERS", "orders")];
    let without = run(root.path(), &variables);
    assert!(without.contains("neither is `WORKER_QUEUE_URLS`, which has a worker consume queues"), "{without}");
    let wrong = run(root.path(), &[&variables[..], &[("WORKER_QUEUE_URLS", "orders")]].concat());
    assert!(wrong.contains("`WORKER_QUEUE_URLS` has `orders`"), "{wrong}");
    // The image's certificates are found, and its libraries.
    for said in [without, wrong] {
        assert!(!said.contains("panicked") && !said.contains("certificate"), "{said}");
    }
}

/// Writes the package `name` of a workspace in `root`, with `more` in its manifest.
fn write_package(root: &Path, name: &str, more: &str) {
    let folder = root.join(name);
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("src/lib.rs"), "").unwrap();
    let manifest =
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nlicense = \"MIT\"\n{more}");
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
}

#[test]
fn the_packages_of_a_program_are_those_that_it_is_built_from() {
    let root = TempDir::new().unwrap();
    let names = ["handler", "functions", "waits", "generates", "tests", "elsewhere", "small", "unused"];
    let members = names.map(|name| format!("\"{name}\"")).join(", ");
    fs::write(root.path().join("Cargo.toml"), format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n"))
        .unwrap();
    let dependencies = "[dependencies]\nfunctions = { path = \"../functions\" }
        [build-dependencies]\ngenerates = { path = \"../generates\" }
        [dev-dependencies]\ntests = { path = \"../tests\" }
        [target.'cfg(windows)'.dependencies]\nelsewhere = { path = \"../elsewhere\" }
        [target.'cfg(target_arch = \"aarch64\")'.dependencies]\nsmall = { path = \"../small\" }\n";
    write_package(root.path(), "handler", dependencies);
    let feature =
        "[features]\nworker = [\"dep:waits\"]\n[dependencies]\nwaits = { path = \"../waits\", optional = true }\n";
    write_package(root.path(), "functions", feature);
    names[2..].iter().for_each(|name| write_package(root.path(), name, ""));
    let workspace = Workspace::read(root.path()).unwrap();
    let of = |architecture| {
        let packages = Dependencies::read(&workspace, architecture).unwrap().of("handler");
        assert_eq!((packages[0].name.as_str(), packages[0].license.as_deref()), ("handler", Some("MIT")));
        let mut names: Vec<_> = packages.into_iter().map(|it| it.name).collect();
        names.sort();
        names
    };
    assert_eq!(of(Architecture::X86_64), ["functions", "generates", "handler", "waits"]);
    assert_eq!(of(Architecture::Arm64), ["functions", "generates", "handler", "small", "waits"]);
}

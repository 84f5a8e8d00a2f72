//! What is read from programs whose calls are known: how much of it is found, and how much is found that is not called.
//! It fails when the SDK or the compiler lays programs out in another way.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

mod damaged;
mod operations;
mod program;
mod users;
mod uses;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use engine::assets::{Program, Selection, Target, Workspace, build};
use engine::audit::linked::{self, Linked};
use infra::lambda::Architecture;

static PROGRAMS: LazyLock<Vec<Program>> = LazyLock::new(|| {
    let names = [
        "canary-endpoints",
        "canary-foreign",
        "canary-many",
        "canary-namesakes",
        "canary-pairs",
        "canary-raw",
        "canary-services",
        "canary-unstripped",
    ];
    let selection = Selection { programs: &names, all: &names, unified: &[], as_workers: false };
    build(&workspace(), selection, Target::Lambda(Architecture::X86_64), Some(&tools())).unwrap()
});

/// The file of the program `name`, built as for a deployment.
fn file(name: &str) -> Vec<u8> {
    fs::read(&PROGRAMS.iter().find(|program| program.name == name).unwrap().path).unwrap()
}

/// The file of the program `name`, built for this machine and without optimisation.
fn local_file(name: &str) -> Vec<u8> {
    let selection = Selection { programs: &[name], all: &[name], unified: &[], as_workers: false };
    fs::read(&build(&workspace(), selection, Target::Local, None).unwrap()[0].path).unwrap()
}

/// What the program `name` can call.
fn read(name: &str) -> Linked {
    let workspace = workspace();
    let folders = workspace.folders_of(name);
    let folders: Vec<_> = folders.iter().map(String::as_str).collect();
    linked::read(&file(name), &workspace.services(name).unwrap(), &folders).unwrap()
}

fn workspace() -> Workspace {
    Workspace::read(root()).unwrap()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The folder with `cargo-zigbuild` and the Python that has zig.
fn tools() -> PathBuf {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(engine::tools::environment(engine::tools::Tool::Zig)).unwrap().bin()
}

//! A system for each service of AWS, in a workspace as `init` and `new` make it: deployed, used, compared with its source and
//! destroyed by the tests of that workspace, then audited.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::fs;
use std::path::Path;

#[path = "common/workspace.rs"]
mod workspace;

use workspace::Workspace;

#[test]
fn a_system_for_each_service_is_deployed_used_audited_and_destroyed() {
    let workspace = Workspace::new();
    workspace.init();
    workspace.engine(&["new", "services", "--template", "queue"]).expect(0);
    // With the features of the test kit, what programs and tests both depend on is compiled once.
    let manifest = workspace.root().join("Cargo.toml");
    let made = fs::read_to_string(&manifest).unwrap();
    let unified = made.replace("app = \"stacks\"\n", "app = \"stacks\"\nbuild-with = [\"stackwright-testing\"]\n");
    assert_ne!(unified, made);
    fs::write(manifest, unified).unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/services");
    for package in ["handlers/services", "stacks"] {
        let made = workspace.root().join(package);
        fs::remove_dir_all(&made).unwrap();
        copy(&sources.join(package), &made);
    }

    workspace.cargo(&["fmt", "--check", "--package", "services", "--package", "stacks"]).expect(0);
    workspace.cargo(&["test", "--package", "services", "--package", "stacks", "--lib", "--test", "services"]).expect(0);
    // The function URL is open to anyone.
    let counted = workspace.audit(&["--fail-on", "high"]);
    assert!(counted.ends_with("; 1 finding: 1 medium"), "{counted}");
}

/// Copies a folder with all that is in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

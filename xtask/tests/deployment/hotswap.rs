//! `deploy --hotswap` and `dev` on AWS.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use testing::eventually_within;

use crate::artifacts::FUNCTION;
use crate::project::{Project, write_app};
use crate::versions::versioned;

/// Writes the workspace with other code in its function.
fn write(folder: &Path, comment: &str) {
    write_app(folder, comment);
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    fs::write(folder.join("Cargo.toml"), format!("{manifest}[profile.lambda]\ninherits = \"release\"\n")).unwrap();
}

#[tokio::test]
async fn code_is_swapped_on_aws_and_dev_works_in_a_stage_that_says_so() {
    let (project, workspace) = (Project::new(FUNCTION), TempDir::new().unwrap());
    let folder = workspace.path();
    project.declare_function(FUNCTION);
    write(folder, "one");
    project.run_at(folder, &["deploy", "orders", "--yes"]).expect(0);
    let updates = || project.called("ExecuteChangeSet");
    let (swaps, deployed) = (|| project.called("UpdateFunctionCode"), updates());

    write(folder, "two");
    let swapped = project.run_at(folder, &["deploy", "orders", "--hotswap", "--yes"]).expect(0);
    assert!(swapped.stderr.contains("orders: hot-swapped Handler: built "), "{swapped}");
    assert_eq!((swaps(), updates()), (1, deployed));
    let drift = project.run_at(folder, &["drift", "orders"]).expect(3);
    assert!(drift.stdout.contains("(hot-swapped: `deploy` brings both in step)"), "{drift}");
    project.run_at(folder, &["deploy", "orders", "--yes"]).expect(0);
    assert_eq!(updates(), deployed + 1);
    project.run_at(folder, &["drift", "orders"]).expect(0);

    let refused = project.run_at(folder, &["dev", "orders", "--aws"]).expect(2);
    assert!(refused.stderr.contains("the stage `dev` is not one in which `dev` may work on AWS"), "{refused}");
    let refused = project.run_at(folder, &["dev", "orders", "--aws", "--stage", "live"]).expect(2);
    assert!(refused.stderr.contains("the stage `live` is protected"), "{refused}");

    let said = folder.join("said");
    let mut dev = project.command_at(folder, &["dev", "orders", "--aws", "--stage", "quick"]);
    let mut dev = dev.stdout(Stdio::null()).stderr(File::create(&said).unwrap()).spawn().unwrap();
    let read = || fs::read_to_string(&said).unwrap();
    let is_said = async |text: &str| {
        eventually_within(Duration::from_mins(1), text, async || {
            let said = read();
            said.contains(text).then_some(()).ok_or(said)
        })
        .await;
    };
    is_said("works on ").await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = swaps();
    write(folder, "three");
    is_said("Handler: built ").await;
    assert_eq!(swaps(), before + 1, "{}", read());
    kill_process(Pid::from_raw(i32::try_from(dev.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    assert!(dev.wait().unwrap().success(), "{}", read());
}

#[tokio::test]
async fn a_function_with_a_version_gets_its_code_through_cloudformation_alone() {
    let yaml = versioned();
    let (project, workspace) = (Project::new(&yaml), TempDir::new().unwrap());
    let folder = workspace.path();
    project.declare_function(&yaml);
    write(folder, "one");
    project.run_at(folder, &["deploy", "orders", "--yes"]).expect(0);
    let updates = || project.called("ExecuteChangeSet");
    let deployed = updates();

    write(folder, "two");
    let refused = project.run_at(folder, &["deploy", "orders", "--hotswap", "--yes"]).expect(1);
    let reason = "cannot be hot-swapped: `Version` is a version, which keeps the code that it was published with";
    assert!(refused.stderr.contains(reason), "{refused}");
    assert_eq!((project.called("UpdateFunctionCode"), updates()), (0, deployed));
    let diff = project.run_at(folder, &["diff", "orders"]).expect(0);
    assert!(
        diff.stdout.contains("# publishes a new version\n") && !diff.stdout.contains("forces replacement"),
        "{diff}"
    );
    // The new version alone needs no yes to a loss.
    project.run_at(folder, &["deploy", "orders", "--yes"]).expect(0);
    assert_eq!((project.called("UpdateFunctionCode"), updates()), (0, deployed + 1));
    project.run_at(folder, &["diff", "orders", "--exit-code"]).expect(0);
}

//! What became possible between a revision and the source as it is: both are built, and the user's tree stays as it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::fs;
use std::path::Path;
use std::process::Command;

use assembly::{Assembly, Outcome, System, VERSION};
use bindings::dynamodb::{DeleteItem, GetItem, Table as Bound};
use infra::dynamodb::{Key, S, Table};
use infra::iam::{InlinePolicy, Role};
use infra::lambda::Function;
use infra::{Stack, Stage};
use insta::assert_snapshot;
use serde::Serialize;
use tempfile::TempDir;
use testing::{CommandOutput, command};

const PROGRAM: &str = "orders-processor";

#[derive(Serialize)]
struct Reading {
    orders: Bound<GetItem>,
}

#[derive(Serialize)]
struct Deleting {
    orders: Bound<(GetItem, DeleteItem)>,
}

impl bindings::Program for Reading {
    const NAME: &'static str = PROGRAM;
}

impl bindings::Program for Deleting {
    const NAME: &'static str = PROGRAM;
}

/// What the app prints of a stack whose function has the binding that `function` is made with.
fn assembly(function: impl FnOnce(infra::Ref<Table>) -> Function<()>) -> String {
    let mut stack = Stack::new("orders", &Stage::default());
    let table = stack.named("Orders").add(Table::keyed(Key::hash(S("id"))));
    let function = function(table);
    let granted = function.grants().cloned().collect();
    let policy = InlinePolicy { policy_name: "function".to_owned(), policy_document: granted };
    let role = Role { policies: vec![policy], ..Role::for_service("lambda.amazonaws.com") };
    let role = stack.named("Role").add(role);
    stack.named("Processor").add(function.with_role(role));
    let outcome = Outcome::Stack(Box::new(stack.assemble()));
    let system = System { name: "orders".to_owned(), description: "orders".to_owned(), options: Vec::new(), outcome };
    let version = env!("CARGO_PKG_VERSION").to_owned();
    let assembly = Assembly { version: VERSION, stackwright: version, stage: "dev".to_owned(), systems: vec![system] };
    serde_json::to_string(&assembly).unwrap()
}

/// A program without dependencies that leaves the same traces as one with the SDK: the names of `operations`, and each call
/// with its place. `Orders::remove` is called when `removes` says so.
fn program(binding: &str, operations: &[(&str, &str)], removes: bool) -> [(&'static str, String); 2] {
    let name = |(module, operation): &(&str, &str)| {
        let call = format!("bindings::evidence::Call<{binding}, bindings::dynamodb::{operation}>");
        format!("    println!(\"aws_sdk_dynamodb::operation::{module}:{call}\");\n")
    };
    let names = operations.iter().map(name).collect::<Vec<_>>().concat();
    let main = format!(
        "mod store;\n\nfn main() {{\n{names}    handle(&store::Orders {{ orders: store::Table }});\n}}\n\n\
         fn handle(orders: &store::Orders) {{\n    orders.find();\n{}}}\n",
        if removes { "    orders.remove();\n" } else { "" }
    );
    let store = "//! Orders in a table.\n\nuse std::panic::Location;\n\npub struct Table;\n\nimpl Table {\n    \
         #[track_caller]\n    pub fn get_item(&self) {\n        println!(\"{}\", Location::caller());\n    }\n    \
         #[track_caller]\n    pub fn delete_item(&self) {\n        println!(\"{}\", Location::caller());\n    }\n}\n\n\
         pub struct Orders {\n    pub orders: Table,\n}\n\nimpl Orders {\n    pub fn find(&self) {\n        \
         self.orders.get_item();\n    }\n    pub fn remove(&self) {\n        self.orders.delete_item();\n    }\n}\n";
    [("main.rs", main), ("store.rs", store.to_owned())]
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn git(root: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Writes the program and what the app says.
fn write_state(root: &Path, assembly: &str, sources: [(&'static str, String); 2]) {
    write(root, "stacks/src/assembly.json", assembly);
    for (name, text) in sources {
        write(root, &format!("handlers/orders/src/{name}"), &text);
    }
}

const GET: (&str, &str) = ("get_item", "GetItem");
const DELETE: (&str, &str) = ("delete_item", "DeleteItem");

#[test]
fn both_sides_are_built_and_only_what_became_possible_is_told() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    write(
        root,
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"stacks\", \"handlers/orders\"]\n\
         [workspace.metadata.stackwright]\napp = \"stacks\"\n\
         [profile.lambda]\ninherits = \"release\"\nopt-level = \"s\"\ncodegen-units = 1\npanic = \"abort\"\nstrip = true\n",
    );
    write(root, ".gitignore", "/target\n");
    let locked = |name: &str| format!("\n[[package]]\nname = \"{name}\"\nversion = \"0.1.0\"\n");
    let head = "# This file is automatically @generated by Cargo.\n# It is not intended for manual editing.\n";
    write(root, "Cargo.lock", &format!("{head}version = 4\n{}{}", locked("orders"), locked("stacks")));
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    write(root, "stacks/Cargo.toml", &package("stacks"));
    write(root, "stacks/src/main.rs", "fn main() {\n    println!(\"{}\", include_str!(\"assembly.json\"));\n}\n");
    let bin = "[[bin]]\nname = \"orders-processor\"\npath = \"src/main.rs\"\n";
    write(root, "handlers/orders/Cargo.toml", &(package("orders") + bin));
    let before = assembly(|orders| Function::rust(Reading { orders: orders.into() }));
    write_state(root, &before, program("bindings::dynamodb::Table<bindings::dynamodb::GetItem>", &[GET], false));
    git(root, &["init", "-q", "-b", "main"]);
    git(root, &["add", "."]);
    git(root, &["-c", "user.name=ada", "-c", "user.email=ada@example.com", "commit", "-q", "-m", "a commit"]);
    let commit = git(root, &["rev-parse", "--short", "HEAD"]);

    // What is not committed is the new side.
    let after = assembly(|orders| Function::rust(Deleting { orders: orders.into() }));
    let binding = "bindings::dynamodb::Table<(bindings::dynamodb::GetItem, bindings::dynamodb::DeleteItem)>";
    write_state(root, &after, program(binding, &[GET, DELETE], true));
    let status = git(root, &["status", "--porcelain"]);
    let audit = |more: &[&str]| {
        let arguments = [&["policy-audit", "orders", "--against", "main"], more].concat();
        CommandOutput::of(command(&arguments).current_dir(root).env_remove("CARGO_TARGET_DIR"))
    };
    let markdown = audit(&["--format", "markdown"]).expect(4);
    let told = |text: &str| text.replace(&commit, "COMMIT").replace(env!("CARGO_MANIFEST_DIR"), "");
    assert_snapshot!(told(&markdown.stdout), @r"
    ### What became possible since main (COMMIT)

    1 finding: 1 medium

    - **medium** CH01: `Processor` adds `dynamodb:DeleteItem` on `Orders`: `Orders::remove` at handlers/orders/src/store.rs:27:21, called from `handle` at handlers/orders/src/main.rs:11:12, from `main` at handlers/orders/src/main.rs:6:5
      <sub>`DeleteItem` is linked in the program; not so in main (COMMIT); see that it is meant, and that the call is what the pull request is about</sub>
    ");
    assert_eq!(git(root, &["status", "--porcelain"]), status, "the user's tree is as it was");

    audit(&["--fail-on", "high"]).expect(0);
    let json = audit(&["--json"]).expect(4).json();
    assert_eq!(json["change"]["against"], format!("main ({commit})"));
    let sarif = audit(&["--format", "sarif"]).expect(4).json();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "handlers/orders/src/store.rs");
    assert!(place["region"]["startLine"].as_u64().is_some_and(|it| it > 1), "{place}");

    // What is committed is the same on both sides.
    git(root, &["add", "."]);
    git(root, &["-c", "user.name=ada", "-c", "user.email=ada@example.com", "commit", "-q", "-m", "a commit"]);
    let same = audit(&["--format", "markdown"]).expect(0);
    assert!(same.stdout.contains("\nNothing.\n"), "{same}");
    // The way back is what is no longer possible.
    write_state(root, &before, program("bindings::dynamodb::Table<bindings::dynamodb::GetItem>", &[GET], false));
    let back = audit(&["--json"]).expect(0).json();
    let lost: Vec<_> = back["change"]["lost"].as_array().unwrap().iter().map(|it| &it["action"]).collect();
    assert_eq!(lost, ["dynamodb:DeleteItem", "dynamodb:DeleteItem"], "by the program, and by the role");
    let nowhere = CommandOutput::of(command(&["policy-audit", "--against", "nowhere"]).current_dir(root)).expect(2);
    assert!(nowhere.stderr.contains("there is no revision `nowhere`"), "{nowhere}");
    let files = ["policy-audit", "policies/orders.json", "--against", "main"];
    let files = CommandOutput::of(command(&files).current_dir(root)).expect(2);
    assert!(files.stderr.contains("and `--against` is beside it"), "{files}");
}

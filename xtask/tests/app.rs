//! What the engine says of an app that it cannot use: each message, with the way out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::fs;

use insta::assert_snapshot;
use tempfile::TempDir;
use testing::{CommandOutput, command};

/// A workspace with an app of one file and no dependencies.
struct Workspace(TempDir);

impl Workspace {
    fn with_app(main: &str) -> Self {
        let workspace = Self(TempDir::new().unwrap());
        let manifest = "[workspace]\nresolver = \"3\"\nmembers = [\"stacks\"]\n[workspace.metadata.stackwright]\napp = \"stacks\"\n";
        workspace.write("Cargo.toml", manifest);
        workspace.write("stacks/Cargo.toml", "[package]\nname = \"stacks\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        workspace.write("stacks/src/main.rs", main);
        workspace
    }

    /// An app that prints `document`.
    fn printing(document: &str) -> Self {
        Self::with_app(&format!("fn main() {{\n    println!(\"{{}}\", {document:?});\n}}\n"))
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.0.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// What `list` prints in the workspace, with the variables `environment`.
    fn listed(&self, environment: &[(&str, &str)]) -> String {
        let mut list = command(&["list"]);
        list.current_dir(self.0.path()).envs(environment.iter().copied());
        CommandOutput::of(&mut list).expect(0).stdout
    }

    /// How the command line ends in the workspace, with `ROOT` for its folder.
    fn run(&self, arguments: &[&str]) -> CommandOutput {
        let root = self.0.path().canonicalize().unwrap();
        let run = || CommandOutput::of(command(arguments).current_dir(&root));
        // The first time, cargo says what it compiles.
        let first = (!root.join("target/debug/stacks").exists()).then(run);
        let ended = first.filter(|_| !root.join("target/debug/stacks").exists()).unwrap_or_else(run);
        let text = |text: &str| text.replace(root.to_str().unwrap(), "ROOT");
        CommandOutput { code: ended.code, stdout: text(&ended.stdout), stderr: text(&ended.stderr) }
    }
}

fn document(systems: &str) -> String {
    let version = assembly::VERSION;
    format!(r#"{{"version": {version}, "stackwright": "0.1.0", "stage": "dev", "systems": [{systems}]}}"#)
}

#[test]
fn of_an_app_that_does_not_compile_only_cargo_speaks() {
    let ended = Workspace::with_app("fn main() {\n    let x: u8 = \"text\";\n}\n").run(&["list"]).expect(1);
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("error[E0308]: mismatched types\n --> stacks/src/main.rs:2:17\n"), "{ended}");
    assert!(
        ended.stderr.trim_end().ends_with("could not compile `stacks` (bin \"stacks\") due to 1 previous error"),
        "{ended}"
    );
}

#[test]
fn an_app_that_prints_something_else_is_told_apart() {
    assert_snapshot!(Workspace::printing("hello").run(&["list"]), @r"
    exit 1
    --- stderr
    error: the app `stacks` printed `hello` instead of its assembly
      help: its `main` is `stackwright::App::main` and prints nothing else; write to standard error with `eprintln!`
    ");
    assert_snapshot!(Workspace::with_app("fn main() {}").run(&["check", "--all"]), @r"
    exit 1
    --- stderr
    error: the app `stacks` printed nothing instead of its assembly
      help: its `main` is `stackwright::App::main` and prints nothing else; write to standard error with `eprintln!`
    ");
}

#[test]
fn an_assembly_of_another_version_says_which_side_to_update() {
    let own = assembly::VERSION;
    let said = |document: &str| {
        let ended = Workspace::printing(document).run(&["list"]);
        let name = |text: &str| {
            text.replace(&format!("version {own}"), "version OWN")
                .replace(&format!("version {}", own + 1), "version NEXT")
        };
        CommandOutput { stderr: name(&ended.stderr), ..ended }
    };
    let newer = format!(r#"{{"version": {}, "stackwright": "9.1.0", "anything": []}}"#, own + 1);
    assert_snapshot!(said(&newer), @r"
    exit 1
    --- stderr
    error: the app `stacks` speaks version NEXT of the assembly, and this engine version OWN
      help: update the engine to 9.1.0: `cargo install cargo-stackwright --version 9.1.0`
    ");
    let older = r#"{"version": 0, "stackwright": "0.0.9"}"#;
    assert_snapshot!(said(older), @r"
    exit 1
    --- stderr
    error: the app `stacks` speaks version 0 of the assembly, and this engine version OWN
      help: update the app from `stackwright` 0.0.9 to 0.1.0: set that version in its `Cargo.toml`, then `cargo update`
    ");
}

#[test]
fn a_stack_that_panics_is_named_with_its_line_and_the_others_go_on() {
    let failed = r#"{"name": "broken", "description": "b", "options": [], "outcome": {"failed": {"message": "index out of bounds", "location": "stacks/src/broken.rs:7:5"}}}"#;
    let stack = r#"{"name": "fine", "stage": "dev", "stack_name": "fine-dev", "description": null, "default_region": null, "options": {}, "template": {"Resources": {}}, "tags": [], "moved_from": {}, "locations": {"resources": {}, "outputs": {}}, "functions": [], "findings": [], "parameters": [], "local_services": [], "try_next": []}"#;
    let fine = format!(r#"{{"name": "fine", "description": "f", "options": [], "outcome": {{"stack": {stack}}}}}"#);
    let workspace = Workspace::printing(&document(&format!("{failed}, {fine}")));
    assert_snapshot!(workspace.run(&["check", "--all"]), @r"
    exit 1
    --- stdout
    fine: 0 errors, 0 warnings; resources 0/500, parameters 0/200, outputs 0/200, template bytes 16/1048576
    --- stderr
    error: the stack `broken` cannot be built: index out of bounds
      --> stacks/src/broken.rs:7:5
      help: the code that builds it panicked
    ");
    assert_eq!(workspace.run(&["synth", "fine"]).code, Some(0));
    assert_eq!(workspace.run(&["synth", "broken"]).code, Some(1));
    assert_eq!(workspace.run(&["list"]).expect(0).stdout, "broken  b\nfine    f\n");
}

#[test]
fn two_systems_of_one_name_are_refused() {
    let system = r#"{"name": "orders", "description": "", "options": [], "outcome": {"failed": {"message": "m", "location": null}}}"#;
    let workspace = Workspace::printing(&document(&format!("{system}, {system}")));
    assert_snapshot!(workspace.run(&["list"]), @r"
    exit 1
    --- stderr
    error: the app `stacks` has 2 systems named `orders`
      help: give each a name of its own: it is what the command line knows it by
    ");
}

#[test]
fn an_app_that_fails_is_said_with_how_to_run_it() {
    let main = "fn main() {\n    eprintln!(\"no database\");\n    std::process::exit(3);\n}\n";
    assert_snapshot!(Workspace::with_app(main).run(&["list"]), @r"
    exit 1
    --- stderr
    no database
    error: the app of this workspace failed (exit status: 3)
      help: what it said is above
      help: run it yourself: `ROOT/target/debug/stacks assembly`
    ");
}

#[test]
fn a_folder_without_an_app_says_how_to_get_one() {
    let folder = TempDir::new().unwrap();
    let ended = CommandOutput::of(command(&["list"]).current_dir(folder.path())).expect(1);
    assert!(
        ended.stderr.contains("is in no Cargo workspace\n  help: go to the folder of a workspace, or make one"),
        "{ended}"
    );

    let workspace = Workspace::with_app("fn main() {}");
    workspace.write("Cargo.toml", "[workspace]\nmembers = [\"stacks\"]\n");
    assert_snapshot!(workspace.run(&["list"]), @r#"
    exit 1
    --- stderr
    error: the workspace `ROOT` has no app: nothing says what it deploys
      help: name the package with the systems in `ROOT/Cargo.toml`: `[workspace.metadata.stackwright]`, and below it `app = "stacks"`
      help: `cargo stackwright init DIR` makes a workspace with an app
    "#);
}

/// An app is built again when anything has changed that it is built from, and cargo is not asked otherwise.
#[test]
fn a_change_of_what_the_app_is_built_from_is_seen_at_once() {
    let main = r###"
        mod text;
        fn main() {
            let flag = if cfg!(flagged) { "flagged" } else { "plain" };
            println!(
                r##"{{"version": VERSION, "stackwright": "0.1.0", "stage": "dev", "systems": [{{"name": "orders", "description": "{} {} {flag}", "options": [], "outcome": {{"failed": {{"message": "m", "location": null}}}}}}]}}"##,
                text::TEXT, outside::TEXT,
            );
        }
    "###;
    let main = &main.replace("VERSION", &assembly::VERSION.to_string());
    let outside = TempDir::with_prefix("outside with spaces").unwrap();
    fs::create_dir(outside.path().join("src")).unwrap();
    let manifest = "[package]\nname = \"outside\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(outside.path().join("Cargo.toml"), manifest).unwrap();
    let write_outside = |text: &str| {
        fs::write(outside.path().join("src/lib.rs"), format!("pub const TEXT: &str = {text:?};\n")).unwrap();
    };
    write_outside("one");
    let workspace = Workspace::with_app(main);
    let write = |text: &str| workspace.write("stacks/src/text.rs", &format!("pub const TEXT: &str = {text:?};\n"));
    write("first");
    let manifest = fs::read_to_string(workspace.0.path().join("stacks/Cargo.toml")).unwrap();
    let dependency = format!("[dependencies]\noutside = {{ path = {:?} }}\n", outside.path());
    workspace.write("stacks/Cargo.toml", &(manifest + &dependency));
    assert_eq!(workspace.listed(&[]), "orders  first one plain\n");

    // Within the same second, and of the same length.
    write("other");
    assert_eq!(workspace.listed(&[]), "orders  other one plain\n");
    write_outside("two");
    assert_eq!(workspace.listed(&[]), "orders  other two plain\n");
    write("newer");
    assert_eq!(workspace.listed(&[("RUSTFLAGS", "--cfg flagged")]), "orders  newer two flagged\n");
    assert_eq!(workspace.listed(&[]), "orders  newer two plain\n");
    workspace.write(".cargo/config.toml", "[build]\nrustflags = [\"--cfg\", \"flagged\"]\n");
    assert_eq!(workspace.listed(&[]), "orders  newer two flagged\n");
    fs::remove_file(workspace.0.path().join("stacks/src/text.rs")).unwrap();
    workspace.run(&["list"]).expect(1);
}

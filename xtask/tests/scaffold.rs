//! A workspace as `init` and `new` make it, outside of this repository: built, tested, deployed, used, audited and
//! destroyed as its user would.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;
use testing::{CommandOutput, command};

#[path = "common/checkov.rs"]
mod checkov;

const TEMPLATES: [&str; 5] = ["api", "queue", "events", "schedule", "empty"];

/// A workspace in a folder of its own, with a local cloud of its own.
struct Workspace {
    home: TempDir,
}

impl Workspace {
    fn new() -> Self {
        Self { home: TempDir::new().unwrap() }
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("shop")
    }

    /// A command in its folder, built with what earlier runs of this test compiled.
    fn prepared(&self, mut command: Command) -> Command {
        let engine = env!("CARGO_BIN_EXE_cargo-stackwright");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = [Path::new(engine).parent().unwrap().to_owned()].into_iter().chain(std::env::split_paths(&path));
        command
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("STACKWRIGHT", engine)
            .env("STACKWRIGHT_LOCAL_STATE", self.home.path().join("cloud"))
            .env("CARGO_TARGET_DIR", target())
            .current_dir(if self.root().exists() { self.root() } else { self.home.path().to_owned() });
        command
    }

    fn engine(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.prepared(command(arguments)))
    }

    fn cargo(&self, arguments: &[&str]) -> CommandOutput {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.args(arguments);
        CommandOutput::of(&mut self.prepared(cargo))
    }

    fn output(&self, stack: &str, name: &str) -> String {
        let outputs = self.engine(&["outputs", stack, "--local", "--json"]).expect(0).json();
        outputs[name].as_str().unwrap_or_else(|| panic!("`{stack}` has no output `{name}`: {outputs}")).to_owned()
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = self.prepared(command(&["local", "stop"])).output();
    }
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Beside this repository's own builds, whose features are others.
fn target() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.ancestors().nth(3).unwrap().join("scaffold")
}

#[test]
fn a_new_workspace_with_every_template_is_built_tested_deployed_used_audited_and_destroyed() {
    let workspace = Workspace::new();
    let root = workspace.root();
    let made = workspace.engine(&["init", "shop"]).expect(0);
    assert!(made.stdout.contains("created stacks/tests/notes.rs\n"), "{made}");
    for template in TEMPLATES {
        workspace.engine(&["new", &format!("my-{template}"), "--template", template]).expect(0);
    }
    // The same versions as here, so that nothing has to be found out from the registry.
    fs::copy(repository().join("Cargo.lock"), root.join("Cargo.lock")).unwrap();

    workspace.cargo(&["fmt", "--check", "--package", "stacks"]).expect(0);
    workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).expect(0);
    let templates = workspace.home.path().join("templates");
    fs::create_dir(&templates).unwrap();
    for name in TEMPLATES.map(|template| format!("my-{template}")).iter().map(String::as_str).chain(["notes"]) {
        let template = workspace.engine(&["synth", name, "--stage", "prod"]).expect(0).stdout;
        fs::write(templates.join(format!("{name}.yaml")), template).unwrap();
    }
    assert_eq!(checkov::unexplained(&templates), Vec::<String>::new());
    let deployed = workspace.cargo(&["xtask", "deploy", "--all", "--local", "--yes", "--json"]).expect(0);
    let outputs: Value = deployed.json()["outputs"].clone();
    assert_eq!(outputs.as_object().unwrap().len(), 1 + TEMPLATES.len(), "{outputs}");
    workspace.cargo(&["test", "--workspace"]).expect(0);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let api = workspace.output("notes", "ApiUrl");
        let request = testing::http_client().post(format!("{api}/notes")).body(r#"{"text": "hello"}"#);
        let answer = testing::Answer::to(request).await;
        assert_eq!(answer.status, 202, "{answer:?}");
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        testing::eventually("the note is stored", async || {
            let answer = testing::Answer::to(testing::http_client().get(format!("{api}/notes/{id}"))).await;
            (answer.status == 200).then_some(answer)
        })
        .await;
    });

    let again = workspace.engine(&["diff", "--all", "--local", "--exit-code"]);
    assert_eq!(again.code, Some(0), "{again}");
    let audit = workspace.engine(&["policy-audit", "--all"]).expect(0);
    assert!(audit.stdout.contains("; no finding\n"), "{audit}");
    let exact = audit.stdout.lines().find(|line| line.ends_with("; no finding")).unwrap();
    let rights: Vec<_> = exact.split([',', ':', ';']).map(str::trim).filter(|it| it.ends_with("rights")).collect();
    assert!(exact.contains(&rights[0].replace("rights", "exact")), "not all rights are exact: {exact}");

    workspace.engine(&["destroy", "--all", "--local", "--yes", "--force"]).expect(0);
    workspace.engine(&["outputs", "notes", "--local"]).expect(6);
}

#[test]
fn what_is_made_never_overwrites_and_is_all_or_nothing() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("full")).unwrap();
    fs::write(folder.path().join("full/notes.txt"), "mine").unwrap();
    let refused = CommandOutput::of(command(&["init", "full"]).current_dir(folder.path()));
    assert!(refused.code != Some(0) && refused.stderr.contains("not empty"), "{refused}");
    assert_eq!(fs::read_dir(folder.path().join("full")).unwrap().count(), 1);

    let run = |arguments: &[&str]| CommandOutput::of(command(arguments).current_dir(folder.path().join("shop")));
    CommandOutput::of(command(&["init", "shop"]).current_dir(folder.path())).expect(0);
    let before = fs::read_to_string(folder.path().join("shop/Cargo.toml")).unwrap();
    for name in
        ["notes", "Orders", "test", "1st", "a-name-that-is-much-too-long-for-the-functions-of-lambda-in-a-stage"]
    {
        let refused = run(&["new", name, "--template", "api"]);
        assert!(refused.code != Some(0) && refused.stderr.contains(&format!("`{name}`")), "{name}: {refused}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("shop/Cargo.toml")).unwrap(), before);
}

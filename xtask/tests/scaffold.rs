//! A workspace as `init` and `new` make it, outside of this repository: built, tested, deployed, used, audited and
//! destroyed as its user would.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::fs;

use serde_json::Value;
use tempfile::TempDir;
use testing::{CommandOutput, command};

#[path = "common/checkov.rs"]
mod checkov;
#[path = "common/workspace.rs"]
mod workspace;

use workspace::Workspace;

const TEMPLATES: [&str; 5] = ["api", "queue", "events", "schedule", "empty"];

fn output(workspace: &Workspace, stack: &str, name: &str) -> String {
    let outputs = workspace.engine(&["outputs", stack, "--local", "--json"]).expect(0).json();
    outputs[name].as_str().unwrap_or_else(|| panic!("`{stack}` has no output `{name}`: {outputs}")).to_owned()
}

#[test]
fn a_new_workspace_with_every_template_is_built_tested_deployed_used_audited_and_destroyed() {
    let workspace = Workspace::new();
    let made = workspace.init();
    assert!(made.stdout.contains("created stacks/tests/notes.rs\n"), "{made}");
    for template in TEMPLATES {
        workspace.engine(&["new", &format!("my-{template}"), "--template", template]).expect(0);
    }

    workspace.cargo(&["fmt", "--check", "--package", "stacks"]).expect(0);
    workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).expect(0);
    let templates = TempDir::new().unwrap();
    for name in TEMPLATES.map(|template| format!("my-{template}")).iter().map(String::as_str).chain(["notes"]) {
        let template = workspace.engine(&["synth", name, "--stage", "prod"]).expect(0).stdout;
        fs::write(templates.path().join(format!("{name}.yaml")), template).unwrap();
    }
    assert_eq!(checkov::unexplained(templates.path()), Vec::<String>::new());
    let deployed = workspace.cargo(&["xtask", "deploy", "--all", "--local", "--yes", "--json"]).expect(0);
    let outputs: Value = deployed.json()["outputs"].clone();
    assert_eq!(outputs.as_object().unwrap().len(), 1 + TEMPLATES.len(), "{outputs}");
    workspace.cargo(&["test", "--workspace"]).expect(0);

    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let api = output(&workspace, "notes", "ApiUrl");
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
    let counted = workspace.audit(&[]);
    assert!(counted.ends_with("; no finding"), "{counted}");

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

//! What is made of every resource type, held against cfn-lint, which reads the same schemas and has rules beside them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

#[allow(dead_code, reason = "what is of use to compile samples is not called here")]
#[path = "../../infra/resources/tests/every_type/sample.rs"]
mod sample;
#[path = "../../infra/resources/tests/every_type/text.rs"]
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use sample::{Extent, models};
use testing::{CommandOutput, command};

/// The rules that say what the schemas say. All others know more: what an ARN looks like, what a service has shut down.
const SCHEMA_RULES: [&str; 7] = ["E3002", "E3003", "E3012", "E3017", "E3018", "E3030", "E3031"];

/// The rules that say what AWS no longer offers on the day they are asked.
const RULES_OF_THE_DAY: [&str; 6] = ["E2531", "E2533", "E3710", "W2531", "W3696", "W3697"];

/// CloudFormation takes 500 resources, and 1 MB.
const RESOURCES_IN_A_TEMPLATE: usize = 150;

/// Each disagreement has its line in the snapshot: a rule that knows more than the schemas with how often, and what the
/// schemas say and we do not check with its place.
#[test]
fn cfn_lint_agrees_about_every_type_but_for_what_is_named() {
    let folder = TempDir::new().unwrap();
    let tool = CommandOutput::of(&mut command(&["local", "tool", "cfn-lint"])).expect(0);
    let mut lint = Command::new(format!("{}/cfn-lint", tool.stdout.trim()));
    lint.args(["--regions", "us-east-1", "--format", "json", "--template"]);
    let models: Vec<_> = models().collect();
    for extent in [Extent::Minimal, Extent::Full] {
        for (group, models) in models.chunks(RESOURCES_IN_A_TEMPLATE).enumerate() {
            let resources: Map<String, Value> = models
                .iter()
                .map(|model| {
                    let properties = sample::of(model, extent).unwrap().properties;
                    let resource = json!({"Type": model.resource_type, "Properties": properties});
                    (model.resource_type.replace("::", ""), resource)
                })
                .collect();
            let path = folder.path().join(format!("{extent:?}-{group}.json"));
            fs::write(&path, json!({"Resources": resources}).to_string()).unwrap();
            lint.arg(path);
        }
    }
    let found: Vec<Value> = serde_json::from_slice(&lint.output().unwrap().stdout).unwrap();
    assert!(!found.is_empty(), "cfn-lint did not look");

    let mut rules: BTreeMap<String, usize> = BTreeMap::new();
    let mut places = BTreeSet::new();
    for it in &found {
        let (id, about) = (it["Rule"]["Id"].as_str().unwrap(), it["Rule"]["ShortDescription"].as_str().unwrap());
        let path: Vec<_> = it["Location"]["Path"].as_array().into_iter().flatten().collect();
        let message = it["Message"].as_str().unwrap();
        if RULES_OF_THE_DAY.contains(&id) {
            continue;
        }
        // Formats, such as that of a date, are facts beside the schemas as well.
        if !SCHEMA_RULES.contains(&id) || message.contains("is not a '") {
            let about = if SCHEMA_RULES.contains(&id) { "a format" } else { about };
            *rules.entry(format!("{id} {about}")).or_default() += 1;
        } else if let [_, resource, _, properties @ ..] = &path[..] {
            let properties: Vec<_> = properties.iter().filter_map(|it| it.as_str()).collect();
            places.insert(format!("{id} {} {}", resource.as_str().unwrap(), properties.join(".")));
        }
    }
    let mut report = format!("{} types\n\nrules that know more:\n", models.len());
    for (rule, count) in rules {
        writeln!(report, "{count:>4} {rule}").unwrap();
    }
    writeln!(report, "\nplaces where a schema says more than is checked: {}", places.len()).unwrap();
    for place in places {
        writeln!(report, "{place}").unwrap();
    }
    insta::assert_snapshot!(report);
}

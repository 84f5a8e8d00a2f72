//! Resources of every type, checked; and of many types compiled, and rendered as they were meant.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use infra::{Raw, Severity, Stack, Stage};
use resources::model::Model;
use serde_json::Value as Json;

use super::sample::{self, Extent, Missing, models};

/// Every so-manieth type is compiled, and those of `ALSO`.
const STEP: usize = 23;

/// Types with something that few others have: unions, circles, groups, names that need spelling.
const ALSO: [&str; 10] = [
    "AWS::WAFv2::WebACL",
    "AWS::Route53::RecordSet",
    "AWS::Scheduler::Schedule",
    "AWS::StepFunctions::StateMachine",
    "AWS::Cognito::UserPool",
    "AWS::CloudFront::Distribution",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Pipes::Pipe",
    "AWS::SES::EmailIdentity",
    "AWS::IoT::TopicRule",
];

/// What `infra`'s check says of a resource with these properties.
fn findings(model: &Model, properties: &Json) -> Vec<String> {
    let mut stack = Stack::new("samples", &Stage::default());
    let properties = properties.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.clone()));
    stack.named("Sample").add(Raw::new(model.resource_type, properties));
    let errors = stack.assemble().findings.into_iter().filter(|it| it.severity == Severity::Error);
    errors.map(|it| format!("{}: {}", it.rule, it.message)).collect()
}

#[test]
fn what_is_made_of_every_type_passes_the_check() {
    let mut impossible = Vec::new();
    let mut unmatched = 0;
    let mut wrong = Vec::new();
    for model in models() {
        for extent in [Extent::Minimal, Extent::Full] {
            match sample::of(&model, extent) {
                Ok(sample) => {
                    unmatched += sample.unmatched.len();
                    for finding in findings(&model, &sample.properties) {
                        wrong.push(format!("{} {extent:?}: {finding}", model.resource_type));
                    }
                }
                Err(Missing::Circle) => impossible.push(format!("{} {extent:?}: a circle", model.resource_type)),
                Err(Missing::Text(pattern)) => {
                    impossible.push(format!("{} {extent:?}: no text for {pattern}", model.resource_type));
                }
            }
        }
    }
    println!("{unmatched} properties without a text for their pattern");
    println!("impossible:\n{}\nwrong:\n{}", impossible.join("\n"), wrong.join("\n"));
    assert!(impossible.is_empty() && wrong.is_empty(), "{} {}", impossible.len(), wrong.len());
}

/// `trybuild` shares what it has compiled with the tests of `infra`, and runs what it compiles.
#[test]
fn what_is_made_compiles_and_renders_as_it_was_meant() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("types");
    fs::create_dir_all(&folder).unwrap();
    let models: Vec<_> =
        models().enumerate().filter(|(at, it)| at % STEP == 0 || ALSO.contains(&it.resource_type)).collect();
    let cases = trybuild::TestCases::new();
    for (group, models) in models.chunks(24).enumerate() {
        let mut program = String::new();
        let mut calls = String::new();
        for (_, model) in models {
            for extent in [Extent::Minimal, Extent::Full] {
                let sample = sample::of(model, extent).unwrap();
                let name = model.resource_type.replace("::", "_").to_lowercase();
                let name = format!("{name}_{extent:?}").to_lowercase();
                let (kind, module, expected) = (model.resource_type, model.module(), sample.properties.to_string());
                let expression = sample.expression;
                write!(
                    program,
                    "fn {name}() {{\n    infra::resources! {{ {kind} }}\n    use {module}::*;\n    \
                     let resource = {expression};\n    \
                     assert_eq!(serde_json::to_value(&resource).unwrap(), serde_json::from_str::<serde_json::Value>({expected:?}).unwrap());\n}}\n\n"
                )
                .unwrap();
                writeln!(calls, "    {name}();").unwrap();
            }
        }
        let path = folder.join(format!("group_{group}.rs"));
        fs::write(&path, format!("#![allow(unused)]\n\n{program}fn main() {{\n{calls}}}\n")).unwrap();
        cases.pass(path);
    }
}

//! In a protected stage nothing that a system holds can be lost by a deployment.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use assembly::Outcome;
use infra::{Stage, facts};
use serde_json::Value;

/// The resources of all systems in `stage` that hold data, by system and logical id.
fn holding(stage: &Stage) -> Vec<(String, Value)> {
    let assembly = stacks::app().assembly(stage, &[]);
    let mut found = Vec::new();
    for system in assembly.systems {
        let Outcome::Stack(stack) = system.outcome else { panic!("{} cannot be built", system.name) };
        assert_eq!(stack.findings, [], "{}", system.name);
        for (id, resource) in stack.template["Resources"].as_object().unwrap() {
            if facts::holds(resource["Type"].as_str().unwrap()).is_data() {
                found.push((format!("{} {id}", system.name), resource.clone()));
            }
        }
    }
    found
}

#[test]
fn in_a_protected_stage_data_stays_and_can_be_brought_back() {
    let holding = holding(&Stage::protected("prod"));
    assert!(holding.len() > 20, "{}", holding.len());
    for (id, resource) in holding {
        assert_eq!(resource["DeletionPolicy"], "RetainExceptOnCreate", "{id}");
        assert_eq!(resource["UpdateReplacePolicy"], "Retain", "{id}");
        let properties = &resource["Properties"];
        match resource["Type"].as_str().unwrap() {
            "AWS::DynamoDB::Table" => {
                assert_eq!(properties["DeletionProtectionEnabled"], true, "{id}");
                let recovery = &properties["PointInTimeRecoverySpecification"];
                assert_eq!(recovery["PointInTimeRecoveryEnabled"], true, "{id}");
            }
            "AWS::S3::Bucket" => assert_eq!(properties["VersioningConfiguration"]["Status"], "Enabled", "{id}"),
            _ => {}
        }
    }
}

#[test]
fn in_any_other_stage_nothing_stays() {
    for (id, resource) in holding(&Stage::new("test")) {
        assert_eq!(resource["DeletionPolicy"], "Delete", "{id}");
    }
}

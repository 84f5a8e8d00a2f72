//! In a protected stage nothing that a system holds can be lost by a deployment, who uses it is logged, and alarms tell.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use assembly::Outcome;
use infra::{Stage, facts};
use serde_json::{Value, json};

/// The resources of all systems in `stage`, by system and logical id.
fn resources(stage: &Stage) -> Vec<(String, Value)> {
    let assembly = stacks::app().assembly(stage, &[]);
    let mut found = Vec::new();
    for system in assembly.systems {
        let Outcome::Stack(stack) = system.outcome else { panic!("{} cannot be built", system.name) };
        assert_eq!(stack.findings, [], "{}", system.name);
        for (id, resource) in stack.template["Resources"].as_object().unwrap() {
            found.push((format!("{} {id}", system.name), resource.clone()));
        }
    }
    found
}

/// Those that hold data.
fn holding(stage: &Stage) -> Vec<(String, Value)> {
    let all = resources(stage).into_iter();
    all.filter(|(_, it)| facts::holds(it["Type"].as_str().unwrap()).is_data()).collect()
}

/// Those of one type.
fn of_type(stage: &Stage, resource_type: &str) -> Vec<(String, Value)> {
    resources(stage).into_iter().filter(|(_, it)| it["Type"] == resource_type).collect()
}

fn protected() -> Stage {
    Stage::protected("prod")
}

#[test]
fn in_a_protected_stage_data_stays_and_can_be_brought_back() {
    let holding = holding(&protected());
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
fn in_a_protected_stage_who_uses_apis_and_buckets_is_logged() {
    let stages = of_type(&protected(), "AWS::ApiGateway::Stage");
    assert!(!stages.is_empty());
    for (id, stage) in stages {
        assert_eq!(stage["DependsOn"], json!(["ApiGatewayAccount"]), "{id}");
        assert!(stage["Properties"]["AccessLogSetting"]["DestinationArn"].is_object(), "{id}");
    }
    let buckets = of_type(&protected(), "AWS::S3::Bucket");
    for (id, bucket) in buckets.iter().filter(|(id, _)| !id.ends_with(" AccessLogs")) {
        let logging = &bucket["Properties"]["LoggingConfiguration"];
        assert_eq!(logging["DestinationBucketName"], json!({"Ref": "AccessLogs"}), "{id}");
        assert_eq!(logging["LogFilePrefix"], format!("{}/", id.split(' ').next_back().unwrap()), "{id}");
    }
}

#[test]
fn in_a_protected_stage_every_alarm_tells_and_every_function_and_api_has_some() {
    let alarms = of_type(&protected(), "AWS::CloudWatch::Alarm");
    for (id, alarm) in &alarms {
        assert_eq!(alarm["Properties"]["AlarmActions"], json!([{"Ref": "AlarmTopic"}]), "{id}");
    }
    let watched = |metric: &str| alarms.iter().filter(|(_, it)| it["Properties"]["MetricName"] == metric).count();
    let functions = of_type(&protected(), "AWS::Lambda::Function").len();
    let stages = of_type(&protected(), "AWS::ApiGateway::Stage").len();
    assert_eq!((watched("Errors"), watched("Throttles"), watched("5XXError")), (functions, functions, stages));
    assert!(watched("ApproximateNumberOfMessagesVisible") > 5);
}

#[test]
fn in_any_other_stage_nothing_stays_and_nothing_is_added() {
    for (id, resource) in holding(&Stage::new("test")) {
        assert_eq!(resource["DeletionPolicy"], "Delete", "{id}");
    }
    for (id, resource) in resources(&Stage::new("test")) {
        assert!(resource.get("Metadata").is_none(), "{id}");
        assert!(resource["Properties"].get("AlarmActions").is_none(), "{id}");
    }
}

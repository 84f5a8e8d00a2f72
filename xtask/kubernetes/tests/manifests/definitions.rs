//! Custom resources are as their definitions say.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::workloads::{large, small};

const FACTS: &str = include_str!("../facts/custom-resources.txt");

/// The facts of a property.
type Facts = BTreeMap<&'static str, Vec<&'static str>>;

fn facts(kind: &str) -> Facts {
    let section = FACTS.split("\n[").find(|section| section.starts_with(&format!("{kind}]"))).unwrap();
    let lines = section.lines().skip(1).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(' ').unwrap()).map(|(path, facts)| (path, facts.split(' ').collect())).collect()
}

fn check(facts: &Facts, path: &str, value: &Value, problems: &mut Vec<String>) {
    let Some(known) = facts.get(path) else {
        problems.push(format!("{path} is unknown"));
        return;
    };
    let fits = match known[0] {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64(),
        "boolean" => value.is_boolean(),
        other => panic!("{other}"),
    };
    if !fits {
        problems.push(format!("{path} is not of type {}", known[0]));
    }
    for fact in &known[1..] {
        let (name, limit) = fact.split_once('=').unwrap_or((fact, ""));
        let least = |size: Option<usize>| size.is_some_and(|size| size >= limit.parse().unwrap());
        let fits = match name {
            "minimum" => value.as_i64().is_some_and(|number| number >= limit.parse().unwrap()),
            "minLength" => least(value.as_str().map(str::len)),
            "minItems" => least(value.as_array().map(Vec::len)),
            "enum" => value.as_str().is_some_and(|text| limit.split('|').any(|one| one == text)),
            _ => true,
        };
        if !fits {
            problems.push(format!("{path} breaks {fact}"));
        }
    }
    if known.contains(&"opaque") {
        return;
    }
    for (name, inner) in value.as_object().into_iter().flatten() {
        let named = format!("{path}.{name}");
        let any = format!("{path}{{}}");
        check(facts, if facts.contains_key(any.as_str()) { &any } else { &named }, inner, problems);
    }
    for inner in value.as_array().into_iter().flatten() {
        check(facts, &format!("{path}[]"), inner, problems);
    }
    let children = facts.iter().filter(|(_, facts)| facts.contains(&"required"));
    for name in children.filter_map(|(child, _)| child.strip_prefix(path)?.strip_prefix('.')) {
        if !name.contains(['.', '[', '{']) && value.get(name).is_none() {
            problems.push(format!("{path} lacks {name}"));
        }
    }
}

fn problems(kind: &str, spec: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    check(&facts(kind), "spec", spec, &mut problems);
    problems
}

#[test]
fn what_is_rendered_is_as_its_definition_says() {
    let objects = kubernetes::objects(&[small(), large()]).unwrap();
    let mut kinds = Vec::new();
    for object in objects.iter().filter(|object| FACTS.contains(&format!("[{}]", object.kind()))) {
        assert_eq!(problems(object.kind(), &object.value()["spec"]), [""; 0], "{}", kubernetes::yaml(object));
        kinds.push(object.kind());
    }
    kinds.dedup();
    assert_eq!(kinds, ["TriggerAuthentication", "ScaledObject", "PodMonitor"]);
}

#[test]
fn what_is_not_as_the_definition_says_is_found() {
    let objects = kubernetes::objects(&[small()]).unwrap();
    let object = objects.iter().find(|object| object.kind() == "ScaledObject").unwrap();
    let changed = |pointer: &str, value: Value| {
        let mut spec = object.value()["spec"].clone();
        *spec.pointer_mut(pointer).unwrap() = value;
        problems("ScaledObject", &spec)
    };
    assert_eq!(changed("/minReplicaCount", json!(-1)), ["spec.minReplicaCount breaks minimum=0"]);
    assert_eq!(changed("/maxReplicaCount", json!("1")).len(), 2);
    assert_eq!(changed("/triggers", json!([])), ["spec.triggers breaks minItems=1"]);
    assert_eq!(
        changed("/triggers/0/metadata/queueLength", json!(5)),
        ["spec.triggers[].metadata{} is not of type string"]
    );
    assert_eq!(changed("/fallback", json!({"replicas": 1})), ["spec.fallback lacks failureThreshold"]);
    assert_eq!(
        changed("/scaleTargetRef", json!({"name": "a", "names": "b"})),
        ["spec.scaleTargetRef.names is unknown"]
    );
    let owner = json!({"podIdentity": {"provider": "aws", "identityOwner": "me"}});
    let found = problems("TriggerAuthentication", &owner);
    assert_eq!(found, ["spec.podIdentity.identityOwner breaks enum=keda|workload"]);
}

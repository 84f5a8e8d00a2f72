//! Each folder of `plans` is a deployed template, a new one, and what the plan says of the difference. A file `region` in it
//! says where both are; else nothing is known of that.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use infra::Template;
use infra::plan::{Plan, Pseudo, Snapshot};

#[test]
fn plans() {
    insta::glob!("plans/*/after.yaml", |after| {
        let (before, after) = (snapshot(&after.with_file_name("before.yaml")), snapshot(after));
        let plan = Plan::between(Some(&before), &after);
        let mut text: Vec<_> = plan.lines("stack").iter().map(ToString::to_string).collect();
        text.extend(plan.check(Some(&before), &after, |_| None).iter().map(ToString::to_string));
        insta::assert_snapshot!(text.join("\n"));
    });
}

#[test]
fn the_first_deployment_creates_everything() {
    let after = snapshot(Path::new("tests/plans/creates-and-deletes/after.yaml"));
    let plan = Plan::between(None, &after);
    assert_eq!(plan.summary(), "1 to create");
}

#[test]
fn a_tag_alone_is_a_change() {
    let before = snapshot(Path::new("tests/plans/creates-and-deletes/after.yaml"));
    let tags = [("team".to_owned(), "orders".to_owned())].into();
    let plan = Plan::between(Some(&before), &Snapshot { tags, ..before.clone() });
    assert_eq!(plan.lines("stack").last().unwrap().to_string(), "  +   team: set to orders");
    assert!(!plan.is_empty());
}

#[test]
fn a_template_does_not_differ_from_itself() {
    insta::glob!("plans/*/after.yaml", |after| {
        let after = snapshot(after);
        let plan = Plan::between(Some(&after), &after);
        assert!(plan.is_empty() && plan.permissions.is_empty(), "{plan:?}");
    });
}

/// The template of a file, each parameter with its default.
fn snapshot(path: &Path) -> Snapshot {
    let template = Template::parse(&fs::read_to_string(path).unwrap()).unwrap();
    let default = |parameter: &serde_json::Value| match &parameter["Default"] {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let parameters: BTreeMap<_, _> = template
        .section("Parameters")
        .filter_map(|(name, parameter)| Some((name.to_owned(), default(parameter)?)))
        .collect();
    let region = fs::read_to_string(path.with_file_name("region")).ok().map(|region| region.trim().to_owned());
    let pseudo = Pseudo { region, ..Pseudo::default() };
    Snapshot { template, parameters, pseudo, ..Snapshot::default() }
}

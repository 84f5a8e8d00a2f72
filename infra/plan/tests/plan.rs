//! Each folder of `plans` is a deployed template, a new one, and what the plan says of the difference. A file `region` in it
//! says where both are; else nothing is known of that. A file `moved` says which logical ids changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assembly::FormerId;
use infra::Template;
use plan::{Plan, Pseudo, Snapshot};
use serde_json::json;

#[test]
fn plans() {
    insta::glob!("plans/*/after.yaml", |after| {
        let (before, after) = (snapshot(&after.with_file_name("before.yaml")), snapshot(after));
        let plan = Plan::between(Some(&before), &after);
        let mut text: Vec<_> = plan.lines("stack").iter().map(ToString::to_string).collect();
        text.extend(plan.check(&after, |_| None).iter().map(ToString::to_string));
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
fn what_its_condition_keeps_away_moves_not() {
    let before = "
Conditions: {Never: !Equals [a, b]}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Orders: {Type: AWS::SQS::Queue, Condition: Never}
";
    let of = |yaml: &str| Snapshot::given(Template::parse(yaml).unwrap(), &BTreeMap::new());
    let moves = |before: &str| {
        let moved_from = [("Placed".to_owned(), FormerId::here("Orders"))].into();
        let after = Snapshot { moved_from, ..of(&before.replace("Orders:", "Placed:")) };
        Plan::between(Some(&of(before)), &after).moves.len()
    };
    assert_eq!((moves(before), moves(&before.replace("[a, b]", "[a, a]"))), (0, 1));
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

#[test]
fn a_plan_is_markdown_as_well() {
    for name in ["databases-are-replaced", "iam-a-user-joins-a-group", "a-name-from-a-parameter-cannot-be-replaced"] {
        let folder = Path::new("tests/plans").join(name);
        let (before, after) = (snapshot(&folder.join("before.yaml")), snapshot(&folder.join("after.yaml")));
        let plan = Plan::between(Some(&before), &after);
        let refusals = plan.check(&after, |_| None);
        insta::assert_snapshot!(format!("markdown {name}"), plan.markdown("stack", &refusals));
    }
}

#[test]
fn a_long_plan_is_folded_and_fits_into_a_comment() {
    let queues = |count: usize| {
        let queue = json!({"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "a|b `c`\nd"}});
        let queues: serde_json::Map<_, _> = (0..count).map(|index| (format!("Queue{index}"), queue.clone())).collect();
        let template = Template::parse(&json!({"Resources": queues}).to_string()).unwrap();
        Snapshot { template, ..Snapshot::default() }
    };
    let markdown = |count| Plan::between(Some(&queues(0)), &queues(count)).markdown("stack", &[]);
    assert!(!markdown(20).contains("<details>"));
    let long = markdown(1000);
    assert!(
        long.contains("<details>\n<summary>1000 to create</summary>\n") && long.ends_with("</details>\n"),
        "{long}"
    );
    assert!(long.len() < 32_000 && long.contains("more resources"), "{}", long.len());
    let changed = Plan::between(Some(&queues(1)), &{
        let text = queues(1).template.to_json().replace("a|b", "x|y");
        Snapshot { template: Template::parse(&text).unwrap(), ..Snapshot::default() }
    });
    let row = "| `-/+` | `Queue0` | `AWS::SQS::Queue` | `QueueName`: ``a\\|b `c` d`` → ``x\\|y `c` d`` **forces replacement, deletes its messages** |";
    assert!(changed.markdown("stack", &[]).contains(row), "{}", changed.markdown("stack", &[]));
}

#[test]
fn a_value_takes_those_of_the_parameters_and_of_the_place() {
    let template = Template::parse("Parameters: {Env: {Type: String}}\nResources: {}").unwrap();
    let given = BTreeMap::from([("Env".to_owned(), "prod".to_owned()), ("Other".to_owned(), "x".to_owned())]);
    let pseudo = Pseudo { region: Some("eu-west-1".to_owned()), ..Pseudo::default() };
    let snapshot = Snapshot { pseudo, ..Snapshot::given(template, &given) };
    assert_eq!(snapshot.parameters.len(), 1);
    assert_eq!(snapshot.resolve(&json!({"Fn::Sub": "${Env} in ${AWS::Region}"})), "prod in eu-west-1");
    assert_eq!(snapshot.resolve(&json!({"Ref": "AWS::AccountId"})), json!({"Ref": "AWS::AccountId"}));
}

/// The template of a file, each parameter with its default.
fn snapshot(path: &Path) -> Snapshot {
    let template = Template::parse(&fs::read_to_string(path).unwrap()).unwrap();
    let region = fs::read_to_string(path.with_file_name("region")).ok().map(|region| region.trim().to_owned());
    let pseudo = Pseudo { region, ..Pseudo::default() };
    let moved = fs::read_to_string(path.with_file_name("moved")).unwrap_or_default();
    let moved = moved.lines().map(|line| line.split_once(" -> ").unwrap());
    let moved_from = moved.map(|(from, to)| (to.to_owned(), FormerId::here(from))).collect();
    Snapshot { pseudo, moved_from, ..Snapshot::given(template, &BTreeMap::new()) }
}

//! Every right of every function of the workspace, dropped, added to, widened and moved: each change is found.
//!
//! The programs are the built ones. `--nocapture` prints the score by rule.

use std::collections::BTreeMap;

use engine::assets::{Programs, Workspace};
use engine::audit::audited::Audited;
use engine::audit::expression::shown;
use engine::audit::function::{self, Subject};
use engine::audit::rights::Rights;
use engine::audit::{AuditFinding, arns::Arns, resources, stack as audited, template};
use engine::cli::{OptionArgs, StackArgs};
use engine::prepare::{self, Purpose};
use engine::select::Selection;
use policies::{Action, Effect, Statement, catalogue};
use serde_json::{Value as Json, json};

/// How many changes there were, how many were found, and by which rules.
#[derive(Default)]
struct Score {
    total: usize,
    missed: Vec<String>,
    rules: BTreeMap<&'static str, usize>,
}

impl Score {
    fn count(&mut self, what: impl Into<String>, found: &[AuditFinding]) {
        self.total += 1;
        if found.is_empty() {
            self.missed.push(what.into());
        }
        let rules: std::collections::BTreeSet<_> = found.iter().map(|it| it.rule.id).collect();
        for rule in rules {
            *self.rules.entry(rule).or_default() += 1;
        }
    }

    #[track_caller]
    fn require_all(&self, kind: &str) {
        let found = self.total - self.missed.len();
        println!("{kind}: {found} of {} found; by rule {:?}", self.total, self.rules);
        assert!(self.total > 0, "{kind}: nothing was changed");
        assert_eq!(self.missed, [""; 0], "{kind}: not found");
    }
}

fn programs(selection: &Selection) -> Programs {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let all: Vec<_> = selection.stacks.iter().collect();
    runtime.block_on(prepare::build(selection, &all, Purpose::Lambda)).unwrap()
}

/// One change of the statements of a role.
struct Change {
    kind: &'static str,
    what: String,
    granted: Vec<Statement>,
}

/// Each of `statements` changed in each way, with what else its role has.
fn changes(id: &str, statements: &[Statement], elsewhere: &[String]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (index, statement) in statements.iter().enumerate().filter(|(_, it)| it.effect == Effect::Allow) {
        for action in &statement.action {
            for resource in &statement.resource {
                let what = format!("{id}: {action} on {}", shown(resource));
                let mut change = |kind: &'static str, with: Option<Statement>, keep: bool| {
                    let mut granted = statements.to_vec();
                    if !keep {
                        let rest: Vec<_> = statement.action.iter().filter(|it| *it != action).cloned().collect();
                        granted[index].action = rest.into();
                    }
                    granted.retain(|it| !it.action.is_empty());
                    granted.extend(with);
                    changes.push(Change { kind, what: what.clone(), granted });
                };
                let like = |action: Action, resource: String| {
                    let mut like = statement.clone();
                    like.action = vec![action].into();
                    like.resource = vec![resource].into();
                    Some(like)
                };
                change("drop", None, false);
                change(
                    "widen the action",
                    like(Action::new(format!("{}:*", action.service())), resource.clone()),
                    false,
                );
                let needs_resource = catalogue::action(action.as_str()).is_some_and(|it| !it.resources.is_empty());
                if needs_resource {
                    change("widen the resource", like(action.clone(), "*".to_owned()), false);
                }
                for other in neighbours(action, statements) {
                    change("add an action", like(Action::new(other), resource.clone()), true);
                }
                if let Some(other) = elsewhere.iter().find(|it| *it != resource) {
                    change("move to another resource", like(action.clone(), other.clone()), false);
                }
            }
        }
    }
    changes
}

/// Three actions of the same service that the role does not allow.
fn neighbours(action: &Action, statements: &[Statement]) -> Vec<String> {
    let all = catalogue::matching(&format!("{}:*", action.service())).map(ToString::to_string);
    let is_new = |name: &String| !statements.iter().any(|it| it.action.iter().any(|granted| granted.covers(name)));
    all.filter(is_new).step_by(7).take(3).collect()
}

/// Every stack of the workspace, built as it is without options.
fn whole_app() -> StackArgs {
    StackArgs { names: Vec::new(), all: true, choices: OptionArgs::default() }
}

/// The stack that can have workers, with them.
fn with_workers() -> StackArgs {
    let options = vec![("compute".to_owned(), "kubernetes".to_owned())];
    StackArgs { names: vec!["order-requests".to_owned()], all: false, choices: OptionArgs { options } }
}

#[test]
fn each_change_of_a_right_of_a_function_is_found() {
    each_change_is_found(&whole_app(), 5);
}

#[test]
fn each_change_of_a_right_of_a_worker_is_found() {
    each_change_is_found(&with_workers(), 5);
}

fn each_change_is_found(selected: &StackArgs, kinds: usize) {
    let selection = Selection::complete(selected, "dev").unwrap();
    let programs = programs(&selection);
    let workspace = Workspace::read(selection.app.root()).unwrap();
    let mut scores: BTreeMap<&str, Score> = BTreeMap::new();
    for stack in &selection.stacks {
        let arns = Arns::of(stack.template());
        let tables = resources::of_type(stack.template(), "AWS::DynamoDB::Table");
        let elsewhere: Vec<_> = tables.filter_map(|(id, _)| arns.arn(id).map(str::to_owned)).collect();
        audited::each_function(&workspace, stack, &programs, None, |subject: &Subject<'_>| {
            let (_, findings) = function::audit(subject);
            assert_eq!(findings, [], "unchanged");
            let rights = Rights::of(stack.template(), subject.function);
            for change in changes(subject.id(), &rights.granted, &elsewhere) {
                let changed = Rights { granted: change.granted, ..rights.clone() };
                let (_, found) = function::of_rights(subject, &changed);
                scores.entry(change.kind).or_default().count(change.what, &found);
            }
        })
        .unwrap();
    }
    for (kind, score) in &scores {
        score.require_all(kind);
    }
    assert_eq!(scores.len(), kinds);
}

#[test]
fn each_policy_of_a_resource_or_of_trust_that_is_opened_is_found() {
    let mut score = Score::default();
    for stack in crate::app_stacks() {
        let template: Json = serde_json::from_str(&stack.template().to_json()).unwrap();
        for (id, resource) in template["Resources"].as_object().unwrap() {
            for (what, changed) in opened(resource) {
                let mut other = template.clone();
                other["Resources"][id] = changed;
                let other = translate::template(&other.to_string()).unwrap();
                score.count(
                    format!("{} {id}: {what}", stack.name()),
                    &template::findings(&Audited::file(&other, "changed")),
                );
            }
        }
    }
    score.require_all("policies of resources and of trust");
}

/// The resource with its policy opened in each way.
fn opened(resource: &Json) -> Vec<(&'static str, Json)> {
    let mut opened = Vec::new();
    let pointer = match resource["Type"].as_str().unwrap_or_default() {
        "AWS::IAM::Role" => "/Properties/AssumeRolePolicyDocument/Statement",
        "AWS::SQS::QueuePolicy" | "AWS::SNS::TopicPolicy" => "/Properties/PolicyDocument/Statement",
        "AWS::Lambda::Permission" => {
            let mut without = resource.clone();
            without["Properties"].as_object_mut().unwrap().retain(|name, _| !name.starts_with("Source"));
            opened.push(("no source", without));
            let mut anyone = resource.clone();
            anyone["Properties"]["Principal"] = json!("*");
            anyone["Properties"].as_object_mut().unwrap().retain(|name, _| !name.starts_with("Source"));
            opened.push(("anyone", anyone));
            return opened;
        }
        _ => return opened,
    };
    let count = resource.pointer(pointer).and_then(Json::as_array).map_or(0, Vec::len);
    for index in 0..count {
        let at = format!("{pointer}/{index}");
        if resource.pointer(&at).is_some_and(|statement| statement["Effect"] == "Deny") {
            continue;
        }
        let mut with = |what, change: &dyn Fn(&mut Json)| {
            let mut changed = resource.clone();
            change(changed.pointer_mut(&at).unwrap());
            opened.push((what, changed));
        };
        with("anyone", &|statement| {
            statement["Principal"] = json!("*");
            statement.as_object_mut().unwrap().shift_remove("Condition");
        });
        // What EventBridge publishes to a topic can have no source.
        let has_source = |it: &Json| it["Principal"]["Service"].is_string() && it.get("Condition").is_some();
        let by_service = resource.pointer(&at).is_some_and(has_source);
        if by_service && !pointer.contains("AssumeRole") {
            with("no source", &|statement| drop(statement.as_object_mut().unwrap().shift_remove("Condition")));
        }
    }
    opened
}

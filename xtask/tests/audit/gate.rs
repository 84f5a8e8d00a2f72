//! What a deployment is refused for.

use std::path::Path;

use engine::audit::gate;
use engine::stack::Stack as Assembled;
use infra::iam::{InlinePolicy, PolicyDocument, Role, Statement};
use infra::{Stack, Stage};
use policies::Action;

/// A stack whose role may do everything.
fn stack() -> Stack {
    let mut stack = Stack::new("orders", &Stage::default());
    let everything = Statement::allow([Action::new("*")]).on("*");
    let policy_document = PolicyDocument::from([everything]);
    let policies = vec![InlinePolicy { policy_name: "all".to_owned(), policy_document }];
    stack.named("Role").add(Role { policies, ..Role::for_service("lambda.amazonaws.com") });
    stack
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn require(allowed: &[(&str, &str)]) -> (Result<(), String>, Vec<(String, String)>) {
    let mut stacks = [Assembled::from(stack().assemble())];
    let allowed: Vec<_> = allowed.iter().map(|(id, reason)| ((*id).to_owned(), (*reason).to_owned())).collect();
    let result = gate::require(&mut stacks, root(), &allowed).map_err(|error| error.to_string());
    let tags = stacks[0].tags().iter();
    (result, tags.map(|tag| (tag.key.clone(), tag.value.as_str().unwrap_or_default().to_owned())).collect())
}

#[test]
fn a_role_that_may_do_everything_is_not_deployed() {
    let (result, tags) = require(&[]);
    let error = result.unwrap_err();
    assert!(error.starts_with("the audit has 1 finding for which nothing may be deployed"), "{error}");
    assert_eq!(tags, []);
}

#[test]
fn what_is_allowed_is_deployed_and_the_stack_keeps_the_reason() {
    let (result, tags) = require(&[("PE01", "break glass role of the platform team")]);
    assert_eq!(result, Ok(()));
    let kept = ("stackwright:allow:PE01".to_owned(), "break glass role of the platform team".to_owned());
    assert_eq!(tags, [kept]);
}

#[test]
fn another_rule_or_no_reason_allows_nothing() {
    assert!(require(&[("PE02", "not this one")]).0.is_err());
    let (result, _) = require(&[("PE01", "because; of {this}")]);
    assert!(result.unwrap_err().contains("which no tag can hold"));
    let (result, _) = require(&[("PE01", " ")]);
    assert!(result.unwrap_err().contains("which no tag can hold"));
    let (result, _) = require(&[("PE999", "reason")]);
    assert!(result.unwrap_err().starts_with("there is no rule `PE999` to allow"));
}

#[test]
fn the_systems_of_the_workspace_are_let_through() {
    let mut stacks = crate::app_stacks();
    gate::require(&mut stacks, root(), &[]).unwrap();
}

//! Every call of every binding is allowed with its grant and denied without it, by roles as a stack makes them.
//!
//! What is sent need not be complete: the local cloud authorizes a call before it looks into it. Two things that functions do
//! with bindings are no calls, and not here: they sign URLs for others, and they write metrics into their log.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

mod deployed;
mod narrowed;
mod scene;
mod targets;

use std::collections::BTreeSet;

use canary_services::Failed;
use futures::{StreamExt as _, stream};
use infra::Severity;
use insta::assert_snapshot;
use testing::{Call, LocalCloud};

use crate::deployed::Deployed;
use crate::scene::{Bound, Scene};

/// How many calls are made at once.
const AT_ONCE: usize = 8;

#[tokio::test]
async fn every_call_is_allowed_with_its_grant_and_denied_without_it() {
    let cloud = LocalCloud::fresh();
    cloud.run(&["local", "start"]);
    let config = cloud.sdk_config();
    let scenes = [Scene::new("whole", targets::of_every_kind), Scene::new("less", targets::of_less)];
    check_all_are_called(&scenes);

    let mut different = Vec::new();
    for scene in &scenes {
        let errors = scene.stack.assemble().findings.into_iter().filter(|it| it.severity == Severity::Error);
        assert_eq!(errors.collect::<Vec<_>>(), []);
        let deployed = Deployed::new(&config, &scene.stack).await;
        // Secrets that were read are kept, and need no call any more: so the calls that are denied come first.
        let made = stream::iter(&scene.calls).map(|call| deployed.make(call, scene.without));
        drop(made.buffered(AT_ONCE).collect::<Vec<_>>().await);
        let made = stream::iter(&scene.calls).map(|call| deployed.make(call, call.with));
        let answers: Vec<_> = made.buffered(AT_ONCE).collect().await;

        let recorded = cloud.calls().await;
        for (call, answer) in scene.calls.iter().zip(answers) {
            let [without, with] = [scene.without, call.with].map(|role| deployed.decided(&recorded, call, role));
            if let Some(it) = difference(&deployed, call, &without, &with, answer) {
                different.push(format!("{} {}: {it}", scene.stack.name(), call.name));
            }
        }
    }
    // What MiniStack does otherwise than AWS, each a reason for a function to fail, or to work, in the local cloud alone:
    // - It asks for no right to read a configuration and to pass a role.
    // - The policy that it gives a topic lets in all of the account.
    // - `StartSyncExecution` does not reach it: the SDK puts `sync-` before the host.
    assert_snapshot!(different.join("\n"), @r#"
    whole appconfigdata::Configuration GetLatestConfiguration: nothing is asked for; service error
    whole appconfigdata::Configuration StartConfigurationSession: nothing is asked for; done
    whole scheduler::ScheduleGroup CreateSchedule: asked for: {"scheduler:CreateSchedule"}; granted: {"iam:PassRole", "scheduler:CreateSchedule"}
    whole scheduler::ScheduleGroup UpdateSchedule: asked for: {"scheduler:UpdateSchedule"}; granted: {"iam:PassRole", "scheduler:UpdateSchedule"}
    whole sfn::StateMachine StartSyncExecution: nothing is asked for; dispatch failure
    whole sns::Topic Publish: allowed without its grant: sns:Publish on <Topic>
    whole sns::Topic PublishBatch: allowed without its grant: sns:Publish on <Topic>
    whole sns::Topic Subscribe: allowed without its grant: sns:Subscribe on <Topic>
    whole TopicPublishMessage: allowed without its grant: sns:Publish on <Topic>
    whole TopicPublishMessages: allowed without its grant: sns:Publish on <Topic>
    "#);
}

/// Asserts that every operation of every binding is among the calls.
fn check_all_are_called(scenes: &[Scene]) {
    let called = scenes.iter().flat_map(|it| &it.calls).flat_map(|it| it.operations.clone());
    let mut granted = BTreeSet::new();
    for (kind, operations) in bindings::kinds() {
        granted.extend(operations.iter().map(|it| format!("{kind} {}", it.operation)));
    }
    assert_eq!(called.collect::<BTreeSet<_>>(), granted);
}

/// What the local cloud does otherwise than to ask for all that the bindings of `call` grant and for nothing else, and to
/// decide by it.
fn difference(
    deployed: &Deployed<'_>,
    call: &Bound,
    without: &[&Call],
    with: &[&Call],
    answer: Result<(), Failed>,
) -> Option<String> {
    let told = |it: &Call| format!("{} on {}", it.action, deployed.told(&it.resource));
    if without.is_empty() || with.is_empty() {
        let answer = answer.map_or_else(|error| error.to_string(), |()| "done".to_owned());
        return Some(format!("nothing is asked for; {answer}"));
    }
    if let Some(it) = without.iter().find(|it| it.allowed) {
        return Some(format!("allowed without its grant: {}", told(it)));
    }
    if let Some(it) = with.iter().find(|it| !it.allowed) {
        return Some(format!("denied with its grant: {}", told(it)));
    }
    let asked: BTreeSet<_> = with.iter().map(|it| it.action.clone()).collect();
    (asked != call.actions).then(|| format!("asked for: {asked:?}; granted: {:?}", call.actions))
}

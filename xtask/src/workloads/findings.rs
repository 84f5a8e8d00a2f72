//! What Kubernetes would refuse of a stack's workers, in the words of the stack.

use assembly::Finding;
use kubernetes::{Invalid, Problem};

use super::undeployed;
use crate::stack::Stack;

/// What decides a value that Kubernetes gets, where it has another name in a stack.
const FIELDS: [(&str, &str); 9] = [
    ("grace", "pod.termination_grace_period"),
    ("identity.name", "service_account"),
    ("identity.stack", "the name of the stack"),
    ("identity.stage", "the stage"),
    ("max_replicas", "replicas.max"),
    ("messages_per_pod", "replicas.messages_per_pod"),
    ("min_replicas", "replicas.min"),
    ("monitoring.labels", "monitoring.pod_monitor.labels"),
    ("reach", "egress"),
];

/// What an API server would refuse of the workers of `stack`.
#[must_use]
pub fn findings(stack: &Stack) -> Vec<Finding> {
    // The name of the project is checked where it is read.
    let Err(Invalid(problems)) = kubernetes::check(&undeployed(stack, "project")) else { return Vec::new() };
    let mut findings = Vec::new();
    for problem in &problems {
        let finding = finding(stack, problem);
        // One value of a stack can be several of Kubernetes.
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    findings
}

fn finding(stack: &Stack, problem: &Problem) -> Finding {
    let Problem { worker, place, got, expected, help } = problem;
    let declared = stack.workers().find(|(_, it)| it.service_account == *worker);
    let id = declared.map_or(worker.as_str(), |(function, _)| function.id.as_str());
    let (place, expected, help) = (field(place), in_words_of_stack(expected), in_words_of_stack(help));
    let message = format!("`{id}`: Kubernetes would refuse `{place}`: it is `{got}`, expected {expected}");
    Finding { location: stack.location(id).cloned(), help: Some(help), ..Finding::error("worker", message) }
}

/// The field of a stack's worker that decides the value at `place`.
fn field(place: &str) -> String {
    // Queues have numbers in the one and ids in the other.
    let place = match place.split_once("].") {
        Some((list, _)) if list.starts_with("reach[") => "reach",
        Some((_, inner)) => inner,
        None => place,
    };
    let known = FIELDS.iter().find_map(|(theirs, ours)| Some((ours, place.strip_prefix(theirs)?)));
    known.map_or_else(|| place.to_owned(), |(ours, rest)| format!("{ours}{rest}"))
}

fn in_words_of_stack(text: &str) -> String {
    FIELDS
        .iter()
        .fold(text.to_owned(), |text, (theirs, ours)| text.replace(&format!("`{theirs}`"), &format!("`{ours}`")))
}

//! Compares what a function's role grants with what its program can call.

use std::collections::BTreeSet;

use policies::operation::{self, Operation};
use policies::{Action, Effect, Statement};
use serde::Serialize;

use super::finding::{AuditFinding, Severity};
use super::linked::Linked;

/// The function that is audited.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Its stack, as typed on the command line.
    pub stack: &'a str,
    /// Its logical id.
    pub resource: &'a str,
    /// Its program.
    pub program: &'a str,
    /// Where the stack declares it.
    pub location: Option<&'a str>,
    /// The services that its program calls, named as their SDKs.
    pub services: &'a BTreeSet<String>,
}

/// Compares what `granted` allows the role of `subject` with what its program can call.
///
/// `linked` is absent when the program could not be analysed. `platform` are the actions that the role needs for what
/// AWS does on its behalf, such as polling its queue.
#[must_use]
pub fn compare<V: Serialize>(
    subject: Subject<'_>,
    granted: &[&Statement<V>],
    linked: Option<&Linked>,
    platform: &BTreeSet<Action>,
) -> Vec<AuditFinding> {
    let allowed: Vec<_> = granted.iter().copied().filter(|statement| statement.effect == Effect::Allow).collect();
    let mut findings: Vec<_> = allowed.iter().flat_map(|statement| wildcards(subject, statement)).collect();
    let actions: BTreeSet<_> = allowed.iter().flat_map(|statement| &statement.action).collect();
    let own: BTreeSet<_> = actions.iter().copied().filter(|action| !platform.contains(action)).collect();
    // A program that calls no service needs no grant; one that has a grant and shows no call is a riddle.
    let readable = linked.filter(|linked| !linked.is_empty() || subject.services.is_empty() || own.is_empty());
    let Some(linked) = readable else {
        findings.push(unknown(subject, "no operation of an AWS service was found in it"));
        return findings;
    };
    findings.extend(linked.unlisted.iter().map(|module| unlisted(subject, module)));
    findings.extend(linked.operations.iter().filter_map(|operation| missing(subject, *operation, &actions)));
    let used: BTreeSet<_> = linked.operations.iter().flat_map(Operation::actions).collect();
    // An operation whose actions are not known may need any of its service's.
    let open: BTreeSet<_> = linked.unlisted.iter().filter_map(|module| module.split("::").next()).collect();
    let idle =
        own.into_iter().filter(|action| !used.iter().any(|it| action.covers(it)) && !open.contains(action.service()));
    findings.extend(idle.map(|action| unused(subject, action)));
    findings.sort();
    findings
}

fn missing(subject: Subject<'_>, operation: Operation, actions: &BTreeSet<&Action>) -> Option<AuditFinding> {
    let is_allowed = |needed: &&str| actions.iter().any(|action| action.covers(needed));
    let absent = if !operation.required.is_empty() {
        joined(operation.required.iter().filter(|it| !is_allowed(it)).copied(), " and ")
    } else if operation.actions().any(|action| is_allowed(&action)) {
        return None;
    } else {
        joined(operation.actions(), " or ")
    };
    if absent.is_empty() {
        return None;
    }
    Some(finding(
        subject,
        ("LP01", Severity::High),
        format!("the program of `{}` can call `{operation}`, and its role does not allow {absent}", subject.resource),
        format!("`{operation}` is linked in `{}`", subject.program),
        format!("add `{}` to the operations of the binding that is called, or remove the call", operation.name),
    ))
}

fn unused(subject: Subject<'_>, action: &Action) -> AuditFinding {
    let operations = operation::of(action.service()).into_iter().flatten();
    let users = operations.filter(|operation| operation.actions().any(|it| it == action.as_str()));
    let names: Vec<_> = users.map(|operation| operation.name).collect();
    let evidence = if names.is_empty() {
        format!("no operation of the SDK needs `{action}`")
    } else {
        format!("not linked in `{}`: {}", subject.program, joined(names.into_iter(), ", "))
    };
    finding(
        subject,
        ("LP02", Severity::High),
        format!("the role of `{}` allows `{action}`, which its program cannot use", subject.resource),
        evidence,
        "remove the operation from the binding's type".to_owned(),
    )
}

fn unknown(subject: Subject<'_>, evidence: &str) -> AuditFinding {
    finding(
        subject,
        ("LP03", Severity::High),
        format!("what the program of `{}` calls is unknown, so its role's rights cannot be proved", subject.resource),
        format!("`{}`: {evidence}", subject.program),
        "build it with this workspace's profile `lambda`, and with a version of the SDK that the audit knows"
            .to_owned(),
    )
}

fn unlisted(subject: Subject<'_>, module: &str) -> AuditFinding {
    finding(
        subject,
        ("LP04", Severity::High),
        format!("the program of `{}` can call `{module}`, whose actions the audit does not know", subject.resource),
        format!("`{module}` is linked in `{}`", subject.program),
        "list the operation and its actions in `policies/src/operation`".to_owned(),
    )
}

fn wildcards<V: Serialize>(subject: Subject<'_>, statement: &Statement<V>) -> Vec<AuditFinding> {
    let broad_actions = statement.action.iter().filter(|action| action.has_wildcard()).map(|action| {
        finding(
            subject,
            ("WB01", Severity::Medium),
            format!("the role of `{}` allows `{action}`, which is more than one action", subject.resource),
            "declared in the stack".to_owned(),
            "name each action that the program needs".to_owned(),
        )
    });
    let narrowable = statement.action.iter().any(|action| !WITHOUT_RESOURCES.contains(&action.as_str()));
    let broad_resources = statement.resource.iter().filter_map(|resource| {
        let text = serde_json::to_string(resource).ok().filter(|text| narrowable && text.contains('*'))?;
        let of_one_bucket = statement.action.iter().all(|action| action.service() == "s3")
            && text.split_once('/').is_some_and(|(bucket, _)| !bucket.contains('*'));
        if of_one_bucket {
            // The objects of a bucket: they are not known before they are written.
            return None;
        }
        let actions = statement.action.iter().map(Action::as_str);
        Some(finding(
            subject,
            ("WB02", Severity::Medium),
            format!(
                "the role of `{}` allows {} on {text}, which is more than one resource",
                subject.resource,
                joined(actions, ", ")
            ),
            "declared in the stack".to_owned(),
            "bind the resource that is used: its binding grants on its ARN alone".to_owned(),
        ))
    });
    broad_actions.chain(broad_resources).collect()
}

/// Actions that IAM checks against no resource: `*` is all they can be allowed on.
///
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html>
const WITHOUT_RESOURCES: [&str; 2] = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"];

fn finding(
    subject: Subject<'_>,
    (id, severity): (&'static str, Severity),
    message: String,
    evidence: String,
    fix: String,
) -> AuditFinding {
    AuditFinding {
        id,
        severity,
        stack: subject.stack.to_owned(),
        resource: subject.resource.to_owned(),
        message,
        location: subject.location.map(str::to_owned),
        evidence,
        fix,
    }
}

fn joined<'a>(names: impl Iterator<Item = &'a str>, word: &str) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:sa-east-1:123456789012:table/sightings";

    fn subject(services: &BTreeSet<String>) -> Subject<'_> {
        Subject { stack: "spaceships", resource: "Counts", program: "spaceships-counts", location: None, services }
    }

    fn linked(names: &[&str]) -> Linked {
        let listed = operation::of("dynamodb").unwrap().iter();
        Linked { operations: listed.filter(|it| names.contains(&it.name)).copied().collect(), ..Linked::default() }
    }

    /// The ids and messages of the findings for a role that allows `actions` on `resource`.
    #[track_caller]
    fn check(actions: &[&'static str], resource: &str, linked: Option<&Linked>, expected: &[(&str, &str)]) {
        let services = BTreeSet::from(["dynamodb".to_owned()]);
        let subject = subject(&services);
        let granted = match actions {
            [] => Vec::new(),
            _ => vec![Statement::<String>::allow(actions.iter().copied().map(Action::new)).on(resource)],
        };
        let platform = BTreeSet::from([policies::action::sqs::RECEIVE_MESSAGE]);
        let findings = compare(subject, &granted.iter().collect::<Vec<_>>(), linked, &platform);
        let found: Vec<_> = findings.iter().map(|it| (it.id, it.message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn grants_that_are_what_the_program_calls_have_no_findings() {
        check(&["dynamodb:GetItem"], TABLE, Some(&linked(&["GetItem"])), &[]);
        check(&["dynamodb:PutItem"], TABLE, Some(&linked(&["TransactWriteItems"])), &[]);
        check(&[], TABLE, Some(&Linked::default()), &[]);
    }

    #[test]
    fn a_call_without_a_grant_is_missing() {
        let either = "the program of `Counts` can call `dynamodb:TransactWriteItems`, and its role does not allow \
                      `dynamodb:ConditionCheckItem` or `dynamodb:DeleteItem` or `dynamodb:PutItem` or `dynamodb:UpdateItem`";
        check(&[], TABLE, Some(&linked(&["TransactWriteItems"])), &[("LP01", either)]);
        let message = "the program of `Counts` can call `dynamodb:Query`, and its role does not allow `dynamodb:Query`";
        check(&["dynamodb:GetItem"], TABLE, Some(&linked(&["GetItem", "Query"])), &[("LP01", message)]);
    }

    #[test]
    fn a_grant_without_a_call_is_unused() {
        let message = "the role of `Counts` allows `dynamodb:Scan`, which its program cannot use";
        check(&["dynamodb:GetItem", "dynamodb:Scan"], TABLE, Some(&linked(&["GetItem"])), &[("LP02", message)]);
    }

    #[test]
    fn what_aws_does_on_behalf_of_the_role_is_not_unused() {
        check(&["dynamodb:GetItem", "sqs:ReceiveMessage"], TABLE, Some(&linked(&["GetItem"])), &[]);
    }

    #[test]
    fn a_program_that_shows_no_call_proves_nothing() {
        let message = "what the program of `Counts` calls is unknown, so its role's rights cannot be proved";
        for unreadable in [None, Some(&Linked::default())] {
            check(&["dynamodb:GetItem"], TABLE, unreadable, &[("LP03", message)]);
        }
    }

    #[test]
    fn an_operation_with_unknown_actions_may_need_any_of_its_service() {
        let unlisted =
            Linked { unlisted: BTreeSet::from(["dynamodb::search_vectors".to_owned()]), ..linked(&["GetItem"]) };
        let message =
            "the program of `Counts` can call `dynamodb::search_vectors`, whose actions the audit does not know";
        check(&["dynamodb:GetItem", "dynamodb:Scan"], TABLE, Some(&unlisted), &[("LP04", message)]);
    }

    #[test]
    fn wildcards_are_wider_than_any_program_needs() {
        let action = "the role of `Counts` allows `dynamodb:Get*`, which is more than one action";
        let resource = "the role of `Counts` allows `dynamodb:Get*` on \"*\", which is more than one resource";
        check(&["dynamodb:Get*"], "*", Some(&linked(&["GetItem"])), &[("WB01", action), ("WB02", resource)]);
    }

    #[test]
    fn the_objects_of_one_bucket_are_one_resource() {
        let granted = |resource: &str| {
            let statement = Statement::<String>::allow([Action::new("s3:PutObject")]).on(resource);
            wildcards(subject(&BTreeSet::new()), &statement).iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(granted("arn:aws:s3:::logs/2026/*"), [""; 0]);
        assert_eq!(granted("arn:aws:s3:::logs*/2026/*"), ["WB02"]);
        assert_eq!(granted("arn:aws:s3:::*"), ["WB02"]);
    }

    #[test]
    fn a_finding_serialises_with_the_documented_fields() {
        let services = BTreeSet::new();
        let subject = Subject { location: Some("stacks/src/spaceships.rs:45:22"), ..subject(&services) };
        let json = serde_json::to_value(unknown(subject, "it cannot be read")).unwrap();
        let keys: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["id", "severity", "stack", "resource", "message", "location", "evidence", "fix"]);
        assert_eq!(json["severity"], "high");
    }
}

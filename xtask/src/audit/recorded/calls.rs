//! The calls of a stack's functions: from roles and ARNs to logical names.

use std::collections::BTreeSet;

use assembly::Function;
use infra::iam::name_variables;
use policies::{Action, Effect, Listed, covers};
use serde_json::json;

use super::RecordedCall;
use crate::audit::arns::Arns;
use crate::audit::expression::shown;
use crate::audit::names::Names;
use crate::audit::rights::{Rights, role_of};
use crate::local::Call;
use crate::stack::Stack;

/// The longest name of a session.
const LONGEST_SESSION: usize = 64;

/// A function of the stack.
struct Caller<'a> {
    id: &'a str,
    role: &'a str,
    session: String,
    granted: Vec<Pattern>,
}

/// The resource of a statement.
struct Pattern {
    actions: Listed<Action>,
    arn: String,
    name: String,
}

/// The calls that the functions of `stack` made, with what they are on by its logical name.
pub fn of_stack<'a>(stack: &Stack, names: &Names, calls: impl Iterator<Item = &'a Call>) -> BTreeSet<RecordedCall> {
    let arns = Arns::of(stack.template());
    let callers = stack.programs().iter().filter_map(|function| caller(stack, &arns, names, function));
    let callers: Vec<_> = callers.collect();
    let by_functions = calls.filter_map(|call| {
        let caller = callers.iter().find(|it| it.role == call.role && it.session == call.session)?;
        Some(RecordedCall {
            function: caller.id.to_owned(),
            action: call.action.clone(),
            resource: name(&call.action, &call.resource, &caller.granted, names),
            allowed: call.allowed,
        })
    });
    by_functions.collect()
}

/// A function whose role is in the stack, too, when both are deployed.
fn caller<'a>(stack: &Stack, arns: &Arns, names: &'a Names, function: &'a Function) -> Option<Caller<'a>> {
    let id = function.id.as_str();
    let role = names.physical_id(role_of(stack.template(), arns, id)?)?;
    let session = match function.worker {
        // As the local cloud names it.
        Some(_) => format!("eks-{id}"),
        None => names.physical_id(id)?.to_owned(),
    };
    let rights = Rights::of(stack.template(), function);
    let allowed = rights.granted.iter().filter(|it| it.effect == Effect::Allow && !it.resource.is_negated());
    let resources = allowed.flat_map(|statement| statement.resource.iter().map(move |it| (&statement.action, it)));
    let granted = resources.filter_map(|(actions, resource)| {
        let arn = names.resolve(&json!({ "Fn::Sub": name_variables(resource) })).as_str()?.to_owned();
        Some(Pattern { actions: actions.clone(), arn, name: shown(resource) })
    });
    Some(Caller { id, role, session: session.chars().take(LONGEST_SESSION).collect(), granted: granted.collect() })
}

/// The name of what has the ARN `arn`: as a statement of the role writes it, rather one about the action and the most
/// specific one; by the logical id of a resource; else the ARN.
fn name(action: &str, arn: &str, granted: &[Pattern], names: &Names) -> String {
    let covering = granted.iter().filter(|it| it.arn != "*" && covers(&it.arn, arn));
    let speaks = |it: &Pattern| it.actions.iter().any(|it| it.covers(action)) != it.actions.is_negated();
    if let Some(pattern) = covering.max_by_key(|it| (speaks(it), it.arn == arn, it.arn.len())) {
        return pattern.name.clone();
    }
    let shown = names.shown(arn);
    match shown.rsplit_once('/') {
        // There may be many objects: those beside it, as `LogStorage/other/*`.
        Some((folder, _)) if shown != arn && arn.contains(":s3:::") => format!("{folder}/*"),
        _ => shown,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;
    use crate::audit::names::Home;
    use crate::services::cloudformation::Resource;

    /// Resources of `roxs` as CloudFormation lists them: logical id, type and physical id.
    const DEPLOYED: [(&str, &str, &str); 12] = [
        ("ImageProcessor", "AWS::Lambda::Function", "roxs-image-processor"),
        ("ImageProcessorRole", "AWS::IAM::Role", "roxs-dev-ImageProcessorRole-1"),
        ("LogProcessor", "AWS::Lambda::Function", "roxs-log-processor"),
        ("LogProcessorRole", "AWS::IAM::Role", "roxs-dev-LogProcessorRole-1"),
        ("ApiHandler", "AWS::Lambda::Function", "roxs-api-handler"),
        ("ApiHandlerRole", "AWS::IAM::Role", "roxs-dev-ApiHandlerRole-1"),
        ("Processed", "AWS::S3::Bucket", "roxs-processed"),
        ("LogStorage", "AWS::S3::Bucket", "roxs-logs"),
        ("Logs", "AWS::DynamoDB::Table", "roxs-logs"),
        ("Images", "AWS::DynamoDB::Table", "roxs-images"),
        ("NotificationsQueue", "AWS::SQS::Queue", "http://127.0.0.1:4566/000000000000/roxs-notifications"),
        ("NotificationsTopic", "AWS::SNS::Topic", "arn:aws:sns:sa-east-1:000000000000:roxs-topic"),
    ];

    fn call(function: &str, resource: &str) -> Call {
        let logical = function.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<String>();
        Call {
            role: format!("roxs-dev-{logical}Role-1"),
            session: format!("roxs-{function}"),
            action: "test:Test".to_owned(),
            resource: resource.to_owned(),
            allowed: true,
            count: 1,
            last: 0,
        }
    }

    fn names(resources: &[Resource]) -> Names {
        let home = Home {
            account: "000000000000".to_owned(),
            region: "sa-east-1".to_owned(),
            stack_id: "arn:aws:cloudformation:sa-east-1:000000000000:stack/roxs-dev/1".to_owned(),
            stack_name: "roxs-dev".to_owned(),
        };
        Names::of(home, resources, &Map::new())
    }

    fn recorded(call: &Call) -> Option<RecordedCall> {
        let system = stacks::roxs::SYSTEM.assemble(&infra::Stage::default(), &stackwright::Options::default());
        let stack = Stack::from(system);
        let resource = |(id, resource_type, physical_id): (&str, &str, &str)| Resource {
            id: id.to_owned(),
            resource_type: resource_type.to_owned(),
            physical_id: physical_id.to_owned(),
        };
        let resources = DEPLOYED.map(resource);
        of_stack(&stack, &names(&resources), [call].into_iter()).pop_first()
    }

    #[track_caller]
    fn check(function: &str, arn: &str, expected: &str) {
        let found = recorded(&call(function, arn)).map(|call| call.resource);
        assert_eq!(found.as_deref(), Some(expected));
    }

    #[test]
    fn a_resource_has_the_name_that_the_role_grants_it_by() {
        check("log-processor", "arn:aws:dynamodb:sa-east-1:000000000000:table/roxs-logs", "Logs");
        check(
            "api-handler",
            "arn:aws:dynamodb:sa-east-1:000000000000:table/roxs-logs/index/by-time",
            "Logs/index/by-time",
        );
        check("log-processor", "arn:aws:s3:::roxs-logs/logs/2026/11/1.json", "LogStorage/logs/*");
        check("api-handler", "arn:aws:sns:sa-east-1:000000000000:roxs-topic", "NotificationsTopic");
        // Named by the bucket's own name, since the bucket tells the function of its objects.
        check(
            "image-processor",
            "arn:aws:s3:::roxs-images-original-000000000000-sa-east-1/photos/1.jpg",
            "arn:${AWS::Partition}:s3:::roxs-images-original-${AWS::AccountId}-${AWS::Region}/*",
        );
    }

    #[test]
    fn of_two_statements_about_an_object_the_one_about_the_action_names_it() {
        let pattern = |action: &'static str, arn: &str| Pattern {
            actions: Listed::from(vec![Action::new(action)]),
            arn: arn.to_owned(),
            name: arn.to_owned(),
        };
        let granted = [pattern("s3:GetObject", "arn:aws:s3:::a/*"), pattern("s3:PutObject", "arn:aws:s3:::a/new/*")];
        let named = |action| name(action, "arn:aws:s3:::a/new/1", &granted, &names(&[]));
        assert_eq!(named("s3:GetObject"), "arn:aws:s3:::a/*");
        assert_eq!(named("s3:PutObject"), "arn:aws:s3:::a/new/*");
        assert_eq!(named("s3:DeleteObject"), "arn:aws:s3:::a/new/*");
    }

    #[test]
    fn a_resource_that_the_role_does_not_grant_has_its_own_name() {
        let queue = "arn:aws:sqs:sa-east-1:000000000000:roxs-notifications";
        check("log-processor", queue, "NotificationsQueue");
        check("log-processor", "arn:aws:lambda:sa-east-1:000000000000:function:roxs-api-handler", "ApiHandler");
        check("log-processor", "arn:aws:dynamodb:sa-east-1:000000000000:table/roxs-images/index/x", "Images/index/x");
        check("log-processor", "arn:aws:s3:::roxs-processed", "Processed");
        check("log-processor", "arn:aws:s3:::roxs-logs/other/1.json", "LogStorage/other/*");
        check("log-processor", "arn:aws:s3:::roxs-logs/1.json", "LogStorage/*");
    }

    #[test]
    fn what_is_not_of_the_stack_keeps_its_arn() {
        for arn in [
            "*",
            "arn:aws:s3:::roxs-logs-of-others/logs/1.json",
            "arn:aws:dynamodb:eu-west-1:000000000000:table/roxs-logs",
            "arn:aws:dynamodb:sa-east-1:111111111111:table/roxs-logs",
            "arn:aws:dynamodb:sa-east-1:000000000000:table/roxs-logs-2",
        ] {
            check("log-processor", arn, arn);
        }
    }

    #[test]
    fn a_call_is_of_the_function_whose_role_and_session_made_it() {
        let own = call("log-processor", "*");
        assert_eq!(recorded(&own).map(|call| call.function).as_deref(), Some("LogProcessor"));
        // Somebody assumed the function's role.
        assert_eq!(recorded(&Call { session: "somebody".to_owned(), ..own.clone() }), None);
        // A function of another stage or region has another role.
        assert_eq!(recorded(&Call { role: "roxs-prod-LogProcessorRole-1".to_owned(), ..own.clone() }), None);
        let denied = recorded(&Call { allowed: false, ..own }).map(|call| call.evidence());
        assert_eq!(denied.as_deref(), Some("`test:Test` on `*` was denied in the local cloud"));
    }
}

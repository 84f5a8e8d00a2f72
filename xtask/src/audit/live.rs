//! Whether what is deployed allows what the stack's code says, and nothing else.

pub mod differences;
pub mod expected;
pub mod role;
pub mod simulation;
pub mod unknown;

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};

use super::arns::Arns;
use super::audited::Audited;
use super::finding::AuditFinding;
use super::matrix::FunctionRights;
use super::names::{Home, Names};
use super::resources::of_type;
use super::rights::role_of;
use super::rules;
use crate::cloud::Cloud;
use crate::deploy::deployed;
use crate::failure::Failure;
use crate::services::cloudformation;
use crate::stack::Stack;
use crate::ui;
use differences::Sides;
use expected::Expected;

/// What has to be allowed to whoever compares, beside `sts:GetCallerIdentity`, which always is.
pub const PERMISSIONS: [&str; 10] = [
    "cloudformation:DescribeStacks",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
    "iam:GetPolicy",
    "iam:GetPolicyVersion",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:SimulatePrincipalPolicy",
];

/// How many roles are looked at at once: IAM refuses those who ask too fast.
const CONCURRENCY: usize = 4;

/// How the deployed roles of `stack` differ from its code, and where AWS's simulator says otherwise than the audit of its
/// `functions`. Nothing is changed.
///
/// # Errors
/// When the stack is not deployed, or cannot be read.
pub async fn compare(cloud: &Cloud, stack: &Stack, functions: &[FunctionRights]) -> anyhow::Result<Vec<AuditFinding>> {
    read_and_compare(cloud, stack, functions).await.map_err(with_permissions)
}

async fn read_and_compare(
    cloud: &Cloud,
    stack: &Stack,
    functions: &[FunctionRights],
) -> anyhow::Result<Vec<AuditFinding>> {
    let deployed = deployed::require(cloud, stack).await?;
    let resources = cloudformation::resources(cloud, stack.stack_name()).await?;
    let template = expected::resolved_resources(stack.template(), &deployed.snapshot.parameters);
    let names = Names::of(Home::of(cloud, stack, &deployed), &resources, &template);
    let is_conditional = |id: &str| template.get(id).is_some_and(|resource| resource.get("Condition").is_some());
    let roles = expected::roles(&template, &names);

    let mut findings = Vec::new();
    for resource in resources.iter().filter(|resource| resource.resource_type == "AWS::IAM::Role") {
        if roles.iter().all(|role| role.id != resource.id) {
            let message = format!("the role `{}` is deployed, which its stack does not have", resource.id);
            let evidence = format!("CloudFormation lists it as `{}`", resource.physical_id);
            findings.push(
                AuditFinding::new(&rules::WIDER, stack.name(), &resource.id, message)
                    .evidence(evidence)
                    .fix("deploy the stack again, which deletes the role"),
            );
        }
    }
    let compared =
        stream::iter(roles.iter().filter(|role| names.physical_id(&role.id).is_some() || !is_conditional(&role.id)))
            .map(|role| role_findings(cloud, stack, role, &names, functions))
            .buffered(CONCURRENCY);
    let compared: Vec<_> = compared.try_collect().await?;
    if compared.iter().any(|compared| compared.lacks_simulator) {
        ui::say("the policy simulator was not asked: this endpoint has none");
    }
    findings.extend(compared.into_iter().flat_map(|compared| compared.findings));
    Ok(findings)
}

/// What is found about a role.
struct Compared {
    findings: Vec<AuditFinding>,
    lacks_simulator: bool,
}

async fn role_findings(
    cloud: &Cloud,
    stack: &Stack,
    expected: &Expected,
    names: &Names,
    functions: &[FunctionRights],
) -> anyhow::Result<Compared> {
    let location = Audited::stack(stack).location(&expected.id);
    let physical_id = names.physical_id(&expected.id);
    let live = match physical_id {
        Some(name) => role::read(cloud, name).await?,
        None => None,
    };
    let Some(live) = live else {
        let message = format!("the role `{}` is not deployed", expected.id);
        let evidence = physical_id.map_or_else(
            || "CloudFormation lists no such resource of the deployed stack".to_owned(),
            |name| format!("IAM has no role `{name}`, though CloudFormation lists it"),
        );
        let finding = AuditFinding::new(&rules::GONE, stack.name(), &expected.id, message).at(location);
        return Ok(Compared { findings: vec![finding.evidence(evidence)], lacks_simulator: false });
    };
    let sides = Sides { stack: stack.name(), location: location.as_deref(), expected, live: &live, names };
    let mut compared = Compared { findings: sides.differences(), lacks_simulator: false };
    // Of a role that differs, the simulator would only say the same again.
    if compared.findings.is_empty() {
        let of_role = functions_by_role(stack);
        let is_of_role = |it: &&FunctionRights| {
            it.stack == stack.name() && of_role.get(&it.resource).is_some_and(|role| *role == expected.id)
        };
        for function in functions.iter().filter(is_of_role) {
            match simulation::simulate(cloud, &sides, function).await? {
                Some(found) => compared.findings.extend(found),
                None => compared.lacks_simulator = true,
            }
        }
    }
    Ok(compared)
}

/// The role of each function, by logical ids.
fn functions_by_role(stack: &Stack) -> BTreeMap<String, String> {
    let (template, arns) = (stack.template(), Arns::of(stack.template()));
    let functions = of_type(template, "AWS::Lambda::Function");
    functions.filter_map(|(id, _)| Some((id.to_owned(), role_of(template, &arns, id)?.to_owned()))).collect()
}

/// The same error, with what it takes to read what is deployed when that is refused.
fn with_permissions(error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Failure>() {
        Ok(failure) if failure.to_string().contains("(AccessDenied") => {
            let needed: Vec<_> = PERMISSIONS.iter().map(|action| format!("`{action}`")).collect();
            failure.help(format!("comparing with what is deployed needs {}", needed.join(", "))).into()
        }
        Ok(failure) => failure.into(),
        Err(error) => error,
    }
}

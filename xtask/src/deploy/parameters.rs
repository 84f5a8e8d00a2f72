//! The values of a stack's parameters: given, kept, default, the local cloud's, or asked for.

use std::collections::{BTreeMap, BTreeSet};

use assembly::Parameter;
use infra::parameter::ParameterType;
use infra::{AccountId, ClusterName, RoleArn, nearest};
use plan::Snapshot;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::local::{self, LocalCloud};
use crate::stack::Stack;
use crate::ui;

/// The values for a deployment of `stack`, without those for the functions' code.
///
/// `before` is the deployed stack; `local` is the local cloud, when it is deployed there: its own stand in for
/// accounts, clusters and roles that nobody named, and its services for those outside of AWS. What is asked for becomes `given`: the stack may be
/// deployed to other regions, too.
pub fn resolve(
    stack: &Stack,
    given: &mut Vec<(String, String)>,
    before: Option<&Snapshot>,
    local: Option<&LocalCloud>,
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    let mut problems = Vec::new();
    for parameter in stack.parameters() {
        let name = parameter.name.as_str();
        let named = given.iter().rev().find(|(given, _)| given == name).map(|(_, value)| value.clone());
        let kept = before.filter(|_| named.is_none()).and_then(|before| before.parameters.get(name));
        if let (Some(kept), Some(before)) = (kept, before) {
            say_kept(name, kept, before, parameter.default.as_deref());
        }
        let value = named
            .or_else(|| kept.cloned())
            .or_else(|| local_service(stack, name, local?))
            .or_else(|| parameter.default.clone())
            .or_else(|| local.and_then(|_| stand_in(parameter)));
        let value = match value {
            Some(value) => value,
            None if ui::can_ask() => {
                let value = ask(name, parameter)?;
                given.push((name.to_owned(), value.clone()));
                value
            }
            None => {
                problems.push(format!("parameter `{name}` has no value; pass `--parameter {name}=…`"));
                continue;
            }
        };
        if let Err(problem) = validate(name, &value, parameter) {
            problems.push(problem);
        }
        values.insert(name.to_owned(), value);
    }
    if problems.is_empty() {
        return Ok(values);
    }
    Err(Failure::new(format!("{}; nothing was deployed", problems.join("\n       "))).exit(Exit::Usage).into())
}

/// What the local cloud has in place of what a parameter names.
fn stand_in(parameter: &Parameter) -> Option<String> {
    match parameter.allowed_pattern.as_str() {
        AccountId::ALLOWED_PATTERN => Some(local::ACCOUNT.to_owned()),
        ClusterName::ALLOWED_PATTERN => Some("local".to_owned()),
        RoleArn::ALLOWED_PATTERN => Some(format!("arn:aws:iam::{}:role/local", local::ACCOUNT)),
        _ => None,
    }
}

/// A deployed stack keeps its values, which surprises whoever changed a default.
fn say_kept(name: &str, kept: &str, before: &Snapshot, default: Option<&str>) {
    let mut parameters = before.template.section("Parameters");
    let old = parameters.find(|(id, _)| *id == name).and_then(|(_, declared)| declared.get("Default")?.as_str());
    if let Some(default) = default.filter(|default| *default != kept && old == Some(kept)) {
        ui::say(format!(
            "parameter `{name}` keeps its old default `{kept}`; `--parameter {name}={default}` gives it the new one"
        ));
    }
}

/// The address of the local service that the app offers for `parameter`.
fn local_service(stack: &Stack, parameter: &str, local: &LocalCloud) -> Option<String> {
    let service = stack.local_services().iter().find(|service| service.parameter == parameter)?;
    local.service_url(service)
}

/// Refuses values for parameters that none of `stacks` has.
pub fn require_known(stacks: &[Stack], given: &[(String, String)]) -> anyhow::Result<()> {
    let known: BTreeSet<_> =
        stacks.iter().flat_map(|stack| stack.parameters().iter().map(|it| it.name.as_str())).collect();
    let Some((name, _)) = given.iter().find(|(name, _)| !known.contains(name.as_str())) else { return Ok(()) };
    let names: Vec<_> = stacks.iter().map(|stack| format!("`{}`", stack.name())).collect();
    let failure = Failure::new(format!("{} has no parameter `{name}`; nothing was deployed", names.join(", ")));
    let failure = failure.exit(Exit::Usage);
    Err(match nearest::nearest(name, known.iter().copied()) {
        Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
        None if known.is_empty() => failure,
        None => failure.help(format!("its parameters are {}", known.into_iter().collect::<Vec<_>>().join(", "))),
    }
    .into())
}

fn validate(name: &str, value: &str, parameter: &Parameter) -> Result<(), String> {
    if !parameter.allowed_values.is_empty() && !parameter.allowed_values.iter().any(|allowed| allowed == value) {
        return Err(format!(
            "parameter `{name}` is `{value}`, expected one of {}",
            parameter.allowed_values.join(", ")
        ));
    }
    let pattern = &parameter.allowed_pattern;
    let matches = pattern.is_empty()
        || regex::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(value));
    if matches { Ok(()) } else { Err(format!("parameter `{name}` is `{value}`, expected {}", parameter.constraint)) }
}

fn ask(name: &str, parameter: &Parameter) -> anyhow::Result<String> {
    if let Some(description) = &parameter.description {
        ui::say(format!("{name}: {description}"));
    }
    loop {
        let value = ui::ask(&format!("{name}: "))?;
        if value.is_empty() {
            return Err(Failure::new(format!("parameter `{name}` has no value; nothing was deployed"))
                .exit(Exit::Declined)
                .into());
        }
        match validate(name, &value, parameter) {
            Ok(()) => return Ok(value),
            Err(problem) => ui::say(problem),
        }
    }
}

//! The smallest policy in the languages in which people deploy.

use std::fmt::Write as _;

use clap::ValueEnum;
use serde_json::json;

use super::AuditedProgram;
use super::policy::{SuggestedPolicy, SuggestedStatement};
use super::resource::{Place, Resource, TODO};

/// How a policy is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SuggestionFormat {
    /// A policy document.
    Json,
    /// The `Policies` of an `AWS::IAM::Role`, YAML.
    Cloudformation,
    /// The `Policies` of an `AWS::Serverless::Function`, YAML.
    Sam,
    /// A data source `aws_iam_policy_document`, HCL.
    Terraform,
}

/// What stands for a place in `CloudFormation`.
const SUB: Place = Place { partition: "${AWS::Partition}", region: "${AWS::Region}", account: "${AWS::AccountId}" };

/// What stands for a place in Terraform.
const DATA: Place = Place {
    partition: "${data.aws_partition.current.partition}",
    region: "${data.aws_region.current.id}",
    account: "${data.aws_caller_identity.current.account_id}",
};

/// The smallest policy of `program`, each line ended.
#[must_use]
pub fn suggest(program: &AuditedProgram, format: SuggestionFormat) -> String {
    let policy = SuggestedPolicy::of(program);
    match format {
        SuggestionFormat::Json => as_json(&policy),
        SuggestionFormat::Cloudformation => cloudformation(&policy, &notes(program)),
        SuggestionFormat::Sam => sam(&policy, &notes(program)),
        SuggestionFormat::Terraform => terraform(&policy, &notes(program)),
    }
}

/// What the policy does not have, and what is to be decided by somebody who knows the program.
#[must_use]
pub fn notes(program: &AuditedProgram) -> Vec<String> {
    let mut notes = Vec::new();
    for operation in program.certain() {
        let name = format!("{}:{}", operation.service, operation.operation);
        let one_of = operation.one_of();
        for needed in operation.actions.iter().filter(|it| !it.is_needed() && it.is_possible()) {
            if let super::Condition::WhenSet(parameters) = &needed.condition {
                notes.push(format!("add `{}` if a call of {name} sets {}", needed.action, super::listed(parameters)));
            }
        }
        if !one_of.is_empty() {
            notes.push(format!("{name} needs at least one of these: it is denied without"));
        }
    }
    for operation in program.operations.iter().filter(|it| it.reason.is_some()) {
        let actions: Vec<_> =
            operation.actions.iter().filter(|it| it.is_needed()).map(|it| format!("`{}`", it.action)).collect();
        let reason = operation.reason.as_deref().unwrap_or_default();
        if !actions.is_empty() {
            let name = format!("{}:{}", operation.service, operation.operation);
            notes.push(format!("add {} if the program itself calls {name}: {reason}", actions.join(", ")));
        }
    }
    notes.extend(program.unknown.iter().map(|module| match super::needs::hint(module) {
        Some(actions) => format!("UNKNOWN: add {actions} for `{module}`, on the database and its user"),
        None => format!("UNKNOWN: what `{module}` needs is to be added by hand"),
    }));
    notes.push("the rights that Lambda itself needs, such as writing logs, are not in it".to_owned());
    notes
}

fn as_json(policy: &SuggestedPolicy) -> String {
    let statements = policy.statements.iter().map(|it| {
        json!({
            "Sid": it.sid,
            "Effect": "Allow",
            "Action": it.actions,
            "Resource": it.resources.iter().map(|resource| resource.text(None, str::to_owned)).collect::<Vec<_>>(),
        })
    });
    let document = json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()});
    format!("{document:#}\n")
}

fn comments(notes: &[String], indent: &str) -> String {
    notes.iter().flat_map(|note| [indent, "# ", note, "\n"]).collect()
}

fn cloudformation(policy: &SuggestedPolicy, notes: &[String]) -> String {
    let mut text = comments(notes, "") + "Policies:\n";
    let _ = writeln!(text, "  - PolicyName: {}", quoted(&policy.name));
    text += "    PolicyDocument:\n      Version: '2012-10-17'\n";
    text + &yaml(policy, "      ")
}

fn sam(policy: &SuggestedPolicy, notes: &[String]) -> String {
    comments(notes, "") + "Policies:\n  - Version: '2012-10-17'\n" + &yaml(policy, "    ")
}

/// The statements in YAML.
fn yaml(policy: &SuggestedPolicy, indent: &str) -> String {
    if policy.statements.is_empty() {
        return format!("{indent}Statement: []\n");
    }
    let mut text = format!("{indent}Statement:\n");
    for SuggestedStatement { sid, actions, resources, reasons } in &policy.statements {
        for reason in reasons {
            let _ = writeln!(text, "{indent}  # {reason}");
        }
        let _ = writeln!(text, "{indent}  - Sid: {sid}\n{indent}    Effect: Allow\n{indent}    Action:");
        for action in actions {
            let _ = writeln!(text, "{indent}      - {action}");
        }
        let _ = writeln!(text, "{indent}    Resource:");
        for resource in resources {
            // In `Fn::Sub` a dollar sign before a brace is written with an exclamation mark.
            let arn = resource.text(Some(SUB), |name| name.replace("${", "${!"));
            let tag = if arn.contains("${AWS::") { "!Sub " } else { "" };
            let _ = writeln!(text, "{indent}      - {tag}{}{}", quoted(&arn), todo(resource, &arn));
        }
    }
    text
}

/// A comment beside what is to be filled in.
fn todo(resource: &Resource, arn: &str) -> String {
    if arn.starts_with(TODO) { format!(" # which {}?", resource.kind()) } else { String::new() }
}

/// A text in YAML.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn terraform(policy: &SuggestedPolicy, notes: &[String]) -> String {
    let is_part = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = policy.name.chars().map(is_part).collect();
    let name = if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name };
    let mut text = comments(notes, "");
    let escape = |name: &str| name.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "$${").replace("%{", "%%{");
    let mut body = String::new();
    for (index, SuggestedStatement { sid, actions, resources, reasons }) in policy.statements.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        body += gap;
        for reason in reasons {
            let _ = writeln!(body, "  # {reason}");
        }
        let _ = writeln!(body, "  statement {{\n    sid     = \"{sid}\"\n    actions = [");
        for action in actions {
            let _ = writeln!(body, "      \"{action}\",");
        }
        body += "    ]\n    resources = [\n";
        for resource in resources {
            let arn = resource.text(Some(DATA), escape);
            let _ = writeln!(body, "      \"{arn}\",{}", todo(resource, &arn));
        }
        body += "    ]\n  }\n";
    }
    for source in ["aws_caller_identity", "aws_partition", "aws_region"] {
        if body.contains(&format!("${{data.{source}.current")) {
            let _ = writeln!(text, "data \"{source}\" \"current\" {{}}\n");
        }
    }
    let _ = write!(text, "data \"aws_iam_policy_document\" \"{name}\" {{\n{body}}}\n");
    text
}

//! Parameters: defaults that their own constraints allow, and none that nothing uses.

use std::collections::BTreeSet;

use regex::Regex;

use super::references::Uses;
use crate::parameter::Parameter;
use crate::stack::Stack;
use assembly::Finding;

pub(super) fn check(stack: &Stack, findings: &mut Vec<Finding>) {
    for (id, declared) in stack.parameters() {
        let parameter = &declared.parameter;
        let Some(default) = &parameter.default else { continue };
        if !matches(parameter, default) {
            let message = format!("the default `{default}` of parameter `{id}` is not {}", parameter.constraint());
            let help = format!("it must match `{}`", parameter.allowed_pattern());
            findings.push(Finding::error("parameter-default", message).at(declared.source).help(help));
        }
        if !parameter.allowed_values.is_empty() && !parameter.allowed_values.contains(default) {
            let message = format!("the default `{default}` of parameter `{id}` is not among its allowed values");
            let help = format!("use one of `{}`", parameter.allowed_values.join("`, `"));
            findings.push(Finding::error("parameter-default", message).at(declared.source).help(help));
        }
    }
}

/// Whether CloudFormation would accept `value`: a pattern has to match all of it.
fn matches(parameter: &Parameter<()>, value: &str) -> bool {
    let pattern = parameter.allowed_pattern();
    pattern.is_empty() || Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(value))
}

pub(super) fn unused(stack: &Stack, uses: &Uses, findings: &mut Vec<Finding>) {
    let parameters: BTreeSet<_> = uses.parameters.iter().collect();
    for (index, (id, declared)) in stack.parameters().enumerate() {
        if !parameters.contains(&index) {
            let message = format!("nothing uses parameter `{id}`");
            findings.push(Finding::warning("unused-parameter", message).at(declared.source).help("remove it"));
        }
    }
}

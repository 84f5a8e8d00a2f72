//! What is found wrong with a stack, as tests write it.

use infra::Stack;

/// Each finding with its rule, and its advice if it has one: `rule: message | help`.
pub(crate) fn findings(stack: &Stack) -> Vec<String> {
    let told = infra::check(stack).into_iter().map(|finding| {
        let help = finding.help.map_or_else(String::new, |help| format!(" | {help}"));
        format!("{}: {}{help}", finding.rule, finding.message)
    });
    told.collect()
}

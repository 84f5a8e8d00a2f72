//! The picture of a stack, as tests write it.

use infra::{Graph, Stack};

/// The ways between its parts, a line for each.
pub(crate) fn ways(stack: &Stack) -> String {
    let mermaid = Graph::of(&stack.assemble()).to_mermaid();
    let ways: Vec<_> = mermaid.lines().filter(|line| line.contains("->")).map(str::trim).collect();
    ways.join("\n")
}

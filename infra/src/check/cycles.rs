//! Resources that wait for each other.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::references::{Scope, Uses};
use crate::expression::visit_resource;
use assembly::Finding;

pub(super) fn check(scope: &Scope<'_>, uses: &Uses, findings: &mut Vec<Finding>) {
    let after = adjacent(scope.stack.resources.len(), &uses.edges);
    let mut is_left = without_dependants(&after, &uses.edges);
    for start in 0..is_left.len() {
        if is_left[start]
            && let Some(cycle) = shortest_cycle(start, &after, &is_left)
        {
            for &member in &cycle {
                is_left[member] = false;
            }
            findings.extend(finding(scope, &cycle));
        }
    }
}

fn adjacent(nodes: usize, edges: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let mut after = vec![Vec::new(); nodes];
    for &(from, to) in edges {
        after[from].push(to);
    }
    after
}

/// Which resources remain when those that nothing waits for are taken away again and again: those that cycles lead to.
fn without_dependants(after: &[Vec<usize>], edges: &[(usize, usize)]) -> Vec<bool> {
    let mut waiting = vec![0_usize; after.len()];
    for &(_, to) in edges {
        waiting[to] += 1;
    }
    let mut is_left = vec![true; after.len()];
    let mut free: Vec<_> = (0..after.len()).filter(|&node| waiting[node] == 0).collect();
    while let Some(node) = free.pop() {
        is_left[node] = false;
        for &to in &after[node] {
            waiting[to] -= 1;
            if waiting[to] == 0 {
                free.push(to);
            }
        }
    }
    is_left
}

/// The resources on the shortest way from `start` back to it.
fn shortest_cycle(start: usize, after: &[Vec<usize>], is_left: &[bool]) -> Option<Vec<usize>> {
    let mut came_from = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for &to in after[node].iter().filter(|&&to| is_left[to]) {
            if to == start {
                let mut cycle = vec![node];
                while let Some(&previous) = came_from.get(&cycle[cycle.len() - 1]) {
                    cycle.push(previous);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if let Entry::Vacant(entry) = came_from.entry(to) {
                entry.insert(node);
                queue.push_back(to);
            }
        }
    }
    None
}

fn finding(scope: &Scope<'_>, cycle: &[usize]) -> Option<Finding> {
    let at = |index: usize| scope.stack.resources.get_index(cycle[index % cycle.len()]).map(|(_, declared)| declared);
    let first = at(0)?;
    let mut chain = format!("`{}`", first.id);
    for index in 0..cycle.len() {
        let (from, to) = (at(index)?.id.as_str(), at(index + 1)?.id.as_str());
        let rendered = scope.template.entries("Resources")?.get(from)?;
        let _ = write!(chain, " -> `{to}` ({})", place(rendered, to)?);
    }
    let message = format!("`{}` waits for itself: {chain}", first.id);
    let help = "refer to one of them by its name instead, or move the reference to a resource of its own";
    Some(Finding::error("circular-dependency", message).at(first.source).help(help))
}

/// Where a resource first refers to `target`.
fn place(resource: &Json, target: &str) -> Option<String> {
    let mut place = None;
    visit_resource(resource, &mut |path, reference| {
        if reference.id() == Some(target) && place.is_none() {
            place = Some(path.to_string());
        }
    });
    place
}

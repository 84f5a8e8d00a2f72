//! From the resources of a stack to its graph.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::names::Buckets;
use super::{Edge, Graph, Kind, Line, Node, parts, rights};
use crate::check;
use crate::stack::Stack;

/// A graph that grows.
pub(super) struct Drawing<'a> {
    pub(super) stack: &'a Stack,
    buckets: Buckets,
    nodes: IndexMap<String, Node>,
    outside: IndexMap<String, Node>,
    edges: IndexMap<(String, String, Line), Vec<String>>,
}

pub(super) fn graph(stack: &Stack) -> Graph {
    let mut drawing = Drawing {
        stack,
        buckets: Buckets::of(stack),
        nodes: stack.resources().filter_map(parts::node).map(|node| (node.id.clone(), node)).collect(),
        outside: IndexMap::new(),
        edges: IndexMap::new(),
    };
    for declared in stack.resources() {
        parts::edges(
            &mut drawing,
            declared.id.as_str(),
            declared.resource_type(),
            &Json::Object(declared.properties()),
        );
    }
    rights::edges(&mut drawing);
    let Drawing { nodes, outside, edges, .. } = drawing;
    Graph {
        name: stack.name().to_owned(),
        description: stack.description.clone(),
        nodes: nodes.into_values().chain(outside.into_values()).collect(),
        edges: edges.into_iter().map(|((from, to, line), labels)| Edge { from, to, line, labels }).collect(),
    }
}

impl Drawing<'_> {
    /// Draws a way; what it is labelled with joins the labels of the same way.
    pub(super) fn edge(
        &mut self,
        from: impl Into<String>,
        to: impl Into<String>,
        line: Line,
        label: impl Into<String>,
    ) {
        let labels = self.edges.entry((from.into(), to.into(), line)).or_default();
        let label = label.into();
        if !label.is_empty() && !labels.contains(&label) {
            labels.push(label);
        }
    }

    /// Draws the way of what failed, when `target` is a part that it can go to.
    pub(super) fn dead_letters(&mut self, from: &str, target: Option<&Json>, label: impl Into<String>) {
        let Some(to) = target.and_then(|target| self.part(target)) else { return };
        if let Some(queue) = self.nodes.get_mut(&to).filter(|node| node.kind == Kind::Queue) {
            queue.kind = Kind::DeadLetterQueue;
            queue.what = queue.what.trim_start_matches("SQS ").replace("queue", "dead-letter queue");
        }
        self.edge(from, to, Line::Dashed, label);
    }

    /// Draws what is outside of the stack, once, and gives its id.
    pub(super) fn outside(&mut self, id: &str, what: &str, detail: Option<String>) -> String {
        let node = || Node { id: id.to_owned(), kind: Kind::Outside, what: what.to_owned(), detail };
        self.outside.entry(id.to_owned()).or_insert_with(node).id.clone()
    }

    /// The part that a property refers to, be it by its name. A resource that is usually not drawn is drawn now, unless
    /// it is one that data never goes to.
    pub(super) fn part(&mut self, property: &Json) -> Option<String> {
        let ids = check::ids_in(property);
        if let Some(known) = ids.iter().find(|id| self.nodes.contains_key(**id)) {
            return Some((*known).to_owned());
        }
        if let Some(bucket) = self.buckets.named_in(property) {
            return Some(bucket);
        }
        let other = ids.into_iter().find_map(|id| parts::other(self.stack.resources.get(id)?))?;
        let id = other.id.clone();
        self.nodes.insert(id.clone(), other);
        Some(id)
    }

    /// Adds to what is said of a part.
    pub(super) fn detail(&mut self, id: &str, detail: Option<String>) {
        if let Some(node) = self.nodes.get_mut(id) {
            node.detail = detail;
        }
    }

    /// The buckets that tell `EventBridge` of their objects.
    pub(super) fn buckets_on_event_bridge(&self) -> Vec<String> {
        let tells = |id: &str| {
            let declared = self.stack.resources.get(id)?;
            Json::Object(declared.properties())
                .pointer("/NotificationConfiguration/EventBridgeConfiguration/EventBridgeEnabled")?
                .as_bool()
        };
        let buckets = self.nodes.values().filter(|node| node.kind == Kind::Bucket);
        buckets.filter(|node| tells(&node.id) == Some(true)).map(|node| node.id.clone()).collect()
    }
}

//! From the resources of a stack to its graph.

use indexmap::IndexMap;
use serde_json::Value as Json;

use super::names::Buckets;
use super::{Edge, Graph, Kind, Line, Node, rights};
use crate::expression::ids_in;
use crate::facts::{self, Drawn};

/// A graph that grows.
pub(crate) struct Drawing<'a> {
    pub(super) stack: &'a assembly::Stack,
    /// The resources by logical id.
    pub(super) resources: IndexMap<&'a str, Declared<'a>>,
    buckets: Buckets,
    nodes: IndexMap<String, Node>,
    outside: IndexMap<String, Node>,
    edges: IndexMap<(String, String, Line), Vec<String>>,
}

/// A resource of the template.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declared<'a> {
    pub(super) id: &'a str,
    pub(super) resource_type: &'a str,
    pub(super) properties: &'a Json,
}

pub(super) fn graph(stack: &assembly::Stack) -> Graph {
    let declared = stack.template.get("Resources").and_then(Json::as_object).into_iter().flatten();
    let resources: IndexMap<_, _> = declared.map(|(id, resource)| (id.as_str(), Declared::new(id, resource))).collect();
    let mut drawing = Drawing {
        stack,
        buckets: Buckets::of(resources.values()),
        nodes: resources.values().filter_map(Declared::part).map(|node| (node.id.clone(), node)).collect(),
        resources: resources.clone(),
        outside: IndexMap::new(),
        edges: IndexMap::new(),
    };
    for declared in resources.values() {
        facts::of(declared.resource_type).ways(&mut drawing, declared.id, declared.properties);
    }
    rights::edges(&mut drawing);
    let Drawing { nodes, outside, edges, .. } = drawing;
    Graph {
        name: stack.name.clone(),
        description: stack.description.clone(),
        nodes: nodes.into_values().chain(outside.into_values()).collect(),
        edges: edges.into_iter().map(|((from, to, line), labels)| Edge { from, to, line, labels }).collect(),
    }
}

impl<'a> Declared<'a> {
    fn new(id: &'a str, resource: &'a Json) -> Self {
        const NONE: &Json = &Json::Null;
        Self {
            id,
            resource_type: resource.get("Type").and_then(Json::as_str).unwrap_or_default(),
            properties: resource.get("Properties").unwrap_or(NONE),
        }
    }

    /// The part that it is drawn as; `None` when it is not one.
    fn part(&self) -> Option<Node> {
        let Drawn::Part(kind, what) = facts::of(self.resource_type).drawn() else { return None };
        let is_fifo =
            ["FifoQueue", "FifoTopic"].iter().any(|name| self.properties.get(name) == Some(&Json::Bool(true)));
        let what = if is_fifo { what.replacen(' ', " FIFO ", 1) } else { what.to_owned() };
        Some(Node { id: self.id.to_owned(), kind, what, detail: None })
    }

    /// The part that it is drawn as once data goes to it or comes from it.
    fn other(&self) -> Option<Node> {
        let (service, name) = self.resource_type.strip_prefix("AWS::")?.split_once("::")?;
        let what = format!("{service} {name}");
        let is_drawn = facts::of(self.resource_type).drawn() == Drawn::WhenUsed;
        is_drawn.then(|| Node { id: self.id.to_owned(), kind: Kind::Other, what, detail: None })
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

    /// The part that a property refers to, be it by its name; of an alias, its function. A resource that is usually not drawn is drawn now, unless
    /// it is one that data never goes to.
    pub(super) fn part(&mut self, property: &Json) -> Option<String> {
        let stood_for = |id| self.resources.get(id).and_then(|it| facts::stood_for(it.resource_type, it.properties));
        let ids: Vec<_> = ids_in(property).into_iter().map(|id| stood_for(id).unwrap_or(id)).collect();
        if let Some(known) = ids.iter().find(|id| self.nodes.contains_key(**id)) {
            return Some((*known).to_owned());
        }
        if let Some(bucket) = self.buckets.named_in(property) {
            return Some(bucket);
        }
        let other = ids.into_iter().find_map(|id| self.resources.get(id)?.other())?;
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
            let declared = self.resources.get(id)?;
            declared
                .properties
                .pointer("/NotificationConfiguration/EventBridgeConfiguration/EventBridgeEnabled")?
                .as_bool()
        };
        let buckets = self.nodes.values().filter(|node| node.kind == Kind::Bucket);
        buckets.filter(|node| tells(&node.id) == Some(true)).map(|node| node.id.clone()).collect()
    }
}

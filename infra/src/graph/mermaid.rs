//! Mermaid flowcharts.

use super::{Edge, Graph, Kind, Line, Node};

/// The words that Mermaid reads as its own wherever an id may stand.
///
/// <https://mermaid.js.org/syntax/flowchart.html>
const RESERVED: [&str; 10] =
    ["call", "class", "classdef", "click", "default", "end", "flowchart", "graph", "style", "subgraph"];

pub(super) fn render(graph: &Graph) -> String {
    let nodes = graph.nodes.iter().map(declared);
    let ways = graph.edges.iter().map(way);
    let mut kinds: Vec<_> = graph.nodes.iter().map(|node| node.kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let classes = kinds.into_iter().map(style);
    let lines: Vec<_> = nodes.chain(ways).chain(classes).map(|line| format!("    {line}\n")).collect();
    format!("flowchart LR\n{}", lines.concat())
}

/// Colours that can be seen through, and none for the text: it stays readable in light and dark.
fn style(kind: Kind) -> String {
    let (class, colour) = (class(kind), kind.colour());
    let dashed = if kind.is_dashed() { ",stroke-dasharray:5 4" } else { "" };
    format!("classDef {class} fill:{colour}22,stroke:{colour},stroke-width:2px{dashed}")
}

fn declared(node: &Node) -> String {
    let (open, close) = match node.kind {
        Kind::Function | Kind::Worker => ("(", ")"),
        Kind::Queue | Kind::DeadLetterQueue => ("[[", "]]"),
        Kind::Table => ("[(", ")]"),
        Kind::Bucket => (r"[\", "/]"),
        Kind::Topic => ("([", "])"),
        Kind::Api => ("{{", "}}"),
        Kind::Rule | Kind::Bus => ("[/", "/]"),
        Kind::Other | Kind::Outside => ("[", "]"),
    };
    let below = node
        .detail
        .as_ref()
        .map_or_else(|| escaped(&node.what), |detail| format!("{}<br>{}", escaped(&node.what), escaped(detail)));
    format!("{}{open}\"<b>{}</b><br>{below}\"{close}:::{}", id(&node.id), escaped(&node.id), class(node.kind))
}

fn way(edge: &Edge) -> String {
    let arrow = match edge.line {
        Line::Solid => "-->",
        Line::Dashed => "-.->",
    };
    let lines: Vec<_> = edge.labels.iter().map(|label| escaped(label)).collect();
    let label = if lines.is_empty() { String::new() } else { format!("|\"{}\"|", lines.join("<br>")) };
    format!("{} {arrow}{label} {}", id(&edge.from), id(&edge.to))
}

const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::Function => "function",
        Kind::Worker => "worker",
        Kind::Queue => "queue",
        Kind::DeadLetterQueue => "deadLetterQueue",
        Kind::Table => "table",
        Kind::Bucket => "bucket",
        Kind::Topic => "topic",
        Kind::Api => "api",
        Kind::Rule => "rule",
        Kind::Bus => "bus",
        Kind::Other => "other",
        Kind::Outside => "outside",
    }
}

/// An id that Mermaid takes for nothing else. Logical ids are letters and digits; what is outside may be an address.
fn id(id: &str) -> String {
    let plain = id.chars().all(|c| c.is_ascii_alphanumeric());
    let id: String = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !plain || id.starts_with(|first: char| first.is_ascii_digit()) {
        return format!("outside_{id}");
    }
    if RESERVED.contains(&id.to_ascii_lowercase().as_str()) { format!("{id}_") } else { id }
}

/// A text in the quotes of a label. Mermaid has an entity for each character by its number, with `#` for `&`.
fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' | '#' | '&' | '<' | '>' | '\\' | '`' => format!("#{};", u32::from(c)),
            '\n' => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_cannot_end_early_or_become_markup() {
        assert_eq!(escaped(r#"a "b" <c> & #d `e`"#), "a #34;b#34; #60;c#62; #38; #35;d #96;e#96;");
        assert_eq!(escaped("GET /orders/{orderId}"), "GET /orders/{orderId}");
    }

    #[test]
    fn ids_are_no_words_of_mermaid() {
        assert_eq!(id("Sightings"), "Sightings");
        assert_eq!(id("End"), "End_");
        assert_eq!(id("api.example.com"), "outside_api_example_com");
        assert_eq!(id("123456789012"), "outside_123456789012");
    }

    #[test]
    fn a_way_has_its_line_and_a_line_for_each_label() {
        let edge = |line, labels: &[&str]| Edge {
            from: "A".into(),
            to: "B".into(),
            line,
            labels: labels.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(way(&edge(Line::Solid, &[])), "A --> B");
        assert_eq!(way(&edge(Line::Dashed, &["x", "y"])), r#"A -.->|"x<br>y"| B"#);
    }
}

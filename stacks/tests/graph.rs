//! The graphs of the systems: what they show, and that their pictures can be read.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::fs;
use std::path::Path;

use infra::{Graph, Stage};
use roxmltree::{Document, Node};
use stackwright::Options;

fn graphs() -> impl Iterator<Item = Graph> {
    stacks::app()
        .systems()
        .to_vec()
        .into_iter()
        .map(|it| Graph::of(&it.assemble(&Stage::default(), &Options::default())))
}

#[test]
fn the_graph_is_as_reviewed() {
    for graph in graphs() {
        insta::assert_snapshot!(format!("graph_{}", graph.name), graph.to_mermaid());
    }
}

#[test]
fn every_way_is_between_parts_that_are_drawn() {
    for graph in graphs() {
        for edge in &graph.edges {
            for end in [&edge.from, &edge.to] {
                assert!(graph.nodes.iter().any(|node| node.id == *end), "{}: {edge:?}", graph.name);
            }
        }
    }
}

#[test]
fn a_stage_and_a_second_look_change_nothing() {
    for system in stacks::app().systems() {
        let graph = |stage| Graph::of(&system.assemble(&stage, &Options::default()));
        assert_eq!(graph(Stage::default()).to_svg(), graph(Stage::new("prod")).to_svg());
    }
}

#[test]
fn the_picture_shows_every_part_and_label_once_in_a_place_of_its_own() {
    for graph in graphs() {
        let svg = graph.to_svg();
        let picture = Document::parse(&svg).unwrap();
        let mut titles: Vec<_> = texts(&picture, "title").collect();
        let mut ids: Vec<_> = graph.nodes.iter().map(|node| node.id.as_str()).collect();
        titles.sort_unstable();
        ids.sort_unstable();
        assert_eq!(titles, ids);

        let boxes: Vec<_> = picture.descendants().filter_map(placed).collect();
        let labelled = graph.edges.iter().filter(|edge| !edge.labels.is_empty()).count();
        assert_eq!(boxes.len(), ids.len() + labelled, "{}", graph.name);
        let [_, _, width, height] = numbers(picture.root_element().attribute("viewBox").unwrap())[..] else {
            panic!("{}: the picture has no size", graph.name);
        };
        for (place, one) in boxes.iter().enumerate() {
            assert!(one.left >= 0.0 && one.top >= 0.0 && one.right <= width && one.bottom <= height, "{one:?}");
            for other in &boxes[..place] {
                assert!(!one.overlaps(other), "{}: {one:?} and {other:?} overlap", graph.name);
            }
        }
    }
}

#[test]
fn the_readme_of_a_system_shows_its_graph() {
    for graph in graphs() {
        let name = &graph.name;
        let file = format!("stacks/src/{}/README.md", name.replace('-', "_"));
        let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(&file)).unwrap();
        let shown = format!("<!-- graph:{name} -->\n```mermaid\n{}```\n<!-- /graph -->", graph.to_mermaid());
        assert!(
            readme.contains(&shown),
            "{file} does not show the graph of `{name}` as it is\n  help: put what `cargo xtask graph {name}` prints \
             into a `mermaid` block between `<!-- graph:{name} -->` and `<!-- /graph -->`"
        );
    }
}

/// A card or a label.
#[derive(Debug)]
struct Placed {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Placed {
    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

fn texts<'a>(picture: &'a Document<'_>, class: &'a str) -> impl Iterator<Item = &'a str> {
    picture
        .descendants()
        .filter(move |it| it.tag_name().name() == "text" && it.attribute("class") == Some(class))
        .map(|it| it.text().unwrap())
}

/// Where the box of a card or a label is; the page, which everything is on, is neither.
fn placed(node: Node<'_, '_>) -> Option<Placed> {
    if node.tag_name().name() != "rect" || !matches!(node.attribute("class")?, "card" | "page") {
        return None;
    }
    let in_groups = node.ancestors().filter_map(|it| it.attribute("transform")).map(numbers).collect::<Vec<_>>();
    if in_groups.is_empty() {
        return None;
    }
    let number = |name: &str| node.attribute(name).map_or(0.0, |it| it.parse().unwrap());
    let left = number("x") + in_groups.iter().map(|by| by[0]).sum::<f64>();
    let top = number("y") + in_groups.iter().map(|by| by[1]).sum::<f64>();
    Some(Placed { left, top, right: left + number("width"), bottom: top + number("height") })
}

fn numbers(text: &str) -> Vec<f64> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').filter_map(|it| it.parse().ok()).collect()
}

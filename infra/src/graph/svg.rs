//! SVG pictures.

mod icon;
mod text;

use std::fmt::{self, Write as _};

use super::layout::{self, Layout, Rect, Route, Size, Way, count};
use super::placed::{Area, Placed, PlacedLabel, PlacedPart, PlacedWay};
use super::{Edge, Graph, Kind, Line, Node};
use text::{Font, escaped};

/// Space around everything.
const MARGIN: f64 = 28.0;
/// Height of the name and description above the picture.
const HEAD: f64 = 52.0;
const ICON: f64 = 30.0;
const PADDING: f64 = 12.0;

const TITLE: Font = Font { size: 14.0, is_bold: true };
const SMALL: Font = Font { size: 11.5, is_bold: false };
const LABEL: Font = Font { size: 11.0, is_bold: false };
const NAME: Font = Font { size: 20.0, is_bold: true };
const DESCRIPTION: Font = Font { size: 13.0, is_bold: false };

const LINE_HEIGHT: f64 = 14.0;
/// How many characters of a label stand in a line, and how many lines.
const LABEL_LENGTH: usize = 30;
const LABEL_LINES: usize = 6;

/// Families of fonts that every system has one of.
const STYLE: &str = "\
    text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif}\
    .name{font-size:20px;font-weight:700;fill:#1f2328}\
    .description{font-size:13px;fill:#59636e}\
    .page{fill:#ffffff}.card{fill:#f8fafc;stroke-width:1.4}\
    .title{font-size:14px;font-weight:700;fill:#1f2328}\
    .what{font-size:11.5px;fill:#59636e}\
    .label{font-size:11px;fill:#3d444d;text-anchor:middle}\
    .way{fill:none;stroke:#8b949e;stroke-width:1.5}.tip{fill:#8b949e}\
    .failed{stroke:#d1605e;stroke-dasharray:5 4}.failed-tip{fill:#d1605e}\
    @media (prefers-color-scheme:dark){\
    .name,.title{fill:#f0f6fc}.description,.what{fill:#9aa4af}\
    .page{fill:#0d1117}.card{fill:#161b22}.label{fill:#c9d1d9}}";

pub(super) fn render(graph: &Graph) -> String {
    let labels = labels(graph);
    let layout = lay_out(graph, &labels, Size::default());
    let description = graph.description.as_deref().unwrap_or_default();
    let width = layout.size.width.max(NAME.width(&graph.name)).max(DESCRIPTION.width(description)) + 2.0 * MARGIN;
    let height = layout.size.height + HEAD + 2.0 * MARGIN;
    let mut svg = String::new();
    // Writing to a text cannot fail.
    let _ = draw(&mut svg, graph, &layout, &labels, Size { width, height });
    svg
}

/// The lines of the labels of all ways.
fn labels(graph: &Graph) -> Vec<Vec<String>> {
    graph.edges.iter().map(|edge| text::wrapped(&edge.labels, LABEL_LENGTH, LABEL_LINES)).collect()
}

/// Where everything is, for whoever draws it: in cards of at least `width`, with `height` more than a picture of
/// [`render`] has.
pub(super) fn placed(graph: &Graph, width: f64, height: f64) -> Placed {
    let labels = labels(graph);
    let layout = lay_out(graph, &labels, Size { width, height });
    let part = |(node, rect): (&Node, &Rect)| PlacedPart {
        node: node.clone(),
        area: Area::from(*rect),
        colour: node.kind.colour(),
        is_dashed: node.kind.is_dashed(),
        sign: icon::strokes(node.kind),
    };
    let ways = graph.edges.iter().zip(labels).zip(&layout.routes).filter_map(|((edge, lines), route)| {
        let (path, tip) = strokes(route)?;
        let label = route.label.map(|rect| PlacedLabel { area: Area::from(rect), lines });
        Some(PlacedWay { from: edge.from.clone(), to: edge.to.clone(), line: edge.line, path, tip, label })
    });
    Placed {
        width: layout.size.width.ceil(),
        height: layout.size.height.ceil(),
        parts: graph.nodes.iter().zip(&layout.parts).map(part).collect(),
        ways: ways.collect(),
    }
}

/// Everything in its place, where each card has `room` for more: at least its width, and its height below the texts.
fn lay_out(graph: &Graph, labels: &[Vec<String>], room: Size) -> Layout {
    let roomy = |it: Size| Size { width: it.width.max(room.width), height: it.height + room.height };
    let parts: Vec<_> = graph.nodes.iter().map(|node| roomy(size(node))).collect();
    let place = |id: &str| graph.nodes.iter().position(|node| node.id == id);
    let ways = graph.edges.iter().zip(labels).filter_map(|(edge, lines)| {
        let (from, to) = (place(&edge.from)?, place(&edge.to)?);
        // A function calls whom it likes, but what an event sets off comes after it.
        let strength = match (edge.line, graph.nodes[from].kind) {
            (Line::Dashed, _) => 0,
            (_, Kind::Function | Kind::Worker) => 1,
            _ => 2,
        };
        Some(Way { from, to, label: label_size(lines), strength })
    });
    layout::layout(&parts, &ways.collect::<Vec<_>>())
}

/// How large the card of a part is.
fn size(node: &Node) -> Size {
    let texts =
        [TITLE.width(&node.id), SMALL.width(&node.what), node.detail.as_deref().map_or(0.0, |it| SMALL.width(it))];
    let width = texts.into_iter().fold(0.0, f64::max) + ICON + 3.0 * PADDING;
    Size { width: width.ceil(), height: if node.detail.is_some() { 70.0 } else { 54.0 } }
}

fn label_size(lines: &[String]) -> Size {
    if lines.is_empty() {
        return Size::default();
    }
    let width = lines.iter().map(|line| LABEL.width(line)).fold(0.0, f64::max) + 10.0;
    Size { width: width.ceil(), height: LINE_HEIGHT * count(lines.len()) + 4.0 }
}

fn draw(svg: &mut String, graph: &Graph, layout: &Layout, labels: &[Vec<String>], size: Size) -> fmt::Result {
    let (width, height) = (Number(size.width.ceil()), Number(size.height.ceil()));
    let name = escaped(&graph.name);
    let description = escaped(graph.description.as_deref().unwrap_or_default());
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">"#
    )?;
    writeln!(svg, "<title>{name}</title>\n<desc>{description}</desc>\n<style>{STYLE}</style>")?;
    writeln!(svg, r#"<rect class="page" width="{width}" height="{height}" rx="12"/>"#)?;
    writeln!(svg, r#"<text class="name" x="{MARGIN}" y="{}">{name}</text>"#, Number(MARGIN + 16.0))?;
    writeln!(svg, r#"<text class="description" x="{MARGIN}" y="{}">{description}</text>"#, Number(MARGIN + 37.0))?;
    writeln!(svg, r#"<g transform="translate({MARGIN} {})">"#, Number(MARGIN + HEAD))?;
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        way(svg, edge, route)?;
    }
    for (lines, route) in labels.iter().zip(&layout.routes) {
        if let Some(rect) = route.label {
            label(svg, lines, rect)?;
        }
    }
    for (node, rect) in graph.nodes.iter().zip(&layout.parts) {
        card(svg, node, *rect)?;
    }
    writeln!(svg, "</g>\n</svg>")
}

fn way(svg: &mut String, edge: &Edge, route: &Route) -> fmt::Result {
    let (class, tip_class) = match edge.line {
        Line::Solid => ("way", "tip"),
        Line::Dashed => ("way failed", "failed-tip"),
    };
    let Some((path, tip)) = strokes(route) else { return Ok(()) };
    writeln!(svg, r#"<path class="{class}" d="{path}"/>"#)?;
    writeln!(svg, r#"<path class="{tip_class}" d="{tip}"/>"#)
}

/// The line of a way and the tip at its end, as SVG describes paths.
fn strokes(route: &Route) -> Option<(String, String)> {
    const TIP: f64 = 8.0;
    let points = &route.points;
    let [.., (before, _), (x, y)] = points[..] else { return None };
    // The line ends inside the tip, which would otherwise be blunt.
    let (back, is_level) = (if x < before { TIP } else { -TIP }, (x - before).abs() > 0.01);
    let mut path = format!("M{} {}", Number(points[0].0), Number(points[0].1));
    for (place, pair) in points.windows(2).enumerate() {
        let ((x0, y0), (mut x1, y1)) = (pair[0], pair[1]);
        if place + 2 == points.len() && is_level {
            x1 += back / 2.0;
        }
        let middle = Number(x0.midpoint(x1));
        // Writing to a text cannot fail.
        let _ = if place % 2 == 0 && (y0 - y1).abs() > 0.5 && (x0 - x1).abs() > 0.5 {
            let (x1, y0, y1) = (Number(x1), Number(y0), Number(y1));
            write!(path, " C{middle} {y0} {middle} {y1} {x1} {y1}")
        } else {
            write!(path, " L{} {}", Number(x1), Number(y1))
        };
    }
    let (x, y) = (Number(x), y);
    let tip = if is_level {
        let (left, up, down) = (Number(x.0 + back), Number(y - 4.0), Number(y + 4.0));
        format!("M{x} {} L{left} {up} L{left} {down} Z", Number(y))
    } else {
        let (left, right, below) = (Number(x.0 - 4.0), Number(x.0 + 4.0), Number(y + TIP));
        format!("M{x} {} L{left} {below} L{right} {below} Z", Number(y))
    };
    Some((path, tip))
}

/// The lines of a label on the colour of the page, which hides the way behind them.
fn label(svg: &mut String, lines: &[String], rect: Rect) -> fmt::Result {
    let (x, y) = (Number(rect.x), Number(rect.y));
    let (width, height) = (Number(rect.width), Number(rect.height));
    writeln!(svg, r#"<rect class="page" x="{x}" y="{y}" width="{width}" height="{height}" rx="4"/>"#)?;
    let middle = Number(rect.x + rect.width / 2.0);
    for (place, line) in lines.iter().enumerate() {
        let base = Number(rect.y + LINE_HEIGHT * count(place) + 12.5);
        writeln!(svg, r#"<text class="label" x="{middle}" y="{base}">{}</text>"#, escaped(line))?;
    }
    Ok(())
}

fn card(svg: &mut String, node: &Node, rect: Rect) -> fmt::Result {
    let colour = node.kind.colour();
    let dashed = if node.kind.is_dashed() { r#" stroke-dasharray="5 4""# } else { "" };
    let (width, height) = (Number(rect.width), Number(rect.height));
    writeln!(svg, r#"<g transform="translate({} {})">"#, Number(rect.x), Number(rect.y))?;
    writeln!(svg, r#"<rect class="card" width="{width}" height="{height}" rx="8" stroke="{colour}"{dashed}/>"#)?;
    let middle = rect.height / 2.0;
    writeln!(
        svg,
        r#"<g transform="translate({PADDING} {})">{}</g>"#,
        Number(middle - ICON / 2.0),
        icon::of(node.kind)
    )?;
    let x = Number(PADDING * 2.0 + ICON);
    let lines: Vec<_> = [("title", &node.id), ("what", &node.what)]
        .into_iter()
        .chain(node.detail.as_ref().map(|detail| ("what", detail)))
        .collect();
    let first = middle - 17.0 * (count(lines.len()) - 1.0) / 2.0 + 4.5;
    for (place, (class, line)) in lines.into_iter().enumerate() {
        let base = Number(first + 17.0 * count(place));
        writeln!(svg, r#"<text class="{class}" x="{x}" y="{base}">{}</text>"#, escaped(line))?;
    }
    writeln!(svg, "</g>")
}

/// A coordinate to a tenth of a pixel, so that a picture is the same on every machine.
#[derive(Clone, Copy)]
struct Number(f64);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tenths = (self.0 * 10.0).round() / 10.0;
        // Neither `-0` nor `12.0`.
        write!(f, "{}", if tenths == 0.0 { 0.0 } else { tenths })
    }
}

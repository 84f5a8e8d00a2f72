//! A graph in which everything has its place, for whoever draws it themselves.

use serde::Serialize;

use super::layout::Rect;
use super::{Line, Node};

/// A graph in which everything has its place. Lengths are in pixels, and the left upper corner is at 0, 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Placed {
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
    /// The parts.
    pub parts: Vec<PlacedPart>,
    /// The ways between them.
    pub ways: Vec<PlacedWay>,
}

/// A part in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlacedPart {
    /// The part.
    #[serde(flatten)]
    pub node: Node,
    /// Where its card is.
    pub area: Area,
    /// The colour of its kind.
    pub colour: &'static str,
    /// Whether its outline is dashed.
    pub is_dashed: bool,
    /// What is drawn on its sign of 30 by 30 pixels, as SVG describes paths.
    pub sign: &'static str,
}

/// A way in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlacedWay {
    /// The id of the part that it leaves.
    pub from: String,
    /// The id of the part that it goes to.
    pub to: String,
    /// Whether it is the usual way.
    pub line: Line,
    /// Its line, as SVG describes paths.
    pub path: String,
    /// The tip at its end.
    pub tip: String,
    /// What goes this way.
    pub label: Option<PlacedLabel>,
}

/// The label of a way in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PlacedLabel {
    /// Where it is.
    pub area: Area,
    /// Its lines.
    pub lines: Vec<String>,
}

/// A rectangle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Area {
    /// Its left side.
    pub x: f64,
    /// Its upper side.
    pub y: f64,
    /// How wide it is.
    pub width: f64,
    /// How high it is.
    pub height: f64,
}

impl From<Rect> for Area {
    fn from(Rect { x, y, width, height }: Rect) -> Self {
        Self { x, y, width, height }
    }
}

//! Coordinates for columns, parts and ways.

use super::grid::Grid;
use super::ranks::Ranked;
use super::{Layout, Rect, Route, Size, Way};

/// Space between two columns, at least and at most: a way that climbs needs more.
const NARROW: f64 = 26.0;
const WIDE: f64 = 110.0;
/// How much of a climb is added to the space.
const CLIMB: f64 = 0.25;

pub(super) fn draw(grid: &Grid, heights: &[f64], ways: &[Way], ranked: &Ranked) -> Layout {
    let columns = columns(grid, heights);
    let rect = |place: usize| {
        let (cell, (x, width)) = (&grid.cells[place], columns[grid.cells[place].column]);
        let x = if cell.is_part { x } else { x + (width - cell.size.width) / 2.0 };
        let Size { width, height } = cell.size;
        Rect { x, y: heights[place] - height / 2.0, width, height }
    };
    let parts: Vec<_> = (0..ranked.ranks.len()).map(rect).collect();
    let routes = ways.iter().zip(&ranked.ends).zip(&grid.chains).map(|((way, ends), chain)| match ends {
        None => to_itself(parts[way.from]),
        Some((left, _)) => {
            let first = &grid.cells[grid.links[chain[0]].right];
            let has_label = !first.is_part && first.size.width > 0.0;
            let mut points = points(grid, heights, &columns, chain);
            if *left != way.from {
                points.reverse();
            }
            Route { points, label: has_label.then(|| rect(grid.links[chain[0]].right)) }
        }
    });
    let routes = routes.collect();
    let right = columns.last().map_or(0.0, |(x, width)| x + width);
    let bottom = grid.cells.iter().zip(heights).map(|(cell, middle)| middle + cell.size.height / 2.0);
    Layout { size: Size { width: right, height: bottom.fold(0.0, f64::max) }, parts, routes }
}

/// The left edge and width of each column.
fn columns(grid: &Grid, heights: &[f64]) -> Vec<(f64, f64)> {
    let mut x = 0.0;
    let mut columns = Vec::new();
    for (place, column) in grid.columns.iter().enumerate() {
        let width = column.iter().map(|cell| grid.cells[*cell].size.width).fold(0.0, f64::max);
        columns.push((x, width));
        let leaving = grid.links.iter().filter(|link| grid.cells[link.left].column == place);
        let climb = leaving
            .map(|link| (heights[link.left] + link.left_port - heights[link.right] - link.right_port).abs())
            .fold(0.0, f64::max);
        x += width + (NARROW + CLIMB * climb).min(WIDE);
    }
    columns
}

/// Where a way goes through: level through every column, so that it meets no other cell, and curved between them.
fn points(grid: &Grid, heights: &[f64], columns: &[(f64, f64)], chain: &[usize]) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for link in chain.iter().map(|link| grid.links[*link]) {
        let (x, width) = columns[grid.cells[link.left].column];
        points.push((x + width, heights[link.left] + link.left_port));
        let (x, _) = columns[grid.cells[link.right].column];
        points.push((x, heights[link.right] + link.right_port));
    }
    points
}

/// A loop under a part.
fn to_itself(part: Rect) -> Route {
    let (right, bottom) = (part.x + part.width, part.y + part.height);
    Route {
        points: vec![
            (right - 40.0, bottom),
            (right - 40.0, bottom + 16.0),
            (right - 16.0, bottom + 16.0),
            (right - 16.0, bottom),
        ],
        label: None,
    }
}

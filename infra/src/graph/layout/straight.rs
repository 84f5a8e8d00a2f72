//! Small bends in long ways, taken out: the least squares of [`super::place`] spread a climb over all columns.

use super::grid::Grid;
use super::place::between;

/// How often all ways are gone through; one that is straight makes room for others.
const ROUNDS: usize = 3;

/// Gives the cells that a way passes through one height where their columns have room for it: that of the part it goes
/// to, that of the part it comes from, or else any.
pub(super) fn straighten(grid: &Grid, heights: &mut [f64]) {
    let places = grid.places();
    for _ in 0..ROUNDS {
        for chain in &grid.chains {
            let passed: Vec<_> = chain.iter().skip(1).map(|link| grid.links[*link].left).collect();
            let (Some(first), Some(last)) = (chain.first(), chain.last()) else { continue };
            let (first, last) = (grid.links[*first], grid.links[*last]);
            let (mut start, mut rest) = (heights[first.left] + first.left_port, &passed[..]);
            let end = heights[last.right] + last.right_port;
            while !rest.is_empty() {
                let (count, (low, high)) = level(grid, &places, heights, rest);
                let mean = heights[rest[0]].midpoint(heights[rest[count - 1]]);
                let is_free = |height: &f64| (low..=high).contains(height);
                let wanted = [Some(end).filter(|_| count == rest.len()), Some(start)];
                let height = wanted.into_iter().flatten().find(is_free).unwrap_or_else(|| mean.clamp(low, high));
                for cell in &rest[..count] {
                    heights[*cell] = height;
                }
                (start, rest) = (height, &rest[count..]);
            }
        }
    }
}

/// How many of `cells`, from the first, can be at one height, and between which.
fn level(grid: &Grid, places: &[usize], heights: &[f64], cells: &[usize]) -> (usize, (f64, f64)) {
    let mut range = free(grid, places, heights, cells[0]);
    for (count, cell) in cells.iter().enumerate().skip(1) {
        let (low, high) = free(grid, places, heights, *cell);
        let both = (range.0.max(low), range.1.min(high));
        if both.0 > both.1 {
            return (count, range);
        }
        range = both;
    }
    (cells.len(), range)
}

/// Between which heights a cell can move while the others of its column stay.
fn free(grid: &Grid, places: &[usize], heights: &[f64], cell: usize) -> (f64, f64) {
    let column = &grid.columns[grid.cells[cell].column];
    let above = places[cell].checked_sub(1).map(|place| column[place]);
    let below = column.get(places[cell] + 1);
    let low = above.map_or(f64::NEG_INFINITY, |above| heights[above] + between(grid, above, cell));
    let high = below.map_or(f64::INFINITY, |below| heights[*below] - between(grid, cell, *below));
    // Cells that touch may overlap by what floating-point numbers lose.
    (low.min(heights[cell]), high.max(heights[cell]))
}

//! The heights of the cells: ways are as straight as the order of the cells lets them be.

use super::grid::{Grid, Link};
use super::straight::straighten;

/// How often the columns are gone through; heights no longer change visibly after that.
const SWEEPS: usize = 80;

/// Space between two parts, two ways, and a part and a way.
const BETWEEN_PARTS: f64 = 30.0;
const BETWEEN_WAYS: f64 = 12.0;
const BETWEEN_BOTH: f64 = 22.0;

/// The middle of each cell, the upmost edge at 0.
pub(super) fn heights(grid: &Grid) -> Vec<f64> {
    let mut heights = vec![0.0; grid.cells.len()];
    for column in &grid.columns {
        settle(grid, column, &vec![(0.0, 1.0); column.len()], &mut heights);
    }
    let mut links: Vec<Vec<Link>> = vec![Vec::new(); grid.cells.len()];
    for link in &grid.links {
        links[link.left].push(*link);
        links[link.right].push(*link);
    }
    for sweep in 0..SWEEPS {
        for step in 0..grid.columns.len() {
            let column = if sweep % 2 == 0 { step } else { grid.columns.len() - 1 - step };
            let column = &grid.columns[column];
            let wanted: Vec<_> = column.iter().map(|cell| wanted(grid, *cell, &links[*cell], &heights)).collect();
            settle(grid, column, &wanted, &mut heights);
        }
    }
    straighten(grid, &mut heights);
    let top = grid.cells.iter().zip(&heights).map(|(cell, middle)| middle - cell.size.height / 2.0);
    let top = top.fold(f64::INFINITY, f64::min);
    heights.iter().map(|middle| middle - top).collect()
}

/// Where the links of a cell are straight in the mean, and how much that counts.
fn wanted(grid: &Grid, cell: usize, links: &[Link], heights: &[f64]) -> (f64, f64) {
    let (mut sum, mut weights) = (0.0, 0.0);
    for link in links {
        let straight = if link.left == cell {
            heights[link.right] + link.right_port - link.left_port
        } else {
            heights[link.left] + link.left_port - link.right_port
        };
        let weight = weight(grid, *link);
        sum += straight * weight;
        weights += weight;
    }
    if weights > 0.0 { (sum / weights, weights) } else { (heights[cell], 0.1) }
}

/// A bend between two parts is natural, one in the middle of a way is not. A label is on a level with where its way goes.
fn weight(grid: &Grid, link: Link) -> f64 {
    match (grid.cells[link.left].is_part, grid.cells[link.right].is_part) {
        (true, _) => 1.0,
        (false, true) => 3.0,
        (false, false) => 8.0,
    }
}

/// Puts each cell of a column where it wants to be, or as near as the others let it: the least sum of weighted squares,
/// found by joining cells that would overlap into blocks (the pool-adjacent-violators algorithm).
fn settle(grid: &Grid, column: &[usize], wanted: &[(f64, f64)], heights: &mut [f64]) {
    struct Block {
        sum: f64,
        weight: f64,
        cells: usize,
    }
    let offsets = offsets(grid, column);
    let mut blocks: Vec<Block> = Vec::new();
    for ((height, weight), offset) in wanted.iter().zip(&offsets) {
        let mut block = Block { sum: (height - offset) * weight, weight: *weight, cells: 1 };
        while let Some(above) = blocks.pop_if(|above| above.sum / above.weight > block.sum / block.weight) {
            block = Block {
                sum: above.sum + block.sum,
                weight: above.weight + block.weight,
                cells: above.cells + block.cells,
            };
        }
        blocks.push(block);
    }
    let tops = blocks.iter().flat_map(|block| std::iter::repeat_n(block.sum / block.weight, block.cells));
    for ((cell, offset), top) in column.iter().zip(&offsets).zip(tops) {
        heights[*cell] = top + offset;
    }
}

/// How far each cell of a column is at least below the first.
fn offsets(grid: &Grid, column: &[usize]) -> Vec<f64> {
    let mut offsets = vec![0.0; column.len()];
    for place in 1..column.len() {
        offsets[place] = offsets[place - 1] + between(grid, column[place - 1], column[place]);
    }
    offsets
}

/// How far the middles of two neighbours in a column are at least apart.
pub(super) fn between(grid: &Grid, above: usize, below: usize) -> f64 {
    let (above, below) = (&grid.cells[above], &grid.cells[below]);
    let space = match (above.is_part, below.is_part) {
        (true, true) => BETWEEN_PARTS,
        (false, false) => BETWEEN_WAYS,
        _ => BETWEEN_BOTH,
    };
    above.size.height.midpoint(below.size.height) + space
}

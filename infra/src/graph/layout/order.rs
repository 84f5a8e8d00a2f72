//! The order of the cells in each column: few ways cross.

use super::count;
use super::grid::Grid;

/// How often the columns are gone through. A graph of a few dozen parts has settled long before.
const SWEEPS: usize = 24;

/// Who is beside whom: the cells that each cell is linked to, on its left and on its right.
struct Beside {
    left: Vec<Vec<usize>>,
    right: Vec<Vec<usize>>,
}

/// Orders each column by where its cells are linked to, back and forth, and keeps the best order found.
pub(super) fn reduce_crossings(grid: &mut Grid) {
    let mut beside = Beside { left: vec![Vec::new(); grid.cells.len()], right: vec![Vec::new(); grid.cells.len()] };
    for link in &grid.links {
        beside.left[link.right].push(link.left);
        beside.right[link.left].push(link.right);
    }
    follow_ways(grid, &beside);
    let mut best = (crossings(grid, &beside), grid.columns.clone());
    for sweep in 0..SWEEPS {
        if best.0 == 0 {
            break;
        }
        let columns = 0..grid.columns.len();
        if sweep % 2 == 0 {
            for column in columns {
                by_neighbours(grid, column, &beside.left);
            }
        } else {
            for column in columns.rev() {
                by_neighbours(grid, column, &beside.right);
            }
        }
        swap_where_better(grid, &beside);
        let now = crossings(grid, &beside);
        if now < best.0 {
            best = (now, grid.columns.clone());
        }
    }
    grid.columns = best.1;
}

/// Starts with what is reached together beside each other.
fn follow_ways(grid: &mut Grid, beside: &Beside) {
    let mut columns = vec![Vec::new(); grid.columns.len()];
    let mut seen = vec![false; grid.cells.len()];
    for start in grid.columns.iter().flatten() {
        let mut next = vec![*start];
        while let Some(cell) = next.pop() {
            if !std::mem::replace(&mut seen[cell], true) {
                columns[grid.cells[cell].column].push(cell);
                next.extend(beside.right[cell].iter().rev());
            }
        }
    }
    grid.columns = columns;
}

/// Sorts a column by the mean place of the cells on one side; a cell without any stays where it is.
fn by_neighbours(grid: &mut Grid, column: usize, side: &[Vec<usize>]) {
    let places = grid.places();
    let mut keyed: Vec<_> = grid.columns[column]
        .iter()
        .map(|cell| {
            let neighbours = &side[*cell];
            let sum: usize = neighbours.iter().map(|it| places[*it]).sum();
            let mean = if neighbours.is_empty() { count(places[*cell]) } else { count(sum) / count(neighbours.len()) };
            (mean, *cell)
        })
        .collect();
    keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
    grid.columns[column] = keyed.into_iter().map(|(_, cell)| cell).collect();
}

/// Swaps neighbours in a column as long as that saves a crossing.
fn swap_where_better(grid: &mut Grid, beside: &Beside) {
    let mut is_better = true;
    while std::mem::take(&mut is_better) {
        for column in 0..grid.columns.len() {
            for place in 1..grid.columns[column].len() {
                let places = grid.places();
                let (upper, lower) = (grid.columns[column][place - 1], grid.columns[column][place]);
                let between = |upper: usize, lower: usize| {
                    pairs(&beside.left[upper], &beside.left[lower], &places)
                        + pairs(&beside.right[upper], &beside.right[lower], &places)
                };
                if between(lower, upper) < between(upper, lower) {
                    grid.columns[column].swap(place - 1, place);
                    is_better = true;
                }
            }
        }
    }
}

/// How many links of the upper cell cross one of the lower cell.
fn pairs(upper: &[usize], lower: &[usize], places: &[usize]) -> usize {
    upper.iter().map(|one| lower.iter().filter(|other| places[**other] < places[*one]).count()).sum()
}

fn crossings(grid: &Grid, beside: &Beside) -> usize {
    let places = grid.places();
    let of_column = |column: &Vec<usize>| -> usize {
        let of = |(place, upper): (usize, &usize)| -> usize {
            column[place + 1..].iter().map(|lower| pairs(&beside.right[*upper], &beside.right[*lower], &places)).sum()
        };
        column.iter().enumerate().map(of).sum()
    };
    grid.columns.iter().map(of_column).sum()
}

#[cfg(test)]
mod tests {
    use super::super::ranks::ranked;
    use super::super::{Size, Way};
    use super::*;

    #[test]
    fn ways_that_need_not_cross_do_not() {
        let way = |from, to| Way { from, to, label: Size::default(), strength: 0 };
        // 0 -> 5, 1 -> 4, 2 -> 3: declared so that all cross.
        let ways = [way(0, 5), way(1, 4), way(2, 3), way(6, 0), way(6, 1), way(6, 2)];
        let mut grid = Grid::new(&[Size::default(); 7], &ways, &ranked(7, &ways));
        reduce_crossings(&mut grid);
        let places = grid.places();
        let above = |one: usize, other: usize| places[one] < places[other];
        assert_eq!((above(0, 1), above(1, 2)), (above(5, 4), above(4, 3)));
    }
}

//! Columns of cells: parts in the even ones, labels in the odd ones, and in all of them the ways that pass through.

use super::ranks::Ranked;
use super::{Size, Way, count};

/// Space on the side of a part for each way.
const PORT: f64 = 16.0;

/// What stands in a column.
pub(super) struct Cell {
    pub(super) column: usize,
    pub(super) size: Size,
    /// Whether it is a part; else a way passes through, maybe with its label.
    pub(super) is_part: bool,
}

/// A piece of a way, from a cell to one in the next column, and how far from their middles it begins and ends.
#[derive(Clone, Copy)]
pub(super) struct Link {
    pub(super) left: usize,
    pub(super) right: usize,
    pub(super) left_port: f64,
    pub(super) right_port: f64,
}

/// Everything to draw, in columns.
pub(super) struct Grid {
    /// The parts, then what passes through.
    pub(super) cells: Vec<Cell>,
    pub(super) links: Vec<Link>,
    /// The cells of each column, from top to bottom.
    pub(super) columns: Vec<Vec<usize>>,
    /// The links of each way, from left to right.
    pub(super) chains: Vec<Vec<usize>>,
}

impl Grid {
    pub(super) fn new(parts: &[Size], ways: &[Way], ranked: &Ranked) -> Self {
        let cells =
            parts.iter().zip(&ranked.ranks).map(|(size, rank)| Cell { column: 2 * rank, size: *size, is_part: true });
        let mut grid = Self { cells: cells.collect(), links: Vec::new(), columns: Vec::new(), chains: Vec::new() };
        for (way, ends) in ways.iter().zip(&ranked.ends) {
            let chain = ends.map_or_else(Vec::new, |(left, right)| grid.chain(left, right, way.label));
            grid.chains.push(chain);
        }
        grid.make_room_for_ways();
        let last = grid.cells.iter().map(|cell| cell.column).max().unwrap_or(0);
        grid.columns = vec![Vec::new(); last + 1];
        for (place, cell) in grid.cells.iter().enumerate() {
            grid.columns[cell.column].push(place);
        }
        grid
    }

    /// Links two parts through all columns between them; the label is in the first.
    fn chain(&mut self, left: usize, right: usize, label: Size) -> Vec<usize> {
        let columns = self.cells[left].column + 1..self.cells[right].column;
        let mut chain = Vec::new();
        let mut from = left;
        for column in columns.clone() {
            let size = if column == columns.start { label } else { Size::default() };
            self.cells.push(Cell { column, size, is_part: false });
            chain.push(self.link(from, self.cells.len() - 1));
            from = self.cells.len() - 1;
        }
        chain.push(self.link(from, right));
        chain
    }

    fn link(&mut self, left: usize, right: usize) -> usize {
        self.links.push(Link { left, right, left_port: 0.0, right_port: 0.0 });
        self.links.len() - 1
    }

    /// Makes parts as high as their ways need, and all parts of a column equally wide.
    fn make_room_for_ways(&mut self) {
        for place in 0..self.cells.len() {
            if self.cells[place].is_part {
                let leaving = self.links.iter().filter(|link| link.left == place).count();
                let reaching = self.links.iter().filter(|link| link.right == place).count();
                let needed = PORT * (count(leaving.max(reaching)) + 1.0);
                let column = self.cells[place].column;
                let alike = self.cells.iter().filter(|cell| cell.is_part && cell.column == column);
                let width = alike.map(|cell| cell.size.width).fold(0.0, f64::max);
                let size = &mut self.cells[place].size;
                *size = Size { width, height: size.height.max(needed) };
            }
        }
    }

    /// The place of each cell in its column.
    pub(super) fn places(&self) -> Vec<usize> {
        let mut places = vec![0; self.cells.len()];
        for column in &self.columns {
            for (place, cell) in column.iter().enumerate() {
                places[*cell] = place;
            }
        }
        places
    }

    /// Lets the ways of a part begin and end side by side, in the order of where they come from and go to.
    pub(super) fn set_ports(&mut self) {
        let places = self.places();
        for part in (0..self.cells.len()).filter(|cell| self.cells[*cell].is_part) {
            for (link, port) in ports(&self.links, |link| (link.left == part).then(|| places[link.right])) {
                self.links[link].left_port = port;
            }
            for (link, port) in ports(&self.links, |link| (link.right == part).then(|| places[link.left])) {
                self.links[link].right_port = port;
            }
        }
    }
}

/// The links on one side of a part, each with how far it is from the part's middle; `place` says where a link of that
/// side has its other end.
fn ports(links: &[Link], place: impl Fn(&Link) -> Option<usize>) -> Vec<(usize, f64)> {
    let mut side: Vec<_> = links.iter().enumerate().filter_map(|(number, link)| Some((place(link)?, number))).collect();
    side.sort_unstable();
    let first = PORT * (1.0 - count(side.len())) / 2.0;
    side.into_iter().enumerate().map(|(place, (_, link))| (link, first + PORT * count(place))).collect()
}

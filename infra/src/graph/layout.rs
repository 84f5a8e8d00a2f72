//! Where to draw what: a layered layout from left to right, after Sugiyama, Tagawa and Toda.
//!
//! Ways that close a circle are turned round ([`ranks`]); parts get a column by the longest way that leads to them; ways
//! over several columns, and the labels of ways, get cells of their own in the columns between ([`grid`]); cells are
//! ordered so that few ways cross ([`order`]), and moved within their columns so that ways are straight ([`place`]).
//! Only then they get coordinates ([`route`]).

mod grid;
mod order;
mod place;
mod ranks;
mod route;
mod straight;

/// How large something is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Size {
    pub(super) width: f64,
    pub(super) height: f64,
}

/// Where something is, by its left upper corner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A way to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Way {
    /// The place of the part that it leaves.
    pub(super) from: usize,
    /// The place of the part that it goes to.
    pub(super) to: usize,
    /// How large its label is; without one, nothing.
    pub(super) label: Size,
    /// How much the direction of the picture should be its direction; of a circle, the way with the least is turned.
    pub(super) strength: u8,
}

/// A way as it is drawn, a curve through points that are pairwise on a level.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Route {
    /// Where it goes through, from its beginning to its end.
    pub(super) points: Vec<(f64, f64)>,
    /// Where its label is.
    pub(super) label: Option<Rect>,
}

/// Everything in its place, the left upper corner at 0, 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) size: Size,
    pub(super) parts: Vec<Rect>,
    pub(super) routes: Vec<Route>,
}

/// Space between pieces of the picture that have no way between them.
const BETWEEN_PIECES: f64 = 36.0;

/// Lays out parts of these sizes with the ways between them. Parts may be made larger.
pub(super) fn layout(parts: &[Size], ways: &[Way]) -> Layout {
    let mut layout = Layout {
        size: Size::default(),
        parts: vec![Rect::default(); parts.len()],
        routes: vec![Route { points: Vec::new(), label: None }; ways.len()],
    };
    for piece in pieces(parts.len(), ways) {
        let (mut inner, drawn) = one_piece(&piece, parts, ways);
        if layout.size.height > 0.0 {
            layout.size.height += BETWEEN_PIECES;
        }
        inner.shift(layout.size.height);
        layout.size.width = layout.size.width.max(inner.size.width);
        layout.size.height += inner.size.height;
        for (place, rect) in piece.iter().zip(inner.parts) {
            layout.parts[*place] = rect;
        }
        for (way, route) in drawn.into_iter().zip(inner.routes) {
            layout.routes[way] = route;
        }
    }
    layout
}

impl Layout {
    fn shift(&mut self, down: f64) {
        let labels = self.routes.iter_mut().filter_map(|route| route.label.as_mut());
        for rect in self.parts.iter_mut().chain(labels) {
            rect.y += down;
        }
        for (_, y) in self.routes.iter_mut().flat_map(|route| &mut route.points) {
            *y += down;
        }
    }
}

/// The parts that ways connect, whatever their direction; each piece and its parts in the order given.
fn pieces(count: usize, ways: &[Way]) -> Vec<Vec<usize>> {
    let mut piece: Vec<usize> = (0..count).collect();
    for way in ways {
        let (one, other) = (piece[way.from], piece[way.to]);
        let (low, high) = (one.min(other), one.max(other));
        piece.iter_mut().filter(|it| **it == high).for_each(|it| *it = low);
    }
    let of = |first: usize| (0..count).filter(|part| piece[*part] == first).collect::<Vec<_>>();
    (0..count).map(of).filter(|parts| !parts.is_empty()).collect()
}

/// A small number as what is measured in pixels is.
pub(super) fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Lays out the parts of `piece`, and says which ways are among them.
fn one_piece(piece: &[usize], parts: &[Size], ways: &[Way]) -> (Layout, Vec<usize>) {
    let place = |part: usize| piece.iter().position(|it| *it == part);
    let (drawn, inner): (Vec<_>, Vec<_>) = ways
        .iter()
        .enumerate()
        .filter_map(|(way, it)| Some((way, Way { from: place(it.from)?, to: place(it.to)?, ..*it })))
        .unzip();
    let sizes: Vec<_> = piece.iter().map(|part| parts[*part]).collect();
    let ranked = ranks::ranked(sizes.len(), &inner);
    let mut grid = grid::Grid::new(&sizes, &inner, &ranked);
    order::reduce_crossings(&mut grid);
    grid.set_ports();
    let heights = place::heights(&grid);
    (route::draw(&grid, &heights, &inner, &ranked), drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that look like chance and are the same each time.
    fn numbers(mut state: u32) -> impl FnMut(u32) -> usize {
        move |below| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            usize::try_from((state >> 16) % below).unwrap()
        }
    }

    fn overlap(one: &Rect, other: &Rect) -> bool {
        one.x < other.x + other.width
            && other.x < one.x + one.width
            && one.y < other.y + other.height
            && other.y < one.y + one.height
    }

    /// The middle of a picture is crowded, its ways go back and forth; still nothing lies on anything else.
    #[test]
    fn nothing_overlaps_whatever_the_graph() {
        for seed in 0..40 {
            let mut number = numbers(seed);
            let count = 2 + number(24);
            let parts: Vec<_> = (0..count)
                .map(|_| Size { width: 60.0 + f64::from(u8::try_from(number(150)).unwrap()), height: 54.0 })
                .collect();
            let ways: Vec<_> = (0..count + number(20))
                .map(|_| {
                    let label = if number(3) == 0 { Size::default() } else { Size { width: 80.0, height: 18.0 } };
                    let end = u32::try_from(count).unwrap();
                    Way { from: number(end), to: number(end), label, strength: u8::try_from(number(3)).unwrap() }
                })
                .collect();
            let layout = layout(&parts, &ways);
            let labels = layout.routes.iter().filter_map(|route| route.label);
            let boxes: Vec<_> = layout.parts.iter().copied().chain(labels).collect();
            for (place, one) in boxes.iter().enumerate() {
                assert!(one.x >= -0.01 && one.y >= -0.01, "{seed}: {one:?}");
                assert!(one.x + one.width <= layout.size.width + 0.01, "{seed}: {one:?}");
                assert!(one.y + one.height <= layout.size.height + 0.01, "{seed}: {one:?}");
                let other = boxes[..place].iter().find(|other| overlap(one, other));
                assert!(other.is_none(), "{seed}: {one:?} and {other:?}");
            }
            for (way, route) in ways.iter().zip(&layout.routes) {
                assert_eq!(route.label.is_some(), way.label.width > 0.0 && way.from != way.to, "{seed}: {way:?}");
                // Between the columns a way meets nothing, and in them it is level.
                for level in route.points[1..route.points.len() - 1].chunks(2) {
                    let ((x0, y), (x1, _)) = (level[0], level[1]);
                    let line = Rect { x: x0.min(x1), y, width: (x0 - x1).abs(), height: 0.0 };
                    let met = layout.parts.iter().find(|part| way.from != way.to && overlap(part, &line));
                    assert!(met.is_none(), "{seed}: {way:?} goes through {met:?}");
                }
            }
        }
    }

    #[test]
    fn a_way_begins_and_ends_at_its_parts() {
        let parts = [Size { width: 100.0, height: 54.0 }; 3];
        let way = |from, to| Way { from, to, label: Size::default(), strength: 0 };
        let layout = layout(&parts, &[way(0, 1), way(1, 2), way(2, 0)]);
        let [ahead, _, back] = &layout.routes[..] else { panic!("three ways") };
        assert!((ahead.points[0].0 - (layout.parts[0].x + 100.0)).abs() < 0.01);
        assert!((ahead.points[1].0 - layout.parts[1].x).abs() < 40.0);
        assert!((back.points[0].0 - layout.parts[2].x).abs() < 0.01);
        assert!((back.points.last().unwrap().0 - (layout.parts[0].x + 100.0)).abs() < 0.01);
    }
}

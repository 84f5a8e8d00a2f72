//! Which way is turned round, and which column each part is in.

use super::Way;

/// The columns of the parts, and which ways are drawn against their direction.
pub(super) struct Ranked {
    /// The column of each part, from 0.
    pub(super) ranks: Vec<usize>,
    /// Of each way, its left and right end; `None` when both are one part.
    pub(super) ends: Vec<Option<(usize, usize)>>,
}

pub(super) fn ranked(count: usize, ways: &[Way]) -> Ranked {
    let ends = without_circles(count, ways);
    let drawn: Vec<_> = ends.iter().flatten().copied().collect();
    let mut ranks = vec![0; count];
    // The longest way to a part cannot have more steps than there are parts.
    for _ in 0..count {
        for &(left, right) in &drawn {
            ranks[right] = ranks[right].max(ranks[left] + 1);
        }
    }
    to_the_right(&drawn, &mut ranks);
    let first = ranks.iter().min().copied().unwrap_or(0);
    for rank in &mut ranks {
        *rank -= first;
    }
    Ranked { ranks, ends }
}

/// Turns round each way that would close a circle with stronger ones.
fn without_circles(count: usize, ways: &[Way]) -> Vec<Option<(usize, usize)>> {
    let mut ends = vec![None; ways.len()];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut by_strength: Vec<_> = (0..ways.len()).collect();
    by_strength.sort_by_key(|way| std::cmp::Reverse(ways[*way].strength));
    for place in by_strength {
        let Way { from, to, .. } = ways[place];
        if from == to {
            continue;
        }
        let (left, right) = if leads(&after, to, from) { (to, from) } else { (from, to) };
        after[left].push(right);
        ends[place] = Some((left, right));
    }
    ends
}

/// Whether some way leads from `start` to `goal`.
fn leads(after: &[Vec<usize>], start: usize, goal: usize) -> bool {
    let mut seen = vec![false; after.len()];
    let mut next = vec![start];
    while let Some(part) = next.pop() {
        if part == goal {
            return true;
        }
        if !std::mem::replace(&mut seen[part], true) {
            next.extend(&after[part]);
        }
    }
    false
}

/// Moves parts that more ways leave than reach as near as they can be to where those ways go.
fn to_the_right(drawn: &[(usize, usize)], ranks: &mut [usize]) {
    let mut parts: Vec<_> = (0..ranks.len()).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(ranks[*part]));
    for part in parts {
        let reached = drawn.iter().filter(|(_, right)| *right == part).count();
        let left: Vec<_> = drawn.iter().filter(|(left, _)| *left == part).map(|(_, right)| ranks[*right]).collect();
        if let Some(nearest) = left.iter().min().filter(|_| left.len() > reached) {
            ranks[part] = nearest - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Size;
    use super::*;

    fn way(from: usize, to: usize, strength: u8) -> Way {
        Way { from, to, label: Size::default(), strength }
    }

    #[test]
    fn a_part_is_right_of_all_that_lead_to_it() {
        let ranked = ranked(4, &[way(0, 1, 0), way(1, 2, 0), way(0, 2, 0), way(2, 3, 0)]);
        assert_eq!(ranked.ranks, [0, 1, 2, 3]);
    }

    #[test]
    fn of_a_circle_the_weakest_way_is_turned() {
        let ranked = ranked(2, &[way(0, 1, 0), way(1, 0, 1)]);
        assert_eq!((ranked.ranks, ranked.ends), (vec![1, 0], vec![Some((1, 0)), Some((1, 0))]));
    }

    #[test]
    fn what_leads_only_far_to_the_right_is_near_it() {
        let ranked = ranked(4, &[way(0, 1, 0), way(1, 2, 0), way(3, 2, 0)]);
        assert_eq!(ranked.ranks, [0, 1, 2, 1]);
    }

    #[test]
    fn a_way_from_a_part_to_itself_is_no_circle() {
        assert_eq!(ranked(1, &[way(0, 0, 0)]).ends, [None]);
    }
}

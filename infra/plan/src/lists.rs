//! What changes between two lists, entry by entry.

use serde_json::Value as Json;

use super::properties::is_same;

/// What happens to an entry. Its index is that of the new list, unless it goes.
#[derive(Debug, PartialEq)]
pub(super) enum Step<'a> {
    /// Something stands in its place.
    Changed(usize, &'a Json, &'a Json),
    /// It is new.
    Added(usize, &'a Json),
    /// It goes.
    Removed(usize, &'a Json),
}

/// How many pairs of entries are compared; longer lists are compared by index.
const PAIRS: usize = 250_000;

/// Whether both have the same entries, whatever their order.
pub(super) fn are_same_entries(before: &[Json], after: &[Json]) -> bool {
    if before.len() != after.len() || before.len().saturating_mul(after.len()) > PAIRS {
        return false;
    }
    let mut open: Vec<_> = after.iter().collect();
    before.iter().all(|entry| {
        let found = open.iter().position(|other| is_same(entry, other));
        found.map(|index| open.swap_remove(index)).is_some()
    })
}

/// What changes. An entry that is in both lists stays, as long as those before and after it do.
pub(super) fn steps<'a>(before: &'a [Json], after: &'a [Json]) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    let (mut old, mut new) = (0, 0);
    for (stays, is_now) in kept(before, after).into_iter().chain([(before.len(), after.len())]) {
        gap((old, &before[old..stays]), (new, &after[new..is_now]), &mut steps);
        (old, new) = (stays + 1, is_now + 1);
    }
    steps
}

/// What changes between two entries that stay.
fn gap<'a>((old, before): (usize, &'a [Json]), (new, after): (usize, &'a [Json]), steps: &mut Vec<Step<'a>>) {
    let pairs = before.len().min(after.len());
    let changed = before.iter().zip(after).enumerate();
    steps.extend(changed.map(|(index, (before, after))| Step::Changed(new + index, before, after)));
    let added = after.iter().enumerate().skip(pairs);
    steps.extend(added.map(|(index, entry)| Step::Added(new + index, entry)));
    let removed = before.iter().enumerate().skip(pairs);
    steps.extend(removed.map(|(index, entry)| Step::Removed(old + index, entry)));
}

/// The places of the entries that stay, before and after: the longest sequence that is in both.
fn kept(before: &[Json], after: &[Json]) -> Vec<(usize, usize)> {
    if before.len().saturating_mul(after.len()) > PAIRS {
        return Vec::new();
    }
    let same: Vec<Vec<_>> = before.iter().map(|old| after.iter().map(|new| is_same(old, new)).collect()).collect();
    let is_same = |old: usize, new: usize| same.get(old).and_then(|row| row.get(new)).copied().unwrap_or_default();
    // How long the sequence is that is in both from a place on, for each pair of places.
    let width = after.len() + 1;
    let mut lengths = vec![0_usize; width * (before.len() + 1)];
    let length =
        |lengths: &[usize], old: usize, new: usize| lengths.get(old * width + new).copied().unwrap_or_default();
    for old in (0..before.len()).rev() {
        for new in (0..after.len()).rev() {
            let longest = if is_same(old, new) {
                length(&lengths, old + 1, new + 1) + 1
            } else {
                length(&lengths, old + 1, new).max(length(&lengths, old, new + 1))
            };
            if let Some(place) = lengths.get_mut(old * width + new) {
                *place = longest;
            }
        }
    }
    let (mut old, mut new) = (0, 0);
    let mut kept = Vec::new();
    while old < before.len() && new < after.len() {
        if is_same(old, new) {
            kept.push((old, new));
            (old, new) = (old + 1, new + 1);
        } else if length(&lengths, old + 1, new) >= length(&lengths, old, new + 1) {
            old += 1;
        } else {
            new += 1;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_entry_in_the_middle_moves_no_other() {
        let (before, after) = ([json!("a"), json!("b")], [json!("a"), json!("x"), json!("b")]);
        assert_eq!(steps(&before, &after), [Step::Added(1, &json!("x"))]);
        assert_eq!(steps(&after, &before), [Step::Removed(1, &json!("x"))]);
        assert_eq!(steps(&[json!(1), json!(2)], &[json!(1), json!(3)]), [Step::Changed(1, &json!(2), &json!(3))]);
    }

    #[test]
    fn an_order_is_no_content() {
        assert!(are_same_entries(&[json!("1"), json!(2)], &[json!("2"), json!(1)]));
        assert!(!are_same_entries(&[json!(1), json!(1)], &[json!(1), json!(2)]));
    }
}

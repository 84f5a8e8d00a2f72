//! Which queue a free slot turns to.

use tokio::time::Instant;

use crate::queue::Queue;

/// What matters of a queue.
#[derive(Debug, Clone, Copy, Default)]
struct Candidate {
    /// The slots that wait for its messages or work on them.
    slots: usize,
    /// Whether its last receive brought something.
    has_more: bool,
    turned_to: Option<Instant>,
}

/// The queue of `queues` that a free slot turns to now, if one may be asked.
///
/// A queue that no slot is with comes first, so that each has one when there are as many slots; else they take turns.
/// Then come those that had messages last, so that slots are not kept by empty queues; of these the one with the fewest.
pub(crate) fn choose(queues: &[Queue]) -> Option<&Queue> {
    let now = Instant::now();
    let queues = queues.iter().filter(|queue| queue.described().is_some() && may_be_asked(queue, now));
    queues.min_by_key(|queue| {
        rank(Candidate {
            slots: queue.receiving.get() + queue.working.get(),
            has_more: queue.has_more.get(),
            turned_to: queue.turned_to.get(),
        })
    })
}

/// One that failed is asked by one slot at a time.
fn may_be_asked(queue: &Queue, now: Instant) -> bool {
    queue.not_before().is_none_or(|not_before| not_before <= now && queue.receiving.get() == 0)
}

/// The least is the next.
fn rank(queue: Candidate) -> (bool, bool, usize, Option<Instant>) {
    match queue.slots {
        0 => (false, false, 0, queue.turned_to),
        slots => (true, !queue.has_more, slots, queue.turned_to),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Which of queues that never run dry have the slots after many turns, when `busy` have messages.
    fn shares(slots: usize, busy: &[bool]) -> Vec<usize> {
        let start = Instant::now();
        let mut queues = vec![Candidate::default(); busy.len()];
        let mut held = Vec::new();
        let mut turns = vec![0; busy.len()];
        for turn in 0..1_000 {
            // The slot that has been at its queue for longest comes free.
            if held.len() == slots {
                let ended: usize = held.remove(0);
                queues[ended].slots -= 1;
            }
            let next = (0..queues.len()).min_by_key(|index| rank(queues[*index])).unwrap();
            queues[next] = Candidate {
                slots: queues[next].slots + 1,
                has_more: busy[next],
                turned_to: Some(start + Duration::from_millis(turn)),
            };
            held.push(next);
            turns[next] += 1;
        }
        turns
    }

    #[test]
    fn queues_share_the_slots() {
        let turns = shares(9, &[true, true, true]);
        assert!(turns.iter().all(|turns| turns.abs_diff(333) < 20), "{turns:?}");
    }

    #[test]
    fn an_empty_queue_keeps_one_slot() {
        let turns = shares(10, &[true, false, false]);
        assert!(turns[0] > 600 && turns[1] >= 90 && turns[2] >= 90, "{turns:?}");
    }

    #[test]
    fn more_queues_than_slots_take_turns() {
        for slots in [1, 2] {
            let turns = shares(slots, &[true, false, true, true, false]);
            assert!(turns.iter().all(|turns| *turns == 200), "{turns:?}");
        }
    }
}

//! Messages that were processed and could not be deleted.

use std::cell::RefCell;
use std::collections::VecDeque;

/// As many are remembered, of a few dozen bytes each.
const MOST: usize = 10_000;

/// The ids of messages whose work is done, and which SQS hands out again since it did not delete them. When they come
/// back to this process they are only deleted: worked on again, one of a FIFO queue would come after those behind it.
#[derive(Debug, Default)]
pub(crate) struct Processed(RefCell<VecDeque<String>>);

impl Processed {
    pub(crate) fn remember(&self, id: &str) {
        let mut ids = self.0.borrow_mut();
        if ids.len() == MOST {
            ids.pop_front();
        }
        ids.push_back(id.to_owned());
    }

    pub(crate) fn has(&self, id: &str) -> bool {
        self.0.borrow().iter().any(|it| it == id)
    }

    pub(crate) fn forget(&self, id: &str) {
        self.0.borrow_mut().retain(|it| it != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_are_remembered() {
        let processed = Processed::default();
        for number in 0..=MOST {
            processed.remember(&number.to_string());
        }
        assert!(!processed.has("0") && processed.has("1") && processed.has("10000"));
        processed.forget("1");
        assert!(!processed.has("1"));
    }
}

//! Which message groups of a FIFO queue are at work.

use std::cell::RefCell;
use std::collections::BTreeSet;

use tokio::sync::Notify;

/// The groups of one queue that are at work.
///
/// SQS gives nothing more of a group while a message of it is hidden. Where that ends in the middle of work, as when SQS
/// could not be asked to hide it for longer, the next batch of the group waits here for the one before.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    at_work: RefCell<BTreeSet<String>>,
    freed: Notify,
}

/// Groups that are at work until this is dropped.
#[derive(Debug)]
pub(crate) struct AtWork<'a> {
    groups: &'a Groups,
    names: BTreeSet<String>,
}

impl Groups {
    /// Waits until none of the groups `names` is at work, and takes all of them at once: nothing that waits has any.
    pub(crate) async fn take(&self, names: BTreeSet<String>) -> AtWork<'_> {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            // From here on it hears of each end, also of those before the next line is done.
            freed.as_mut().enable();
            if self.at_work.borrow().is_disjoint(&names) {
                self.at_work.borrow_mut().extend(names.iter().cloned());
                return AtWork { groups: self, names };
            }
            freed.await;
        }
    }
}

impl Drop for AtWork<'_> {
    fn drop(&mut self) {
        self.groups.at_work.borrow_mut().retain(|name| !self.names.contains(name));
        self.groups.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[tokio::test]
    async fn a_group_is_at_work_once() {
        let groups = Groups::default();
        let first = groups.take(names(&["a", "b"])).await;
        let mut second = std::pin::pin!(groups.take(names(&["b", "c"])));
        assert!(second.as_mut().now_or_never().is_none());
        // What waits has nothing that others would wait for.
        let third = groups.take(names(&["c"])).await;
        drop(first);
        assert!(second.as_mut().now_or_never().is_none());
        drop(third);
        second.await;
        groups.take(names(&[])).await;
    }
}

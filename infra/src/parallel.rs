//! The same work on many items, on as many threads as pay off.

use std::thread;

/// How many items it takes for a further thread to be worth its start.
const WORTH_A_THREAD: usize = 400;

/// The results of `work` on parts of `items`, in the order of the items.
pub(crate) fn parts<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = processors.min(items.len().div_ceil(WORTH_A_THREAD)).max(1);
    if threads == 1 {
        return vec![work(items)];
    }
    let work = &work;
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(threads));
        let running: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    })
}

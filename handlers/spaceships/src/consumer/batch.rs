//! What a batch of a FIFO queue returns: each message group stops at its first failure.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};

/// How many message groups are processed at a time.
const CONCURRENT_GROUPS: usize = 16;

/// Processes `messages`: groups concurrently, the messages of a group one after the other. `process` tells success.
///
/// Returns the messages that must be delivered again, in the order given: the first failure of each group and all
/// later ones of that group, which are not processed, for they must not overtake it. A message without a group stands
/// alone.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
pub async fn failures<'a, M>(
    messages: &'a [M],
    group: impl Fn(&'a M) -> Option<&'a str>,
    process: impl AsyncFn(&'a M) -> bool,
) -> Vec<&'a M> {
    let mut alone = Vec::new();
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for (position, message) in messages.iter().enumerate() {
        match group(message) {
            Some(name) => groups.entry(name).or_default().push((position, message)),
            None => alone.push(vec![(position, message)]),
        }
    }
    let process = &process;
    let mut failed = stream::iter(groups.into_values().chain(alone))
        .map(async |mut members| {
            let mut done = 0;
            while done < members.len() && process(members[done].1).await {
                done += 1;
            }
            members.split_off(done)
        })
        .buffer_unordered(CONCURRENT_GROUPS)
        .concat()
        .await;
    failed.sort_unstable_by_key(|(position, _)| *position);
    failed.into_iter().map(|(_, message)| message).collect()
}

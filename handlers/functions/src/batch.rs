//! What a batch of a FIFO queue returns: each message group stops at its first failure.

use std::collections::BTreeMap;

use futures::stream::{self, StreamExt};

use crate::record::Record;
use crate::trace;

/// How many message groups are processed at a time.
const CONCURRENT_GROUPS: usize = 16;

/// Processes `messages`, each of which has its `record`: groups concurrently, the messages of a group one after the other.
/// `process` tells success. What it logs and calls is of the message's trace.
///
/// Returns the messages that must be delivered again, in the order given: the first failure of each group and all
/// later ones of that group, which are not processed, for they must not overtake it. A message without a group stands
/// alone.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>
pub async fn failures<'a, M>(
    messages: &'a [M],
    record: impl Fn(&'a M) -> &'a Record,
    process: impl AsyncFn(&'a M) -> bool,
) -> Vec<&'a M> {
    let mut alone = Vec::new();
    let mut groups = BTreeMap::<_, Vec<_>>::new();
    for (position, message) in messages.iter().enumerate() {
        match record(message).group.as_deref() {
            Some(name) => groups.entry(name).or_default().push((position, message)),
            None => alone.push(vec![(position, message)]),
        }
    }
    let process = &async |message| {
        let Record { message_id, trace, .. } = record(message);
        trace::of_message(message_id, trace, process(message)).await
    };
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

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeSet;
    use std::task::Poll;

    use futures::executor::block_on;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// A message: its group, and whether its processing succeeds.
    type Message = (Option<String>, bool);

    fn message() -> impl Strategy<Value = Message> {
        (proptest::option::of("[abc]"), any::<bool>())
    }

    fn record(group: Option<&String>) -> Record {
        let attributes = group.map_or_else(|| json!({}), |group| json!({ "MessageGroupId": group }));
        Record::read(&json!({ "messageId": "m-1", "attributes": attributes })).unwrap()
    }

    /// Lets the other groups go first.
    async fn yield_once() {
        let mut yielded = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut yielded, true) {
                Poll::Ready(())
            } else {
                context.waker().wake_by_ref();
                Poll::Pending
            }
        })
        .await;
    }

    /// The positions of the messages that return, and of those processed, in the order of processing.
    fn run(messages: &[Message]) -> (Vec<usize>, Vec<usize>) {
        let records = messages.iter().map(|(group, succeeds)| (record(group.as_ref()), *succeeds));
        let numbered: Vec<_> = records.enumerate().collect();
        let processed = RefCell::new(Vec::new());
        let failed = block_on(failures(
            &numbered,
            |(_, (record, _))| record,
            async |(position, (_, succeeds))| {
                processed.borrow_mut().push(*position);
                yield_once().await;
                *succeeds
            },
        ));
        (failed.into_iter().map(|(position, _)| *position).collect(), processed.into_inner())
    }

    proptest! {
        #[test]
        fn a_group_returns_its_first_failure_and_all_after_it_and_nothing_else(
            messages in proptest::collection::vec(message(), 0..40),
        ) {
            let mut stopped = BTreeSet::new();
            let (mut expected_failed, mut expected_processed) = (Vec::new(), Vec::new());
            for (position, (group, succeeds)) in messages.iter().enumerate() {
                let is_stopped = group.as_ref().is_some_and(|group| stopped.contains(group));
                if !is_stopped {
                    expected_processed.push(position);
                }
                if is_stopped || !succeeds {
                    expected_failed.push(position);
                    stopped.extend(group);
                }
            }
            let (failed, processed) = run(&messages);
            prop_assert_eq!(failed, expected_failed);

            let in_group = |positions: &[usize], group: &Option<String>| -> Vec<usize> {
                positions.iter().copied().filter(|position| &messages[*position].0 == group).collect()
            };
            for group in ["a", "b", "c"].map(|name| Some(name.to_owned())) {
                prop_assert_eq!(in_group(&processed, &group), in_group(&expected_processed, &group));
            }
            prop_assert_eq!(BTreeSet::from_iter(processed), BTreeSet::from_iter(expected_processed));
        }
    }

    #[test]
    fn groups_do_not_wait_for_each_other() {
        let in_groups = |names: [&str; 4]| names.map(|name| (Some(name.to_owned()), true));
        assert_eq!(run(&in_groups(["a", "a", "b", "b"])).1, [0, 2, 1, 3]);
    }
}

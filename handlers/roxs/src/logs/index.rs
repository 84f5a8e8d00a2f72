//! The index of log entries by level and time.
//!
//! Its key has room for one entry of a level in each millisecond. Entries that come together take the milliseconds from
//! their own on, behind the newest of the level; the archive keeps the time when they came.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::AttributeValue;
use bindings::dynamodb::{PutItem, Query, Table};
use functions::CallError;
use functions::unique_time::{self, Own};
use futures::stream::{self, StreamExt, TryStreamExt};

use super::batch::Entry;
use crate::attributes::{as_integer, as_text, number, text};

/// How many entries are written at a time.
const CONCURRENT_PUTS: usize = 64;

/// How many characters of a message are in the index.
const MESSAGE_CHARACTERS: usize = 100;

/// In how many parts the entries of all levels are kept by time, so that one part need not take all writes.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-sharding.html>
pub(crate) const PARTS: u8 = 4;

type Index = Table<(PutItem, Query)>;

/// Indexes `entries`, each once.
pub(super) async fn put(index: &Index, batch_id: &str, entries: &[Entry]) -> Result<(), CallError> {
    let mut left: Vec<_> = entries.iter().collect();
    // Another batch may take the same milliseconds: those who lose one take those behind.
    while !left.is_empty() {
        let planned = planned(index, &left).await?;
        left = stream::iter(planned)
            .map(async |(time, entry)| Ok((!put_at(index, batch_id, time, entry).await?).then_some(entry)))
            .buffer_unordered(CONCURRENT_PUTS)
            .try_filter_map(async |left| Ok(left))
            .try_collect()
            .await?;
    }
    Ok(())
}

/// Indexes an entry under `time`, and tells whether that was free, or its own.
async fn put_at(index: &Index, batch_id: &str, time: i64, entry: &Entry) -> Result<bool, CallError> {
    let put = index.put_item().set_item(Some(item(batch_id, entry)));
    unique_time::take(put, Own { time: "Timestamp", from: time, owner: "LogId", id: &entry.log_id }).await
}

/// The millisecond for each entry: no two of a level have the same.
async fn planned<'a>(index: &Index, entries: &[&'a Entry]) -> Result<Vec<(i64, &'a Entry)>, CallError> {
    let mut levels: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for entry in entries {
        levels.entry(entry.log.level.as_str()).or_default().push(*entry);
    }
    let mut planned = Vec::with_capacity(entries.len());
    for (level, entries) in levels {
        let behind = newest(index, level).await?.map_or(i64::MIN, |newest| newest.saturating_add(1));
        let from = entries.first().map_or(behind, |first| first.timestamp.max(behind));
        planned.extend((from..).zip(entries));
    }
    Ok(planned)
}

/// The time of the newest entry of `level`.
async fn newest(index: &Index, level: &str) -> Result<Option<i64>, CallError> {
    let found = index
        .query()
        .key_condition_expression("LogLevel = :level")
        .expression_attribute_values(":level", text(level))
        .expression_attribute_names("#time", "Timestamp")
        .projection_expression("#time")
        .scan_index_forward(false)
        .limit(1)
        .consistent_read(true)
        .send()
        .await
        .map_err(|error| CallError::new("query the newest log", error))?;
    Ok(found.items().first().and_then(|item| as_integer(item.get("Timestamp"))))
}

/// Those of `entries` that are not indexed yet, of a batch that came before.
pub(super) async fn missing(index: &Index, batch_id: &str, entries: &[Entry]) -> Result<Vec<Entry>, CallError> {
    let mut since = BTreeMap::new();
    for entry in entries {
        let since = since.entry(entry.log.level.as_str()).or_insert(entry.timestamp);
        *since = entry.timestamp.min(*since);
    }
    let mut indexed = BTreeSet::new();
    for (level, since) in since {
        let mut pages = index
            .query()
            .key_condition_expression("LogLevel = :level AND #time >= :since")
            .filter_expression("BatchId = :batch")
            .expression_attribute_names("#time", "Timestamp")
            .expression_attribute_values(":level", text(level))
            .expression_attribute_values(":since", number(since))
            .expression_attribute_values(":batch", text(batch_id))
            .projection_expression("LogId")
            .consistent_read(true)
            .into_paginator()
            .items()
            .send();
        while let Some(item) = pages.next().await {
            let item = item.map_err(|error| CallError::new("query the logs of the batch", error))?;
            indexed.extend(as_text(item.get("LogId")).map(str::to_owned));
        }
    }
    Ok(entries.iter().filter(|entry| !indexed.contains(&entry.log_id)).cloned().collect())
}

/// The item of an entry, but for its time.
fn item<M: FromIterator<(String, AttributeValue)>>(batch_id: &str, entry: &Entry) -> M {
    let log = &entry.log;
    [
        ("LogLevel", text(log.level.as_str())),
        ("LogId", text(entry.log_id.as_str())),
        ("Message", text(log.message.chars().take(MESSAGE_CHARACTERS).collect::<String>())),
        ("Service", text(log.service.as_str())),
        ("UserId", text(log.user_id.as_str())),
        ("BatchId", text(batch_id)),
        ("Part", number(part(&entry.log_id))),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// In which part an entry is kept: any, but the same when it comes again.
fn part(log_id: &str) -> u8 {
    log_id.bytes().fold(0, u8::wrapping_add) % PARTS
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;
    use crate::logs::batch::Batch;

    #[test]
    fn a_message_is_cut_by_characters() {
        let batch = Batch::of(&json!({ "message": "ñ".repeat(101) }), "r-1").unwrap();
        let item: BTreeMap<_, _> = item("b-1", &batch.entries(1)[0]);
        assert_eq!(item["Message"], text("ñ".repeat(100)));
    }

    #[test]
    fn entries_are_spread_over_all_parts() {
        let logs = vec![json!({ "message": "a" }); 100];
        let entries = Batch::of(&json!({ "logs": logs }), "r-1").unwrap().entries(1);
        let parts: BTreeSet<_> = entries.iter().map(|entry| part(&entry.log_id)).collect();
        assert_eq!(parts, (0..PARTS).collect());
    }
}

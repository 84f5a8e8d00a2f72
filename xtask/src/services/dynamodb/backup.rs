//! The items of a table as lines of JSON, in DynamoDB's own notation: `{"id": {"S": "1"}, "photo": {"B": "aGk="}}`.

use std::path::Path;

use anyhow::Context as _;
use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, BufWriter};

use super::notation::{item_as_json, item_of};
use crate::cloud::{Cloud, explain};

const FILE: &str = "items.jsonl";

/// How many items one call writes.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const BATCH: usize = 25;

/// Writes all items to `folder`; how many there were.
pub(super) async fn back_up(cloud: &Cloud, table: &str, folder: &Path) -> anyhow::Result<u64> {
    let mut file = BufWriter::new(File::create(folder.join(FILE)).await?);
    let scan = cloud.dynamodb.scan().table_name(table).consistent_read(true);
    let mut items = scan.into_paginator().items().send();
    let mut count = 0;
    while let Some(item) = items.next().await {
        let line = item_as_json(&item.map_err(explain)?)?;
        file.write_all(format!("{line}\n").as_bytes()).await?;
        count += 1;
    }
    file.flush().await?;
    file.get_ref().sync_all().await?;
    Ok(count)
}

/// Puts the items of `folder` into a table; how many there were.
pub(super) async fn restore(cloud: &Cloud, table: &str, folder: &Path) -> anyhow::Result<u64> {
    let path = folder.join(FILE);
    let mut lines = BufReader::new(File::open(&path).await?).lines();
    let (mut count, mut batch) = (0_u64, Vec::new());
    while let Some(line) = lines.next_line().await? {
        count += 1;
        let item = serde_json::from_str(&line).context("it is no item").and_then(|json| item_of(&json));
        let item = item.with_context(|| format!("`{}`, line {count}", path.display()))?;
        let put = PutRequest::builder().set_item(Some(item.into_iter().collect())).build()?;
        batch.push(WriteRequest::builder().put_request(put).build());
        if batch.len() == BATCH {
            write(cloud, table, std::mem::take(&mut batch)).await?;
        }
    }
    write(cloud, table, batch).await?;
    Ok(count)
}

/// Writes until DynamoDB has taken all of them: what comes too fast it gives back.
async fn write(cloud: &Cloud, table: &str, mut batch: Vec<WriteRequest>) -> anyhow::Result<()> {
    let mut pause = std::time::Duration::from_millis(100);
    while !batch.is_empty() {
        let answer = cloud.dynamodb.batch_write_item().request_items(table, batch).send().await.map_err(explain)?;
        batch = answer.unprocessed_items.and_then(|mut left| left.remove(table)).unwrap_or_default();
        if !batch.is_empty() {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(std::time::Duration::from_secs(10));
        }
    }
    Ok(())
}

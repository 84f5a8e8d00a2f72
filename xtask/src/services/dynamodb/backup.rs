//! The items of a table as lines of JSON, in DynamoDB's own notation: `{"id": {"S": "1"}, "photo": {"B": "aGk="}}`.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use aws_smithy_types::base64;
use serde_json::{Map, Value as Json, json};
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, BufWriter};

use crate::cloud::{Cloud, explain};

const FILE: &str = "items.jsonl";

/// How many items one call writes.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const BATCH: usize = 25;

type Item = Vec<(String, AttributeValue)>;

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
        let item = item_of(&line).with_context(|| format!("`{}`, line {count}", path.display()))?;
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

/// In the order of the names, so that two backups of one table can be compared.
fn item_as_json<'a>(item: impl IntoIterator<Item = (&'a String, &'a AttributeValue)>) -> anyhow::Result<Json> {
    let item: BTreeMap<_, _> = item.into_iter().collect();
    let members = item.into_iter().map(|(name, value)| Ok((name.clone(), as_json(value)?)));
    Ok(Json::Object(members.collect::<anyhow::Result<Map<_, _>>>()?))
}

fn as_json(value: &AttributeValue) -> anyhow::Result<Json> {
    let blobs = |blobs: &[Blob]| blobs.iter().map(base64::encode).collect::<Vec<_>>();
    Ok(match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::B(blob) => json!({ "B": base64::encode(blob) }),
        AttributeValue::Bool(value) => json!({ "BOOL": value }),
        AttributeValue::Null(value) => json!({ "NULL": value }),
        AttributeValue::Ss(texts) => json!({ "SS": texts }),
        AttributeValue::Ns(numbers) => json!({ "NS": numbers }),
        AttributeValue::Bs(values) => json!({ "BS": blobs(values) }),
        AttributeValue::L(values) => json!({ "L": values.iter().map(as_json).collect::<anyhow::Result<Vec<_>>>()? }),
        AttributeValue::M(members) => json!({ "M": item_as_json(members)? }),
        other => anyhow::bail!("an attribute has a type that is not known: {other:?}"),
    })
}

fn item_of(line: &str) -> anyhow::Result<Item> {
    members_of(&serde_json::from_str(line).context("it is no item")?)
}

fn members_of(json: &Map<String, Json>) -> anyhow::Result<Item> {
    json.iter().map(|(name, value)| Ok((name.clone(), value_of(value).with_context(|| format!("`{name}`"))?))).collect()
}

fn value_of(json: &Json) -> anyhow::Result<AttributeValue> {
    let (kind, value) = json.as_object().and_then(|it| it.iter().next()).context("expected a value with its type")?;
    let text = || value.as_str().map(str::to_owned).context("expected a text");
    let blob = |json: &Json| -> anyhow::Result<Blob> {
        Ok(Blob::new(base64::decode(json.as_str().context("expected a text")?)?))
    };
    let list = || value.as_array().context("expected a list");
    let text_of = |it: &Json| it.as_str().map(str::to_owned).context("expected texts");
    let texts = || list()?.iter().map(text_of).collect::<anyhow::Result<Vec<_>>>();
    Ok(match kind.as_str() {
        "S" => AttributeValue::S(text()?),
        "N" => AttributeValue::N(text()?),
        "B" => AttributeValue::B(blob(value)?),
        "BOOL" => AttributeValue::Bool(value.as_bool().context("expected a truth value")?),
        "NULL" => AttributeValue::Null(true),
        "SS" => AttributeValue::Ss(texts()?),
        "NS" => AttributeValue::Ns(texts()?),
        "BS" => AttributeValue::Bs(list()?.iter().map(blob).collect::<anyhow::Result<_>>()?),
        "L" => AttributeValue::L(list()?.iter().map(value_of).collect::<anyhow::Result<_>>()?),
        "M" => {
            let members = members_of(value.as_object().context("expected members by name")?)?;
            AttributeValue::M(members.into_iter().collect())
        }
        other => anyhow::bail!("`{other}` is no type of an attribute"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_of_every_type_comes_back_as_it_was() {
        let item: BTreeMap<String, AttributeValue> = [
            ("text", AttributeValue::S("ü\n\"".into())),
            ("number", AttributeValue::N("12345678901234567890.5".into())),
            ("binary", AttributeValue::B(Blob::new([0, 255, 10]))),
            ("truth", AttributeValue::Bool(false)),
            ("nothing", AttributeValue::Null(true)),
            ("texts", AttributeValue::Ss(vec!["a".into(), String::new()])),
            ("numbers", AttributeValue::Ns(vec!["1".into(), "-2e10".into()])),
            ("binaries", AttributeValue::Bs(vec![Blob::new([1]), Blob::new([])])),
            ("list", AttributeValue::L(vec![AttributeValue::N("1".into()), AttributeValue::L(Vec::new())])),
            ("map", AttributeValue::M([("S".to_owned(), AttributeValue::S("x".into()))].into())),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let line = item_as_json(&item).unwrap().to_string();
        assert!(!line.contains('\n'));
        assert_eq!(item_of(&line).unwrap().into_iter().collect::<BTreeMap<_, _>>(), item);
    }
}

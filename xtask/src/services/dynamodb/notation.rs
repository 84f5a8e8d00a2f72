//! Items in DynamoDB's own notation: `{"id": {"S": "1"}, "photo": {"B": "aGk="}}`.

use std::collections::BTreeMap;

use anyhow::Context as _;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_types::base64;
use serde_json::{Map, Value as Json, json};

/// An item in the order of its attributes' names, so that two backups of one table can be compared.
///
/// # Errors
/// When an attribute has a type that is not known.
pub fn item_as_json<'a>(item: impl IntoIterator<Item = (&'a String, &'a AttributeValue)>) -> anyhow::Result<Json> {
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

/// The item that [`item_as_json`] made `json` of.
///
/// # Errors
/// When it was not made of an item.
pub fn item_of(json: &Map<String, Json>) -> anyhow::Result<Vec<(String, AttributeValue)>> {
    json.iter().map(|(name, value)| Ok((name.clone(), value_of(value).with_context(|| format!("`{name}`"))?))).collect()
}

fn value_of(json: &Json) -> anyhow::Result<AttributeValue> {
    let members = json.as_object().filter(|it| it.len() == 1);
    let (kind, value) = members.and_then(|it| it.iter().next()).context("expected a value with its type")?;
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
        "NULL" => AttributeValue::Null(value.as_bool().context("expected a truth value")?),
        "SS" => AttributeValue::Ss(texts()?),
        "NS" => AttributeValue::Ns(texts()?),
        "BS" => AttributeValue::Bs(list()?.iter().map(blob).collect::<anyhow::Result<_>>()?),
        "L" => AttributeValue::L(list()?.iter().map(value_of).collect::<anyhow::Result<_>>()?),
        "M" => {
            let members = item_of(value.as_object().context("expected members by name")?)?;
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
        assert_eq!(
            item_of(&serde_json::from_str(&line).unwrap()).unwrap().into_iter().collect::<BTreeMap<_, _>>(),
            item
        );
    }

    #[test]
    fn what_is_no_item_is_refused_and_not_guessed() {
        for (value, why) in [
            (json!("1"), "expected a value with its type"),
            (json!({}), "expected a value with its type"),
            (json!({"S": "1", "N": "1"}), "expected a value with its type"),
            (json!({"N": 1}), "expected a text"),
            (json!({"NULL": "x"}), "expected a truth value"),
            (json!({"Q": "1"}), "`Q` is no type of an attribute"),
        ] {
            let item = Map::from_iter([("x".to_owned(), value)]);
            assert_eq!(format!("{:#}", item_of(&item).unwrap_err()), format!("`x`: {why}"));
        }
    }
}

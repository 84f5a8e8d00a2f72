//! What a target of a rule gets of an event: the event itself, a part of it, a text, or what a template makes of it.
//!
//! <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// The members that each event has, by which it is told from what was made of one.
const OF_EVENTS: [&str; 3] = ["source", "detail-type", "detail"];

/// What `target` of the rule with the ARN `rule` gets of `event`. What is no event is taken to be what the target gets.
pub(super) fn of_target(target: &Json, rule: &str, event: &str) -> String {
    let parsed: Json = serde_json::from_str(event).unwrap_or_default();
    if OF_EVENTS.iter().any(|name| parsed.get(*name).is_none()) {
        return event.to_owned();
    }
    if let Some(text) = target["Input"].as_str() {
        return text.to_owned();
    }
    if let Some(path) = target["InputPath"].as_str() {
        return at(&parsed, path).unwrap_or_default().to_string();
    }
    let transformer = &target["InputTransformer"];
    let Some(template) = transformer["InputTemplate"].as_str() else { return event.to_owned() };
    let paths = transformer["InputPathsMap"].as_object().into_iter().flatten();
    let found = paths.map(|(name, path)| (name.clone(), path.as_str().and_then(|path| at(&parsed, path))));
    // A path that leads to nothing makes a variable that is empty.
    let mut values: BTreeMap<_, _> = found.map(|(name, value)| (name, value.unwrap_or_else(|| json!("")))).collect();
    values.extend(predefined(rule, &parsed));
    filled(template, &values)
}

/// The variables that every template has.
fn predefined(rule: &str, event: &Json) -> [(String, Json); 5] {
    let mut without_detail = event.clone();
    if let Some(members) = without_detail.as_object_mut() {
        members.remove("detail");
    }
    [
        ("rule-arn", json!(rule)),
        ("rule-name", json!(rule.rsplit('/').next())),
        // When EventBridge took it, a dead letter does not tell.
        ("event.ingestion-time", event["time"].clone()),
        ("event", without_detail),
        ("event.json", event.clone()),
    ]
    .map(|(name, value)| (format!("aws.events.{name}"), value))
}

/// What is at `path`, such as `$.detail.items[0].name`; of a wildcard all that is there.
fn at(event: &Json, path: &str) -> Option<Json> {
    let mut found = vec![event];
    let mut is_list = false;
    let parts = path.strip_prefix('$')?.split(['.', '[']).map(|part| part.trim_end_matches(']').trim_matches('\''));
    for part in parts.filter(|part| !part.is_empty()) {
        is_list |= part == "*";
        found = found.into_iter().flat_map(|value| members(value, part)).collect();
    }
    if is_list { Some(found.into_iter().cloned().collect()) } else { found.first().map(|it| (*it).clone()) }
}

fn members<'a>(value: &'a Json, part: &str) -> Vec<&'a Json> {
    match (value, part) {
        (Json::Object(members), "*") => members.values().collect(),
        (Json::Array(items), "*") => items.iter().collect(),
        (Json::Array(items), _) => part.parse::<usize>().ok().and_then(|index| items.get(index)).into_iter().collect(),
        _ => value.get(part).into_iter().collect(),
    }
}

/// The template with the values of its variables, each of which is written as `<name>`.
fn filled(template: &str, values: &BTreeMap<String, Json>) -> String {
    // Without a quotation mark it is text, and so are its values.
    let is_text = !template.contains('"');
    let (mut filled, mut rest, mut is_in_string) = (String::new(), template, false);
    while let Some(next) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|rest| rest.split_once('>'));
        if let Some((value, after)) = named.and_then(|(name, after)| Some((values.get(name)?, after))) {
            filled.push_str(&written(value, is_text, is_in_string));
            rest = after;
            continue;
        }
        let length =
            if next == '\\' && is_in_string { rest.chars().take(2).map(char::len_utf8).sum() } else { next.len_utf8() };
        is_in_string ^= next == '"';
        let (taken, after) = rest.split_at(length);
        filled.push_str(taken);
        rest = after;
    }
    filled
}

fn written(value: &Json, is_text: bool, is_in_string: bool) -> String {
    let json = value.to_string();
    match value {
        Json::String(text) if is_text => text.clone(),
        Json::String(_) if is_in_string => json[1..json.len() - 1].to_owned(),
        // EventBridge leaves the quotation marks out, so that the text around it stays one.
        _ if is_in_string => json.replace('"', ""),
        _ => json,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = "arn:aws:events:eu-central-1:123456789012:rule/shop/placed";

    fn event() -> Json {
        json!({
            "source": "shop.web",
            "detail-type": "Order placed",
            "time": "2026-01-02T03:04:05Z",
            "detail": {"id": "o-1", "note": "a \"good\" one", "lines": [{"sku": "a"}, {"sku": "b"}], "count": 2},
        })
    }

    fn of(target: &Json) -> String {
        of_target(target, RULE, &event().to_string())
    }

    #[test]
    fn a_target_gets_the_event_a_part_of_it_or_a_text() {
        assert_eq!(serde_json::from_str::<Json>(&of(&json!({}))).unwrap(), event());
        assert_eq!(of(&json!({"Input": "{\"a\": 1}"})), "{\"a\": 1}");
        assert_eq!(of(&json!({"InputPath": "$.detail.lines[1]"})), r#"{"sku":"b"}"#);
        assert_eq!(of(&json!({"InputPath": "$.detail.lines[*].sku"})), r#"["a","b"]"#);
        assert_eq!(of(&json!({"InputPath": "$.detail.missing"})), "null");
        // What was made of an event already.
        let made = r#"{"key":"a.png"}"#;
        assert_eq!(of_target(&json!({"Input": "x"}), RULE, made), made);
    }

    #[test]
    fn a_template_gets_values_as_json_and_in_strings_as_text() {
        let transformer = |template: &str| {
            let paths = json!({
                "id": "$.detail.id", "note": "$.detail.note", "count": "$.detail.count", "lines": "$.detail.lines",
                "none": "$.detail.none",
            });
            of(&json!({"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}}))
        };
        assert_eq!(transformer(r#"{"a": <id>, "b": <count>, "c": <none>}"#), r#"{"a": "o-1", "b": 2, "c": ""}"#);
        assert_eq!(transformer(r#""<id> has \"<count>\" lines""#), r#""o-1 has \"2\" lines""#);
        assert_eq!(transformer(r#"{"a": "<note>"}"#), r#"{"a": "a \"good\" one"}"#);
        assert_eq!(transformer(r#"{"a": "<lines>"}"#), r#"{"a": "[{sku:a},{sku:b}]"}"#);
        assert_eq!(transformer("<id>: <count>, <b>"), "o-1: 2, <b>");
        assert_eq!(transformer(r#"{"rule": <aws.events.rule-name>}"#), r#"{"rule": "placed"}"#);
        let whole: Json = serde_json::from_str(&transformer(r#"{"event": <aws.events.event.json>}"#)).unwrap();
        assert_eq!(whole["event"], event());
        let envelope: Json = serde_json::from_str(&transformer(r#"{"event": <aws.events.event>}"#)).unwrap();
        assert_eq!((&envelope["event"]["source"], &envelope["event"]["detail"]), (&json!("shop.web"), &Json::Null));
    }
}

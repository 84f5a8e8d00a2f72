//! Values of a template as texts that can be compared, and as they are shown.
//!
//! What an intrinsic function yields is a policy variable in such a text, as [`infra::iam::resolve`] makes it. So
//! `Fn::GetAtt`, `Fn::Sub` and `Fn::Join` that yield the same are the same text.

use infra::iam::{VARIABLE_PREFIX, name_variables, resolve};
use serde_json::{Value as Json, json};

/// The value as text.
///
/// ```
/// use engine::audit::expression::{shown, text};
/// use serde_json::json;
///
/// let index = text(&json!({"Fn::Join": ["/", [{"Fn::GetAtt": ["Sightings", "Arn"]}, "index/by-model"]]}));
/// assert_eq!(index, text(&json!({"Fn::Sub": "${Sightings.Arn}/index/by-model"})));
/// assert_eq!(shown(&index), "Sightings/index/by-model");
/// ```
#[must_use]
pub fn text(value: &Json) -> String {
    match resolve(value, true) {
        Json::String(text) => text,
        other => other.to_string(),
    }
}

/// The text of a template of `Fn::Sub`.
#[must_use]
pub fn sub(template: &str) -> String {
    text(&json!({ "Fn::Sub": template }))
}

/// The values of a list as texts: of a single value, a list of one, and both sides of a condition.
#[must_use]
pub fn texts(list: &Json) -> Vec<String> {
    match resolve(&items(list).cloned().collect(), true) {
        Json::Array(items) => items.iter().map(text).collect(),
        _ => Vec::new(),
    }
}

/// The items of a list; a single value is a list of one.
pub fn items(json: &Json) -> impl Iterator<Item = &Json> {
    let items = json.as_array().map(Vec::as_slice).unwrap_or_default();
    Some(json).filter(|json| !json.is_array() && !json.is_null()).into_iter().chain(items)
}

/// The text for people: a resource by its logical id where it has one, such as `Sightings/index/by-model`.
#[must_use]
pub fn shown(text: &str) -> String {
    let named = name_variables(text);
    let id_and_rest = || {
        let (variable, rest) = named.strip_prefix("${")?.split_once('}')?;
        let (id, attribute) = variable.split_once('.').unwrap_or((variable, ""));
        let is_id = id.chars().all(|c| c.is_ascii_alphanumeric() || c == ':');
        (is_id && (rest.is_empty() || attribute == "Arn")).then(|| format!("{id}{rest}"))
    };
    id_and_rest().filter(|_| text.starts_with(VARIABLE_PREFIX)).unwrap_or(named)
}

/// Whether the text `pattern` of a policy stands for `text`, by itself or by its wildcards.
#[must_use]
pub fn covers(pattern: &str, text: &str) -> bool {
    // No variable is left in them, which no pattern would cover.
    let plain = |text: &str| text.replace("${", "{");
    policies::covers(&plain(pattern), &plain(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_by_the_logical_id_that_it_begins_with() {
        for (value, expected) in [
            (json!({"Ref": "Topic"}), "Topic"),
            (json!({"Fn::GetAtt": ["Orders", "Arn"]}), "Orders"),
            (json!({"Fn::GetAtt": "Orders.QueueName"}), "Orders"),
            (json!({"Fn::Sub": "${Documents.Arn}/docs/*"}), "Documents/docs/*"),
            (json!({"Fn::Sub": "arn:${AWS::Partition}:s3:::a/*"}), "arn:${AWS::Partition}:s3:::a/*"),
            (json!("arn:aws:s3:::a/${aws:username}"), "arn:aws:s3:::a/${aws:username}"),
            (json!("*"), "*"),
        ] {
            assert_eq!(shown(&text(&value)), expected);
        }
    }

    #[test]
    fn a_text_that_only_looks_like_a_reference_is_none() {
        assert_ne!(text(&json!("${Orders.Arn}")), text(&json!({"Fn::GetAtt": ["Orders", "Arn"]})));
    }

    #[test]
    fn a_list_has_both_sides_of_a_condition() {
        let list = json!([{"Ref": "One"}, {"Fn::If": ["Condition", {"Ref": "Two"}, {"Ref": "AWS::NoValue"}]}]);
        assert_eq!(texts(&list).iter().map(|it| shown(it)).collect::<Vec<_>>(), ["One", "Two"]);
        assert_eq!(texts(&json!("one")), ["one"]);
        assert_eq!(texts(&json!([{"Ref": "AWS::NoValue"}])), [""; 0]);
        assert_eq!(texts(&Json::Null), [""; 0]);
    }
}

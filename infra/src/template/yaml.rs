//! Writing YAML with CloudFormation's short tags. The only module that knows `serde_yaml`.

use serde_json::{Map, Value as Json};
use serde_yaml::value::{Tag, TaggedValue, Value as Yaml};

use super::written::Mark;

/// Why a text is not a template.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The text is neither JSON nor YAML.
    #[error("not a template: {reason} at line {} column {}", mark.line, mark.column)]
    Syntax {
        /// What is wrong.
        reason: String,
        /// Where.
        mark: Mark,
    },
    /// Its values are nested too deep.
    #[error("not a template: more than {most} values are within each other at line {} column {}", mark.line, mark.column)]
    TooDeep {
        /// As many may be.
        most: usize,
        /// Where it gets too deep.
        mark: Mark,
    },
    /// The text is a list or a plain value.
    #[error("not a template: expected a mapping with `Resources` at the top level")]
    NotAMapping,
}

/// What a word begins with that has to be quoted. YAML has this character only as an escape within quotation marks, so that the word
/// is written within some.
const QUOTED: char = '\u{1}';

pub(super) fn to_string(template: &Map<String, Json>) -> String {
    serde_yaml::to_string(&mapping(template)).unwrap_or_default().replace("\"\\x01", "\"")
}

/// A text. CloudFormation reads YAML 1.1, to which some words are truth values that are none to `serde_yaml`.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>
fn string(text: &str) -> Yaml {
    const TRUTH: [&str; 4] = ["yes", "no", "on", "off"];
    let is_truth = TRUTH.iter().any(|word| word.eq_ignore_ascii_case(text));
    Yaml::String(if is_truth { format!("{QUOTED}{text}") } else { text.to_owned() })
}

fn mapping(entries: &Map<String, Json>) -> Yaml {
    Yaml::Mapping(entries.iter().map(|(name, value)| (string(name), short_form(value))).collect())
}

fn short_form(json: &Json) -> Yaml {
    match json {
        Json::Null => Yaml::Null,
        Json::Bool(value) => Yaml::Bool(*value),
        Json::Number(value) => serde_yaml::to_value(value).unwrap_or_default(),
        Json::String(value) => string(value),
        Json::Array(items) => Yaml::Sequence(items.iter().map(short_form).collect()),
        Json::Object(entries) => intrinsic(entries).unwrap_or_else(|| mapping(entries)),
    }
}

/// `{"Fn::GetAtt": ["Queue", "Arn"]}` as `!GetAtt Queue.Arn`.
///
/// A tag's own value must not be tagged again as a scalar (`!Base64 !Ref X` is refused), so such a pair keeps the long
/// form inside.
fn intrinsic(entries: &Map<String, Json>) -> Option<Yaml> {
    let (name, argument) = entries.iter().next().filter(|_| entries.len() == 1)?;
    let tag = match name.as_str() {
        "Ref" | "Condition" => name,
        _ => name.strip_prefix("Fn::").filter(|function| *function != "Transform")?,
    };
    let value = match (tag, argument) {
        ("Condition", argument) if !argument.is_string() => return None,
        ("GetAtt", Json::Array(path)) if path.iter().all(Json::is_string) => {
            Yaml::String(path.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("."))
        }
        (_, Json::Object(inner)) => mapping(inner),
        (_, argument) => short_form(argument),
    };
    Some(Yaml::Tagged(Box::new(TaggedValue { tag: Tag::new(tag), value })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_that_yaml_1_1_takes_for_a_truth_value_is_quoted() {
        let entries = json!({"Mode": "OFF", "Other": ["yes", "no way", "N"], "on": true});
        let yaml = to_string(entries.as_object().unwrap());
        assert_eq!(yaml, "Mode: \"OFF\"\nOther:\n- \"yes\"\n- no way\n- N\n\"on\": true\n");
    }
}

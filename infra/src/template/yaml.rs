//! YAML with CloudFormation's short tags. The only module that knows `serde_yaml`.

use serde_json::{Map, Value as Json};
use serde_yaml::value::{Tag, TaggedValue, Value as Yaml};

/// Why a text is not a template.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// The text is neither JSON nor YAML.
    #[error("not a template: {0}")]
    Syntax(#[from] serde_yaml::Error),
    /// The text is a list or a plain value.
    #[error("not a template: expected a mapping with `Resources` at the top level")]
    NotAMapping,
}

pub(super) fn to_string(template: &Map<String, Json>) -> String {
    serde_yaml::to_string(&mapping(template)).unwrap_or_default()
}

pub(super) fn parse(text: &str) -> Result<Map<String, Json>, ParseError> {
    if let Ok(Json::Object(template)) = serde_json::from_str(text) {
        return Ok(template);
    }
    match long_form(serde_yaml::from_str(text)?) {
        Json::Object(template) => Ok(template),
        _ => Err(ParseError::NotAMapping),
    }
}

fn mapping(entries: &Map<String, Json>) -> Yaml {
    Yaml::Mapping(entries.iter().map(|(name, value)| (Yaml::String(name.clone()), short_form(value))).collect())
}

fn short_form(json: &Json) -> Yaml {
    match json {
        Json::Null => Yaml::Null,
        Json::Bool(value) => Yaml::Bool(*value),
        Json::Number(value) => serde_yaml::to_value(value).unwrap_or_default(),
        Json::String(value) => Yaml::String(value.clone()),
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

fn long_form(yaml: Yaml) -> Json {
    match yaml {
        Yaml::Null => Json::Null,
        Yaml::Bool(value) => Json::Bool(value),
        Yaml::Number(value) => serde_json::to_value(value).unwrap_or_default(),
        Yaml::String(value) => Json::String(value),
        Yaml::Sequence(items) => Json::Array(items.into_iter().map(long_form).collect()),
        Yaml::Mapping(entries) => {
            Json::Object(entries.into_iter().map(|(name, value)| (key(name), long_form(value))).collect())
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let function = tag.trim_start_matches('!');
            let argument = match long_form(tagged.value) {
                Json::String(path) if function == "GetAtt" => match path.split_once('.') {
                    Some((id, attribute)) => vec![id, attribute].into(),
                    None => Json::String(path),
                },
                argument => argument,
            };
            let name =
                if matches!(function, "Ref" | "Condition") { function.to_owned() } else { format!("Fn::{function}") };
            Json::Object(Map::from_iter([(name, argument)]))
        }
    }
}

fn key(yaml: Yaml) -> String {
    match yaml {
        Yaml::String(key) => key,
        other => serde_yaml::to_string(&other).unwrap_or_default().trim_end().to_owned(),
    }
}

//! Values of parameters in a file, in the forms that the AWS CLI takes.

use serde_json::{Map, Value as Json};

use crate::audit::files;
use crate::cli::ParameterArgs;
use crate::exit::Exit;
use crate::failure::Failure;

/// What is given with the values of the file first, so that those of the command line count.
///
/// # Errors
/// When the file cannot be read or has another form.
pub fn with_file(given: &ParameterArgs) -> anyhow::Result<ParameterArgs> {
    let Some(file) = &given.file else { return Ok(given.clone()) };
    let name = file.display();
    let mut parameters = parse(&files::read(file)?).map_err(|problem| {
        let forms = "a list of objects with `ParameterKey` and `ParameterValue`, or an object with the values by name";
        Failure::new(format!("`{name}` {problem}")).exit(Exit::Usage).help(format!("expected JSON: {forms}"))
    })?;
    parameters.extend(given.parameters.iter().cloned());
    Ok(ParameterArgs { parameters, file: None, ..given.clone() })
}

fn parse(text: &str) -> Result<Vec<(String, String)>, String> {
    match serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))? {
        Json::Array(entries) => entries.iter().filter_map(|entry| listed(entry).transpose()).collect(),
        Json::Object(members) => match members.get("Parameters") {
            Some(Json::Object(values)) => named(values),
            _ => named(&members),
        },
        _ => Err("holds neither a list nor an object".to_owned()),
    }
}

fn named(values: &Map<String, Json>) -> Result<Vec<(String, String)>, String> {
    values.iter().map(|(name, value)| Ok((name.clone(), text(name, value)?))).collect()
}

/// An entry of a list; nothing of one that keeps the value that is deployed.
fn listed(entry: &Json) -> Result<Option<(String, String)>, String> {
    if let Some((name, value)) = entry.as_str().and_then(|entry| entry.split_once('=')) {
        return Ok(Some((name.to_owned(), value.to_owned())));
    }
    let name = entry.get("ParameterKey").and_then(Json::as_str);
    let name = name.ok_or_else(|| format!("has an entry without `ParameterKey`: {entry}"))?;
    if entry.get("UsePreviousValue") == Some(&Json::Bool(true)) {
        return Ok(None);
    }
    let value = entry.get("ParameterValue").ok_or_else(|| format!("has no `ParameterValue` for `{name}`"))?;
    Ok(Some((name.to_owned(), text(name, value)?)))
}

fn text(name: &str, value: &Json) -> Result<String, String> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Number(_) | Json::Bool(_) => Ok(value.to_string()),
        Json::Array(items) => Ok(items.iter().map(|item| text(name, item)).collect::<Result<Vec<_>, _>>()?.join(",")),
        Json::Null | Json::Object(_) => Err(format!("has a value of `{name}` that is no text: {value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(parse(text), Ok(expected));
    }

    #[test]
    fn the_forms_of_the_aws_cli_are_read() {
        let both = [("Env", "prod"), ("Days", "7")];
        let list =
            r#"[{"ParameterKey": "Env", "ParameterValue": "prod"}, {"ParameterKey": "Days", "ParameterValue": "7"}]"#;
        check(list, &both);
        check(r#"{"Parameters": {"Env": "prod", "Days": 7}, "Tags": {}}"#, &both);
        check(r#"{"Env": "prod", "Days": 7}"#, &both);
        check(r#"["Env=prod", "Days=7"]"#, &both);
        check(r#"[{"ParameterKey": "Env", "UsePreviousValue": true}]"#, &[]);
        check(r#"{"Zones": ["a", "b"]}"#, &[("Zones", "a,b")]);
    }

    #[test]
    fn what_has_another_form_is_said() {
        assert_eq!(parse("7"), Err("holds neither a list nor an object".to_owned()));
        assert_eq!(parse(r#"[{"Env": 1}]"#), Err(r#"has an entry without `ParameterKey`: {"Env":1}"#.to_owned()));
        assert_eq!(parse(r#"{"Env": {}}"#), Err("has a value of `Env` that is no text: {}".to_owned()));
    }
}

//! A property value without parts against its schema.

use serde_json::Value as Json;

use super::Check;
use crate::expression::Path;
use crate::nearest::did_you_mean;
use crate::schema::Scalar;

/// As CloudFormation does, this takes `"30"` for a number, `"true"` for a truth value, and both for strings.
pub(super) fn check(check: &mut Check<'_>, path: &Path<'_>, expected: &Scalar, value: &Json) {
    let kinds = expected.kinds;
    let number = match value {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.parse().ok(),
        _ => None,
    };
    let is_number = number.is_some_and(|number| kinds.number || kinds.integer && number.fract() == 0.0);
    match value {
        Json::String(text) if text.contains("{{resolve:") => {}
        Json::String(text) if kinds.string => self::text(check, path, expected, text),
        Json::Number(number) if kinds.string && !is_number => self::text(check, path, expected, &number.to_string()),
        Json::Number(_) | Json::String(_) if is_number => self::number(check, path, expected, number, value),
        Json::Bool(_) if kinds.boolean || kinds.string => {}
        Json::String(text) if kinds.boolean && (text == "true" || text == "false") => {}
        // A policy or another document may be given as the text of its JSON.
        Json::String(text) if kinds.object && text.trim_start().starts_with('{') => {}
        Json::Object(_) if kinds.object => {}
        value => wrong_type(check, path, &kinds.to_string(), value),
    }
}

pub(super) fn wrong_type(check: &mut Check<'_>, path: &Path<'_>, expected: &str, value: &Json) {
    let got = match value {
        Json::String(text) => format!("the string {}", shown(text)),
        Json::Array(items) => format!("a list of {}", items.len()),
        Json::Object(_) => "an object".to_owned(),
        other => format!("`{other}`"),
    };
    check.error("property-type", format!("`{path}` is {got}, expected {expected}"));
}

fn number(check: &mut Check<'_>, path: &Path<'_>, expected: &Scalar, number: Option<f64>, value: &Json) {
    if let Some(number) = number.filter(|number| !expected.range.contains(*number)) {
        check.error("property-range", format!("`{path}` is {number}, expected {}", expected.range));
    }
    match value {
        Json::String(text) => allowed(check, path, expected, text),
        value if !expected.values.is_empty() => allowed(check, path, expected, &value.to_string()),
        _ => {}
    }
}

fn text(check: &mut Check<'_>, path: &Path<'_>, expected: &Scalar, text: &str) {
    #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
    let length = text.chars().count() as f64;
    if !expected.length.contains(length) {
        check.error("property-length", format!("`{path}` has {length} characters, expected {}", expected.length));
    }
    allowed(check, path, expected, text);
    if let Some(pattern) = expected.pattern.as_ref().filter(|pattern| !pattern.matches(text)) {
        check
            .error("property-pattern", format!("`{path}` is {}, which is not of the form it must have", shown(text)))
            .help(format!("it must match `{}`", pattern.as_str()));
    }
}

fn allowed(check: &mut Check<'_>, path: &Path<'_>, expected: &Scalar, text: &str) {
    let is = |value: &&str| if expected.ignores_case { value.eq_ignore_ascii_case(text) } else { *value == text };
    if expected.values.is_empty() || expected.values.iter().any(is) {
        return;
    }
    let help = did_you_mean(text, expected.values.iter().copied()).unwrap_or_else(|| {
        let values: Vec<_> = expected.values.iter().map(|value| format!("`{value}`")).collect();
        format!("use one of {}", values.join(", "))
    });
    check.error("property-value", format!("`{path}` is {}, which is not among its values", shown(text))).help(help);
}

/// The longest text that a message repeats, in characters.
const SHOWN: usize = 60;

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

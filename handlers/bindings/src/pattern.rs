//! Patterns of ARNs, filled with values of CloudFormation.

use serde_json::{Value, json};

/// A text in which words in braces stand for values.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pattern<'a>(pub(crate) &'a str);

impl<'p> Pattern<'p> {
    /// The text with the values that `value_of` gives: a string where all of them are strings, else `!Sub`.
    ///
    /// # Errors
    /// With the word for which it gives none.
    pub(crate) fn fill<'v>(self, value_of: impl Fn(&str) -> Option<&'v Value>) -> Result<Value, &'p str> {
        // The whole of it is a value as it is.
        let whole = self.0.strip_prefix('{').and_then(|it| it.strip_suffix('}'));
        if let Some(value) = whole.filter(|it| !it.contains('{')).and_then(&value_of) {
            return Ok(value.clone());
        }
        let mut text = String::new();
        let mut others = serde_json::Map::new();
        let mut rest = self.0;
        while let Some(start) = rest.find('{') {
            let (before, after) = rest.split_at(start);
            let Some((word, after)) = after[1..].split_once('}') else { return Err(after) };
            text += before;
            rest = after;
            if before.ends_with('$') {
                text.extend(["{", word, "}"]);
                continue;
            }
            let (parts, attribute) = word.split_once('.').map_or((word, None), |(parts, it)| (parts, Some(it)));
            let value = parts.split('|').find_map(|name| Some((name, value_of(name)?)));
            let (name, value) = value.ok_or(word)?;
            if let Some(placeholder) = placeholder(value, attribute) {
                text += &placeholder;
            } else {
                let variable = format!("{name}{}", attribute.unwrap_or_default());
                text.extend(["${", &variable, "}"]);
                // Of an ARN, its last part is the name.
                let last = || json!({ "Fn::Select": [6, { "Fn::Split": [":", value] }] });
                others.insert(variable, if attribute.is_some() { last() } else { value.clone() });
            }
        }
        text += rest;
        if !others.is_empty() {
            return Ok(json!({ "Fn::Sub": [text, others] }));
        }
        let has_placeholder = text.split("${").skip(1).any(|it| !it.starts_with('!'));
        Ok(if has_placeholder { json!({ "Fn::Sub": text }) } else { Value::String(text.replace("${!", "${")) })
    }
}

/// `value`, or an attribute of the resource that it refers to, as a part of the text of `!Sub`; nothing for a function that
/// is none.
fn placeholder(value: &Value, attribute: Option<&str>) -> Option<String> {
    if let Value::String(literal) = value {
        // Of an ARN, its last part is the name.
        let literal = if attribute.is_some() { literal.rsplit(':').next()? } else { literal };
        return Some(literal.replace("${", "${!"));
    }
    let (function, argument) = value.as_object()?.iter().next()?;
    match (function.as_str(), argument, attribute) {
        ("Ref", Value::String(id), Some(attribute)) => Some(format!("${{{id}.{attribute}}}")),
        ("Ref", Value::String(id), None) => Some(format!("${{{id}}}")),
        ("Fn::GetAtt", Value::Array(parts), attribute) => match parts.as_slice() {
            [Value::String(id), Value::String(own)] => Some(format!("${{{id}.{}}}", attribute.unwrap_or(own))),
            _ => None,
        },
        ("Fn::Sub", Value::String(text), None) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, value: impl Into<Value>, expected: impl Into<Value>) {
        let value = value.into();
        let found = Pattern(pattern).fill(|name| (name == "it").then_some(&value));
        assert_eq!(found.unwrap_or_default(), expected.into());
    }

    #[test]
    fn an_attribute_of_what_is_not_of_the_stack_is_the_last_part_of_its_arn() {
        let import = json!({ "Fn::ImportValue": "machine" });
        let name = json!({ "Fn::Select": [6, { "Fn::Split": [":", import] }] });
        check("execution:{it.Name}:*", import, json!({ "Fn::Sub": ["execution:${itName}:*", { "itName": name }] }));
    }

    #[test]
    fn a_pattern_is_filled_with_a_value_however_it_is_written() {
        check("{it}", json!({ "Fn::GetAtt": ["Orders", "Arn"] }), json!({ "Fn::GetAtt": ["Orders", "Arn"] }));
        check("{it}/*", json!({ "Fn::GetAtt": ["Orders", "Arn"] }), json!({ "Fn::Sub": "${Orders.Arn}/*" }));
        check("{it}/*", json!({ "Ref": "Orders" }), json!({ "Fn::Sub": "${Orders}/*" }));
        check("{it}/*", json!("arn:${x}"), json!("arn:${x}/*"));
        check("{it}/*", json!({ "Fn::Sub": "a-${B}" }), json!({ "Fn::Sub": "a-${B}/*" }));
        check("a:${AWS::Region}:{it}", json!("b"), json!({ "Fn::Sub": "a:${AWS::Region}:b" }));
        check("{it.Name}:*", json!({ "Ref": "Machine" }), json!({ "Fn::Sub": "${Machine.Name}:*" }));
        check("{it.Name}:*", json!("arn:aws:states:::stateMachine:m"), json!("m:*"));
        let imported = json!({ "Fn::ImportValue": "Arn" });
        check("{it}/*", imported.clone(), json!({ "Fn::Sub": ["${it}/*", { "it": imported }] }));
        check("{it}/{it}", "b", "b/b");
        check("{other|it}/*", json!("b"), json!("b/*"));
        check("*", json!("b"), json!("*"));
        assert_eq!(Pattern("a/{other}/*").fill(|_| None), Err("other"));
    }
}

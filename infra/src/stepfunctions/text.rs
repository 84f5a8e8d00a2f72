//! A definition's JSON as a text, in which placeholders stand for what only CloudFormation knows.

use serde_json::{Map, Value as Json, json};

use crate::value::{Intrinsic, Value};

/// What stands around the number of a value until the text is made. Unicode keeps these two for a program's own use, so that no
/// text has them.
const START: char = '\u{FDD0}';
const END: char = '\u{FDD1}';

/// The values of the stack that a text will have.
#[derive(Debug, Default)]
pub(super) struct Text {
    values: Vec<Value>,
}

impl Text {
    /// The string that stands for `value` in the JSON.
    pub(super) fn value(&mut self, value: &Value) -> Json {
        if let Some(literal) = value.literal() {
            return literal.as_str().into();
        }
        self.values.push(value.clone());
        format!("{START}{}{END}", self.values.len() - 1).into()
    }

    /// The text of `json` as one value.
    pub(super) fn finish(self, json: &Json) -> Value {
        let text = json.to_string();
        if self.values.is_empty() {
            return Value::Literal(text);
        }
        let mut pieces = text.split(START);
        let mut sub = literal(pieces.next().unwrap_or_default());
        let mut variables = Map::new();
        for piece in pieces {
            let (number, rest) = piece.split_once(END).unwrap_or_default();
            let value = number.parse().ok().and_then(|number: usize| self.values.get(number));
            sub.push_str(&value.map_or_else(String::new, |value| placeholder(value, &mut variables)));
            sub.push_str(&literal(rest));
        }
        if variables.is_empty() {
            return Value::sub(sub);
        }
        Value::Intrinsic(Intrinsic::Json(json!({"Fn::Sub": [sub, variables]}).into()))
    }
}

fn literal(text: &str) -> String {
    text.replace("${", "${!")
}

/// What stands for `value` within a string of JSON.
fn placeholder(value: &Value, variables: &mut Map<String, Json>) -> String {
    if let Some(placeholder) = value.placeholder() {
        let quoted = Json::String(placeholder).to_string();
        return quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
    }
    let known = variables.iter().find(|(_, known)| **known == json!(value)).map(|(name, _)| name.clone());
    let name = known.unwrap_or_else(|| format!("Value{}", variables.len()));
    variables.entry(name.clone()).or_insert_with(|| json!(value));
    format!("${{{name}}}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reference::LogicalId;

    #[track_caller]
    fn check(build: impl FnOnce(&mut Text) -> Json, expected: &Json) {
        let mut text = Text::default();
        let json = build(&mut text);
        assert_eq!(json!(text.finish(&json)), *expected);
    }

    #[test]
    fn what_is_known_stays_a_plain_text() {
        check(|text| json!({"a": text.value(&"${x}".into())}), &json!(r#"{"a":"${x}"}"#));
    }

    #[test]
    fn a_reference_becomes_a_placeholder_and_a_text_that_looks_like_one_does_not() {
        let queue = Value::Intrinsic(Intrinsic::GetAtt(LogicalId::new("Queue"), "Arn"));
        check(
            |text| json!({"a": text.value(&queue), "b": "${x}"}),
            &json!({"Fn::Sub": r#"{"a":"${Queue.Arn}","b":"${!x}"}"#}),
        );
    }

    #[test]
    fn a_function_without_a_placeholder_becomes_one_variable_however_often_it_is_used() {
        let output = Value::import("shop-Queue");
        check(
            |text| json!([text.value(&output), text.value(&output)]),
            &json!({"Fn::Sub": [r#"["${Value0}","${Value0}"]"#, {"Value0": {"Fn::ImportValue": "shop-Queue"}}]}),
        );
    }

    #[test]
    fn a_quotation_mark_of_a_value_stays_within_its_string() {
        let quoted = Value::sub(r#""${AWS::Region}""#);
        check(|text| json!([text.value(&quoted)]), &json!({"Fn::Sub": r#"["\"${AWS::Region}\""]"#}));
    }
}

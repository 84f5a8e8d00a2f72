//! Filters of messages and events, in a few words.

use serde_json::Value as Json;

/// How many values of a field are named.
const NAMED: usize = 3;

/// What a filter asks for, such as `status: approved; key: *.png, *.jpg`.
pub(super) fn summary(filter: &Json) -> String {
    let mut fields = Vec::new();
    collect("", filter, &mut fields);
    fields.join("; ")
}

fn collect(name: &str, filter: &Json, fields: &mut Vec<String>) {
    match filter {
        Json::Object(inner) => inner.iter().for_each(|(name, filter)| collect(name, filter, fields)),
        Json::Array(_) => {
            let values = values(filter);
            fields.extend((!values.is_empty()).then(|| format!("{name}: {values}")));
        }
        _ => {}
    }
}

/// The values that a field may have, of many the first few. What only CloudFormation knows is left out.
pub(super) fn values(allowed: &Json) -> String {
    let mut known: Vec<String> = Vec::new();
    for value in allowed.as_array().into_iter().flatten().filter_map(value) {
        // A value in lower case and upper case is one to a reader.
        if !known.iter().any(|other| other.eq_ignore_ascii_case(&value)) {
            known.push(value);
        }
    }
    let more = known.len().saturating_sub(NAMED);
    if more > 1 {
        known.truncate(NAMED);
        known.push(format!("{more} more"));
    }
    known.join(", ")
}

fn value(value: &Json) -> Option<String> {
    let Json::Object(operator) = value else { return Some(plain(value)) };
    let (operator, operand) = operator.iter().next()?;
    let text = || operand.as_object().and_then(|inner| inner.values().next()).map_or_else(|| plain(operand), plain);
    Some(match operator.as_str() {
        "prefix" => format!("{}*", text()),
        "suffix" => format!("*{}", text()),
        "anything-but" => {
            let not: Vec<_> =
                operand.as_array().map_or_else(|| vec![text()], |texts| texts.iter().map(plain).collect());
            format!("not {}", not.join(" or "))
        }
        "numeric" => operand.as_array()?.iter().map(plain).collect::<Vec<_>>().join(" "),
        "exists" => if operand == false { "absent" } else { "present" }.to_owned(),
        "equals-ignore-case" | "wildcard" | "cidr" => text(),
        _ => return None,
    })
}

fn plain(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(filter: &Json, expected: &str) {
        assert_eq!(summary(filter), expected);
    }

    #[test]
    fn fields_are_named_without_their_path() {
        check(&json!({"status": ["approved"]}), "status: approved");
        check(&json!({"detail": {"object": {"key": [{"suffix": ".png"}]}, "size": [1]}}), "key: *.png; size: 1");
    }

    #[test]
    fn operators_read_as_one_would_say_them() {
        check(&json!({"a": [{"prefix": "in/"}, {"anything-but": ["x", "y"]}]}), "a: in/*, not x or y");
        check(&json!({"a": [{"numeric": [">=", 0, "<", 10]}, {"exists": false}]}), "a: >= 0 < 10, absent");
        check(&json!({"a": [{"suffix": {"equals-ignore-case": ".png"}}]}), "a: *.png");
    }

    #[test]
    fn many_values_are_counted() {
        check(&json!({"a": ["1", "2", "3", "4"]}), "a: 1, 2, 3, 4");
        check(&json!({"a": ["1", "2", "3", "4", "5"]}), "a: 1, 2, 3, 2 more");
        check(&json!({"a": [{"suffix": ".png"}, {"suffix": ".PNG"}]}), "a: *.png");
    }

    #[test]
    fn what_only_cloudformation_knows_is_left_out() {
        check(&json!({"bucket": {"name": [{"Ref": "Originals"}]}}), "");
    }
}

//! One form for values that are written in several ways.

use serde_json::{Map, Value as Json, json};

use super::{Expression, Piece, Sub};

/// `json` in the form that all ways of writing it share: a text is written with `Fn::Sub`, whatever joined it; what is
/// nothing but a reference is that reference, and a choice between equals is none.
pub fn canonical(json: Json) -> Json {
    match Expression::of(&json) {
        Expression::Scalar(_) | Expression::Ref(_) | Expression::Condition(_) => json,
        Expression::GetAtt(id, attribute) => json!({ "Fn::GetAtt": [id, attribute] }),
        Expression::Join(delimiter, Json::Array(items)) => {
            let items: Vec<_> = items.iter().cloned().map(canonical).collect();
            let texts: Option<Vec<_>> = items.iter().map(text).collect();
            match texts {
                Some(texts) => of_text(&texts.join(&escaped(delimiter))),
                None => json!({ "Fn::Join": [delimiter, items] }),
            }
        }
        Expression::Sub(sub) => of_sub(sub),
        Expression::If(condition, then, otherwise) => {
            let (then, otherwise) = (canonical(then.clone()), canonical(otherwise.clone()));
            if then == otherwise { then } else { json!({ "Fn::If": [condition, then, otherwise] }) }
        }
        _ => match json {
            Json::Array(items) => items.into_iter().map(canonical).collect(),
            Json::Object(members) => members.into_iter().map(|(name, it)| (name, canonical(it))).collect(),
            scalar => scalar,
        },
    }
}

fn of_sub(sub: Sub<'_>) -> Json {
    let mut whole = String::new();
    let mut own = Map::new();
    for piece in sub.pieces() {
        let part = match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Escaped(name) => format!("${{!{name}}}"),
            Piece::Ref(id) => format!("${{{id}}}"),
            Piece::GetAtt(id, attribute) => format!("${{{id}.{attribute}}}"),
            Piece::Variable(name, value) => {
                let value = canonical(value.clone());
                text(&value).unwrap_or_else(|| {
                    own.insert(name.to_owned(), value);
                    format!("${{{name}}}")
                })
            }
        };
        whole += &part;
    }
    if own.is_empty() { of_text(&whole) } else { json!({ "Fn::Sub": [whole, own] }) }
}

/// What the text of `Fn::Sub` yields in the shortest form.
fn of_text(whole: &str) -> Json {
    let pieces: Vec<_> = Sub { text: whole, variables: None }.pieces().collect();
    match &pieces[..] {
        [Piece::Ref(id)] => json!({ "Ref": id }),
        [Piece::GetAtt(id, attribute)] => json!({ "Fn::GetAtt": [id, attribute] }),
        pieces if pieces.iter().all(|piece| matches!(piece, Piece::Text(_) | Piece::Escaped(_))) => {
            whole.replace("${!", "${").into()
        }
        _ => json!({ "Fn::Sub": whole }),
    }
}

/// A value as a part of the text of `Fn::Sub`.
fn text(json: &Json) -> Option<String> {
    match Expression::of(json) {
        Expression::Scalar(Json::String(text)) => Some(escaped(text)),
        Expression::Scalar(scalar @ (Json::Number(_) | Json::Bool(_))) => Some(scalar.to_string()),
        Expression::Ref(id) => Some(format!("${{{id}}}")),
        Expression::GetAtt(id, attribute) => Some(format!("${{{id}.{attribute}}}")),
        Expression::Sub(Sub { text, variables: None }) => Some(text.to_owned()),
        _ => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace("${", "${!")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: Json, expected: &Json) {
        assert_eq!(canonical(json), *expected);
    }

    #[test]
    fn texts_have_one_form() {
        let arn = json!({"Fn::Sub": "${Orders.Arn}/*"});
        check(json!({"Fn::Join": ["/", [{"Fn::GetAtt": "Orders.Arn"}, "*"]]}), &arn);
        check(json!({"Fn::Sub": ["${arn}/*", {"arn": {"Fn::GetAtt": ["Orders", "Arn"]}}]}), &arn);
        check(json!({"Fn::Join": ["-", ["a", {"Fn::Join": ["", ["b", 1]]}]]}), &"a-b1".into());
        check(json!({"Fn::Sub": "${Orders}"}), &json!({"Ref": "Orders"}));
        check(json!({"Fn::Join": ["", ["${x}", "y"]]}), &"${x}y".into());
        check(json!({"Fn::If": ["Either", {"Fn::Sub": "${A}"}, {"Ref": "A"}]}), &json!({"Ref": "A"}));
    }

    #[test]
    fn what_is_no_text_stays() {
        let imported = json!({"Fn::Join": ["/", [{"Fn::ImportValue": "x"}, {"Ref": "A"}]]});
        check(imported.clone(), &imported);
    }
}

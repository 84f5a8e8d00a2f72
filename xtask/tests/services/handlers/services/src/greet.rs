//! Answers requests of an HTTP API and of a function URL alike.

use bindings::Program;
use functions::api::{Request, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// What it says.
    pub greeting: String,
}

impl Program for Bindings {
    const NAME: &'static str = "greet";
}

/// Greets whom the query's `name` says.
#[must_use]
pub fn handle(bindings: &Bindings, request: &Request) -> Response {
    match request.query_string_parameters.get("name") {
        Some(name) => Response::json(200, json!({ "text": format!("{} {name}", bindings.greeting) }).to_string()),
        None => Response::bad_request("name", "is required"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(query: &[(&str, &str)]) -> (u16, String) {
        let query = query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let request = Request { query_string_parameters: query, ..Request::default() };
        let Response { status_code, body, .. } = handle(&Bindings { greeting: "hello".to_owned() }, &request);
        (status_code, body)
    }

    #[test]
    fn whoever_says_a_name_is_greeted() {
        assert_eq!(answered(&[("name", "Ada")]), (200, r#"{"text":"hello Ada"}"#.to_owned()));
        assert_eq!(answered(&[]), (400, r#"{"message":"is required","field":"name"}"#.to_owned()));
    }
}

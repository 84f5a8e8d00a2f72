//! The outside service that tells which spaceship models exist, as a local service.
//!
//! - `GET /spaceships/models/validator?model=NAME`: 200 when the model is valid now, else 404.
//! - `GET /spaceships/models`: all known models, whether each is valid now, and when that changes.

use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;
use tiny_http::{Header, Method, Response, Server};
use url::Url;

/// The models it knows, in the order of the system's document.
pub const MODELS: [&str; 20] = [
    "A/SF-01 B-Wing",
    "AT-AT",
    "BTL Y-Wing",
    "DS-1",
    "Delta-7",
    "Executor-class",
    "Firespray-31",
    "Imperial I-class",
    "Lambda-class",
    "MC80",
    "MC80A",
    "N-1 Starfighter",
    "Nebulon-B",
    "RZ-1 A-Wing",
    "T-65 X-Wing",
    "TIE Advanced x1",
    "TIE/IN Interceptor",
    "TIE/LN Fighter",
    "TIE/sa Bomber",
    "YT-1300",
];

/// How long the same models are valid, in seconds.
pub const PERIOD: u64 = 600;

/// A variable that fixes the time that decides which models are valid, in epoch seconds.
const CLOCK: &str = "SPACESHIPS_VALIDATOR_CLOCK";

/// Whether `model` is valid at `time` (epoch seconds): every other known model in one period, the rest in the next.
#[must_use]
pub fn is_valid(model: &str, time: u64) -> bool {
    let turn = time / PERIOD % 2;
    MODELS.iter().zip([0, 1].into_iter().cycle()).any(|(known, when)| *known == model && when == turn)
}

/// A model that is valid now.
#[must_use]
pub fn valid_model() -> &'static str {
    let time = now();
    MODELS.into_iter().find(|model| is_valid(model, time)).unwrap_or(MODELS[0])
}

/// Answers until the process is ended.
pub fn serve(listener: TcpListener) {
    let Ok(server) = Server::from_listener(listener, None) else { return };
    let json = Header::from_bytes("content-type", "application/json").ok();
    for request in server.incoming_requests() {
        let (status, body) = match request.method() {
            Method::Get => answer(request.url(), now()),
            _ => (405, json!({"error": "only GET is answered"})),
        };
        let mut response = Response::from_string(body.to_string()).with_status_code(status);
        if let Some(header) = json.clone() {
            response.add_header(header);
        }
        // A client that has gone away needs no answer.
        let _ = request.respond(response);
    }
}

fn answer(target: &str, time: u64) -> (u16, serde_json::Value) {
    let Ok(url) = Url::parse("http://localhost").and_then(|base| base.join(target)) else {
        return (400, json!({"error": "the path is malformed"}));
    };
    match url.path() {
        "/spaceships/models" => {
            let models: Vec<_> =
                MODELS.iter().map(|model| json!({"model": model, "valid": is_valid(model, time)})).collect();
            let changes_at = (time / PERIOD + 1) * PERIOD * 1000;
            (200, json!({"models": models, "changes_at": changes_at}))
        }
        "/spaceships/models/validator" => match url.query_pairs().find(|(name, _)| name == "model") {
            Some((_, model)) => {
                let valid = is_valid(&model, time);
                (if valid { 200 } else { 404 }, json!({"model": model, "valid": valid}))
            }
            None => (400, json!({"error": "the parameter `model` is missing"})),
        },
        _ => (404, json!({"error": "there is no such path"})),
    }
}

fn now() -> u64 {
    let fixed = std::env::var(CLOCK).ok().and_then(|text| text.parse().ok());
    fixed.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(time: u64) -> Vec<&'static str> {
        MODELS.into_iter().filter(|model| is_valid(model, time)).collect()
    }

    #[test]
    fn ten_models_are_valid_and_another_ten_in_the_next_period() {
        let (first, second) = (valid(0), valid(PERIOD));
        assert_eq!((first.len(), second.len()), (10, 10));
        assert!(first.iter().all(|model| !second.contains(model)));
        assert_eq!(first, valid(PERIOD - 1), "the same until the period ends");
        assert_eq!(first, valid(2 * PERIOD), "and again after the next");
    }

    #[test]
    fn a_model_is_named_percent_encoded_or_with_plus_for_space() {
        let status = |target| answer(target, 0).0;
        assert_eq!(status("/spaceships/models/validator?model=A%2FSF-01%20B-Wing"), 200);
        assert_eq!(status("/spaceships/models/validator?model=A%2FSF-01+B-Wing"), 200);
        assert_eq!(status("/spaceships/models/validator?model=AT-AT"), 404);
        assert_eq!(status("/spaceships/models/validator?model=Naboo"), 404);
        assert_eq!(status("/spaceships/models/validator"), 400);
    }

    #[test]
    fn the_list_says_what_is_valid_and_when_it_changes() {
        let (status, list) = answer("/spaceships/models", 601);
        assert_eq!(status, 200);
        assert_eq!(list["changes_at"], 1_200_000);
        assert_eq!(list["models"][1], json!({"model": "AT-AT", "valid": true}));
    }
}

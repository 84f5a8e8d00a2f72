//! Requests of the API.

use reqwest::Method;
use serde_json::{Value, json};

use crate::message::sighting;
use crate::system::System;

const PATHS: [&str; 2] = ["/calculate", "/counts"];

pub(crate) async fn the_spaceship_wins_over_the_model(system: &System) {
    let model = "Firespray-31";
    system.send("API-1", sighting("API-1", model)).await;
    system.send("API-2", sighting("API-2", model)).await;
    system.wait_for_sightings("API-1", 1).await;
    system.wait_for_sightings("API-2", 1).await;
    for path in PATHS {
        let result = system.get(path, &[("model", model), ("spaceship_id", "API-1")]).await.json();
        assert_eq!((&result["spaceship_id"], &result["count"]), (&json!("API-1"), &json!(1)));
        assert_eq!(result.get("model"), None);
        assert_eq!(system.count(path, ("model", model)).await, 2);
    }
}

pub(crate) async fn a_request_without_a_name_is_refused_with_the_field(system: &System) {
    for path in PATHS {
        for (query, field, message) in [
            (&[][..], "spaceship_id", "`spaceship_id` or `model` is required"),
            (&[("ship", "XW-12345")], "spaceship_id", "`spaceship_id` or `model` is required"),
            (&[("spaceship_id", "")], "spaceship_id", "`spaceship_id` is empty"),
            (&[("model", "")], "model", "`model` is empty"),
        ] {
            let answer = system.get(path, query).await;
            assert_eq!(answer.status, 400, "{query:?}");
            assert_eq!(answer.json(), json!({ "message": message, "field": field }));
            assert_eq!(answer.headers["content-type"], "application/json");
            answer.assert_open_to_web_pages();
        }
    }
}

pub(crate) async fn what_was_never_seen_counts_zero(system: &System) {
    for path in PATHS {
        for name in [("spaceship_id", "ñandú & co/1%2"), ("model", "no such+model?#")] {
            let answer = system.get(path, &[name]).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            let mut result = answer.json();
            assert!(result["timestamp"].take().is_i64());
            let expected = json!({
                name.0: name.1, "count": 0, "timestamp": null, "window_size": 600_000,
                "sighting_oldest": null, "sighting_newest": null,
            });
            assert_eq!(result, expected);
        }
    }
}

pub(crate) async fn other_web_pages_may_ask(system: &System) {
    for path in PATHS {
        system.get(path, &[("spaceship_id", "API-3")]).await.assert_open_to_web_pages();

        let preflight = system.request(Method::OPTIONS, path, &[]).await;
        assert!(matches!(preflight.status, 200 | 204), "{preflight:?}");
        preflight.assert_open_to_web_pages();
        let methods = preflight.headers["access-control-allow-methods"].to_str().unwrap();
        assert!(methods.split(',').any(|method| method.trim() == "GET"), "{methods}");
    }
    let unknown = system.get("/nowhere", &[]).await;
    assert!((400..500).contains(&unknown.status), "{unknown:?}");
    assert!(unknown.json().get("message").is_some_and(Value::is_string));
    unknown.assert_open_to_web_pages();
}

//! The way through the system that its document describes.

use serde_json::json;
use testing::{integer, number, text};

use crate::message::{millis, sighting};
use crate::system::System;

/// No other scenario uses this model: counts by model are of all spaceships.
const MODEL: &str = "A/SF-01 B-Wing";
const SHIP: &str = "XW-12345";

pub(crate) async fn a_reported_sighting_is_kept_and_counted(system: &System) {
    let before = millis();
    system.send(SHIP, sighting(SHIP, MODEL)).await;
    let kept = system.wait_for_sightings(SHIP, 1).await.remove(0);

    let seen = integer(&kept, "timestamp");
    assert!((before..=millis()).contains(&seen), "{seen} is not when the message was received");
    assert_eq!(kept["model"], text(MODEL));
    assert_eq!(kept["quadrant"], text("Alpha"));
    let coordinates = kept["coordinates"].as_m().unwrap();
    assert_eq!(["x", "y", "z"].map(|axis| &coordinates[axis]), [&number(12.34), &number(56.78), &number(90.12)]);

    for (name, value) in [("spaceship_id", SHIP), ("model", MODEL)] {
        let calculated = system.get("/calculate", &[(name, value)]).await;
        assert_eq!(calculated.status, 200, "{calculated:?}");
        assert_eq!(calculated.headers["content-type"], "application/json");
        let result = calculated.json();
        let now = result["timestamp"].as_i64().unwrap();
        assert!((seen..=millis()).contains(&now), "{now} is not when the request was answered");
        let expected = json!({
            name: value, "count": 1, "timestamp": now, "window_size": 600_000,
            "sighting_oldest": seen, "sighting_newest": seen,
        });
        assert_eq!(result, expected);

        let counted = system.get("/counts", &[(name, value)]).await;
        assert_eq!((counted.status, &counted.body), (200, &calculated.body), "the result that was just kept");
    }
}

//! The functions' roles grant nothing that the system works without.

use serde_json::{Value, json};
use testing::LocalCloud;

use crate::picture::png;
use crate::system::System;

const KEY: &str = "grants.png";

/// Drives everything that the functions do, and says what failed.
async fn exercise(system: &System, round: usize) -> Result<(), String> {
    // A batch that comes a second time reads what was archived.
    let logs = json!({ "batch_id": format!("grants-{round}"), "message": "a" });
    for (function, payload) in [
        ("roxs-image-processor", json!({ "key": KEY })),
        ("roxs-log-processor", logs.clone()),
        ("roxs-log-processor", logs),
        ("roxs-notification-processor", json!({})),
        ("roxs-dashboard", Value::Null),
    ] {
        let answer = system.try_invoke(function, &payload).await?;
        if answer["statusCode"] != 200 {
            return Err(format!("{function}: {answer}"));
        }
    }
    for path in ["/images", "/logs", "/files", "/stats"] {
        if system.get(path).await.status != 200 {
            return Err(path.to_owned());
        }
    }
    if system.post("/notifications", "{}").await.status != 200 {
        return Err("/notifications".to_owned());
    }
    let files = system.get("/files").await.json();
    let file = system.http.get(files["files"][0]["url"].as_str().unwrap()).send().await.unwrap();
    if file.status() == 200 { Ok(()) } else { Err("the address of a file".to_owned()) }
}

pub(crate) async fn no_granted_action_is_needless(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "grants");
    system.upload(KEY, png()).await;
    system.wait_for("ImageTable", "OriginalKey", KEY).await;
    let rounds = testing::no_granted_action_is_needless(&system, async |round| exercise(&system, round).await).await;
    assert_eq!(rounds, 29, "the grants of the five programs");
}

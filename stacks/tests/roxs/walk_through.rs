//! The way through the system that its document describes.

use serde_json::{Value, json};

use crate::picture::picture;
use crate::system::System;

pub(crate) async fn the_outputs_are_named(system: &System) {
    for name in [
        "ApiUrl",
        "OriginalBucket",
        "ProcessedBucket",
        "ThumbnailsBucket",
        "LogsBucket",
        "NotificationsQueueUrl",
        "NotificationsTopicArn",
        "NotificationsDlqUrl",
        "ImageTable",
        "LogTable",
        "NotificationTable",
    ] {
        assert!(system.outputs.contains_key(name), "`{name}` is missing");
    }
    assert_eq!(system.output("ImageTable"), "RoxsImageMetadata");
    assert!(system.output("LogsBucket").starts_with("roxs-logs-storage-"));
}

/// The counts of `/stats`.
async fn stats(system: &System) -> [u64; 4] {
    let stats = system.get("/stats").await.json();
    ["total_images", "total_logs", "total_notifications", "total_files"]
        .map(|name| stats[name].as_u64().unwrap_or_else(|| panic!("{stats}")))
}

pub(crate) async fn the_demonstration_of_the_document(system: &System) {
    let before = stats(system).await;
    system.upload("new-demo-image.png", picture(40, 30, image::ImageFormat::Png)).await;
    let asked = json!({ "bucket": system.output("OriginalBucket"), "key": "new-demo-image.png" });
    let (status, image) = system.invoke("roxs-image-processor", &asked).await;
    assert_eq!((status, &image["message"]), (200, &json!("Imagen procesada exitosamente")), "{image}");

    let logs = json!({ "logs": [
        { "level": "INFO", "message": "Image processing completed", "service": "image-processor", "user_id": "demo-user" },
        { "level": "DEBUG", "message": "Thumbnail generated", "service": "image-processor", "user_id": "demo-user" },
    ] });
    let (status, kept) = system.invoke("roxs-log-processor", &logs).await;
    assert_eq!((status, &kept["logs_indexed"]), (200, &json!(2)), "{kept}");

    let notification = json!({ "title": "Procesamiento completado", "message": "listo", "priority": "normal" });
    assert_eq!(system.post("/notifications", notification).await.status, 200);

    let after = stats(system).await;
    // The scenarios of this deployment run beside each other.
    for (before, (after, more)) in before.iter().zip(after.iter().zip([1, 2, 1, 1])) {
        assert!(*after >= before + more, "{after} are not {more} more than {before}");
    }
    let images = system.get("/images").await.json();
    let shown = images["images"].as_array().unwrap().iter().find(|it| it["id"] == image["image_id"]).unwrap();
    assert_eq!((&shown["filename"], &shown["status"]), (&json!("new-demo-image.png"), &json!("completed")));
    let files = system.get("/files").await.json();
    let file = files["files"].as_array().unwrap().iter().find(|it| it["key"] == "new-demo-image.png").unwrap();
    let address = file["url"].as_str().unwrap();
    let got = system.http.get(address).send().await.unwrap();
    assert_eq!(got.bytes().await.unwrap(), picture(40, 30, image::ImageFormat::Png), "{address}");

    let (status, metrics) = system.invoke("roxs-dashboard", &Value::Null).await;
    assert_eq!(status, 200, "{metrics}");
    assert!(metrics["images"]["successful"].as_u64().unwrap() >= 1, "{metrics}");
    assert!(metrics["logs"]["by_level"]["DEBUG"].as_u64().unwrap() >= 1, "{metrics}");
    assert!(metrics["notifications"]["by_priority"]["normal"].as_u64().unwrap() >= 1, "{metrics}");
    assert!(
        metrics["storage"][system.output("ProcessedBucket")]["total_size_bytes"].as_u64().unwrap() > 0,
        "{metrics}"
    );
    let names = ["image-processor", "log-processor", "notification-processor", "api-handler", "dashboard"];
    assert_eq!(metrics["functions"], json!({ "total": 5, "names": names.map(|name| format!("roxs-{name}")) }));
    assert!(metrics["metadata"]["generated_at"].is_string());
}

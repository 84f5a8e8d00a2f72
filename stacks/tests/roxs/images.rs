//! Uploads and what becomes of them.

use image::ImageFormat;
use serde_json::json;
use testing::{integer, string, text};

use crate::picture::{picture, png};
use crate::system::System;

pub(crate) async fn an_upload_is_made_smaller_by_itself(system: &System) {
    let key = "photos/wide.jpg";
    let original = picture(1200, 600, ImageFormat::Jpeg);
    system.upload(key, original.clone()).await;
    let item = system.wait_for("ImageTable", "OriginalKey", key).await;
    let id = string(&item, "ImageId");
    assert_eq!(item["Status"], text("completed"), "{item:?}");
    assert_eq!(item["OriginalBucket"], text(system.output("OriginalBucket")));
    assert_eq!(usize::try_from(integer(&item, "OriginalSize")), Ok(original.len()));
    assert_eq!(item["ProcessedKey"], text(format!("processed/{id}-{key}")));
    assert_eq!(item["ThumbnailKey"], text(format!("thumbnails/{id}-thumb-{key}")));
    for (bucket, name, size) in
        [("ProcessedBucket", "ProcessedKey", (1024, 512)), ("ThumbnailsBucket", "ThumbnailKey", (128, 64))]
    {
        let testing::Object { bytes, content_type } = system.object(bucket, string(&item, name)).await;
        let rendition = image::load_from_memory(&bytes).unwrap();
        assert_eq!((rendition.width(), rendition.height()), size);
        // What it is, not what the uploader called it.
        assert_eq!((content_type.as_str(), image::guess_format(&bytes).unwrap()), ("image/jpeg", ImageFormat::Jpeg));
    }
}

pub(crate) async fn a_key_of_any_letters_is_processed(system: &System) {
    let key = "fotos de año/a+b 100% (é).png";
    system.upload(key, png()).await;
    let item = system.wait_for("ImageTable", "OriginalKey", key).await;
    assert_eq!(item["Status"], text("completed"), "{item:?}");
    system.object("ThumbnailsBucket", string(&item, "ThumbnailKey")).await;
}

pub(crate) async fn what_is_no_image_is_an_error_that_says_why(system: &System) {
    let text_of_document = "Esta es una imagen de prueba en formato texto";
    for (key, body, problem) in [
        ("test-image.jpg", text_of_document.as_bytes().to_vec(), "the object is no gif, jpeg, png or webp"),
        ("empty.png", Vec::new(), "the object is empty"),
        ("cut.png", png()[..40].to_vec(), "the png is damaged"),
    ] {
        system.upload(key, body).await;
        let item = system.wait_for("ImageTable", "OriginalKey", key).await;
        assert_eq!(item["Status"], text("error"));
        assert!(string(&item, "ErrorMessage").starts_with(problem), "{item:?}");

        let (status, answer) = system.invoke("roxs-image-processor", &json!({ "key": key })).await;
        assert_eq!((status, &answer["image_id"]), (422, &json!(string(&item, "ImageId"))), "{answer}");
        assert_eq!((&answer["field"], &answer["message"]), (&json!("key"), &json!(string(&item, "ErrorMessage"))));
        assert_eq!(system.items_with("ImageTable", "OriginalKey", key).await.len(), 1);
        assert!(system.keys("ProcessedBucket", key).await.is_empty());
    }
}

pub(crate) async fn what_names_no_object_of_the_bucket_is_refused(system: &System) {
    for (asked, expected, field) in [
        (json!({}), 400, "key"),
        (json!({ "key": 7 }), 400, "key"),
        (json!({ "key": "" }), 400, "key"),
        (json!([]), 400, "event"),
        (json!({ "bucket": system.output("LogsBucket"), "key": "a" }), 400, "bucket"),
        (json!({ "bucket": ["a"], "key": "a" }), 400, "bucket"),
        (json!({ "key": "no/such.png" }), 404, "key"),
    ] {
        let (status, answer) = system.invoke("roxs-image-processor", &asked).await;
        assert_eq!((status, &answer["field"]), (expected, &json!(field)), "{asked}: {answer}");
    }
    assert!(system.items_with("ImageTable", "OriginalKey", "no/such.png").await.is_empty());
}

pub(crate) async fn the_same_object_again_is_the_same_image(system: &System) {
    let key = "again.png";
    system.upload(key, png()).await;
    let item = system.wait_for("ImageTable", "OriginalKey", key).await;
    for _ in 0..2 {
        let (status, answer) = system.invoke("roxs-image-processor", &json!({ "key": key })).await;
        assert_eq!((status, &answer["image_id"]), (200, &json!(string(&item, "ImageId"))), "{answer}");
    }
    assert_eq!(system.items_with("ImageTable", "OriginalKey", key).await, [item]);
    assert_eq!(system.keys("ProcessedBucket", key).await.len(), 1);
    assert_eq!(system.keys("ThumbnailsBucket", key).await.len(), 1);
}

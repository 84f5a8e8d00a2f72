//! What is kept of images, and of what only looks like one.

use image::ImageFormat;
use serde_json::json;
use testing::{Item, number, text};

use crate::picture::{picture, png};
use crate::system::System;

/// Uploads `content`, and asserts that it is kept as an error that begins so.
async fn check_error(system: &System, key: &str, content: impl Into<Vec<u8>>, expected: &str) {
    system.upload(key, content).await;
    let kept = system.wait_for_images(key, 1).await.remove(0);
    assert_is_error(&kept, expected);
}

#[track_caller]
fn assert_is_error(kept: &Item, expected: &str) {
    assert_eq!(kept["status"], text("error"), "{kept:?}");
    let error = kept["error"].as_s().unwrap();
    assert!(error.starts_with(expected), "{error}");
    assert!(!kept.contains_key("width"), "{kept:?}");
}

pub(crate) async fn an_image_of_each_format_is_measured_whatever_its_key(system: &System) {
    for (key, format, name) in [
        ("photo.jpg", ImageFormat::Jpeg, "jpeg"),
        ("holidays/Año 1+2 & more (1).JPeG", ImageFormat::Jpeg, "jpeg"),
        ("a \"b\" \\ <key>.PNG", ImageFormat::Png, "png"),
        ("x.GiF", ImageFormat::Gif, "gif"),
        ("x.wEBp", ImageFormat::WebP, "webp"),
        ("called-otherwise.gif", ImageFormat::Png, "png"),
    ] {
        let content = picture(31, 17, format);
        let size = content.len();
        let etag = system.upload(key, content).await;
        let kept = system.wait_for_images(key, 1).await.remove(0);
        assert_eq!(kept["status"], text("ok"), "{kept:?}");
        assert_eq!((&kept["width"], &kept["height"]), (&number(31), &number(17)));
        assert_eq!((&kept["format"], &kept["size"], &kept["etag"]), (&text(name), &number(size), &text(&etag)));
        system.wait_for_audit(key).await;
    }
}

pub(crate) async fn what_is_no_whole_image_is_an_error_that_says_why(system: &System) {
    check_error(system, "text.png", "test content", "the object is no gif, jpeg, png or webp").await;
    check_error(system, "empty.jpg", "", "the object is empty").await;
    for (key, format) in
        [("cut.png", ImageFormat::Png), ("cut.jpg", ImageFormat::Jpeg), ("cut.webp", ImageFormat::WebP)]
    {
        let whole = picture(64, 64, format);
        let format = format.to_mime_type().strip_prefix("image/").unwrap();
        check_error(system, key, &whole[..whole.len() / 2], &format!("the {format} is damaged: ")).await;
    }
}

pub(crate) async fn what_is_too_large_is_an_error_and_not_decoded(system: &System) {
    let mut bomb = picture(4, 4, ImageFormat::Gif);
    bomb.splice(6..10, [0xFF; 4]);
    check_error(system, "bomb.gif", bomb, "the image has 65535 x 65535 pixels").await;
    let bytes = (32 << 20) + 1;
    let expected = format!("the object has {bytes} bytes, more than the 33554432 that are read");
    check_error(system, "large.png", vec![0; bytes], &expected).await;
}

pub(crate) async fn each_upload_of_a_key_is_kept(system: &System) {
    let key = "again.png";
    system.upload(key, picture(3, 2, ImageFormat::Png)).await;
    system.wait_for_images(key, 1).await;
    system.upload(key, picture(5, 4, ImageFormat::Png)).await;
    let kept = system.wait_for_images(key, 2).await;
    let widths: Vec<_> = kept.iter().map(|item| item["width"].clone()).collect();
    assert_eq!(widths, [number(3), number(5)]);
}

pub(crate) async fn an_object_that_changed_before_it_was_read_is_an_error(system: &System) {
    let message = |key: &str, etag: &str| {
        let object = json!({"key": key, "size": 5, "etag": etag, "sequencer": "00"});
        json!({"key": key, "event": {"detail": {"object": object}}}).to_string()
    };
    system.send("ImagesQueueUrl", message("never-there.png", "b1946ac92492d2347c6235b4d2611184")).await;
    let gone = system.wait_for_images("never-there.png", 1).await.remove(0);
    assert_is_error(&gone, "the object was deleted before it was read");

    system.upload("replaced.png", png()).await;
    system.wait_for_images("replaced.png", 1).await;
    system.send("ImagesQueueUrl", message("replaced.png", "b1946ac92492d2347c6235b4d2611184")).await;
    let kept = system.wait_for_images("replaced.png", 2).await;
    assert_is_error(&kept[0], "another object was put under the key before this one was read");
}

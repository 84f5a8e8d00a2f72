//! Images arrive in a registry, whatever fails on the way.

use std::time::Duration;

use kubernetes::{Credentials, Image, PushSettings, Registry};
use kubernetes_fake::{FakeRegistry, Fault};

use crate::programs::{HERE, compile, package};

fn image() -> Image {
    let folder = tempfile::tempdir().unwrap();
    let path = compile(folder.path(), "int main(void) { return 0; }", &["-static", "-s"]);
    let mut program = kubernetes::Program::new("orders", "1", path, HERE);
    program.packages = vec![package("serde", "1.0.228", true)];
    program.image().unwrap()
}

fn registry(name: &str, chunk: usize) -> Registry {
    let pause = Duration::from_millis(1);
    Registry::new(name, None, PushSettings { chunk, pause, ..PushSettings::default() }).unwrap()
}

const REPOSITORY: &str = "shop/orders";

/// A registry with a repository, and the name of that.
fn start() -> (FakeRegistry, String) {
    let fake = FakeRegistry::start();
    fake.add(REPOSITORY);
    let name = format!("{}/{REPOSITORY}", fake.address());
    (fake, name)
}

/// Parts of this size make two or more of the largest blob.
const CHUNK: usize = 200_000;

#[track_caller]
fn complete(fake: &FakeRegistry, image: &Image) {
    let stored = &fake.repositories()[REPOSITORY];
    for digest in [Some(image.digest()), image.packages_digest()].into_iter().flatten() {
        assert_eq!(stored.manifests[&digest], image.blob(&digest).unwrap());
    }
    assert!(stored.blobs.iter().all(|(digest, bytes)| image.blob(digest) == Some(bytes)));
}

#[tokio::test]
async fn an_image_is_pushed_in_parts_and_not_twice() {
    let (fake, name) = start();
    let image = image();
    let pushed = registry(&name, CHUNK).push(&image, Some("1.0.0")).await.unwrap();
    complete(&fake, &image);
    assert_eq!(pushed.image, format!("{name}@{}", image.digest()));
    assert_eq!(pushed.present, 0);
    assert!(fake.repositories()[REPOSITORY].manifests.contains_key("1.0.0"));
    let calls = fake.calls().seen();
    assert!(calls.iter().filter(|call| call.starts_with("PATCH")).count() > 1, "{calls:#?}");
    let again = registry(&name, CHUNK).push(&image, None).await.unwrap();
    assert_eq!((again.sent, again.present), (0, pushed.sent));
    assert_eq!(fake.calls().seen().len() - calls.len(), 2);
}

#[tokio::test]
async fn one_fault_at_each_call_is_survived() {
    let image = image();
    let (fake, name) = start();
    registry(&name, CHUNK).push(&image, Some("1")).await.unwrap();
    let calls = fake.calls().seen().len();
    assert!(calls > 12, "{calls}");
    for fault in [Fault::Status(500), Fault::Status(429), Fault::Status(503), Fault::DropBefore, Fault::DropAfter] {
        for call in 0..calls {
            let (fake, name) = start();
            fake.calls().fail(call, fault);
            registry(&name, CHUNK)
                .push(&image, Some("1"))
                .await
                .unwrap_or_else(|error| panic!("{fault:?} {call}: {error}"));
            complete(&fake, &image);
        }
    }
}

#[tokio::test]
async fn a_registry_that_always_fails_is_given_up() {
    let (fake, name) = start();
    (0..100).for_each(|call| fake.calls().fail(call, Fault::Status(503)));
    let error = registry(&name, CHUNK).push(&image(), None).await.unwrap_err().to_string();
    assert!(error.contains("503 Service Unavailable") && error.contains("tried 5 times"), "{error}");
    assert_eq!(fake.calls().seen().len(), 5);
}

#[tokio::test]
async fn what_cannot_be_another_time_is_told_at_once() {
    let (fake, name) = start();
    fake.require("Basic QVdTOnRva2Vu");
    let error = registry(&name, CHUNK).push(&image(), None).await.unwrap_err().to_string();
    assert!(error.contains("401 Unauthorized") && error.contains("12 hours"), "{error}");
    assert_eq!(fake.calls().seen().len(), 1);
    let credentials = Credentials { user: "AWS".to_owned(), password: "token".to_owned() };
    assert!(!format!("{credentials:?}").contains("token"));
    let image = image();
    let registry = Registry::new(&name, Some(credentials), PushSettings::default()).unwrap();
    registry.push(&image, None).await.unwrap();
    complete(&fake, &image);
}

#[tokio::test]
async fn a_repository_that_is_missing_is_told() {
    let (_fake, name) = start();
    let other = name.replace("/shop/", "/other/");
    let error = registry(&other, CHUNK).push(&image(), None).await.unwrap_err().to_string();
    assert!(error.contains("NAME_UNKNOWN: so it is") && error.contains("must be there"), "{error}");
}

#[tokio::test]
async fn a_registry_that_is_not_there_is_told() {
    let error = registry("127.0.0.1:1/shop/orders", CHUNK).push(&image(), None).await.unwrap_err().to_string();
    assert!(error.contains("Connection refused") && error.contains("the network"), "{error}");
    for wrong in ["orders", "/orders", "registry.example/"] {
        assert!(Registry::new(wrong, None, PushSettings::default()).is_err(), "{wrong}");
    }
}

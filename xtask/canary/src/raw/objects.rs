//! Calls of S3.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::presigning::PresigningConfig;

/// Makes every call.
pub async fn call_all(client: &Client) {
    if let Ok(config) = PresigningConfig::expires_in(Duration::from_mins(1)) {
        drop(client.get_object().presigned(config).await);
    }
    let put = |key: &str| client.put_object().key(key);
    drop(put("a").send().await);
    let delete = async { client.delete_object().send().await };
    drop(delete.await);
    let spawned = client.clone();
    drop(tokio::spawn(async move { spawned.head_object().send().await }).await);
    boxed(client)("a").await;
    drop(tokio::join!(client.list_parts().send(), client.list_buckets().send()));
    drop(Upload(client.clone()));
}

type Called<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

fn boxed(client: &Client) -> Box<dyn Fn(&str) -> Called<'_> + '_> {
    Box::new(move |key| {
        let copy = client.copy_object().key(key);
        Box::pin(async move { drop(copy.send().await) })
    })
}

/// Uploads what is left when it is dropped.
struct Upload(Client);

impl Drop for Upload {
    fn drop(&mut self) {
        let client = self.0.clone();
        tokio::spawn(async move { client.upload_part().send().await });
    }
}

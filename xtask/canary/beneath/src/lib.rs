//! What programs of the canary call in a package that they depend on.

use aws_sdk_sns::Client;

/// Calls `Publish`.
pub async fn publish(client: &Client) {
    drop(client.publish().send().await);
}

/// Would call `PublishBatch`; no program calls it.
pub async fn publish_batch(client: &Client) {
    drop(client.publish_batch().send().await);
}

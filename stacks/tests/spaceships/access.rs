//! Who else may use the queue.

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::error::ProvideErrorMetadata;

use crate::message::sighting;
use crate::system::{REPORTER, System};

/// A client of another account: for the local cloud, the account is the access key.
fn client_of(account: &str, config: &SdkConfig) -> aws_sdk_sqs::Client {
    let credentials = Credentials::new(account, "test", None, None, "test");
    let provider = SharedCredentialsProvider::new(credentials);
    aws_sdk_sqs::Client::new(&config.to_builder().credentials_provider(provider).build())
}

pub(crate) async fn the_named_account_may_send_and_nothing_else(system: &System) {
    let (ship, queue) = ("ALLY-1", system.output("SightingsQueueUrl"));
    let body = sighting(ship, "BTL Y-Wing").to_string();
    let reporter = client_of(REPORTER, &system.config);
    let send = |client: &aws_sdk_sqs::Client| {
        client.send_message().queue_url(queue).message_group_id(ship).message_body(&body).send()
    };
    send(&reporter).await.unwrap();
    system.wait_for_sightings(ship, 1).await;

    let refused = reporter.receive_message().queue_url(queue).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"), "{refused:?}");
    let refused = reporter.purge_queue().queue_url(queue).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"), "{refused:?}");
    let refused = send(&client_of("210987654321", &system.config)).await.unwrap_err();
    assert_eq!(refused.code(), Some("AccessDenied"), "{refused:?}");
}

//! The AWS clients of a running function: one for each service, made once at the cold start.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use serde::de::DeserializeOwned;

use crate::environment::{self, EnvironmentError};

const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

/// A connection pool for calls to what is not AWS: the HTTP and TLS code of the AWS clients, so that no second HTTP
/// client makes the program larger. It sets no time limit.
#[must_use]
pub fn connector() -> Connector {
    Connector::builder().tls_provider(TLS).build()
}

/// Reads the function's bindings from its environment.
///
/// # Errors
/// When a variable is missing or its value does not fit.
pub async fn load<B: DeserializeOwned>() -> Result<B, EnvironmentError> {
    // Lambda gives a function its role's credentials as variables; asking anything else would only slow the start.
    let config = aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(EnvironmentVariableCredentialsProvider::new())
        .http_client(aws_smithy_http_client::Builder::new().tls_provider(TLS).build_https())
        .load()
        .await;
    read(
        &config,
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    )
}

/// Reads bindings from `variables`, with clients that use `config`.
///
/// # Errors
/// When a variable is missing or its value does not fit.
pub fn read<B: DeserializeOwned>(
    config: &SdkConfig,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<B, EnvironmentError> {
    CLIENTS.set(Some(Clients::new(config)));
    let bindings = environment::read(variables);
    CLIENTS.set(None);
    bindings
}

/// Every field of the bindings shares the client of its service.
#[derive(Clone)]
pub(crate) struct Clients {
    #[cfg(feature = "dynamodb")]
    dynamodb: aws_sdk_dynamodb::Client,
    #[cfg(feature = "lambda")]
    lambda: aws_sdk_lambda::Client,
    #[cfg(feature = "sqs")]
    sqs: aws_sdk_sqs::Client,
}

thread_local! {
    /// The clients for the bindings being read: serde's `Deserialize` takes no argument that could carry them.
    static CLIENTS: RefCell<Option<Clients>> = const { RefCell::new(None) };
}

impl Clients {
    fn new(config: &SdkConfig) -> Self {
        Self {
            #[cfg(feature = "dynamodb")]
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            #[cfg(feature = "lambda")]
            lambda: aws_sdk_lambda::Client::new(config),
            #[cfg(feature = "sqs")]
            sqs: aws_sdk_sqs::Client::new(config),
        }
    }
}

/// The client of a binding.
///
/// A binding that was declared in a stack, or read without [`read`], has none: its calls fail as any call of an SDK
/// client without region and credentials does.
pub(crate) struct Client<C>(Arc<OnceLock<C>>);

impl<C> Clone for Client<C> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<C> Default for Client<C> {
    fn default() -> Self {
        Self(Arc::new(OnceLock::new()))
    }
}

/// An SDK client that [`Clients`] holds.
pub(crate) trait ServiceClient: Clone {
    fn of(clients: &Clients) -> Self;
    fn offline() -> Self;
}

impl<C: ServiceClient> Client<C> {
    pub(crate) fn get(&self) -> &C {
        self.0.get_or_init(C::offline)
    }
}

pub(crate) fn current<C: ServiceClient>() -> Client<C> {
    let client = CLIENTS.with_borrow(|clients| clients.as_ref().map(C::of));
    Client(Arc::new(client.map_or_else(OnceLock::new, OnceLock::from)))
}

macro_rules! service_client {
    ($service:ident, $sdk:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        impl ServiceClient for $sdk::Client {
            fn of(clients: &Clients) -> Self {
                clients.$service.clone()
            }

            fn offline() -> Self {
                Self::from_conf($sdk::Config::builder().behavior_version(BehaviorVersion::latest()).build())
            }
        }
    };
}

service_client!(dynamodb, aws_sdk_dynamodb, "dynamodb");
service_client!(lambda, aws_sdk_lambda, "lambda");
service_client!(sqs, aws_sdk_sqs, "sqs");

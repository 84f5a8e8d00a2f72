//! The AWS clients of a running function: one for each service, made once at the cold start.

use std::any::Any;
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::credentials;
use crate::environment::{self, EnvironmentError};

pub(crate) const TLS: Provider = Provider::Rustls(CryptoMode::Ring);

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
    read(
        config().await,
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
    )
}

/// What the clients of this program's bindings are made with: the same for all of them, and for whatever else calls AWS
/// in it, so that they share connections and credentials.
pub async fn config() -> &'static SdkConfig {
    static CONFIG: OnceCell<SdkConfig> = OnceCell::const_new();
    CONFIG
        .get_or_init(async || {
            let http = aws_smithy_http_client::Builder::new().tls_provider(TLS).build_https();
            aws_config::defaults(BehaviorVersion::latest())
                .credentials_provider(credentials::provider(&http))
                .http_client(http)
                .load()
                .await
        })
        .await
}

/// Reads bindings from `variables`, with clients that use `config`.
///
/// # Errors
/// When a variable is missing or its value does not fit.
pub fn read<B: DeserializeOwned>(
    config: &SdkConfig,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<B, EnvironmentError> {
    CLIENTS.set(Some(Clients { config: config.clone(), made: Vec::new() }));
    let bindings = environment::read(variables);
    CLIENTS.set(None);
    bindings
}

/// The configuration of the clients, and those made with it so far: one for each service that a field binds, so that a
/// program holds no code of another.
struct Clients {
    config: SdkConfig,
    made: Vec<Box<dyn Any>>,
}

thread_local! {
    /// The clients for the bindings being read: serde's `Deserialize` takes no argument that could carry them.
    static CLIENTS: RefCell<Option<Clients>> = const { RefCell::new(None) };
}

impl Clients {
    fn get<C: ServiceClient>(&mut self) -> C {
        if let Some(client) = self.made.iter().find_map(|client| client.downcast_ref::<C>()) {
            return client.clone();
        }
        let client = C::new(&self.config);
        self.made.push(Box::new(client.clone()));
        client
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

/// An SDK client.
pub(crate) trait ServiceClient: Clone + 'static {
    fn new(config: &SdkConfig) -> Self;
    fn offline() -> Self;
}

impl<C: ServiceClient> Client<C> {
    pub(crate) fn get(&self) -> &C {
        self.0.get_or_init(C::offline)
    }
}

pub(crate) fn current<C: ServiceClient>() -> Client<C> {
    let client = CLIENTS.with_borrow_mut(|clients| clients.as_mut().map(Clients::get::<C>));
    Client(Arc::new(client.map_or_else(OnceLock::new, OnceLock::from)))
}

macro_rules! service_client {
    ($sdk:ident, $module:ident, $feature:literal) => {
        #[cfg(feature = $feature)]
        impl ServiceClient for $sdk::Client {
            fn new(config: &SdkConfig) -> Self {
                let config = $sdk::config::Builder::from(config);
                Self::from_conf(config.interceptor(crate::trace::Tracing(crate::$module::EFFECTS)).build())
            }

            fn offline() -> Self {
                Self::from_conf($sdk::Config::builder().behavior_version(BehaviorVersion::latest()).build())
            }
        }
    };
}

service_client!(aws_sdk_dynamodb, dynamodb, "dynamodb");
service_client!(aws_sdk_eventbridge, eventbridge, "eventbridge");
service_client!(aws_sdk_lambda, lambda, "lambda");
service_client!(aws_sdk_s3, s3, "s3");
service_client!(aws_sdk_sns, sns, "sns");
service_client!(aws_sdk_sqs, sqs, "sqs");

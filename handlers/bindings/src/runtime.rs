//! The AWS clients of a running function: one for each service, made once at the cold start.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use aws_config::BehaviorVersion;
pub use aws_config::SdkConfig;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use serde::de::DeserializeOwned;
use tokio::sync::OnceCell;

use crate::credentials;
use crate::environment::{self, EnvironmentError};
use crate::trace::Effects;

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

/// A client that was made, and what it tells of its calls.
struct Made<C, E>(C, PhantomData<E>);

thread_local! {
    /// The clients for the bindings being read: serde's `Deserialize` takes no argument that could carry them.
    static CLIENTS: RefCell<Option<Clients>> = const { RefCell::new(None) };
}

impl Clients {
    fn get<K: Sdk>(&mut self) -> K::Client {
        let made = self.made.iter().find_map(|made| made.downcast_ref::<Made<K::Client, K::Effects>>());
        if let Some(Made(client, _)) = made {
            return client.clone();
        }
        let client = K::connect(&self.config);
        self.made.push(Box::new(Made::<_, K::Effects>(client.clone(), PhantomData)));
        client
    }
}

/// The SDK that the bindings of a kind call.
pub trait Sdk {
    /// Its client.
    type Client: Clone + 'static;
    /// What is told of its calls.
    type Effects: Effects;

    /// A client that calls with `config`.
    fn connect(config: &SdkConfig) -> Self::Client;

    /// A client whose calls fail.
    fn offline() -> Self::Client;
}

/// The client of a binding of the kind `K`.
///
/// A binding that was declared in a stack, or read without [`read`], has none: its calls fail as any call of an SDK
/// client without region and credentials does.
pub struct Client<K: Sdk>(Arc<OnceLock<K::Client>>);

impl<K: Sdk> Client<K> {
    /// The client for the bindings being read.
    #[must_use]
    pub fn current() -> Self {
        let client = CLIENTS.with_borrow_mut(|clients| clients.as_mut().map(Clients::get::<K>));
        Self(Arc::new(client.map_or_else(OnceLock::new, OnceLock::from)))
    }

    /// The SDK's client.
    #[must_use]
    pub fn get(&self) -> &K::Client {
        self.0.get_or_init(K::offline)
    }
}

impl<K: Sdk> Clone for Client<K> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K: Sdk> Default for Client<K> {
    fn default() -> Self {
        Self(Arc::new(OnceLock::new()))
    }
}

impl<K: Sdk> fmt::Debug for Client<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

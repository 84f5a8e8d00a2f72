//! AWS and the validator of models, on one loopback port.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::dynamodb::{DynamoDb, Item};

/// What a service answers: a status and a body.
pub(crate) type Answer = (u16, Value);

/// What a test prepares and looks at.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) dynamodb: DynamoDb,
    /// The statuses that the validator answers, by model; for others it never answers.
    pub(crate) models: BTreeMap<String, u16>,
    /// The queries that the validator got.
    pub(crate) validated: Vec<String>,
    /// What the invoked function answers: the value of the header that tells a failure, and the payload.
    pub(crate) invocation: (Option<&'static str>, Value),
    /// The functions that were invoked, each with its payload.
    pub(crate) invoked: Vec<(String, Value)>,
}

#[derive(Clone)]
pub(crate) struct Cloud {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

impl Cloud {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cloud = Self { address: listener.local_addr().unwrap(), state: Arc::default() };
        let server = cloud.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let server = server.clone();
                tokio::spawn(async move {
                    let service = service_fn(move |request| server.clone().answer(request));
                    // A client that hangs up, as on a timeout, is no failure of the server.
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        cloud
    }

    pub(crate) fn with<T>(&self, use_state: impl FnOnce(&mut State) -> T) -> T {
        use_state(&mut self.state.lock().unwrap())
    }

    pub(crate) fn items(&self, table: &str) -> Vec<Item> {
        self.with(|state| state.dynamodb.items(table).clone())
    }

    /// Bindings whose environment is `variables`.
    pub(crate) fn bindings<B: DeserializeOwned>(&self, variables: &[(&str, &str)]) -> B {
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("sa-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new("id", "secret", None, None, "test")))
            .endpoint_url(format!("http://{}", self.address))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .build();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        bindings::runtime::read(&config, variables).unwrap()
    }

    pub(crate) fn validator_url(&self) -> String {
        format!("http://{}/validator?key=1", self.address)
    }

    async fn answer(self, request: Request<Incoming>) -> hyper::Result<Response<Full<Bytes>>> {
        let (head, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        let mut response = Response::builder();
        let (status, answer) = if head.uri.path() == "/validator" {
            self.validate(head.uri.query().unwrap_or_default()).await
        } else if let Some(target) = head.headers.get("x-amz-target") {
            let (_, operation) = target.to_str().unwrap().rsplit_once('.').unwrap();
            self.with(|state| state.dynamodb.answer(operation, &body))
        } else {
            let function = head.uri.path().split('/').nth(3).unwrap().to_owned();
            self.with(|state| {
                state.invoked.push((function, body));
                if let Some(error) = state.invocation.0 {
                    response.headers_mut().unwrap().insert("x-amz-function-error", error.parse().unwrap());
                }
                (200, state.invocation.1.clone())
            })
        };
        Ok(response.status(status).body(Full::from(answer.to_string())).unwrap())
    }

    async fn validate(&self, query: &str) -> Answer {
        let model = query.rsplit_once("model=").unwrap().1.replace("%20", " ").replace("%2F", "/");
        let status = self.with(|state| {
            state.validated.push(query.to_owned());
            state.models.get(&model).copied()
        });
        match status {
            Some(status) => (status, json!({})),
            None => std::future::pending().await,
        }
    }
}

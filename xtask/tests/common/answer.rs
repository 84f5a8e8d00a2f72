//! What an API answered.

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// What an API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    /// The answer to `request`.
    pub(crate) async fn to(request: RequestBuilder) -> Self {
        Self::of(request.send().await.unwrap()).await
    }

    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, body: response.text().await.unwrap() }
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Fails the test unless a page of any origin may read it.
    #[track_caller]
    pub(crate) fn assert_open_to_web_pages(&self) {
        assert_eq!(self.headers["access-control-allow-origin"], "*", "{self:?}");
    }
}

/// A client for APIs on loopback.
pub(crate) fn http_client() -> reqwest::Client {
    // An error means that it was said before: the client wants to know even where it only speaks plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

//! What an API answered.

use reqwest::header::HeaderMap;
use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// What an API answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub body: String,
}

impl Answer {
    /// Sends `request`, and gives the answer whatever its status.
    pub async fn to(request: RequestBuilder) -> Self {
        let response = request.send().await;
        Self::of(response.unwrap_or_else(|error| panic!("the request got no answer: {error:?}"))).await
    }

    async fn of(response: Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.text().await.unwrap_or_else(|error| panic!("the answer ended before its body: {error:?}"));
        Self { status, headers, body }
    }

    /// The body as JSON.
    #[track_caller]
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("the body is not JSON ({error}): {self:?}"))
    }

    /// Fails the test unless the status is `status`.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// Fails the test unless a page of any origin may read it.
    #[track_caller]
    pub fn assert_open_to_web_pages(&self) {
        let allowed = self.headers.get("access-control-allow-origin").and_then(|it| it.to_str().ok());
        assert_eq!(allowed, Some("*"), "{self:?}");
    }
}

/// A client for addresses of the local cloud. It uses no proxy.
#[must_use]
pub fn http_client() -> reqwest::Client {
    // An error means that it was said before: the client wants to know even where it only speaks plain HTTP.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

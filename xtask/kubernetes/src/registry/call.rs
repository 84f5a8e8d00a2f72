//! One request to a registry, tried more than once.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use url::Url;

use super::Registry;
use crate::Error;

const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How much of an answer that is no JSON is shown.
const SHOWN: usize = 300;

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Vec<u8>,
    /// What it does: "put the manifest".
    what: &'static str,
}

/// Why a request did not do what it should.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: Error,
    /// Whether it can be another time; with how long the registry wants to be left alone.
    pub(super) again: Option<Duration>,
}

#[derive(Deserialize)]
struct Answer {
    errors: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    code: String,
    #[serde(default)]
    message: String,
}

impl Call {
    pub(super) fn new(method: Method, url: Url, what: &'static str) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: Vec::new(), what }
    }

    pub(super) fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(super) fn body(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }
}

impl Registry {
    /// Sends `call` until it is answered with one of `expected`, or has been tried often enough.
    pub(super) async fn send(&self, call: &Call, expected: &[StatusCode]) -> Result<Response, Error> {
        let mut attempt = 0;
        loop {
            match self.send_once(call, expected).await {
                Ok(response) => return Ok(response),
                Err(failed) => attempt = self.wait(failed, attempt).await?,
            }
        }
    }

    /// Waits after failure number `attempt` + 1, or gives up.
    pub(super) async fn wait(&self, failed: Failed, attempt: u32) -> Result<u32, Error> {
        let attempt = attempt + 1;
        let Some(asked) = failed.again.filter(|_| attempt < self.settings.attempts) else {
            if attempt == 1 {
                return Err(failed.error);
            }
            let tried = Error::new(format!("{}, tried {attempt} times", failed.error.message()));
            return Err(failed.error.advice().iter().fold(tried, Error::help));
        };
        let pause = self.settings.pause.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
        tokio::time::sleep(pause.max(asked).min(LONGEST_PAUSE)).await;
        Ok(attempt)
    }

    pub(super) async fn send_once(&self, call: &Call, expected: &[StatusCode]) -> Result<Response, Failed> {
        let mut request = self.client.request(call.method.clone(), call.url.clone()).headers(call.headers.clone());
        // An upload can lead to another host, which is not to know the password.
        if let Some(credentials) = self.credentials.as_ref().filter(|_| call.url.origin() == self.base.origin()) {
            request = request.basic_auth(&credentials.user, Some(&credentials.password));
        }
        let what = format!("cannot {} in `{}`", call.what, self.name);
        let response = request.body(call.body.clone()).send().await.map_err(|error| Failed {
            error: Error::because(&what, &error.without_url()).help("check the registry's name and the network"),
            again: Some(Duration::ZERO),
        })?;
        let status = response.status();
        if expected.contains(&status) {
            return Ok(response);
        }
        let temporary =
            status.is_server_error() || matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT);
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let told = told(&response.text().await.unwrap_or_default());
        let error = Error::new(format!("{what}: the registry answers {status}{told}"));
        Err(Failed {
            error: match help(status) {
                Some(help) => error.help(help),
                None => error,
            },
            again: temporary.then(|| Duration::from_secs(asked.unwrap_or(0))),
        })
    }
}

fn help(status: StatusCode) -> Option<&'static str> {
    match status {
        StatusCode::UNAUTHORIZED => {
            Some("the user or password is wrong or too old: a token of ECR is good for 12 hours")
        }
        StatusCode::FORBIDDEN => Some("whoever pushes needs the right to, for ECR `ecr:PutImage` and those for layers"),
        StatusCode::NOT_FOUND => Some("the repository must be there: registries as ECR do not make it"),
        StatusCode::TOO_MANY_REQUESTS => Some("the registry limits requests: push again later"),
        _ => None,
    }
}

/// What a registry says, as `: CODE: message`.
///
/// <https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes>
fn told(body: &str) -> String {
    match serde_json::from_str::<Answer>(body) {
        Ok(answer) => {
            answer.errors.iter().fold(String::new(), |text, it| format!("{text}: {}: {}", it.code, it.message))
        }
        Err(_) if body.trim().is_empty() => String::new(),
        Err(_) => format!(": {}", body.trim().chars().take(SHOWN).collect::<String>()),
    }
}

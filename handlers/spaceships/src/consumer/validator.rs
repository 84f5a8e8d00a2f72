//! The service that knows which models are valid.

use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::HttpError;
use bindings::Url;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// How long an answer may take, connecting included.
const TIME_LIMIT: Duration = Duration::from_secs(3);

/// What a query may contain as it is: RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why the validator gave no answer. None of these says anything of the model.
#[derive(Debug, thiserror::Error)]
pub enum Outage {
    /// It answered, but neither yes nor no.
    #[error("the validator answered with status {0}, expected 200 or 404")]
    Status(u16),
    /// It did not answer in time.
    #[error("the validator did not answer within {} s", TIME_LIMIT.as_secs())]
    Timeout,
    /// It cannot be reached.
    #[error("the validator cannot be reached: {0}")]
    Unreachable(#[from] ConnectorError),
    /// Its address is none.
    #[error("the validator's address is not usable: {0}")]
    Address(#[from] HttpError),
}

/// A client of the service.
#[derive(Debug)]
pub struct Validator {
    address: String,
    connector: SharedHttpConnector,
}

impl Validator {
    /// A client of the service at `url`, to be made once: it keeps connections.
    #[must_use]
    pub fn new(url: &Url) -> Self {
        Self { address: url.as_str().to_owned(), connector: SharedHttpConnector::new(bindings::runtime::connector()) }
    }

    /// Asks whether `model` is valid.
    ///
    /// # Errors
    /// When the service gives another answer than 200 or 404, or none within three seconds.
    pub async fn is_valid(&self, model: &str) -> Result<bool, Outage> {
        let request = HttpRequest::get(address(&self.address, model))?;
        let response = tokio::time::timeout(TIME_LIMIT, self.connector.call(request)).await;
        match response.map_err(|_| Outage::Timeout)??.status().as_u16() {
            200 => Ok(true),
            404 => Ok(false),
            status => Err(Outage::Status(status)),
        }
    }
}

/// `base` with the parameter `model`, whatever query it has already.
fn address(base: &str, model: &str) -> String {
    let base = base.split('#').next().unwrap_or_default();
    let separator = match base.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{base}{separator}model={}", utf8_percent_encode(model, ENCODED))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn the_model_is_percent_encoded() {
        assert_eq!(address("http://v/m", "T-65 X-Wing"), "http://v/m?model=T-65%20X-Wing");
        assert_eq!(address("http://v/m", "TIE/LN Fighter"), "http://v/m?model=TIE%2FLN%20Fighter");
        assert_eq!(address("http://v/m", "a&b=c+d%#?é"), "http://v/m?model=a%26b%3Dc%2Bd%25%23%3F%C3%A9");
    }

    #[test]
    fn a_query_that_the_address_has_is_kept() {
        assert_eq!(address("http://v/m?key=1", "AT-AT"), "http://v/m?key=1&model=AT-AT");
        assert_eq!(address("http://v/m?", "AT-AT"), "http://v/m?model=AT-AT");
        assert_eq!(address("http://v/m?key=1&", "AT-AT"), "http://v/m?key=1&model=AT-AT");
        assert_eq!(address("http://v/m#top", "AT-AT"), "http://v/m?model=AT-AT");
    }
}

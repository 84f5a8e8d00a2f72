//! One blob to a registry.

use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Method, Response, StatusCode};
use url::Url;

use super::call::{Call, Failed};
use super::{Registry, header};
use crate::Error;

const BYTES: HeaderValue = HeaderValue::from_static("application/octet-stream");

impl Registry {
    /// Sends a blob unless it is there. Says whether it was sent.
    pub(super) async fn push_blob(&self, digest: &str, bytes: &[u8]) -> Result<bool, Error> {
        let mut attempt = 0;
        loop {
            // Asked each time: an upload whose answer was lost is done all the same.
            if self.has(&format!("blobs/{digest}"), "application/octet-stream").await? {
                return Ok(attempt > 0);
            }
            match self.upload(digest, bytes).await {
                Ok(()) => return Ok(true),
                // What is left of an upload that failed is not known, so it begins anew.
                Err(failed) => attempt = self.wait(failed, attempt).await?,
            }
        }
    }

    async fn upload(&self, digest: &str, bytes: &[u8]) -> Result<(), Failed> {
        let begin = Call::new(Method::POST, self.url("blobs/uploads/").map_err(Failed::for_ever)?, "begin an upload");
        let response = self.send_once(&begin, &[StatusCode::ACCEPTED]).await?;
        let mut location = location(&response, &self.base)?;
        let mut rest = bytes;
        if bytes.len() > self.settings.chunk {
            let mut from = 0;
            for chunk in bytes.chunks(self.settings.chunk.max(1)) {
                let to = from + chunk.len() - 1;
                let range = header(&format!("{from}-{to}")).map_err(Failed::for_ever)?;
                let send = Call::new(Method::PATCH, location.clone(), "send a part of a blob")
                    .header(CONTENT_TYPE, BYTES)
                    .header(CONTENT_RANGE, range)
                    .body(chunk.to_vec());
                location = self::location(&self.send_once(&send, &[StatusCode::ACCEPTED]).await?, &location)?;
                from = to + 1;
            }
            rest = &[];
        }
        location.query_pairs_mut().append_pair("digest", digest);
        let end = Call::new(Method::PUT, location, "end an upload").header(CONTENT_TYPE, BYTES).body(rest.to_vec());
        self.send_once(&end, &[StatusCode::CREATED]).await.map(drop)
    }
}

impl Failed {
    fn for_ever(error: Error) -> Self {
        Self { error, again: None }
    }
}

/// Where the upload goes on. It can be a path.
fn location(response: &Response, base: &Url) -> Result<Url, Failed> {
    let text = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    text.and_then(|text| base.join(text).ok()).ok_or_else(|| {
        let got = text.unwrap_or("nothing");
        let message = format!("the registry does not say where an upload goes on: got `{got}` in `Location`");
        Failed::for_ever(Error::new(message).help("it is not a registry of OCI's Distribution API"))
    })
}

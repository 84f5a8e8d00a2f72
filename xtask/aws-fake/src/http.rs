//! Requests as AWS's services get them, and their answers.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// The account that everything is in.
pub(crate) const ACCOUNT: &str = "123456789012";

/// What calls of IAM Identity Center's portal carry instead of a signature.
/// <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>
pub(crate) const SSO_TOKEN: &str = "x-amz-sso_bearer_token";

/// A request to a service.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// As it was sent, without the query.
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
    /// Whose signature it has; empty where there is none.
    pub(crate) access_key_id: String,
    /// By the credential scope of the signature.
    pub(crate) service: String,
    /// By the credential scope of the signature.
    pub(crate) region: String,
}

/// What a service answers.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

/// A request that a service refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// What the fake does not do is seen at once.
    pub(crate) fn not_implemented(service: &str, operation: &str) -> Self {
        Self::new(501, "NotImplementedByFake", format!("the fake of AWS has no {operation} of {service}"))
    }
}

impl Request {
    /// Reads the parts of a request; the service is what its signature is for.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html>
    pub(crate) fn new(method: &str, uri: &str, headers: BTreeMap<String, String>, body: Vec<u8>) -> Self {
        let (path, query) = uri.split_once('?').unwrap_or((uri, ""));
        let scope = headers.get("authorization").and_then(|it| it.split_once("Credential=")).map(|(_, rest)| rest);
        let mut scope = scope.unwrap_or_default().split(',').next().unwrap_or_default().split('/');
        let access_key_id = scope.next().unwrap_or_default().to_owned();
        let mut scope = scope.skip(1);
        let unsigned = if headers.contains_key(SSO_TOKEN) { "sso" } else { "s3" };
        let (region, service) = (scope.next().unwrap_or("us-east-1"), scope.next().unwrap_or(unsigned));
        let body = if is_chunked(&headers) { unchunked(&body) } else { body };
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: decoded(query),
            access_key_id,
            service: service.to_owned(),
            region: region.to_owned(),
            headers,
            body,
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// The decoded steps of the path.
    pub(crate) fn steps(&self) -> Vec<String> {
        self.path.split('/').filter(|step| !step.is_empty()).map(percent_decoded).collect()
    }

    /// The operation as a service of JSON has it in a header: `DescribeTable`.
    pub(crate) fn target(&self) -> &str {
        self.header("x-amz-target").and_then(|target| target.rsplit('.').next()).unwrap_or_default()
    }
}

impl Answer {
    pub(crate) const fn new(status: u16, body: Vec<u8>) -> Self {
        Self { status, headers: Vec::new(), body }
    }

    pub(crate) fn xml(status: u16, body: String) -> Self {
        Self::new(status, body.into_bytes()).with("content-type", "text/xml")
    }

    pub(crate) fn json(body: &serde_json::Value) -> Self {
        Self::new(200, body.to_string().into_bytes()).with("content-type", "application/x-amz-json-1.0")
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// The fields of a form or of a query.
pub(crate) fn decoded(form: &str) -> BTreeMap<String, String> {
    let fields = form.split('&').filter(|field| !field.is_empty()).map(|field| {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        (percent_decoded(&name.replace('+', " ")), percent_decoded(&value.replace('+', " ")))
    });
    fields.collect()
}

pub(crate) fn percent_decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn is_chunked(headers: &BTreeMap<String, String>) -> bool {
    let has = |name: &str, part: &str| headers.get(name).is_some_and(|value| value.contains(part));
    has("content-encoding", "aws-chunked") || has("x-amz-content-sha256", "STREAMING-")
}

/// The content of a body that is sent in chunks, each after a line with its length in hexadecimal digits.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>
fn unchunked(body: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    let mut rest = body;
    while let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let line = String::from_utf8_lossy(&rest[..end]);
        let length = line.split(';').next().and_then(|digits| usize::from_str_radix(digits, 16).ok()).unwrap_or(0);
        let begin = end + 2;
        if length == 0 || rest.len() < begin + length {
            break;
        }
        content.extend_from_slice(&rest[begin..begin + length]);
        rest = rest.get(begin + length + 2..).unwrap_or_default();
    }
    content
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_is_what_the_signature_is_for() {
        let credential = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/cloudformation/aws4_request, Signature=x";
        let headers = [("authorization".to_owned(), credential.to_owned())].into();
        let request = Request::new("POST", "/a%20b?x=1%2B&y", headers, Vec::new());
        assert_eq!((request.service.as_str(), request.region.as_str()), ("cloudformation", "eu-west-1"));
        assert_eq!((request.steps(), request.query["x"].as_str()), (vec!["a b".to_owned()], "1+"));
    }

    #[test]
    fn a_body_in_chunks_is_put_together() {
        assert_eq!(unchunked(b"3\r\nabc\r\n2;sig=1\r\nde\r\n0\r\nx-amz-checksum-crc32:x\r\n\r\n"), b"abcde");
    }
}

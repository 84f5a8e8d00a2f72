//! What a request to an API server is about.

use std::collections::BTreeMap;

use hyper::Uri;

/// A path like `/apis/apps/v1/namespaces/shop/deployments/orders`, taken apart.
#[derive(Debug, Default)]
pub(super) struct Target {
    pub(super) version: String,
    pub(super) namespace: String,
    pub(super) plural: String,
    pub(super) name: String,
    pub(super) subresource: String,
    pub(super) query: BTreeMap<String, String>,
}

impl Target {
    pub(super) fn of(uri: &Uri) -> Self {
        let mut parts = uri.path().trim_matches('/').split('/').map(str::to_owned);
        let mut next = || parts.next().unwrap_or_default();
        let version = match next().as_str() {
            "api" => next(),
            "apis" => format!("{}/{}", next(), next()),
            other => other.to_owned(),
        };
        let mut target = Self { version, plural: next(), name: next(), ..Self::default() };
        let more = next();
        if target.plural == "namespaces" && !more.is_empty() {
            target.namespace = std::mem::replace(&mut target.name, next());
            target.plural = more;
            target.subresource = next();
        }
        let pairs = uri.query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        target.query = pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect();
        target
    }
}

fn decoded(text: &str) -> String {
    ["%2F/", "%3D=", "%2C,", "%3A:"].iter().fold(text.to_owned(), |text, pair| text.replace(&pair[..3], &pair[3..]))
}

//! A registry in memory, which checks what it gets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use hyper::{Request, Response};
use sha2::{Digest as _, Sha256};

use crate::server::{Answer, Body, Calls, serve, text};

#[derive(Debug, Default)]
pub(crate) struct Fake {
    pub(crate) stored: Mutex<Stored>,
    pub(crate) calls: Arc<Calls>,
    /// Who may push: what the header says.
    authorization: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct Stored {
    pub(crate) blobs: BTreeMap<String, Vec<u8>>,
    pub(crate) manifests: BTreeMap<String, Vec<u8>>,
    uploads: Vec<Vec<u8>>,
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

fn error(status: u16, code: &str) -> Response<Body> {
    text(status, format!(r#"{{"errors":[{{"code":"{code}","message":"so it is"}}]}}"#))
}

fn at(mut response: Response<Body>, location: &str) -> Response<Body> {
    response.headers_mut().insert("location", location.parse().unwrap());
    response
}

impl Fake {
    /// The registry, and the name of a repository of it.
    pub(crate) async fn start(authorization: Option<&str>) -> (Arc<Self>, String) {
        let fake = Arc::new(Self { authorization: authorization.map(str::to_owned), ..Self::default() });
        let address = serve(Arc::clone(&fake), Arc::clone(&fake.calls)).await;
        (fake, format!("{address}/shop/orders"))
    }

    fn upload(&self, request: &Request<Bytes>, id: usize) -> Response<Body> {
        let mut stored = self.stored.lock().unwrap();
        let body = request.body();
        let path = format!("/v2/shop/orders/blobs/uploads/{id}?state=a");
        if request.method() == "PATCH" {
            let range = request.headers()["content-range"].to_str().unwrap().to_owned();
            let from = stored.uploads[id].len();
            if range != format!("{from}-{}", from + body.len() - 1) {
                return error(416, "BLOB_UPLOAD_INVALID");
            }
            stored.uploads[id].extend_from_slice(body);
            return at(text(202, ""), &path);
        }
        let query = request.uri().query().unwrap();
        let said = query.strip_prefix("state=a&digest=").unwrap().replace("%3A", ":");
        let mut bytes = std::mem::take(&mut stored.uploads[id]);
        bytes.extend_from_slice(body);
        if digest(&bytes) != said {
            return error(400, "DIGEST_INVALID");
        }
        stored.blobs.insert(said, bytes);
        text(201, "")
    }

    fn manifest(&self, request: &Request<Bytes>, reference: &str) -> Response<Body> {
        let mut stored = self.stored.lock().unwrap();
        if request.method() == "HEAD" {
            return text(if stored.manifests.contains_key(reference) { 200 } else { 404 }, "");
        }
        let manifest: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
        let kind = request.headers()["content-type"].to_str().unwrap();
        let own = digest(request.body());
        if manifest["mediaType"] != kind || (reference.contains(':') && reference != own) {
            return error(400, "MANIFEST_INVALID");
        }
        let layers = manifest["layers"].as_array().unwrap();
        let known = |it: &serde_json::Value| stored.blobs.contains_key(it["digest"].as_str().unwrap());
        if !known(&manifest["config"]) || !layers.iter().all(known) {
            return error(404, "MANIFEST_BLOB_UNKNOWN");
        }
        stored.manifests.insert(reference.to_owned(), request.body().to_vec());
        let mut response = text(201, "");
        response.headers_mut().insert("docker-content-digest", own.parse().unwrap());
        response
    }
}

impl Answer for Fake {
    fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let said = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        if self.authorization.is_some() && said != self.authorization {
            return error(401, "UNAUTHORIZED");
        }
        let path = request.uri().path().to_owned();
        let Some(rest) = path.strip_prefix("/v2/shop/orders/") else { return error(404, "NAME_UNKNOWN") };
        if rest == "blobs/uploads/" {
            let mut stored = self.stored.lock().unwrap();
            stored.uploads.push(Vec::new());
            return at(text(202, ""), &format!("/v2/shop/orders/blobs/uploads/{}?state=a", stored.uploads.len() - 1));
        }
        if let Some(id) = rest.strip_prefix("blobs/uploads/") {
            return self.upload(&request, id.parse().unwrap());
        }
        if let Some(digest) = rest.strip_prefix("blobs/") {
            let known = self.stored.lock().unwrap().blobs.contains_key(digest);
            return text(if known { 200 } else { 404 }, "");
        }
        self.manifest(&request, rest.strip_prefix("manifests/").unwrap())
    }
}

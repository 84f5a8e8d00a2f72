//! A registry in memory, which checks what it gets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use hyper::body::Bytes;
use hyper::{Request, Response};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::server::{Answer, Body, Calls, Server, lock, text};

/// A registry: it answers until it is dropped.
#[derive(Debug)]
pub struct FakeRegistry {
    registry: Arc<Registry>,
    calls: Arc<Calls>,
    server: Server,
}

#[derive(Debug, Default)]
struct Registry {
    repositories: Mutex<BTreeMap<String, Repository>>,
    /// Who may push: what the header says.
    authorization: Mutex<Option<String>>,
}

/// What a repository holds.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// Blobs by digest.
    pub blobs: BTreeMap<String, Vec<u8>>,
    /// Manifests by digest and by tag.
    pub manifests: BTreeMap<String, Vec<u8>>,
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

impl FakeRegistry {
    /// Begins to listen on this machine. It has no repository, and lets everyone in.
    #[must_use]
    pub fn start() -> Self {
        let (registry, calls) = (Arc::new(Registry::default()), Arc::new(Calls::default()));
        let server = Server::start(Arc::clone(&registry), Arc::clone(&calls));
        Self { registry, calls, server }
    }

    /// Its address: `127.0.0.1:4321`.
    #[must_use]
    pub fn address(&self) -> String {
        self.server.address.to_string()
    }

    /// The calls that it got.
    #[must_use]
    pub fn calls(&self) -> &Calls {
        &self.calls
    }

    /// Lets in only who sends this header: `Basic QVdTOnRva2Vu`.
    pub fn require(&self, authorization: &str) {
        *lock(&self.registry.authorization) = Some(authorization.to_owned());
    }

    /// Makes a repository, unless it is there.
    pub fn add(&self, name: &str) {
        self.repositories().entry(name.to_owned()).or_default();
    }

    /// Its repositories, by their names. While they are held, it does not answer.
    pub fn repositories(&self) -> MutexGuard<'_, BTreeMap<String, Repository>> {
        lock(&self.registry.repositories)
    }

    /// What makes a repository from elsewhere, as a service does that has the registry behind it.
    pub fn maker(&self) -> impl Fn(&str) + Send + 'static {
        let registry = Arc::clone(&self.registry);
        move |name| {
            lock(&registry.repositories).entry(name.to_owned()).or_default();
        }
    }
}

impl Repository {
    fn upload(&mut self, request: &Request<Bytes>, place: &str, id: usize) -> Response<Body> {
        let body = request.body();
        let path = format!("{place}blobs/uploads/{id}?state=a");
        if request.method() == "PATCH" {
            let range = request.headers()["content-range"].to_str().unwrap().to_owned();
            let from = self.uploads[id].len();
            if range != format!("{from}-{}", from + body.len() - 1) {
                return error(416, "BLOB_UPLOAD_INVALID");
            }
            self.uploads[id].extend_from_slice(body);
            return at(text(202, ""), &path);
        }
        let query = request.uri().query().unwrap();
        let said = query.strip_prefix("state=a&digest=").unwrap().replace("%3A", ":");
        let mut bytes = std::mem::take(&mut self.uploads[id]);
        bytes.extend_from_slice(body);
        if digest(&bytes) != said {
            return error(400, "DIGEST_INVALID");
        }
        self.blobs.insert(said, bytes);
        text(201, "")
    }

    fn manifest(&mut self, request: &Request<Bytes>, reference: &str) -> Response<Body> {
        if request.method() == "HEAD" {
            return text(if self.manifests.contains_key(reference) { 200 } else { 404 }, "");
        }
        let manifest: Value = serde_json::from_slice(request.body()).unwrap();
        let kind = request.headers()["content-type"].to_str().unwrap();
        let own = digest(request.body());
        if manifest["mediaType"] != kind || (reference.contains(':') && reference != own) {
            return error(400, "MANIFEST_INVALID");
        }
        let layers = manifest["layers"].as_array().unwrap();
        let known = |it: &Value| self.blobs.contains_key(it["digest"].as_str().unwrap());
        if !known(&manifest["config"]) || !layers.iter().all(known) {
            return error(404, "MANIFEST_BLOB_UNKNOWN");
        }
        self.manifests.insert(reference.to_owned(), request.body().to_vec());
        let mut response = text(201, "");
        response.headers_mut().insert("docker-content-digest", own.parse().unwrap());
        response
    }
}

impl Answer for Registry {
    fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let said = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        let required = lock(&self.authorization).clone();
        if required.is_some() && said != required {
            return error(401, "UNAUTHORIZED");
        }
        let path = request.uri().path().to_owned();
        let Some((name, rest)) = parts(&path) else { return error(404, "UNSUPPORTED") };
        let mut repositories = lock(&self.repositories);
        let Some(repository) = repositories.get_mut(name) else { return error(404, "NAME_UNKNOWN") };
        let place = format!("/v2/{name}/");
        if rest == "blobs/uploads/" {
            repository.uploads.push(Vec::new());
            return at(text(202, ""), &format!("{place}{rest}{}?state=a", repository.uploads.len() - 1));
        }
        if let Some(id) = rest.strip_prefix("blobs/uploads/") {
            return repository.upload(&request, &place, id.parse().unwrap());
        }
        if let Some(digest) = rest.strip_prefix("blobs/") {
            return text(if repository.blobs.contains_key(digest) { 200 } else { 404 }, "");
        }
        repository.manifest(&request, rest.strip_prefix("manifests/").unwrap())
    }
}

/// The repository that a path is in, and the rest: `shop/orders` and `blobs/uploads/` of `/v2/shop/orders/blobs/uploads/`.
fn parts(path: &str) -> Option<(&str, &str)> {
    let path = path.strip_prefix("/v2/")?;
    let end = ["/blobs/", "/manifests/"].into_iter().find_map(|part| path.find(part))?;
    Some((&path[..end], &path[end + 1..]))
}

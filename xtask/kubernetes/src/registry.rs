//! A registry of images, through OCI's Distribution API.
//!
//! <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>

mod call;
mod upload;

use std::time::Duration;

use oci_spec::image::Descriptor;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Method, StatusCode};
use url::Url;

use crate::image::Image;
use crate::{Error, error};
use call::Call;

/// A repository of a registry.
#[derive(Debug, Clone)]
pub struct Registry {
    client: Client,
    /// `https://registry.example/v2/shop/orders/`.
    base: Url,
    name: String,
    credentials: Option<Credentials>,
    settings: PushSettings,
}

/// Who pushes, by HTTP's basic authentication. For ECR the name is `AWS` and the password an authorization token.
#[derive(Clone)]
pub struct Credentials {
    /// The name.
    pub user: String,
    /// The password. It is never shown.
    pub password: String,
}

/// How an image is pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushSettings {
    /// How often a call is tried: 5 by default.
    pub attempts: u32,
    /// How long it waits after the first failure: 500 ms by default, then twice as long each time, 30 s at most. What a
    /// registry asks for in `Retry-After` counts, up to 30 s.
    pub pause: Duration,
    /// The most bytes of one request: 10 MiB by default. A larger blob is sent in parts.
    pub chunk: usize,
    /// How long one request may take: 5 min by default.
    pub timeout: Duration,
}

/// What was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The image by digest: `registry.example/shop/orders@sha256:...`.
    pub image: String,
    /// How many bytes were sent.
    pub sent: u64,
    /// How many bytes were there already.
    pub present: u64,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("user", &self.user).finish_non_exhaustive()
    }
}

impl Default for PushSettings {
    fn default() -> Self {
        Self {
            attempts: 5,
            pause: Duration::from_millis(500),
            chunk: 10 * 1024 * 1024,
            timeout: Duration::from_mins(5),
        }
    }
}

impl Registry {
    /// The repository `name`, as `registry.example/shop/orders`. A registry at `localhost` or a loopback address is
    /// spoken to without TLS, as Docker does.
    ///
    /// # Errors
    /// When the name is none, or there is no TLS.
    pub fn new(name: &str, credentials: Option<Credentials>, settings: PushSettings) -> Result<Self, Error> {
        // It fails when there is one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let wrong = || {
            Error::new(format!("`{name}` is no repository: expected `REGISTRY/REPOSITORY`"))
                .help("for ECR: `ACCOUNT.dkr.ecr.REGION.amazonaws.com/NAME`")
        };
        let (host, path) =
            name.split_once('/').filter(|(host, path)| !host.is_empty() && !path.is_empty()).ok_or_else(wrong)?;
        let local = host.rsplit_once(':').map_or(host, |(host, _)| host);
        let scheme = if matches!(local, "localhost" | "127.0.0.1" | "[::1]") { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{host}/v2/{path}/")).map_err(|_| wrong())?;
        let client = Client::builder()
            .timeout(settings.timeout)
            .connect_timeout(Duration::from_secs(10))
            .build()
            .map_err(|error| Error::because("cannot prepare TLS", &error))?;
        Ok(Self { client, base, name: name.to_owned(), credentials, settings })
    }

    /// Pushes the image by digest, and the list of its packages as an artifact that refers to it. With `tag` the image
    /// is called that too. What is there already is not sent.
    ///
    /// # Errors
    /// When the registry refuses, or fails as often as it is tried.
    pub async fn push(&self, image: &Image, tag: Option<&str>) -> Result<Pushed, Error> {
        let mut pushed = Pushed { image: format!("{}@{}", self.name, image.digest()), sent: 0, present: 0 };
        for manifest in [Some(image.manifest()), image.packages()].into_iter().flatten() {
            self.push_manifest(image, manifest, &mut pushed).await?;
        }
        if let Some(tag) = tag {
            self.put_manifest(image.manifest(), bytes(image, image.manifest())?, tag).await?;
        }
        Ok(pushed)
    }

    /// Whether the image is there, by digest, with the list of its packages.
    ///
    /// # Errors
    /// When the registry refuses, or fails as often as it is tried.
    pub async fn has_image(&self, image: &Image) -> Result<bool, Error> {
        for manifest in [Some(image.manifest()), image.packages()].into_iter().flatten() {
            let path = format!("manifests/{}", manifest.digest());
            if !self.has(&path, manifest.media_type().as_ref()).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn push_manifest(&self, image: &Image, manifest: &Descriptor, pushed: &mut Pushed) -> Result<(), Error> {
        let content = bytes(image, manifest)?;
        let digest = manifest.digest().to_string();
        let parts = parts(content)?;
        let size = |parts: &[Descriptor]| parts.iter().map(Descriptor::size).sum::<u64>();
        if self.has(&format!("manifests/{digest}"), manifest.media_type().as_ref()).await? {
            pushed.present += manifest.size() + size(&parts);
            return Ok(());
        }
        for part in &parts {
            let sent = self.push_blob(part.digest().as_ref(), bytes(image, part)?).await?;
            *(if sent { &mut pushed.sent } else { &mut pushed.present }) += part.size();
        }
        self.put_manifest(manifest, content, &digest).await?;
        pushed.sent += manifest.size();
        Ok(())
    }

    async fn put_manifest(&self, manifest: &Descriptor, content: &[u8], reference: &str) -> Result<(), Error> {
        let url = self.url(&format!("manifests/{reference}"))?;
        let kind = header(manifest.media_type().as_ref())?;
        let put = Call::new(Method::PUT, url, "put the manifest").header(CONTENT_TYPE, kind).body(content.to_vec());
        let response = self.send(&put, &[StatusCode::CREATED]).await?;
        let expected = manifest.digest().to_string();
        let got = response.headers().get("docker-content-digest").and_then(|value| value.to_str().ok());
        match got {
            Some(got) if got != expected => Err(Error::new(format!(
                "the registry says that the manifest's digest is `{got}`: expected `{expected}`"
            ))
            .help("something between here and the registry changes what is sent")),
            _ => Ok(()),
        }
    }

    /// Whether the blob or manifest at `path` is there.
    async fn has(&self, path: &str, kind: &str) -> Result<bool, Error> {
        let head = Call::new(Method::HEAD, self.url(path)?, "ask for what is there").header(ACCEPT, header(kind)?);
        let response = self.send(&head, &[StatusCode::OK, StatusCode::NOT_FOUND]).await?;
        Ok(response.status() == StatusCode::OK)
    }

    fn url(&self, path: &str) -> Result<Url, Error> {
        self.base.join(path).map_err(|error| Error::because(format!("`{path}` is no path"), &error))
    }
}

fn header(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|error| Error::because(format!("`{text}` is no header"), &error))
}

fn bytes<'a>(image: &'a Image, descriptor: &Descriptor) -> Result<&'a [u8], Error> {
    let digest = descriptor.digest().to_string();
    image.blob(&digest).ok_or_else(|| Error::new(format!("the image lacks `{digest}`")))
}

/// What a manifest refers to, but for its subject, which is a manifest.
fn parts(manifest: &[u8]) -> Result<Vec<Descriptor>, Error> {
    let manifest: oci_spec::image::ImageManifest = serde_json::from_slice(manifest)
        .map_err(|cause| Error::new(format!("cannot read the manifest: {}", error::causes(&cause))))?;
    Ok([manifest.config()].into_iter().chain(manifest.layers()).cloned().collect())
}

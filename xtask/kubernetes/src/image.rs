//! A program as an image: without Docker, and the same bytes each time.

mod archive;
mod build;
mod document;
mod libraries;
mod program;
mod sbom;
mod tree;
mod versions;

use std::collections::BTreeMap;
use std::path::PathBuf;

use oci_spec::image::Descriptor;

pub use libraries::Sysroot;
pub use sbom::Package;

use crate::Error;
use crate::workload::Architecture;

/// What an image is made of.
#[derive(Debug, Clone)]
pub struct Program {
    /// The name of the program in labels and in the list of its packages.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The file: an ELF program for Linux.
    pub path: PathBuf,
    /// What it is compiled for. A file that is not is refused.
    pub architecture: Architecture,
    /// The user and group of the process: 65,532 by default.
    pub user: u32,
    /// The port that is exposed: 8080 by default.
    pub port: u16,
    /// Certificates of authorities as PEM, put where TLS looks for them. A worker with `rustls` and the system's
    /// certificates, as AWS's SDK has them, reaches nothing without.
    pub certificates: Option<PathBuf>,
    /// Where shared libraries are found that the program needs. A program that needs none does without.
    pub sysroot: Option<Sysroot>,
    /// The image's variables.
    pub environment: BTreeMap<String, String>,
    /// Labels of the image and annotations of its manifest, as `org.opencontainers.image.revision`. Title and version
    /// are added.
    pub labels: BTreeMap<String, String>,
    /// What the program is built from. Without packages there is no list of them.
    pub packages: Vec<Package>,
}

/// An image in memory: its layers, its manifest, and the list of packages that refers to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// All blobs and manifests by digest: `sha256:...`.
    blobs: BTreeMap<String, Vec<u8>>,
    manifest: Descriptor,
    packages: Option<Descriptor>,
}

impl Program {
    /// The program in the file `path`, with the defaults that the fields name.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        version: impl Into<String>,
        path: impl Into<PathBuf>,
        architecture: Architecture,
    ) -> Self {
        Self {
            name: name.into(),
            version: version.into(),
            path: path.into(),
            architecture,
            user: 65_532,
            port: 8080,
            certificates: None,
            sysroot: None,
            environment: BTreeMap::new(),
            labels: BTreeMap::new(),
            packages: Vec::new(),
        }
    }

    /// Makes the image. The same input gives the same bytes, wherever the files are and whenever they were written.
    ///
    /// It has two layers. The first has the user, the certificates and the shared libraries; the second the program and
    /// its list of packages. A changed program is a new second layer.
    ///
    /// # Errors
    /// When a file cannot be read, is no program for the architecture, or needs a library that is not found.
    pub fn image(&self) -> Result<Image, Error> {
        build::build(self)
    }
}

impl Image {
    /// The digest of its manifest, by which it is deployed: `sha256:...`.
    #[must_use]
    pub fn digest(&self) -> String {
        self.manifest.digest().to_string()
    }

    /// The digest of the manifest that refers to the image and has its list of packages, in the form of `CycloneDX`.
    #[must_use]
    pub fn packages_digest(&self) -> Option<String> {
        self.packages.as_ref().map(|manifest| manifest.digest().to_string())
    }

    /// The bytes of a blob or manifest.
    #[must_use]
    pub fn blob(&self, digest: &str) -> Option<&[u8]> {
        self.blobs.get(digest).map(Vec::as_slice)
    }

    /// The image's manifest.
    pub(crate) const fn manifest(&self) -> &Descriptor {
        &self.manifest
    }

    /// The manifest of the list of packages.
    pub(crate) const fn packages(&self) -> Option<&Descriptor> {
        self.packages.as_ref()
    }
}

//! The JSON documents of an image.

use std::collections::BTreeMap;

use oci_spec::image::{
    Arch, Config, ConfigBuilder, Descriptor, DescriptorBuilder, HistoryBuilder, ImageConfigurationBuilder,
    ImageManifestBuilder, MediaType, Os, PlatformBuilder, RootFsBuilder,
};
use serde::Serialize;

use super::sbom::CYCLONE_DX;
use super::tree::{Layer, digest};
use super::{Image, Program};
use crate::Error;
use crate::workload::Architecture;

/// No build has a time: it would be other bytes each time.
const CREATED: &str = "1970-01-01T00:00:00Z";

/// The path of the program in the image.
pub(super) const PROGRAM: &str = "/worker";

impl Image {
    /// The image of `program` with `layers`, and the list of its packages beside it.
    pub(super) fn of(program: &Program, layers: Vec<(&str, Layer)>, packages: Option<&[u8]>) -> Result<Self, Error> {
        let mut blobs = BTreeMap::new();
        let labels = labels(program);
        let root = RootFsBuilder::default()
            .typ("layers")
            .diff_ids(layers.iter().map(|(_, layer)| layer.content.clone()).collect::<Vec<_>>());
        let history =
            layers.iter().map(|(what, _)| HistoryBuilder::default().created(CREATED).created_by(*what).build());
        let configuration = ImageConfigurationBuilder::default()
            .created(CREATED)
            .architecture(architecture(program.architecture))
            .os(Os::Linux)
            .config(config(program, &labels)?)
            .rootfs(root.build().map_err(unexpected)?)
            .history(history.collect::<Result<Vec<_>, _>>().map_err(unexpected)?)
            .build()
            .map_err(unexpected)?;
        let configuration = keep(&mut blobs, MediaType::ImageConfig, document(&configuration)?)?;
        let layers = layers.into_iter().map(|(_, layer)| keep(&mut blobs, MediaType::ImageLayerGzip, layer.bytes));
        let mut manifest = ImageManifestBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageManifest)
            .config(configuration)
            .layers(layers.collect::<Result<Vec<_>, _>>()?)
            .build()
            .map_err(unexpected)?;
        manifest.set_annotations(Some(labels.into_iter().collect()));
        let mut manifest = keep(&mut blobs, MediaType::ImageManifest, document(&manifest)?)?;
        let packages = packages.map(|bytes| list(&mut blobs, &manifest, bytes)).transpose()?;
        let platform = PlatformBuilder::default().architecture(architecture(program.architecture)).os(Os::Linux);
        manifest.set_platform(Some(platform.build().map_err(unexpected)?));
        Ok(Self { blobs, manifest, packages })
    }
}

/// An artifact that refers to the image, with the list of its packages.
///
/// <https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage>
fn list(blobs: &mut BTreeMap<String, Vec<u8>>, image: &Descriptor, bytes: &[u8]) -> Result<Descriptor, Error> {
    let kind = MediaType::Other(CYCLONE_DX.to_owned());
    let manifest = ImageManifestBuilder::default()
        .schema_version(2_u32)
        .media_type(MediaType::ImageManifest)
        .artifact_type(kind.clone())
        .config(keep(blobs, MediaType::EmptyJSON, b"{}".to_vec())?)
        .layers(vec![keep(blobs, kind.clone(), bytes.to_vec())?])
        .subject(image.clone())
        .build()
        .map_err(unexpected)?;
    let mut descriptor = keep(blobs, MediaType::ImageManifest, document(&manifest)?)?;
    descriptor.set_artifact_type(Some(kind));
    Ok(descriptor)
}

fn config(program: &Program, labels: &BTreeMap<String, String>) -> Result<Config, Error> {
    let mut config = ConfigBuilder::default()
        .user(format!("{0}:{0}", program.user))
        .exposed_ports(vec![format!("{}/tcp", program.port)])
        .env(program.environment.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>())
        .entrypoint(vec![PROGRAM.to_owned()])
        .working_dir("/")
        .stop_signal("SIGTERM")
        .build()
        .map_err(unexpected)?;
    config.set_labels(Some(labels.clone().into_iter().collect()));
    Ok(config)
}

fn labels(program: &Program) -> BTreeMap<String, String> {
    let known =
        [(oci_spec::image::ANNOTATION_TITLE, &program.name), (oci_spec::image::ANNOTATION_VERSION, &program.version)];
    let known = known.map(|(name, value)| (name.to_owned(), value.clone()));
    known.into_iter().chain(program.labels.clone()).collect()
}

/// `value` as JSON, with its keys sorted: `oci-spec` keeps labels in maps whose order differs from run to run.
pub(super) fn document(value: &impl Serialize) -> Result<Vec<u8>, Error> {
    let mut value = serde_json::to_value(value).map_err(unexpected)?;
    value.sort_all_objects();
    serde_json::to_vec(&value).map_err(unexpected)
}

/// Adds a blob and describes it.
fn keep(blobs: &mut BTreeMap<String, Vec<u8>>, kind: MediaType, bytes: Vec<u8>) -> Result<Descriptor, Error> {
    let digest = digest(&bytes);
    let parsed: oci_spec::image::Digest = digest.parse().map_err(unexpected)?;
    let descriptor = DescriptorBuilder::default().media_type(kind).size(bytes.len() as u64).digest(parsed);
    blobs.insert(digest, bytes);
    descriptor.build().map_err(unexpected)
}

fn architecture(architecture: Architecture) -> Arch {
    match architecture {
        Architecture::Amd64 => Arch::Amd64,
        Architecture::Arm64 => Arch::ARM64,
    }
}

/// A field that is missing or a number that is too large: no input can cause either.
pub(super) fn unexpected(error: impl std::error::Error + 'static) -> Error {
    Error::because("cannot describe the image", &error)
}

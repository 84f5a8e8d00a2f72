//! An image as one file, in the form of OCI's image layout.
//!
//! <https://github.com/opencontainers/image-spec/blob/main/image-layout.md>

use std::fs;
use std::path::Path;

use oci_spec::image::{ANNOTATION_REF_NAME, ImageIndexBuilder, MediaType, OciLayoutBuilder};
use tar::{Builder, EntryType};

use super::Image;
use super::document::{document, unexpected};
use super::tree::append;
use crate::Error;

impl Image {
    /// The image as a tar archive that `skopeo`, `ctr`, `podman` and `docker load` read. `name` is what it is called
    /// there: `registry.example/shop/orders:1.0.0`.
    ///
    /// # Errors
    /// When the archive cannot be written: a blob has more than 8 GiB.
    pub fn archive(&self, name: &str) -> Result<Vec<u8>, Error> {
        let mut image = self.manifest.clone();
        image.set_annotations(Some([(ANNOTATION_REF_NAME.to_owned(), name.to_owned())].into()));
        let manifests: Vec<_> = [Some(image), self.packages.clone()].into_iter().flatten().collect();
        let index = ImageIndexBuilder::default()
            .schema_version(2_u32)
            .media_type(MediaType::ImageIndex)
            .manifests(manifests)
            .build()
            .map_err(unexpected)?;
        let layout = OciLayoutBuilder::default().image_layout_version("1.0.0").build().map_err(unexpected)?;
        let mut files =
            vec![("oci-layout".to_owned(), document(&layout)?), ("index.json".to_owned(), document(&index)?)];
        files.extend(
            self.blobs.iter().map(|(digest, bytes)| (format!("blobs/{}", digest.replace(':', "/")), bytes.clone())),
        );
        let mut archive = Builder::new(Vec::new());
        for folder in ["blobs", "blobs/sha256"] {
            append(&mut archive, folder, EntryType::Directory, 0o755, &[]).map_err(unexpected)?;
        }
        for (path, bytes) in files {
            append(&mut archive, &path, EntryType::Regular, 0o644, &bytes).map_err(unexpected)?;
        }
        archive.into_inner().map_err(unexpected)
    }

    /// Writes [`Image::archive`] to a file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path, name: &str) -> Result<(), Error> {
        fs::write(path, self.archive(name)?)
            .map_err(|error| Error::because(format!("cannot write the image to `{}`", path.display()), &error))
    }
}

//! What is in an image.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::programs::{HERE, SOURCE, compile, program};

type Files = BTreeMap<String, Vec<u8>>;

/// The files of an archive, each of root and of the time 0.
fn read(archive: &[u8]) -> Files {
    let mut files = Files::new();
    for entry in tar::Archive::new(archive).entries().unwrap() {
        let mut entry = entry.unwrap();
        let header = entry.header();
        assert_eq!((header.uid().unwrap(), header.gid().unwrap(), header.mtime().unwrap()), (0, 0, 0));
        let path = entry.path().unwrap().to_str().unwrap().to_owned();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        files.insert(path, bytes);
    }
    files
}

fn blob<'a>(files: &'a Files, descriptor: &Value) -> &'a [u8] {
    let digest = descriptor["digest"].as_str().unwrap();
    let bytes = &files[&format!("blobs/{}", digest.replace(':', "/"))];
    assert_eq!(descriptor["size"], bytes.len());
    bytes
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut content = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut content).unwrap();
    content
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[test]
fn an_archive_has_all_that_its_manifests_name() {
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path(), SOURCE);
    let image = program.image().unwrap();
    let files = read(&image.archive("registry.example/shop/orders:1.2.0").unwrap());
    for (path, bytes) in files.iter().filter(|(path, _)| path.starts_with("blobs/sha256/") && !path.ends_with('/')) {
        assert_eq!(format!("blobs/{}", digest(bytes).replace(':', "/")), *path);
    }
    assert_eq!(json(&files["oci-layout"])["imageLayoutVersion"], "1.0.0");
    let index = json(&files["index.json"]);
    let [described, list] = index["manifests"].as_array().unwrap().as_slice() else { panic!("{index}") };
    assert_eq!(described["digest"], image.digest());
    assert_eq!(described["platform"]["architecture"], HERE.name());
    assert_eq!(described["annotations"]["org.opencontainers.image.ref.name"], "registry.example/shop/orders:1.2.0");

    let manifest = json(blob(&files, described));
    assert_eq!(manifest["annotations"]["org.opencontainers.image.title"], "orders-consume");
    assert_eq!(manifest["annotations"]["org.opencontainers.image.revision"], "the revision");
    let config = json(blob(&files, &manifest["config"]));
    assert_eq!(config["config"]["User"], "65532:65532");
    assert_eq!(config["config"]["Entrypoint"], serde_json::json!(["/worker"]));
    assert_eq!(config["config"]["StopSignal"], "SIGTERM");
    assert_eq!(config["config"]["ExposedPorts"], serde_json::json!({"8080/tcp": {}}));
    assert_eq!(config["config"]["Env"], serde_json::json!(["RUST_BACKTRACE=1"]));
    assert_eq!(config["config"]["Labels"]["org.opencontainers.image.version"], "1.2.0");

    let layers: Vec<_> = manifest["layers"].as_array().unwrap().iter().map(|it| unpacked(blob(&files, it))).collect();
    let contents: Vec<_> = layers.iter().map(|layer| digest(layer)).collect();
    assert_eq!(config["rootfs"]["diff_ids"], serde_json::json!(contents));
    let (base, own) = (read(&layers[0]), read(&layers[1]));
    assert_eq!(own["worker"], fs::read(&program.path).unwrap());
    assert!(base["etc/passwd"].ends_with(b"worker:x:65532:65532:worker:/:/sbin/nologin\n"));
    assert!(base.contains_key("etc/ssl/certs/ca-certificates.crt") && base.contains_key("tmp/"));
    for library in ["libc.so.6", "libm.so.6"] {
        assert_eq!(base.keys().filter(|path| path.ends_with(&format!("/{library}"))).count(), 1, "{library}");
    }
    assert_eq!(base.keys().filter(|path| path.contains("/ld-")).count(), 1);

    let list = json(blob(&files, list));
    assert_eq!(list["subject"]["digest"], image.digest());
    assert_eq!(list["artifactType"], "application/vnd.cyclonedx+json");
    let packages = blob(&files, &list["layers"][0]);
    assert_eq!(own["usr/share/sbom/worker.cdx.json"], packages);
    let packages = json(packages);
    assert_eq!(packages["specVersion"], "1.6");
    assert_eq!(packages["components"][1]["purl"], "pkg:cargo/serde@1.0.228");
    assert_eq!(packages["components"][1]["licenses"][0]["expression"], "MIT OR Apache-2.0");
    assert_eq!(packages["components"][1]["hashes"][0]["content"], "ab".repeat(32));
    assert!(packages["components"][0].get("hashes").is_none());
    let libraries = packages["components"].as_array().unwrap()[2..].iter();
    let listed: BTreeMap<_, _> =
        libraries.map(|it| (it["evidence"]["occurrences"][0]["location"].as_str(), it)).collect();
    let copied = base.iter().filter(|(path, _)| path.contains("/ld-") || path.contains(".so."));
    for (path, bytes) in copied.clone() {
        let hash = &listed[&Some(format!("/{path}").as_str())]["hashes"][0]["content"];
        assert_eq!(format!("sha256:{}", hash.as_str().unwrap()), digest(bytes));
    }
    assert_eq!((listed.len(), listed.len() > 2), (copied.count(), true));
}

#[test]
fn the_same_input_gives_the_same_bytes_in_any_folder() {
    let archive = || {
        let folder = tempfile::tempdir().unwrap();
        program(folder.path(), SOURCE).image().unwrap().archive("a").unwrap()
    };
    assert_eq!(digest(&archive()), digest(&archive()));
}

#[test]
fn a_changed_program_changes_one_layer() {
    let layers = |source: &str| {
        let folder = tempfile::tempdir().unwrap();
        let image = program(folder.path(), source).image().unwrap();
        let manifest = json(image.blob(&image.digest()).unwrap());
        [0, 1].map(|index| manifest["layers"][index]["digest"].clone())
    };
    let (before, after) = (layers(SOURCE), layers(&SOURCE.replace("0.5", "0.25")));
    assert_eq!(before[0], after[0]);
    assert_ne!(before[1], after[1]);
}

#[test]
fn a_static_program_gets_no_library_and_no_list_without_packages() {
    let folder = tempfile::tempdir().unwrap();
    let path = compile(folder.path(), "int main(void) { return 0; }", &["-static"]);
    let image = kubernetes::Program::new("a", "1", path, HERE).image().unwrap();
    assert_eq!(image.packages_digest(), None);
    let manifest = json(image.blob(&image.digest()).unwrap());
    let base = image.blob(manifest["layers"][0]["digest"].as_str().unwrap()).unwrap();
    let files: Vec<_> = read(&unpacked(base)).into_keys().collect();
    assert_eq!(files, ["etc/", "etc/group", "etc/nsswitch.conf", "etc/passwd", "tmp/"]);
}

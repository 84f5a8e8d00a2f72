//! The list of packages in a program, in the form of `CycloneDX` 1.6.
//!
//! <https://cyclonedx.org/docs/1.6/json/>

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Program;
use super::tree::digest;

/// The media type of the list, and the type of the artifact that has it.
pub(super) const CYCLONE_DX: &str = "application/vnd.cyclonedx+json";

/// A package that a program is built from, as cargo resolves it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// An SPDX expression of its licences, as in its manifest: `MIT OR Apache-2.0`.
    pub license: Option<String>,
    /// The SHA-256 of its archive in hexadecimal. Packages of the workspace have none.
    pub checksum: Option<String>,
}

/// The list of what `program` has, with the shared libraries of its image by their paths. It has no time, and its number
/// follows from what is in it.
pub(super) fn bill_of_materials(program: &Program, libraries: &BTreeMap<String, Vec<u8>>) -> Value {
    let mut packages = program.packages.clone();
    packages.sort();
    packages.dedup();
    let libraries = libraries.iter().map(|(path, bytes)| library(path, bytes));
    let components: Vec<_> = packages.iter().map(component).chain(libraries).collect();
    let mut main = json!({"type": "application", "name": program.name, "version": program.version});
    main["bom-ref"] = format!("{}@{}", program.name, program.version).into();
    let number = number(&format!("{main}{components:?}"));
    json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": format!("urn:uuid:{number}"),
        "version": 1,
        "metadata": {"component": main},
        "components": components,
    })
}

fn component(package: &Package) -> Value {
    let Package { name, version, license, checksum } = package;
    // A version of Cargo can hold a `+`, which such a URL encodes.
    let url = format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"));
    let mut component = json!({"type": "library", "name": name, "version": version, "purl": url, "bom-ref": url});
    if let Some(license) = license {
        // Cargo once had `/` for `OR`.
        component["licenses"] = json!([{"expression": license.replace('/', " OR ")}]);
    }
    if let Some(checksum) = checksum {
        component["hashes"] = json!([{"alg": "SHA-256", "content": checksum}]);
    }
    component
}

/// A file of the system that the program was linked for. Its version no file says, but its content does.
fn library(path: &str, bytes: &[u8]) -> Value {
    let name = path.rsplit('/').next().unwrap_or(path);
    json!({
        "type": "library",
        "name": name,
        "bom-ref": format!("file:{path}"),
        "hashes": [{"alg": "SHA-256", "content": digest(bytes).trim_start_matches("sha256:")}],
        "evidence": {"occurrences": [{"location": path}]},
    })
}

/// A UUID of version 8, made of a hash.
fn number(text: &str) -> String {
    let hash = digest(text.as_bytes());
    let hex = hash.trim_start_matches("sha256:");
    format!("{}-{}-8{}-8{}-{}", &hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..30])
}

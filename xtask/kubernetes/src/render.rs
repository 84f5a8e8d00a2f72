//! Objects as files for `kubectl apply -k` and Kustomize.

use serde::Serialize;

use crate::object::{Kind, Object};

/// The name of the file that lists the others.
pub const KUSTOMIZATION: &str = "kustomization.yaml";

/// A file to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name: `03-deployment-orders.yaml`.
    pub name: String,
    /// What is in it: YAML.
    pub text: String,
}

/// What `kubectl apply -k` and Kustomize read.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization<'a> {
    api_version: &'static str,
    kind: &'static str,
    sort_options: SortOptions,
    resources: Vec<&'a str>,
}

#[derive(Serialize)]
struct SortOptions {
    order: &'static str,
}

/// A file for each object, in their order, and [`KUSTOMIZATION`]; without objects there is none. The same objects give the
/// same bytes.
///
/// Names begin with the place of the kind in the order, so that `kubectl apply -f` of a folder without the last file
/// applies them in order too. Objects of several namespaces with the same kind and name get the namespace in the name.
#[must_use]
pub fn files(objects: &[Object]) -> Vec<File> {
    let name = |object: &Object| {
        let same = |other: &&Object| other.known() == object.known() && other.name() == object.name();
        let place = match object.namespace() {
            Some(namespace) if objects.iter().filter(same).count() > 1 => format!("{namespace}-"),
            _ => String::new(),
        };
        format!("{}{place}{}.yaml", prefix(object.known()), object.name())
    };
    let mut files: Vec<_> = objects.iter().map(|object| File { name: name(object), text: yaml(object) }).collect();
    if !files.is_empty() {
        let text = kustomization(files.iter().map(|file| file.name.as_str()).collect());
        files.push(File { name: KUSTOMIZATION.to_owned(), text });
    }
    files
}

/// The files that `text`, a [`KUSTOMIZATION`], lists; nothing when it is not, byte for byte, what [`files`] makes: then
/// somebody else has written or changed it.
#[must_use]
pub fn listed(text: &str) -> Option<Vec<&str>> {
    let names: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("- ")).collect();
    let is_ours = |name: &&str| Kind::ALL.iter().any(|kind| name.starts_with(&prefix(*kind))) && !name.contains('/');
    (names.iter().all(is_ours) && kustomization(names.clone()) == text).then_some(names)
}

/// What the names of a kind's files begin with.
fn prefix(kind: Kind) -> String {
    format!("{:02}-{}-", kind.rank(), kind.name.to_lowercase())
}

fn kustomization(resources: Vec<&str>) -> String {
    to_yaml(&Kustomization {
        api_version: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        sort_options: SortOptions { order: "fifo" },
        resources,
    })
}

/// An object as YAML.
#[must_use]
pub fn yaml(object: &Object) -> String {
    to_yaml(object)
}

/// `kubectl` reads YAML 1.1, where an `on` without quotes is a truth value and `0644` a number of base 8.
#[expect(clippy::expect_used, reason = "an empty file must not be taken for an object")]
fn to_yaml(value: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! { yaml_12: false, prefer_block_scalars: false, compact_list_indent: true };
    serde_saphyr::to_string_with_options(value, options).expect("keys are strings, and nothing else can fail")
}

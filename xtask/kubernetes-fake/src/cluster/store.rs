//! The objects of the fake API server, with who manages which property.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::{Map, Value, json};

/// Plural, namespace and name.
pub type Key = (String, String, String);

/// An object.
#[derive(Debug, Clone, Default)]
pub struct Stored {
    /// As it is.
    pub value: Value,
    /// Who manages a property, by its path: `/spec/replicas`.
    pub owners: BTreeMap<String, String>,
    /// How often it is read until its finalizers are through.
    pub(super) going: Option<u32>,
    /// When the pods of a Deployment have ended that goes.
    pub(super) ended: Option<Instant>,
}

/// Properties with other managers.
pub type Conflicts = Vec<(String, String)>;

/// The properties by path. Lists are one property.
fn leaves(path: &str, value: &Value, found: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(fields) if !fields.is_empty() || path.is_empty() => {
            fields
                .iter()
                .for_each(|(name, value)| leaves(&format!("{path}/{}", name.replace('/', "~1")), value, found));
        }
        _ => drop(found.insert(path.to_owned(), value.clone())),
    }
}

fn set(value: &mut Value, path: &str, leaf: Value) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let mut at = value;
    for part in parent.split('/').skip(1) {
        let fields = at.as_object_mut().unwrap();
        at = fields.entry(part.replace("~1", "/")).or_insert_with(|| Value::Object(Map::new()));
    }
    at.as_object_mut().unwrap().insert(name.replace("~1", "/"), leaf);
}

fn remove(value: &mut Value, path: &str) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    if let Some(fields) = value.pointer_mut(parent).and_then(Value::as_object_mut) {
        fields.shift_remove(&name.replace("~1", "/"));
    }
}

impl Stored {
    /// A new object, with what a server makes of one by itself.
    pub(super) fn new(kind: &str, number: u64) -> Self {
        let mut value =
            json!({"metadata": {"uid": format!("uid-{number}"), "creationTimestamp": "2026-01-01T00:00:00Z"}});
        if kind == "deployments" {
            value["spec"] = json!({"replicas": 1, "paused": false});
            value["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": "1"});
        }
        if kind == "scaledobjects" {
            value["metadata"]["finalizers"] = json!(["finalizer.keda.sh"]);
        }
        Self { value, ..Self::default() }
    }

    /// Server-side apply, in the main.
    pub(super) fn apply(&mut self, applied: &Value, manager: &str, force: bool) -> Result<(), Conflicts> {
        let mut wanted = BTreeMap::new();
        leaves("", applied, &mut wanted);
        let owner = |path: &str| self.owners.get(path).filter(|owner| *owner != manager);
        let conflicts: Conflicts = wanted
            .iter()
            .filter(|(path, leaf)| self.value.pointer(path) != Some(leaf))
            .filter_map(|(path, _)| Some((path.replace('/', "."), owner(path)?.clone())))
            .collect();
        if !force && !conflicts.is_empty() {
            return Err(conflicts);
        }
        let given_up: Vec<_> = self
            .owners
            .iter()
            .filter(|(path, owner)| *owner == manager && !wanted.contains_key(*path))
            .map(|(path, _)| path.clone())
            .collect();
        for path in given_up {
            self.owners.remove(&path);
            remove(&mut self.value, &path);
        }
        for (path, leaf) in wanted {
            set(&mut self.value, &path, leaf);
            self.owners.insert(path, manager.to_owned());
        }
        self.value["metadata"]["managedFields"] = json!([{"manager": manager, "operation": "Apply"}]);
        Ok(())
    }

    /// Whether it has the labels of `selector`: `a=b,c=d`.
    pub(super) fn fits(&self, selector: &str) -> bool {
        let labels = &self.value["metadata"]["labels"];
        selector.split(',').filter(|part| !part.is_empty()).all(|part| {
            let (name, value) = part.split_once('=').unwrap();
            labels[name] == value
        })
    }
}

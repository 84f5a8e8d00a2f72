//! What was applied, kept in the cluster.
//!
//! A server tells who set a property, and not to what it was set once somebody else has set it anew. So what was applied is
//! kept beside it, in a `ConfigMap` for each name: that of a worker, and that of a namespace.

use std::collections::BTreeMap;

use kube::api::{ApiResource, DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::core::GroupVersionKind;
use kube::{Api, Client};
use serde_json::{Value, json};

use super::call::{refused, status};
use super::event::ObjectName;
use super::owner::Owner;
use super::{Cluster, FIELD_MANAGER};
use crate::Error;
use crate::labels::{PROJECT_LABEL, STACK_LABEL};
use crate::object::{Kind, Object};

const LABEL: &str = "stackwright/applied";
const FILE: &str = "objects.json";

/// The namespace that a record is in, and whose record it is.
pub(super) type Place = (String, String);

/// An object as it was applied.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recorded {
    pub(super) kind: Kind,
    pub(super) name: ObjectName,
    pub(super) value: Value,
}

/// Where an object is recorded.
fn place(name: &ObjectName) -> Place {
    (name.namespace.clone().unwrap_or_else(|| name.name.clone()), name.name.clone())
}

fn record_name(name: &str) -> String {
    format!("stackwright-{name}")
}

impl Recorded {
    fn of(value: &Value) -> Option<Self> {
        let kind = Kind::ALL.into_iter().find(|kind| value["kind"] == kind.name)?;
        let metadata = &value["metadata"];
        let name = ObjectName::new(kind, metadata["namespace"].as_str(), metadata["name"].as_str()?);
        Some(Self { kind, name, value: value.clone() })
    }
}

impl Cluster {
    /// Keeps what was applied of `objects`.
    pub(super) async fn record(&self, owner: Owner<'_>, objects: &[Object]) -> Result<(), Error> {
        let mut records: BTreeMap<Place, Vec<Value>> = BTreeMap::new();
        for object in objects {
            records.entry(place(&ObjectName::of(object))).or_default().push(object.value());
        }
        for ((namespace, name), objects) in &records {
            let record = &json!({
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {
                    "name": record_name(name),
                    "namespace": namespace,
                    "labels": { STACK_LABEL: owner.stack, PROJECT_LABEL: owner.project, LABEL: "true" },
                },
                "data": { FILE: Value::from(objects.as_slice()).to_string() },
            });
            let parameters = &PatchParams::apply(FIELD_MANAGER).force();
            let patch = |client| async move {
                Self::records(client, Some(namespace))
                    .patch(&record_name(name), parameters, &Patch::Apply(record))
                    .await
            };
            self.call(patch).await.map_err(|error| refused("keep", &shown(namespace, name), &error))?;
        }
        Ok(())
    }

    /// What is kept of `owner`: the objects of each record, in the order in which they are applied.
    pub(super) async fn recorded(&self, owner: Owner<'_>) -> Result<BTreeMap<Place, Vec<Recorded>>, Error> {
        let selector = format!("{},{LABEL}=true", owner.selector());
        let parameters = &ListParams::default().labels(&selector);
        let list = |client| async move { Self::records(client, None).list(parameters).await };
        let list = self.call(list).await.map_err(|error| refused("list", &shown("", "*"), &error))?;
        let record = |map: DynamicObject| {
            let namespace = map.metadata.namespace.unwrap_or_default();
            let name = map.metadata.name.unwrap_or_default();
            let name = name.strip_prefix(&record_name(""))?.to_owned();
            let text = map.data["data"][FILE].as_str().unwrap_or_default();
            let values: Vec<Value> = serde_json::from_str(text).unwrap_or_default();
            Some(((namespace, name), values.iter().filter_map(Recorded::of).collect()))
        };
        Ok(list.items.into_iter().filter_map(record).collect())
    }

    /// Removes what is kept of `owner` and not of any of `objects`.
    pub(super) async fn forget(&self, owner: Owner<'_>, objects: &[Object]) -> Result<(), Error> {
        let kept: Vec<_> = objects.iter().map(|object| place(&ObjectName::of(object))).collect();
        let records = self.recorded(owner).await?;
        for (namespace, name) in records.keys().filter(|place| !kept.contains(place)) {
            let delete = |client| async move {
                Self::records(client, Some(namespace)).delete(&record_name(name), &DeleteParams::default()).await
            };
            match self.call(delete).await {
                Ok(_) => {}
                Err(error) if status(&error) == Some(404) => {}
                Err(error) => return Err(refused("remove", &shown(namespace, name), &error)),
            }
        }
        Ok(())
    }

    fn records(client: Client, namespace: Option<&str>) -> Api<DynamicObject> {
        let resource = &ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk("", "v1", "ConfigMap"), "configmaps");
        match namespace {
            Some(namespace) => Api::namespaced_with(client, namespace, resource),
            None => Api::all_with(client, resource),
        }
    }
}

fn shown(namespace: &str, name: &str) -> ObjectName {
    ObjectName { kind: "ConfigMap".to_owned(), namespace: Some(namespace.to_owned()), name: record_name(name) }
}

//! What a change set would change.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html>

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use infra::expression::{self, Expression, Known, Reference};
use infra::schema;
use serde_json::{Map, Value as Json};

use super::stacks::{Record, Settings, Stack};
use super::templates::{Scope, scalar_text, text_of};
use crate::account::Account;
use crate::xml::Xml;

/// A change of a resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Change {
    pub(crate) action: &'static str,
    pub(crate) logical_id: String,
    pub(crate) physical_id: Option<String>,
    pub(crate) resource_type: String,
    pub(crate) replacement: Option<&'static str>,
    pub(crate) policy_action: Option<&'static str>,
    pub(crate) scope: BTreeSet<&'static str>,
    pub(crate) details: Vec<Detail>,
}

/// Why a resource is changed.
#[derive(Debug, Clone)]
pub(crate) struct Detail {
    attribute: &'static str,
    name: Option<String>,
    recreation: &'static str,
    evaluation: &'static str,
    source: &'static str,
    entity: Option<String>,
    /// Where the property is, with its values before and after.
    values: Option<(String, String, String)>,
}

/// Where a stack goes from and to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    pub(crate) before: &'a Settings,
    pub(crate) after: &'a Settings,
    pub(crate) records: &'a IndexMap<String, Record>,
    pub(crate) stack: (&'a str, &'a str, &'a str),
    /// The resources that any change replaces.
    pub(crate) replacing: &'a BTreeSet<String>,
    /// The live properties of each resource, nothing of one that is gone; only where what differs is to be reverted.
    pub(crate) actual: Option<&'a BTreeMap<String, Option<Json>>>,
}

impl<'a> Step<'a> {
    pub(super) fn scope<'b>(&'b self, of: &'b Settings, exports: &'b BTreeMap<String, String>) -> Scope<'b>
    where
        'a: 'b,
    {
        let (stack_name, stack_id, region) = self.stack;
        let Settings { template, parameters, .. } = of;
        Scope { template, parameters, stack_name, stack_id, region, records: self.records, exports }
    }

    /// The changes, in the order of the templates.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let exports = BTreeMap::new();
        let (old, new) = (self.scope(self.before, &exports), self.scope(self.after, &exports));
        let before: IndexMap<_, _> = old.resources().into_iter().collect();
        let after: IndexMap<_, _> = new.resources().into_iter().collect();
        let mut changes: IndexMap<String, Change> = IndexMap::new();
        for (id, resource) in &after {
            let is_gone = self.actual.and_then(|actual| actual.get(id)).is_some_and(Option::is_none);
            let change = match before.get(id) {
                Some(was) if !is_gone => self.modified(id, (was, &old), (resource, &new)),
                _ => Some(self.change(id, resource, "Add")),
            };
            changes.extend(change.map(|change| (id.clone(), change)));
        }
        for (id, resource) in before.iter().filter(|(id, _)| !after.contains_key(*id)) {
            let mut change = self.change(id, resource, "Remove");
            change.policy_action = Some(match text_of(resource, "DeletionPolicy") {
                "Retain" | "RetainExceptOnCreate" => "Retain",
                "Snapshot" => "Snapshot",
                _ => "Delete",
            });
            changes.insert(id.clone(), change);
        }
        self.follow(&after, &mut changes);
        changes.into_values().collect()
    }

    fn change(&self, id: &str, resource: &Json, action: &'static str) -> Change {
        let record = self.records.get(id).filter(|_| action != "Add");
        Change {
            action,
            logical_id: id.to_owned(),
            physical_id: record.map(|record| record.physical_id.clone()).filter(|id| !id.is_empty()),
            resource_type: text_of(resource, "Type").to_owned(),
            ..Change::default()
        }
    }

    /// What is different about a resource of both templates. `DependsOn` alone is no change.
    fn modified(&self, id: &str, was: (&Json, &Scope<'_>), is: (&Json, &Scope<'_>)) -> Option<Change> {
        let null = Json::Null;
        let properties = |(resource, scope): (&Json, &Scope<'_>)| {
            expression::resolve(resource.get("Properties").unwrap_or(&null), &Values(*scope))
        };
        let (old, new) = (properties(was), properties(is));
        let kind = text_of(is.0, "Type");
        let mut change = self.change(id, is.0, "Modify");
        change.replacement = Some("False");
        let found = |before: &Json, after: &Json| {
            let mut paths = Vec::new();
            differences(&mut Vec::new(), Some(before), Some(after), &mut paths);
            let text = |json: &Json, pointer: &str| json.pointer(pointer).map(scalar_text).unwrap_or_default();
            let values = paths.into_iter().map(|path| {
                let pointer = format!("/{}", path.join("/"));
                let values = (text(before, &pointer), text(after, &pointer));
                (path, pointer, values)
            });
            values.collect::<Vec<_>>()
        };
        let mut all = found(&old, &new);
        if let Some(Some(live)) = self.actual.and_then(|actual| actual.get(id))
            && let Some(record) = self.records.get(id)
        {
            let drifted = found(live, &record.properties);
            all.extend(
                drifted
                    .into_iter()
                    .filter(|(path, ..)| !all.iter().any(|(known, ..)| known == path))
                    .collect::<Vec<_>>(),
            );
        }
        for (path, pointer, (from, to)) in all {
            let recreation = if self.replacing.contains(id) { "Always" } else { recreation(kind, &path) };
            change.raise(recreation);
            change.scope.insert("Properties");
            change.details.push(Detail {
                attribute: "Properties",
                name: path.first().cloned(),
                recreation,
                evaluation: "Static",
                source: "DirectModification",
                entity: None,
                values: Some((pointer, from, to)),
            });
        }
        for attribute in ["DeletionPolicy", "Metadata", "UpdatePolicy", "CreationPolicy", "UpdateReplacePolicy"] {
            if was.0.get(attribute) != is.0.get(attribute) {
                change.scope.insert(attribute);
                change.details.push(Detail::of(attribute));
            }
        }
        let is_tagged = schema::of(kind).is_some_and(|schema| schema.tag_property().is_some());
        if is_tagged && self.before.tags != self.after.tags {
            change.scope.insert("Tags");
            change.details.push(Detail::of("Tags"));
        }
        if change.replacement == Some("True") {
            change.policy_action = Some(match text_of(is.0, "UpdateReplacePolicy") {
                "Retain" => "ReplaceAndRetain",
                "Snapshot" => "ReplaceAndSnapshot",
                _ => "ReplaceAndDelete",
            });
        }
        (!change.scope.is_empty()).then_some(change)
    }

    /// What refers to something that is changed may change with it: only its execution tells.
    fn follow(&self, after: &IndexMap<String, Json>, changes: &mut IndexMap<String, Change>) {
        loop {
            let mut more = Vec::new();
            for (id, resource) in after {
                let known = changes.get(id);
                if known.is_some_and(|change| change.action != "Modify") {
                    continue;
                }
                let Some(properties) = resource.get("Properties") else { continue };
                let kind = text_of(resource, "Type");
                expression::visit(&expression::Path::Root, properties, &mut |path, reference| {
                    let (to, source, needs_replacement) = match &reference {
                        Reference::To(to) => (*to, "ResourceReference", true),
                        Reference::Attribute(to, _) => (*to, "ResourceAttribute", false),
                        Reference::Condition(_) | Reference::Mapping(_) => return,
                    };
                    let Some(cause) = changes.get(to).filter(|cause| cause.action == "Modify") else { return };
                    if needs_replacement && cause.replacement == Some("False") {
                        return;
                    }
                    // Another value of an attribute comes from a change of a property.
                    if !cause.scope.contains("Properties") {
                        return;
                    }
                    let entity = match &reference {
                        Reference::Attribute(to, attribute) => format!("{to}.{attribute}"),
                        _ => to.to_owned(),
                    };
                    let is_known = |change: &Change| {
                        change.details.iter().any(|detail| detail.entity.as_deref() == Some(entity.as_str()))
                    };
                    if known.is_some_and(is_known) {
                        return;
                    }
                    let steps = steps(&path.to_string());
                    let detail = Detail {
                        attribute: "Properties",
                        name: steps.first().cloned(),
                        recreation: match recreation(kind, &steps) {
                            "Never" => "Never",
                            // It is replaced only if the value turns out to be another.
                            _ => "Conditionally",
                        },
                        evaluation: "Dynamic",
                        source,
                        entity: Some(entity),
                        values: None,
                    };
                    more.push((id.clone(), detail));
                });
            }
            if more.is_empty() {
                return;
            }
            for (id, detail) in more {
                let change = changes.entry(id.clone()).or_insert_with(|| Change {
                    replacement: Some("False"),
                    ..self.change(&id, &after[&id], "Modify")
                });
                let is_new = !change.details.iter().any(|known| known.entity == detail.entity);
                if is_new {
                    change.raise(detail.recreation);
                    change.scope.insert("Properties");
                    change.details.push(detail);
                }
            }
        }
    }

    /// Resources whose types are not those that they were.
    pub(crate) fn retyped(&self) -> Vec<String> {
        let after = self.after.template.section("Resources");
        let is_other = |id: &str, it: &Json| {
            let record = self.before.template.resource(id);
            record.is_some_and(|was| was.get("Type") != it.get("Type"))
        };
        after.filter(|(id, it)| is_other(id, it)).map(|(id, _)| id.to_owned()).collect()
    }

    /// Whether the outputs are others.
    pub(crate) fn changes_outputs(&self) -> bool {
        let exports = BTreeMap::new();
        let outputs = |settings: &Settings| -> Vec<(String, Json)> {
            let scope = self.scope(settings, &exports);
            let active = settings.template.section("Outputs").filter(|(_, it)| scope.is_active(it));
            active.map(|(name, it)| (name.to_owned(), expression::resolve(it, &Values(scope)))).collect()
        };
        outputs(self.before) != outputs(self.after)
    }
}

impl Change {
    fn raise(&mut self, recreation: &str) {
        self.replacement = match (self.replacement, recreation) {
            (_, "Always") | (Some("True"), _) => Some("True"),
            (_, "Conditionally") | (Some("Conditional"), _) => Some("Conditional"),
            _ => Some("False"),
        };
    }

    /// Values of properties are told to whoever asks for them.
    pub(crate) fn write(&self, xml: &mut Xml, with_values: bool) {
        xml.text("Type", "Resource").within("ResourceChange", |xml| {
            xml.optional("PolicyAction", self.policy_action)
                .text("Action", self.action)
                .text("LogicalResourceId", &self.logical_id)
                .optional("PhysicalResourceId", self.physical_id.as_ref())
                .text("ResourceType", &self.resource_type)
                .optional("Replacement", self.replacement)
                .texts("Scope", &self.scope)
                .members("Details", &self.details, |xml, detail| {
                    xml.within("Target", |xml| {
                        xml.text("Attribute", detail.attribute)
                            .optional("Name", detail.name.as_ref())
                            .text("RequiresRecreation", detail.recreation);
                        if let Some((path, before, after)) = detail.values.as_ref().filter(|_| with_values) {
                            xml.text("Path", format!("/Properties{path}"))
                                .text("BeforeValue", before)
                                .text("AfterValue", after);
                        }
                    });
                    xml.text("Evaluation", detail.evaluation)
                        .text("ChangeSource", detail.source)
                        .optional("CausingEntity", detail.entity.as_ref());
                });
        });
    }
}

impl Detail {
    const fn of(attribute: &'static str) -> Self {
        Self {
            attribute,
            name: None,
            recreation: "Never",
            evaluation: "Static",
            source: "DirectModification",
            entity: None,
            values: None,
        }
    }
}

/// The live properties of a stack's resources; nothing of those that are gone.
pub(crate) fn actual(account: &Account, stack: &Stack) -> BTreeMap<String, Option<Json>> {
    let made = stack.records.iter().filter(|(_, record)| record.is_held() && !record.physical_id.is_empty());
    made.map(|(id, record)| {
        let live = account.find(&record.resource_type, &stack.region, &record.physical_id);
        (id.clone(), live.map(|live| live.properties.clone()))
    })
    .collect()
}

/// What can be told of a template before it is deployed.
pub(super) struct Values<'a>(pub(super) Scope<'a>);

impl Known for Values<'_> {
    fn reference(&self, name: &str) -> Option<Json> {
        if self.0.template.resource(name).is_some() {
            return None;
        }
        (name != "AWS::NoValue").then(|| self.0.evaluate(&serde_json::json!({ "Ref": name })).ok())?
    }

    fn condition(&self, name: &str) -> Option<bool> {
        Some(self.0.holds(name))
    }

    fn in_map(&self, map: &str, key: &str, below: &str) -> Option<Json> {
        let found = self.0.template.section("Mappings").find(|(name, _)| *name == map);
        found.and_then(|(_, entries)| entries.get(key)?.get(below)).cloned()
    }
}

/// Whether a change of the property at `path` replaces the resource.
pub(crate) fn recreation(resource_type: &str, path: &[String]) -> &'static str {
    let Some(schema) = schema::of(resource_type) else { return "Never" };
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    if schema.create_only(&path) {
        "Always"
    } else if schema.conditionally_create_only(&path) {
        "Conditionally"
    } else {
        "Never"
    }
}

/// The paths of the leaves that are different.
pub(crate) fn differences(
    path: &mut Vec<String>,
    before: Option<&Json>,
    after: Option<&Json>,
    found: &mut Vec<Vec<String>>,
) {
    if before == after {
        return;
    }
    let members = |json: Option<&Json>| -> Option<Map<String, Json>> {
        match json {
            None | Some(Json::Null) => Some(Map::new()),
            Some(json) => match Expression::of(json) {
                Expression::Map(members) => Some(members.clone()),
                _ => None,
            },
        }
    };
    if let (Some(old), Some(new)) = (members(before), members(after)) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            path.push(name.clone());
            differences(path, old.get(name), new.get(name), found);
            path.pop();
        }
        return;
    }
    if let (Some(Json::Array(old)), Some(Json::Array(new))) = (before, after) {
        for index in 0..old.len().max(new.len()) {
            path.push(index.to_string());
            differences(path, old.get(index), new.get(index), found);
            path.pop();
        }
        return;
    }
    found.push(path.clone());
}

/// `A.B[0].C` as the steps of a path.
fn steps(path: &str) -> Vec<String> {
    path.split(['.', '[', ']']).filter(|step| !step.is_empty()).map(str::to_owned).collect()
}

//! What CloudFormation would refuse about changes, although it accepts the template on its own.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::snapshot::Known;
use super::{Action, Plan, ResourceChange, Snapshot, loops};
use crate::dynamodb::Table;
use crate::expression::display;
use crate::facts::name_property;
use crate::reference::Resource as _;
use assembly::{Finding, Location};

impl Plan {
    /// What CloudFormation would refuse about these changes. `location` gives the place where a resource is declared.
    #[must_use]
    pub fn check(
        &self,
        before: Option<&Snapshot>,
        after: &Snapshot,
        location: impl Fn(&str) -> Option<Location>,
    ) -> Vec<Finding> {
        let (before, after) = (before.map(loops::expand), &*loops::expand(after));
        let before = before.as_deref();
        let known = after.known();
        let mut findings = Vec::new();
        for change in &self.resources {
            let new = after.template.resource(&change.id);
            let refused = retyped(change).or_else(|| replaces_named(change, &known));
            findings.extend(refused.map(|finding| place(finding, location(&change.id))));
            let old = before.and_then(|before| before.template.resource(&change.id));
            if let (Action::Update, Some(old), Some(new)) = (change.action, old, new)
                && change.resource_type == Table::TYPE
            {
                findings.extend(index_changes(change, old, new).map(|finding| place(finding, location(&change.id))));
            }
        }
        findings
    }
}

fn place(finding: Finding, location: Option<Location>) -> Finding {
    Finding { location, ..finding }
}

/// CloudFormation takes no other type under a logical id of the stack.
fn retyped(change: &ResourceChange) -> Option<Finding> {
    let [of_type] = &change.properties[..] else { return None };
    let (Some(Json::String(before)), Some(Json::String(after))) = (&of_type.before, &of_type.after) else {
        return None;
    };
    (of_type.path == "Type" && change.resource_type == *after && before != after).then(|| {
        Finding::error(
            "type-changed",
            format!("`{}` is of type `{before}` and cannot become one of type `{after}`", change.id),
        )
        .help("give the new resource another logical id")
    })
}

/// The new resource is made while the old one still has its name.
fn replaces_named(change: &ResourceChange, known: &Known<'_>) -> Option<Finding> {
    if change.action != Action::Replace {
        return None;
    }
    let property = name_property(&change.resource_type)?;
    let resource = known.resolve(known.entry("Resources", &change.id)?);
    let name = resource.get("Properties")?.get(property)?;
    let renamed = change.properties.iter().any(|it| it.path == property);
    (!renamed).then(|| {
        let name = display(name);
        Finding::error(
            "replaces-named",
            format!("`{}` must be replaced, and its name `{name}` is still taken by the old one", change.id),
        )
        .help(format!("give it another `{property}`, or deploy once without it"))
    })
}

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>
fn index_changes(
    change: &ResourceChange,
    before: &Map<String, Json>,
    after: &Map<String, Json>,
) -> impl Iterator<Item = Finding> {
    let (old, new) = (index_names(before), index_names(after));
    let count = old.symmetric_difference(&new).count();
    let many = (count > 1).then(|| {
        Finding::error(
            "one-index-per-update",
            format!("`{}` gains or loses {count} global secondary indexes; one update can change one", change.id),
        )
        .help("deploy the indexes one after the other")
    });
    let changed = old.intersection(&new).filter(|name| {
        let path = format!("GlobalSecondaryIndexes[{name}].");
        let parts = change.properties.iter().filter_map(|it| it.path.strip_prefix(&path));
        parts.into_iter().any(|part| part.starts_with("KeySchema") || part.starts_with("Projection"))
    });
    let changed: Vec<_> = changed
        .map(|name| {
            Finding::error(
                "index-changed",
                format!("the index `{name}` of `{}` changes its key or projection, which no update can", change.id),
            )
            .help("give the changed index another name")
        })
        .collect();
    many.into_iter().chain(changed)
}

fn index_names(resource: &Map<String, Json>) -> BTreeSet<&str> {
    let indexes = resource.get("Properties").and_then(|properties| properties.get("GlobalSecondaryIndexes"));
    let indexes = indexes.and_then(Json::as_array).into_iter().flatten();
    indexes.filter_map(|index| index.get("IndexName")?.as_str()).collect()
}

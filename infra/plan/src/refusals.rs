//! What CloudFormation would refuse about changes, although it accepts the template on its own.

use serde_json::Value as Json;

use super::snapshot::Known;
use super::{Action, Plan, ResourceChange, Snapshot, loops};
use assembly::{Finding, Location};
use infra::expression::display;
use infra::facts::{holds, name_property, stood_for};
use infra::lambda::{Version, is_in_a_version};
use infra::reference::Resource as _;

impl Plan {
    /// What CloudFormation would refuse about these changes, and warnings of messages that may not be taken. `location` gives the place where a resource is declared.
    #[must_use]
    pub fn check(&self, after: &Snapshot, location: impl Fn(&str) -> Option<Location>) -> Vec<Finding> {
        let after = &*loops::expand(after);
        let known = after.known();
        let mut findings = Vec::new();
        for change in &self.resources {
            let unmoved = || self.unmoved(change, after);
            let refused = retyped(change).or_else(|| replaces_named(change, &known)).or_else(unmoved);
            findings.extend(refused.map(|finding| place(finding, location(&change.id))));
        }
        let resources = after.template.section("Resources");
        findings.extend(resources.filter_map(|(id, it)| Some(place(self.unpublished(id, it)?, location(id)))));
        findings.extend(self.messages.iter().cloned());
        findings
    }

    /// A version that is published when its function does not change, or that is not when it does.
    fn unpublished(&self, id: &str, resource: &Json) -> Option<Finding> {
        if resource.get("Type")?.as_str()? != Version::TYPE {
            return None;
        }
        let function = stood_for(Version::TYPE, resource.get("Properties")?)?;
        let change = |id: &str| self.resources.iter().find(|change| change.id == id);
        let of_function = change(function);
        let is_kept = |path: &str| is_in_a_version(path.split(['.', '[']).next().unwrap_or_default());
        let changes = of_function.is_some_and(|it| {
            it.action != Action::Update || it.properties.iter().any(|property| is_kept(&property.path))
        });
        match (change(id).map(|version| version.action), changes) {
            (Some(Action::Replace), false) => Some(
                Finding::warning(
                    "version-unchanged",
                    format!(
                        "`{id}` is published anew, and `{function}` does not change: Lambda publishes nothing twice"
                    ),
                )
                .help(format!("change something of `{function}` as well, such as its description")),
            ),
            (None, true) if of_function.is_some_and(|it| it.action == Action::Update) => Some(
                Finding::warning(
                    "version-unpublished",
                    format!(
                        "`{function}` changes, and `{id}` stays: who invokes an alias goes on with the version before"
                    ),
                )
                .help(format!("change something of `{function}` in the source as well, such as its description")),
            ),
            _ => None,
        }
    }

    /// A resource that should be moved and is of a type that CloudFormation does not move. One that holds nothing can as
    /// well be made anew.
    fn unmoved(&self, change: &ResourceChange, after: &Snapshot) -> Option<Finding> {
        let from = after.moved_from.get(&change.id).filter(|former| former.stack.is_none()).map(|former| &former.id)?;
        let goes = |it: &ResourceChange| it.id == *from && matches!(it.action, Action::Delete | Action::Retain);
        let (id, of_type) = (&change.id, &change.resource_type);
        let is_data = change.action == Action::Create && holds(of_type).is_data();
        if !is_data || !self.resources.iter().any(goes) {
            return None;
        }
        let message = format!("`{id}` cannot be moved from `{from}`: CloudFormation moves no `{of_type}`");
        Some(Finding::error("unmovable", message).help(format!("keep the logical id `{from}`")))
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

//! What CloudFormation would refuse about changes, although it accepts the template on its own.

use serde_json::{Map, Value as Json};

use super::{Action, Plan, ResourceChange, Snapshot};
use crate::facts::physical_name;
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
        let mut findings = Vec::new();
        for change in &self.resources {
            let new = after.template.resource(&change.id);
            findings.extend(replaces_named(change, new).map(|finding| place(finding, location(&change.id))));
        }
        findings
    }
}

fn place(finding: Finding, location: Option<Location>) -> Finding {
    Finding { location, ..finding }
}

fn replaces_named(change: &ResourceChange, resource: Option<&Map<String, Json>>) -> Option<Finding> {
    if change.action != Action::Replace {
        return None;
    }
    let (property, name) = physical_name(&change.resource_type, resource?)?;
    let renamed = change.properties.iter().any(|it| it.path == property);
    (!renamed).then(|| {
        Finding::error(
            "replaces-named",
            format!("`{}` must be replaced, and its name `{name}` is still taken by the old one", change.id),
        )
        .help(format!("give it another `{property}`, or deploy once without it"))
    })
}

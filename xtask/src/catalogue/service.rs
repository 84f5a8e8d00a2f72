//! From the facts of one service to its block in the catalogue.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;

use super::keys::Keys;
use super::read;

/// The block of a service.
pub(super) struct Block {
    pub(super) text: String,
    pub(super) actions: usize,
    pub(super) resource_types: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Action {
    name: String,
    access_level: String,
    resource_types: Vec<ResourceUse>,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceUse {
    name: String,
    required: bool,
    condition_keys: Vec<String>,
    dependent_actions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceType {
    key: String,
    arn: String,
    #[serde(default)]
    condition_keys: Vec<String>,
}

/// The resource types of a service by their names in lowercase.
type ResourceTypes = BTreeMap<String, ResourceType>;

impl Block {
    pub(super) fn read(data: &Path, prefix: &str, name: &str, keys: &Keys) -> Result<Self> {
        let actions: BTreeMap<String, Action> = read(&data.join(format!("actions/{prefix}.json")))?;
        let resource_types: ResourceTypes = read(&data.join(format!("resourceTypes/{prefix}.json")))?;
        // Writing to a string cannot fail.
        let mut text = format!("{prefix} {name}\n{}", keys.lines());
        for known in resource_types.values() {
            ensure!(!known.key.contains(['|', '!', '?']), "`{}` has a character of the notation", known.key);
            let arns: Vec<_> = known.arn.split(", ").map(|arn| shortened(arn, prefix)).collect();
            let _ = writeln!(text, "@{}|{}|{}", known.key, arns.join(" "), keys.list(prefix, &known.condition_keys)?);
        }
        let mut groups: BTreeMap<String, String> = BTreeMap::new();
        for action in actions.values() {
            let facts = action
                .facts(prefix, keys, &resource_types)
                .with_context(|| format!("the action `{prefix}:{}`", action.name))?;
            let _ = writeln!(groups.entry(facts).or_default(), "{}{}", action.level()?, action.name);
        }
        for (facts, names) in groups {
            let _ = writeln!(text, "={facts}");
            text.push_str(&names);
        }
        Ok(Self { text, actions: actions.len(), resource_types: resource_types.len() })
    }
}

impl Action {
    fn level(&self) -> Result<char> {
        Ok(match self.access_level.as_str() {
            "List" => 'l',
            "Read" => 'r',
            "Write" => 'w',
            "Tagging" | "Tagging, Write" => 't',
            "Permissions management" | "Permissions management, Write" => 'p',
            other => bail!("the action `{}` has the unknown access level `{other}`", self.name),
        })
    }

    /// Its condition keys and resource types, as a line.
    fn facts(&self, prefix: &str, keys: &Keys, known: &ResourceTypes) -> Result<String> {
        let depends = self.resource_types.iter().any(|used| !used.dependent_actions.is_empty());
        ensure!(!depends && self.dependent_actions.is_empty(), "the notation has no dependent actions");
        // The same type may be listed several times, with other condition keys.
        let mut uses: BTreeMap<String, (bool, Vec<&String>)> = BTreeMap::new();
        for used in &self.resource_types {
            let (required, condition_keys) = uses.entry(used.name.to_lowercase()).or_default();
            *required |= used.required;
            condition_keys.extend(&used.condition_keys);
        }
        let mut fields: BTreeMap<String, String> = BTreeMap::new();
        for (lower, (required, condition_keys)) in uses {
            let name = &known.get(&lower).with_context(|| format!("the resource type `{lower}` is not listed"))?.key;
            let mark = if required { '!' } else { '?' };
            let field = fields.entry(keys.list(prefix, condition_keys)?).or_default();
            let _ = write!(field, "{name}{mark}");
        }
        let mut line = keys.list(prefix, &self.condition_keys)?;
        for (condition_keys, names) in fields {
            let _ = write!(line, "|{names}{condition_keys}");
        }
        Ok(line)
    }
}

/// The format of an ARN without what most ARNs of the service start with.
fn shortened(arn: &str, prefix: &str) -> String {
    let start = format!("arn:${{Partition}}:{prefix}:${{Region}}:${{Account}}:");
    arn.strip_prefix(&start).map_or_else(|| arn.to_owned(), |rest| format!(":{rest}"))
}

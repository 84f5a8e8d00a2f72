//! Makes the schema file that `infra` embeds from the schemas that cfn-lint's package carries.
//!
//! The file holds facts, no text: which properties a type has, and what each accepts. Its grammar is described
//! where it is read, in `infra/schemas/src/text.rs`.

mod groups;
mod notation;
mod shape;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value as Json};

use notation::Block;

/// The region whose types are taken: it has them all.
const REGION: &str = "us-east-1";

/// Writes the schema file `output` from `cfn_lint_package`, the folder `cfnlint` of the installed package.
///
/// The same package gives the same bytes.
///
/// # Errors
/// When the folder is not that package, or a schema holds what the file's notation cannot say.
pub fn run(cfn_lint_package: &Path, output: &Path) -> Result<()> {
    let schemas = cfn_lint_package.join("data/schemas");
    let types: BTreeMap<String, String> = read(&schemas.join(format!("providers/{REGION}.json")))?;
    let more = MoreAttributes::read(&cfn_lint_package.join("schema/_getatts.py"))?;
    let mut index = String::new();
    let mut blocks = String::new();
    for (name, file) in &types {
        let schema: Map<String, Json> = read(&schemas.join(format!("resources/{file}.json")))?;
        let block =
            Block::of(name, &schema, more.of(name, &schema)).with_context(|| format!("the schema of {name}"))?;
        writeln!(index, "{name} {}", block.len())?;
        blocks.push_str(&block);
    }
    let version = version(cfn_lint_package)?;
    let text = format!("{}{index}\n{blocks}", header(&version));
    fs::write(output, text).with_context(|| format!("cannot write {}", output.display()))
}

fn header(version: &str) -> String {
    format!(
        "# The resource types of AWS CloudFormation in {REGION}: facts from the resource schemas that AWS publishes,\n\
         # as carried by cfn-lint {version} (MIT-0, https://github.com/aws-cloudformation/cfn-lint).\n\
         # Made by `cargo xtask schemas`; the notation is described in infra/schemas/src/text.rs.\n\
         # First the types with the length of their blocks in bytes, then the blocks.\n"
    )
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))
}

fn version(package: &Path) -> Result<String> {
    let path = package.join("version.py");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let version = text.lines().find_map(|line| line.strip_prefix("__version__ = "));
    Ok(version.context("cfn-lint's version.py has no __version__")?.trim_matches('"').to_owned())
}

/// What `Fn::GetAtt` gives beside the read-only properties: the schemas do not say it, cfn-lint's code does.
struct MoreAttributes {
    every_property: BTreeSet<String>,
    named: BTreeMap<String, Vec<String>>,
}

impl MoreAttributes {
    fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let every_property = between(&text, "_all_property_types = [", "\n]")?;
        let exceptions = between(&text, "_exceptions = {", "\n}")?;
        let mut named: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut current = String::new();
        for name in quoted(exceptions) {
            if name.contains("::") {
                name.clone_into(&mut current);
            } else {
                named.entry(current.clone()).or_default().push(name.to_owned());
            }
        }
        Ok(Self { every_property: quoted(every_property).map(str::to_owned).collect(), named })
    }

    fn of(&self, name: &str, schema: &Map<String, Json>) -> Vec<String> {
        if self.every_property.contains(name) {
            let properties = schema.get("properties").and_then(Json::as_object);
            return properties.into_iter().flatten().map(|(name, _)| name.clone()).collect();
        }
        self.named.get(name).cloned().unwrap_or_default()
    }
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Result<&'a str> {
    let found = text.split_once(start).and_then(|(_, rest)| rest.split_once(end));
    match found {
        Some((inner, _)) => Ok(inner),
        None => bail!("cfn-lint's list `{start}` of attributes is not where it was"),
    }
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

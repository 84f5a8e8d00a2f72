//! Condition keys, in the file's notation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use super::read;

/// Keys that nearly every service has, with how they are written.
const SHORT: [(&str, &str); 3] =
    [("aws:RequestTag/${TagKey}", "+"), ("aws:TagKeys", "#"), ("aws:ResourceTag/${TagKey}", "@")];

const GLOBAL: &str = "dist/esm/globalConditionKeys.js";

/// Condition keys by their names in lowercase, each with the notation of its type.
pub(super) struct Keys(BTreeMap<String, (String, String)>);

#[derive(Deserialize)]
struct Key {
    key: String,
    #[serde(rename = "type")]
    values: String,
}

impl Keys {
    /// Those that requests to a service may have.
    pub(super) fn of_service(data: &Path, prefix: &str) -> Result<Self> {
        let listed: BTreeMap<String, Key> = read(&data.join(format!("conditionKeys/{prefix}.json")))?;
        let mut keys = Self(BTreeMap::new());
        for key in listed.values() {
            keys.add(&key.key, &key.values)?;
        }
        Ok(keys)
    }

    /// The global ones, and those that a service has whose prefix is none of a service with that key.
    pub(super) fn of_no_service(package: &Path, services: &BTreeMap<String, Self>) -> Result<Self> {
        let mut keys = Self(BTreeMap::new());
        for (name, values) in global(package)? {
            keys.add(&name, &values)?;
        }
        for (lower, key) in services.values().flat_map(|service| &service.0) {
            let owner = lower.split_once(':').and_then(|(prefix, _)| services.get(prefix));
            if !owner.is_some_and(|owner| owner.0.contains_key(lower)) {
                keys.0.entry(lower.clone()).or_insert_with(|| key.clone());
            }
        }
        Ok(keys)
    }

    fn add(&mut self, name: &str, values: &str) -> Result<()> {
        let name = placeholder(name);
        ensure!(!name.contains(['|', ' ', '\n']), "the condition key `{name}` has a character of the notation");
        let (one, multivalued) = match values.strip_prefix("ArrayOf") {
            Some(one) => (one, "*"),
            None => (values, ""),
        };
        let letters =
            [("ARN", "a"), ("Bool", "b"), ("Date", "d"), ("IPAddress", "i"), ("Numeric", "n"), ("String", "s")];
        let letter = letters.iter().find(|(name, _)| *name == one);
        let (_, letter) =
            letter.with_context(|| format!("the condition key `{name}` has the unknown type `{values}`"))?;
        self.0.entry(name.to_lowercase()).or_insert((name, format!("{letter}{multivalued}")));
        Ok(())
    }

    /// A line for each.
    pub(super) fn lines(&self) -> String {
        let mut lines = String::new();
        for (name, values) in self.0.values() {
            // Writing to a string cannot fail.
            let _ = match short(name) {
                Some(short) => writeln!(lines, "%{short}"),
                None => writeln!(lines, "%{name} {values}"),
            };
        }
        lines
    }

    /// A list of names of these keys, of the service with this prefix.
    pub(super) fn list<'a>(&self, prefix: &str, names: impl IntoIterator<Item = &'a String>) -> Result<String> {
        let names: BTreeSet<_> = names.into_iter().map(|name| placeholder(name).to_lowercase()).collect();
        let written = names.iter().map(|lower| {
            let (name, _) = self.0.get(lower).with_context(|| format!("the condition key `{lower}` is not listed"))?;
            let own = name.strip_prefix(prefix).filter(|rest| rest.starts_with(':'));
            Ok(short(name).or(own).unwrap_or(name))
        });
        Ok(written.collect::<Result<Vec<_>>>()?.join(" "))
    }
}

fn short(name: &str) -> Option<&'static str> {
    SHORT.iter().find(|(long, _)| *long == name).map(|(_, short)| *short)
}

/// The name with placeholders as most keys have them: `${TagKey}`, not `tag-key`, `<key>` or nothing.
fn placeholder(name: &str) -> String {
    match name.strip_suffix("/tag-key").or_else(|| name.strip_suffix('/')) {
        Some(start) => format!("{start}/${{TagKey}}"),
        None => name.replace('<', "${").replace('>', "}"),
    }
}

/// The global keys with their types: the package has them in its code, not in its data.
fn global(package: &Path) -> Result<Vec<(String, String)>> {
    let path = package.join(GLOBAL);
    let code = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let list = code.split_once("globalConditionKeys = [").and_then(|(_, rest)| rest.split_once("\n];"));
    let (list, _) =
        list.with_context(|| format!("the list of global condition keys is not where it was in {GLOBAL}"))?;
    let keys = list.split("key: '").skip(1).map(|entry| {
        let (name, rest) = entry.split_once('\'')?;
        let (_, values) = rest.split_once("type: '")?;
        Some((name.to_owned(), values.split_once('\'')?.0.to_owned()))
    });
    keys.collect::<Option<_>>().with_context(|| format!("a global condition key has no type in {GLOBAL}"))
}

//! Makes the catalogue of actions that `policies` embeds from the npm package that carries AWS's facts.
//!
//! The file holds facts, no descriptions. Its notation is described where it is read, in
//! `policies/src/catalogue/text.rs`.

mod keys;
pub mod package;
mod service;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use keys::Keys;
use service::Block;

/// What the package says of itself.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct About {
    version: String,
    updated_at: String,
}

/// Writes the catalogue `output` from `package`, the folder of the unpacked npm package.
///
/// The same package gives the same bytes.
///
/// # Errors
/// When the folder is not that package, or it holds what the file's notation cannot say.
pub fn run(package: &Path, output: &Path) -> Result<()> {
    let text = text(package)?;
    fs::write(output, text).with_context(|| format!("cannot write {}", output.display()))
}

fn text(package: &Path) -> Result<String> {
    let data = package.join("data");
    let names: BTreeMap<String, String> = read(&data.join("serviceNames.json"))?;
    let keys_of = |prefix: &String| {
        let keys = Keys::of_service(&data, prefix).with_context(|| format!("the condition keys of `{prefix}`"))?;
        Ok((prefix.clone(), keys))
    };
    let keys = names.keys().map(keys_of).collect::<Result<BTreeMap<_, _>>>()?;
    let mut index = String::new();
    let mut blocks = String::new();
    let mut add = |prefix: &str, block: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(index, "{prefix} {}", block.len());
        blocks.push_str(block);
    };
    add("*", &format!("*\n{}", Keys::of_no_service(package, &keys)?.lines()));
    let (mut actions, mut resource_types) = (0, 0);
    for (prefix, name) in &names {
        let Some(keys) = keys.get(prefix) else { continue };
        let block = Block::read(&data, prefix, name, keys).with_context(|| format!("the service `{prefix}`"))?;
        add(prefix, &block.text);
        actions += block.actions;
        resource_types += block.resource_types;
    }
    let About { version, updated_at } = read(&package.join("package.json"))?;
    let day = updated_at.get(..10).context("the package's `updatedAt` has no date")?;
    let services = names.len();
    let name = package::FACTS.name;
    Ok(format!(
        "# The actions, resource types and condition keys of AWS's services: facts from AWS's Service Authorization\n\
         # Reference, as carried by {name} (MIT, https://github.com/act-security-labs/iam-data).\n\
         # Made by `cargo xtask catalogue`; the notation is described in policies/src/catalogue/text.rs.\n\
         version {version}\n\
         date {day}\n\
         services {services}\n\
         actions {actions}\n\
         resource-types {resource_types}\n\
         \n\
         {index}\n\
         {blocks}"
    ))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A package with the services `box`, which has all there is, and `lid`, which has nearly nothing.
    fn package() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let files = [
            ("package.json", r#"{"version": "1.2.3", "updatedAt": "2026-09-26T04:46:59.905Z"}"#),
            ("data/serviceNames.json", r#"{"lid": "Amazon Lid", "box": "AWS Box"}"#),
            (
                "dist/esm/globalConditionKeys.js",
                r"export const globalConditionKeys = [
    {
        key: 'aws:SourceIp',
        type: 'IPAddress',
    },
    {
        key: 'aws:PrincipalTag/tag-key',
        type: 'String', // or so
    }
];
key: 'other'",
            ),
            (
                "data/actions/box.json",
                r#"{
                    "open": {
                        "name": "Open", "accessLevel": "Write", "conditionKeys": [], "dependentActions": [],
                        "resourceTypes": [
                            {"name": "small box", "required": false, "conditionKeys": ["box:Size"],
                             "dependentActions": []},
                            {"name": "small box", "required": true, "conditionKeys": ["aws:TagKeys"],
                             "dependentActions": []},
                            {"name": "crate", "required": false, "conditionKeys": [], "dependentActions": []}
                        ]
                    },
                    "look": {
                        "name": "Look", "accessLevel": "Read", "conditionKeys": [], "dependentActions": [],
                        "resourceTypes": []
                    },
                    "close": {
                        "name": "Close", "accessLevel": "Permissions management, Write", "conditionKeys": [],
                        "dependentActions": [], "resourceTypes": []
                    }
                }"#,
            ),
            ("data/actions/lid.json", "{}"),
            (
                "data/resourceTypes/box.json",
                r#"{
                    "small box": {"key": "small box", "arn": "arn:${Partition}:box:${Region}:${Account}:small/${Id}"},
                    "crate": {
                        "key": "Crate", "arn": "arn:${Partition}:box:::a/${Id}, arn:${Partition}:box:::b/${Id}",
                        "conditionKeys": ["BOX:Tag/<key>"]
                    }
                }"#,
            ),
            ("data/resourceTypes/lid.json", "{}"),
            (
                "data/conditionKeys/box.json",
                r#"{
                    "box:size": {"key": "box:Size", "type": "ArrayOfARN"},
                    "box:tag/<key>": {"key": "box:Tag/<key>", "type": "String"},
                    "aws:tagkeys": {"key": "aws:TagKeys", "type": "ArrayOfString"},
                    "lid:colour": {"key": "lid:Colour", "type": "Bool"},
                    "lid:size": {"key": "lid:Size", "type": "Numeric"}
                }"#,
            ),
            ("data/conditionKeys/lid.json", r#"{"lid:size": {"key": "lid:Size", "type": "Numeric"}}"#),
        ];
        for (path, text) in files {
            write(folder.path(), path, text);
        }
        folder
    }

    fn write(folder: &Path, path: &str, text: &str) {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[test]
    fn a_package_becomes_an_index_and_a_block_for_each_service() {
        let text = text(package().path()).unwrap();
        let facts: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let expected = [
            "version 1.2.3",
            "date 2026-09-26",
            "services 2",
            "actions 3",
            "resource-types 2",
            "",
            "* 65",
            "box 226",
            "lid 27",
            "",
            "*",
            "%aws:PrincipalTag/${TagKey} s",
            "%aws:SourceIp i",
            "%#",
            "%lid:Colour b",
            "box AWS Box",
            "%#",
            "%box:Size a*",
            "%box:Tag/${key} s",
            "%lid:Colour b",
            "%lid:Size n",
            "@Crate|arn:${Partition}:box:::a/${Id} arn:${Partition}:box:::b/${Id}|:Tag/${key}",
            "@small box|:small/${Id}|",
            "=",
            "pClose",
            "rLook",
            "=|Crate?|small box!# :Size",
            "wOpen",
            "lid Amazon Lid",
            "%lid:Size n",
        ];
        assert_eq!(facts, expected);
    }

    #[track_caller]
    fn check_refused(path: &str, text: &str, expected: &str) {
        let package = package();
        write(package.path(), path, text);
        let error = super::text(package.path()).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains(expected), "{message}");
    }

    #[test]
    fn what_the_notation_cannot_say_is_refused() {
        let action = |level, more| {
            let lists = format!(r#""conditionKeys": [], "resourceTypes": [], "dependentActions": [{more}]"#);
            format!(r#"{{"cut": {{"name": "Cut", "accessLevel": "{level}", {lists}}}}}"#)
        };
        let lid = "data/actions/lid.json";
        check_refused(
            lid,
            &action("Guess", ""),
            "the service `lid`: the action `Cut` has the unknown access level `Guess`",
        );
        check_refused(
            lid,
            &action("Read", r#""box:Open""#),
            "the action `lid:Cut`: the notation has no dependent actions",
        );
        let keys = r#"{"lid:size": {"key": "lid:Size", "type": "Colour"}}"#;
        check_refused("data/conditionKeys/lid.json", keys, "`lid:Size` has the unknown type `Colour`");
        check_refused("dist/esm/globalConditionKeys.js", "", "the list of global condition keys is not where it was");
        check_refused("data/serviceNames.json", r#"{"other": "Another"}"#, "cannot read");
    }
}

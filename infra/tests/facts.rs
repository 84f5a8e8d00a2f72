//! Every resource that this crate has a struct for has a record of its facts, which AWS's schemas bear out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use infra::facts::{self, Holds};
use infra::schema;

/// The types that `Resource::TYPE` says, read from the source: nothing lists them at run time.
fn typed() -> BTreeSet<String> {
    let mut types = BTreeSet::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut types);
    types
}

fn collect(folder: &Path, types: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, types);
        } else {
            let source = fs::read_to_string(&path).unwrap();
            let declared = source.lines().filter_map(|line| line.trim().strip_prefix("const TYPE: &'static str = \""));
            let declared = declared.filter_map(|rest| rest.strip_suffix("\";"));
            types.extend(declared.filter(|name| name.starts_with("AWS::")).map(str::to_owned));
        }
    }
}

#[test]
fn every_typed_resource_has_a_record() {
    let typed = typed();
    assert!(typed.len() > 25, "{typed:?}");
    for resource_type in &typed {
        assert!(!facts::of(resource_type).is_unknown(), "{resource_type} has no record in infra/src/facts/records.rs");
    }
}

#[test]
fn every_attribute_and_name_is_in_the_schema() {
    for resource_type in facts::recorded() {
        let schema = schema::of(resource_type).unwrap();
        for (attribute, form) in facts::of(resource_type).attributes() {
            assert!(schema.attributes().any(|known| known == attribute), "{resource_type} has no {attribute}");
            let rest = ["partition", "region", "account", "path", "id", "name"]
                .iter()
                .fold(form.to_owned(), |form, name| form.replace(&format!("{{{name}}}"), ""));
            assert!(!rest.contains(['{', '}']), "{resource_type}: {form}");
        }
        if let Some(property) = facts::name_property(resource_type) {
            assert!(schema.properties().any(|known| known == property), "{resource_type} has no {property}");
        }
    }
}

#[test]
fn a_database_of_an_unknown_vendor_holds_data() {
    assert_eq!(facts::holds("Acme::Storage::Database"), Holds::Uncounted("data"));
    assert!(facts::of("Acme::Storage::Database").is_unknown());
}

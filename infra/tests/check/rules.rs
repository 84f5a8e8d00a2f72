use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use infra::check::rules;

/// The rules that the source of this crate reports.
fn reported(folder: &Path, found: &mut BTreeSet<String>) {
    let call = regex::Regex::new(r#"(?:error|warning)\(\s*"([a-z0-9-]+)"|rule: "([a-z0-9-]+)""#).unwrap();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            reported(&path, found);
        } else {
            let source = fs::read_to_string(&path).unwrap();
            let names = call.captures_iter(&source).filter_map(|call| call.get(1).or_else(|| call.get(2)));
            found.extend(names.map(|name| name.as_str().to_owned()));
        }
    }
}

#[test]
fn every_rule_that_is_reported_is_listed_and_described() {
    let mut found = BTreeSet::new();
    reported(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let listed: Vec<_> = rules().iter().map(|rule| rule.name).collect();
    assert_eq!(listed, found.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(rules().iter().all(|rule| !rule.finds.is_empty() && !rule.finds.ends_with('.')));
}

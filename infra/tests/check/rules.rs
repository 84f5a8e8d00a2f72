use std::collections::BTreeSet;
use std::path::Path;
use std::{fs, io};

use infra::check::rules;
use regex::Regex;

/// The rules that the source in `folder` reports, each by a call that `call` matches.
fn reported(folder: &Path, call: &Regex, found: &mut BTreeSet<String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            reported(&path, call, found)?;
        } else {
            let source = fs::read_to_string(&path)?;
            let names = call.captures_iter(&source).filter_map(|call| call.get(1).or_else(|| call.get(2)));
            found.extend(names.map(|name| name.as_str().to_owned()));
        }
    }
    Ok(())
}

#[test]
fn every_rule_that_is_reported_is_listed_and_described() {
    let mut found = BTreeSet::new();
    let call = Regex::new(r#"(?:error|warning)\(\s*"([a-z0-9-]+)"|rule: "([a-z0-9-]+)""#).unwrap();
    for source in ["src", "plan/src"] {
        reported(&Path::new(env!("CARGO_MANIFEST_DIR")).join(source), &call, &mut found).unwrap();
    }
    let listed: Vec<_> = rules().iter().map(|rule| rule.name).collect();
    assert_eq!(listed, found.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(rules().iter().all(|rule| !rule.finds.is_empty() && !rule.finds.ends_with('.')));
}

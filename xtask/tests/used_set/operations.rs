//! The operations of a program.

use std::collections::BTreeSet;

use canary::{many, raw};
use engine::audit::calls::Call;
use engine::audit::linked::Linked;
use policies::operation;

use crate::{file, read};

/// Asserts that just the operations `called` and `falsely_found` are found in `program`.
#[track_caller]
fn check(program: &str, called: &[(&str, &str)], falsely_found: &[(&str, &str)]) {
    let linked = read(program);
    let (found, called) = (found(&linked), normal(called));
    let hits = found.intersection(&called).count();
    let more: BTreeSet<_> = found.difference(&called).cloned().collect();
    println!(
        "{program}: {hits} of {} operations found, {} more: recall {}, precision {}; {} bytes",
        called.len(),
        more.len(),
        percent(hits, called.len()),
        percent(hits, found.len()),
        file(program).len(),
    );
    let missing: Vec<_> = called.difference(&found).collect();
    assert!(missing.is_empty(), "{program} calls these, which are not found: {missing:?}");
    assert_eq!(more, normal(falsely_found), "{program} does not call these, which are found");
    assert_eq!(linked.unlisted, BTreeSet::new());
}

#[test]
fn all_of_many_operations_are_found_and_no_other() {
    assert!(many::CALLED.len() >= 100, "{}", many::CALLED.len());
    // What the SDK of S3 could call itself.
    check("canary-many", many::CALLED, &[("s3", "create_session")]);
}

fn is_of(call: &Call, service: &str, operation: &str) -> bool {
    call.service == service && call.operation == operation
}

#[test]
fn every_call_of_every_binding_is_found_with_the_binding_that_makes_it_and_no_other() {
    let kinds = bindings::kinds();
    let granted = kinds.iter().flat_map(|(kind, granted)| granted.iter().map(move |it| (*kind, it)));
    let ways = operation::services().flat_map(|service| operation::ways(service).iter().map(move |it| (service, it)));
    let ways: Vec<_> = ways.collect();
    let called: Vec<_> = granted
        .clone()
        .map(|(_, it)| (it.service, operation::shown_as(it.service, it.operation)))
        .chain(ways.iter().map(|(service, way)| (*service, way.shown_as)))
        .collect();
    // What the SDK of S3 could call itself, and how `aws-config` could get credentials.
    check("canary-services", &called, &[("s3", "create_session"), ("sts", "assume_role_with_web_identity")]);

    let calls = read("canary-services").calls;
    let has_own_way = |service, name| operation::ways(service).iter().any(|way| way.granted_by == name);
    for (kind, it) in granted {
        let kind = format!("bindings::{kind}<");
        let marker = format!("bindings::{}::{}", it.service, it.operation);
        let grants = |call: &Call| {
            let mut words = call.binding.split(['<', '>', '(', ')', ',', ' ']);
            call.binding.starts_with(&kind) && words.any(|word| word == marker)
        };
        // A condition check is part of a transaction alone.
        let is_by_a_way = has_own_way(it.service, it.operation);
        let found =
            calls.iter().filter(|call| grants(call)).any(|call| is_by_a_way || is_of(call, it.service, it.operation));
        assert!(found, "{kind}{marker}>");
    }
    // What only a part of a transaction can be has no call of its own.
    for (service, way) in ways.into_iter().filter(|(_, way)| way.name != way.granted_by) {
        assert!(calls.iter().any(|call| is_of(call, service, way.name)), "{service}: {}", way.name);
    }
}

#[test]
fn operations_are_found_however_they_are_called_and_no_other_but_the_known() {
    check("canary-raw", &without_form(raw::CALLED), &without_form(raw::FALSELY_FOUND));
}

#[test]
fn a_program_with_symbols_shows_what_one_without_shows() {
    let [with, without] = ["canary-unstripped", "canary-raw"].map(|name| (file(name), read(name)));
    assert!(has_symbols(&with.0) && !has_symbols(&without.0));
    assert_eq!(with.1.operations, without.1.operations);
    let shared = |linked: &Linked| -> BTreeSet<_> {
        linked.sites.iter().filter(|site| site.file.starts_with("xtask/canary/src/raw")).cloned().collect()
    };
    assert_eq!(shared(&with.1), shared(&without.1));
}

fn has_symbols(file: &[u8]) -> bool {
    use object::{Object as _, ObjectSymbol as _};
    let program = object::File::parse(file).unwrap();
    program.symbols().any(|symbol| symbol.name().is_ok_and(|name| name.contains("aws_sdk_dynamodb")))
}

fn without_form(rows: &[(&'static str, &'static str, &str)]) -> Vec<(&'static str, &'static str)> {
    rows.iter().map(|(service, operation, _)| (*service, *operation)).collect()
}

/// Operations by the names of their modules without what separates words, since splitting names into words is ambiguous.
fn normal(operations: &[(&str, &str)]) -> BTreeSet<String> {
    operations
        .iter()
        .map(|(service, operation)| format!("{service}:{}", operation.replace('_', "").to_lowercase()))
        .collect()
}

fn found(linked: &Linked) -> BTreeSet<String> {
    linked.operations.iter().map(|it| format!("{}:{}", it.service, it.name.to_lowercase())).collect()
}

fn percent(part: usize, whole: usize) -> String {
    let tenths = part * 1000 / whole;
    format!("{}.{} %", tenths / 10, tenths % 10)
}

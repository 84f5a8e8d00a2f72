//! Bindings as the function reads them.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows this of test functions, not of their helpers"
)]

use bindings::Url;
use bindings::dynamodb::{Index, PutItem, Query, Table};
use bindings::environment::read;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, Serialize, Deserialize)]
struct Bindings {
    sightings: Table<PutItem>,
    sightings_by_model: Index<Query>,
    validator_url: Url,
    attempts: u32,
    threshold: Option<f64>,
    verbose: Option<bool>,
}

const COMPLETE: [(&str, &str); 5] = [
    ("SIGHTINGS", "spaceships-sightings"),
    ("SIGHTINGS_BY_MODEL", "spaceships-sightings/index/by-model"),
    ("VALIDATOR_URL", "https://example.com/models"),
    ("ATTEMPTS", "3"),
    ("PATH", "/usr/bin"),
];

/// The environment of a complete function with the variable `name` set, or removed when there is no value.
fn with(name: &str, value: Option<&str>) -> Result<Bindings, String> {
    let others = COMPLETE.into_iter().filter(|(other, _)| *other != name);
    let variables = others.chain(value.map(|value| (name, value)));
    read(variables.map(|(name, value)| (name.to_owned(), value.to_owned()))).map_err(|error| error.to_string())
}

#[track_caller]
fn check(name: &str, value: Option<&str>, message: &str) {
    assert_eq!(with(name, value).unwrap_err(), message);
}

#[test]
fn each_field_is_read_from_its_variable() {
    let bindings = with("THRESHOLD", Some("0.5")).unwrap();
    assert_eq!(bindings.sightings.name(), "spaceships-sightings");
    assert_eq!(bindings.sightings_by_model.names(), ("spaceships-sightings", "by-model"));
    assert_eq!(bindings.validator_url.as_str(), "https://example.com/models");
    assert_eq!(bindings.attempts, 3);
    assert_eq!(bindings.threshold, Some(0.5));
    assert_eq!(bindings.verbose, None);
}

#[test]
fn bound_bindings_serialise_as_their_variables() {
    let bindings = with("VERBOSE", Some("true")).unwrap();
    assert_eq!(bindings.verbose, Some(true));
    assert_eq!(json!(bindings)["sightings_by_model"], "spaceships-sightings/index/by-model");
}

#[test]
fn a_missing_variable_is_named() {
    check("SIGHTINGS", None, "environment: `SIGHTINGS` is not set");
    check("ATTEMPTS", None, "environment: `ATTEMPTS` is not set");
}

#[test]
fn a_value_that_does_not_fit_is_shown_with_its_variable() {
    check("ATTEMPTS", Some("three"), "environment: `ATTEMPTS` is `three`: invalid digit found in string");
    check("VERBOSE", Some("yes"), "environment: `VERBOSE` is `yes`: provided string was not `true` or `false`");
    check("SIGHTINGS", Some(""), "environment: `SIGHTINGS` is ``: expected a name, got nothing");
    check(
        "VALIDATOR_URL",
        Some("example.com"),
        "environment: `VALIDATOR_URL` is `example.com`: expected an http or https address",
    );
}

#[test]
fn a_variable_in_small_letters_is_another_variable() {
    let variables = COMPLETE.into_iter().chain([("sightings", "another")]);
    let bindings: Bindings = read(variables.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap();
    assert_eq!(bindings.sightings.name(), "spaceships-sightings");
}

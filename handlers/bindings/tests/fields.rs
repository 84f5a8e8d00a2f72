//! The fields of bindings on their way from the stack into the function's environment.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking; clippy knows this of test functions, not of their helpers"
)]

use std::collections::BTreeMap;

use bindings::dynamodb::{PutItem, Table};
use bindings::environment::{read, variable};
use bindings::fields::{self, Content};
use proptest::prelude::*;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::json;

/// What the field `it` of type `T` holds: its text, or what is wrong with it and what to do.
fn content<T: Serialize>(it: T) -> Result<String, String> {
    #[derive(Serialize)]
    struct Bindings<T> {
        it: T,
    }
    let fields = fields::of(&Bindings { it }).unwrap();
    let [field] = fields.as_slice() else { unreachable!("it has one field") };
    match &field.content {
        Ok(Content::Plain(text)) => Ok(text.clone()),
        Ok(Content::Declaration(declaration)) => Ok(format!("declared {}", declaration.variable)),
        Err(refusal) => Err(format!("{refusal} | {}", refusal.help())),
    }
}

#[track_caller]
fn refused(it: impl Serialize, expected: &str) {
    let message = content(it).unwrap_err();
    assert!(message.starts_with(expected), "{message}");
}

/// Writes the bindings as a stack does, and reads them as their function does.
fn round<B: Serialize + serde::de::DeserializeOwned>(bindings: &B) -> B {
    let variables = fields::of(bindings).unwrap().into_iter().map(|field| match field.content.unwrap() {
        Content::Plain(text) => (variable(&field.name), text),
        Content::Declaration(declaration) => (variable(&field.name), declaration.variable.to_string()),
    });
    let others = [("PATH".to_owned(), "/usr/bin".to_owned())];
    read(variables.chain(others).collect::<Vec<_>>()).unwrap()
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Level {
    Quiet,
    VeryLoud,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Named(String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct All {
    truth: bool,
    i8: i8,
    i16: i16,
    i32: i32,
    i64: i64,
    i128: i128,
    u8: u8,
    u16: u16,
    u32: u32,
    u64: u64,
    u128: u128,
    f32: f32,
    f64: f64,
    char: char,
    text: String,
    named: Named,
    level: Level,
    address: std::net::IpAddr,
    r#type: String,
    #[serde(rename = "camelCase")]
    renamed: u32,
}

prop_compose! {
    fn all()(
        numbers in any::<(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128)>(),
        floats in (prop::num::f32::ANY, prop::num::f64::ANY),
        truth in any::<bool>(),
        char in any::<char>().prop_filter("no NUL", |c| *c != '\0'),
        text in "[^\0]*",
        address in any::<std::net::IpAddr>(),
    ) -> All {
        let (i8, i16, i32, i64, i128, u8, u16, u32, u64, u128) = numbers;
        All {
            truth, i8, i16, i32, i64, i128, u8, u16, u32, u64, u128,
            f32: if floats.0.is_finite() { floats.0 } else { f32::MIN_POSITIVE },
            f64: if floats.1.is_finite() { floats.1 } else { f64::MAX },
            char,
            named: Named(text.clone()),
            level: if truth { Level::Quiet } else { Level::VeryLoud },
            address,
            r#type: text.clone(),
            renamed: u32,
            text,
        }
    }
}

proptest! {
    #[test]
    fn what_the_stack_writes_the_function_reads(bindings in all()) {
        let read = round(&bindings);
        prop_assert_eq!(read.f64.to_bits(), bindings.f64.to_bits());
        prop_assert_eq!(read.f32.to_bits(), bindings.f32.to_bits());
        prop_assert_eq!(read, bindings);
    }
}

#[test]
fn plain_values_are_written_as_they_are_read() {
    assert_eq!(content(true).unwrap(), "true");
    assert_eq!(content(-3_i8).unwrap(), "-3");
    assert_eq!(content(u128::MAX).unwrap(), "340282366920938463463374607431768211455");
    assert_eq!(content(1.0_f64).unwrap(), "1.0");
    assert_eq!(content(1e300_f64).unwrap(), "1e300");
    assert_eq!(content('ß').unwrap(), "ß");
    assert_eq!(content("").unwrap(), "");
    assert_eq!(content(Level::VeryLoud).unwrap(), "very-loud");
    assert_eq!(content(Named("it".to_owned())).unwrap(), "it");
    assert_eq!(content(Table::<PutItem>::declared(json!("orders"), json!("arn"))).unwrap(), "declared \"orders\"");
}

#[test]
fn what_no_variable_can_hold_is_refused_with_what_it_is() {
    #[derive(Serialize)]
    struct Inner {
        table: Table<PutItem>,
    }
    #[derive(Serialize)]
    struct Pair(u8, u8);
    #[derive(Serialize)]
    struct Nothing;
    /// Named as the type by which bindings are known.
    #[derive(Serialize)]
    struct Declaration {
        variable: u8,
    }
    #[derive(Serialize)]
    enum Mode {
        One(u8),
        Two(u8, u8),
        Named { it: u8 },
    }
    struct Broken;
    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("the clock stands still"))
        }
    }

    refused(None::<u32>, "is an `Option` | choose a value that means none");
    refused(Some(1), "is an `Option` | ");
    refused(vec![1], "is a list | join the entries to one text");
    refused(BTreeMap::from([("a", 1)]), "is a map | ");
    refused(Inner { table: Table::declared(json!(""), json!("")) }, "is a struct, `Inner` | move its fields into");
    refused(Declaration { variable: 1 }, "is a struct, `Declaration` | ");
    refused((1, 2), "is a tuple or an array | give each part a field of its own");
    refused([1, 2], "is a tuple or an array | ");
    refused(Pair(1, 2), "is a struct of several parts | ");
    refused(Mode::One(1), "is a variant that holds a value | use an enum whose variants hold nothing");
    refused(Mode::Two(1, 2), "is a variant that holds values | ");
    refused(Mode::Named { it: 1 }, "is a variant that holds values | ");
    refused((), "is `()` | leave it out");
    refused(Nothing, "is a struct without fields | leave it out");
    refused(f64::NAN, "is the number NaN | give it a finite number");
    refused(f32::NEG_INFINITY, "is the number -inf | ");
    refused("a\0b", "is a text with a NUL character | ");
    refused('\0', "is a text with a NUL character | ");
    refused(Broken, "fails to serialise: the clock stands still | ");
}

#[test]
fn a_refused_field_hides_no_other() {
    #[derive(Serialize)]
    struct Bindings {
        first: Option<u8>,
        second: u8,
        third: Vec<u8>,
        #[serde(skip)]
        #[expect(dead_code, reason = "a skipped field is no variable")]
        fourth: u8,
    }
    let fields = fields::of(&Bindings { first: None, second: 2, third: Vec::new(), fourth: 4 }).unwrap();
    let found: Vec<_> = fields.iter().map(|field| (field.name.as_str(), field.content.is_ok())).collect();
    assert_eq!(found, [("first", false), ("second", true), ("third", false)]);
}

#[test]
fn bindings_are_a_struct_with_named_fields_or_an_empty_one() {
    #[derive(Serialize, Deserialize)]
    struct Unit;
    #[derive(Serialize)]
    struct Tuple(u8, u8);
    #[derive(Serialize)]
    struct New(u8);
    #[derive(Serialize)]
    enum Variants {
        Unit,
        New(u8),
        Tuple(u8, u8),
        Struct { it: u8 },
    }
    #[derive(Serialize)]
    struct Inner {
        it: u8,
    }
    #[derive(Serialize)]
    struct Flat {
        #[serde(flatten)]
        inner: Inner,
    }
    let message = |refusal: fields::Refusal| format!("{refusal} | {}", refusal.help());
    let refused = |result: Result<Vec<fields::Field>, fields::Refusal>| message(result.unwrap_err());

    assert_eq!(fields::of(&Unit).unwrap(), []);
    let Unit = round(&Unit);
    let help = "make the bindings a struct with named fields";
    assert_eq!(refused(fields::of(&Tuple(1, 2))), format!("are a struct without named fields | {help}"));
    assert_eq!(refused(fields::of(&New(1))), format!("are a struct without named fields | {help}"));
    for variant in [Variants::Unit, Variants::New(1), Variants::Tuple(1, 2), Variants::Struct { it: 1 }] {
        assert_eq!(refused(fields::of(&variant)), format!("are an enum | {help}"));
    }
    assert_eq!(
        refused(fields::of(&Flat { inner: Inner { it: 1 } })),
        format!("are a map, or a struct with `#[serde(flatten)]`, which is written as one | {help}")
    );
    assert_eq!(refused(fields::of(&())), format!("are `()` | {help}"));
    assert_eq!(refused(fields::of(&None::<Unit>)), format!("are an `Option` | {help}"));
    assert_eq!(
        refused(fields::of(&Table::<PutItem>::declared(json!(""), json!("")))),
        format!("are a binding themselves | {help}")
    );
}

#[test]
fn bindings_that_no_stack_writes_cannot_be_read() {
    #[derive(Debug, Deserialize)]
    struct Flat {
        #[serde(flatten)]
        #[expect(dead_code, reason = "it is never read")]
        inner: BTreeMap<String, String>,
    }
    assert_eq!(
        read::<Flat>([]).unwrap_err().to_string(),
        "environment: bindings are a struct with named fields, and without `#[serde(flatten)]`"
    );
}

#[test]
fn a_variant_that_is_none_is_named_with_those_that_are() {
    #[derive(Debug, Deserialize)]
    struct Bindings {
        #[expect(dead_code, reason = "it is never read")]
        level: Level,
    }
    let error = read::<Bindings>([("LEVEL".to_owned(), "loud".to_owned())]).unwrap_err().to_string();
    assert_eq!(error, "environment: `LEVEL` is `loud`: unknown variant `loud`, expected `quiet` or `very-loud`");
}

//! Types as Rust has them, each pair with what is said of sending the one where the other is taken.

use std::collections::BTreeMap;

use bindings::message::{Way, described};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::reduced::reduced;
use super::super::words::Content;
use super::fits;

/// What is said when `S` is sent and `T` taken; nothing when it fits.
#[track_caller]
fn check<S: JsonSchema, T: JsonSchema>(expected: &str) {
    let sent = reduced(&described::<S>(Way::Sent, String::new()).schema);
    let taken = reduced(&described::<T>(Way::Taken, String::new()).schema);
    let said = fits(&sent, &taken).err().map(|it| it.told(Content::Messages)).unwrap_or_default();
    assert_eq!(said, expected, "\nsent: {sent}\ntaken: {taken}");
}

/// Declares types with what serde and schemars need.
macro_rules! types {
    ($($(#[$attribute:meta])* $kind:ident $name:ident { $($body:tt)* })+) => {
        $(
            #[allow(dead_code, reason = "only its schema counts")]
            #[derive(Serialize, Deserialize, JsonSchema)]
            $(#[$attribute])*
            $kind $name { $($body)* }
        )+
    };
}

#[test]
fn numbers_fit_into_what_is_wider() {
    check::<u8, u8>("");
    check::<u8, u32>("");
    check::<u32, i64>("");
    check::<i32, f64>("");
    check::<f32, f64>("");
    check::<u64, u32>(
        "the message is a whole number from 0 to 18446744073709551615, expected a whole number from 0 to 4294967295",
    );
    check::<i8, u8>("the message is a whole number from -128 to 127, expected a whole number from 0 to 255");
    check::<f64, i64>(
        "the message is a number, expected a whole number from -9223372036854775808 to 9223372036854775807",
    );
    check::<bool, u8>("the message is a truth value, expected a whole number from 0 to 255");
}

#[test]
fn texts_are_not_numbers_and_a_character_is_a_text() {
    check::<char, String>("");
    check::<String, char>("the message is a text, expected a single character");
    check::<String, u8>("the message is a text, expected a whole number from 0 to 255");
}

types! {
    enum Letter { A }
}

#[test]
fn one_text_may_have_any_form() {
    check::<Letter, char>("");
}

#[test]
fn an_option_takes_what_is_there_and_does_not_fit_where_it_is_needed() {
    check::<u8, Option<u8>>("");
    check::<Option<u8>, Option<u16>>("");
    check::<Option<u8>, u8>("the message is null, expected a whole number from 0 to 255");
    check::<Option<String>, Option<u8>>("the message is a text, expected a whole number from 0 to 255 or null");
}

#[test]
fn lists_fit_by_what_is_in_them_and_how_many() {
    check::<Vec<u8>, Vec<u16>>("");
    check::<[u8; 2], Vec<u8>>("");
    check::<(u8, u8), Vec<u8>>("");
    check::<(u8, String), (u16, String)>("");
    check::<Vec<u8>, [u8; 2]>("the message is a list, expected a list of 2");
    check::<(u8, String), (u8, u8)>("`[]` is a text, expected a whole number from 0 to 255");
    check::<Vec<Vec<String>>, Vec<Vec<u8>>>("`[][]` is a text, expected a whole number from 0 to 255");
    check::<(u8, String), Vec<u8>>("`[]` is a text, expected a whole number from 0 to 255");
}

types! {
    struct Order { id: String, amount: u32 }
    struct Noted { id: String, amount: u32, note: Option<String> }
    struct Priced { id: String, amount: u32, price: u32 }
    struct Defaulted { id: String, amount: u32, #[serde(default)] price: u32 }
    struct Skipping { id: String, #[serde(skip_serializing_if = "Option::is_none")] amount: Option<u32> }
    struct Renamed { #[serde(rename = "orderId")] id: String, amount: u32 }
    struct Aliased { #[serde(alias = "orderId")] #[schemars(extend("aliases" = ["orderId"]))] id: String, amount: u32 }
    #[serde(deny_unknown_fields)] struct StrictAliased {
        #[serde(alias = "orderId")] #[schemars(extend("aliases" = ["orderId"]))] id: u8, amount: u32
    }
    #[serde(rename_all = "camelCase")] struct Camel { order_id: String }
    #[serde(deny_unknown_fields)] struct Strict { id: String }
    struct Text { id: String, amount: String }
    struct Lines { lines: Vec<Order> }
    struct TextLines { lines: Vec<Text> }
    struct Flat { #[serde(flatten)] order: Order, more: bool }
    struct Open { id: String, #[serde(flatten)] rest: BTreeMap<String, serde_json::Value> }
}

#[test]
fn a_field_that_is_needed_is_sent_always() {
    check::<Order, Order>("");
    check::<Order, Noted>("");
    check::<Order, Defaulted>("");
    check::<Order, Priced>("`price` is needed and never sent");
    check::<Priced, Order>("");
    check::<Noted, Order>("");
    check::<Skipping, Order>("`amount` is needed and not always sent");
    check::<Skipping, Noted>("`amount` is needed and not always sent");
    check::<Defaulted, Priced>("");
}

#[test]
fn a_field_is_known_by_the_name_that_it_is_sent_with() {
    check::<Renamed, Order>("`id` is needed and never sent");
    check::<Order, Renamed>("`orderId` is needed and never sent");
    check::<Camel, Renamed>("`amount` is needed and never sent");
    check::<Order, Aliased>("");
    check::<Renamed, Aliased>("");
    check::<Camel, Aliased>("`amount` is needed and never sent");
    check::<Renamed, StrictAliased>("`id` is a text, expected a whole number from 0 to 255");
}

#[test]
fn more_fields_are_fine_where_they_are_not_refused() {
    check::<Order, Strict>("`amount` is sent and not known");
    check::<Strict, Strict>("");
    check::<Flat, Order>("");
    check::<Order, Flat>("`more` is needed and never sent");
    check::<Order, Open>("");
    check::<Open, Order>("`amount` is needed and not always sent");
}

#[test]
fn a_field_of_another_type_is_named_with_its_way() {
    check::<Text, Order>("`amount` is a text, expected a whole number from 0 to 4294967295");
    check::<Lines, Lines>("");
    check::<TextLines, Lines>("`lines[].amount` is a text, expected a whole number from 0 to 4294967295");
    check::<Order, Vec<Order>>("the message is an object, expected a list");
}

#[test]
fn maps_fit_by_their_values_and_keys() {
    check::<BTreeMap<String, u8>, BTreeMap<String, u16>>("");
    check::<BTreeMap<u8, u8>, BTreeMap<String, u8>>("");
    check::<BTreeMap<u8, u8>, BTreeMap<u16, u8>>("");
    check::<BTreeMap<String, String>, BTreeMap<String, u8>>("`{}` is a text, expected a whole number from 0 to 255");
    check::<BTreeMap<String, u8>, BTreeMap<u8, u8>>(
        r"the message is an object, expected an object with keys of the form `^\d+$`",
    );
    check::<Camel, BTreeMap<String, String>>("");
    check::<Order, BTreeMap<String, String>>("`amount` is a whole number from 0 to 4294967295, expected a text");
    check::<BTreeMap<String, String>, Camel>("`orderId` is needed and not always sent");
}

types! {
    enum Status { Open, Done }
    enum Wider { Open, Done, Lost }
    /// With comments, schemars writes another schema.
    enum Commented {
        /// It waits.
        Open,
        /// It is over.
        Done,
    }
    enum External { Paid { amount: u32 }, Lost }
    enum ExternalText { Paid { amount: String }, Lost }
    enum ExternalWider { Paid { amount: u32 }, Lost, Found(u8) }
    #[serde(tag = "kind")] enum Tagged { Paid { amount: u32 }, Lost { reason: String } }
    #[serde(tag = "kind")] enum TaggedText { Paid { amount: String }, Lost { reason: String } }
    #[serde(tag = "kind")] enum TaggedWider { Paid { amount: u32 }, Lost { reason: String }, Found }
    #[serde(tag = "kind")] enum TaggedOrder { Paid(Order), Lost }
    #[serde(tag = "kind", content = "of")] enum Adjacent { Paid(u32), Lost }
    #[serde(tag = "kind", content = "of")] enum AdjacentText { Paid(String), Lost }
    #[serde(untagged)] enum Untagged { Number(u32), Text(String) }
    #[serde(untagged)] enum UntaggedWider { Number(u32), Text(String), Order(Order) }
}

#[test]
fn a_value_of_an_enum_is_known_where_it_is_taken() {
    check::<Status, Wider>("");
    check::<Status, Commented>("");
    check::<Commented, Status>("");
    check::<Status, String>("");
    check::<Wider, Status>("the message is `Lost`, expected `Open` or `Done`");
    check::<String, Status>("the message is a text, expected `Open` or `Done`");
    check::<Option<Wider>, Option<Status>>("the message is `Lost`, expected `Open` or `Done` or null");
}

#[test]
fn a_variant_is_told_by_its_tag() {
    check::<External, ExternalWider>("");
    check::<ExternalWider, External>("`Found` is sent and not known");
    check::<ExternalText, External>("`Paid.amount` is a text, expected a whole number from 0 to 4294967295");
    check::<Tagged, TaggedWider>("");
    check::<TaggedWider, Tagged>("`kind` is `Found`, expected `Paid` or `Lost`");
    check::<TaggedText, Tagged>("`amount` is a text, expected a whole number from 0 to 4294967295");
    check::<Tagged, TaggedOrder>("`id` is needed and never sent");
    check::<TaggedOrder, Tagged>("`reason` is needed and never sent");
    check::<Adjacent, Adjacent>("");
    check::<AdjacentText, Adjacent>("`of` is a text, expected a whole number from 0 to 4294967295");
}

#[test]
fn what_has_no_tag_fits_one_of_those_that_are_taken() {
    check::<Untagged, UntaggedWider>("");
    check::<u32, Untagged>("");
    check::<Untagged, u32>("the message is a text, expected a whole number from 0 to 4294967295");
    check::<UntaggedWider, Untagged>(
        "the message is an object, expected a whole number from 0 to 4294967295 or a text",
    );
}

types! {
    struct Tree { value: u32, children: Vec<Tree> }
    struct TextTree { value: u32, children: Vec<TextTree>, note: String }
    struct Pair { left: Option<Box<Pair>>, right: Option<Box<Pair>> }
}

#[test]
fn types_that_hold_themselves_are_compared_once() {
    check::<Tree, Tree>("");
    check::<Pair, Pair>("");
    check::<TextTree, Tree>("");
    check::<Tree, TextTree>("`note` is needed and never sent");
}

#[test]
fn of_what_may_be_anything_nothing_is_said() {
    check::<serde_json::Value, Order>("");
    check::<Order, serde_json::Value>("");
}

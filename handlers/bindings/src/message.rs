//! The types of what goes through a binding, and of what a program takes: of messages, and of the items of tables.
//!
//! A type is declared with what serde needs of it, and with `message!`, which the feature `messages` has:
//!
//! ```
//! # #[cfg(feature = "messages")]
//! # mod order {
//! use schemars::JsonSchema;
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize, JsonSchema)]
//! pub struct Order {
//!     pub id: String,
//!     pub amount: Option<u32>,
//! }
//!
//! bindings::message!(Order);
//! # }
//! ```
//!
//! `Queue<SendMessage, Order>` then sends orders alone, and `impl Program<Order> for Bindings` says that a program takes
//! orders. `Table<(GetItem, PutItem), Order>` puts orders and reads them. When the stack is built, what one sends or writes
//! is compared with what the next one takes or reads; what was deployed is kept in the template, for the next deployment to
//! be compared with.

#[cfg(feature = "changes")]
mod change;
mod notification;

use std::marker::PhantomData;

use serde::{Deserialize, Serialize};
use serde_json::Value;

#[cfg(feature = "changes")]
pub use change::Change;
pub use notification::Notification;

/// A type of messages, which are JSON, or of items. [`crate::message!`] implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no type of messages or items",
    label = "not declared as one",
    note = "a type is declared with `bindings::message!`, and a binding says it as `Queue<SendMessage, Order>`"
)]
pub trait Message: Serialize {
    /// What it is on this way.
    fn described(way: Way) -> Described;
}

/// What a binding or a program says of what goes through it: a [`Message`], a [`Call`], or nothing.
pub trait Carried {
    /// What it is on this way; nothing where that is not said.
    fn described(way: Way) -> Option<Described>;

    /// What comes back for it.
    #[must_use]
    fn answer(_way: Way) -> Option<Described> {
        None
    }
}

/// What a function is invoked with, and what it answers: the types `I` and `O`.
///
/// The function says it as `impl Program<Call<Order, Quote>> for Bindings`, and who invokes it as
/// `Function<Invoke, Call<Order, Quote>>`. When the stack is built, the answers of the one are compared with what the other
/// reads.
#[derive(Debug)]
pub struct Call<I, O>(PhantomData<fn(I) -> O>);

impl<I: Message, O: Message> Carried for Call<I, O> {
    fn described(way: Way) -> Option<Described> {
        Some(I::described(way))
    }

    fn answer(way: Way) -> Option<Described> {
        Some(O::described(way))
    }
}

/// No type: what goes through the binding is not said.
#[derive(Debug)]
pub enum Untyped {}

/// What goes through the binding may be anything.
#[diagnostic::on_unimplemented(
    message = "this binding takes `{Self}` and nothing else",
    label = "takes anything",
    note = "a queue is sent a value by `send` and `send_batch`, a topic by `publish_message` and `publish_messages`, and a \
            function by `invoke_with`, `invoke_streaming_with` and `ask`; a table takes it by `put`, `batch_put` and `transact_put`"
)]
pub trait Anything {}

impl Anything for Untyped {}

impl Carried for Untyped {
    fn described(_way: Way) -> Option<Described> {
        None
    }
}

impl<M: Message> Carried for M {
    fn described(way: Way) -> Option<Described> {
        Some(M::described(way))
    }
}

/// The two sides of a type: serde may always write a field, and do without it when it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Values as they are written.
    Sent,
    /// Values as they are read.
    Taken,
}

/// A type of messages or items as the stack sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Described {
    /// Its name, as [`std::any::type_name`] gives it.
    pub type_name: String,
    /// Where it is declared, such as `handlers/orders/src/order.rs:12:1`.
    pub place: String,
    /// Its JSON Schema.
    pub schema: Value,
    /// What it comes in, when it does not come alone.
    pub envelope: Option<Envelope>,
}

/// What AWS puts around a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Envelope {
    /// That of a message of a topic: see [`Notification`].
    Notification,
    /// That of a change of a table: see `Change`, which the feature `changes` has.
    Change,
}

/// A type on both sides of a binding, as far as the binding says one.
#[derive(Debug, Clone, Default)]
pub struct Sides {
    /// As its values are written.
    pub sent: Option<Described>,
    /// As they are read.
    pub taken: Option<Described>,
    /// What comes back for them, as it is read.
    pub answer: Option<Described>,
}

impl Sides {
    /// The sides of `M`.
    #[must_use]
    pub fn of<M: Carried>() -> Self {
        Self { sent: M::described(Way::Sent), taken: M::described(Way::Taken), answer: M::answer(Way::Taken) }
    }
}

/// Declares a type of messages or items: see [`crate::message`]. It stands beside the type, for findings name its line.
#[cfg(feature = "messages")]
#[macro_export]
macro_rules! message {
    ($message:ty) => {
        impl $crate::message::Message for $message {
            fn described(way: $crate::message::Way) -> $crate::message::Described {
                let place = $crate::message::place(file!(), line!(), column!(), env!("CARGO_PKG_NAME"));
                $crate::message::described::<Self>(way, place)
            }
        }
    };
}

/// What schemars says of `M`.
#[cfg(feature = "messages")]
#[doc(hidden)]
#[must_use]
pub fn described<M: schemars::JsonSchema>(way: Way, place: String) -> Described {
    let settings = schemars::generate::SchemaSettings::draft2020_12();
    let settings = match way {
        Way::Sent => settings.for_serialize(),
        Way::Taken => settings.for_deserialize(),
    };
    let schema = settings.into_generator().into_root_schema_for::<M>().to_value();
    Described { type_name: std::any::type_name::<M>().to_owned(), place, schema, envelope: None }
}

/// A place in the source, the same on every machine: the compiler names the files of packages outside of the workspace by
/// their folders.
#[cfg(feature = "messages")]
#[doc(hidden)]
#[must_use]
pub fn place(file: &str, line: u32, column: u32, package: &str) -> String {
    let file = file.replace('\\', "/");
    let is_absolute = file.starts_with('/') || file.get(1..3) == Some(":/");
    let file = match file.rsplit_once("/src/") {
        Some((_, rest)) if is_absolute => format!("{package}/src/{rest}"),
        None if is_absolute => package.to_owned(),
        _ => file,
    };
    format!("{file}:{line}:{column}")
}

/// Why a batch of values cannot be sent.
#[cfg(any(feature = "sns", feature = "sqs"))]
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A value cannot be written as JSON, such as a map whose keys are no texts.
    #[error("a message is no JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// An entry has no id.
    #[error("an entry of the batch has no id: {0}")]
    Entry(#[from] aws_smithy_types::error::operation::BuildError),
}

/// A message as it is sent.
#[allow(dead_code, reason = "without an SDK nothing is sent")]
pub(crate) fn text(message: &impl Message) -> serde_json::Result<String> {
    serde_json::to_string(message)
}

/// What the name of a type with a binding that says nothing of its messages ends with, where it would otherwise be as
/// it is written.
const UNTYPED: &str = ", bindings::message::Untyped>";

/// The name of a binding's type as it is written: without the parameter that has its default.
pub(crate) fn named(type_name: &str) -> String {
    type_name.replace(UNTYPED, ">")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqs::{Queue, SendMessage};

    #[test]
    fn a_binding_without_a_type_is_named_as_it_is_written() {
        assert_eq!(
            named(std::any::type_name::<Queue<SendMessage>>()),
            "bindings::sqs::Queue<bindings::sqs::SendMessage>"
        );
        assert_eq!(
            named(std::any::type_name::<Queue<SendMessage, String>>()),
            "bindings::sqs::Queue<bindings::sqs::SendMessage, alloc::string::String>"
        );
    }

    #[cfg(feature = "messages")]
    #[test]
    fn a_place_names_no_folder_of_this_machine() {
        let of = |file| place(file, 7, 1, "orders");
        assert_eq!(of("handlers/orders/src/order.rs"), "handlers/orders/src/order.rs:7:1");
        assert_eq!(of("/registry/orders-1.0.0/src/order.rs"), "orders/src/order.rs:7:1");
        assert_eq!(of("C:\\me\\orders\\src\\order.rs"), "orders/src/order.rs:7:1");
        assert_eq!(of("handlers\\orders\\src\\order.rs"), "handlers/orders/src/order.rs:7:1");
    }
}

//! What a function needs from its stack, said once.
//!
//! A function's bindings are a struct with a field for each thing it needs. In the stack the struct is made from
//! references to resources, and serialising it gives the function's environment and the grants of its role. In the
//! function the same struct is read from the environment, and each field offers exactly the calls that it grants.
//!
//! ```
//! use bindings::dynamodb::{PutItem, Query, Table};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Serialize, Deserialize)]
//! pub struct Bindings {
//!     pub sightings: Table<(PutItem, Query)>,
//! }
//!
//! impl bindings::Program for Bindings {
//!     const NAME: &'static str = "spaceships-consumer";
//! }
//! ```
//!
//! A field is a binding, or a plain value: a text, a number, a truth value, or an enum whose variants hold nothing. The
//! environment variable is named after the field, in capitals. Anything else, such as an `Option`, a `Vec` or a struct
//! inside, is an error that the stack's `check` finds: nothing is deployed with it. See [`fields`].

pub mod apigatewaymanagement;
pub mod appconfigdata;
pub mod bedrockruntime;
mod binding;
pub mod cognitoidentityprovider;
#[cfg(feature = "runtime")]
mod credentials;
pub mod declaration;
pub mod dynamodb;
pub mod dynamodbstreams;
pub mod environment;
pub mod eventbridge;
#[cfg(feature = "runtime")]
pub mod evidence;
pub mod fields;
pub mod firehose;
pub mod grants;
#[cfg(any(feature = "changes", feature = "dynamodb"))]
mod item;
mod kinds;
pub mod kinesis;
pub mod kms;
pub mod lambda;
pub mod message;
pub mod metrics;
mod pattern;
pub mod resource;
#[cfg(feature = "runtime")]
pub mod runtime;
pub mod s3;
pub mod scheduler;
pub mod secretsmanager;
pub mod sesv2;
pub mod sfn;
pub mod sns;
pub mod sqs;
pub mod ssm;
pub mod sts;
#[doc(hidden)]
pub mod support;
#[cfg(feature = "runtime")]
pub mod trace;
pub mod url;

// Modules are named as the SDKs, and these as the services are known.
pub use {appconfigdata as appconfig, bedrockruntime as bedrock, cognitoidentityprovider as cognito, sesv2 as ses};

pub use declaration::{Declaration, Grant};
pub use environment::EnvironmentError;
pub use grants::{Actions, Granted, Grants};
pub use kinds::kinds;
#[cfg(feature = "changes")]
pub use message::Change;
pub use message::{Call, Message, Notification};
pub use resource::{Reference, Target};
#[cfg(feature = "runtime")]
pub use runtime::load;
pub use url::Url;

/// The bindings of one program: a binary of a handler crate that runs as a Lambda function.
///
/// They are a struct with named fields, or without any. What the program takes, if it is of one type, stands in the trait:
/// `impl Program<Order> for Bindings`. One that answers with a type says `impl Program<Call<Order, Quote>> for Bindings`. See
/// [`message`].
pub trait Program<Input: message::Carried = message::Untyped>: serde::Serialize {
    /// The name of the binary.
    const NAME: &'static str;
}

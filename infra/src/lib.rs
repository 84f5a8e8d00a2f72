//! What CloudFormation can say, as typed Rust structs: one module per AWS service, and the stack that holds them.
//!
//! Nothing here reads a file, a clock or the network: a stack is a value, and so is everything computed from it.

pub mod apigateway;
pub mod apigatewayv2;
mod assemble;
pub mod binding;
pub mod check;
pub mod cloudwatch;
pub mod code;
pub mod condition;
pub mod dynamodb;
pub mod eks;
pub mod eventbridge;
pub mod expression;
pub mod facts;
pub mod graph;
pub mod iam;
pub mod kinesis;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod output;
mod parallel;
pub mod parameter;
pub mod pattern;
pub mod pipes;
pub mod plan;
pub mod raw;
pub mod reference;
pub mod resources;
pub mod s3;
pub mod scheduler;
pub mod secretsmanager;
pub mod sns;
pub mod sqs;
pub mod ssm;
pub mod stack;
pub mod stage;
pub mod stepfunctions;
pub mod template;
mod translate;
pub mod units;
pub mod value;
mod variant;

pub use assembly::{Finding, Location, Severity};
pub use check::check;
pub use graph::Graph;
pub use parameter::{AccountId, ClusterName, EmailAddress, Parameter, RoleArn, Url};
pub use raw::Raw;
pub use reference::{Arn, LogicalId, Ref, Resource};
pub use schemas::{self as schema, nearest};
pub use stack::Stack;
pub use stage::Stage;
pub use template::Template;
pub use units::{Days, Mebibytes, Millicores, Milliseconds, Seconds};
pub use value::Value;

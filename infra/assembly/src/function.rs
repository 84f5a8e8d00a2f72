//! What runs programs of the workspace.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Worker;

/// A program of the workspace in a stack, as the code of a Lambda function or as a worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// Its logical id.
    pub id: String,
    /// The binary that it runs.
    pub program: String,
    /// The library that declares its bindings, as Rust names it: it tells two binaries of one name apart.
    pub library: String,
    /// The processor that the binary is built for.
    pub architecture: Architecture,
    /// What it needs of the stack, in the order of the fields.
    pub bindings: Vec<Binding>,
    /// How it runs as a worker; none for a function of Lambda.
    pub worker: Option<Worker>,
}

/// The processor of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Architecture {
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit ARM, AWS Graviton.
    #[serde(rename = "arm64")]
    Arm64,
}

/// A field of a function's bindings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Binding {
    /// The field's name.
    pub field: String,
    /// The name of its type, by which a built program names its calls; empty for a plain value.
    pub type_name: String,
    /// The environment variable that carries it.
    pub variable: String,
    /// The variable's value, which may be an intrinsic function.
    pub value: Value,
    /// Statements of IAM, in JSON, that the function's role is granted for it.
    pub grants: Vec<Value>,
    /// The operations that it is granted for; none for a plain value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<Operation>,
}

/// An operation of a service of AWS, with what IAM asks for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Operation {
    /// The service, as its SDK is named: `dynamodb` for `aws-sdk-dynamodb`.
    pub service: String,
    /// Its name, such as `PutItem`.
    pub name: String,
    /// The IAM actions that it needs.
    pub actions: Vec<String>,
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::X86_64 => "x86_64",
            Self::Arm64 => "arm64",
        })
    }
}

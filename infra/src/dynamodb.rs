//! Amazon DynamoDB: tables, their keys and their indexes.

mod check;
mod key;
mod table;

pub use key::{Attribute, AttributeType, B, Key, N, S};
pub use table::{
    Billing, GlobalSecondaryIndex, IndexRef, LocalSecondaryIndex, PointInTimeRecovery, Projection, SecondaryIndex,
    StreamRef, StreamViewType, Table, Throughput, TimeToLive,
};

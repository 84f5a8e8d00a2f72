//! AWS Lambda: functions, who may invoke them, and what feeds them.

mod alias;
mod event_invoke_config;
mod event_source_mapping;
mod filter;
mod function;
mod invocable;
mod kafka_mapping;
mod permission;
pub mod source_rights;
mod stream_mapping;
mod url;
mod version;

pub use alias::{Alias, Traffic, VersionWeight};
pub use event_invoke_config::{Destination, EventInvokeConfig};
pub(crate) use event_source_mapping::check_batch_size;
pub use event_source_mapping::{EventSourceMapping, FunctionResponseType, Pollers, ScalingConfig};
pub use filter::{Filter, FilterCriteria};
pub use function::{Architecture, Function, LogFormat, LogLevel, LoggingConfig, SystemLogLevel, TracingMode};
pub use invocable::Invocable;
pub use kafka_mapping::{Cluster, KafkaMapping, MskAccess, Network, SelfManagedAccess};
pub use permission::Permission;
pub use stream_mapping::{FailureDestination, Position, RecordPosition, StartingPosition, StreamMapping, StreamSource};
pub(crate) use stream_mapping::{reading_changes, reading_records};
pub use url::{FunctionUrl, UrlAuth, UrlPermission, UrlRight};
pub(crate) use version::describe;
pub use version::{Version, is_in_a_version};

//! AWS Lambda: functions, who may invoke them, and what feeds them.

mod event_invoke_config;
mod event_source_mapping;
mod function;
mod permission;

pub use event_invoke_config::{Destination, EventInvokeConfig};
pub use event_source_mapping::{EventSourceMapping, Filter, FilterCriteria, FunctionResponseType, ScalingConfig};
pub use function::{Architecture, Function, LogFormat, LogLevel, LoggingConfig, SystemLogLevel, TracingMode};
pub use permission::Permission;

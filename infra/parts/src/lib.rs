//! What several stacks are made of. Each part is a function that adds the resources its documentation names.

mod authorizer;
mod bucket;
mod dashboard;
mod function;
mod function_url;
mod gradual_alias;
mod http_api;
mod protection;
mod queue;
mod rest_api;
mod schedule;
mod secret;
mod state_machine;
mod stream;
mod table;
mod topic;
mod web_socket;
mod worker;

pub use authorizer::authorizer;
pub use bucket::{bucket, bucket_name};
pub use dashboard::dashboard;
pub use function::{Batch, consume, function, on_failure};
pub use function_url::function_url;
pub use gradual_alias::{Shift, gradual_alias};
pub use http_api::{http_api, http_routes};
pub use protection::{protect, tell};
pub use queue::{WithDlq, dead_letter_queue, fifo_queue, standard_queue};
pub use rest_api::{Route, Target, publish, rest_api};
pub use schedule::{pipe, schedule};
pub use secret::rotate;
pub use state_machine::state_machine;
pub use stream::{consume_kafka, consume_stream};
pub use table::table;
pub use topic::subscribe;
pub use web_socket::{WebSocketRoutes, web_socket_routes};
pub use worker::{Cluster, cluster, worker};

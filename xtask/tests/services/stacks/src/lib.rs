//! The systems of this workspace: one module for each.

pub mod cloudwatch;
pub mod cognito;
pub mod dynamodb_streams;
pub mod firehose;
pub mod function_url;
pub mod http_api;
pub mod kinesis;
pub mod kms;
pub mod pipes;
pub mod scheduler;
pub mod secrets_manager;
pub mod ses;
pub mod ssm;
pub mod step_functions;
pub mod web_socket;

use stackwright::App;

/// The systems of this workspace.
#[must_use]
pub fn app() -> App {
    App::new([
        cloudwatch::SYSTEM,
        cognito::SYSTEM,
        dynamodb_streams::SYSTEM,
        firehose::SYSTEM,
        function_url::SYSTEM,
        http_api::SYSTEM,
        kinesis::SYSTEM,
        kms::SYSTEM,
        pipes::SYSTEM,
        scheduler::SYSTEM,
        secrets_manager::SYSTEM,
        ses::SYSTEM,
        ssm::SYSTEM,
        step_functions::SYSTEM,
        web_socket::SYSTEM,
    ])
}

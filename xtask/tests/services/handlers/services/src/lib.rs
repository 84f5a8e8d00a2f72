//! The functions: for each service the least that really uses it.

pub mod cloudwatch_count;
pub mod cognito_members;
pub mod dynamodb_streams_follow;
pub mod firehose_put;
pub mod greet;
pub mod kinesis_keep;
pub mod kinesis_put;
pub mod kms_seal;
pub mod scheduler_remind;
pub mod secrets_manager_check;
pub mod ses_send;
pub mod ssm_price;
pub mod step_functions_charge;
pub mod step_functions_order;
pub mod web_socket_say;

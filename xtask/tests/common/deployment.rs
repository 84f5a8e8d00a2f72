//! A stack in a stage, and the clients to drive it with.

use std::collections::BTreeMap;
use std::process::Stdio;

use aws_config::SdkConfig;

use super::{Ended, FreshCloud, http_client};

/// A deployed stage of a stack.
pub(crate) struct Deployment {
    pub config: SdkConfig,
    pub dynamodb: aws_sdk_dynamodb::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub s3: aws_sdk_s3::Client,
    pub sqs: aws_sdk_sqs::Client,
    pub http: reqwest::Client,
    pub outputs: BTreeMap<String, String>,
    pub stage: String,
}

impl Deployment {
    /// Deploys `stack` to `stage`, or changes it, with more arguments. A first build takes minutes, which `cargo` shows.
    pub(crate) fn of(cloud: &FreshCloud, stack: &str, stage: &str, arguments: &[&str]) -> Self {
        let mut deploy = cloud.xtask(&["deploy", stack, "--local", "--yes", "--quiet", "--stage", stage]);
        Ended::of(deploy.args(arguments).stderr(Stdio::inherit())).expect(0);
        let outputs = cloud.run(&["outputs", stack, "--local", "--json", "--stage", stage]);
        let config = cloud.sdk_config();
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            config,
            http: http_client(),
            outputs: serde_json::from_str(&outputs).unwrap(),
            stage: stage.to_owned(),
        }
    }

    #[track_caller]
    pub(crate) fn output(&self, name: &str) -> &str {
        &self.outputs[name]
    }

    /// The names of the outputs.
    pub(crate) fn outputs(&self) -> Vec<&str> {
        self.outputs.keys().map(String::as_str).collect()
    }

    /// The physical name of a function.
    pub(crate) fn function(&self, name: &str) -> String {
        if self.stage == "dev" { name.to_owned() } else { format!("{name}-{}", self.stage) }
    }
}

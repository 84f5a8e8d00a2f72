//! A system in a stage, and what its users have of it.

use std::collections::BTreeMap;

use aws_config::{Region, SdkConfig};
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::command::CommandOutput;
use crate::{Answer, Call, LocalCloud, http_client};

/// A system, to be deployed to a local cloud. [`LocalCloud::system`] makes one.
#[derive(Debug, Clone)]
#[must_use = "it is not deployed until `deploy` is called"]
pub struct System {
    cloud: LocalCloud,
    name: String,
    stage: String,
    region: Option<String>,
    options: Vec<String>,
    parameters: Vec<String>,
}

impl System {
    pub(crate) fn new(cloud: LocalCloud, name: &str) -> Self {
        let stage = "dev".to_owned();
        Self { cloud, name: name.to_owned(), stage, region: None, options: Vec::new(), parameters: Vec::new() }
    }

    /// Another stage than `dev`. Stages of a system are beside each other: what a test takes away from one is left in the
    /// others.
    pub fn stage(mut self, stage: &str) -> Self {
        stage.clone_into(&mut self.stage);
        self
    }

    /// Another region than without this, as `--region REGION`. The clients of the deployment call it there.
    pub fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// An option of the system, as `--option NAME=VALUE`.
    pub fn option(mut self, name: &str, value: &str) -> Self {
        self.options.extend(["--option".to_owned(), format!("{name}={value}")]);
        self
    }

    /// A parameter of the template, as `--parameter NAME=VALUE`.
    pub fn parameter(mut self, name: &str, value: &str) -> Self {
        self.parameters.extend(["--parameter".to_owned(), format!("{name}={value}")]);
        self
    }

    /// Deploys the system, or changes it to this when it is deployed. A first build takes minutes: what it says is shown.
    #[track_caller]
    #[must_use]
    pub fn deploy(self) -> Deployment {
        let Self { cloud, name, stage, region, options, parameters } = self;
        let place: Vec<_> = ["--stage", &stage].into_iter().chain(in_region(region.as_deref())).collect();
        let arguments: Vec<_> = ["deploy", &name, "--local", "--yes", "--quiet"]
            .into_iter()
            .chain(place.iter().copied())
            .chain(options.iter().chain(&parameters).map(String::as_str))
            .collect();
        let ended = CommandOutput::shown(&mut cloud.command(&arguments));
        assert_eq!(ended.code, Some(0), "`cargo stackwright {}`: {ended}", arguments.join(" "));
        let outputs = cloud.run(&[&["outputs", &name, "--local", "--json"], &place[..]].concat());
        let options: Vec<_> = options.iter().map(String::as_str).collect();
        let template = cloud.run(&[&["synth", &name, "--format", "json", "--stage", &stage], &options[..]].concat());

        let mut config = cloud.sdk_config();
        if let Some(region) = &region {
            config = config.into_builder().region(Region::new(region.clone())).build();
        }
        let s3 = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
        Deployment {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            s3: aws_sdk_s3::Client::from_conf(s3),
            sqs: aws_sdk_sqs::Client::new(&config),
            config,
            http: http_client(),
            outputs: serde_json::from_str(&outputs).unwrap(),
            template: serde_json::from_str(&template).unwrap(),
            name,
            stage,
            region,
            cloud,
        }
    }
}

/// The arguments that choose a region, if one is chosen.
fn in_region(region: Option<&str>) -> impl Iterator<Item = &str> {
    region.into_iter().flat_map(|region| ["--region", region])
}

/// A system that is deployed to a stage. What it is asked for by name can be the name of an output, or the value itself.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The local cloud that it is deployed to.
    pub cloud: LocalCloud,
    /// The name of the system.
    pub name: String,
    /// The stage.
    pub stage: String,
    /// The outputs of the stack.
    pub outputs: BTreeMap<String, String>,
    /// The configuration of SDK clients, as [`LocalCloud::sdk_config`] gives it.
    pub config: SdkConfig,
    /// A client of DynamoDB, for what the kit has no function for; so are the others.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// A client of IAM.
    pub iam: aws_sdk_iam::Client,
    /// A client of Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// A client of S3.
    pub s3: aws_sdk_s3::Client,
    /// A client of SQS.
    pub sqs: aws_sdk_sqs::Client,
    /// A client of HTTP.
    pub http: reqwest::Client,
    pub(crate) template: Value,
    /// The region, where it was chosen.
    pub(crate) region: Option<String>,
}

impl Deployment {
    /// The value of an output.
    #[track_caller]
    #[must_use]
    pub fn output(&self, name: &str) -> &str {
        match self.outputs.get(name) {
            Some(value) => value,
            None => panic!("{}", self.no_output(name)),
        }
    }

    /// The names of the outputs, in order.
    #[must_use]
    pub fn output_names(&self) -> Vec<&str> {
        self.outputs.keys().map(String::as_str).collect()
    }

    /// The value of the output `name`, or `name` when there is no such output.
    pub(crate) fn value<'a>(&'a self, name: &'a str) -> &'a str {
        self.outputs.get(name).map_or(name, String::as_str)
    }

    /// What is said when a call with `name` fails: whether it is an output.
    pub(crate) fn tried(&self, what: &str, name: &str) -> String {
        match self.outputs.get(name) {
            Some(value) => format!("{what} `{value}` (the output `{name}`)"),
            None => format!("{what} `{name}` ({})", self.no_output(name)),
        }
    }

    fn no_output(&self, name: &str) -> String {
        format!("`{}` has no output `{name}`, only {}", self.name, self.output_names().join(", "))
    }

    /// A request to a path below the address that an output gives, such as `request(GET, "ApiUrl", "/counts?model=X")`.
    /// [`Answer::to`] sends it.
    pub fn request(&self, method: Method, output: &str, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.value(output)))
    }

    /// Sends `GET` to a path below the address that an output gives.
    pub async fn get(&self, output: &str, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, output, path)).await
    }

    /// Sends `POST` with a body of JSON to a path below the address that an output gives. Text is sent as it is.
    pub async fn post(&self, output: &str, path: &str, body: impl ToString) -> Answer {
        let request = self.request(Method::POST, output, path).header("content-type", "application/json");
        Answer::to(request.body(body.to_string())).await
    }

    /// The calls that the roles of this deployment's functions and workers were denied, since the local cloud was started
    /// empty.
    pub async fn denied_calls(&self) -> Vec<Call> {
        let functions = self.functions();
        let mut roles = Vec::new();
        for worker in self.workers() {
            roles.push(self.role_of_worker(worker).await);
        }
        let is_own = |call: &Call| functions.contains(&call.session) || roles.contains(&call.role);
        let is_denied = |call: &Call| !call.allowed && is_own(call);
        self.cloud.calls().await.into_iter().filter(is_denied).collect()
    }

    /// Destroys it with all data, which takes no other stage away.
    #[track_caller]
    pub fn destroy(&self) {
        let arguments = ["destroy", &self.name, "--local", "--yes", "--force", "--quiet", "--stage", &self.stage];
        let arguments: Vec<_> = arguments.into_iter().chain(in_region(self.region.as_deref())).collect();
        self.cloud.run(&arguments);
    }
}

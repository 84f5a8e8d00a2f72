//! What the tests do with AWS: the calls of a deployment, as a program makes them.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_fake::FakeAws;
use aws_sdk_cloudformation::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_cloudformation::operation::create_change_set::builders::CreateChangeSetFluentBuilder;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types::{Capability, ChangeSetType, Stack, StackEvent};

pub(crate) const REGION: &str = "eu-west-1";

/// One queue, without a name.
pub(crate) const QUEUE: &str = "Resources: {Orders: {Type: AWS::SQS::Queue}}";

/// AWS with a client of its CloudFormation.
pub(crate) struct Aws {
    pub(crate) fake: FakeAws,
    pub(crate) config: SdkConfig,
    pub(crate) cloudformation: aws_sdk_cloudformation::Client,
}

impl Aws {
    pub(crate) async fn start() -> Self {
        let fake = FakeAws::start();
        let credentials = Credentials::new("AKID", "secret", None, None, "test");
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .endpoint_url(fake.endpoint())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::builder().operation_timeout(Duration::from_secs(20)).build())
            .load()
            .await;
        let cloudformation = aws_sdk_cloudformation::Client::new(&config);
        Self { fake, config, cloudformation }
    }

    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.config).force_path_style(true).build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// A stack that is there.
    pub(crate) fn has(&self, name: &str, template: &str) {
        self.fake.create_stack(REGION, name, template, &[]);
    }

    /// A change set that makes or changes a stack.
    pub(crate) fn set(&self, stack: &str, name: &str, template: &str) -> CreateChangeSetFluentBuilder {
        let exists = self.fake.status(stack).is_some_and(|it| it != "REVIEW_IN_PROGRESS" && it != "DELETE_COMPLETE");
        self.cloudformation
            .create_change_set()
            .stack_name(stack)
            .change_set_name(name)
            .change_set_type(if exists { ChangeSetType::Update } else { ChangeSetType::Create })
            .capabilities(Capability::CapabilityNamedIam)
            .template_body(template)
    }

    /// Looks at a change set until it has come to its end; its last description.
    pub(crate) async fn settled(&self, set: &str) -> DescribeChangeSetOutput {
        loop {
            let seen = self.cloudformation.describe_change_set().change_set_name(set).send().await.unwrap();
            if !seen.status().unwrap().as_str().starts_with("CREATE_")
                || seen.status().unwrap().as_str() == "CREATE_COMPLETE"
            {
                return seen;
            }
        }
    }

    /// Makes a change set and looks at it until it has come to its end.
    pub(crate) async fn prepared(&self, set: CreateChangeSetFluentBuilder) -> DescribeChangeSetOutput {
        let made = set.send().await.unwrap();
        self.settled(made.id().unwrap()).await
    }

    /// Executes a change set.
    pub(crate) async fn executed(&self, set: CreateChangeSetFluentBuilder) -> String {
        let prepared = self.prepared(set).await;
        let id = prepared.change_set_id().unwrap();
        assert_eq!(prepared.status_reason(), None);
        self.cloudformation
            .execute_change_set()
            .change_set_name(id)
            .client_request_token("token")
            .send()
            .await
            .unwrap();
        prepared.stack_id().unwrap().to_owned()
    }

    /// Executes a change set, and looks at the events until the stack has come to rest.
    pub(crate) async fn deployed(&self, set: CreateChangeSetFluentBuilder) -> Log {
        let stack = self.executed(set).await;
        self.rested(&stack).await
    }

    /// Looks at the events until the stack has come to rest.
    pub(crate) async fn rested(&self, stack: &str) -> Log {
        for _ in 0..100 {
            let log = self.log(stack).await;
            if !self.fake.status(stack).unwrap().ends_with("_IN_PROGRESS") {
                return log;
            }
        }
        panic!("{stack} never came to rest");
    }

    /// All events of a stack, oldest first.
    pub(crate) async fn log(&self, stack: &str) -> Log {
        let mut pages = self.cloudformation.describe_stack_events().stack_name(stack).into_paginator().items().send();
        let mut events = Vec::new();
        while let Some(event) = pages.next().await {
            events.push(event.unwrap());
        }
        events.reverse();
        Log(events)
    }

    pub(crate) async fn stack(&self, name: &str) -> Stack {
        let answer = self.cloudformation.describe_stacks().stack_name(name).send().await.unwrap();
        answer.stacks()[0].clone()
    }

    /// `Orders CREATE_COMPLETE` of each resource that is listed.
    pub(crate) async fn listed(&self, stack: &str) -> Vec<String> {
        let mut pages = self.cloudformation.list_stack_resources().stack_name(stack).into_paginator().items().send();
        let mut listed = Vec::new();
        while let Some(it) = pages.next().await {
            let it = it.unwrap();
            listed.push(format!("{} {}", it.logical_resource_id().unwrap(), it.resource_status().unwrap().as_str()));
        }
        listed
    }

    /// Whether a resource of that physical id exists.
    pub(crate) fn lives(&self, physical_id: &str) -> bool {
        self.fake.live_resources().iter().any(|it| it.physical_id == physical_id)
    }
}

/// The events of a stack, oldest first.
#[derive(Debug)]
pub(crate) struct Log(pub(crate) Vec<StackEvent>);

impl Log {
    /// `Orders CREATE_COMPLETE` of each event.
    pub(crate) fn lines(&self) -> Vec<String> {
        let line = |it: &StackEvent| {
            format!("{} {}", it.logical_resource_id().unwrap(), it.resource_status().unwrap().as_str())
        };
        self.0.iter().map(line).collect()
    }

    /// The states that the stack went through since its last operation began.
    pub(crate) fn states(&self) -> Vec<String> {
        let of_stack = self.0.iter().filter(|it| it.physical_resource_id() == it.stack_id());
        of_stack.map(|it| it.resource_status().unwrap().as_str().to_owned()).collect()
    }

    /// The place of an event.
    pub(crate) fn at(&self, line: &str) -> usize {
        let lines = self.lines();
        lines.iter().position(|it| it == line).unwrap_or_else(|| panic!("no {line} in {lines:#?}"))
    }

    /// Why the last event of that kind is.
    pub(crate) fn reason(&self, line: &str) -> &str {
        let mut events = self.lines().into_iter().zip(&self.0).rev();
        let (_, event) =
            events.find(|(it, _)| it == line).unwrap_or_else(|| panic!("no {line} in {:#?}", self.lines()));
        event.resource_status_reason().unwrap_or_default()
    }

    pub(crate) fn tokens(&self) -> BTreeSet<Option<&str>> {
        self.0.iter().map(StackEvent::client_request_token).collect()
    }
}

/// The code and message that a call is refused with.
pub(crate) fn refusal<T, E, R>(answer: Result<T, SdkError<E, R>>) -> (String, String)
where
    E: ProvideErrorMetadata,
    R: std::fmt::Debug,
{
    let Err(error) = answer else { panic!("the call was not refused") };
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    (text(error.code()), text(error.message()))
}

//! A stack in the local cloud, and sessions of its roles.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_cloudformation::Client as CloudFormation;
use aws_sdk_cloudformation::types::{Capability, StackResourceSummary};
use aws_sdk_s3::types::CreateBucketConfiguration;
use canary_services::Failed;
use infra::iam::Role;
use infra::{Ref, Stack, Template};
use testing::{Call, eventually};

use crate::scene::Bound;

pub(super) struct Deployed<'a> {
    config: &'a SdkConfig,
    outputs: BTreeMap<String, String>,
    /// The physical ids by the logical ones.
    ids: BTreeMap<String, String>,
}

impl<'a> Deployed<'a> {
    /// Creates `stack`, with an object in its bucket that has a tag.
    pub(super) async fn new(config: &'a SdkConfig, stack: &Stack) -> Self {
        let name = stack.stack_name();
        let cloudformation = CloudFormation::new(config);
        let create = cloudformation.create_stack().stack_name(&name).capabilities(Capability::CapabilityIam);
        create.template_url(template(config, stack).await).send().await.unwrap();
        let outputs = eventually("the stack is created", async || {
            let stack = cloudformation.describe_stacks().stack_name(&name).send().await.unwrap();
            let stack = stack.stacks.unwrap().remove(0);
            let is_created = stack.stack_status.as_ref().is_some_and(|it| it.as_str() == "CREATE_COMPLETE");
            if is_created { Ok(stack.outputs.unwrap()) } else { Err(stack) }
        })
        .await;
        let outputs = outputs.into_iter().map(|it| (it.output_key.unwrap(), it.output_value.unwrap()));
        let pages = cloudformation.list_stack_resources().stack_name(&name).into_paginator().items().send();
        let resources: Vec<StackResourceSummary> = pages.collect::<Result<_, _>>().await.unwrap();
        let ids = resources.into_iter().map(|it| (it.logical_resource_id.unwrap(), it.physical_resource_id.unwrap()));
        let ids: BTreeMap<_, _> = ids.collect();
        // A call on what has a tag is denied where there is nothing that has it.
        let tagged = aws_sdk_s3::Client::new(config).put_object().key("tagged").tagging("class=public");
        tagged.bucket(&ids["Bucket"]).send().await.unwrap();
        Self { config, outputs: outputs.collect(), ids }
    }

    /// A configuration with the session `name` of `role`.
    pub(super) async fn session(&self, role: Ref<Role>, name: impl Into<String>) -> SdkConfig {
        let arn = format!("arn:aws:iam::000000000000:role/{}", self.id(role));
        let sts = aws_sdk_sts::Client::new(self.config);
        let assumed = sts.assume_role().role_arn(arn).role_session_name(name).send().await.unwrap();
        let given = assumed.credentials.unwrap();
        let credentials =
            Credentials::new(given.access_key_id, given.secret_access_key, Some(given.session_token), None, "role");
        let config = self.config.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials));
        config.retry_config(RetryConfig::disabled()).build()
    }

    /// Makes `call` as a session of `role`.
    pub(super) async fn make(&self, call: &Bound, role: Ref<Role>) -> Result<(), Failed> {
        let config = self.session(role, session(call)).await;
        let variables = call.variables.iter().map(|(name, output)| (name.clone(), self.here(&self.outputs[output])));
        (call.make)(&config, variables.collect()).await
    }

    /// `value`, or what functions get in the place of an API's address.
    fn here(&self, value: &str) -> String {
        let parts = value.strip_prefix("https://").and_then(|it| it.split_once(".execute-api."));
        let Some((api, (_, stage))) = parts.and_then(|(api, rest)| Some((api, rest.split_once('/')?))) else {
            return value.to_owned();
        };
        format!("{}/_aws/execute-api/{api}/{stage}", self.config.endpoint_url().unwrap())
    }

    /// What was decided of `call` for `role`.
    pub(super) fn decided<'r>(&self, recorded: &'r [Call], call: &Bound, role: Ref<Role>) -> Vec<&'r Call> {
        recorded.iter().filter(|it| it.role == self.id(role) && it.session == session(call)).collect()
    }

    /// The resource that `arn` names in its account, by its logical id in the place of the physical one.
    pub(super) fn told(&self, arn: &str) -> String {
        let physical = self.ids.iter().filter(|(_, physical)| arn.contains(physical.as_str()));
        // A name may be a part of another.
        let named = physical.max_by_key(|(_, physical)| physical.len());
        let arn = named.map_or_else(|| arn.to_owned(), |(id, physical)| arn.replace(physical, &format!("<{id}>")));
        arn.splitn(6, ':').last().unwrap().to_owned()
    }

    /// The physical id of `resource`.
    pub(super) fn id<R>(&self, resource: Ref<R>) -> &str {
        &self.ids[resource.id().as_str()]
    }
}

/// Where the template of `stack` is: it may be too large for a request.
async fn template(config: &SdkConfig, stack: &Stack) -> String {
    let (bucket, region) = (stack.stack_name(), config.region().unwrap().as_ref());
    let location = CreateBucketConfiguration::builder().location_constraint(region.into()).build();
    let s3 = aws_sdk_s3::Client::new(config);
    s3.create_bucket().bucket(&bucket).create_bucket_configuration(location).send().await.unwrap();
    let template = Template::render(stack).to_compact_json().into_bytes();
    s3.put_object().bucket(&bucket).key("template").body(template.into()).send().await.unwrap();
    format!("{}/{bucket}/template", config.endpoint_url().unwrap())
}

/// The name of the sessions that make `call`: letters, digits and `+=,.@-` are allowed.
fn session(call: &Bound) -> String {
    call.name.replace("::", ".").replace(' ', ".")
}

//! A state of an API that a stage can serve.

use std::borrow::Cow;

use serde::Serialize;

use super::{RestApi, content};
use crate::check::Check;
use crate::reference::{Ref, Resource};
use crate::stack::Stack;

/// A frozen state of an API. It never changes: [`deploy`] makes a new one for every state.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-deployment.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Deployment {
    rest_api_id: Ref<RestApi>,
    #[serde(skip)]
    fingerprint: String,
}

/// How many hexadecimal digits of the content's fingerprint a deployment's logical id carries.
const DIGITS: usize = 12;

/// Adds a deployment of everything that `api` consists of by now.
///
/// Its logical id is `id` with a fingerprint of that content, so that each change of the API brings a new deployment
/// and an unchanged API keeps the old one. Call it after the last method was added; [`crate::check()`] reports what
/// comes later.
#[track_caller]
pub fn deploy(stack: &mut Stack, id: impl Into<Cow<'static, str>>, api: Ref<RestApi>) -> Ref<Deployment> {
    let fingerprint = content::fingerprint(stack, api);
    // API Gateway freezes what is there at the moment, so everything must be there before.
    let parts: Vec<_> = content::parts(stack, api).map(|part| part.id).collect();
    let named = stack.named(format!("{}{}", id.into(), &fingerprint[..DIGITS]));
    let named = parts.into_iter().fold(named, |named, part| named.depends_on(Ref::<RestApi>::new(part)));
    named.add(Deployment { rest_api_id: api, fingerprint })
}

impl Resource for Deployment {
    const TYPE: &'static str = "AWS::ApiGateway::Deployment";

    fn check(&self, check: &mut Check<'_>) {
        if content::parts(check.stack, self.rest_api_id).all(|part| part.resource_type() != super::Method::TYPE) {
            let api = self.rest_api_id.id();
            check.error("empty-api", format!("`{api}` has no method to deploy")).help("add its methods before it");
        } else if content::fingerprint(check.stack, self.rest_api_id) != self.fingerprint {
            let api = self.rest_api_id.id();
            check
                .error("stale-deployment", format!("`{api}` is not deployed as it is: parts of it were added later"))
                .help("add the deployment after the last part of the API");
        }
    }
}

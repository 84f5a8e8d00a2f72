//! Paths and verbs of an API, and what answers.

use infra::Ref;
use infra::apigateway::HttpMethod;
use infra::lambda::{Alias, Function, Invocable};
use infra::sqs::StandardQueue;

/// A path and verb of an API, and what answers.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// The verb.
    pub method: HttpMethod,
    /// The path, such as `/orders/{orderId}`, or `/{proxy+}` for all that have no route of their own.
    pub path: &'static str,
    /// What answers.
    pub target: Target,
}

/// What answers a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A function or alias, which gets the whole request and gives the whole answer.
    Function(Invocable),
    /// A queue, which gets the body, a JSON object; the answer is 202 with the message's id.
    Queue(Ref<StandardQueue>),
}

impl From<Ref<Function>> for Target {
    fn from(function: Ref<Function>) -> Self {
        Self::Function(function.into())
    }
}

impl From<Ref<Alias>> for Target {
    fn from(alias: Ref<Alias>) -> Self {
        Self::Function(alias.into())
    }
}

impl From<Ref<StandardQueue>> for Target {
    fn from(queue: Ref<StandardQueue>) -> Self {
        Self::Queue(queue)
    }
}

impl Route {
    /// `GET path`.
    #[must_use]
    pub fn get(path: &'static str, target: impl Into<Target>) -> Self {
        Self { method: HttpMethod::Get, path, target: target.into() }
    }

    /// `POST path`.
    #[must_use]
    pub fn post(path: &'static str, target: impl Into<Target>) -> Self {
        Self { method: HttpMethod::Post, path, target: target.into() }
    }

    /// Every verb on `path` that has no route of its own.
    #[must_use]
    pub fn any(path: &'static str, target: impl Into<Target>) -> Self {
        Self { method: HttpMethod::Any, path, target: target.into() }
    }
}

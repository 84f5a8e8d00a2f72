//! Functions that are asked, and whose answers have a type.

use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::operation::invoke::builders::InvokeFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use serde::de::DeserializeOwned;

use super::{Ask, Function, Invoke};
use crate::message::{Call, Message, text};
use crate::{Grants, evidence};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AnswerError {
    /// The function failed, with the error that Lambda tells.
    #[error("the function failed: {0}")]
    Failed(String),
    /// Lambda did not wait for the answer: the function is invoked asynchronously, or it is asked whether it could be.
    #[error("there is no answer: the function was not waited for")]
    NotWaitedFor,
    /// The answer is none of its type.
    #[error("the answer is none of its type: {0}")]
    Json(#[from] serde_json::Error),
}

impl<A, I, O> Function<A, Call<I, O>> {
    /// The SDK's `invoke` of this function with `input` as JSON. [`Function::answer`] reads what it gives.
    ///
    /// # Errors
    /// When the value cannot be written as JSON, such as a map whose keys are no texts.
    #[track_caller]
    pub fn ask<P>(&self, input: &I) -> serde_json::Result<InvokeFluentBuilder>
    where
        A: Grants<Invoke, P>,
        I: Message,
    {
        evidence::call::<Self, Ask>();
        Ok(self.client.get().invoke().function_name(self.name()).payload(Blob::new(text(input)?)))
    }

    /// The answer that `output` has.
    ///
    /// # Errors
    /// When the function failed, was not waited for, or answered something else.
    pub fn answer(&self, output: &InvokeOutput) -> Result<O, AnswerError>
    where
        O: DeserializeOwned,
    {
        let payload = output.payload().map(AsRef::as_ref).unwrap_or_default();
        if output.function_error().is_some() {
            return Err(AnswerError::Failed(String::from_utf8_lossy(payload).into_owned()));
        }
        // 200 is the status of a function that was waited for: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
        if output.status_code() != 200 {
            return Err(AnswerError::NotWaitedFor);
        }
        Ok(serde_json::from_slice(payload)?)
    }
}

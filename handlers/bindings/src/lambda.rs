//! Bindings to other functions.

crate::binding! {
    /// Another function. Its environment variable is the function's name.
    ///
    /// `Function<Invoke, Order>` invokes it with nothing but values of the type `Order`, and
    /// `Function<Invoke, Call<Order, Quote>>` reads its answers as values of the type `Quote`.
    pub struct Function(name) of M;
    use aws_sdk_lambda telling Invoked if (feature = "lambda");

    GetFunctionConfiguration: "lambda:GetFunctionConfiguration" =>
        get_function_configuration() -> GetFunctionConfigurationFluentBuilder { function_name: name() };
    Invoke: "lambda:InvokeFunction" => invoke() -> InvokeFluentBuilder { function_name: name() } of any M;
    InvokeWithResponseStream: "lambda:InvokeFunction" =>
        invoke_with_response_stream() -> InvokeWithResponseStreamFluentBuilder { function_name: name() } of any M;
}

#[cfg(feature = "lambda")]
crate::evidence::ways!(Ask of Invoke, InvokeWith of Invoke, InvokeStreamingWith of InvokeWithResponseStream);

#[cfg(feature = "lambda")]
pub use answer::AnswerError;
#[cfg(feature = "lambda")]
pub use invoked::Invoked;

#[cfg(feature = "lambda")]
mod answer;

#[cfg(feature = "lambda")]
mod invoked {
    use aws_sdk_lambda::operation::invoke::InvokeInput;
    use aws_sdk_lambda::operation::invoke::builders::InvokeFluentBuilder;
    use aws_sdk_lambda::operation::invoke_with_response_stream::InvokeWithResponseStreamInput;
    use aws_sdk_lambda::operation::invoke_with_response_stream::builders::InvokeWithResponseStreamFluentBuilder;
    use aws_sdk_lambda::primitives::Blob;
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use super::{Function, Invoke, InvokeStreamingWith, InvokeWith, InvokeWithResponseStream};
    use crate::message::{Message, text};
    use crate::trace::{Effects, parameter};
    use crate::{Grants, evidence};

    /// Tells of functions that are invoked.
    #[derive(Debug)]
    pub struct Invoked;

    impl Effects for Invoked {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; InvokeInput: function_name, InvokeWithResponseStreamInput: function_name)
        }

        // The function's own request id: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
        fn id(_: &Output, response: &HttpResponse) -> Option<String> {
            response.headers().get("x-amzn-requestid").map(str::to_owned)
        }
    }

    impl<A, M> Function<A, M> {
        /// The SDK's `invoke` of this function with `message` as JSON.
        ///
        /// # Errors
        /// When the value cannot be written as JSON, such as a map whose keys are no texts.
        #[track_caller]
        pub fn invoke_with<P>(&self, message: &M) -> serde_json::Result<InvokeFluentBuilder>
        where
            A: Grants<Invoke, P>,
            M: Message,
        {
            evidence::call::<Self, InvokeWith>();
            Ok(self.client.get().invoke().function_name(self.name()).payload(Blob::new(text(message)?)))
        }

        /// The SDK's `invoke_with_response_stream` of this function with `message` as JSON: its answer comes in parts.
        ///
        /// # Errors
        /// When the value cannot be written as JSON, such as a map whose keys are no texts.
        #[track_caller]
        pub fn invoke_streaming_with<P>(&self, message: &M) -> serde_json::Result<InvokeWithResponseStreamFluentBuilder>
        where
            A: Grants<InvokeWithResponseStream, P>,
            M: Message,
        {
            evidence::call::<Self, InvokeStreamingWith>();
            let call = self.client.get().invoke_with_response_stream();
            Ok(call.function_name(self.name()).payload(Blob::new(text(message)?)))
        }
    }
}

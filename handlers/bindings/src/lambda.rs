//! Bindings to other functions.

crate::binding! {
    /// Another function. Its environment variable is the function's name.
    pub struct Function(name);
    use aws_sdk_lambda telling Invoked if (feature = "lambda");

    GetFunctionConfiguration: "lambda:GetFunctionConfiguration" =>
        get_function_configuration() -> GetFunctionConfigurationFluentBuilder { function_name: name() };
    Invoke: "lambda:InvokeFunction" => invoke() -> InvokeFluentBuilder { function_name: name() };
    InvokeWithResponseStream: "lambda:InvokeFunction" =>
        invoke_with_response_stream() -> InvokeWithResponseStreamFluentBuilder { function_name: name() };
}

#[cfg(feature = "lambda")]
pub use invoked::Invoked;

#[cfg(feature = "lambda")]
mod invoked {
    use aws_sdk_lambda::operation::invoke::InvokeInput;
    use aws_sdk_lambda::operation::invoke_with_response_stream::InvokeWithResponseStreamInput;
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

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
}

//! Bindings to endpoints of SageMaker.

bindings::binding! {
    /// An endpoint that answers from a model. Its environment variable is the endpoint's name.
    pub struct Endpoint(name);
    use aws_sdk_sagemakerruntime;

    InvokeEndpoint: "sagemaker:InvokeEndpoint" =>
        invoke_endpoint() -> InvokeEndpointFluentBuilder { endpoint_name: name() };
    InvokeEndpointAsync: "sagemaker:InvokeEndpointAsync" =>
        invoke_endpoint_async() -> InvokeEndpointAsyncFluentBuilder { endpoint_name: name() };
}

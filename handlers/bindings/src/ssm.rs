//! Bindings to parameters of Systems Manager.

crate::binding! {
    /// A parameter, with the operations `A` granted on it. Its environment variable is the parameter's name.
    ///
    /// To read one that is encrypted with a key of one's own, the function needs a binding to the key, too.
    pub struct Parameter(name);
    use aws_sdk_ssm telling Written if (feature = "ssm");

    DeleteParameter: "ssm:DeleteParameter" => delete_parameter() -> DeleteParameterFluentBuilder { name: name() };
    GetParameter: "ssm:GetParameter" => get_parameter() -> GetParameterFluentBuilder { name: name() };
    GetParameterHistory: "ssm:GetParameterHistory" =>
        get_parameter_history() -> GetParameterHistoryFluentBuilder { name: name() };
    PutParameter: "ssm:PutParameter" => put_parameter() -> PutParameterFluentBuilder { name: name() };
}

#[cfg(feature = "ssm")]
pub use written::Written;

#[cfg(feature = "ssm")]
mod written {
    use aws_sdk_ssm::operation::delete_parameter::DeleteParameterInput;
    use aws_sdk_ssm::operation::put_parameter::PutParameterInput;
    use aws_smithy_runtime_api::client::interceptors::context::Input;

    use crate::trace::{Effects, parameter};

    /// Tells of parameters that are written.
    #[derive(Debug)]
    pub struct Written;

    impl Effects for Written {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; PutParameterInput: name, DeleteParameterInput: name)
        }
    }
}

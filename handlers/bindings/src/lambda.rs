//! Bindings to other functions.

use crate::grants::{operation_types, operations};
use crate::resource::binding;

operation_types!(GetFunctionConfiguration, Invoke);

operations!(Function<()>:
    GetFunctionConfiguration = "lambda:GetFunctionConfiguration",
    Invoke = "lambda:InvokeFunction",
);

binding!(
    /// Another function. Its environment variable is the function's name.
    Function,
    aws_sdk_lambda::Client,
    "lambda"
);

impl<A> Function<A> {
    /// The function's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.resource.name()
    }
}

#[cfg(feature = "lambda")]
pub(crate) use calls::EFFECTS;

#[cfg(feature = "lambda")]
mod calls {
    use aws_sdk_lambda::operation::get_function_configuration::builders::GetFunctionConfigurationFluentBuilder;
    use aws_sdk_lambda::operation::invoke::InvokeInput;
    use aws_sdk_lambda::operation::invoke::builders::InvokeFluentBuilder;

    use super::{Function, GetFunctionConfiguration, Invoke};
    use crate::evidence;
    use crate::grants::Grants;
    use crate::trace::Effects;

    pub(crate) const EFFECTS: Effects = Effects {
        target: |input| input.downcast_ref::<InvokeInput>()?.function_name().map(str::to_owned),
        // The function's own request id: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
        id: |_, response| response.headers().get("x-amzn-requestid").map(str::to_owned),
    };

    impl<A> Function<A> {
        /// The SDK's `get_function_configuration` of this function.
        #[must_use]
        #[track_caller]
        pub fn get_function_configuration<P>(&self) -> GetFunctionConfigurationFluentBuilder
        where
            A: Grants<GetFunctionConfiguration, P>,
        {
            evidence::call::<Self, GetFunctionConfiguration>();
            self.client.get().get_function_configuration().function_name(self.name())
        }

        /// The SDK's `invoke` of this function.
        #[must_use]
        #[track_caller]
        pub fn invoke<P>(&self) -> InvokeFluentBuilder
        where
            A: Grants<Invoke, P>,
        {
            evidence::call::<Self, Invoke>();
            self.client.get().invoke().function_name(self.name())
        }
    }
}

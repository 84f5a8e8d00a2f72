//! Bindings to models of Bedrock.

use serde_json::{Value, json};

use crate::declaration::Condition;
use crate::resource::Target;

crate::binding! {
    /// A model, or a profile that spreads calls of one over regions, with the operations `A` granted on it. Its environment
    /// variable is the model's id or the profile's.
    pub struct Model(id);
    use aws_sdk_bedrockruntime if (feature = "bedrock");

    Converse: "bedrock:InvokeModel", "bedrock:InvokeModel" on "{model}" =>
        converse() -> ConverseFluentBuilder { model_id: id() };
    ConverseStream: "bedrock:InvokeModelWithResponseStream", "bedrock:InvokeModelWithResponseStream" on "{model}" =>
        converse_stream() -> ConverseStreamFluentBuilder { model_id: id() };
    InvokeModel: "bedrock:InvokeModel", "bedrock:InvokeModel" on "{model}" =>
        invoke_model() -> InvokeModelFluentBuilder { model_id: id() };
    InvokeModelWithResponseStream:
        "bedrock:InvokeModelWithResponseStream", "bedrock:InvokeModelWithResponseStream" on "{model}" =>
        invoke_model_with_response_stream() -> InvokeModelWithResponseStreamFluentBuilder { model_id: id() };
}

/// The foundation model `id` in the stack's region, such as `amazon.nova-lite-v1:0`.
#[must_use]
pub fn foundation_model(id: &str) -> Target {
    let arn = format!("arn:${{AWS::Partition}}:bedrock:${{AWS::Region}}::foundation-model/{id}");
    Target::new(json!(id), json!({ "Fn::Sub": arn }))
}

/// The inference profile `id` of AWS's, such as `eu.amazon.nova-lite-v1:0`, which calls the foundation model `model` in
/// whatever region has room: the function is allowed to call the model through this profile alone.
///
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html>
#[must_use]
pub fn inference_profile(id: &str, model: &str) -> Target {
    let arn = format!("arn:${{AWS::Partition}}:bedrock:${{AWS::Region}}:${{AWS::AccountId}}:inference-profile/{id}");
    let arn = json!({ "Fn::Sub": arn });
    let model = json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:bedrock:*::foundation-model/{model}") });
    let through = Condition::new::<Value>("ArnLike", "bedrock:InferenceProfileArn", [arn.clone()]);
    Target::new(json!(id), arn).with("model", model).when("{model}", through)
}

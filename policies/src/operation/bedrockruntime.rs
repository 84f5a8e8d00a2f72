//! Amazon Bedrock, as programs call its models.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_bedrock.html>, and the page of each operation;
//! for guardrails <https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions.html>

super::operations! {
    "bedrockruntime" as "bedrock",
    same: [ApplyGuardrail, CountTokens, GetAsyncInvoke, InvokeGuardrailChecks, ListAsyncInvokes],
    Converse: ["bedrock:InvokeModel"] if { "GuardrailConfig" => "bedrock:ApplyGuardrail" },
    ConverseStream: ["bedrock:InvokeModelWithResponseStream"] if { "GuardrailConfig" => "bedrock:ApplyGuardrail" },
    InvokeModel: ["bedrock:InvokeModel"] if { "GuardrailIdentifier" => "bedrock:ApplyGuardrail" },
    InvokeModelWithBidirectionalStream: ["bedrock:InvokeModel"],
    InvokeModelWithResponseStream: ["bedrock:InvokeModelWithResponseStream"] if {
        "GuardrailIdentifier" => "bedrock:ApplyGuardrail",
    },
    StartAsyncInvoke: ["bedrock:InvokeModel", "s3:PutObject"] if { "Tags" => "bedrock:TagResource" },
}

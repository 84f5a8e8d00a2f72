//! More care for stages in which nothing may be lost.

mod access_logs;
mod alarms;
mod checkov;
mod retention;

use infra::Stack;

/// In a protected stage, keeps what the stack holds, logs who used it and has alarms tell somebody; in any other stage it
/// does nothing. Call it last: what is added later is not protected.
///
/// - **Data**: tables, buckets, queues and whatever else holds data stay when they leave the stack or are replaced. Tables
///   refuse to be deleted and can be brought back to any second of the
///   [last 35 days](https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery_Howitworks.html);
///   buckets keep every version of an object.
/// - **Access logs**: each stage of a REST API writes a line for each request to the log group `{stage}AccessLogGroup`, for
///   30 days. Each bucket has its requests logged in the bucket `AccessLogs`, for 90 days; S3 delivers
///   [most of them, within hours](https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html).
/// - **Alarms**: on messages in dead-letter queues; on errors and refused invocations of functions; on APIs of which more
///   than 5 % of the answers are errors of the server. These and all other alarms of the stack without an action publish to
///   the topic `AlarmTopic`, whose ARN is the output `AlarmTopicArn`. Its messages go to the parameter `AlarmEmail` as well,
///   if that is given: `deploy --parameter AlarmEmail=ops@example.com`. Each alarm
///   [costs money](https://aws.amazon.com/cloudwatch/pricing/).
/// - **checkov**: what it asks for beyond this has a reason not to be there, which the template says.
///
/// What the stack sets itself stays as it is. The engine has the stack as a whole refuse to be deleted.
///
/// # The role of API Gateway
///
/// API Gateway writes logs with a role that an account has **once in each region**, for all its REST APIs
/// ([`infra::apigateway::Account`]). A stack with an API sets it: `ApiGatewayAccount`, with the role
/// `ApiGatewayLogsRole`. Where several stacks do, the last one deployed counts, and as all these roles allow the same,
/// nothing changes for the others. Both stay when the stack is deleted, because other APIs may use them; a role without
/// users costs nothing. It replaces a role that somebody else has set: to keep that one, set the stage's
/// [`access_log_setting`](infra::apigateway::ApiStage::access_log_setting) yourself.
///
/// ```
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage, Template};
///
/// let mut stack = Stack::new("orders", &Stage::protected("prod"));
/// stack.named("Orders").add(StandardQueue::default());
/// parts::protect(&mut stack);
/// let template = Template::render(&stack);
/// assert_eq!(template.resource("Orders").unwrap()["DeletionPolicy"], "RetainExceptOnCreate");
/// ```
#[track_caller]
pub fn protect(stack: &mut Stack) {
    if !stack.stage().is_protected() {
        return;
    }
    access_logs::add(stack);
    alarms::add(stack);
    retention::set(stack);
    checkov::explain(stack);
}

/// What a resource says at a path such as `VersioningConfiguration.Status`.
fn said(properties: &serde_json::Map<String, serde_json::Value>, path: &str) -> Option<serde_json::Value> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = properties.get(first)?;
    let pointer: String = rest.split('.').filter(|step| !step.is_empty()).flat_map(|step| ["/", step]).collect();
    value.pointer(&pointer).cloned()
}

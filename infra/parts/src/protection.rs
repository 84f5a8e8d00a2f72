//! More care for stages in which nothing may be lost.

mod access_logs;
mod alarms;
mod checkov;
mod retention;

use infra::Stack;

pub(crate) use alarms::dead_letter_queues;
pub use alarms::tell;

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

#[cfg(test)]
mod tests {
    use infra::apigateway::{self, AccessLogSetting, ApiStage, RestApi};
    use infra::cloudwatch::{Alarm, Metric};
    use infra::dynamodb::{Key, S, Table};
    use infra::lambda::{Alias, Function, Permission, Version};
    use infra::logs::LogGroup;
    use infra::reference::Ref;
    use infra::s3::{Bucket, Versioning};
    use infra::sqs::{RedrivePolicy, StandardQueue};
    use infra::{Integer, Raw, Stage, Template};
    use serde_json::{Value as Json, json};

    use super::*;

    /// The template of a protected stage with what `fill` adds.
    fn template(fill: impl FnOnce(&mut Stack)) -> Json {
        let mut stack = Stack::new("shop", &Stage::protected("live"));
        fill(&mut stack);
        protect(&mut stack);
        let findings = infra::check(&stack);
        assert!(findings.iter().all(|it| it.rule == "empty-api"), "{findings:?}");
        Json::Object(Template::render(&stack).into_json())
    }

    fn ids(template: &Json) -> Vec<&str> {
        template["Resources"].as_object().unwrap().keys().map(String::as_str).collect()
    }

    #[test]
    fn what_holds_data_stays_whatever_its_type_and_whoever_typed_it() {
        let template = template(|stack| {
            stack.named("Orders").add(Raw::new("AWS::RDS::DBCluster", [("Engine", json!("aurora-postgresql"))]));
            stack.named("Files").add(Raw::new("AWS::S3::Bucket", []));
        });
        for id in ["Orders", "Files", "AccessLogs"] {
            assert_eq!(template["Resources"][id]["DeletionPolicy"], "RetainExceptOnCreate", "{id}");
            assert_eq!(template["Resources"][id]["UpdateReplacePolicy"], "Retain", "{id}");
        }
        let files = &template["Resources"]["Files"]["Properties"];
        assert_eq!(files["LoggingConfiguration"]["LogFilePrefix"], "Files/");
        assert_eq!(files["VersioningConfiguration"]["Status"], "Enabled");
    }

    #[test]
    fn what_the_stack_sets_itself_stays() {
        let template = template(|stack| {
            let suspended = Bucket { versioning: Some(Versioning::Suspended), ..Bucket::default() };
            stack.named("Files").property("LoggingConfiguration.DestinationBucketName", "central").add(suspended);
            let table = Table { deletion_protection_enabled: Some(false), ..Table::keyed(Key::hash(S("id"))) };
            stack.named("Cache").add(table);
            let queue = stack.named("Orders").add(StandardQueue::default());
            let alarm = Alarm { alarm_actions: vec!["arn:aws:sns:eu-west-1:123456789012:pager".into()], ..full(queue) };
            stack.named("Full").add(alarm);
        });
        assert_eq!(ids(&template), ["Files", "Cache", "Orders", "Full"]);
        let properties = |id: &str| &template["Resources"][id]["Properties"];
        assert_eq!(properties("Files")["VersioningConfiguration"]["Status"], "Suspended");
        assert_eq!(properties("Files")["LoggingConfiguration"], json!({"DestinationBucketName": "central"}));
        assert_eq!(properties("Cache")["DeletionProtectionEnabled"], false);
        assert_eq!(properties("Full")["AlarmActions"], json!(["arn:aws:sns:eu-west-1:123456789012:pager"]));
        assert_eq!(template.get("Parameters"), None);
    }

    fn full(queue: Ref<StandardQueue>) -> Alarm {
        Alarm { metric: Metric::visible_messages(queue), threshold: 100.0, ..Alarm::messages_in(queue) }
    }

    #[test]
    fn a_dead_letter_queue_without_an_alarm_gets_one_that_tells() {
        let template = template(|stack| {
            let dead = stack.named("Dead").add(StandardQueue::default());
            let redrive_policy =
                Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: Integer::of::<3>() });
            stack.named("Orders").add(StandardQueue { redrive_policy, ..StandardQueue::default() });
        });
        assert_eq!(ids(&template), ["Dead", "Orders", "DeadAlarm", "AlarmTopic", "AlarmEmailSubscription"]);
        assert_eq!(template["Resources"]["DeadAlarm"]["Properties"]["AlarmActions"], json!([{"Ref": "AlarmTopic"}]));
        assert_eq!(template["Parameters"]["AlarmEmail"]["Default"], "");
        assert_eq!(template["Resources"]["AlarmEmailSubscription"]["Condition"], "HasAlarmEmail");
        assert_eq!(template["Outputs"]["AlarmTopicArn"]["Value"], json!({"Ref": "AlarmTopic"}));
    }

    #[derive(serde::Serialize)]
    struct Nothing {}

    impl bindings::Program for Nothing {
        const NAME: &'static str = "nothing";
    }

    #[test]
    fn a_function_that_would_lose_events_is_not_excused() {
        let template = template(|stack| {
            let waited_for = crate::function(stack, "WaitedFor", Function::rust(Nothing {}));
            let caught = crate::function(stack, "Caught", Function::rust(Nothing {}));
            let losing = crate::function(stack, "Losing", Function::rust(Nothing {}));
            let reserving = Function { reserved_concurrent_executions: Some(5), ..Function::rust(Nothing {}) };
            crate::function(stack, "Reserving", reserving);
            let arn = "arn:aws:events:eu-west-1:123456789012:rule/nightly";
            for function in [caught, losing] {
                let id = format!("{}Permission", function.id());
                stack.named(id).add(Permission::service(function, "events.amazonaws.com", arn));
            }
            let api = Permission::service(waited_for, "apigateway.amazonaws.com", arn);
            stack.named("WaitedForPermission").add(api);
            let dead = crate::dead_letter_queue(stack, "Caught", "dead");
            crate::on_failure(stack, caught, dead);
            // What is caught of a function is not caught of its alias.
            let by_alias = crate::function(stack, "ByAlias", Function::rust(Nothing {}));
            let version = stack.named("ByAliasVersion").add(Version { function: by_alias });
            let alias = stack.named("ByAliasLive").add(Alias::new(by_alias, "live", version));
            stack.named("ByAliasPermission").add(Permission::service(alias, "events.amazonaws.com", arn));
            crate::on_failure(stack, by_alias, dead);
        });
        let is_excused = |id: &str, check: &str| {
            let skipped = template["Resources"][id]["Metadata"]["checkov"]["skip"].as_array().unwrap();
            skipped.iter().any(|it| it["id"] == check)
        };
        let excused = |check: &str| {
            ["WaitedFor", "Caught", "Losing", "Reserving", "ByAlias"]
                .into_iter()
                .filter(|id| is_excused(id, check))
                .collect::<Vec<_>>()
        };
        assert_eq!(excused("CKV_AWS_116"), ["WaitedFor", "Caught", "Reserving"]);
        assert_eq!(excused("CKV_AWS_115"), ["WaitedFor", "Caught", "Losing", "ByAlias"]);
    }

    #[test]
    fn an_api_with_a_log_of_its_own_leaves_the_role_of_the_account_alone() {
        let template = template(|stack| {
            let group = stack.named("Requests").add(LogGroup::default());
            let api = stack.named("Api").add(RestApi::named("api"));
            let deployment = apigateway::deploy(stack, "Deployment", api);
            let access_log_setting = Some(AccessLogSetting::json(group));
            stack.named("Live").add(ApiStage { access_log_setting, ..ApiStage::of(api, deployment, "live") });
        });
        assert!(!ids(&template).contains(&"ApiGatewayAccount"), "{:?}", ids(&template));
        assert!(ids(&template).contains(&"LiveServerErrorsAlarm"), "{:?}", ids(&template));
    }
}

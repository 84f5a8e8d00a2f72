//! Who used the stack's APIs and buckets.

use infra::apigateway::{AccessLogSetting, Account, ApiStage};
use infra::iam::{ManagedPolicy, PolicyDocument, Principal, Role, Statement};
use infra::logs::{LogGroup, Retention};
use infra::resources::Json;
use infra::s3::{self, Bucket, BucketPolicy, Expiration, LifecycleRule};
use infra::stack::{Declared, DeletionPolicy};
use infra::value::Intrinsic;
use infra::{Days, LogicalId, Ref, Resource as _, Stack, Value};
use policies::{Action, Condition, Operator};
use serde_json::json;

/// How long the log of an API is kept.
const API_RETENTION: Retention = Retention::days::<30>();

/// How long the logs of buckets are kept.
const BUCKET_RETENTION: Days<1> = Days::of::<90>();

#[track_caller]
pub(super) fn add(stack: &mut Stack) {
    of_apis(stack);
    of_buckets(stack);
}

#[track_caller]
fn of_apis(stack: &mut Stack) {
    let unlogged = without(stack, ApiStage::TYPE, "AccessLogSetting");
    if unlogged.is_empty() {
        return;
    }
    let account = account(stack);
    for stage in unlogged {
        let group = stack
            .named(format!("{stage}AccessLogGroup"))
            .deletion_policy(DeletionPolicy::Delete)
            .update_replace_policy(DeletionPolicy::Delete)
            .add(LogGroup { retention_in_days: Some(API_RETENTION), ..LogGroup::default() });
        let Some(stage) = declared(stack, stage) else { continue };
        stage.attributes.overrides.push(("AccessLogSetting".to_owned(), Json::of(&AccessLogSetting::json(group))));
        // API Gateway refuses a stage with a log while the account has no role for it.
        stage.attributes.depends_on.push(account.id());
    }
}

/// Has API Gateway write the logs of all REST APIs of the account and region with a role of this stack. Both stay: the
/// APIs of other stacks may use them.
///
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html>
#[track_caller]
fn account(stack: &mut Stack) -> Ref<Account> {
    let role = stack
        .named("ApiGatewayLogsRole")
        .deletion_policy(DeletionPolicy::Retain)
        .update_replace_policy(DeletionPolicy::Retain)
        .add(Role {
            // API Gateway takes no role that allows less than this policy.
            managed_policy_arns: vec![ManagedPolicy::aws("service-role/AmazonAPIGatewayPushToCloudWatchLogs")],
            ..Role::for_service("apigateway.amazonaws.com")
        });
    stack
        .named("ApiGatewayAccount")
        .deletion_policy(DeletionPolicy::Retain)
        .update_replace_policy(DeletionPolicy::Retain)
        .add(Account { cloud_watch_role_arn: role.into() })
}

/// Has S3 write what is asked of the stack's buckets into one more bucket.
///
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html>
#[track_caller]
fn of_buckets(stack: &mut Stack) {
    let unlogged = without(stack, Bucket::TYPE, "LoggingConfiguration");
    if unlogged.is_empty() {
        return;
    }
    // Without a name of its own: a bucket that stays would keep its name from the next stack.
    let logs = stack
        .named("AccessLogs")
        .skip_check("CKV_AWS_18", "a bucket that logs its own requests never stops")
        .add(Bucket {
            lifecycle_rules: vec![LifecycleRule {
                id: "expire",
                expiration: Some(Expiration::After(BUCKET_RETENTION)),
                noncurrent_version_expiration: Some(BUCKET_RETENTION),
                abort_incomplete_multipart_upload: Some(Days::of::<7>()),
                ..LifecycleRule::default()
            }],
            ..Bucket::default()
        });
    let sources = unlogged.iter().map(|id| Value::from(Intrinsic::GetAtt(*id, "Arn")));
    let deliver = Statement::allow([Action::new("s3:PutObject")])
        .principal(Principal::service("logging.s3.amazonaws.com"))
        .on(logs.objects("").arn())
        .when(Condition::new(Operator::ArnLike, "aws:SourceArn", sources))
        .when(Condition::source_account(Value::sub("${AWS::AccountId}")));
    stack.named("AccessLogsPolicy").add(BucketPolicy {
        bucket: logs,
        policy_document: PolicyDocument::from([deliver, s3::deny_insecure_transport(logs)]),
    });
    for id in unlogged {
        let Some(bucket) = declared(stack, id) else { continue };
        let prefix = format!("{id}/");
        let logging = Json::made(|| json!({"DestinationBucketName": logs, "LogFilePrefix": prefix}));
        bucket.attributes.overrides.push(("LoggingConfiguration".to_owned(), logging));
    }
}

/// The resources of a type that do not set a property.
fn without(stack: &Stack, resource_type: &str, property: &str) -> Vec<LogicalId> {
    let of_type = stack.resources().filter(|declared| declared.resource_type() == resource_type);
    of_type.filter(|declared| !declared.properties().contains_key(property)).map(|declared| declared.id).collect()
}

fn declared(stack: &mut Stack, id: LogicalId) -> Option<&mut Declared> {
    stack.resources_mut().find(|declared| declared.id == id)
}

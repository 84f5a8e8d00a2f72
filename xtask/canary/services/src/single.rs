//! Calls of one operation through one binding.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use aws_sdk_kms::primitives::Blob;
use bindings::Program;
use serde::{Deserialize, Serialize};

use crate::{Call, Failed, Targets, Visitor};

/// The binding that a call is made through.
#[derive(Serialize, Deserialize)]
struct Through<B> {
    binding: B,
}

impl<B: Serialize> Program for Through<B> {
    const NAME: &'static str = "canary-services";
}

/// Calls what a kind of binding offers, each operation through a binding that grants it alone, with what the SDK does not
/// send a request without.
macro_rules! calls {
    ($(
        $service:ident::$kind:ident {
            $($call:ident($($argument:expr),*)$(.$setter:ident($($value:expr),*))*: $operation:ident;)*
        }
    )+) => {
        $($(
            impl Call for Through<bindings::$service::$kind<bindings::$service::$operation>> {
                const NAME: &'static str =
                    concat!(stringify!($service), "::", stringify!($kind), " ", stringify!($operation));

                fn declared(targets: &Targets) -> Option<Self> {
                    let target = targets.get(concat!(stringify!($service), "::", stringify!($kind)))?;
                    Some(Self { binding: target.clone().into() })
                }

                async fn call(&self) -> Result<(), Failed> {
                    self.binding.$call($($argument),*)$(.$setter($($value),*))*.send().await?;
                    Ok(())
                }
            }
        )*)+

        /// Has each of them visited.
        pub(crate) fn each(visitor: &mut impl Visitor) {
            $($(visitor.visit::<Through<bindings::$service::$kind<bindings::$service::$operation>>>();)*)+
        }
    };
}

calls! {
    apigatewaymanagement::Connections {
        delete_connection("a"): DeleteConnection;
        get_connection("a"): GetConnection;
        post_to_connection("a").data(Blob::new("a")): PostToConnection;
    }
    appconfigdata::Configuration {
        get_latest_configuration().configuration_token("a"): GetLatestConfiguration;
        start_configuration_session(): StartConfigurationSession;
    }
    bedrockruntime::Model {
        converse(): Converse;
        converse_stream(): ConverseStream;
        invoke_model(): InvokeModel;
        invoke_model_with_response_stream(): InvokeModelWithResponseStream;
    }
    cognitoidentityprovider::UserPool {
        admin_add_user_to_group(): AdminAddUserToGroup;
        admin_confirm_sign_up(): AdminConfirmSignUp;
        admin_create_user(): AdminCreateUser;
        admin_delete_user(): AdminDeleteUser;
        admin_disable_user(): AdminDisableUser;
        admin_enable_user(): AdminEnableUser;
        admin_get_user(): AdminGetUser;
        admin_initiate_auth(): AdminInitiateAuth;
        admin_list_groups_for_user(): AdminListGroupsForUser;
        admin_remove_user_from_group(): AdminRemoveUserFromGroup;
        admin_reset_user_password(): AdminResetUserPassword;
        admin_respond_to_auth_challenge(): AdminRespondToAuthChallenge;
        admin_set_user_password(): AdminSetUserPassword;
        admin_update_user_attributes(): AdminUpdateUserAttributes;
        admin_user_global_sign_out(): AdminUserGlobalSignOut;
        list_users(): ListUsers;
        list_users_in_group(): ListUsersInGroup;
    }
    dynamodb::Table {
        batch_write_item([]): BatchWriteItem;
        delete_item(): DeleteItem;
        describe_table(): DescribeTable;
        describe_time_to_live(): DescribeTimeToLive;
        get_item(): GetItem;
        put_item(): PutItem;
        query(): Query;
        scan(): Scan;
        update_item(): UpdateItem;
    }
    dynamodb::Items {
        batch_write_item([put()?]): BatchWriteItem;
        delete_item().key("id", id()): DeleteItem;
        get_item().key("id", id()).projection_expression("id"): GetItem;
        put_item().item("id", id()): PutItem;
        query()
            .key_condition_expression("id = :id")
            .expression_attribute_values(":id", id())
            .projection_expression("id"): Query;
        update_item().key("id", id()): UpdateItem;
    }
    dynamodb::Index {
        query(): Query;
        scan(): Scan;
    }
    dynamodbstreams::Stream {
        describe_stream(): DescribeStream;
        get_shard_iterator(): GetShardIterator;
    }
    eventbridge::EventBus {
        describe_event_bus(): DescribeEventBus;
    }
    firehose::DeliveryStream {
        describe_delivery_stream(): DescribeDeliveryStream;
        put_record(): PutRecord;
        put_record_batch(): PutRecordBatch;
    }
    kinesis::Stream {
        describe_stream_summary(): DescribeStreamSummary;
        get_shard_iterator(): GetShardIterator;
        list_shards(): ListShards;
        put_record(): PutRecord;
        put_records(): PutRecords;
    }
    kms::Key {
        decrypt(): Decrypt;
        describe_key(): DescribeKey;
        encrypt(): Encrypt;
        generate_data_key(): GenerateDataKey;
        generate_data_key_pair(): GenerateDataKeyPair;
        generate_data_key_without_plaintext(): GenerateDataKeyWithoutPlaintext;
        generate_mac(): GenerateMac;
        get_public_key(): GetPublicKey;
        sign(): Sign;
        verify(): Verify;
        verify_mac(): VerifyMac;
    }
    lambda::Function {
        get_function_configuration(): GetFunctionConfiguration;
        invoke(): Invoke;
        invoke_with_response_stream(): InvokeWithResponseStream;
    }
    s3::Bucket {
        abort_multipart_upload("a").upload_id("a"): AbortMultipartUpload;
        complete_multipart_upload("a").upload_id("a"): CompleteMultipartUpload;
        create_multipart_upload("a"): CreateMultipartUpload;
        delete_object("a"): DeleteObject;
        delete_object_tagging("a"): DeleteObjectTagging;
        delete_object_version("a", "1"): DeleteObjectVersion;
        delete_object_version_tagging("a", "1"): DeleteObjectVersionTagging;
        get_object("a"): GetObject;
        get_object_attributes("a"): GetObjectAttributes;
        get_object_tagging("a"): GetObjectTagging;
        get_object_version("a", "1"): GetObjectVersion;
        get_object_version_attributes("a", "1"): GetObjectVersionAttributes;
        get_object_version_tagging("a", "1"): GetObjectVersionTagging;
        head_bucket(): HeadBucket;
        head_object("a"): HeadObject;
        head_object_version("a", "1"): HeadObjectVersion;
        list_multipart_uploads(): ListMultipartUploads;
        list_object_versions(""): ListObjectVersions;
        list_objects_v2(""): ListObjectsV2;
        list_parts("a").upload_id("a"): ListParts;
        put_object("a"): PutObject;
        put_object_tagging("a"): PutObjectTagging;
        put_object_version_tagging("a", "1"): PutObjectVersionTagging;
        restore_object("a"): RestoreObject;
        upload_part("a").upload_id("a").part_number(1): UploadPart;
    }
    s3::TaggedObjects {
        get_object("tagged"): GetObject;
        get_object_attributes("tagged"): GetObjectAttributes;
        get_object_tagging("tagged"): GetObjectTagging;
        get_object_version("tagged", "null"): GetObjectVersion;
        get_object_version_attributes("tagged", "null"): GetObjectVersionAttributes;
        get_object_version_tagging("tagged", "null"): GetObjectVersionTagging;
        head_object("tagged"): HeadObject;
        head_object_version("tagged", "null"): HeadObjectVersion;
    }
    scheduler::ScheduleGroup {
        create_schedule().name("a"): CreateSchedule;
        delete_schedule().name("a"): DeleteSchedule;
        get_schedule().name("a"): GetSchedule;
        get_schedule_group(): GetScheduleGroup;
        list_schedules(): ListSchedules;
        update_schedule().name("a"): UpdateSchedule;
    }
    secretsmanager::Secret {
        describe_secret(): DescribeSecret;
        get_random_password(): GetRandomPassword;
        get_secret_value(): GetSecretValue;
        list_secret_version_ids(): ListSecretVersionIds;
        put_secret_value(): PutSecretValue;
        update_secret_version_stage(): UpdateSecretVersionStage;
    }
    sesv2::EmailIdentity {
        get_email_identity(): GetEmailIdentity;
        send_email("a"): SendEmail;
    }
    sfn::StateMachine {
        describe_state_machine(): DescribeStateMachine;
        list_executions(): ListExecutions;
        send_task_failure(): SendTaskFailure;
        send_task_heartbeat(): SendTaskHeartbeat;
        send_task_success(): SendTaskSuccess;
        start_execution(): StartExecution;
        start_sync_execution(): StartSyncExecution;
    }
    sns::Topic {
        get_topic_attributes(): GetTopicAttributes;
        list_subscriptions_by_topic(): ListSubscriptionsByTopic;
        publish(): Publish;
        publish_batch(): PublishBatch;
        subscribe(): Subscribe;
    }
    sqs::Queue {
        change_message_visibility(): ChangeMessageVisibility;
        change_message_visibility_batch(): ChangeMessageVisibilityBatch;
        delete_message(): DeleteMessage;
        delete_message_batch(): DeleteMessageBatch;
        get_queue_attributes(): GetQueueAttributes;
        purge_queue(): PurgeQueue;
        receive_message(): ReceiveMessage;
        send_message(): SendMessage;
        send_message_batch(): SendMessageBatch;
    }
    ssm::Parameter {
        delete_parameter(): DeleteParameter;
        get_parameter(): GetParameter;
        get_parameter_history(): GetParameterHistory;
        put_parameter(): PutParameter;
    }
    sts::Role {
        assume_role(): AssumeRole;
    }
}

/// The key of an item: where a binding is limited to some items, a call must name one of them.
pub(crate) fn id() -> AttributeValue {
    AttributeValue::S("north-1".to_owned())
}

fn put() -> Result<WriteRequest, BuildError> {
    Ok(WriteRequest::builder().put_request(PutRequest::builder().item("id", id()).build()?).build())
}

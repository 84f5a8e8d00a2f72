//! A program that calls every operation of every binding: what can be granted can be called, and the audit finds it.

pub mod others;

/// Calls what a kind of binding offers, each operation through a binding that grants it alone.
///
/// After `+` are the operations whose calls are written in [`others`].
macro_rules! calls {
    ($(
        $module:ident: $service:ident::$kind:ident {
            $($call:ident($($argument:expr),*): $operation:ident;)*
        } $(+ { $($other:ident: $other_operation:ident;)* })?
    )+) => {
        /// What is called: each a service, a kind of binding and an operation.
        pub const CALLED: &[(&str, &str, &str)] = &[$(
            $((stringify!($service), stringify!($kind), stringify!($operation)),)*
            $($((stringify!($service), stringify!($kind), stringify!($other_operation)),)*)?
        )+];

        $(
            mod $module {
                use bindings::$service::*;
                use serde::Deserialize;

                /// One binding for each operation.
                #[derive(Debug, Deserialize)]
                pub(super) struct Bindings {
                    $(pub(super) $call: $kind<$operation>,)*
                    $($(pub(super) $other: $kind<$other_operation>,)*)?
                }
            }
        )+

        /// Makes every call.
        pub async fn call_all() {
            $(
                if let Ok(bindings) = bindings::load::<$module::Bindings>().await {
                    $(drop(bindings.$call.$call($($argument),*).send().await);)*
                    $($(others::$module::$other(&bindings.$other).await;)*)?
                }
            )+
            others::call_all().await;
        }
    };
}

calls! {
    appconfigdata_configuration: appconfigdata::Configuration {
        get_latest_configuration(): GetLatestConfiguration;
        start_configuration_session(): StartConfigurationSession;
    }
    bedrockruntime_model: bedrockruntime::Model {
        converse(): Converse;
        converse_stream(): ConverseStream;
        invoke_model(): InvokeModel;
        invoke_model_with_response_stream(): InvokeModelWithResponseStream;
    }
    cognitoidentityprovider_user_pool: cognitoidentityprovider::UserPool {
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
    dynamodb_table: dynamodb::Table {
        batch_write_item([]): BatchWriteItem;
        delete_item(): DeleteItem;
        describe_table(): DescribeTable;
        describe_time_to_live(): DescribeTimeToLive;
        get_item(): GetItem;
        put_item(): PutItem;
        query(): Query;
        scan(): Scan;
        update_item(): UpdateItem;
    } + {
        batch_get_item: BatchGetItem;
        transact_condition_check_item: ConditionCheckItem;
    }
    dynamodb_items: dynamodb::Items {
        batch_write_item([]): BatchWriteItem;
        delete_item(): DeleteItem;
        get_item(): GetItem;
        put_item(): PutItem;
        query(): Query;
        update_item(): UpdateItem;
    } + {
        batch_get_item: BatchGetItem;
        transact_condition_check_item: ConditionCheckItem;
    }
    dynamodb_index: dynamodb::Index {
        query(): Query;
        scan(): Scan;
    }
    dynamodbstreams_stream: dynamodbstreams::Stream {
        describe_stream(): DescribeStream;
        get_records(): GetRecords;
        get_shard_iterator(): GetShardIterator;
    }
    eventbridge_event_bus: eventbridge::EventBus {
        describe_event_bus(): DescribeEventBus;
        put_events([]): PutEvents;
    }
    firehose_delivery_stream: firehose::DeliveryStream {
        describe_delivery_stream(): DescribeDeliveryStream;
        put_record(): PutRecord;
        put_record_batch(): PutRecordBatch;
    }
    kinesis_stream: kinesis::Stream {
        describe_stream_summary(): DescribeStreamSummary;
        get_records(): GetRecords;
        get_shard_iterator(): GetShardIterator;
        list_shards(): ListShards;
        put_record(): PutRecord;
        put_records(): PutRecords;
    }
    kms_key: kms::Key {
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
    } + {
        re_encrypt_from: ReEncryptFrom;
        re_encrypt_to: ReEncryptTo;
    }
    lambda_function: lambda::Function {
        get_function_configuration(): GetFunctionConfiguration;
        invoke(): Invoke;
        invoke_with_response_stream(): InvokeWithResponseStream;
    }
    s3_bucket: s3::Bucket {
        abort_multipart_upload("a"): AbortMultipartUpload;
        complete_multipart_upload("a"): CompleteMultipartUpload;
        create_multipart_upload("a"): CreateMultipartUpload;
        delete_object("a"): DeleteObject;
        delete_object_tagging("a"): DeleteObjectTagging;
        delete_object_version("a", "1"): DeleteObjectVersion;
        get_object("a"): GetObject;
        get_object_attributes("a"): GetObjectAttributes;
        get_object_tagging("a"): GetObjectTagging;
        get_object_version("a", "1"): GetObjectVersion;
        get_object_version_tagging("a", "1"): GetObjectVersionTagging;
        head_bucket(): HeadBucket;
        head_object("a"): HeadObject;
        head_object_version("a", "1"): HeadObjectVersion;
        list_multipart_uploads(): ListMultipartUploads;
        list_object_versions(""): ListObjectVersions;
        list_objects_v2(""): ListObjectsV2;
        list_parts("a"): ListParts;
        put_object("a"): PutObject;
        put_object_tagging("a"): PutObjectTagging;
        restore_object("a"): RestoreObject;
        upload_part("a"): UploadPart;
    } + {
        delete_objects: DeleteObjects;
    }
    scheduler_schedule_group: scheduler::ScheduleGroup {
        create_schedule(): CreateSchedule;
        delete_schedule(): DeleteSchedule;
        get_schedule(): GetSchedule;
        get_schedule_group(): GetScheduleGroup;
        list_schedules(): ListSchedules;
        update_schedule(): UpdateSchedule;
    }
    secretsmanager_secret: secretsmanager::Secret {
        describe_secret(): DescribeSecret;
        get_secret_value(): GetSecretValue;
        list_secret_version_ids(): ListSecretVersionIds;
        put_secret_value(): PutSecretValue;
        update_secret_version_stage(): UpdateSecretVersionStage;
    }
    sesv2_email_identity: sesv2::EmailIdentity {
        get_email_identity(): GetEmailIdentity;
        send_email("a"): SendEmail;
    }
    sfn_state_machine: sfn::StateMachine {
        describe_execution(): DescribeExecution;
        describe_state_machine(): DescribeStateMachine;
        get_execution_history(): GetExecutionHistory;
        list_executions(): ListExecutions;
        redrive_execution(): RedriveExecution;
        send_task_failure(): SendTaskFailure;
        send_task_heartbeat(): SendTaskHeartbeat;
        send_task_success(): SendTaskSuccess;
        start_execution(): StartExecution;
        start_sync_execution(): StartSyncExecution;
        stop_execution(): StopExecution;
    }
    sns_topic: sns::Topic {
        get_topic_attributes(): GetTopicAttributes;
        list_subscriptions_by_topic(): ListSubscriptionsByTopic;
        publish(): Publish;
        publish_batch(): PublishBatch;
        subscribe(): Subscribe;
    }
    sqs_queue: sqs::Queue {
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
    ssm_parameter: ssm::Parameter {
        delete_parameter(): DeleteParameter;
        get_parameter(): GetParameter;
        get_parameter_history(): GetParameterHistory;
        put_parameter(): PutParameter;
    }
    sts_role: sts::Role {
        assume_role(): AssumeRole;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_can_be_granted_can_be_called_and_what_can_be_called_can_be_granted() {
        let called: BTreeSet<_> =
            CALLED.iter().map(|(service, kind, operation)| format!("{service}::{kind} {operation}")).collect();
        let of_kind = |(kind, granted): (&'static str, Vec<bindings::Granted>)| {
            granted.into_iter().map(move |it| format!("{kind} {}", it.operation))
        };
        let granted: BTreeSet<_> = bindings::kinds().into_iter().flat_map(of_kind).collect();
        assert_eq!(called, granted);
        assert_eq!(called.len(), CALLED.len(), "one is called twice");
    }
}

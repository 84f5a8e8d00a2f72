//! Many operations, each chosen by its name when the program runs. Of those whose names begin alike, some are left out.

use aws_sdk_dynamodb::Client as DynamoDb;
use aws_sdk_lambda::Client as Lambda;
use aws_sdk_s3::Client as S3;
use aws_sdk_sns::Client as Sns;
use aws_sdk_sqs::Client as Sqs;

/// The clients of all services.
#[derive(Debug)]
pub struct Clients {
    dynamodb: DynamoDb,
    lambda: Lambda,
    s3: S3,
    sns: Sns,
    sqs: Sqs,
}

impl Default for Clients {
    fn default() -> Self {
        Self {
            dynamodb: crate::raw::dynamodb(),
            lambda: Lambda::from_conf(aws_sdk_lambda::Config::builder().build()),
            s3: crate::raw::s3(),
            sns: crate::raw::sns(),
            sqs: crate::raw::sqs(),
        }
    }
}

macro_rules! calls {
    ($($service:ident: $($operation:ident)+;)+) => {
        /// The operations that [`call`] calls: each a service and the SDK's method.
        pub const CALLED: &[(&str, &str)] = &[$($((stringify!($service), stringify!($operation)),)+)+];

        /// Calls the operation `name` of `service`.
        pub async fn call(clients: &Clients, service: &str, name: &str) {
            match service {
                $(stringify!($service) => $service(&clients.$service, name).await,)+
                _ => {}
            }
        }

        $(
            async fn $service(client: &service::$service, name: &str) {
                match name {
                    $(stringify!($operation) => drop(client.$operation().send().await),)+
                    _ => {}
                }
            }
        )+
    };
}

#[expect(non_camel_case_types, reason = "named as the services are")]
mod service {
    pub(super) type dynamodb = super::DynamoDb;
    pub(super) type lambda = super::Lambda;
    pub(super) type s3 = super::S3;
    pub(super) type sns = super::Sns;
    pub(super) type sqs = super::Sqs;
}

calls!(
    dynamodb:
        batch_get_item batch_write_item create_backup create_table delete_item delete_table describe_backup
        describe_continuous_backups describe_global_table describe_import describe_limits describe_time_to_live
        execute_statement execute_transaction export_table_to_point_in_time get_item get_resource_policy import_table
        list_backups list_exports list_tables list_tags_of_resource put_item query restore_table_to_point_in_time scan
        tag_resource transact_get_items update_continuous_backups update_global_table_settings update_item update_table
        update_time_to_live;
    lambda:
        add_permission create_alias create_function delete_function_concurrency get_alias get_function
        get_function_url_config get_layer_version_by_arn get_policy invoke invoke_with_response_stream list_aliases
        list_functions list_layers list_tags list_versions_by_function publish_version put_function_concurrency
        remove_permission tag_resource update_alias update_function_code update_function_url_config;
    s3:
        abort_multipart_upload complete_multipart_upload copy_object create_multipart_upload delete_bucket_policy
        delete_object delete_objects get_bucket_acl get_bucket_lifecycle_configuration get_bucket_policy_status
        get_bucket_versioning get_object get_object_attributes get_object_lock_configuration get_object_tagging
        head_bucket list_buckets list_multipart_uploads list_objects_v2 list_parts put_bucket_lifecycle_configuration
        put_bucket_website put_object put_object_acl put_object_tagging restore_object select_object_content upload_part
        upload_part_copy write_get_object_response;
    sns:
        add_permission check_if_phone_number_is_opted_out confirm_subscription create_platform_endpoint create_topic
        delete_endpoint delete_topic get_sms_attributes get_subscription_attributes get_topic_attributes
        list_subscriptions_by_topic list_tags_for_resource list_topics opt_in_phone_number publish publish_batch
        put_data_protection_policy set_sms_attributes set_topic_attributes subscribe untag_resource
        verify_sms_sandbox_phone_number;
    sqs:
        add_permission change_message_visibility_batch create_queue delete_message delete_queue get_queue_attributes
        get_queue_url list_dead_letter_source_queues list_queues purge_queue receive_message remove_permission
        send_message_batch set_queue_attributes start_message_move_task tag_queue untag_queue;
);

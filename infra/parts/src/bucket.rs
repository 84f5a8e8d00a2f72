//! Buckets.

use infra::iam::PolicyDocument;
use infra::lambda::Permission;
use infra::s3::{self, Bucket, BucketName, BucketPolicy, LifecycleRule};
use infra::stack::DeletionPolicy;
use infra::{Days, Ref, Stack, Value};

/// The name of a bucket of `stack` that begins with `name`.
#[must_use]
pub fn bucket_name(stack: &Stack, name: &str) -> BucketName {
    BucketName::new(stack.stage().physical_name(name))
}

/// Adds the bucket `{id}` with the name `name`, which is deleted with its stack and kept when an update would replace
/// it, and `{id}Policy`, which refuses requests without TLS.
///
/// For each function that it notifies, adds `{id}{function}Permission`. What was uploaded in part is deleted after a
/// week.
#[track_caller]
pub fn bucket(stack: &mut Stack, id: &'static str, name: BucketName, bucket: Bucket) -> Ref<Bucket> {
    let permissions: Vec<_> = bucket
        .notified_functions()
        .map(|function| {
            stack.named(format!("{id}{}Permission", function.id())).add(Permission {
                // The name alone does not say whose the bucket is: another account could have one of that name later.
                source_account: Some(Value::sub("${AWS::AccountId}")),
                ..Permission::service(function, "s3.amazonaws.com", name.arn())
            })
        })
        .collect();
    let mut lifecycle_rules = bucket.lifecycle_rules.clone();
    lifecycle_rules.push(LifecycleRule {
        id: "abort-incomplete-uploads",
        abort_incomplete_multipart_upload: Some(Days::of::<7>()),
        ..LifecycleRule::default()
    });
    let mut named =
        stack.named(id).deletion_policy(DeletionPolicy::Delete).update_replace_policy(DeletionPolicy::Retain);
    for permission in permissions {
        // S3 refuses to notify a function that it may not invoke yet.
        named = named.depends_on(permission);
    }
    let bucket = named.add(Bucket { bucket_name: Some(name.into()), lifecycle_rules, ..bucket });
    stack
        .named(format!("{id}Policy"))
        .add(BucketPolicy { bucket, policy_document: PolicyDocument::from([s3::deny_insecure_transport(bucket)]) });
    bucket
}

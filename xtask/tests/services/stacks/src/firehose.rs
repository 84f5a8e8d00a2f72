//! Firehose: a function puts records into a delivery stream, which writes them into a bucket.

use infra::iam::{InlinePolicy, PolicyDocument, Role, Statement};
use infra::lambda::Function;
use infra::s3::Bucket;
use infra::{Stack, Stage, Value};
use policies::Action;
use services::firehose_put;
use stackwright::System;

infra::resources! { AWS::KinesisFirehose::DeliveryStream }

use delivery_stream::ExtendedS3DestinationConfiguration;

/// The system.
pub const SYSTEM: System =
    System::new("firehose", "readings, from a function through a delivery stream to a bucket", |stage, _| stack(stage));

/// The stack in `stage`.
#[must_use]
pub fn stack(stage: &Stage) -> Stack {
    let mut stack = Stack::new(SYSTEM.name, stage);
    let name = parts::bucket_name(&stack, "firehose-readings");
    let bucket = parts::bucket(&mut stack, "Bucket", name, Bucket::default());
    // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
    let rights = [
        Statement::allow(["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"].map(Action::new))
            .on(bucket.objects("").arn()),
        Statement::allow(["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"].map(Action::new))
            .on(bucket.arn()),
    ];
    let streams = Value::sub("arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/*");
    let role = stack.named("DeliveryRole").add(Role {
        policies: vec![InlinePolicy {
            policy_name: "delivery".to_owned(),
            policy_document: PolicyDocument::from(rights),
        }],
        ..Role::for_service_on_behalf_of("firehose.amazonaws.com", streams)
    });
    let readings = stack.named("Readings").add(DeliveryStream {
        extended_s3_destination_configuration: Some(ExtendedS3DestinationConfiguration::new(bucket.arn(), role.arn())),
        ..DeliveryStream::default()
    });
    parts::function(
        &mut stack,
        "Put",
        Function {
            function_name: Some(stage.physical_name("firehose-put").into()),
            ..Function::rust(firehose_put::Bindings { readings: readings.into() })
        },
    );
    stack.output("Bucket", bucket);
    stack
}

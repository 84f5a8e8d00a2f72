//! Bindings to delivery streams of Firehose.

crate::binding! {
    /// A delivery stream, with the operations `A` granted on it. Its environment variable is the stream's name.
    pub struct DeliveryStream(name);
    use aws_sdk_firehose telling Sent if (feature = "firehose");

    DescribeDeliveryStream: "firehose:DescribeDeliveryStream" =>
        describe_delivery_stream() -> DescribeDeliveryStreamFluentBuilder { delivery_stream_name: name() };
    PutRecord: "firehose:PutRecord" => put_record() -> PutRecordFluentBuilder { delivery_stream_name: name() };
    PutRecordBatch: "firehose:PutRecordBatch" =>
        put_record_batch() -> PutRecordBatchFluentBuilder { delivery_stream_name: name() };
}

#[cfg(feature = "firehose")]
pub use sent::Sent;

#[cfg(feature = "firehose")]
mod sent {
    use aws_sdk_firehose::operation::put_record::PutRecordInput;
    use aws_sdk_firehose::operation::put_record_batch::PutRecordBatchInput;
    use aws_smithy_runtime_api::client::interceptors::context::Input;

    use crate::trace::{Effects, parameter};

    /// Tells of records that are sent.
    #[derive(Debug)]
    pub struct Sent;

    impl Effects for Sent {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; PutRecordInput: delivery_stream_name, PutRecordBatchInput: delivery_stream_name)
        }
    }
}

//! Bindings to data streams of Kinesis.

crate::binding! {
    /// A data stream, with the operations `A` granted on it. Its environment variable is the stream's name.
    pub struct Stream(name);
    use aws_sdk_kinesis telling Written if (feature = "kinesis");

    DescribeStreamSummary: "kinesis:DescribeStreamSummary" =>
        describe_stream_summary() -> DescribeStreamSummaryFluentBuilder { stream_name: name() };
    GetRecords: "kinesis:GetRecords" => get_records() -> GetRecordsFluentBuilder {};
    GetShardIterator: "kinesis:GetShardIterator" =>
        get_shard_iterator() -> GetShardIteratorFluentBuilder { stream_name: name() };
    ListShards: "kinesis:ListShards" => list_shards() -> ListShardsFluentBuilder { stream_name: name() };
    PutRecord: "kinesis:PutRecord" => put_record() -> PutRecordFluentBuilder { stream_name: name() };
    PutRecords: "kinesis:PutRecords" => put_records() -> PutRecordsFluentBuilder { stream_name: name() };
}

#[cfg(feature = "kinesis")]
pub use written::Written;

#[cfg(feature = "kinesis")]
mod written {
    use aws_sdk_kinesis::operation::put_record::{PutRecordInput, PutRecordOutput};
    use aws_sdk_kinesis::operation::put_records::{PutRecordsInput, PutRecordsOutput};
    use aws_sdk_kinesis::types::PutRecordsResultEntry;
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

    /// Tells of records that are put into a stream.
    #[derive(Debug)]
    pub struct Written;

    impl Effects for Written {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; PutRecordInput: stream_name, PutRecordsInput: stream_name)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            if let Some(output) = output.downcast_ref::<PutRecordOutput>() {
                return Some(output.sequence_number().to_owned());
            }
            let several = output.downcast_ref::<PutRecordsOutput>()?;
            let numbers = several.records().iter().filter_map(PutRecordsResultEntry::sequence_number);
            Some(numbers.collect::<Vec<_>>().join(" "))
        }
    }
}

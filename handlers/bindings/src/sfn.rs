//! Bindings to state machines of Step Functions.

crate::binding! {
    /// A state machine, with the operations `A` granted on it, on its executions, or on the tasks that wait for an answer.
    /// Its environment variable is the state machine's ARN.
    ///
    /// An execution is another resource than its state machine: `StopExecution` is granted on the executions of this one.
    /// An answer to a task names no resource, so that IAM allows it for all tasks or for none: what a function knows of a
    /// task is its token.
    ///
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_stepfunctions.html>
    pub struct StateMachine(arn);
    use aws_sdk_sfn telling Started if (feature = "sfn");

    DescribeExecution:
        "states:DescribeExecution"
        on "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:{variable.Name}:*" =>
        describe_execution() -> DescribeExecutionFluentBuilder {};
    DescribeStateMachine: "states:DescribeStateMachine" =>
        describe_state_machine() -> DescribeStateMachineFluentBuilder { state_machine_arn: arn() };
    GetExecutionHistory:
        "states:GetExecutionHistory"
        on "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:{variable.Name}:*" =>
        get_execution_history() -> GetExecutionHistoryFluentBuilder {};
    ListExecutions: "states:ListExecutions" =>
        list_executions() -> ListExecutionsFluentBuilder { state_machine_arn: arn() };
    RedriveExecution:
        "states:RedriveExecution"
        on "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:{variable.Name}:*" =>
        redrive_execution() -> RedriveExecutionFluentBuilder {};
    SendTaskFailure: "states:SendTaskFailure" on "*" => send_task_failure() -> SendTaskFailureFluentBuilder {};
    SendTaskHeartbeat: "states:SendTaskHeartbeat" on "*" => send_task_heartbeat() -> SendTaskHeartbeatFluentBuilder {};
    SendTaskSuccess: "states:SendTaskSuccess" on "*" => send_task_success() -> SendTaskSuccessFluentBuilder {};
    StartExecution: "states:StartExecution" =>
        start_execution() -> StartExecutionFluentBuilder { state_machine_arn: arn() };
    StartSyncExecution: "states:StartSyncExecution" =>
        start_sync_execution() -> StartSyncExecutionFluentBuilder { state_machine_arn: arn() };
    StopExecution:
        "states:StopExecution"
        on "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:{variable.Name}:*" =>
        stop_execution() -> StopExecutionFluentBuilder {};
}

#[cfg(feature = "sfn")]
pub use started::Started;

#[cfg(feature = "sfn")]
mod started {
    use aws_sdk_sfn::operation::start_execution::{StartExecutionInput, StartExecutionOutput};
    use aws_sdk_sfn::operation::start_sync_execution::{StartSyncExecutionInput, StartSyncExecutionOutput};
    use aws_smithy_runtime_api::client::interceptors::context::{Input, Output};
    use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

    use crate::trace::{Effects, parameter};

    /// Tells of executions that are started.
    #[derive(Debug)]
    pub struct Started;

    impl Effects for Started {
        fn target(input: &Input) -> Option<String> {
            parameter!(input; StartExecutionInput: state_machine_arn, StartSyncExecutionInput: state_machine_arn)
        }

        fn id(output: &Output, _: &HttpResponse) -> Option<String> {
            let started = output.downcast_ref::<StartExecutionOutput>().map(StartExecutionOutput::execution_arn);
            let done =
                || output.downcast_ref::<StartSyncExecutionOutput>().map(StartSyncExecutionOutput::execution_arn);
            started.or_else(done).map(str::to_owned)
        }
    }
}

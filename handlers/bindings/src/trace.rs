//! Tells services which trace a call belongs to, and logs what a function writes and sends.
//!
//! A call goes with X-Ray's header, which SQS, SNS, EventBridge, S3 and Lambda pass on to whoever gets the message:
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-services.html>. Without this the SDK sends that of the
//! invocation, which is another than that of a message that came in a batch.

mod header;
mod segment;

use std::fmt;
use std::marker::PhantomData;
use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextRef, BeforeTransmitInterceptorContextMut, FinalizerInterceptorContextRef,
    Input, Output,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, Metadata};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};

pub use header::TraceHeader;
use segment::{End, Segment};

const HEADER: &str = "x-amzn-trace-id";

/// Where services say by what they know a call.
const REQUEST_IDS: [&str; 2] = ["x-amzn-requestid", "x-amz-request-id"];

tokio::task_local! {
    static CURRENT: TraceHeader;
}

/// Does `work`, whose calls belong to the trace of `header`.
pub async fn in_trace<T>(header: TraceHeader, work: impl Future<Output = T>) -> T {
    CURRENT.scope(header, work).await
}

/// What the operations of a service write and send.
pub trait Effects: fmt::Debug + Send + Sync + 'static {
    /// What an operation acts on, as its call names it; `None` when it only reads.
    fn target(input: &Input) -> Option<String>;

    /// By what whoever gets it knows what was sent or written.
    #[must_use]
    fn id(_output: &Output, _response: &HttpResponse) -> Option<String> {
        None
    }
}

/// Nothing is told of calls.
#[derive(Debug)]
pub struct Silent;

impl Effects for Silent {
    fn target(_: &Input) -> Option<String> {
        None
    }
}

/// Says what the calls of a service with these inputs write to: what the parameter names.
#[allow(unused_macros, reason = "without an SDK nothing is written")]
macro_rules! parameter {
    ($input:expr; $($type:ty: $parameter:ident),+ $(,)?) => {
        [$(|input: &aws_smithy_runtime_api::client::interceptors::context::Input| {
            Some(input.downcast_ref::<$type>()?.$parameter()?.to_owned())
        }),+]
        .into_iter()
        .find_map(|of| of($input))
    };
}
#[allow(unused_imports, reason = "without an SDK nothing is written")]
pub(crate) use parameter;

/// Sees each call of a client.
#[derive(Debug)]
pub struct Tracing<E>(PhantomData<E>);

impl<E> Default for Tracing<E> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// A call that writes or sends.
#[derive(Debug)]
struct Call {
    target: String,
    began: Instant,
}

impl Storable for Call {
    type Storer = StoreReplace<Self>;
}

impl Storable for Segment {
    type Storer = StoreReplace<Self>;
}

impl<E: Effects> Intercept for Tracing<E> {
    fn name(&self) -> &'static str {
        "Tracing"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(target) = E::target(context.input()) {
            cfg.interceptor_state().store_put(Call { target, began: Instant::now() });
        }
        Ok(())
    }

    fn modify_before_retry_loop(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // Outside of an invocation there is none.
        let Ok(header) = CURRENT.try_with(TraceHeader::clone) else { return Ok(()) };
        let segment = Segment::begin(&header);
        let header = segment.as_ref().map_or(header, Segment::header).to_string();
        // What is no header's value would only fail the call.
        let _ = context.request_mut().headers_mut().try_insert(HEADER, header);
        if let Some(segment) = segment {
            cfg.interceptor_state().store_put(segment);
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(metadata) = cfg.load::<Metadata>() else { return Ok(()) };
        let outcome = context.output_or_error();
        if let Some(segment) = cfg.load::<Segment>() {
            let response = context.response();
            segment.end(End {
                service: metadata.service(),
                operation: metadata.name(),
                status: response.map(|it| it.status().as_u16()),
                request_id: response.and_then(|it| REQUEST_IDS.into_iter().find_map(|name| it.headers().get(name))),
                failed: outcome.is_none_or(|outcome| outcome.is_err()),
            });
        }
        let Some(call) = cfg.load::<Call>() else { return Ok(()) };
        let answer = outcome.and_then(Result::ok).zip(context.response());
        let id = answer.and_then(|(output, response)| E::id(output, response));
        let error = outcome.and_then(Result::err).map(|error| match error.as_operation_error() {
            Some(refused) => refused.to_string(),
            None => "no answer".to_owned(),
        });
        log(metadata, call, id.as_deref(), error.as_deref());
        Ok(())
    }
}

fn log(metadata: &Metadata, call: &Call, id: Option<&str>, error: Option<&str>) {
    let ms = u64::try_from(call.began.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(
        target: "stackwright",
        service = metadata.service(),
        operation = metadata.name(),
        to = call.target,
        id,
        ms,
        error,
        "called"
    );
}

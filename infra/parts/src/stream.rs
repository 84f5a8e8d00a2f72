//! What feeds functions with the records of streams and of Kafka.

use infra::iam::{Policy, Statement};
use infra::lambda::{Invocable, KafkaMapping, StreamMapping, StreamSource};
use infra::{Resource, Stack};

/// Feeds a function with the records of a stream.
///
/// Adds the mapping as `{function}{source}Source`, and `{function}{source}Policy` with the rights that Lambda needs of the function's
/// role to read the stream and to tell of records that were given up. A role of another stack is that stack's to allow.
///
/// ```
/// use bindings::Program;
/// use infra::kinesis::Stream;
/// use infra::lambda::{Function, RecordPosition, StreamMapping};
/// use infra::{Integer, Stack, Stage};
///
/// #[derive(serde::Serialize)]
/// struct Count {}
/// impl Program for Count {
///     const NAME: &'static str = "count";
/// }
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let clicks = stack.named("Clicks").add(Stream::default());
/// let count = parts::function(&mut stack, "Count", Function::rust(Count {}));
/// let mapping = StreamMapping::new(clicks, count, RecordPosition::TrimHorizon);
/// parts::consume_stream(&mut stack, StreamMapping { maximum_retry_attempts: Some(Integer::of::<3>()), ..mapping });
/// assert_eq!(infra::check(&stack), []);
/// ```
#[track_caller]
pub fn consume_stream<S: StreamSource>(stack: &mut Stack, mapping: StreamMapping<S>) {
    let id = format!("{}{}", mapping.function_name.id(), mapping.source.id());
    let (function, rights) = (mapping.function_name, mapping.rights(stack));
    add(stack, &id, function, rights, mapping);
}

/// Feeds a function with the records of a topic of Kafka.
///
/// Adds the mapping as `{id}Source`, and `{id}Policy` with the rights that [`KafkaMapping::rights`] names. A role of another stack is
/// that stack's to allow.
#[track_caller]
pub fn consume_kafka(stack: &mut Stack, id: &str, mapping: KafkaMapping) {
    let (function, rights) = (mapping.function_name, mapping.rights());
    add(stack, id, function, rights, mapping);
}

#[track_caller]
fn add(stack: &mut Stack, id: &str, function: Invocable, rights: Vec<Statement>, mapping: impl Resource) {
    let role = function.role_in(stack);
    let policy = role.filter(|_| !rights.is_empty()).map(|role| {
        stack.named(format!("{id}Policy")).add(Policy {
            policy_name: format!("read-{id}"),
            policy_document: rights.into_iter().collect(),
            roles: vec![role],
        })
    });
    let mut named = stack.named(format!("{id}Source"));
    if let Some(policy) = policy {
        // Lambda refuses a mapping whose role may not read yet.
        named = named.depends_on(policy);
    }
    named.add(mapping);
}

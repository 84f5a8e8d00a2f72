//! Who sends to a queue or function what, and who takes it.

use std::any::Any;

use bindings::message::{Described, Envelope};
use serde_json::{Map, Value as Json};

use crate::binding::Binding;
use crate::code::Code;
use crate::eks::Worker;
use crate::expression::referenced;
use crate::facts;
use crate::lambda::Function;
use crate::reference::LogicalId;
use crate::stack::Stack;

/// A queue, or a function that is invoked, with those at its ends that say a type.
#[derive(Debug)]
pub(super) struct Flow<'a> {
    /// Its logical id.
    pub(super) id: &'a str,
    pub(super) sent: Vec<Sent<'a>>,
    pub(super) taken: Vec<Taken<'a>>,
}

/// What a program sends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    /// The function or worker that runs the program.
    pub(super) by: LogicalId,
    pub(super) binding: &'a Binding,
    pub(super) message: &'a Described,
    /// Whether it comes in the envelope of SNS.
    pub(super) is_in_envelope: bool,
    /// Whether a filter on its way may keep it away.
    pub(super) is_filtered: bool,
}

/// What a program takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken<'a> {
    /// The function or worker that runs the program.
    pub(super) by: LogicalId,
    pub(super) message: &'a Described,
    /// Whether it gets those messages alone that a filter lets through.
    pub(super) is_filtered: bool,
}

/// The operations by which a binding sends.
const SENDING: [(&str, &[&str]); 3] = [
    ("sqs", &["SendMessage", "SendMessageBatch"]),
    ("sns", &["Publish", "PublishBatch"]),
    ("lambda", &["Invoke", "InvokeWithResponseStream"]),
];

/// What of a stack says its types: `resources` are those of its template. Nothing where no program does.
pub(super) fn flows<'a>(stack: &'a Stack, resources: &'a Map<String, Json>) -> Vec<Flow<'a>> {
    let programs: Vec<_> = programs(stack).collect();
    if !say_types(&programs) {
        return Vec::new();
    }
    let flow = |(id, resource): (&'a String, &'a Json)| {
        let flow = match resource.get("Type")?.as_str()? {
            "AWS::SQS::Queue" => Flow {
                id,
                sent: to_queue(id, &programs, resources),
                taken: from_queue(id, stack, &programs, resources),
            },
            "AWS::Lambda::Function" => {
                let own = programs.iter().filter(|(by, _)| by.as_str() == id);
                let taken =
                    own.filter_map(|(by, code)| Some(Taken { by: *by, message: code.input()?, is_filtered: false }));
                let sent: Vec<_> = to(id, &programs, resources).collect();
                // What it takes of queues is told with these.
                Flow { id, taken: if sent.is_empty() { Vec::new() } else { taken.collect() }, sent }
            }
            _ => return None,
        };
        (!flow.sent.is_empty() || !flow.taken.is_empty()).then_some(flow)
    };
    resources.iter().filter_map(flow).collect()
}

/// A function that says what it answers, with those who invoke it and say what they read.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    /// The function.
    pub(super) by: LogicalId,
    pub(super) given: &'a Described,
    pub(super) read: Vec<Reader<'a>>,
}

/// A program that reads answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    /// The function or worker that runs the program.
    pub(super) by: LogicalId,
    pub(super) binding: &'a Binding,
    pub(super) answer: &'a Described,
}

/// The functions of a stack that say what they answer and are asked: `resources` are those of its template.
pub(super) fn answers<'a>(stack: &'a Stack, resources: &Map<String, Json>) -> Vec<Answers<'a>> {
    let programs: Vec<_> = programs(stack).collect();
    let bindings = || programs.iter().flat_map(|(by, code)| code.bindings().iter().map(|binding| (*by, binding)));
    let readers: Vec<_> = bindings()
        .filter_map(|(by, binding)| Some(Reader { by, binding, answer: binding.answer.as_ref()? }))
        .filter_map(|reader| Some((serde_json::to_value(&reader.binding.value).ok()?, reader)))
        .collect();
    let answers = programs.iter().filter_map(|(by, code)| {
        let is_it = |value: &Json| named(value, resources) == Some(by.as_str());
        let read: Vec<_> = readers.iter().filter(|(value, _)| is_it(value)).map(|(_, reader)| *reader).collect();
        Some(Answers { by: *by, given: code.output()?, read })
    });
    answers.filter(|it| !it.read.is_empty()).collect()
}

/// The programs of a stack, by the function or worker that runs each.
pub(super) fn programs(stack: &Stack) -> impl Iterator<Item = (LogicalId, &Code)> {
    stack.resources().filter_map(|it| Some((it.id, code(it.resource.as_any())?)))
}

/// Whether any program says a type.
pub(super) fn say_types(programs: &[(LogicalId, &Code)]) -> bool {
    let says_one = |code: &Code| code.input().is_some() || code.bindings().iter().any(|it| it.sent.is_some());
    programs.iter().any(|(_, code)| says_one(code))
}

fn code(resource: &dyn Any) -> Option<&Code> {
    let function = resource.downcast_ref::<Function>().map(|it| &it.code);
    function.or_else(|| resource.downcast_ref::<Worker>().map(|it| &it.code))
}

/// What is sent to the resource `id` itself.
fn to<'a>(
    id: &'a str,
    programs: &[(LogicalId, &'a Code)],
    resources: &'a Map<String, Json>,
) -> impl Iterator<Item = Sent<'a>> {
    let bindings = programs.iter().flat_map(|(by, code)| code.bindings().iter().map(|binding| (*by, binding)));
    bindings.filter_map(move |(by, binding)| {
        let message = binding.sent.as_ref()?;
        let sends = binding.operations.iter().any(|it| {
            SENDING.iter().any(|(service, names)| it.service == *service && names.contains(&it.name.as_str()))
        });
        let value = serde_json::to_value(&binding.value).ok()?;
        let is_it = sends && named(&value, resources) == Some(id);
        let is_in_envelope = message.envelope == Some(Envelope::Notification);
        is_it.then_some(Sent { by, binding, message, is_in_envelope, is_filtered: false })
    })
}

/// What is sent to a queue, directly and through topics.
fn to_queue<'a>(id: &'a str, programs: &[(LogicalId, &'a Code)], resources: &'a Map<String, Json>) -> Vec<Sent<'a>> {
    let of_type = |of_type: &'static str| resources.values().filter(move |it| is_of(it, of_type));
    let subscriptions = of_type("AWS::SNS::Subscription").filter_map(|it| it.get("Properties")).filter(|it| {
        it.get("Protocol").and_then(Json::as_str) == Some("sqs") && it.get("Endpoint").and_then(referenced) == Some(id)
    });
    let published = subscriptions.flat_map(|subscription| {
        let is_raw = subscription.get("RawMessageDelivery").and_then(Json::as_bool) == Some(true);
        let is_filtered = subscription.get("FilterPolicy").is_some();
        let topic = subscription.get("TopicArn").and_then(referenced).unwrap_or_default();
        to(topic, programs, resources)
            .map(move |sent| Sent { is_in_envelope: !is_raw, is_filtered, ..sent })
            .collect::<Vec<_>>()
    });
    to(id, programs, resources).chain(published).collect()
}

/// What is taken from a queue: by functions that mappings feed, and by workers.
fn from_queue<'a>(
    id: &str,
    stack: &'a Stack,
    programs: &[(LogicalId, &'a Code)],
    resources: &'a Map<String, Json>,
) -> Vec<Taken<'a>> {
    let mappings = mappings(id, resources).filter_map(|Mapping { function, is_filtered }| {
        let (by, code) = programs.iter().find(|(by, _)| by.as_str() == function)?;
        Some(Taken { by: *by, message: code.input()?, is_filtered })
    });
    let workers = stack.resources_of::<Worker>().filter_map(|(worker, it)| {
        let takes = it.queues.iter().any(|queue| queue.id().as_str() == id);
        Some(Taken { by: worker.id(), message: it.code.input().filter(|_| takes)?, is_filtered: false })
    });
    mappings.chain(workers).collect()
}

/// What feeds a function.
pub(super) struct Mapping<'a> {
    /// The logical id of the function.
    pub(super) function: &'a str,
    pub(super) is_filtered: bool,
}

/// What feeds functions from the queue `id`, or from the stream of the table `id`.
pub(super) fn mappings<'a>(id: &str, resources: &'a Map<String, Json>) -> impl Iterator<Item = Mapping<'a>> {
    let mappings = resources.values().filter(|it| is_of(it, "AWS::Lambda::EventSourceMapping"));
    mappings.filter_map(|it| it.get("Properties")).filter_map(move |mapping| {
        let is_it = mapping.get("EventSourceArn").and_then(referenced) == Some(id);
        let function = named(mapping.get("FunctionName")?, resources).filter(|_| is_it)?;
        Some(Mapping { function, is_filtered: mapping.get("FilterCriteria").is_some() })
    })
}

/// The logical id of what a value refers to: of an alias, that of its function.
pub(super) fn named<'a>(value: &'a Json, resources: &'a Map<String, Json>) -> Option<&'a str> {
    let id = referenced(value)?;
    let stood_for = |resource: &'a Json| facts::stood_for(resource.get("Type")?.as_str()?, resource.get("Properties")?);
    Some(resources.get(id).and_then(stood_for).unwrap_or(id))
}

pub(super) fn is_of(resource: &Json, of_type: &str) -> bool {
    resource.get("Type").and_then(Json::as_str) == Some(of_type)
}

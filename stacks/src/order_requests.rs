//! Requests of customers: stored, told to a topic, and processed from a queue for each status.

use infra::apigateway::RestApi;
use infra::dynamodb::{Key, S, Table};
use infra::eks::{WorkQueue, Worker};
use infra::iam::{self, PolicyDocument, Statement};
use infra::lambda::Function;
use infra::sns::{
    DeliversTo, FifoThroughputScope, FifoTopic, FilterPolicy, StandardTopic, Subscription, Topic, TopicPolicy,
};
use infra::sqs::{DeduplicationScope, FifoQueue, FifoThroughputLimit, Queue, StandardQueue, VisibilityTimeout};
use infra::{Ref, Seconds, Stack, Stage, Value};
use order_requests::{Status, processing, request};
use policies::action;

use parts::{self, Batch, Route, WithDlq};
use stackwright::{OptionSpec, Options, System};

const NAME: &str = "order-requests";

/// The system.
pub const SYSTEM: System = System {
    options: &[ORDERING, PROCESSING, COMPUTE],
    try_next: &[
        r#"curl -X POST '{ApiUrl}/requests' -H 'Content-Type: application/json' -d '{"customer_id":"c-1","status":"pending","amount":12.5}'"#,
        "aws dynamodb scan{EndpointUrl} --table-name {OrdersTable}",
    ],
    ..System::new(NAME, "requests of customers, stored and fanned out to a queue for each status", |stage, options| {
        OrderRequests::chosen(options).stack(stage)
    })
};

const ORDERING: OptionSpec = OptionSpec {
    name: "ordering",
    description: "whether a customer's requests of one status are processed in the order of arrival",
    values: &["standard", "fifo"],
};

const PROCESSING: OptionSpec = OptionSpec {
    name: "processing",
    description: "whether one function processes all requests, or one those of each status",
    values: &["shared", "per-status"],
};

const COMPUTE: OptionSpec = OptionSpec {
    name: "compute",
    description: "whether functions of Lambda process requests, or workers in a Kubernetes cluster",
    values: &["lambda", "kubernetes"],
};

/// How long the processing of a batch may take, in seconds.
const PROCESSING_TIMEOUT: u32 = 10;

/// How SQS hides a message from others while it is processed.
const VISIBILITY_TIMEOUT: VisibilityTimeout = Seconds::of::<{ 6 * PROCESSING_TIMEOUT }>();

/// How the system is built: the document's proposals for growth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderRequests {
    /// Whether the order of arrival is kept.
    pub ordering: Ordering,
    /// How many functions or workers process.
    pub processing: Processing,
    /// Where they run.
    pub compute: Compute,
}

/// Whether the order of arrival is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Ordering {
    /// Standard topic and queues: any number of messages each second, in about the order of arrival.
    #[default]
    Standard,
    /// FIFO topic and queues: a customer's requests of one status are processed in the order of arrival. One that
    /// cannot be processed holds up those behind it until it is in the dead-letter queue.
    Fifo,
}

/// How many functions or workers process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Processing {
    /// One for all queues.
    #[default]
    Shared,
    /// One for each status, so that a flood of one status does not take the others' share of concurrency.
    PerStatus,
}

/// Where requests are processed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compute {
    /// In functions of Lambda, of which an account runs 1,000 at once unless its quota is raised.
    #[default]
    Lambda,
    /// In workers in the pods of an EKS cluster.
    Kubernetes,
}

impl OrderRequests {
    /// The system as chosen on the command line.
    #[must_use]
    pub fn chosen(options: &Options) -> Self {
        Self {
            ordering: if options.value(&ORDERING) == "fifo" { Ordering::Fifo } else { Ordering::Standard },
            processing: if options.value(&PROCESSING) == "per-status" {
                Processing::PerStatus
            } else {
                Processing::Shared
            },
            compute: if options.value(&COMPUTE) == "kubernetes" { Compute::Kubernetes } else { Compute::Lambda },
        }
    }

    /// The stack in `stage`.
    ///
    /// What one value of an option has in place of another's has a logical id of its own: changing the option adds the
    /// new and then deletes the old, so that it can be changed back.
    #[must_use]
    pub fn stack(self, stage: &Stage) -> Stack {
        let mut stack = Stack::new(NAME, stage);
        match self.ordering {
            Ordering::Standard => {
                let topic = StandardTopic { topic_name: Some(stack.physical_name(NAME)), ..StandardTopic::default() };
                let topic = stack.named("Topic").add(topic);
                self.flow(&mut stack, topic, |stack, status| {
                    let queue =
                        StandardQueue { visibility_timeout: Some(VISIBILITY_TIMEOUT), ..StandardQueue::default() };
                    parts::standard_queue(stack, capitalized(status), &queue_name(status), queue)
                });
            }
            Ordering::Fifo => {
                let topic_name = stack.physical_name(&format!("{NAME}.fifo"));
                let topic = stack.named("FifoTopic").add(FifoTopic {
                    topic_name: Some(topic_name),
                    // Two messages of one request are the same text.
                    content_based_deduplication: true,
                    fifo_throughput_scope: Some(FifoThroughputScope::MessageGroup),
                    ..FifoTopic::default()
                });
                self.flow(&mut stack, topic, |stack, status| {
                    let queue = FifoQueue {
                        visibility_timeout: Some(VISIBILITY_TIMEOUT),
                        deduplication_scope: Some(DeduplicationScope::MessageGroup),
                        fifo_throughput_limit: Some(FifoThroughputLimit::PerMessageGroupId),
                        ..FifoQueue::default()
                    };
                    parts::fifo_queue(stack, &format!("{}Fifo", capitalized(status)), &queue_name(status), queue)
                });
            }
        }
        parts::protect(&mut stack);
        parts::dashboard(&mut stack);
        stack
    }

    /// Adds all but the topic, which is of either kind, as are the queues that `queue` adds.
    #[track_caller]
    fn flow<T: DeliversTo<Q>, Q: Queue>(
        self,
        stack: &mut Stack,
        topic: Ref<T>,
        queue: impl Fn(&mut Stack, Status) -> WithDlq<Q>,
    ) {
        let stage = stack.stage().clone();
        let named = |name: &str| Some(Value::from(stage.physical_name(name)));
        let orders = parts::table(
            stack,
            "Orders",
            // The one physical name that has the stage in it in every stage.
            Table {
                table_name: Some(format!("orders-table-{stage}").into()),
                ..Table::keyed(Key::hash(S(order_requests::order::REQUEST_ID)))
            },
        );
        only_granted_may_publish(stack, topic);
        let request = parts::function(
            stack,
            "Request",
            Function {
                function_name: named("order-requests-request"),
                ..Function::rust(request::Bindings { orders: orders.into(), topic: topic.into() })
            },
        );
        let bindings = || processing::Bindings { orders: orders.into() };
        let function = |stack: &mut Stack, id, name: &str| {
            let function_name = named(name);
            let function =
                Function { function_name, timeout: Seconds::of::<PROCESSING_TIMEOUT>(), ..Function::rust(bindings()) };
            parts::function(stack, id, function)
        };
        let is_lambda = self.compute == Compute::Lambda;
        let shared = (is_lambda && self.processing == Processing::Shared)
            .then(|| function(stack, "Processing", "order-requests-processing"));
        let queues = Status::ALL.map(|status| {
            let WithDlq { queue, dead } = queue(stack, status);
            let filter = FilterPolicy::attribute(Status::ATTRIBUTE, [status.as_str()]);
            parts::subscribe(stack, Subscription { filter_policy: Some(filter), ..Subscription::new(topic, queue) });
            if is_lambda {
                let processing = shared.unwrap_or_else(|| {
                    let id = match status {
                        Status::Pending => "ProcessingPending",
                        Status::Approved => "ProcessingApproved",
                        Status::Rejected => "ProcessingRejected",
                    };
                    function(stack, id, &format!("order-requests-processing-{}", status.as_str()))
                });
                parts::consume(stack, queue, processing, Batch::default());
            }
            (status, queue, dead)
        });
        if self.compute == Compute::Kubernetes {
            let cluster = parts::cluster(stack);
            let worker = |stack: &mut Stack, id, queues: Vec<WorkQueue>| {
                let worker = Worker::rust(cluster.name.clone(), bindings());
                parts::worker(
                    stack,
                    id,
                    &cluster,
                    Worker { queues, timeout: Seconds::of::<PROCESSING_TIMEOUT>(), ..worker },
                );
            };
            match self.processing {
                Processing::Shared => {
                    let queues = queues.iter().map(|(_, queue, _)| (*queue).into()).collect();
                    worker(stack, "ProcessingWorker", queues);
                }
                Processing::PerStatus => {
                    for (status, queue, _) in queues {
                        let id = match status {
                            Status::Pending => "ProcessingPendingWorker",
                            Status::Approved => "ProcessingApprovedWorker",
                            Status::Rejected => "ProcessingRejectedWorker",
                        };
                        worker(stack, id, vec![queue.into()]);
                    }
                }
            }
        }

        let api = RestApi::named(stage.physical_name("order-requests-api"));
        let api = parts::rest_api(stack, "Api", api, &[Route::post("/requests", request)]);
        let v1 = parts::publish(stack, api, "v1");
        stack.output("ApiUrl", api.invoke_url(v1));
        stack.output("OrdersTable", orders);
        stack.output("TopicArn", topic.arn());
        for (status, queue, _) in queues {
            stack.output(format!("{}QueueUrl", capitalized(status)), queue);
        }
        for (status, _, dead) in queues {
            stack.output(format!("{}DlqUrl", capitalized(status)), dead);
        }
    }
}

/// Takes the place of the policy that SNS gives a topic, which lets everybody in the account publish: with this one a
/// role must be granted it.
#[track_caller]
fn only_granted_may_publish<T: Topic>(stack: &mut Stack, topic: Ref<T>) {
    let account = iam::account_root(&Value::sub("${AWS::AccountId}"));
    let publish = Statement::allow([action::sns::PUBLISH]).principal(account).on(topic.arn());
    let policy = TopicPolicy { topics: vec![topic], policy_document: PolicyDocument::from([publish]) };
    stack.named(format!("{}Policy", topic.id())).add(policy);
}

const fn capitalized(status: Status) -> &'static str {
    match status {
        Status::Pending => "Pending",
        Status::Approved => "Approved",
        Status::Rejected => "Rejected",
    }
}

fn queue_name(status: Status) -> String {
    format!("{NAME}-{}", status.as_str())
}

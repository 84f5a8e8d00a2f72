//! Runs the handler of a Lambda function as a process that consumes SQS queues, as on Kubernetes: with the events that
//! Lambda's poller would give it, and Lambda's rules for its answers.
//!
//! # The environment
//!
//! | variable | default | what it is |
//! |---|---|---|
//! | `WORKER_QUEUE_URLS` | | The URLs of one or more queues, with white space between them. |
//! | `WORKER_BATCH_SIZE` | 10 | The most messages of a batch, 1 to 10; to 10,000 for standard queues with a window. |
//! | `WORKER_BATCH_WINDOW` | 0 | How many seconds messages are gathered for a batch from its first on, 0 to 300. A batch ends before when it is full, or has 6 MiB. FIFO queues have no window, as with Lambda. |
//! | `WORKER_CONCURRENCY` | 10 | How many batches are received or at work at once, 1 to 1,000. |
//! | `WORKER_TIMEOUT` | 30 | How many seconds a batch may take, 1 to 43,200. One that takes longer is dropped and returns whole. |
//! | `WORKER_GRACE` | 25 | How many seconds pass at most from SIGTERM to the end, 1 to 43,200. Must be less than the pod's `terminationGracePeriodSeconds`, which is 30 by default: after that the process is killed. |
//! | `WORKER_ADDRESS` | `0.0.0.0:8080` | Where health and metrics are served. With port 0 the system chooses one, which the first line of the log tells. |
//!
//! Sizes and window are those of [Lambda's event source mappings][mapping]; the limit of 12 hours is that of
//! [SQS's visibility timeout][visibility]; for the end see [Kubernetes on the termination of pods][pods].
//!
//! [mapping]: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
//! [visibility]: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html
//! [pods]: https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
//!
//! # What it needs of AWS
//!
//! The actions `sqs:ReceiveMessage`, `sqs:DeleteMessage`, `sqs:ChangeMessageVisibility` and `sqs:GetQueueAttributes` on
//! each queue, and the decryption of its key where it is a customer's.
//!
//! # What happens to a message
//!
//! It is delivered at least once, as with Lambda. It stays hidden from others while it is worked on, for 12 hours at most.
//! When it is done it is deleted; when it fails it comes back after the rest of its visibility timeout, and by the queue's
//! redrive policy it goes to the dead-letter queue in the end. A changed visibility timeout of the queue counts within 5
//! minutes.
//!
//! A worker that is told to end asks for no more messages, and finishes what it has begun. Calls that wait for messages
//! then, for 20 s at most, may still bring some. A batch of these begins if it may take all of its timeout before the grace
//! but 3 s is over. Otherwise it is given back, and so is what is cut off in the end. What is given back stays hidden until
//! 22 s after the worker was told to end: before that, another of its calls could receive it. So an ending worker costs a
//! message one receive of those that the queue's redrive policy allows, and none if the grace is 25 s longer than the
//! timeout. With a grace of less than 25 s calls wait less long, and messages are hidden less long.
//!
//! The messages of a group of a FIFO queue keep their order: SQS gives none of a group while one of it is hidden, and two
//! batches of a group are never at work at once in a process.
//!
//! # What a handler must know
//!
//! It runs on the thread that calls [`Worker::run`], with all other batches: one that computes for long holds them up.
//! Health and metrics have a thread of their own. A panic fails its batch, in programs that unwind; with
//! `panic = "abort"` it ends the process, and its messages come back after their visibility timeout.
//!
//! # What is served
//!
//! `GET /healthz` is 200 while the loop goes on, `GET /readyz` while every queue can be read and the worker was not told to
//! end, each else 503. `GET /metrics` is in the format `application/openmetrics-text`.

mod answer;
mod backoff;
mod deletion;
mod engine;
mod event;
mod failure;
mod groups;
mod health;
mod http;
mod invocation;
mod message;
mod metrics;
mod process;
mod processed;
mod queue;
mod receiver;
mod settings;
mod shutdown;
mod slot;
mod sqs;
mod turn;
mod visibility;

pub use process::{Worker, WorkerError};
pub use settings::{QUEUE_URLS, QueueUrl, Settings, SettingsError};
pub use shutdown::Shutdown;

//! Amazon SNS: topics, who gets their messages, and who may publish to them.

mod policy;
mod subscription;
mod topic;

pub use policy::TopicPolicy;
pub use subscription::{EmailSubscription, FilterPolicy, Subscription};
pub use topic::{DeliversTo, FifoThroughputScope, FifoTopic, StandardTopic, Topic};

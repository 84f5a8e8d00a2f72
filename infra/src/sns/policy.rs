//! Who may publish to topics.

use serde::Serialize;

use super::Topic;
use crate::check::Check;
use crate::iam::{PolicyDocument, check_resource_policy};
use crate::reference::{Ref, Resource};

/// Who besides the account's own principals may use topics. It takes the place of the policy that SNS gives a topic.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sns-topicpolicy.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct TopicPolicy<T> {
    /// The topics it is attached to.
    pub topics: Vec<Ref<T>>,
    /// The policy; each statement names its principal.
    pub policy_document: PolicyDocument,
}

impl<T: Topic> Resource for TopicPolicy<T> {
    const TYPE: &'static str = "AWS::SNS::TopicPolicy";

    fn check(&self, check: &mut Check<'_>) {
        check_resource_policy(&self.policy_document, check);
    }
}

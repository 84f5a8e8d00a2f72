//! Whom the resources of a template let in.

use policies::audit::Kind;
use policies::{Action, Condition, Effect, Operator, Principal, Statement};

use super::Wiring;
use super::deliveries::Delivery;
use crate::audit::arns::{normal, stands_for};
use crate::audit::expression::{shown, sub, texts};
use crate::audit::resources::{properties, type_of};

/// The properties of policies that say whose policies they are.
const ATTACHED_TO: [(&str, &str); 4] = [
    ("AWS::SNS::TopicInlinePolicy", "TopicArn"),
    ("AWS::SNS::TopicPolicy", "Topics"),
    ("AWS::SQS::QueueInlinePolicy", "Queue"),
    ("AWS::SQS::QueuePolicy", "Queues"),
];

impl Wiring<'_> {
    /// Whether the target of `delivery` lets it in.
    pub(super) fn lets_in(&self, delivery: &Delivery) -> bool {
        let speaking: Vec<_> =
            self.statements_of(&delivery.target).filter(|statement| self.speaks_of(statement, delivery)).collect();
        let is_denied = |it: &&Statement| it.effect == Effect::Deny && it.condition.is_empty();
        let is_allowed = |it: &&Statement| {
            let is_met = |condition| !delivery.takes_no_condition() && is_from_source(condition, delivery);
            it.effect == Effect::Allow && it.condition.iter().all(is_met)
        };
        speaking.iter().any(is_allowed) && !speaking.iter().any(is_denied)
    }

    /// The statements of the policies that are attached to the resource `id`, and those that name it by themselves.
    fn statements_of<'b>(&'b self, id: &'b str) -> impl Iterator<Item = &'b Statement> {
        let policies = self.subjects.iter().flat_map(|subject| subject.places.iter().zip(&subject.policies));
        let of_resource = policies
            .filter(move |(place, policy)| policy.kind == Kind::Resource && self.is_attached(&place.resource, id));
        of_resource.flat_map(|(_, policy)| policy.statements().map(|at| at.statement))
    }

    /// Whether the policy `policy` is one of the resource `id`. A permission of Lambda names its function as the
    /// resource of its statement.
    fn is_attached(&self, policy: &str, id: &str) -> bool {
        let resource_type = type_of(self.template(), policy);
        let property = ATTACHED_TO.iter().find(|(it, _)| *it == resource_type).map(|(_, property)| *property);
        property.is_some_and(|property| {
            texts(&properties(self.template(), policy)[property]).iter().any(|it| shown(it) == id)
        }) || resource_type == "AWS::Lambda::Permission"
    }

    fn speaks_of(&self, statement: &Statement, delivery: &Delivery) -> bool {
        let is_service = |principal: &Principal| match principal {
            Principal::Any => true,
            Principal::Aws(name) => name == "*",
            Principal::Service(name) => name.replace(&sub("${AWS::URLSuffix}"), "amazonaws.com") == delivery.service,
            Principal::Federated(_) | Principal::CanonicalUser(_) => false,
        };
        let is_action = |it: &Action| it.covers(delivery.action.as_str());
        let is_target = |it: &String| {
            stands_for(it, self.arns.spellings(&delivery.target))
                || it.as_str() == sub(&format!("${{{}}}", delivery.target))
                || (!it.contains('*') && self.is_named(&delivery.target, it))
        };
        statement.principal.as_ref().is_some_and(|it| it.iter().any(is_service) != it.is_negated())
            && statement.action.iter().any(is_action) != statement.action.is_negated()
            && statement.resource.iter().any(is_target) != statement.resource.is_negated()
    }
}

/// Whether the condition holds as far as it is about the source of the delivery.
fn is_from_source(condition: &Condition, delivery: &Delivery) -> bool {
    if !condition.key.eq_ignore_ascii_case("aws:SourceArn") {
        return true;
    }
    let mut values = condition.values.iter();
    match condition.operator {
        Operator::ArnEquals | Operator::ArnLike | Operator::StringLike => {
            values.any(|value| stands_for(value, &delivery.sources))
        }
        Operator::StringEquals | Operator::StringEqualsIgnoreCase => {
            values.any(|value| delivery.sources.contains(&normal(value)))
        }
        Operator::ArnNotEquals | Operator::ArnNotLike | Operator::StringNotLike | Operator::StringNotEquals => {
            !values.any(|value| stands_for(value, &delivery.sources))
        }
        _ => true,
    }
}

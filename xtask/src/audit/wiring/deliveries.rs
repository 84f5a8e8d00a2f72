//! What the resources of a stack deliver to each other.

use infra::apigateway::{ApiResource, Integration, Method};
use infra::eventbridge::{Rule, Target};
use infra::iam::Role;
use infra::lambda::Function;
use infra::reference::HasArn;
use infra::s3::Bucket;
use infra::sns::{DeliversTo, FifoTopic, StandardTopic, Subscription};
use infra::sqs::{FifoQueue, Queue, StandardQueue};
use infra::value::Intrinsic;
use infra::{LogicalId, Ref, Resource, Stack, Value};
use policies::{Action, action};

use super::{absent, location};
use crate::audit::finding::AuditFinding;
use crate::audit::rules;

/// Something that a service of AWS delivers on behalf of a resource.
pub(super) struct Delivery {
    /// Who delivers.
    pub(super) service: &'static str,
    /// On behalf of what.
    pub(super) source_arn: Value,
    pub(super) action: Action,
    /// To what.
    pub(super) target: LogicalId,
    pub(super) target_arn: Value,
    /// What for, in words that follow "does not let".
    pub(super) purpose: String,
    /// The resource that says so.
    pub(super) by: LogicalId,
}

pub(super) fn deliveries(stack: &Stack) -> Vec<Delivery> {
    let mut deliveries: Vec<_> =
        stack.resources_of::<Method>().filter_map(|(id, method)| invocation(stack, id, method)).collect();
    for (id, bucket) in stack.resources_of::<Bucket>() {
        deliveries.extend(notifications(id, bucket));
    }
    deliveries.extend(subscriptions::<StandardTopic, StandardQueue>(stack));
    deliveries.extend(subscriptions::<FifoTopic, StandardQueue>(stack));
    deliveries.extend(subscriptions::<FifoTopic, FifoQueue>(stack));
    for (id, rule) in stack.resources_of::<Rule>() {
        deliveries.extend(rule.targets.iter().flat_map(|target| events(stack, id, target)));
    }
    deliveries
}

fn invocation(stack: &Stack, id: Ref<Method>, method: &Method) -> Option<Delivery> {
    let Integration::LambdaProxy { function, .. } = method.integration else { return None };
    let path = path(stack, method.resource_id);
    Some(Delivery {
        service: "apigateway.amazonaws.com",
        source_arn: method.rest_api_id.execute_arn(method.http_method, &path),
        action: action::lambda::INVOKE_FUNCTION,
        target: function.id(),
        target_arn: function.arn().into(),
        purpose: format!("API Gateway invoke it for `{} {path}`", method.http_method),
        by: id.id(),
    })
}

fn path(stack: &Stack, resource: Option<Ref<ApiResource>>) -> String {
    match resource.and_then(|resource| stack.get(resource)) {
        Some(part) => format!("{}/{}", path(stack, part.parent_id).trim_end_matches('/'), part.path_part),
        None => "/".to_owned(),
    }
}

fn notifications(id: Ref<Bucket>, bucket: &Bucket) -> impl Iterator<Item = Delivery> {
    let configuration = &bucket.notification_configuration;
    let functions = configuration.functions.iter().map(|it| (it.target.id(), it.target.arn(), invoke()));
    let queues = configuration.queues.iter().map(|it| (it.target.id(), it.target.arn(), send()));
    let topics = configuration.topics.iter().map(|it| (it.target.id(), it.target.arn(), publish()));
    // Whoever lets the bucket in must come before it, and so names it by its name.
    let by_name = bucket.bucket_name.as_ref().map(|name| name.surrounded("arn:${AWS::Partition}:s3:::", ""));
    let source_arn = by_name.unwrap_or_else(|| id.arn().into());
    functions.chain(queues).chain(topics).map(move |(target, arn, action)| Delivery {
        service: "s3.amazonaws.com",
        source_arn: source_arn.clone(),
        action,
        target,
        target_arn: arn.into(),
        purpose: format!("`{}` notify it", id.id()),
        by: id.id(),
    })
}

fn subscriptions<T: DeliversTo<Q>, Q: Queue>(stack: &Stack) -> Vec<Delivery>
where
    Subscription<T, Q>: Resource,
{
    let to_queue = |id: Ref<Subscription<T, Q>>, topic: Ref<T>, queue: Ref<Q>, what: &str| Delivery {
        service: "sns.amazonaws.com",
        source_arn: topic.arn().into(),
        action: send(),
        target: queue.id(),
        target_arn: queue.arn().into(),
        purpose: format!("`{}` send {what}", topic.id()),
        by: id.id(),
    };
    let both = stack.resources_of::<Subscription<T, Q>>().flat_map(|(id, it)| {
        let dead = it.dead_letter_target.map(|dead| to_queue(id, it.topic, dead, "what it could not deliver"));
        [to_queue(id, it.topic, it.queue, "its messages")].into_iter().chain(dead)
    });
    both.collect()
}

fn events(stack: &Stack, id: Ref<Rule>, target: &Target) -> Vec<Delivery> {
    let delivery = |target: LogicalId, arn: Intrinsic, action, what: &str| Delivery {
        service: "events.amazonaws.com",
        source_arn: id.arn().into(),
        action,
        target,
        target_arn: arn.into(),
        purpose: format!("`{}` deliver {what}", id.id()),
        by: id.id(),
    };
    let known = find::<StandardTopic>(stack, target, publish())
        .or_else(|| find::<StandardQueue>(stack, target, send()))
        .or_else(|| find::<FifoQueue>(stack, target, send()))
        .or_else(|| find::<Function>(stack, target, invoke()));
    let main = known.map(|(id, action)| delivery(id, target.arn.clone(), action, "its events"));
    let dead =
        target.dead_letter_target.map(|dead| delivery(dead.id(), dead.arn(), send(), "what it could not deliver"));
    main.into_iter().chain(dead).collect()
}

/// The resource of type `R` that `target` is, with what it takes to deliver there.
fn find<R: HasArn>(stack: &Stack, target: &Target, action: Action) -> Option<(LogicalId, Action)> {
    let id = stack.resources_of::<R>().map(|(id, _)| id).find(|id| id.arn() == target.arn)?.id();
    Some((id, action))
}

fn invoke() -> Action {
    action::lambda::INVOKE_FUNCTION
}

fn send() -> Action {
    action::sqs::SEND_MESSAGE
}

fn publish() -> Action {
    action::sns::PUBLISH
}

/// A call that API Gateway makes with a role.
pub(super) struct RoleCall<'a> {
    method: LogicalId,
    role: LogicalId,
    statements: Vec<&'a infra::iam::Statement>,
    queue: Ref<StandardQueue>,
}

/// The calls of queues that the APIs of `stack` make with roles of the stack.
pub(super) fn role_calls(stack: &Stack) -> impl Iterator<Item = RoleCall<'_>> {
    stack.resources_of::<Method>().filter_map(|(method, it)| {
        let Integration::AwsService(service) = &it.integration else { return None };
        let (role, found) =
            stack.resources_of::<Role>().find(|(role, _)| service.credentials.text() == Value::from(role.arn()))?;
        let uri = serde_json::to_string(&service.uri).unwrap_or_default();
        let (queue, _) = stack
            .resources_of::<StandardQueue>()
            .find(|(queue, _)| uri.contains(&format!("/${{{}.QueueName}}", queue.id())))?;
        let statements = found.policies.iter().flat_map(|policy| &policy.policy_document.statement).collect();
        Some(RoleCall { method: method.id(), role: role.id(), statements, queue })
    })
}

impl RoleCall<'_> {
    pub(super) const fn role(&self) -> LogicalId {
        self.role
    }

    pub(super) fn queue_arn(&self) -> Value {
        self.queue.arn().into()
    }

    /// What is found when the role does not allow the call.
    pub(super) fn denied(&self, stack: &Stack) -> Option<AuditFinding> {
        let wanted = [send()];
        let absent = absent(&self.statements, &wanted, &self.queue.arn().into());
        let message = format!("the role `{}` does not allow `{}` on `{}`", self.role, send(), self.queue.id());
        (!absent.is_empty()).then(|| {
            AuditFinding::new(&rules::ROLE_MISSING, stack.name(), self.method, message)
                .at(location(stack, self.method))
                .evidence(format!("API Gateway calls the queue with it for `{}`", self.method))
                .about(send().as_str())
                .on(self.queue.id().as_str())
        })
    }
}

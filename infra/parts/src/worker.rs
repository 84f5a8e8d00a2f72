//! Workers: consumers of queues in the pods of a cluster, each with its roles and alarms.

use infra::cloudwatch::Alarm;
use infra::eks::Worker;
use infra::iam::{self, Condition, InlinePolicy, PolicyDocument, Principal, Role, Statement};
use infra::parameter::{ClusterName, Parameter, RoleArn};
use infra::{Ref, Seconds, Stack, Value};
use policies::{Operator, action};

/// How old a message may become before an alarm goes off.
const TOO_OLD: Seconds = Seconds::minutes::<15>();

/// The cluster in whose pods workers run, which is there before the stack.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Its name.
    pub name: Value<ClusterName>,
    /// The role of KEDA's operator in it.
    pub keda_operator_role: Value<RoleArn>,
}

/// Adds the parameters `ClusterName` and `KedaOperatorRoleArn`, which every deployment to AWS must give.
///
/// The cluster needs [EKS Pod Identity](https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html), which
/// gives pods their roles, and [KEDA](https://keda.sh/docs/latest/deploy/), which decides how many run.
#[track_caller]
pub fn cluster(stack: &mut Stack) -> Cluster {
    let name =
        Parameter { description: Some("The EKS cluster in whose pods workers run".to_owned()), ..Parameter::default() };
    let role = Parameter {
        description: Some(
            "The role of KEDA's operator in the cluster, which reads how many messages there are".to_owned(),
        ),
        ..Parameter::default()
    };
    Cluster {
        name: stack.parameter("ClusterName", name),
        keda_operator_role: stack.parameter("KedaOperatorRoleArn", role),
    }
}

/// Adds the worker as `{id}`; its role `{id}Role`, which allows exactly what its bindings and the consumption of its queues
/// need; the role `{id}ScalerRole`, by which KEDA's operator reads how many messages there are, unless `worker` names one;
/// and for each queue `{id}{queue}AgeAlarm`, which goes off when its oldest message is older than 15 minutes.
///
/// Only pods of the cluster with the worker's namespace and service account can have the role. Without a name in
/// `worker`, the service account is `{id}` in small letters, with hyphens between its words.
///
/// ```
/// use infra::eks::Worker;
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage, Template};
///
/// # #[derive(serde::Serialize)]
/// # struct Bindings {}
/// # impl bindings::Program for Bindings { const NAME: &'static str = "billing"; }
/// let mut stack = Stack::new("orders", &Stage::default());
/// let queue = stack.named("Orders").add(StandardQueue::default());
/// let cluster = parts::cluster(&mut stack);
/// let worker = Worker { queues: vec![queue.into()], ..Worker::rust(cluster.name.clone(), Bindings {}) };
/// parts::worker(&mut stack, "Billing", &cluster, worker);
/// assert!(Template::render(&stack).resource("BillingRole").is_some());
/// ```
#[track_caller]
pub fn worker(stack: &mut Stack, id: &'static str, cluster: &Cluster, worker: Worker<()>) -> Ref<Worker> {
    let (namespace, service_account) = (worker.namespace_in(stack), worker.service_account_of(id));
    let queues = worker.queues.clone();
    let on_queues = |statement: Statement| queues.iter().map(|it| it.arn().clone()).fold(statement, Statement::on);

    let consume = on_queues(Statement::allow([
        action::sqs::RECEIVE_MESSAGE,
        action::sqs::DELETE_MESSAGE,
        action::sqs::CHANGE_MESSAGE_VISIBILITY,
        action::sqs::GET_QUEUE_ATTRIBUTES,
    ]));
    let rights = iam::merged(worker.grants()).into_iter().chain([consume]);
    let trust = of_pods(cluster, namespace.name(), &service_account);
    let role = stack.named(format!("{id}Role")).add(role(trust, "worker", rights.collect()));

    let scaler_role = if let Some(given) = &worker.scaler_role {
        given.clone()
    } else {
        let operator = assumed_by(Principal::aws(cluster.keda_operator_role.text()));
        let read = on_queues(Statement::allow([action::sqs::GET_QUEUE_ATTRIBUTES]));
        stack.named(format!("{id}ScalerRole")).add(self::role(operator, "scaler", [read].into())).into()
    };

    let worker = Worker { scaler_role: Some(scaler_role), ..worker };
    let worker = worker.with_role(role, stack, id);
    let worker = stack.named(id).add(worker);
    for queue in queues {
        let alarm = Alarm::older_than(TOO_OLD, queue.age_of_oldest_message().clone());
        stack.named(format!("{id}{}AgeAlarm", queue.id())).add(alarm);
    }
    worker
}

/// Whom EKS gives a role to: pods of the cluster with that namespace and service account.
///
/// <https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html>
fn of_pods(cluster: &Cluster, namespace: &str, service_account: &str) -> Statement {
    let tags = [
        ("aws:RequestTag/eks-cluster-name", cluster.name.text()),
        ("aws:RequestTag/kubernetes-namespace", namespace.into()),
        ("aws:RequestTag/kubernetes-service-account", service_account.into()),
    ];
    tags.into_iter().fold(assumed_by(Principal::service("pods.eks.amazonaws.com")), |statement, (tag, value)| {
        statement.when(Condition::new(Operator::StringEquals, tag, [value]))
    })
}

/// Sessions of EKS have tags, which a role that is assumed from them must take.
fn assumed_by(principal: Principal) -> Statement {
    Statement::allow([action::sts::ASSUME_ROLE, action::sts::TAG_SESSION]).principal(principal)
}

fn role(trust: Statement, policy_name: &str, rights: PolicyDocument) -> Role {
    Role {
        role_name: None,
        description: None,
        assume_role_policy_document: [trust].into(),
        policies: vec![InlinePolicy { policy_name: policy_name.to_owned(), policy_document: rights }],
        managed_policy_arns: Vec::new(),
        permissions_boundary: None,
    }
}

//! How KEDA scales the pods.

use std::collections::BTreeMap;

use super::keda::{
    AuthenticationReference, Fallback, PodIdentity, ScaleTarget, ScaledObject, ScaledObjectSpec, Trigger,
    TriggerAuthentication, TriggerAuthenticationSpec,
};
use super::pod;
use crate::object::Kind;
use crate::workload::{Queue, QueueSource, Workload};

pub(super) fn authentication(workload: &Workload) -> TriggerAuthentication {
    let kind = Kind::TRIGGER_AUTHENTICATION;
    // Never `workload`: KEDA then wants the annotation of IAM roles for service accounts, which Pod Identity does
    // without. The two properties exclude each other.
    // <https://keda.sh/docs/2.20/authentication-providers/aws/>
    let identity_owner = workload.scaler_role.is_none().then(|| "keda".to_owned());
    let role_arn = workload.scaler_role.clone();
    TriggerAuthentication {
        api_version: kind.api_version(),
        kind: kind.name.to_owned(),
        metadata: super::metadata(workload),
        spec: TriggerAuthenticationSpec {
            pod_identity: PodIdentity { provider: "aws".to_owned(), identity_owner, role_arn },
        },
    }
}

pub(super) fn scaled_object(workload: &Workload) -> ScaledObject {
    let kind = Kind::SCALED_OBJECT;
    let name = &workload.identity.name;
    let spec = ScaledObjectSpec {
        scale_target_ref: ScaleTarget {
            api_version: Kind::DEPLOYMENT.api_version(),
            kind: Kind::DEPLOYMENT.name.to_owned(),
            name: name.clone(),
            env_source_container_name: pod::CONTAINER.to_owned(),
        },
        polling_interval: 30,
        cooldown_period: workload.cooldown,
        min_replica_count: workload.min_replicas,
        max_replica_count: workload.max_replicas,
        // Messages must go on being processed when KEDA cannot see them, and what is at work must not be ended.
        fallback: Fallback {
            failure_threshold: 3,
            replicas: workload.min_replicas.max(1),
            behavior: "currentReplicasIfHigher".to_owned(),
        },
        triggers: workload.queues.iter().enumerate().map(|(index, queue)| trigger(queue, index, name)).collect(),
    };
    let metadata = super::metadata(workload);
    ScaledObject { api_version: kind.api_version(), kind: kind.name.to_owned(), metadata, spec }
}

/// <https://keda.sh/docs/2.20/scalers/aws-sqs/>
fn trigger(queue: &Queue, index: usize, authentication: &str) -> Trigger {
    let (source, value) = match &queue.source {
        QueueSource::Url(url) => ("queueURL", url),
        QueueSource::Variable(name) => ("queueURLFromEnv", name),
    };
    let metadata = [
        (source, value.clone()),
        ("awsRegion", queue.region.clone()),
        ("queueLength", queue.messages_per_pod.to_string()),
        // What is at work counts, or a pod would go while it works.
        ("scaleOnInFlight", "true".to_owned()),
        ("scaleOnDelayed", "false".to_owned()),
    ];
    Trigger {
        type_: "aws-sqs-queue".to_owned(),
        name: format!("queue-{index}"),
        // The default, but a fallback is refused without it: <https://github.com/kedacore/keda/issues/6696>
        metric_type: "AverageValue".to_owned(),
        metadata: metadata.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>(),
        authentication_ref: AuthenticationReference { name: authentication.to_owned() },
    }
}

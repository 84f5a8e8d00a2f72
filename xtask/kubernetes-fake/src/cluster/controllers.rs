//! What controllers make of objects: pods of a Deployment, and what is said of both.

use serde_json::{Value, json};

use super::store::Stored;
use super::{Rollout, State};

impl State {
    /// A set of the newest revision and one of the revision before, whose pod crashes.
    pub(super) fn make_pods(&mut self, namespace: &str, name: &str) {
        let selector =
            self.objects[&("deployments".to_owned(), namespace.to_owned(), name.to_owned())].value["spec"]["selector"]
                ["matchLabels"]
                .clone();
        for (hash, revision, reason) in [("new", "1", None), ("old", "0", Some("CrashLoopBackOff"))] {
            let mut labels = selector.clone();
            labels["pod-template-hash"] = json!(hash);
            let set = json!({"metadata": {"name": format!("{name}-{hash}"), "namespace": namespace, "labels": labels,
                "annotations": {"deployment.kubernetes.io/revision": revision}}});
            let pod = format!("{name}-{hash}-1");
            let mut conditions = json!([]);
            let mut state = json!({"running": {}});
            match (reason, self.rollout) {
                (Some(reason), _) | (None, Rollout::Waits(reason)) => {
                    state = json!({"waiting": {"reason": reason, "message": "so it is"}});
                }
                (None, Rollout::Unscheduled) => {
                    conditions = json!([{"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}]);
                }
                _ => {}
            }
            let container = json!({"name": "worker", "image": "", "imageID": "", "ready": false, "restartCount": 3, "state": state,
                "lastState": {"terminated": {"exitCode": 101, "reason": "Error"}}});
            let pod_value = json!({"metadata": {"name": pod, "namespace": namespace, "labels": labels},
                "status": {"conditions": conditions, "containerStatuses": [container]}});
            for (plural, name, value) in [("replicasets", format!("{name}-{hash}"), set), ("pods", pod, pod_value)] {
                let key = (plural.to_owned(), namespace.to_owned(), name);
                self.objects.insert(key, Stored { value, ..Stored::default() });
            }
        }
    }

    /// A Deployment as its controller says it is.
    pub(super) fn rolled(&mut self, mut value: Value) -> Value {
        self.looks += 1;
        let wanted = &value["spec"]["replicas"];
        let runs = match self.rollout {
            Rollout::Runs => self.looks > 3,
            Rollout::Unscheduled => self.looks > 200,
            Rollout::Waits(_) | Rollout::Refused | Rollout::Late => false,
        };
        let mut conditions = vec![];
        if self.rollout == Rollout::Refused {
            conditions.push(json!({"type": "ReplicaFailure", "status": "True", "message": "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\""}));
        }
        if self.rollout == Rollout::Late && self.looks > 20 {
            conditions.push(json!({"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}));
        }
        let generation = value["metadata"]["generation"].as_i64().unwrap();
        let seen = if self.looks > 1 { generation } else { generation - 1 };
        value["status"] = json!({"observedGeneration": seen, "replicas": wanted, "updatedReplicas": wanted, "conditions": conditions,
            "readyReplicas": if runs { wanted.clone() } else { json!(0) }, "availableReplicas": if runs { wanted.clone() } else { json!(0) }});
        value
    }

    /// A `ScaledObject` as KEDA says it is, after the second look.
    pub(super) fn scaled(&mut self, mut value: Value) -> Value {
        self.looks += 1;
        if self.keda_runs && self.looks > 2 {
            let (status, message) = self.keda_fails.map_or(("True", ""), |message| ("False", message));
            value["status"] = json!({"conditions": [{"type": "Ready", "status": status, "message": message}]});
        }
        value
    }
}

//! A stack as the engine reads it.

use bindings::declaration::Operation;
use serde_json::Value as Json;

use crate::binding::Binding;
use crate::check;
use crate::code::Code;
use crate::eks::{Egress, Namespace, Worker};
use crate::lambda::{Architecture, Function};
use crate::reference::LogicalId;
use crate::stack::{DeclaredParameter, Former, Stack};
use crate::template::Template;

impl Stack {
    /// The stack as a part of the document that an app gives to the engine. Options, local services and what to try
    /// next are the system's and left empty.
    #[must_use]
    pub fn assemble(&self) -> assembly::Stack {
        let template = Template::render(self);
        let findings = check::check_rendered(self, &template);
        let resources = self.resources().map(|it| (it.id.to_string(), it.source.into())).collect();
        let outputs = self.outputs.iter().map(|(name, it)| (name.clone(), it.source.into())).collect();
        let tags = self.tags.iter().map(|tag| assembly::Tag { key: tag.key.clone(), value: json(&tag.value) });
        assembly::Stack {
            name: self.name().to_owned(),
            stage: self.stage().to_string(),
            stack_name: self.stack_name(),
            description: self.description.clone(),
            default_region: self.default_region.map(str::to_owned),
            options: indexmap::IndexMap::new(),
            template: template.into_json(),
            tags: tags.collect(),
            moved_from: self.moved.iter().map(|it| (it.to.to_string(), former(it.from))).collect(),
            locations: assembly::Locations { resources, outputs },
            functions: self.programs_of_resources(),
            findings,
            parameters: self.parameters().map(|(id, declared)| parameter(id.as_str(), declared)).collect(),
            local_services: Vec::new(),
            try_next: Vec::new(),
        }
    }
}

impl Stack {
    /// What runs a program, in the order of declaration.
    fn programs_of_resources(&self) -> Vec<assembly::Function> {
        let run = self.resources().filter_map(|declared| {
            let resource = declared.resource.as_any();
            if let Some(it) = resource.downcast_ref::<Function>() {
                return Some(function(declared.id, &it.code, it.architecture, None));
            }
            let it = resource.downcast_ref::<Worker>()?;
            Some(function(declared.id, &it.code, it.architecture, Some(it)))
        });
        run.collect()
    }
}

fn former(Former { stack, id }: Former) -> assembly::FormerId {
    assembly::FormerId { stack: stack.map(str::to_owned), id: id.to_string() }
}

fn function(id: LogicalId, code: &Code, architecture: Architecture, worker: Option<&Worker>) -> assembly::Function {
    assembly::Function {
        id: id.to_string(),
        program: code.program().to_owned(),
        library: code.library().to_owned(),
        architecture,
        bindings: code.bindings().iter().map(binding).collect(),
        worker: worker.map(self::worker),
    }
}

fn worker(worker: &Worker) -> assembly::Worker {
    let Worker { replicas, pod, .. } = worker;
    assembly::Worker {
        cluster_name: json(&worker.cluster_name),
        namespace: worker.namespace.as_ref().map(Namespace::name).unwrap_or_default().to_owned(),
        creates_namespace: !matches!(worker.namespace, Some(Namespace::Existing(_))),
        service_account: worker.service_account.clone().unwrap_or_default(),
        role_arn: json(&worker.role),
        scaler_role_arn: worker.scaler_role.as_ref().map(json),
        queues: worker.queues.iter().map(|queue| queue.id().to_string()).collect(),
        environment: worker.variables().iter().map(|(name, value)| (name.clone(), json(value))).collect(),
        replicas: assembly::Replicas {
            min: replicas.min,
            max: replicas.max,
            messages_per_pod: replicas.messages_per_pod,
        },
        pod: assembly::Pod {
            millicores: pod.cpu.get(),
            mebibytes: pod.memory.get(),
            termination_grace_period: pod.termination_grace_period.get(),
        },
        monitoring: worker.monitoring.as_ref().map(|monitoring| assembly::Monitoring {
            namespace: monitoring.namespace.clone(),
            pod_monitor: monitoring.pod_monitor.as_ref().map(|it| it.labels.clone()),
        }),
        egress: worker.egress.iter().map(egress).collect(),
    }
}

fn egress(Egress { ports, ip_blocks }: &Egress) -> assembly::Egress {
    assembly::Egress { ports: ports.clone(), ip_blocks: ip_blocks.clone() }
}

fn binding(binding: &Binding) -> assembly::Binding {
    assembly::Binding {
        field: binding.field.clone(),
        type_name: binding.type_name.clone(),
        variable: binding.variable.clone(),
        value: json(&binding.value),
        grants: binding.grants.iter().map(json).collect(),
        operations: binding.operations.iter().map(operation).collect(),
    }
}

fn operation(operation: &Operation) -> assembly::Operation {
    let Operation { service, name, actions, missing: _ } = operation.clone();
    assembly::Operation { service, name, actions }
}

fn parameter(name: &str, declared: &DeclaredParameter) -> assembly::Parameter {
    let parameter = &declared.parameter;
    assembly::Parameter {
        name: name.to_owned(),
        default: parameter.default.clone(),
        description: parameter.description.clone(),
        allowed_values: parameter.allowed_values.clone(),
        allowed_pattern: parameter.allowed_pattern().to_owned(),
        constraint: parameter.constraint().to_owned(),
        location: declared.source.into(),
    }
}

fn json(value: &impl serde::Serialize) -> Json {
    serde_json::to_value(value).unwrap_or_default()
}

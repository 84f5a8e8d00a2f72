//! The network policy.

use std::collections::BTreeMap;

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer, NetworkPolicyPort,
    NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::LabelSelector;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use crate::workload::Workload;

/// The agent of EKS Pod Identity, which hands out credentials on port 80.
///
/// <https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html>
const AGENT: [&str; 2] = ["169.254.170.23/32", "fd00:ec2::23/128"];

/// The cache of DNS on a node, where there is one.
///
/// <https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/>
const NODE_DNS: &str = "169.254.20.10/32";

pub(super) fn policy(workload: &Workload) -> NetworkPolicy {
    let spec = NetworkPolicySpec {
        pod_selector: Some(super::pods_of(&workload.identity)),
        policy_types: Some(vec!["Ingress".to_owned(), "Egress".to_owned()]),
        ingress: workload.monitoring.as_ref().map(|monitoring| {
            vec![NetworkPolicyIngressRule {
                from: Some(vec![in_namespace(&monitoring.namespace)]),
                ports: Some(vec![port("TCP", workload.port)]),
            }]
        }),
        egress: Some(egress(workload)),
    };
    NetworkPolicy { metadata: super::metadata(workload), spec: Some(spec) }
}

fn egress(workload: &Workload) -> Vec<NetworkPolicyEgressRule> {
    let dns = NetworkPolicyEgressRule {
        to: Some(vec![in_namespace("kube-system"), block(NODE_DNS)]),
        ports: Some(vec![port("UDP", 53), port("TCP", 53)]),
    };
    let agent = NetworkPolicyEgressRule { to: Some(AGENT.map(block).to_vec()), ports: Some(vec![port("TCP", 80)]) };
    let reach = workload.reach.iter().map(|reach| NetworkPolicyEgressRule {
        to: Some(vec![block(&reach.cidr)]),
        ports: Some(reach.ports.iter().map(|number| port("TCP", *number)).collect()),
    });
    [dns, agent].into_iter().chain(reach).collect()
}

fn in_namespace(name: &str) -> NetworkPolicyPeer {
    let labels = BTreeMap::from([("kubernetes.io/metadata.name".to_owned(), name.to_owned())]);
    let selector = LabelSelector { match_labels: Some(labels), match_expressions: None };
    NetworkPolicyPeer { namespace_selector: Some(selector), ..NetworkPolicyPeer::default() }
}

fn block(cidr: &str) -> NetworkPolicyPeer {
    let block = IPBlock { cidr: cidr.to_owned(), except: None };
    NetworkPolicyPeer { ip_block: Some(block), ..NetworkPolicyPeer::default() }
}

fn port(protocol: &str, number: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(i32::from(number))),
        end_port: None,
    }
}

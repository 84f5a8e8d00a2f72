//! What feeds a function with the records of a topic of Kafka.

use policies::action;
use serde::{Serialize, Serializer};

use super::event_source_mapping::Pollers;
use super::stream_mapping::{DestinationConfig, FailureDestination, Position, StartingPosition as _};
use super::{FilterCriteria, Invocable, source_rights};
use crate::check::Check;
use crate::iam::Statement;
use crate::reference::Resource;
use crate::units::{Integer, Seconds};
use crate::value::Value;

/// Feeds a function with the records of a topic of Apache Kafka.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html>
#[derive(Debug, Clone)]
pub struct KafkaMapping {
    /// Where Kafka runs. Changing it replaces the mapping.
    pub cluster: Cluster,
    /// The topic.
    pub topic: String,
    /// The function or alias.
    pub function_name: Invocable,
    /// The consumer group that it joins, 1 to 200 characters; without it Lambda makes one. Changing it replaces the mapping.
    pub consumer_group_id: Option<String>,
    /// Where it begins. Changing it replaces the mapping.
    pub starting_position: Position,
    /// How many records one invocation gets at most, 1 to 10,000. Lambda's default is 100.
    pub batch_size: Option<Integer<1, 10_000>>,
    /// How long to gather a batch, 0 to 300 s.
    pub maximum_batching_window: Option<Seconds<0, 300>>,
    /// How many pollers there are always; without it Lambda chooses.
    pub provisioned_pollers: Option<Pollers<1>>,
    /// Who is told of records that were given up. The function's role must be allowed to send it.
    pub on_failure: Option<FailureDestination>,
    /// Which records the function gets.
    pub filter_criteria: FilterCriteria,
}

/// Where Kafka runs, and how Lambda gets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cluster {
    /// A cluster of Amazon MSK.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-msk.html>
    Msk {
        /// Its ARN.
        arn: Value,
        /// How Lambda gets in; without it as the function's role.
        access: Option<MskAccess>,
    },
    /// A cluster elsewhere.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-kafka.html>
    SelfManaged {
        /// Its brokers, as `host:port`, 1 to 10.
        bootstrap_servers: Vec<String>,
        /// How Lambda gets in.
        access: SelfManagedAccess,
        /// The network that it is in; without it it is reached over the internet.
        network: Option<Network>,
    },
}

/// How Lambda gets into a cluster of MSK, by a secret of Secrets Manager, of which this is the ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MskAccess {
    /// A name and a password, by SASL/SCRAM.
    SaslScram512(Value),
    /// A certificate and its key.
    ClientCertificate(Value),
}

/// How Lambda gets into a cluster, by a secret of Secrets Manager, of which this is the ARN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelfManagedAccess {
    /// A name and a password, by SASL/PLAIN.
    Basic(Value),
    /// A name and a password, by SASL/SCRAM with SHA-256.
    SaslScram256(Value),
    /// A name and a password, by SASL/SCRAM with SHA-512.
    SaslScram512(Value),
    /// A certificate and its key.
    ClientCertificate(Value),
}

/// A network that a cluster is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Network {
    /// The ids of its subnets.
    pub subnets: Vec<Value>,
    /// The id of the security group that may reach the brokers.
    pub security_group: Value,
}

impl KafkaMapping {
    /// Feeds `function` with the records of `topic`.
    pub fn new(
        cluster: Cluster,
        topic: impl Into<String>,
        function: impl Into<Invocable>,
        starting_position: Position,
    ) -> Self {
        Self {
            cluster,
            topic: topic.into(),
            function_name: function.into(),
            consumer_group_id: None,
            starting_position,
            batch_size: None,
            maximum_batching_window: None,
            provisioned_pollers: None,
            on_failure: None,
            filter_criteria: FilterCriteria::default(),
        }
    }

    /// What the function's role must allow: to read the secret, to reach the cluster in its network, and to tell of what was given
    /// up. Without `access`, Lambda uses the function's role in MSK. The rights for that (`kafka-cluster:…`) depend on the topics, and are not included.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/with-msk-permissions.html>
    #[must_use]
    pub fn rights(&self) -> Vec<Statement> {
        let interfaces = Statement::allow(source_rights::NETWORK);
        let describe = Statement::allow(source_rights::CLUSTER);
        let mut rights = Vec::new();
        match &self.cluster {
            Cluster::Msk { arn, .. } => rights.extend([describe.on(arn.clone()), interfaces.on("*")]),
            Cluster::SelfManaged { network, .. } => rights.extend(network.as_ref().map(|_| interfaces.on("*"))),
        }
        rights.extend(
            self.cluster
                .access()
                .map(|(_, secret)| Statement::allow([action::secretsmanager::GET_SECRET_VALUE]).on(secret)),
        );
        rights.extend(self.on_failure.map(FailureDestination::right));
        rights
    }
}

impl Cluster {
    /// How Lambda gets in, as the mapping's property says it, and the secret.
    fn access(&self) -> Option<(&'static str, Value)> {
        Some(match self {
            Self::Msk { access, .. } => match access.as_ref()? {
                MskAccess::SaslScram512(secret) => ("SASL_SCRAM_512_AUTH", secret.clone()),
                MskAccess::ClientCertificate(secret) => ("CLIENT_CERTIFICATE_TLS_AUTH", secret.clone()),
            },
            Self::SelfManaged { access, .. } => match access {
                SelfManagedAccess::Basic(secret) => ("BASIC_AUTH", secret.clone()),
                SelfManagedAccess::SaslScram256(secret) => ("SASL_SCRAM_256_AUTH", secret.clone()),
                SelfManagedAccess::SaslScram512(secret) => ("SASL_SCRAM_512_AUTH", secret.clone()),
                SelfManagedAccess::ClientCertificate(secret) => ("CLIENT_CERTIFICATE_TLS_AUTH", secret.clone()),
            },
        })
    }

    /// Where in the network the cluster is, as the mapping's property says it.
    fn places(&self) -> Vec<(&'static str, Value)> {
        let Self::SelfManaged { network: Some(network), .. } = self else { return Vec::new() };
        let subnets = network.subnets.iter().map(|subnet| ("VPC_SUBNET", subnet.surrounded("subnet:", "")));
        let group = network.security_group.surrounded("security_group:", "");
        subnets.chain([("VPC_SECURITY_GROUP", group)]).collect()
    }
}

impl Serialize for KafkaMapping {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Access {
            #[serde(rename = "Type")]
            kind: &'static str,
            #[serde(rename = "URI")]
            uri: Value,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Endpoints<'a> {
            kafka_bootstrap_servers: &'a [String],
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct SelfManaged<'a> {
            endpoints: Endpoints<'a>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Group<'a> {
            consumer_group_id: &'a str,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            event_source_arn: Option<&'a Value>,
            self_managed_event_source: Option<SelfManaged<'a>>,
            source_access_configurations: Vec<Access>,
            topics: [&'a str; 1],
            amazon_managed_kafka_event_source_config: Option<Group<'a>>,
            self_managed_kafka_event_source_config: Option<Group<'a>>,
            function_name: Invocable,
            starting_position: &'static str,
            batch_size: Option<Integer<1, 10_000>>,
            maximum_batching_window_in_seconds: Option<Seconds<0, 300>>,
            provisioned_poller_config: Option<Pollers<1>>,
            destination_config: DestinationConfig,
            filter_criteria: &'a FilterCriteria,
        }
        let group = || self.consumer_group_id.as_deref().map(|consumer_group_id| Group { consumer_group_id });
        let (arn, servers, ours, theirs) = match &self.cluster {
            Cluster::Msk { arn, .. } => (Some(arn), None, group(), None),
            Cluster::SelfManaged { bootstrap_servers, .. } => (None, Some(bootstrap_servers), None, group()),
        };
        let access = self.cluster.access().into_iter().chain(self.cluster.places());
        Wire {
            event_source_arn: arn,
            self_managed_event_source: servers
                .map(|servers| SelfManaged { endpoints: Endpoints { kafka_bootstrap_servers: servers } }),
            source_access_configurations: access.map(|(kind, uri)| Access { kind, uri }).collect(),
            topics: [&self.topic],
            amazon_managed_kafka_event_source_config: ours,
            self_managed_kafka_event_source_config: theirs,
            function_name: self.function_name,
            starting_position: self.starting_position.said().0,
            batch_size: self.batch_size,
            maximum_batching_window_in_seconds: self.maximum_batching_window,
            provisioned_poller_config: self.provisioned_pollers,
            destination_config: DestinationConfig::of(self.on_failure),
            filter_criteria: &self.filter_criteria,
        }
        .serialize(serializer)
    }
}

impl Resource for KafkaMapping {
    const TYPE: &'static str = "AWS::Lambda::EventSourceMapping";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(pollers) = self.provisioned_pollers {
            pollers.check(check);
        }
        if matches!(&self.cluster, Cluster::SelfManaged { bootstrap_servers, .. } if bootstrap_servers.is_empty()) {
            check.error("kafka-servers", "it names no broker to ask").help("set `bootstrap_servers`");
        }
    }
}

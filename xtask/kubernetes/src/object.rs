//! One object of Kubernetes.

use k8s_openapi::Resource;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, ServiceAccount};
use k8s_openapi::api::networking::v1::NetworkPolicy;
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;
use serde_json::Value;

use crate::objects::keda::{self, ScaledObject, TriggerAuthentication};
use crate::objects::monitoring::{self, PodMonitor};

/// An object, of one of the kinds that a worker has.
#[derive(Debug, Clone, PartialEq)]
pub enum Object {
    /// The namespace.
    Namespace(Box<Namespace>),
    /// Whom the pods run as.
    ServiceAccount(Box<ServiceAccount>),
    /// What may connect to the pods, and what they may connect to.
    NetworkPolicy(Box<NetworkPolicy>),
    /// The pods.
    Deployment(Box<Deployment>),
    /// How many pods a drained node may take away.
    PodDisruptionBudget(Box<PodDisruptionBudget>),
    /// How KEDA may read the queues.
    TriggerAuthentication(Box<TriggerAuthentication>),
    /// How KEDA scales the pods.
    ScaledObject(Box<ScaledObject>),
    /// How Prometheus finds the pods.
    PodMonitor(Box<PodMonitor>),
}

/// What a kind is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Kind {
    pub(crate) group: &'static str,
    pub(crate) version: &'static str,
    pub(crate) name: &'static str,
    pub(crate) plural: &'static str,
}

macro_rules! each {
    ($object:expr, $it:ident => $value:expr) => {
        match $object {
            Object::Namespace($it) => $value,
            Object::ServiceAccount($it) => $value,
            Object::NetworkPolicy($it) => $value,
            Object::Deployment($it) => $value,
            Object::PodDisruptionBudget($it) => $value,
            Object::TriggerAuthentication($it) => $value,
            Object::ScaledObject($it) => $value,
            Object::PodMonitor($it) => $value,
        }
    };
}

impl Kind {
    pub(crate) const NAMESPACE: Self = Self::of::<Namespace>("namespaces");
    pub(crate) const SERVICE_ACCOUNT: Self = Self::of::<ServiceAccount>("serviceaccounts");
    pub(crate) const NETWORK_POLICY: Self = Self::of::<NetworkPolicy>("networkpolicies");
    pub(crate) const DEPLOYMENT: Self = Self::of::<Deployment>("deployments");
    pub(crate) const POD_DISRUPTION_BUDGET: Self = Self::of::<PodDisruptionBudget>("poddisruptionbudgets");
    pub(crate) const TRIGGER_AUTHENTICATION: Self = Self {
        group: keda::GROUP,
        version: keda::VERSION,
        name: "TriggerAuthentication",
        plural: "triggerauthentications",
    };
    pub(crate) const SCALED_OBJECT: Self =
        Self { group: keda::GROUP, version: keda::VERSION, name: "ScaledObject", plural: "scaledobjects" };
    pub(crate) const POD_MONITOR: Self =
        Self { group: monitoring::GROUP, version: monitoring::VERSION, name: "PodMonitor", plural: "podmonitors" };

    /// All kinds, in the order in which they are applied: what others refer to comes first, and pods start when what
    /// they may reach is settled.
    pub(crate) const ALL: [Self; 8] = [
        Self::NAMESPACE,
        Self::SERVICE_ACCOUNT,
        Self::NETWORK_POLICY,
        Self::DEPLOYMENT,
        Self::POD_DISRUPTION_BUDGET,
        Self::TRIGGER_AUTHENTICATION,
        Self::SCALED_OBJECT,
        Self::POD_MONITOR,
    ];

    const fn of<T: Resource>(plural: &'static str) -> Self {
        Self { group: T::GROUP, version: T::VERSION, name: T::KIND, plural }
    }

    /// `apps/v1`, or `v1` for the core group.
    pub(crate) fn api_version(self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// Its place in [`Kind::ALL`].
    pub(crate) fn rank(self) -> usize {
        Self::ALL.iter().position(|kind| *kind == self).unwrap_or(Self::ALL.len())
    }
}

impl Object {
    /// What its kind is called: `Deployment`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        self.known().name
    }

    /// The version of its API: `apps/v1`.
    #[must_use]
    pub fn api_version(&self) -> String {
        self.known().api_version()
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.metadata().name.as_deref().unwrap_or_default()
    }

    /// The namespace it is in; a namespace is in none.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        self.metadata().namespace.as_deref()
    }

    /// Its metadata.
    #[must_use]
    pub fn metadata(&self) -> &ObjectMeta {
        each!(self, it => &it.metadata)
    }

    /// The object as the API server gets it.
    ///
    /// # Panics
    /// Never: keys are strings, and nothing else can fail.
    #[must_use]
    #[expect(clippy::expect_used, reason = "an object without its properties must not get anywhere")]
    pub fn value(&self) -> Value {
        serde_json::to_value(self).expect("the keys of objects are strings")
    }

    pub(crate) fn known(&self) -> Kind {
        match self {
            Self::Namespace(_) => Kind::NAMESPACE,
            Self::ServiceAccount(_) => Kind::SERVICE_ACCOUNT,
            Self::NetworkPolicy(_) => Kind::NETWORK_POLICY,
            Self::Deployment(_) => Kind::DEPLOYMENT,
            Self::PodDisruptionBudget(_) => Kind::POD_DISRUPTION_BUDGET,
            Self::TriggerAuthentication(_) => Kind::TRIGGER_AUTHENTICATION,
            Self::ScaledObject(_) => Kind::SCALED_OBJECT,
            Self::PodMonitor(_) => Kind::POD_MONITOR,
        }
    }
}

impl Serialize for Object {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        each!(self, it => it.serialize(serializer))
    }
}

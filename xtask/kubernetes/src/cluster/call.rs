//! One call of the API server, tried more than once.

use std::future::Future;
use std::time::Duration;

use kube::api::{Api, ApiResource, DynamicObject};
use kube::core::GroupVersionKind;
use kube::{Client, Error as KubeError};

use super::Cluster;
use super::event::ObjectName;
use crate::Error;
use crate::error::causes;
use crate::object::Kind;

const LONGEST_PAUSE: Duration = Duration::from_secs(10);

impl Cluster {
    /// What `call` yields, tried until it cannot be otherwise another time. So it must do no harm when it is done twice.
    pub(super) async fn call<T, F>(&self, call: impl Fn(Client) -> F) -> Result<T, KubeError>
    where
        F: Future<Output = Result<T, KubeError>>,
    {
        let mut attempt = 0;
        loop {
            match call(self.client.clone()).await {
                Err(error) if attempt + 1 < self.settings.attempts && is_temporary(&error) => {
                    let pause = self.settings.pause.saturating_mul(1 << attempt.min(16));
                    tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    /// The objects of a kind: those in `namespace`, or all.
    pub(super) fn api(client: Client, kind: Kind, namespace: Option<&str>) -> Api<DynamicObject> {
        let named = GroupVersionKind::gvk(kind.group, kind.version, kind.name);
        let resource = ApiResource::from_gvk_with_plural(&named, kind.plural);
        match namespace {
            Some(namespace) => Api::namespaced_with(client, namespace, &resource),
            None => Api::all_with(client, &resource),
        }
    }
}

/// Whether it can be answered another time.
fn is_temporary(error: &KubeError) -> bool {
    match error {
        // 0: what answers is not the API server but something before it, which says no code in its body.
        KubeError::Api(status) => matches!(status.code, 0 | 429 | 500 | 502 | 503 | 504),
        KubeError::HyperError(_) | KubeError::Service(_) | KubeError::ReadEvents(_) => true,
        _ => false,
    }
}

/// The status of an answer that is an error: 404.
pub(super) fn status(error: &KubeError) -> Option<u16> {
    match error {
        KubeError::Api(status) => Some(status.code),
        _ => None,
    }
}

/// What the server says, in the user's words.
pub(super) fn refused(what: &str, name: &ObjectName, error: &KubeError) -> Error {
    let KubeError::Api(status) = error else {
        return Error::new(format!("cannot {what} {name}: {}", causes(error))).help("check the network, and try again");
    };
    let told = Error::new(format!("cannot {what} {name}: {}", status.message));
    match status.code {
        403 if status.message.contains("admission") => told.help("a policy of the cluster refuses it: read what it says, or ask who runs the cluster"),
        403 => told.help("the kubeconfig's user needs a role that allows it: `kubectl auth can-i` tells"),
        404 => told.help("its namespace or its kind is not in the cluster"),
        422 | 400 => told.help("a property that cannot be changed, or one that this version of Kubernetes does not know: remove the object first"),
        _ => told.help("`kubectl` would be told the same: see the API server's log"),
    }
}

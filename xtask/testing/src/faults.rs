//! Calls of a deployment's programs that fail as calls to AWS do.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::deployment::Deployment;
use crate::succeeded;

/// Which share of the calls of a deployment's functions and workers fails, each of them drawn at random.
///
/// SDKs call again when a call failed in these ways, three times in all by default:
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct ApiFaults {
    /// Calls that the service refuses because there are too many, 0 to 1. Nothing is done.
    pub throttled: f64,
    /// Calls that are done and whose answer is lost, 0 to 1: the connection ends.
    pub unanswered: f64,
}

/// How many calls failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub struct FailedCalls {
    /// Calls that were refused.
    pub throttled: u64,
    /// Calls whose answers were lost.
    pub unanswered: u64,
}

impl Deployment {
    /// Lets calls of its functions and workers to AWS fail, until [`Deployment::end_api_faults`]. Deployments beside it are
    /// not touched.
    pub async fn inject_api_faults(&self, faults: ApiFaults) {
        let mut roles = Vec::new();
        for function in self.functions() {
            roles.push(self.role(&function).await);
        }
        for worker in self.workers() {
            roles.push(self.role_of_worker(worker).await);
        }
        let asked = json!({ "roles": roles, "throttled": faults.throttled, "unanswered": faults.unanswered });
        let answer =
            succeeded("injecting faults", self.http.put(self.faults_url()).body(asked.to_string()).send().await);
        let status = answer.status();
        assert!(status.is_success(), "injecting {faults:?}: {}", answer.text().await.unwrap_or_default());
    }

    /// Ends what [`Deployment::inject_api_faults`] began, and tells how many calls failed.
    pub async fn end_api_faults(&self) -> FailedCalls {
        let answer = succeeded("ending faults", self.http.delete(self.faults_url()).send().await);
        let counts = succeeded("ending faults", answer.text().await);
        succeeded("ending faults", serde_json::from_str(&counts))
    }

    fn faults_url(&self) -> String {
        format!("{}/_stackwright/faults/{}", self.cloud.endpoint(), self.stack_name())
    }
}

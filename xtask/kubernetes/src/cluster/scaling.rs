//! KEDA is asked whether it can scale.

use serde_json::Value;
use tokio::time::{Instant, sleep};

use super::Cluster;
use super::event::{Event, ObjectName, Tell};
use crate::Error;
use crate::object::Kind;

/// What KEDA says of a `ScaledObject`.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Ready,
    Nothing,
    Failure(String),
}

impl Cluster {
    /// Waits until KEDA says that it scales by the `ScaledObject`. One that it says nothing of is told and passes: what
    /// runs goes on, and KEDA may be back later.
    pub(super) async fn wait_for_scaling(&self, name: &ObjectName, tell: Tell<'_>) -> Result<(), Error> {
        let end = Instant::now() + self.settings.patience;
        loop {
            let live = self.get(Kind::SCALED_OBJECT, name).await?;
            let said = live.map_or(Said::Nothing, |live| said(&live.data));
            if said == Said::Ready {
                tell(Event::Ready(name.clone()));
                return Ok(());
            }
            if Instant::now() >= end {
                let Said::Failure(why) = said else {
                    let trouble = "KEDA says nothing of it: its operator does not run, or does not watch the namespace";
                    tell(Event::Trouble(name.clone(), trouble.to_owned()));
                    return Ok(());
                };
                return Err(Error::new(format!("KEDA cannot scale by {name}: {why}"))
                    .help("KEDA's operator, or the role in `scaler_role`, needs `sqs:GetQueueAttributes` on each queue")
                    .help("`kubectl -n keda logs deployment/keda-operator` tells more"));
            }
            sleep(self.settings.poll).await;
        }
    }
}

fn said(object: &Value) -> Said {
    let conditions = object["status"]["conditions"].as_array();
    let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    match ready.map(|condition| (&condition["status"], condition["message"].as_str())) {
        Some((status, _)) if status == "True" => Said::Ready,
        // It is unknown at first, without a message, and when some of several triggers fail.
        Some((_, Some(message))) if !message.is_empty() => Said::Failure(message.to_owned()),
        _ => Said::Nothing,
    }
}

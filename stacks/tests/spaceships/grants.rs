//! The functions' roles grant nothing that the system works without.

use testing::{LocalCloud, eventually, text};

use crate::message::sighting;
use crate::system::System;

const MODEL: &str = "TIE/sa Bomber";

/// Whether a message was kept; else it is in the dead-letter queue.
async fn is_kept(system: &System, kept: impl AsyncFn() -> bool) -> bool {
    eventually("a message is kept or given up", async || {
        if kept().await {
            return Some(true);
        }
        (!system.drain("SightingsDlqUrl").await.is_empty()).then_some(false)
    })
    .await
}

/// Drives everything that the functions do, and says what failed.
pub(crate) async fn exercise(system: &System, round: usize) -> Result<(), &'static str> {
    let ship = format!("GRANT-{round}");
    for (cache, key) in [("ModelCacheTable", MODEL), ("StatsCacheTable", &format!("model:{MODEL}"))] {
        system.delete_item(cache, [("cache_key", text(key))]).await;
    }
    system.send(&ship, sighting(&ship, MODEL)).await;
    if !is_kept(system, async || !system.sightings(&ship).await.is_empty()).await {
        return Err("a sighting was not kept");
    }
    let id = system.send(&ship, format!("unreadable in round {round}")).await;
    if !is_kept(system, async || !system.false_reports(&id).await.is_empty()).await {
        return Err("a false report was not kept");
    }
    for name in [("spaceship_id", ship.as_str()), ("model", MODEL)] {
        if system.get("/counts", &[name]).await.status != 200 {
            return Err("counts gave no answer");
        }
    }
    Ok(())
}

pub(crate) async fn no_granted_action_is_needless(cloud: &LocalCloud) {
    let system = System::deploy(cloud, "grants");
    let rounds = testing::no_granted_action_is_needless(&system, async |round| {
        if round == 1 {
            // A message that fails once goes to the dead-letter queue two seconds later. The functions have started by
            // now, so none that succeeds takes as long.
            system.give_up_after("SightingsQueueUrl", "SightingsDlqUrl", 1, 2).await;
        }
        system.drain("SightingsDlqUrl").await;
        exercise(&system, round).await
    })
    .await;
    assert_eq!(rounds, 9, "the grants of the three programs");
}

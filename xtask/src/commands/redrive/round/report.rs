//! What a round did, for whoever asked for it.

use serde_json::{Value as Json, json};

use super::{Round, Sent};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::queue;
use crate::services::quantity;
use crate::ui;

impl Round<'_> {
    /// How many were sent, and how many stayed.
    fn counts(&self) -> (u64, u64) {
        let (sent, kept) = (self.sent.len() as u64, self.kept.len() as u64);
        (sent, if self.arguments.dry_run { kept - sent } else { kept })
    }

    pub(in crate::commands::redrive) fn as_json(&self) -> Json {
        let (sent, stayed) = self.counts();
        let moved = self.sent.iter().map(
            |Sent { id, to, new_id }| json!({"id": id, "to": to, "new_id": Some(new_id).filter(|it| !it.is_empty())}),
        );
        json!({
            "version": 1,
            "queue": self.ends.dead.id,
            "moved": if self.arguments.dry_run { 0 } else { sent },
            "stayed": stayed,
            "came_back": self.came_back,
            "messages": moved.collect::<Vec<Json>>(),
        })
    }

    /// Refuses what stays because nothing is known of where it goes, or because it cannot be given to it.
    fn require_reached(&self) -> anyhow::Result<()> {
        let mut why: Vec<_> = self
            .unreachable
            .iter()
            .map(|(reason, count)| format!("{} of {reason}", quantity(*count as u64, "message")))
            .collect();
        if self.homeless > 0 {
            let count = quantity(self.homeless as u64, "message");
            why.push(format!("nothing tells where {count} came from"));
        }
        if why.is_empty() {
            return Ok(());
        }
        Err(Failure::new(format!("some messages stay: {}", why.join("; ")))
            .help("`--to QUEUE` says where they go")
            .into())
    }

    pub(in crate::commands::redrive) async fn report(&self) -> anyhow::Result<Exit> {
        let (sent, stayed) = self.counts();
        if ui::json() {
            ui::result(self.as_json());
        } else {
            for Sent { id, to, new_id } in &self.sent {
                let new_id = if new_id.is_empty() { String::new() } else { format!(" as {new_id}") };
                ui::result(format!("  {id} -> {to}{new_id}"));
            }
            let moved = if self.arguments.dry_run { "would move" } else { "moved" };
            let stay = if stayed > 0 { format!(", {stayed} stay") } else { String::new() };
            ui::result(format!("{}: {moved} {}{stay}", self.ends.dead.id, quantity(sent, "message")));
        }
        if self.came_back > 0 {
            ui::warn(format!(
                "{} failed again at once: one round was made",
                quantity(self.came_back as u64, "message")
            ));
        }
        self.require_reached()?;
        if queue::is_fifo(&self.ends.dead.physical_id) && stayed > 0 {
            let visible = queue::counts(&self.running.cloud, &self.ends.dead.physical_id).await?.visible;
            if visible > stayed {
                let behind = quantity(visible - stayed, "message");
                ui::say(format!("{behind} may be behind those of their groups that stay, and were not met"));
            }
        }
        Ok(Exit::Done)
    }
}

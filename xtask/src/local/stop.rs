//! Stops the local cloud.

use std::time::Duration;

use super::cloud::LocalCloud;
use super::daemon::Observed;
use super::start::lock_for_change;
use super::{emulator, service, workers};
use crate::progress;

/// The emulator waits for requests under way, and then saves: 1.5 s is usual.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);

/// How stopping went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It was not running.
    WasNotRunning,
    /// It saved its state and ended.
    Saved,
    /// It ended without saving: what was changed within seconds before may be lost.
    Killed,
}

/// Stops the local cloud; its state stays.
///
/// # Errors
/// When a process does not let itself be ended.
pub async fn stop() -> anyhow::Result<Stopped> {
    let cloud = LocalCloud::selected()?;
    let place = &cloud.place;
    if !place.folder.exists() {
        return Ok(Stopped::WasNotRunning);
    }
    let _lock = lock_for_change(place).await?;
    service::stop_all(place).await?;
    let emulator = emulator::daemon(place);
    let Observed::Running(process) = emulator.observe()? else { return Ok(Stopped::WasNotRunning) };
    // Workers give back what they have not begun, for which the emulator must still answer. One that does not, or was started
    // by another version and has none, is ended all the same.
    let running = workers::workers(&cloud).await.unwrap_or_default();
    if !running.is_empty()
        && let Err(error) = workers::stop(&cloud, &running).await
    {
        progress::note(&error.to_string());
    }
    emulator.end(&process, PATIENCE).await?;
    // Its last act, after saving, is to clear its record.
    Ok(match emulator.observe()? {
        Observed::Stopped => Stopped::Saved,
        Observed::Killed | Observed::Running(_) => Stopped::Killed,
    })
}

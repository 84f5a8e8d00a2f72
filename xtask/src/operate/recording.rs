//! An event and its answer in a file: `invoke` and `replay` write it, and `replay` sends it again.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::invocation::Invocation;
use super::moment;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui;

/// The version of the form that this program writes and reads.
const VERSION: u32 = 1;

/// An event, and what a function answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    version: u32,
    /// The stack.
    pub stack: String,
    /// The function, by logical id.
    pub function: String,
    /// When it was invoked.
    pub time: String,
    /// What it was given.
    pub event: Json,
    /// What it answered.
    pub answer: Json,
    /// Whether it failed.
    pub failed: bool,
}

impl Recording {
    /// `event` and what `function` of `stack` made of it now.
    #[must_use]
    pub fn new(stack: &str, function: &str, event: Json, invocation: &Invocation) -> Self {
        Self {
            version: VERSION,
            stack: stack.to_owned(),
            function: function.to_owned(),
            time: moment::text(moment::now()),
            event,
            answer: invocation.answer.clone(),
            failed: invocation.failed,
        }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// When there is none, or it holds something else.
    pub fn read(file: &Path) -> anyhow::Result<Self> {
        let shown = file.display();
        let text = fs::read(file).with_context(|| format!("`{shown}` cannot be read"))?;
        let recording: Self = serde_json::from_slice(&text).map_err(|error| {
            Failure::new(format!("`{shown}` is no recording of an invocation: {error}"))
                .exit(Exit::Usage)
                .help("`invoke --record FILE` and `replay --record FILE` write one")
                .help("`invoke --event FILE` sends any event")
        })?;
        if recording.version == VERSION {
            return Ok(recording);
        }
        let version = recording.version;
        Err(Failure::new(format!("`{shown}` is of version {version} of recordings, and this program reads {VERSION}"))
            .exit(Exit::Usage)
            .into())
    }

    /// Writes it to a file, and says so.
    ///
    /// # Errors
    /// When that fails.
    pub fn write(&self, file: &Path) -> anyhow::Result<()> {
        let text = format!("{}\n", serde_json::to_string_pretty(self)?);
        fs::write(file, text).with_context(|| format!("`{}` cannot be written", file.display()))?;
        ui::say(format!("wrote the event and the answer to `{}`", file.display()));
        Ok(())
    }
}

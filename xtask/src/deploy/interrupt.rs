//! Ctrl-C while CloudFormation works: it cannot take back what it was told to do, but nothing more is begun.

use std::sync::OnceLock;

use tokio::sync::watch;

use crate::ui;

/// What a shell reports of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Whether Ctrl-C was pressed.
#[derive(Debug, Clone)]
pub struct Interrupt(watch::Receiver<bool>);

impl Interrupt {
    /// Takes Ctrl-C over from the system for the rest of this process; pressed again, it ends the process at once.
    #[must_use]
    pub fn listen() -> Self {
        Self::listen_and_say("nothing more is begun; Ctrl-C again ends at once")
    }

    /// As [`listen`](Self::listen), but says `what` when it is pressed. Whoever listens first in a process decides.
    #[must_use]
    pub fn listen_and_say(what: &'static str) -> Self {
        static LISTENED: OnceLock<Interrupt> = OnceLock::new();
        LISTENED.get_or_init(|| Self::begin(what)).clone()
    }

    fn begin(what: &'static str) -> Self {
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                ui::say(format!("\n{what}"));
                sender.send_replace(true);
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(INTERRUPTED);
                }
            }
        });
        Self(receiver)
    }

    /// Whether it was pressed.
    #[must_use]
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is pressed.
    pub async fn raised(&self) {
        if self.0.clone().wait_for(|raised| *raised).await.is_err() {
            // It cannot be pressed any more.
            std::future::pending::<()>().await;
        }
    }
}

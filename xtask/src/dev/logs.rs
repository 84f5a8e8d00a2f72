//! The logs of all functions that run.

use std::future::pending;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch::Receiver;
use tokio::time::sleep;

use crate::cli::LogFilter;
use crate::console::Running;
use crate::operate::all_logs::AllLogs;
use crate::operate::log_events::{LogEvents, LogGroup};
use crate::operate::log_printer::LogPrinter;
use crate::operate::moment;
use crate::operate::running_stack::{PROGRAM, RunningStack};
use crate::ui;

/// How long to wait before logs are read again that could not be.
const PAUSE: Duration = Duration::from_secs(5);

/// Prints what is logged from now on, for ever.
pub(super) async fn follow(mut running: Receiver<Running>) {
    loop {
        let stacks = running.borrow_and_update().clone();
        let groups = all_groups(&stacks);
        let printing = join_all(stacks.iter().zip(&groups).map(|(stack, groups)| print(stack, groups)));
        let other_groups = async {
            while running.changed().await.is_ok() {
                if all_groups(&running.borrow_and_update()) != groups {
                    return;
                }
            }
            // No round is to come.
            pending::<()>().await;
        };
        tokio::select! {
            () = other_groups => {}
            // Ends at once where there is no stack yet.
            () = async { printing.await; pending::<()>().await } => {}
        }
    }
}

/// Where the functions of each stack write; labelled with the stack where there are several.
fn all_groups(stacks: &[RunningStack]) -> Vec<Vec<LogGroup>> {
    stacks.iter().map(|stack| groups(stack, stacks.len() > 1)).collect()
}

fn groups(stack: &RunningStack, several: bool) -> Vec<LogGroup> {
    let functions: Vec<_> = stack.all(PROGRAM).collect();
    let groups = stack.log_groups(&functions).into_iter();
    let label = |label: String| if several { format!("{}/{label}", stack.stack.name()) } else { label };
    groups.map(|group| LogGroup { label: label(group.label.clone()), ..group }).collect()
}

async fn print(stack: &RunningStack, groups: &[LogGroup]) {
    let wanted = LogFilter::default();
    let mut log = AllLogs::from(LogEvents::since(&stack.cloud, groups, moment::now()).followed());
    loop {
        if let Err(error) = LogPrinter::new(&wanted, groups).print(&mut log, true).await {
            ui::warn(format!("the logs of `{}` cannot be read: {error}", stack.stack.name()));
        }
        sleep(PAUSE).await;
        // With what was written meanwhile.
        log.go_on();
    }
}

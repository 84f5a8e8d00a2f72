//! The logs of all functions that run.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;
use tokio::sync::watch::Receiver;
use tokio::time::sleep;

use super::Running;
use crate::cli::LogFilter;
use crate::operate::log_events::{LogEvents, LogGroup};
use crate::operate::log_printer::LogPrinter;
use crate::operate::moment;
use crate::operate::running_stack::{FUNCTION, RunningStack};
use crate::ui;

/// How long to wait before logs are read again that could not be.
const PAUSE: Duration = Duration::from_secs(5);

/// Prints what is logged from now on, for ever.
pub(super) async fn follow(mut running: Receiver<Running>) {
    loop {
        let stacks = running.borrow_and_update().clone();
        let several = stacks.len() > 1;
        let groups: Vec<_> = stacks.iter().map(|stack| groups(stack, several)).collect();
        let same = |other: &Running| {
            let others: BTreeSet<_> = other.iter().flat_map(|it| groups_of(it, several)).collect();
            groups.iter().flatten().map(|group| group.name.clone()).collect::<BTreeSet<_>>() == others
        };
        let all = join_all(stacks.iter().zip(&groups).map(|(stack, groups)| print(stack, groups)));
        let changed = async {
            while running.changed().await.is_ok() {
                if !same(&running.borrow_and_update()) {
                    return;
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            _ = async { all.await; std::future::pending::<()>().await } => {}
            () = changed => {}
        }
    }
}

/// Where its functions write; labelled with the stack where there are several.
fn groups(stack: &RunningStack, several: bool) -> Vec<LogGroup> {
    let functions: Vec<_> = stack.all(FUNCTION).collect();
    let groups = stack.log_groups(&functions).into_iter();
    let label = |label: String| if several { format!("{}/{label}", stack.stack.name()) } else { label };
    groups.map(|group| LogGroup { label: label(group.label.clone()), ..group }).collect()
}

fn groups_of(stack: &RunningStack, several: bool) -> impl Iterator<Item = String> {
    groups(stack, several).into_iter().map(|group| group.name)
}

async fn print(stack: &RunningStack, groups: &[LogGroup]) {
    let wanted = LogFilter::default();
    loop {
        let mut log = LogEvents::since(&stack.cloud, groups, moment::now()).followed();
        if let Err(error) = LogPrinter::new(&wanted, groups).print(&mut log, true).await {
            ui::warn(format!("the logs of `{}` cannot be read: {error}", stack.stack.name()));
        }
        sleep(PAUSE).await;
    }
}

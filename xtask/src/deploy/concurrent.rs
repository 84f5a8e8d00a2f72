//! Work on several stacks at once, in which one that fails hides no other.

use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::sync::watch;

use super::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::ui;

/// How the work on a stack ended.
#[derive(Debug)]
pub struct Outcome<'a, T> {
    /// The stack and where it is.
    pub instance: &'a StackInstance<'a>,
    /// What came of it.
    pub result: anyhow::Result<T>,
    /// How long it took, without waiting for others.
    pub took: Duration,
}

/// Says why some cannot be begun, unless there is only one: whoever called says what became of that.
pub fn say_failures<P>(all: &[StackInstance<'_>], starts: &[anyhow::Result<P>]) {
    for (instance, start) in all.iter().zip(starts).filter(|_| all.len() > 1) {
        if let Err(error) = start {
            ui::error_of(&instance.label, error);
        }
    }
}

/// Does `work` for each place in `all`, at once, but each after those it names; what came of it, in the
/// order of `all`.
///
/// `starts` are what the work begins with: where that failed, no work is done. None is done either when what it must
/// come after failed. Failures are said as they happen, unless there is only one stack.
pub async fn run<'a, P, T>(
    all: &'a [StackInstance<'a>],
    starts: Vec<anyhow::Result<P>>,
    work: impl AsyncFn(&'a StackInstance<'a>, P) -> anyhow::Result<T>,
) -> Vec<Outcome<'a, T>> {
    let ends: Vec<_> = all.iter().map(|_| watch::Sender::new(None::<bool>)).collect();
    let (ends, work) = (&ends, &work);
    let several = all.len() > 1;
    let runs = all.iter().zip(starts).enumerate().map(|(index, (instance, start))| {
        let needed: Vec<_> = instance.after.iter().map(|it| (&all[*it], ends[*it].subscribe())).collect();
        let run = async move {
            let mut began = Instant::now();
            let result = match start {
                Err(error) => Err(error),
                Ok(start) => {
                    let failed = failed_of(needed).await;
                    began = Instant::now();
                    let result = match failed {
                        Some(it) => Err(Failure::new(format!("nothing was done: `{}` must be first", it.label)).into()),
                        None => work(instance, start).await,
                    };
                    if let (true, Err(error)) = (several, &result) {
                        ui::error(error);
                    }
                    result
                }
            };
            ends[index].send_replace(Some(result.is_ok()));
            Outcome { instance, result, took: began.elapsed() }
        };
        async move { if several { ui::labelled(format!("{}  ", instance.label), run).await } else { run.await } }
    });
    join_all(runs).await
}

/// The first of `needed` that failed, once all have ended.
async fn failed_of<'a>(
    needed: Vec<(&'a StackInstance<'a>, watch::Receiver<Option<bool>>)>,
) -> Option<&'a StackInstance<'a>> {
    let mut failed = None;
    for (instance, mut end) in needed {
        // The senders outlive all runs, so there is always an end to wait for.
        let ended = end.wait_for(Option::is_some).await.is_ok_and(|ended| *ended == Some(true));
        if !ended {
            failed = failed.or(Some(instance));
        }
    }
    failed
}

/// Says how each ended, a line each: `words` says it of one that was done.
pub fn summarize<T>(outcomes: &[Outcome<'_, T>], words: impl Fn(&T) -> String) {
    let width = outcomes.iter().map(|outcome| outcome.instance.label.len()).max().unwrap_or(0);
    ui::say("");
    for Outcome { instance, result, took } in outcomes {
        let (style, sign, text) = match result {
            Ok(value) => (ui::GOOD, "✓", words(value)),
            Err(_) => (ui::DANGER, "✗", "failed".to_owned()),
        };
        let reason = result.as_ref().err().map(|error| format!(": {}", first_line(error))).unwrap_or_default();
        ui::say(format!(
            "{style}{sign}{style:#} {:<width$}  {text} ({:.1} s){reason}",
            instance.label,
            took.as_secs_f32()
        ));
    }
}

fn first_line(error: &anyhow::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Failures that were said already make the exit code; of a single stack the failure is still to be said.
pub fn conclude<T>(outcomes: Vec<Outcome<'_, T>>) -> anyhow::Result<Exit> {
    let several = outcomes.len() > 1;
    let mut failed = outcomes.into_iter().filter_map(|outcome| outcome.result.err());
    match failed.next() {
        None => Ok(Exit::Done),
        Some(error) if !several => Err(error),
        Some(_) => Ok(Exit::Failed),
    }
}

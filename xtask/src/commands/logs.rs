//! `logs`: what the functions of a deployed stack log, in the order of time.

use std::io::{self, ErrorKind};

use crate::cli::Logs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::log_events::LogEvents;
use crate::operate::log_printer::LogPrinter;
use crate::operate::moment;
use crate::operate::running_stack::RunningStack;
use crate::services::cloudformation::Resource;
use crate::ui;

/// What workers write on AWS, the cluster keeps.
fn say_other_logs(running: &RunningStack, programs: &[&Resource]) {
    let elsewhere = running
        .stack
        .workers()
        .filter(|(program, _)| running.cloud.local.is_none() && programs.iter().any(|it| it.id == program.id));
    for (program, worker) in elsewhere {
        let (namespace, name) = (&worker.namespace, &worker.service_account);
        let command = format!("kubectl logs --namespace {namespace} deployment/{name} --all-pods --follow");
        ui::say(format!("the log of the worker {} is in its cluster: `{command}`", program.id));
    }
}

/// Shows events until none is left, or with `--follow` until Ctrl-C.
pub async fn run(arguments: &Logs) -> anyhow::Result<Exit> {
    let running = RunningStack::find(&arguments.stack, &arguments.target, "logs").await?;
    let functions = if arguments.functions.is_empty() {
        running.all(running.programs()).collect()
    } else {
        let named = arguments.functions.iter().map(|name| running.require(running.programs(), name));
        named.collect::<Result<Vec<_>, _>>()?
    };
    let groups = running.log_groups(&functions);
    say_other_logs(&running, &functions);
    let mut log = LogEvents::since(&running.cloud, &groups, moment::before_now(arguments.since));
    if arguments.follow {
        log = log.followed();
    }
    let mut printer = LogPrinter::new(&arguments.wanted, &groups);
    let ended = tokio::select! {
        ended = printer.print(&mut log, arguments.follow) => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    match ended {
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == ErrorKind::BrokenPipe) => {
            return Ok(Exit::Done);
        }
        ended => ended?,
    }
    let (count, since) = (printer.count, moment::rough(arguments.since));
    match &arguments.wanted.request {
        Some(id) if count == 0 && !arguments.follow => {
            Err(Failure::new(format!("no event of the last {since} is of the invocation `{id}`"))
                .help("`--since 1d` looks further back")
                .help("the id is what Lambda calls the request id: `--json` shows it as `request`")
                .into())
        }
        _ if count == 0 && !arguments.follow => {
            ui::say(format!("no such event in the last {since}; `--since 1d` looks further back"));
            Ok(Exit::Done)
        }
        _ => Ok(Exit::Done),
    }
}

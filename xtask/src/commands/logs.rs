//! `logs`: what the functions of a deployed stack log, in the order of time.

use std::io::{self, ErrorKind};

use crate::cli::Logs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::all_logs::AllLogs;
use crate::operate::log_events::{LogEvents, LogGroup};
use crate::operate::log_printer::LogPrinter;
use crate::operate::moment;
use crate::operate::running_stack::RunningStack;
use crate::services::cloudformation::Resource;
use crate::ui;
use crate::workloads::cluster;
use crate::workloads::deployed::{self, DeployedWorker};

/// What workers write on AWS, the cluster keeps.
fn say_other_logs(workers: &[DeployedWorker]) {
    for DeployedWorker { id, namespace, name } in workers {
        let command = format!("kubectl logs --namespace {namespace} deployment/{name} --all-pods --follow");
        ui::say(format!("the log of the worker {id} is in its cluster: `{command}`, or `--kube-context NAME`"));
    }
}

/// The workers among `programs` whose logs are in a cluster.
fn in_a_cluster(running: &RunningStack, programs: &[&Resource]) -> Vec<DeployedWorker> {
    if running.cloud.local.is_some() {
        return Vec::new();
    }
    let mut workers = deployed::workers(running);
    workers.retain(|worker| programs.iter().any(|it| it.id == worker.id));
    workers
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
    let mut groups = running.log_groups(&functions);
    let workers = in_a_cluster(&running, &functions);
    let since = moment::before_now(arguments.since);
    let mut log = LogEvents::since(&running.cloud, &groups, since);
    if arguments.follow {
        log = log.followed();
    }
    let mut log = AllLogs::from(log);
    match &arguments.kube_context {
        Some(context) if !workers.is_empty() => {
            let cluster = cluster::connect_to(context).await?;
            for DeployedWorker { id, namespace, name } in workers {
                let stack = running.stack.stack_name();
                log.add(groups.len(), cluster.logs(stack, &namespace, &name, since, arguments.follow));
                groups.push(LogGroup { label: id, name: format!("{namespace}/{name}") });
            }
        }
        Some(_) => ui::say("no worker is among them: nothing is asked of the cluster"),
        None => say_other_logs(&workers),
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

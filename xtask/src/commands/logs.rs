//! `logs`: what the functions of a deployed stack log, in the order of time.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, ErrorKind, Write as _};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

use crate::cli::{Level, Logs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::log_events::{LogEvent, LogEvents, LogGroup};
use crate::operate::log_line::{LogLine, Says, name_of};
use crate::operate::moment;
use crate::operate::running_stack::{FUNCTION, RunningStack};
use crate::ui;

/// How long to wait before looking again. AWS answers five such calls in a second and more, by region.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const PAUSE: Duration = Duration::from_secs(1);

const COLOURS: [AnsiColor; 6] =
    [AnsiColor::Cyan, AnsiColor::Magenta, AnsiColor::Blue, AnsiColor::Yellow, AnsiColor::Green, AnsiColor::BrightCyan];

/// Shows events until none is left, or with `--follow` until Ctrl-C.
pub async fn run(arguments: &Logs) -> anyhow::Result<Exit> {
    let running = RunningStack::find(&arguments.stack, &arguments.target, "logs").await?;
    let functions = if arguments.functions.is_empty() {
        running.all(FUNCTION).collect()
    } else {
        let named = arguments.functions.iter().map(|name| running.require(FUNCTION, name));
        named.collect::<Result<Vec<_>, _>>()?
    };
    let groups = running.log_groups(&functions);
    let mut log = LogEvents::since(&running.cloud, &groups, moment::before_now(arguments.since));
    if arguments.follow {
        log = log.followed();
    }
    let mut shown = Shown::new(arguments, &groups);
    let reading = async {
        loop {
            while let Some(event) = log.next().await? {
                shown.take(&event)?;
            }
            shown.out.flush()?;
            if !arguments.follow {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
            log.go_on();
        }
    };
    let ended: anyhow::Result<()> = tokio::select! {
        ended = reading => ended,
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    match ended {
        // Whoever reads has read enough, as `head` does.
        Err(error) if error.downcast_ref::<io::Error>().is_some_and(|it| it.kind() == ErrorKind::BrokenPipe) => {
            return Ok(Exit::Done);
        }
        ended => ended?,
    }
    let (count, since) = (shown.count, moment::rough(arguments.since));
    match &arguments.request {
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

/// What is shown, and which events are.
struct Shown<'a> {
    arguments: &'a Logs,
    groups: &'a [LogGroup],
    /// How wide the names of functions are.
    width: usize,
    /// The invocation that each stream of a group is at: a line of text does not tell its own.
    current: BTreeMap<(usize, String), String>,
    count: u64,
    out: BufWriter<anstream::AutoStream<io::Stdout>>,
}

impl<'a> Shown<'a> {
    fn new(arguments: &'a Logs, groups: &'a [LogGroup]) -> Self {
        let width = groups.iter().map(|group| group.label.len()).max().unwrap_or(0);
        let out = BufWriter::new(anstream::stdout());
        Self { arguments, groups, width, current: BTreeMap::new(), count: 0, out }
    }

    fn take(&mut self, event: &LogEvent) -> io::Result<()> {
        let line = LogLine::of(&event.message);
        let stream = (event.group, event.stream.clone());
        let request = line.request.clone().or_else(|| self.current.get(&stream).cloned());
        match (&line.says, &line.request) {
            (Says::Started, Some(id)) => {
                self.current.insert(stream, id.clone());
            }
            (Says::Report(_), _) => {
                self.current.remove(&stream);
            }
            _ => {}
        }
        if !self.is_wanted(event, &line, request.as_deref()) {
            return Ok(());
        }
        if ui::json() {
            self.count += 1;
            return writeln!(self.out, "{}", as_json(&self.groups[event.group], event, &line, request.as_deref()));
        }
        let Some(text) = line.text() else { return Ok(()) };
        self.count += 1;
        let style = Style::new().fg_color(Some(COLOURS[event.group % COLOURS.len()].into()));
        let (label, width) = (&self.groups[event.group].label, self.width);
        writeln!(self.out, "{} {style}{label:<width$}{style:#} {text}", moment::text(event.time))
    }

    fn is_wanted(&self, event: &LogEvent, line: &LogLine, request: Option<&str>) -> bool {
        let Logs { filter, level, request: wanted, .. } = self.arguments;
        filter.as_ref().is_none_or(|text| event.message.contains(text))
            && level.is_none_or(|least| line.level.is_none_or(|level| level >= least))
            && wanted.as_ref().is_none_or(|id| request == Some(id))
    }
}

fn as_json(group: &LogGroup, event: &LogEvent, line: &LogLine, request: Option<&str>) -> Json {
    let mut entry = json!({
        "version": 1,
        "time": moment::text(event.time),
        "function": group.label,
        "level": line.level.map(|level: Level| name_of(level).to_lowercase()),
        "request": request,
        "stream": event.stream,
        "message": event.message.trim_end(),
    });
    if let Says::Message { text, fields } = &line.says
        && (!fields.is_empty() || *text != event.message.trim_end())
    {
        entry["text"] = text.as_str().into();
        entry["fields"] = fields.clone().into();
    }
    entry
}

//! Shows the events of logs as somebody asked for them.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write as _};
use std::time::{Duration, Instant};

use anstyle::{AnsiColor, Style};
use serde_json::{Value as Json, json};

use super::all_logs::AllLogs;
use super::log_events::{LogEvent, LogGroup};
use super::log_line::{LogLine, Says, name_of};
use super::moment;
use crate::cli::{Level, LogFilter};
use crate::ui;

/// How long to wait before looking again. AWS answers five such calls in a second and more, by region.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>
const PAUSE: Duration = Duration::from_secs(1);

const COLOURS: [AnsiColor; 6] =
    [AnsiColor::Cyan, AnsiColor::Magenta, AnsiColor::Blue, AnsiColor::Yellow, AnsiColor::Green, AnsiColor::BrightCyan];

/// Prints events, and remembers what they do not tell themselves.
#[derive(Debug)]
pub struct LogPrinter<'a> {
    wanted: &'a LogFilter,
    groups: &'a [LogGroup],
    /// How wide the names of functions are.
    width: usize,
    /// The invocation that each stream of a group is at: a line of text does not tell its own.
    current: BTreeMap<(usize, String), String>,
    /// How many were shown.
    pub count: u64,
    out: BufWriter<anstream::AutoStream<io::Stdout>>,
}

impl<'a> LogPrinter<'a> {
    /// Prints those events of `groups` that are wanted.
    #[must_use]
    pub fn new(wanted: &'a LogFilter, groups: &'a [LogGroup]) -> Self {
        let width = groups.iter().map(|group| group.label.len()).max().unwrap_or(0);
        let out = BufWriter::new(anstream::stdout());
        Self { wanted, groups, width, current: BTreeMap::new(), count: 0, out }
    }

    /// Prints all events that there are, and with `goes_on` those that come, until it is dropped.
    ///
    /// # Errors
    /// When they cannot be read or written.
    pub async fn print(&mut self, log: &mut AllLogs<'_>, goes_on: bool) -> anyhow::Result<()> {
        let mut looked = Instant::now();
        loop {
            while let Some(event) = log.next().await? {
                self.take(&event)?;
                // One that writes without a pause keeps no other from being read.
                if goes_on && looked.elapsed() >= PAUSE {
                    self.out.flush()?;
                    log.go_on();
                    looked = Instant::now();
                }
            }
            self.out.flush()?;
            if !goes_on {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
            log.go_on();
            looked = Instant::now();
        }
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
        let LogFilter { filter, level, request: wanted } = self.wanted;
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

//! What the engine asks of an app, and what a person is told who runs the app.

use std::fs::File;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::process::{self, ExitCode};
use std::time::{SystemTime, UNIX_EPOCH};

use infra::Stage;
use serde_json::json;

use crate::app::App;
use crate::local_service::LocalService;

/// A request that the command line makes.
#[derive(Debug, PartialEq, Eq)]
enum Request {
    /// Print the assembly.
    Assembly { stage: Stage, options: Vec<(String, String)> },
    /// Run a local service on a port, and hold the lock on a file meanwhile.
    LocalService { name: String, port: u16, lock: String },
}

pub(crate) fn run(app: &App, arguments: impl Iterator<Item = String>) -> ExitCode {
    let ended = match parse(arguments) {
        Some(Request::Assembly { stage, options }) => print_assembly(app, &stage, &options),
        Some(Request::LocalService { name, port, lock }) => serve(app, &name, port, &lock),
        None => {
            let usage = "this program says what its workspace deploys; `cargo stackwright` runs it";
            let _ = writeln!(io::stderr(), "{usage}");
            return ExitCode::from(2);
        }
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Request> {
    let command = arguments.next()?;
    let (mut stage, mut is_protected, mut options) = (Stage::default().to_string(), false, Vec::new());
    let (mut name, mut port, mut lock) = (None, None, None);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--stage" => stage = arguments.next()?,
            "--protected" => is_protected = true,
            "--option" => {
                let option = arguments.next()?;
                let (name, value) = option.split_once('=')?;
                options.push((name.to_owned(), value.to_owned()));
            }
            "--port" => port = arguments.next()?.parse().ok(),
            "--lock" => lock = arguments.next(),
            _ => name = Some(argument),
        }
    }
    let stage = if is_protected { Stage::protected(stage) } else { Stage::new(stage) };
    match command.as_str() {
        "assembly" => Some(Request::Assembly { stage, options }),
        "local-service" => Some(Request::LocalService { name: name?, port: port?, lock: lock? }),
        _ => None,
    }
}

fn print_assembly(app: &App, stage: &Stage, options: &[(String, String)]) -> io::Result<()> {
    let assembly = app.assembly(stage, options);
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, &assembly)?;
    writeln!(stdout)
}

fn serve(app: &App, name: &str, port: u16, lock: &str) -> io::Result<()> {
    let service = app.systems().iter().flat_map(|system| system.local_services).find(|service| service.name == name);
    let Some(LocalService { serve, .. }) = service else {
        return Err(io::Error::other(format!("this app has no local service `{name}`")));
    };
    // Bound before the record is written: who reads the record may call at once.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let _lock = record_this_process(lock, port)?;
    serve(listener);
    Ok(())
}

/// Takes the lock that shows that this process lives, and writes who it is. The lock ends with the process, however that
/// ends.
fn record_this_process(path: &str, port: u16) -> io::Result<File> {
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    file.lock()?;
    let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    file.set_len(0)?;
    file.write_all(json!({"pid": process::id(), "port": port, "started": started}).to_string().as_bytes())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &str) -> Option<Request> {
        parse(arguments.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_engines_requests_are_understood() {
        let options = vec![("size".to_owned(), "a=b".to_owned())];
        let assembly = parsed("assembly --stage prod --option size=a=b");
        assert_eq!(assembly, Some(Request::Assembly { stage: Stage::new("prod"), options }));
        assert_eq!(parsed("assembly"), Some(Request::Assembly { stage: Stage::default(), options: Vec::new() }));
        let protected = Request::Assembly { stage: Stage::protected("prod"), options: Vec::new() };
        assert_eq!(parsed("assembly --stage prod --protected"), Some(protected));
        let service = Request::LocalService { name: "validator".to_owned(), port: 4567, lock: "/l".to_owned() };
        assert_eq!(parsed("local-service validator --port 4567 --lock /l"), Some(service));
    }

    #[test]
    fn anything_else_is_no_request() {
        for arguments in ["", "deploy", "local-service validator", "assembly --option size", "local-service --port x"] {
            assert_eq!(parsed(arguments), None, "{arguments}");
        }
    }
}

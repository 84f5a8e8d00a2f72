//! What `cargo xtask` runs first: builds the engine when needed, says so, and runs it.

use std::env;
use std::ffi::OsString;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use fresh::{Build, is_set_by_cargo};

/// The engine's own files.
#[path = "../../src/fresh"]
mod fresh {
    mod build;
    mod environment;
    mod inputs;
    mod mark;
    mod target;

    pub(crate) use build::Build;
    pub(crate) use environment::is_set_by_cargo;
    pub(crate) use target::target_folder;
}

const ENGINE: &str = "cargo-stackwright";

/// The app is built with the engine's features and the other way round: what both depend on is compiled once.
const ARGUMENTS: [&str; 8] =
    ["build", "--package", ENGINE, "--package", "stacks", "--bin", ENGINE, "--message-format=json-render-diagnostics"];

fn main() -> ExitCode {
    match engine() {
        Ok(Some(program)) => run(&program),
        // Cargo has said why.
        Ok(None) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The engine, built if anything has changed; nothing when it cannot be built.
fn engine() -> Result<Option<PathBuf>, String> {
    let folder = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let folder = PathBuf::from(folder);
    let root = folder.ancestors().nth(2).ok_or_else(|| format!("`{}` is in no workspace", folder.display()))?;
    // Beside this program, wherever cargo puts that.
    let this = env::current_exe().map_err(|error| format!("this program cannot be found: {error}"))?;
    let build = Build::new(root, this.with_file_name(format!("{ENGINE}.stamp")), ARGUMENTS);
    if let Some(program) = build.fresh().and_then(|programs| programs.into_iter().next()) {
        return Ok(Some(program));
    }
    let running = build.start().map_err(|error| format!("the target folder cannot be written to: {error}"))?;
    let before = fresh::target_folder(root).join("debug").join(format!("{ENGINE}{}", env::consts::EXE_SUFFIX));
    if before.exists() {
        eprintln!("rebuilding {ENGINE}: some seconds");
    } else {
        eprintln!("building {ENGINE}: about 7 minutes on 2 cores, the first time");
    }
    let Some(program) = build_with_cargo(root)? else { return Ok(None) };
    // When it cannot be remembered, cargo is asked again next time.
    let _ = running.finish(std::slice::from_ref(&program));
    Ok(Some(program))
}

fn build_with_cargo(root: &Path) -> Result<Option<PathBuf>, String> {
    let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut cargo = command(&program);
    cargo.args(ARGUMENTS).current_dir(root).stdin(Stdio::null()).stdout(Stdio::piped());
    let cannot = |error| format!("`{}` cannot be run: {error}", program.display());
    let mut cargo = cargo.spawn().map_err(cannot)?;
    let lines = cargo.stdout.take().into_iter().flat_map(|it| BufReader::new(it).lines().map_while(Result::ok));
    let executables: Vec<_> = lines.filter_map(|line| executable(&line)).collect();
    if !cargo.wait().map_err(cannot)?.success() {
        return Ok(None);
    }
    let engine = executables.into_iter().map(PathBuf::from).find(|it| it.file_stem().is_some_and(|it| it == ENGINE));
    engine.map(Some).ok_or_else(|| format!("cargo did not say where it has put `{ENGINE}`"))
}

/// The program that a message of cargo, a line of JSON, says it has made.
fn executable(message: &str) -> Option<String> {
    let (_, rest) = message.split_once(r#""executable":""#)?;
    let mut path = String::new();
    let mut rest = rest.chars();
    loop {
        match rest.next()? {
            '"' => return Some(path),
            '\\' => path.push(rest.next()?),
            other => path.push(other),
        }
    }
}

/// A command without what cargo says of this program: to build scripts it would look like a change.
fn command(program: impl Into<OsString>) -> Command {
    let mut command = Command::new(program.into());
    let names = env::vars_os().map(|(name, _)| name);
    for name in names.filter(|it| it.to_str().is_some_and(is_set_by_cargo)) {
        command.env_remove(name);
    }
    command
}

#[cfg(unix)]
fn run(program: &Path) -> ExitCode {
    use std::os::unix::process::CommandExt as _;
    let error = command(program).args(env::args_os().skip(1)).exec();
    eprintln!("error: `{}` cannot be run: {error}", program.display());
    ExitCode::FAILURE
}

#[cfg(not(unix))]
fn run(program: &Path) -> ExitCode {
    match command(program).args(env::args_os().skip(1)).status() {
        Ok(status) => status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from),
        Err(error) => {
            eprintln!("error: `{}` cannot be run: {error}", program.display());
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_read_from_cargos_message() {
        let message = r#"{"reason":"compiler-artifact","filenames":["/t/a"],"executable":"/a b/\"t\"/cargo-stackwright","fresh":true}"#;
        assert_eq!(executable(message).as_deref(), Some("/a b/\"t\"/cargo-stackwright"));
        assert_eq!(executable(r#"{"reason":"compiler-artifact","executable":null}"#), None);
    }
}

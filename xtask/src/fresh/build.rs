//! A build that is remembered.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::inputs::Inputs;
use super::mark::Mark;

/// The first line of a record: another version may record other things.
const HEAD: &str = "stackwright build 1";

/// A run of cargo that builds programs, and the file that remembers it.
///
/// ```no_run
/// # use std::path::PathBuf;
/// use engine::fresh::Build;
///
/// # fn run_cargo() -> Vec<PathBuf> { Vec::new() }
/// let build = Build::new("/project", "/project/target/stackwright/app.stamp", ["build", "--package", "stacks"]);
/// let programs = match build.fresh() {
///     Some(programs) => programs,
///     None => {
///         let running = build.start()?;
///         let programs = run_cargo();
///         running.finish(&programs)?;
///         programs
///     }
/// };
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug, Clone)]
pub struct Build {
    root: PathBuf,
    record: PathBuf,
    command: String,
}

/// A build that cargo is running.
#[derive(Debug)]
pub struct Running<'a> {
    build: &'a Build,
    since: SystemTime,
}

impl Build {
    /// The build of the workspace at `root` by `command`: cargo's arguments, and all else that decides what they build.
    /// `record` is the file that remembers it.
    pub fn new<A: Into<OsString>>(
        root: impl Into<PathBuf>,
        record: impl Into<PathBuf>,
        command: impl IntoIterator<Item = A>,
    ) -> Self {
        let command: Vec<OsString> = command.into_iter().map(Into::into).collect();
        Self { root: root.into(), record: record.into(), command: format!("{command:?}") }
    }

    /// The programs of the last build, in the order in which they were recorded; nothing when anything has changed since
    /// that could change them, or they were never built.
    #[must_use]
    pub fn fresh(&self) -> Option<Vec<PathBuf>> {
        let record = fs::read_to_string(&self.record).ok()?;
        let mut lines = record.lines();
        if lines.next() != Some(HEAD) || lines.next() != Some(&self.command) {
            return None;
        }
        let mut programs = Vec::new();
        for line in lines {
            let mark = Mark::parse(line)?;
            if !mark.holds() {
                return None;
            }
            programs.extend(mark.into_program());
        }
        // The search path may lead to another compiler, and a variable may be set that was not there.
        let now = Inputs::of_machine(&self.root).into_marks();
        let recorded = |mark: &Mark| record.lines().any(|line| line == mark.to_string());
        (!programs.is_empty() && now.iter().all(recorded)).then_some(programs)
    }

    /// Forgets the last build, right before cargo runs.
    ///
    /// # Errors
    /// When the file that remembers it cannot be written.
    pub fn start(&self) -> io::Result<Running<'_>> {
        if let Some(folder) = self.record.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.record, "running\n")?;
        // By the clock of the file system, which may be another than the machine's.
        let since = fs::metadata(&self.record)?.modified()?;
        Ok(Running { build: self, since })
    }
}

impl Running<'_> {
    /// Remembers that cargo has built `programs`, each with the list of its sources beside it, as cargo writes it. Gives
    /// whether it could: what was changed while cargo ran may not be in the programs, and is built again next time.
    ///
    /// # Errors
    /// When the file that remembers it cannot be written.
    pub fn finish(self, programs: &[PathBuf]) -> io::Result<bool> {
        let Some(inputs) = Inputs::of_programs(&self.build.root, programs) else { return Ok(false) };
        if inputs.newest(programs).is_some_and(|newest| newest >= self.since) {
            return Ok(false);
        }
        let marks = programs.iter().map(|program| Mark::program(program)).chain(inputs.into_marks());
        let mut record = format!("{HEAD}\n{}\n", self.build.command);
        for mark in marks {
            record.push_str(&mark.to_string());
            record.push('\n');
        }
        write(&self.build.record, &record)?;
        Ok(true)
    }
}

/// All or nothing: another command may be reading it.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension(format!("{}.draft", std::process::id()));
    fs::write(&draft, text)?;
    fs::rename(&draft, path)
}

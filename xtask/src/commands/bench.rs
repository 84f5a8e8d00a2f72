//! `bench`: how long the commands of a working day take, measured as whole commands on the local cloud.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use plan::Snapshot;
use serde_json::json;
use tokio::process::Command;

use crate::assets::Workspace;
use crate::cli::OptionArgs;
use crate::deploy::change_set;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local::{self, LocalCloud};
use crate::select::Selection;
use crate::stack::Stack;
use crate::ui;

/// What was measured, with the time of each run.
type Row = (&'static str, Vec<Duration>);

/// Measures and prints the medians. Files that are changed meanwhile are as they were afterwards, also when interrupted.
pub async fn run(name: &str, runs: usize) -> anyhow::Result<Exit> {
    let stack = Selection::one(name, "dev", &OptionArgs::default())?;
    let root = crate::app::root()?;
    ui::say(format!("deploying `{name}` to the local cloud, so that everything is built"));
    engine(&root, &["deploy", name]).await?;
    let mut rows: Vec<Row> = Vec::new();

    let mut times = Vec::new();
    for _ in 0..runs {
        times.push(engine(&root, &["deploy", name]).await?);
    }
    rows.push(("an unchanged `deploy`", times));
    match aws_cloudformation_deploy(&root, &stack, runs).await? {
        Some(times) => rows.push(("`aws cloudformation deploy` of the same template", times)),
        None => ui::say(
            "`aws` is not on the path, so that `aws cloudformation deploy` is not measured: `pip install awscli`",
        ),
    }

    let source = stack_source(&root, &stack)?;
    rows.push((
        "a changed stack line, to its `diff`",
        changed(&source, runs, async || engine(&root, &["diff", name]).await).await?,
    ));
    if let Some(source) = handler_source(&root, &stack)? {
        let live = changed(&source, runs, async || engine(&root, &["deploy", name]).await).await?;
        rows.push(("a changed handler line, to live code", live));
    }
    print(&rows, runs);
    Ok(Exit::Done)
}

/// How long a command of this program takes.
async fn engine(root: &Path, arguments: &[&str]) -> anyhow::Result<Duration> {
    let mut command = Command::new(std::env::current_exe().context("cannot tell where this program is")?);
    command.args(arguments).args(["--local", "--quiet"]).args((arguments[0] == "deploy").then_some("--yes"));
    timed(command.current_dir(root)).await
}

/// How long `command` takes. It ends with this program, which goes on when interrupted as far as its clean-up.
async fn timed(command: &mut Command) -> anyhow::Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    let began = Instant::now();
    let status = tokio::select! {
        status = command.status() => status.context("a command cannot be run")?,
        _ = tokio::signal::ctrl_c() => {
            return Err(Failure::new("interrupted; changed files are as they were").into());
        }
    };
    if status.success() {
        return Ok(began.elapsed());
    }
    Err(Failure::new(format!("a measured command failed ({status}); what it said is above")).into())
}

/// The times of `command` after changes of `source`, which is put back at the end.
async fn changed(
    source: &Path,
    runs: usize,
    command: impl AsyncFn() -> anyhow::Result<Duration>,
) -> anyhow::Result<Vec<Duration>> {
    let original = fs::read_to_string(source).with_context(|| format!("`{}` cannot be read", source.display()))?;
    let restored = Restored { path: source, original: &original };
    let mut times = Vec::new();
    for run in 0..runs {
        // Ahead of all code, so that the line numbers in the program change.
        let text = original.replacen("\nuse ", &format!("\n// bench {run}\n{}use ", "\n".repeat(run)), 1);
        fs::write(source, text).with_context(|| format!("`{}` cannot be written", source.display()))?;
        times.push(command().await?);
    }
    drop(restored);
    // What was deployed last is the changed one.
    command().await?;
    Ok(times)
}

/// Puts a file back when it goes out of scope.
struct Restored<'a> {
    path: &'a Path,
    original: &'a str,
}

impl Drop for Restored<'_> {
    fn drop(&mut self) {
        if let Err(error) = fs::write(self.path, self.original) {
            ui::say(format!("warning: `{}` cannot be put back: {error}", self.path.display()));
        }
    }
}

/// The file that declares the first resource of the stack.
fn stack_source(root: &Path, stack: &Stack) -> anyhow::Result<PathBuf> {
    let location = stack.assembled().locations.resources.values().next();
    let location = location.ok_or_else(|| Failure::new(format!("`{}` has no resource", stack.name())))?;
    Ok(root.join(&location.file))
}

/// A file of the first function's package.
fn handler_source(root: &Path, stack: &Stack) -> anyhow::Result<Option<PathBuf>> {
    let Some(function) = stack.functions().next() else { return Ok(None) };
    let folders = Workspace::read(root)?.folders_of(&function.program);
    let candidates = folders.first().into_iter().flat_map(|folder| {
        let mut files: Vec<_> =
            fs::read_dir(root.join(folder)).into_iter().flatten().flatten().map(|it| it.path()).collect();
        files.sort();
        files
    });
    let is_source = |path: &PathBuf| {
        path.extension().is_some_and(|it| it == "rs") && fs::read_to_string(path).is_ok_and(|it| it.contains("\nuse "))
    };
    Ok(candidates.into_iter().find(is_source))
}

/// The times of the AWS CLI for the same template under another name; nothing when there is no AWS CLI.
async fn aws_cloudformation_deploy(root: &Path, stack: &Stack, runs: usize) -> anyhow::Result<Option<Vec<Duration>>> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&path).any(|folder| folder.join("aws").is_file()) {
        return Ok(None);
    }
    let cloud = LocalCloud::selected()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let file = folder.path().join("template.json");
    fs::write(&file, stack.template().to_json())?;
    let tags = change_set::tags(stack, &Snapshot::default())?;
    let mut times = Vec::new();
    for _ in 0..runs {
        // It names what it makes by the second, and two of one name are refused.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let mut aws = Command::new("aws");
        aws.args([
            "cloudformation",
            "deploy",
            "--no-fail-on-empty-changeset",
            "--capabilities",
            "CAPABILITY_NAMED_IAM",
        ])
        .args(["--endpoint-url", &cloud.endpoint(), "--stack-name", stack.stack_name(), "--template-file"])
        .arg(&file)
        // Without them it would take the tags away by which the stack is known to be the project's.
        .arg("--tags")
        .args(tags.iter().map(|(key, value)| format!("{key}={value}")))
        .envs(cloud.variables(local::DEFAULT_REGION))
        .current_dir(root);
        times.push(timed(&mut aws).await?);
    }
    Ok(Some(times))
}

fn print(rows: &[Row], runs: usize) {
    let of = |times: &[Duration]| {
        let mut seconds: Vec<_> = times.iter().map(Duration::as_secs_f64).collect();
        seconds.sort_by(f64::total_cmp);
        let at = |index: usize| seconds.get(index).copied().unwrap_or_default();
        (at(seconds.len() / 2), at(0), at(seconds.len().saturating_sub(1)))
    };
    if ui::json() {
        let row = |(what, times): &Row| {
            let (median, least, most) = of(times);
            json!({"what": what, "median": median, "min": least, "max": most})
        };
        ui::result(json!({"version": 1, "runs": runs, "seconds": rows.iter().map(row).collect::<Vec<_>>()}));
        return;
    }
    let width = rows.iter().map(|(what, _)| what.len()).max().unwrap_or(0);
    ui::result(format!("{:<width$}  median     min     max   seconds, of {runs} runs", ""));
    for (what, times) in rows {
        let (median, least, most) = of(times);
        ui::result(format!("{what:<width$}  {median:>6.2}  {least:>6.2}  {most:>6.2}"));
    }
}

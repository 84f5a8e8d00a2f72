//! `policy-audit`: whether each right is exactly what is needed.

mod against;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use policies::audit::Severity;
use policies::catalogue;

use crate::assets::Workspace;
use crate::audit::baseline::{self, Baseline};
use crate::audit::files::Files;
use crate::audit::program::{self, AuditedProgram, Role, SuggestionFormat};
use crate::audit::recorded::Recorded;
use crate::audit::report::{self, Basis, Catalogue};
use crate::audit::{self, AuditFinding, AuditReport, cause, folder, rules};
use crate::cli::{AuditFormat, FailOn, PolicyAudit, ProgramArgs, TargetArgs};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::{self, Purpose};
use crate::select::{self, Selection};
use crate::stack::Stack;
use crate::{app, cloud, ui};

/// Audits stacks, templates or policies, or tells of rules.
pub async fn run(arguments: &PolicyAudit) -> anyhow::Result<Exit> {
    if arguments.rules {
        return list_rules(arguments);
    }
    if let Some(id) = &arguments.explain {
        return explain(id);
    }
    if let Some(format) = arguments.of_program.suggest {
        return suggest(arguments, format);
    }
    let format = format(arguments)?;
    require_files_alone(arguments)?;
    let (mut report, audited) = if let Some(revision) = &arguments.against {
        // What is accepted and not new is not unused.
        (against::stacks(arguments, revision).await?, Vec::new())
    } else if !arguments.of_program.before.is_empty() {
        (against::programs(arguments)?, Vec::new())
    } else if !arguments.programs.is_empty() {
        of_programs(arguments)?
    } else if arguments.templates.is_empty() && arguments.policies.is_empty() && arguments.paths().next().is_none() {
        of_stacks(arguments).await?
    } else {
        of_files(arguments)?
    };
    // A file may be in no workspace.
    let root = app::root().or_else(|_| std::env::current_dir())?;
    let baseline = Baseline::read(&root, arguments.baseline.as_deref())?;
    if let Some(file) = &arguments.write_baseline {
        return write_baseline(file, baseline, report);
    }
    baseline.apply(&mut report, baseline::today(), |name| audited.iter().any(|it| it == name));
    report.findings = cause::one_for_each(report.findings);
    leave_out_notes(arguments, &mut report);
    let text = if arguments.fix { report::fix::render(&report) } else { render(&report, format)? };
    match &arguments.output {
        Some(file) => {
            write(file, &text)?;
            ui::say(format!("wrote {}", file.display()));
            ui::say(report::summary(&report));
        }
        None => ui::result(text.trim_end()),
    }
    Ok(exit(arguments, &report.findings))
}

/// Leaves out the notes unless they are asked for, and says so.
fn leave_out_notes(arguments: &PolicyAudit, report: &mut AuditReport) {
    if arguments.fail_on == FailOn::Note {
        return;
    }
    let before = report.findings.len();
    report.findings.retain(|finding| finding.rule.severity < Severity::Note);
    match before - report.findings.len() {
        0 => {}
        1 => ui::say("1 note is not shown: `--fail-on note` shows it"),
        count => ui::say(format!("{count} notes are not shown: `--fail-on note` shows them")),
    }
}

/// How an audit with these findings ends.
fn exit(arguments: &PolicyAudit, findings: &[AuditFinding]) -> Exit {
    let least = Severity::from(arguments.fail_on);
    let fails = findings.iter().any(|finding| finding.rule.severity <= least);
    if fails { Exit::Findings } else { Exit::Done }
}

/// What is found in stacks, and their names.
async fn of_stacks(arguments: &PolicyAudit) -> anyhow::Result<(AuditReport, Vec<String>)> {
    require_place(arguments)?;
    let selection = Selection::complete(&arguments.stacks(), &arguments.target.stage)?;
    let stacks = &selection.stacks;
    select::require_all_sound(stacks)?;
    // Before anything is built, so that what is missing is said at once.
    let recorded = recorded(arguments, stacks).await?;
    let programs = prepare::build(&selection, &stacks.iter().collect::<Vec<_>>(), Purpose::Lambda).await?;
    let workspace = Workspace::read(selection.app.root())?;
    let mut report = AuditReport::default();
    for stack in stacks {
        let began = report.functions.len();
        audit::stack::audit(&workspace, stack, &programs, recorded.get(stack.name()), &mut report)?;
        if arguments.live {
            let cloud = cloud::connect(&arguments.target, stack.default_region()).await?;
            let functions = report.functions.get(began..).unwrap_or_default();
            report.findings.extend(audit::live::compare(&cloud, stack, functions).await?);
        }
    }
    report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    Ok((report, stacks.iter().map(|stack| stack.name().to_owned()).collect()))
}

/// Refuses flags of a place that nothing is asked of.
fn require_place(arguments: &PolicyAudit) -> anyhow::Result<()> {
    arguments.target.require_one_region("policy-audit")?;
    let TargetArgs { local, profile, regions, endpoint_url, .. } = &arguments.target;
    let is_elsewhere = profile.is_some() || endpoint_url.is_some();
    let says_place = *local || is_elsewhere || !regions.is_empty();
    if arguments.live || !says_place || arguments.recorded && !is_elsewhere {
        return Ok(());
    }
    let failure = Failure::new("`policy-audit` asks nothing of a place without `--live`").exit(Exit::Usage);
    Err(failure.help("pass `--live` to compare what is deployed there, or leave the place out").into())
}

/// What the functions of each stack did in the local cloud, when that is to be counted.
async fn recorded<'a>(arguments: &PolicyAudit, stacks: &'a [Stack]) -> anyhow::Result<BTreeMap<&'a str, Recorded>> {
    let mut recorded = BTreeMap::new();
    if !arguments.recorded {
        return Ok(recorded);
    }
    let region = arguments.target.regions.first().map(String::as_str);
    let cloud = audit::recorded::local_cloud(&arguments.target.stage, region).await?;
    for stack in stacks {
        let calls = audit::recorded::read(&cloud, stack).await?;
        let programs = stack.programs().len();
        ui::say(format!("{}: {} of {programs} functions have made calls", stack.name(), calls.functions().len()));
        if calls.left_out > 0 {
            ui::say(format!("{}: {} more calls than the local cloud keeps are left out", stack.name(), calls.left_out));
        }
        recorded.insert(stack.name(), calls);
    }
    Ok(recorded)
}

/// What is found in files, and their names.
fn of_files(arguments: &PolicyAudit) -> anyhow::Result<(AuditReport, Vec<String>)> {
    let mut files = Files::default();
    for path in arguments.paths() {
        files.at(&folder::shown(path))?;
    }
    for file in &arguments.templates {
        files.template(file)?;
    }
    for file in &arguments.policies {
        files.policy(file, arguments.kind.map(Into::into))?;
    }
    let mut report = files.report;
    for file in &report.files {
        ui::detail(format!("{}: {} with {} policies read", file.file, file.content.name(), file.policies));
    }
    if report.passed_over > 0 {
        let count = report.passed_over;
        ui::say(format!("passed over {count} other JSON and YAML files; `--verbose` names them"));
    }
    report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    let names = report.files.iter().map(|file| file.file.clone()).collect();
    Ok((report, names))
}

/// Refuses what is asked of stacks beside files.
fn require_files_alone(arguments: &PolicyAudit) -> anyhow::Result<()> {
    let Some(path) = arguments.paths().next() else { return Ok(()) };
    let stack = arguments.names.iter().find(|it| !folder::is_path(it));
    let beside = [
        stack.map(|it| format!("the stack `{it}`")),
        arguments.against.is_some().then(|| "`--against`".to_owned()),
        arguments.live.then(|| "`--live`".to_owned()),
        arguments.recorded.then(|| "`--recorded`".to_owned()),
        arguments.fix.then(|| "`--fix`".to_owned()),
    ];
    let Some(beside) = beside.into_iter().flatten().next() else { return Ok(()) };
    let failure = Failure::new(format!("`{}` is a file or folder, and {beside} is beside it", path.display()));
    Err(failure.exit(Exit::Usage).help("audit stacks and files in two runs").into())
}

/// What is found in programs, and their names.
fn of_programs(arguments: &PolicyAudit) -> anyhow::Result<(AuditReport, Vec<String>)> {
    let role = role(arguments)?;
    let mut report = AuditReport::default();
    for file in &arguments.programs {
        let program = AuditedProgram::read(file, arguments.of_program.source.as_deref())?;
        report.findings.extend(program.findings());
        if let Some(role) = &role {
            report.findings.extend(role.findings(&program));
            say_undecided(role, &program, arguments.of_program.source.is_some());
        }
        report.programs.push(program);
    }
    report.findings.sort_by(|one, other| one.order().cmp(&other.order()));
    report.findings.dedup();
    let names = report.programs.iter().map(|it| it.program.clone()).collect();
    Ok((report, names))
}

/// Says for which actions only the action was compared.
fn say_undecided(role: &Role, program: &AuditedProgram, has_source: bool) {
    let undecided: Vec<_> = role.undecided(program).iter().map(|it| format!("`{it}`")).collect();
    if !undecided.is_empty() {
        let name = &program.program;
        ui::say(format!("{name}: cannot tell whether the role's resources are those of {}", undecided.join(", ")));
        if !has_source {
            ui::say("`--source` tells what calls are on, where it names that");
        }
    }
}

/// The role that programs are compared with, when one is given.
fn role(arguments: &PolicyAudit) -> anyhow::Result<Option<Role>> {
    let ProgramArgs { roles, function, .. } = &arguments.of_program;
    match (arguments.templates.as_slice(), function) {
        ([], _) if roles.is_empty() => Ok(None),
        ([], _) => Role::of_policies(roles.iter().map(PathBuf::as_path)).map(Some),
        ([template], Some(function)) => Role::of_template(template, function).map(Some),
        (_, None) => {
            let failure =
                Failure::new("`--template` with `--program` is for the role of one function").exit(Exit::Usage);
            Err(failure.help("name it: `--function ID`, with its logical id").into())
        }
        _ => {
            let failure = Failure::new("`--program` takes one template, and several are given").exit(Exit::Usage);
            Err(failure.help("run `policy-audit` once for each").into())
        }
    }
}

/// Prints the smallest policy of a program.
fn suggest(arguments: &PolicyAudit, format: SuggestionFormat) -> anyhow::Result<Exit> {
    let [file] = arguments.programs.as_slice() else {
        let failure = Failure::new("`--suggest` takes one program, and several are given").exit(Exit::Usage);
        return Err(failure.help("run `policy-audit` once for each, so that each has no more than it needs").into());
    };
    let source = arguments.of_program.source.as_deref();
    let program = AuditedProgram::read(file, source)?;
    let findings = program.findings();
    findings.iter().for_each(ui::audit_finding);
    if program.reason.is_some() {
        return Ok(Exit::Findings);
    }
    // The other formats have them as comments.
    if format == SuggestionFormat::Json {
        program::notes(&program).iter().for_each(ui::say);
    }
    let text = program::suggest(&program, format);
    match &arguments.output {
        Some(file) => {
            write(file, &text)?;
            ui::say(format!("wrote {}", file.display()));
        }
        None => ui::result(text.trim_end()),
    }
    Ok(exit(arguments, &findings))
}

/// Writes what is accepted already, and what was found beside it.
fn write_baseline(file: &Path, baseline: Baseline, mut report: AuditReport) -> anyhow::Result<Exit> {
    baseline.apply(&mut report, baseline::today(), |_| false);
    let known = baseline.suppressions.len();
    let baseline = baseline.and(&report.findings, baseline::today());
    write(file, &baseline.to_json()?)?;
    let count = baseline.suppressions.len() - known;
    let entries = if count == 1 { "1 more entry".to_owned() } else { format!("{count} more entries") };
    ui::say(format!("wrote {} with {entries}: say in each why it is accepted", file.display()));
    Ok(Exit::Done)
}

fn render(report: &AuditReport, format: AuditFormat) -> anyhow::Result<String> {
    let catalogue = Catalogue { version: catalogue::version().to_owned(), date: catalogue::date().to_owned() };
    let basis = Basis { rules: rules::all().collect(), catalogue: Some(catalogue) };
    Ok(match format {
        AuditFormat::Text => report::text::render(report, &basis),
        AuditFormat::Json => report::json::render(report, &basis),
        AuditFormat::Markdown => report::markdown::render(report),
        AuditFormat::Sarif => report::sarif::render(report, &basis),
        AuditFormat::Html => report::html::render(report, &basis)?,
    })
}

fn format(arguments: &PolicyAudit) -> anyhow::Result<AuditFormat> {
    let suffix = arguments.output.as_ref().map(|file| file.extension().and_then(|it| it.to_str()).unwrap_or_default());
    let by_suffix = match suffix {
        _ if ui::json() => Some(AuditFormat::Json),
        None | Some("txt") => Some(AuditFormat::Text),
        Some("json") => Some(AuditFormat::Json),
        Some("sarif") => Some(AuditFormat::Sarif),
        Some("html") => Some(AuditFormat::Html),
        Some("md") => Some(AuditFormat::Markdown),
        Some(_) => None,
    };
    arguments.format.or(by_suffix).ok_or_else(|| {
        let file = arguments.output.as_deref().unwrap_or(Path::new("")).display();
        Failure::new(format!("`{file}` does not say its format"))
            .exit(Exit::Usage)
            .help("end it in `.txt`, `.json`, `.sarif`, `.html` or `.md`, or pass `--format`")
            .into()
    })
}

fn list_rules(arguments: &PolicyAudit) -> anyhow::Result<Exit> {
    let all: Vec<_> = rules::all().collect();
    let text = if ui::json() || arguments.format == Some(AuditFormat::Json) {
        report::rules::json(&all)
    } else {
        report::rules::table(&all)
    };
    match &arguments.output {
        Some(file) => write(file, &text)?,
        None => ui::result(text.trim_end()),
    }
    Ok(Exit::Done)
}

fn explain(id: &str) -> anyhow::Result<Exit> {
    let Some(rule) = rules::all().find(|rule| rule.id.eq_ignore_ascii_case(id)) else {
        let failure = Failure::new(format!("there is no rule `{id}`")).exit(Exit::Usage);
        return Err(failure.help("`cargo xtask policy-audit --rules` lists the rules").into());
    };
    let example = policies::audit::rules().find(|row| row.rule.id == rule.id);
    ui::result(report::rules::explain(rule, example).trim_end());
    Ok(Exit::Done)
}

fn write(file: &Path, text: &str) -> anyhow::Result<()> {
    std::fs::write(file, text)
        .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", file.display())).into())
}

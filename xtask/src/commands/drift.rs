//! `drift`: how what runs differs from what was deployed.

use futures::future::join_all;
use serde_json::json;

use crate::cli::{self, TargetArgs};
use crate::cloud;
use crate::deploy::deployed;
use crate::deploy::stack_instance::StackInstance;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::select::Selection;
use crate::services::{self, Compared, Deviation, cloudformation};
use crate::ui;

/// What is done about what differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// It is shown.
    Show,
    /// It is set to what was deployed, after a yes.
    Fix {
        /// Without a question.
        yes: bool,
    },
    /// The Rust is printed that says what is live.
    Accept,
}

/// Compares the live resources of each stack with the template that was deployed.
pub async fn run(selected: &cli::StackArgs, target: &TargetArgs, doing: Doing) -> anyhow::Result<Exit> {
    let selection = Selection::complete(selected, &target.stage)?;
    let clouds = cloud::connect_all(target, selection.default_region()).await?;
    let all = StackInstance::all(&selection.stacks, &clouds);
    let mut compared = Vec::new();
    for (instance, result) in all.iter().zip(join_all(all.iter().map(compare)).await) {
        compared.push((instance, result?));
    }
    if ui::json() {
        ui::result(as_json(&compared, clouds.len() > 1));
    } else {
        for (instance, compared) in &compared {
            print(instance, compared);
            if doing == Doing::Accept {
                print_rust(instance, compared);
            }
        }
    }
    let repairable: Vec<_> = compared
        .iter()
        .flat_map(|(_, compared)| compared.deviations.iter().filter(|it| it.is_repairable()))
        .map(|deviation| format!("{} {} to {}", deviation.id, deviation.property, deviation.expected))
        .collect();
    let differs = compared.iter().any(|(_, compared)| !compared.deviations.is_empty());
    let is_unread = compared.iter().any(|(_, compared)| !compared.unread.is_empty());
    let Doing::Fix { yes } = doing else { return Ok(ended(differs, is_unread)) };
    if repairable.is_empty() {
        if differs {
            ui::say("no API call sets what differs: `deploy` does, once the model says otherwise");
        }
        return Ok(ended(differs, is_unread));
    }
    ui::confirm(&format!("set {}", repairable.join(", ")), yes)?;
    let mut is_left = is_unread;
    for (_, compared) in compared {
        let (set, left) = services::repair(compared.deviations).await?;
        for Deviation { id, property, expected, .. } in &set {
            ui::say(format!("  {}✓{:#} set {id} {property} to {expected}", ui::GOOD, ui::GOOD));
        }
        left.iter().for_each(ui::warn);
        is_left |= !left.is_empty();
    }
    Ok(if is_left { Exit::Differences } else { Exit::Done })
}

const fn ended(differs: bool, is_unread: bool) -> Exit {
    match (differs, is_unread) {
        (true, _) => Exit::Differences,
        (false, true) => Exit::Failed,
        (false, false) => Exit::Done,
    }
}

async fn compare(instance: &StackInstance<'_>) -> anyhow::Result<Compared> {
    let StackInstance { stack, cloud, label, .. } = instance;
    let Some(deployed) = deployed::read(cloud, stack).await? else {
        return Err(Failure::new(format!("`{label}` is not deployed to {}", cloud.place()))
            .exit(Exit::NoSuchStack)
            .help(format!("`{}` deploys it", cloud.command_line("deploy", stack)))
            .into());
    };
    let resources = cloudformation::resources(cloud, &deployed.id).await?;
    Ok(services::compare(cloud, &deployed.snapshot, &resources).await)
}

fn print(instance: &StackInstance<'_>, compared: &Compared) {
    let Compared { read, deviations, unread } = compared;
    let read = services::quantity(*read as u64, "resource");
    let found = match deviations.len() {
        0 => "as deployed".to_owned(),
        count => services::quantity(count as u64, "difference"),
    };
    let strong = ui::STRONG;
    ui::result(format!("{strong}{}: {read} read, {found}{strong:#}", instance.label));
    let width = deviations.iter().map(|it| it.id.len()).max().unwrap_or(0);
    for Deviation { id, property, expected, live, .. } in deviations {
        let (caution, live) = (ui::CAUTION, live.as_deref().unwrap_or("not set"));
        ui::result(format!("  {caution}~{caution:#} {id:<width$}  {property}: deployed {expected}, is {live}"));
        if let Some(location) = instance.stack.location(id) {
            ui::result(format!("    --> {location}"));
        }
    }
    for (id, error) in unread {
        ui::warn(format!("{id} could not be read: {error}"));
    }
}

/// Every property can be set by its path, whatever the field of the struct is called.
fn print_rust(instance: &StackInstance<'_>, compared: &Compared) {
    for Deviation { id, property, live, .. } in &compared.deviations {
        let place = instance.stack.location(id).map(|location| format!(" // {location}")).unwrap_or_default();
        match live.as_deref().and_then(literal).filter(|_| is_property(property)) {
            Some(value) => ui::result(format!("stack.named({id:?}).property({property:?}, {value}){place}")),
            None => ui::result(format!("// {id}: no value says what is live of {property}{place}")),
        }
    }
}

/// Whether it is the path of a single value of the template.
fn is_property(path: &str) -> bool {
    path.starts_with(|first: char| first.is_ascii_uppercase())
        && !path.contains('[')
        && path != "Code"
        && path != "Tags"
}

/// A number, a truth value or a text as Rust writes it; nothing of a description of several things.
fn literal(live: &str) -> Option<String> {
    if live.parse::<i64>().is_ok() || matches!(live, "true" | "false") {
        return Some(live.to_owned());
    }
    (!live.contains([' ', ';'])).then(|| format!("{live:?}"))
}

fn as_json(compared: &[(&StackInstance<'_>, Compared)], several_regions: bool) -> serde_json::Value {
    let entry = |(instance, compared): &(&StackInstance<'_>, Compared)| {
        let unread = compared.unread.iter().map(|(id, error)| json!({"id": id, "error": error.to_string()}));
        let mut entry = json!({
            "stack": instance.stack.name(),
            "read": compared.read,
            "differences": compared.deviations,
            "unread": unread.collect::<Vec<_>>(),
        });
        if several_regions {
            entry["region"] = instance.cloud.region.as_str().into();
        }
        entry
    };
    json!({"version": 1, "stacks": compared.iter().map(entry).collect::<Vec<_>>()})
}

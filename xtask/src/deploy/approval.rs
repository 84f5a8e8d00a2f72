//! What of a deployment needs a yes.

use std::path::Path;

use indexmap::IndexSet;
use plan::Action;

use super::stack_instance::StackInstance;
use crate::app::history;
use crate::cli::ApprovalArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::prepare::Prepared;

/// What to ask before what `verb` says is done; nothing when nothing would be changed.
#[must_use]
pub fn question(verb: &str, all: &[StackInstance<'_>], prepared: &[anyhow::Result<Prepared>]) -> Option<String> {
    let changing = all.iter().zip(prepared).filter_map(|(instance, prepared)| {
        let prepared = prepared.as_ref().ok().filter(|prepared| !prepared.plan.is_empty())?;
        let what = format!("`{}` to {}", instance.stack.name(), instance.cloud.place());
        let losses: Vec<_> = prepared
            .plan
            .losses()
            .filter_map(|change| Some(format!("{} of {}", change.loses.as_ref()?, change.id)))
            .collect();
        let listed = |what: &str, names: &[String]| match names {
            [] => String::new(),
            names => format!(" and {what} {}", names.join(", ")),
        };
        let (lost, wider) = (listed("lose", &losses), listed("widen the rights of", &widened(prepared)));
        Some(format!("{what}{lost}{wider}"))
    });
    let changing: Vec<_> = changing.collect();
    (!changing.is_empty()).then(|| format!("{verb} {}", changing.join(", ")))
}

/// Who gets wider rights than are deployed, each once.
#[must_use]
pub fn widened(prepared: &Prepared) -> Vec<String> {
    let changes = prepared.plan.permissions.iter().filter(|change| change.widens && !prepared.plan.is_first);
    let holders: IndexSet<_> = changes.map(|change| change.permission.holder.clone()).collect();
    holders.into_iter().collect()
}

/// A yes that nobody gave at a terminal does not cover the loss of data, nor wider rights in a protected stage.
pub fn require_allowed(
    root: &Path,
    all: &[StackInstance<'_>],
    prepared: &[anyhow::Result<Prepared>],
    approval: &ApprovalArgs,
    is_protected: bool,
) -> anyhow::Result<()> {
    for (instance, prepared) in all.iter().zip(prepared) {
        let Ok(prepared) = prepared else { continue };
        let label = &instance.label;
        let lost = prepared.plan.losses().filter_map(|it| Some(format!("{} of {}", it.loses.as_ref()?, it.id)));
        let lost: Vec<_> = lost.collect();
        if !lost.is_empty() && !approval.allow_loss {
            let places: Vec<_> = former_places(root, prepared).map(|place| format!("\n  --> {place}")).collect();
            let places = places.concat();
            let message = format!("deploying `{label}` loses {}; nothing was deployed{places}", lost.join(", "));
            let failure = Failure::new(message).exit(Exit::Declined);
            let failure = match gone(prepared).next() {
                Some(id) => failure.help(format!(
                    "if it has another logical id now, say so: `.moved_from(\"{id}\")` keeps it and its data"
                )),
                None => failure,
            };
            return Err(failure.help("`--yes --allow-loss` loses the data").into());
        }
        let widened = widened(prepared);
        if is_protected && !widened.is_empty() && !approval.allow_wider {
            let message = format!(
                "deploying `{label}` to a protected stage widens the rights of {}; nothing was deployed",
                widened.join(", ")
            );
            return Err(Failure::new(message)
                .exit(Exit::Declined)
                .help("`--yes --allow-wider` widens them; so does a plan that was approved: `--plan FILE`")
                .into());
        }
    }
    Ok(())
}

/// The logical ids of what leaves the source and is lost with its data.
fn gone(prepared: &Prepared) -> impl Iterator<Item = &str> {
    let gone = prepared.plan.losses().filter(|change| change.action == Action::Delete && change.loses.is_some());
    gone.map(|change| change.id.as_str())
}

/// Where the source declared what leaves it with its data.
pub fn former_places(root: &Path, prepared: &Prepared) -> impl Iterator<Item = String> {
    gone(prepared).filter_map(move |id| Some(format!("`{id}` was declared at {}", history::former_place(root, id)?)))
}

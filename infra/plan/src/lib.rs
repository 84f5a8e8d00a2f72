//! What a deployment would change: computed from two templates, before anything runs.
//!
//! CloudFormation's own change sets say which resources change, but not always from what to what; and `diff` must say
//! exactly what `deploy` does. So both use this plan.

mod lists;
mod loops;
mod markdown;
mod moves;
mod permissions;
mod properties;
mod pseudo;
mod refusals;
mod replacement;
mod snapshot;
mod steps;
mod text;
mod transfer;
mod wording;

use std::borrow::Cow;
use std::collections::BTreeSet;

use assembly::Finding;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use infra::expression;
use infra::facts::{self, Holds};
use infra::message;
use infra::template::{ARTIFACTS_BUCKET, Template};

use replacement::Remains;
use snapshot::{Known, Undecided};

pub use moves::Move;
pub use permissions::{Permission, PermissionChange, resource_name};
pub use properties::PropertyChange;
pub use pseudo::Pseudo;
pub use snapshot::Snapshot;
pub use steps::{By, Step};
pub use text::{Line, Tone};
pub use transfer::{Site, Transferred, transfers};

/// What happens to one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is made.
    Create,
    /// It exists already, outside of any stack, and becomes part of this one as it is.
    Import,
    /// Its properties change in place.
    Update,
    /// A new one is made in its place and the old one deleted, with what it holds.
    Replace,
    /// It leaves the stack and is deleted, with what it holds.
    Delete,
    /// It leaves the stack and is kept.
    Retain,
    /// It comes, changes, goes or stays as it is: only CloudFormation knows.
    Undecided,
}

/// A resource that a deployment changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ResourceChange {
    /// Its logical id.
    pub id: String,
    /// Its CloudFormation type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// What happens to it.
    pub action: Action,
    /// Which of its properties change, unless it is made or deleted.
    pub properties: Vec<PropertyChange>,
    /// Whether what leaves the stack is kept outside of it, by its deletion or update-replace policy.
    pub keeps_old: bool,
    /// Whether a snapshot of what leaves the stack is kept, by such a policy or by default.
    pub keeps_snapshot: bool,
    /// What is lost with it, such as `1,204 items`; of what is not counted, its kind, such as `data`.
    pub loses: Option<String>,
    /// The condition on which the action depends, when only CloudFormation knows whether it holds.
    pub condition: Option<String>,
}

/// Everything a deployment changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Plan {
    /// Whether nothing is deployed yet.
    pub is_first: bool,
    /// The resources that get another logical id, go to another stack or come from one. They are below under the new id, if
    /// anything else of them changes.
    pub moves: Vec<Move>,
    /// The resources, in the order of the new template, then those that leave the stack.
    pub resources: Vec<ResourceChange>,
    /// The tags of the stack, unless it is new.
    pub tags: Vec<PropertyChange>,
    /// The outputs, by name.
    pub outputs: Vec<PropertyChange>,
    /// Parameters whose values change, except those that carry code.
    pub parameters: Vec<PropertyChange>,
    /// The macros that process the template, when they change: what they make of it is not known.
    pub macros: Vec<PropertyChange>,
    /// What else the template says in other words. Of this alone CloudFormation takes no notice.
    pub template: Vec<PropertyChange>,
    /// Rights that principals gain or lose.
    pub permissions: Vec<PermissionChange>,
    /// The updates that must come before the last one, in order.
    pub steps: Vec<Step>,
    /// Messages that may not be taken, by how their types change. [`Plan::check`] tells them.
    #[serde(skip)]
    messages: Vec<Finding>,
}

impl Plan {
    /// What deploying `after` changes; `before` is what is deployed, if anything is.
    #[must_use]
    pub fn between(before: Option<&Snapshot>, after: &Snapshot) -> Self {
        let (before, after) = (before.map(loops::expand), &*loops::expand(after));
        let moves = before.as_deref().map(|before| moves::between(before, after)).unwrap_or_default();
        let before = before.map(|before| if moves.is_empty() { before } else { Cow::Owned(before.moved(&moves)) });
        let before = before.as_deref();
        let nothing = Snapshot { pseudo: after.pseudo.clone(), ..Snapshot::default() };
        let (old, new) = (before.unwrap_or(&nothing).known(), after.known());
        let undecided = Undecided::between(&old, &new);
        let same = snapshot::unchanged(&old, &new, &undecided);
        let comparison = Comparison { old, new, undecided, same };
        let (mut resources, differing) = comparison.resources();
        let outputs = comparison.outputs(&resources);
        for change in resources.iter_mut().filter(|change| is_lost(change)) {
            // What can be counted is counted by whoever has the stack before it.
            change.loses = match facts::holds(&change.resource_type) {
                Holds::Nothing => None,
                Holds::Uncounted(what) => Some(what.to_owned()),
                Holds::Counted(one) | Holds::Logs(one) => Some(format!("{one}s")),
            };
        }
        let policies = [&comparison.old, &comparison.new].map(|known| comparison.policies(known));
        let mut plan = Self {
            is_first: before.is_none(),
            moves,
            tags: before.map(|it| properties::between(&it.tags(), &after.tags())).unwrap_or_default(),
            outputs,
            parameters: before.map(|before| changed_parameters(before, after, &differing)).unwrap_or_default(),
            macros: before.map(|before| wording::macros(before, after)).unwrap_or_default(),
            template: before.map(|before| wording::between(before, after)).unwrap_or_default(),
            permissions: permissions::between(&policies[0], &policies[1]),
            resources,
            steps: Vec::new(),
            messages: Vec::new(),
        };
        plan.messages = before.map(|before| plan.changed_messages(before, after)).unwrap_or_default();
        plan.steps = before.map(|before| steps::before_last(&plan, before, after)).unwrap_or_default();
        plan
    }

    /// What of the messages and items of what stays does not fit the types of the other side.
    fn changed_messages(&self, before: &Snapshot, after: &Snapshot) -> Vec<Finding> {
        message::between(&before.template, &after.template, |id| self.stays(id, after))
    }

    /// The template of `after` with the types of items that its tables have from deployments up to `before`. It says the same
    /// when it is planned anew.
    #[must_use]
    pub fn with_former_items(&self, before: &Snapshot, after: &Snapshot) -> Option<Template> {
        let mut template = after.template.clone();
        message::carry(&before.template, &mut template, |id| self.stays(id, after)).then_some(template)
    }

    /// The logical id that the deployed resource `id` will have, if it stays.
    fn stays(&self, id: &str, after: &Snapshot) -> Option<String> {
        let new = self.moves.iter().find(|it| it.from == id).map_or(id, |it| it.to.as_str());
        let change = self.resources.iter().find(|change| change.id == new);
        let stays = change.is_none_or(|it| matches!(it.action, Action::Update | Action::Undecided));
        (stays && after.template.resource(new).is_some()).then(|| new.to_owned())
    }

    /// What brings the resources `ids`, which differ from what is `deployed`, back to it.
    #[must_use]
    pub fn reverting(ids: &BTreeSet<&str>, deployed: &Snapshot) -> Self {
        let resources = deployed.template.section("Resources").filter(|(id, _)| ids.contains(id));
        let resources = resources.map(|(id, resource)| ResourceChange::new(id, resource, Action::Update)).collect();
        Self { resources, ..Self::between(Some(deployed), deployed) }
    }

    /// What is left of this plan when only `before` is deployed yet: with what was found out of its resources, such as how
    /// much they hold.
    ///
    /// # Errors
    /// The resources that would be lost with what they hold and that this plan does not lose.
    pub fn rest(&self, before: Option<&Snapshot>, after: &Snapshot) -> Result<Self, Vec<String>> {
        let mut rest = Self::between(before, after);
        let is_known = |id: &str| self.losses().any(|change| change.id == id);
        let unknown: Vec<_> = rest.losses().map(|change| change.id.clone()).filter(|id| !is_known(id)).collect();
        if !unknown.is_empty() {
            return Err(unknown);
        }
        for change in &mut rest.resources {
            let Some(planned) = self.resources.iter().find(|planned| planned.id == change.id) else { continue };
            if (planned.action, change.action) == (Action::Import, Action::Create) {
                change.action = Action::Import;
            }
            if change.loses.is_some() {
                change.loses.clone_from(&planned.loses);
            }
        }
        Ok(rest)
    }

    /// Whether deploying would change nothing: at most the words of the template, which CloudFormation takes no notice of.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let parts = [&self.tags, &self.outputs, &self.parameters, &self.macros];
        self.moves.is_empty() && self.resources.is_empty() && parts.into_iter().all(Vec::is_empty)
    }

    /// The resources that would be replaced or deleted with what they hold, or may be.
    pub fn losses(&self) -> impl Iterator<Item = &ResourceChange> {
        self.resources.iter().filter(|change| is_lost(change) && facts::holds(&change.resource_type).is_data())
    }
}

/// Whether the resource that there is goes and is not kept.
fn is_lost(change: &ResourceChange) -> bool {
    let goes = matches!(change.action, Action::Replace | Action::Delete | Action::Undecided);
    goes && !change.keeps_old
}

/// What is deployed and what shall be.
struct Comparison<'a> {
    old: Known<'a>,
    new: Known<'a>,
    undecided: Undecided<'a>,
    /// The resources that stay as they are.
    same: BTreeSet<&'a str>,
}

impl Comparison<'_> {
    /// What changes of the resources, and those of the new ones that may differ.
    fn resources(&self) -> (Vec<ResourceChange>, Map<String, Json>) {
        let differing = |known: &Known<'_>| known.resolved("Resources", |id| !self.same.contains(id));
        let (old, new) = (differing(&self.old), differing(&self.new));
        let changes = new.iter().filter_map(|(id, resource)| self.change(id, old.get(id), resource));
        let mut changes: Vec<_> = changes.collect();
        self.follow_replacements(&mut changes);
        let gone = old.iter().filter(|(id, _)| !new.contains_key(*id));
        changes.extend(gone.map(|(id, resource)| self.removal(id, resource)));
        (changes, new)
    }

    fn change(&self, id: &str, before: Option<&Json>, after: &Json) -> Option<ResourceChange> {
        let Some(before) = before else {
            let condition = if self.new.exists(after).is_none() { condition(after) } else { None };
            return Some(ResourceChange { condition, ..ResourceChange::new(id, after, Action::Create) });
        };
        let changes = if resource_type(before) == resource_type(after) {
            self.properties(before, after)
        } else {
            let change = PropertyChange::new("Type", before.get("Type").cloned(), after.get("Type").cloned());
            vec![change.replacing()]
        };
        let existence = (self.old.exists(before), self.new.exists(after));
        // What decides whether it is there, when that changes and only CloudFormation knows how.
        let open = match existence {
            (Some(_), Some(_)) => None,
            (None, None) if before.get("Condition") == after.get("Condition") => {
                condition(after).filter(|id| self.undecided.has_condition(id))
            }
            (_, None) => condition(after),
            (None, _) => condition(before),
        };
        if changes.is_empty() && open.is_none() {
            return None;
        }
        let replaces = changes.iter().any(|change| change.replaces);
        let action = match &open {
            Some(_) => Action::Undecided,
            None if after.get("Type").is_none() => Action::Undecided,
            None if replaces => Action::Replace,
            None => Action::Update,
        };
        let remains = match (&open, existence.1) {
            (None, _) => replacement::remains_of_replaced(before, after),
            // It may be new, and does not go.
            (Some(_), Some(true)) if !replaces => Remains::All,
            (Some(_), _) => replacement::remains_of_deleted(before),
        };
        let change = ResourceChange { properties: changes, condition: open, ..ResourceChange::new(id, after, action) };
        Some(change.leaving(remains))
    }

    /// What changes of a resource that stays, its attributes included.
    fn properties(&self, before: &Json, after: &Json) -> Vec<PropertyChange> {
        let (old, new) = (replacement::properties(before), replacement::properties(after));
        let mut changes = properties::between(&old, &new);
        for change in changes.iter_mut().filter(|change| change.path.is_empty()) {
            change.path.push_str("Properties");
        }
        for (path, by) in self.undecided.in_value(&new) {
            add(&mut changes, PropertyChange::undecided(path, by));
        }
        for change in &mut changes {
            let of_type = resource_type(after);
            change.replaces = replacement::replaces(of_type, change, before, after) || change.is_new_type_of_key();
        }
        for attribute in ATTRIBUTES {
            changes.extend(properties::at(attribute, before.get(attribute), after.get(attribute)));
        }
        if after.get("Type").is_none() {
            changes.extend(properties::at("", Some(before), Some(after)));
        }
        changes
    }

    fn removal(&self, id: &str, resource: &Json) -> ResourceChange {
        let remains = replacement::remains_of_deleted(resource);
        let action = if remains == Remains::All { Action::Retain } else { Action::Delete };
        let condition = if self.old.exists(resource).is_none() { condition(resource) } else { None };
        ResourceChange { condition, ..ResourceChange::new(id, resource, action) }.leaving(remains)
    }

    /// A resource that refers to a replaced one changes too, and may have to be replaced itself.
    fn follow_replacements(&self, changes: &mut Vec<ResourceChange>) {
        let mut followed = BTreeSet::new();
        loop {
            let replaced = changes
                .iter()
                .find(|change| change.action == Action::Replace && !followed.contains(&change.id))
                .map(|change| change.id.clone());
            let Some(replaced) = replaced else { return };
            for (id, resource) in self.new.section("Resources").filter(|(id, _)| *id != replaced) {
                let Some(before) = self.old.entry("Resources", id) else { continue };
                let is_there = ![self.old.exists(before), self.new.exists(resource)].contains(&Some(false));
                if !is_there || expression::paths_to(resource, &replaced).is_empty() {
                    continue;
                }
                let (before, resource) = (self.old.resolve(before), self.new.resolve(resource));
                for path in expression::paths_to(resource.get("Properties").unwrap_or(&Json::Null), &replaced) {
                    let known = PropertyChange::follows(path, &replaced);
                    let of_type = resource_type(&resource);
                    let is_forced = replacement::replaces(of_type, &known, &before, &resource);
                    let known = if is_forced { known.replacing() } else { known };
                    record(changes, id, &before, &resource, known);
                }
            }
            followed.insert(replaced);
        }
    }

    /// What changes of the outputs, also of those that refer to a replaced resource.
    fn outputs(&self, changes: &[ResourceChange]) -> Vec<PropertyChange> {
        let all = |known: &Known<'_>| Json::Object(known.resolved("Outputs", |_| true));
        let (old, new) = (all(&self.old), all(&self.new));
        let mut outputs = properties::between(&old, &new);
        for (path, by) in self.undecided.in_value(&new) {
            add(&mut outputs, PropertyChange::undecided(path, by));
        }
        for replaced in changes.iter().filter(|change| change.action == Action::Replace) {
            for path in expression::paths_to(&new, &replaced.id) {
                add(&mut outputs, PropertyChange::follows(path, &replaced.id));
            }
        }
        outputs
    }

    /// The resources among which the policies are that may differ. A policy is of a principal that may stay as it is, so
    /// all of IAM's are among them.
    fn policies(&self, known: &Known<'_>) -> Map<String, Json> {
        let is_of_iam = |id: &str| {
            let resource = known.entry("Resources", id);
            resource.is_some_and(|resource| resource_type(resource).starts_with("AWS::IAM::"))
        };
        if known.template().get("Transform").is_none() {
            return known.resolved("Resources", |id| !self.same.contains(id) || is_of_iam(id));
        }
        // Whatever a serverless application has may give rights to the roles that its macro makes.
        let mut template = known.template().clone();
        template.insert("Resources".to_owned(), Json::Object(known.resolved("Resources", |_| true)));
        let made = translate::serverless(&template).map_or(template, |translation| translation.template);
        match made.into_iter().find(|(section, _)| section == "Resources") {
            Some((_, Json::Object(resources))) => resources,
            _ => Map::new(),
        }
    }
}

/// The attributes of a resource that CloudFormation acts on, beside its properties.
const ATTRIBUTES: [&str; 5] = ["DeletionPolicy", "UpdateReplacePolicy", "CreationPolicy", "UpdatePolicy", "Metadata"];

impl ResourceChange {
    fn new(id: &str, resource: &Json, action: Action) -> Self {
        Self {
            id: id.to_owned(),
            resource_type: resource_type(resource).to_owned(),
            action,
            properties: Vec::new(),
            keeps_old: false,
            keeps_snapshot: false,
            loses: None,
            condition: None,
        }
    }

    fn leaving(self, remains: Remains) -> Self {
        Self { keeps_old: remains == Remains::All, keeps_snapshot: remains == Remains::Snapshot, ..self }
    }
}

/// The parameters whose values change, except for those that carry the code of the `differing` resources: their
/// functions show it.
fn changed_parameters(before: &Snapshot, after: &Snapshot, differing: &Map<String, Json>) -> Vec<PropertyChange> {
    let code: BTreeSet<_> = differing.values().filter_map(properties::code_key).collect();
    after
        .parameters
        .iter()
        .filter(|(name, value)| *name != ARTIFACTS_BUCKET && !code.contains(value.as_str()))
        .filter(|(name, value)| before.parameters.get(*name) != Some(value))
        .map(|(name, _)| PropertyChange::new(name.clone(), before.shown(name), after.shown(name)))
        .collect()
}

/// The type of a resource; of a loop or a macro, which make resources, its function.
fn resource_type(resource: &Json) -> &str {
    let function = if resource.is_array() { "Fn::ForEach" } else { "Fn::Transform" };
    resource.get("Type").map_or(function, |of_type| of_type.as_str().unwrap_or_default())
}

fn condition(entry: &Json) -> Option<String> {
    entry.get("Condition").and_then(Json::as_str).map(str::to_owned)
}

fn record(changes: &mut Vec<ResourceChange>, id: &str, before: &Json, after: &Json, property: PropertyChange) {
    let index = changes.iter().position(|change| change.id == id).unwrap_or_else(|| {
        changes.push(ResourceChange::new(id, after, Action::Update));
        changes.len() - 1
    });
    let change = &mut changes[index];
    if change.action == Action::Update && property.replaces {
        change.action = Action::Replace;
        let remains = replacement::remains_of_replaced(before, after);
        *change = change.clone().leaving(remains);
    }
    add(&mut change.properties, property);
}

/// Adds a property unless it is known to change.
fn add(properties: &mut Vec<PropertyChange>, property: PropertyChange) {
    let is_known = |path: &str| {
        let rest = property.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    if !properties.iter().any(|known| is_known(&known.path)) {
        properties.push(property);
    }
}

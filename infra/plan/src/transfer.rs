//! Resources that move to another stack and stay what they are.
//!
//! A stack refactor takes the templates that all stacks of it shall have, in which no resource may be another than it is
//! deployed. So they are made of what is deployed: where a resource refers to one that is in another stack afterwards, it
//! imports the same value from there, and what its values depend on in its former stack is put in their place.
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::moves::{deployed_type, is_movable};
use super::{Move, Plan, Snapshot};
use infra::expression::{self, Reference, replaced};
use infra::facts;
use infra::template::Template;

/// A stack among others of one account and region.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// Its name on the command line.
    pub name: &'a str,
    /// CloudFormation's name of it.
    pub stack_name: &'a str,
    /// What is deployed of it.
    pub before: Option<&'a Snapshot>,
    /// What shall be.
    pub after: &'a Snapshot,
}

/// A stack between which and others resources move.
#[derive(Debug, Clone, PartialEq)]
pub struct Transferred {
    /// What of its resources moves, into it and out of it.
    pub moves: Vec<Move>,
    /// The names of the stacks that take part in the same stack refactor, this one among them.
    pub together: BTreeSet<String>,
    /// What is deployed of it once they have moved: the part of a stack refactor.
    pub snapshot: Snapshot,
    /// The same as its plan begins with: what stays refers to what has moved as it did before.
    before: Snapshot,
    /// Whether nothing is deployed of it yet.
    is_new: bool,
}

/// How many stacks a stack refactor takes.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html>
const MOST_STACKS: usize = 5;

/// What stands in a stack that would else have no resources, which CloudFormation does not allow. It makes nothing and costs
/// nothing.
const PLACEHOLDER: (&str, &str) = ("MovePlaceholder", "AWS::CloudFormation::WaitConditionHandle");

/// For each of `sites`, what it is once resources have moved between them; none of one that none moves into or out of.
///
/// # Errors
/// Why CloudFormation would not move them.
pub fn transfers(sites: &[Site<'_>]) -> Result<Vec<Option<Transferred>>, String> {
    let moving = Moving::between(sites)?;
    let mut transferred: Vec<_> = sites.iter().map(|_| None).collect();
    let groups = moving.groups();
    if let Some(group) = groups.iter().find(|group| group.len() > MOST_STACKS) {
        let names: Vec<_> = group.iter().map(|site| format!("`{}`", sites[*site].name)).collect();
        let (count, names) = (group.len(), names.join(", "));
        return Err(format!(
            "resources move between {count} stacks, {names}; CloudFormation moves them between {MOST_STACKS} at once"
        ));
    }
    let mut imports = Imports::default();
    let mut parts = Vec::new();
    for group in &groups {
        for site in group.iter().copied() {
            parts.push((site, group, moving.resources(site, &mut imports)?, moving.outputs(site, &mut imports)));
        }
    }
    imports.require_no_circle(sites)?;
    for (site, group, resources, outputs) in parts {
        transferred[site] = Some(moving.transferred(site, group, resources, outputs, &imports));
    }
    Ok(transferred)
}

/// A resource by its stack and its logical id.
type Place = (usize, String);

/// What moves: from where to where.
struct Moving<'a> {
    sites: &'a [Site<'a>],
    ways: BTreeMap<Place, Place>,
}

/// The values that a stack imports from another once resources have moved.
#[derive(Default)]
struct Imports {
    /// The outputs by the site that has them.
    outputs: BTreeMap<usize, Map<String, Json>>,
    /// Which site imports from which.
    ways: BTreeSet<(usize, usize)>,
}

impl<'a> Moving<'a> {
    fn between(sites: &'a [Site<'a>]) -> Result<Self, String> {
        let mut ways: BTreeMap<Place, Place> = BTreeMap::new();
        for (to, site) in sites.iter().enumerate() {
            for (id, former) in &site.after.moved_from {
                let from = former.stack.as_ref().and_then(|name| sites.iter().position(|site| site.name == *name));
                let Some(from) = from.filter(|from| *from != to) else { continue };
                let source = &sites[from];
                let is_new = site.before.is_none_or(|before| before.template.resource(id).is_none())
                    && site.after.template.resource(id).is_some();
                let of_type = source.before.and_then(|before| deployed_type(before, &former.id));
                let Some(of_type) = of_type.filter(|_| is_new) else { continue };
                if source.after.template.resource(&former.id).is_some() {
                    let (from, to) = (source.name, site.name);
                    return Err(format!(
                        "`{id}` of `{to}` is moved from `{}` of `{from}`, which `{from}` still declares",
                        former.id
                    ));
                }
                if !is_movable(of_type) {
                    // What holds nothing can as well be made anew.
                    if facts::holds(of_type).is_data() {
                        let (from, to) = (source.name, site.name);
                        return Err(format!(
                            "`{}` cannot be moved from `{from}` to `{to}`: CloudFormation moves no `{of_type}`",
                            former.id
                        ));
                    }
                    continue;
                }
                if let Some((other, _)) = ways.insert((from, former.id.clone()), (to, id.clone())) {
                    return Err(format!(
                        "`{}` of `{}` is moved to `{}` and to `{}`; a resource moves to one stack",
                        former.id, source.name, sites[other].name, site.name
                    ));
                }
            }
        }
        Ok(Self { sites, ways })
    }

    /// The stacks between which resources move, those together that one refactor has to be of.
    fn groups(&self) -> Vec<BTreeSet<usize>> {
        let mut groups: Vec<BTreeSet<usize>> = Vec::new();
        for ((from, _), (to, _)) in &self.ways {
            let (joined, apart): (Vec<_>, Vec<_>) =
                groups.into_iter().partition(|group| group.contains(from) || group.contains(to));
            groups = apart;
            groups.push(joined.into_iter().flatten().chain([*from, *to]).collect());
        }
        groups
    }

    /// Where a resource is afterwards.
    fn now(&self, site: usize, id: &str) -> Place {
        let place = (site, id.to_owned());
        self.ways.get(&place).cloned().unwrap_or(place)
    }

    /// The resources of a stack afterwards.
    fn resources(&self, site: usize, imports: &mut Imports) -> Result<Map<String, Json>, String> {
        let mut resources = Map::new();
        let deployed = self.sites[site].before.into_iter().flat_map(|before| before.template.section("Resources"));
        for (id, resource) in deployed.filter(|(id, _)| !self.ways.contains_key(&(site, (*id).to_owned()))) {
            resources.insert(id.to_owned(), self.referring(resource, site, site, imports));
        }
        for ((from, id), (_, new)) in self.ways.iter().filter(|(_, (to, _))| *to == site) {
            resources.insert(new.clone(), self.referring(&self.alone(*from, id)?, *from, site, imports));
        }
        Ok(resources)
    }

    /// The outputs of a stack afterwards, without those that others import only then.
    fn outputs(&self, site: usize, imports: &mut Imports) -> Map<String, Json> {
        let deployed = self.sites[site].before.into_iter().flat_map(|before| before.template.section("Outputs"));
        deployed.map(|(name, it)| (name.to_owned(), self.referring(it, site, site, imports))).collect()
    }

    /// A resource of the stack at `from` with values in place of what only that stack has.
    fn alone(&self, from: usize, id: &str) -> Result<Json, String> {
        let Some(before) = self.sites[from].before else { return Ok(Json::Null) };
        let known = before.known();
        let resource = before.template.entries("Resources").and_then(|all| all.get(id)).cloned().unwrap_or_default();
        let refusal = |why: String| format!("`{id}` cannot be moved from `{}`: {why}", self.sites[from].name);
        if known.exists(&resource).is_none() {
            return Err(refusal("whether its condition holds is not known".to_owned()));
        }
        let mut resource = expression::resolve(&resource, &known);
        if let Some(members) = resource.as_object_mut() {
            members.remove("Condition");
        }
        let mut unknown = None;
        expression::visit_resource(&resource, &mut |path, reference| {
            let why = match reference {
                Reference::To(to) if before.template.resource(to).is_some() => return,
                Reference::Attribute(..) => return,
                // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html#stack-refactoring-considerations
                Reference::To(name @ ("AWS::StackId" | "AWS::NotificationARNs")) => {
                    format!("its `{path}` depends on `{name}`, which is another in another stack")
                }
                Reference::To(name) if name.starts_with("AWS::") => return,
                Reference::To(name) => format!("its `{path}` depends on the parameter `{name}`, whose value is hidden"),
                Reference::Condition(name) => {
                    format!("its `{path}` depends on the condition `{name}`, of which it is not known whether it holds")
                }
                Reference::Mapping(name) => format!("its `{path}` depends on the mapping `{name}`"),
            };
            unknown = unknown.take().or(Some(why));
        });
        unknown.map_or(Ok(resource), |why| Err(refusal(why)))
    }

    /// A part of the stack at `from` as the one at `to` has it: with imports of what is elsewhere.
    fn referring(&self, part: &Json, from: usize, to: usize, imports: &mut Imports) -> Json {
        let stays = from == to;
        let mut part = replaced(part, &mut |id, attribute| {
            let (site, new) = self.now(from, id);
            let is_resource = self.sites[from].before.is_some_and(|it| it.template.resource(id).is_some());
            if !is_resource || (stays && site == to && new == id) {
                return None;
            }
            let reference = reference(&new, attribute);
            Some(if site == to { reference } else { imports.of(self.sites, (to, site), &new, attribute, &reference) })
        });
        let Some(members) = part.as_object_mut() else { return part };
        let dependencies = match members.get("DependsOn") {
            Some(Json::String(id)) => vec![id.clone()],
            Some(Json::Array(ids)) => ids.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            _ => return part,
        };
        let kept = dependencies.iter().map(|id| self.now(from, id)).filter(|(site, _)| *site == to);
        let kept: Vec<_> = kept.map(|(_, id)| Json::from(id)).collect();
        if kept.len() < dependencies.len() || !stays {
            members.insert("DependsOn".to_owned(), kept.into());
        }
        part
    }

    fn transferred(
        &self,
        site: usize,
        group: &BTreeSet<usize>,
        mut resources: Map<String, Json>,
        mut outputs: Map<String, Json>,
        imports: &Imports,
    ) -> Transferred {
        let Site { before, after, .. } = self.sites[site];
        let moves = self.ways.iter().filter_map(|((from, id), (to, new))| {
            let name = |it: &usize| Some(self.sites[*it].name.to_owned());
            let ends = match site {
                it if it == *from => (None, name(to)),
                it if it == *to => (name(from), None),
                _ => return None,
            };
            Some(Move { from: id.clone(), from_stack: ends.0, to: new.clone(), to_stack: ends.1 })
        });
        let moves: Vec<_> = moves.collect();
        let nothing = Snapshot { tags: after.tags.clone(), pseudo: after.pseudo.clone(), ..Snapshot::default() };
        let deployed = before.unwrap_or(&nothing);
        let moved_in = moves.iter().filter(|it| it.from_stack.is_some());
        let moved_in: Vec<_> =
            moved_in.filter_map(|it| Some((it.to.clone(), resources.get(&it.to)?.clone()))).collect();
        let mut planned = deployed.template.clone().into_json();
        let all = planned.entry("Resources").or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.retain(|id, _| !moves.iter().any(|it| it.to_stack.is_some() && it.from == *id));
            all.extend(moved_in);
        }
        if before.is_none() || resources.is_empty() {
            resources.insert(PLACEHOLDER.0.to_owned(), json!({"Type": PLACEHOLDER.1}));
        }
        outputs.extend(imports.outputs.get(&site).cloned().unwrap_or_default());
        let mut template = deployed.template.clone().into_json();
        template.insert("Resources".to_owned(), resources.into());
        if !outputs.is_empty() {
            template.insert("Outputs".to_owned(), outputs.into());
        }
        Transferred {
            moves,
            together: group.iter().map(|site| self.sites[*site].name.to_owned()).collect(),
            snapshot: Snapshot { template: Template::from_json(template), ..deployed.clone() },
            before: Snapshot { template: Template::from_json(planned), ..deployed.clone() },
            is_new: before.is_none(),
        }
    }
}

impl Imports {
    /// The import of a resource's value, for `to` from the site that it is at.
    fn of(
        &mut self,
        sites: &[Site<'_>],
        (to, site): (usize, usize),
        id: &str,
        attribute: Option<&str>,
        reference: &Json,
    ) -> Json {
        let attribute: String = attribute.unwrap_or("Ref").chars().filter(char::is_ascii_alphanumeric).collect();
        let output = format!("Moved{id}{attribute}");
        let export = format!("{}-{output}", sites[site].stack_name);
        let value = json!({"Value": reference, "Export": {"Name": export}});
        self.outputs.entry(site).or_default().insert(output, value);
        self.ways.insert((to, site));
        json!({"Fn::ImportValue": export})
    }

    /// Two stacks that import from each other could neither be deployed nor deleted in any order.
    fn require_no_circle(&self, sites: &[Site<'_>]) -> Result<(), String> {
        let mut open = self.ways.clone();
        loop {
            let owners: BTreeSet<_> = open.iter().map(|(to, _)| *to).collect();
            let next: BTreeSet<_> = open.iter().copied().filter(|(_, site)| owners.contains(site)).collect();
            if next.is_empty() {
                return Ok(());
            }
            if next == open {
                let mut names: Vec<_> = owners.iter().map(|site| format!("`{}`", sites[*site].name)).collect();
                let last = names.pop().unwrap_or_default();
                return Err(format!(
                    "what moves and what stays refer to each other in both directions between {} and {last}",
                    names.join(", ")
                ));
            }
            open = next;
        }
    }
}

impl Transferred {
    /// What deploying `after` changes, once the resources have moved.
    #[must_use]
    pub fn plan(&self, after: &Snapshot) -> Plan {
        let mut plan = Plan::between(Some(&self.before), after);
        plan.moves.splice(0..0, self.moves.iter().cloned());
        plan.is_first = self.is_new;
        plan
    }

    /// What has to be deployed before the resources move, since CloudFormation has no stack without resources.
    #[must_use]
    pub fn prerequisite(&self, before: Option<&Snapshot>) -> Option<Snapshot> {
        let has = |snapshot: &Snapshot| snapshot.template.resource(PLACEHOLDER.0).is_some();
        if !has(&self.snapshot) || before.is_some_and(has) {
            return None;
        }
        let before = before.cloned().unwrap_or_else(|| Snapshot {
            tags: self.snapshot.tags.clone(),
            pseudo: self.snapshot.pseudo.clone(),
            ..Snapshot::default()
        });
        let mut template = before.template.clone().into_json();
        let resources = template.entry("Resources").or_insert_with(|| json!({}));
        if let Some(resources) = resources.as_object_mut() {
            resources.insert(PLACEHOLDER.0.to_owned(), json!({"Type": PLACEHOLDER.1}));
        }
        Some(Snapshot { template: Template::from_json(template), ..before })
    }
}

fn reference(id: &str, attribute: Option<&str>) -> Json {
    match attribute {
        Some(attribute) => json!({"Fn::GetAtt": [id, attribute]}),
        None => json!({"Ref": id}),
    }
}

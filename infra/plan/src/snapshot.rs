//! A template with everything decided that its parameters and its place decide.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use super::pseudo::Pseudo;
use assembly::FormerId;
use infra::expression::{self, canonical, paths_to, resolve};
use infra::template::Template;

/// A template with the values of its parameters: what is deployed, or what shall be.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The template.
    pub template: Template,
    /// The values of its parameters, defaults included. One that has none here is not known.
    pub parameters: BTreeMap<String, String>,
    /// The tags of the stack, which CloudFormation gives to its resources.
    pub tags: BTreeMap<String, String>,
    /// The logical ids that resources had before, by those that they have now.
    pub moved_from: BTreeMap<String, FormerId>,
    /// What the pseudo parameters give, as far as it is known.
    pub pseudo: Pseudo,
}

/// What CloudFormation shows in place of a value that it hides.
const HIDDEN: &str = "****";

impl Snapshot {
    /// A template with the values that are given for its parameters, and the defaults of the others. Values for
    /// parameters that it does not have are left out.
    #[must_use]
    pub fn given(template: Template, given: &BTreeMap<String, String>) -> Self {
        let value = |(name, declared): (&str, &Json)| {
            let default = || match declared.get("Default")? {
                Json::String(text) => Some(text.clone()),
                scalar @ (Json::Number(_) | Json::Bool(_)) => Some(scalar.to_string()),
                _ => None,
            };
            Some((name.to_owned(), given.get(name).cloned().or_else(default)?))
        };
        let parameters = template.section("Parameters").filter_map(value).collect();
        Self { template, parameters, ..Self::default() }
    }

    /// The resources that exist, with the values of the parameters in place.
    #[must_use]
    pub fn resolved_resources(&self) -> Map<String, Json> {
        self.known().resolved("Resources", |_| true)
    }

    /// A value with those of the parameters in place, such as a tag's.
    #[must_use]
    pub fn resolve(&self, value: &Json) -> Json {
        canonical(resolve(value, &self.known()))
    }

    pub(super) fn tags(&self) -> Json {
        self.tags.iter().map(|(key, value)| (key.clone(), Json::from(value.as_str()))).collect()
    }

    pub(super) fn known(&self) -> Known<'_> {
        let mut known = Known { snapshot: self, parameters: self.values(), conditions: BTreeMap::new() };
        let declared: Vec<_> = self.template.section("Conditions").collect();
        loop {
            let open = declared.iter().filter(|(id, _)| !known.conditions.contains_key(id));
            let decided: Vec<_> = open.filter_map(|(id, it)| Some((*id, known.holds(it)?))).collect();
            // A condition may refer to one that is declared after it.
            if decided.is_empty() {
                return known;
            }
            known.conditions.extend(decided);
        }
    }

    /// What `Ref` gives for each parameter whose value is known.
    fn values(&self) -> BTreeMap<&str, Json> {
        let open = self.parameters.iter().filter(|(name, _)| !self.is_hidden(name));
        open.map(|(name, value)| (name.as_str(), self.value(name, value))).collect()
    }

    fn value(&self, name: &str, value: &str) -> Json {
        let declared = self.template.entries("Parameters").and_then(|parameters| parameters.get(name));
        let kind = declared.and_then(|declared| declared.get("Type")?.as_str()).unwrap_or_default();
        if kind.starts_with("AWS::SSM::Parameter::Value<") {
            // The value is the name of what CloudFormation fetches; this is how it writes that elsewhere.
            return format!("{FETCHED}ssm:{value}}}}}").into();
        }
        if kind == "CommaDelimitedList" || kind.starts_with("List<") {
            return value.split(',').map(|item| Json::from(item.trim())).collect();
        }
        value.into()
    }

    /// Whether nobody shall see the value of a parameter.
    fn is_hidden(&self, name: &str) -> bool {
        let declared = self.template.entries("Parameters").and_then(|parameters| parameters.get(name));
        let hidden = declared.and_then(|declared| declared.get("NoEcho"));
        hidden.is_some_and(|hidden| *hidden == true || *hidden == "true")
    }

    /// The value of a parameter as everybody may see it.
    pub(super) fn shown(&self, name: &str) -> Option<Json> {
        let value = self.parameters.get(name)?;
        Some(if self.is_hidden(name) { HIDDEN.into() } else { value.as_str().into() })
    }

    /// Whether a value of the section is the same text in both.
    fn has_same(&self, other: &Self, section: &str) -> bool {
        self.template.entries(section) == other.template.entries(section)
    }
}

/// How a value starts that CloudFormation fetches when it deploys.
const FETCHED: &str = "{{resolve:";

/// What is known of a template before it is deployed.
#[derive(Debug, Clone)]
pub(super) struct Known<'a> {
    snapshot: &'a Snapshot,
    /// What `Ref` gives for the parameters.
    parameters: BTreeMap<&'a str, Json>,
    /// Its conditions that are decided, with whether they hold.
    conditions: BTreeMap<&'a str, bool>,
}

impl Known<'_> {
    /// The template as it is written.
    pub(super) fn template(&self) -> &Map<String, Json> {
        self.snapshot.template.as_json()
    }
}

impl expression::Known for Known<'_> {
    fn reference(&self, name: &str) -> Option<Json> {
        self.parameters.get(name).cloned().or_else(|| self.snapshot.pseudo.value(name))
    }

    fn condition(&self, name: &str) -> Option<bool> {
        self.conditions.get(name).copied()
    }

    fn has_map(&self, map: &str) -> bool {
        self.snapshot.template.entries("Mappings").is_some_and(|mappings| mappings.contains_key(map))
    }

    fn in_map(&self, map: &str, key: &str, below: &str) -> Option<Json> {
        self.snapshot.template.entries("Mappings")?.get(map)?.get(key)?.get(below).cloned()
    }
}

impl<'a> Known<'a> {
    /// The chosen entries of a section with the values of the parameters in place, without those whose condition does
    /// not hold.
    pub(super) fn resolved(&self, section: &str, choose: impl Fn(&str) -> bool) -> Map<String, Json> {
        self.snapshot
            .template
            .section(section)
            .filter(|(name, entry)| choose(name) && self.exists(entry) != Some(false))
            .map(|(name, entry)| (name.to_owned(), self.resolve(entry)))
            .collect()
    }

    /// A section as the template has it.
    pub(super) fn section(&self, name: &str) -> impl Iterator<Item = (&'a str, &'a Json)> {
        self.snapshot.template.section(name)
    }

    pub(super) fn entry(&self, section: &str, name: &str) -> Option<&'a Json> {
        self.snapshot.template.entries(section)?.get(name)
    }

    pub(super) fn resolve(&self, json: &Json) -> Json {
        canonical(resolve(json, self))
    }

    /// Whether a resource or an output is there; nothing when its condition is not decided.
    pub(super) fn exists(&self, entry: &Json) -> Option<bool> {
        match entry.get("Condition").and_then(Json::as_str) {
            Some(id) => self.conditions.get(id).copied(),
            None => Some(true),
        }
    }

    fn holds(&self, condition: &Json) -> Option<bool> {
        let (function, argument) = condition.as_object()?.iter().next()?;
        let each = || argument.as_array().into_iter().flatten().map(|it| self.holds(it));
        match function.as_str() {
            "Condition" => self.conditions.get(argument.as_str()?).copied(),
            "Fn::Equals" => {
                let [one, other] = [0, 1].map(|side| argument.get(side).map(|side| self.resolve(side)));
                let (one, other) = (one?, other?);
                if one == other {
                    return Some(true);
                }
                Some(literal(&one)? == literal(&other)?)
            }
            "Fn::Not" => each().next()?.map(|holds| !holds),
            // One that does not hold decides, whatever the others do.
            "Fn::And" if each().any(|holds| holds == Some(false)) => Some(false),
            "Fn::And" => each().collect::<Option<Vec<_>>>().map(|_| true),
            "Fn::Or" if each().any(|holds| holds == Some(true)) => Some(true),
            "Fn::Or" => each().collect::<Option<Vec<_>>>().map(|_| false),
            _ => None,
        }
    }

    /// What a condition says, with those that it refers to in place.
    fn meaning(&self, id: &str, depth: usize) -> Json {
        if let Some(holds) = self.conditions.get(id) {
            return (*holds).into();
        }
        let definition = self.snapshot.template.entries("Conditions").and_then(|conditions| conditions.get(id));
        definition.map(|definition| self.with_meanings(&self.resolve(definition), depth)).unwrap_or_default()
    }

    fn with_meanings(&self, json: &Json, depth: usize) -> Json {
        match (expression::Expression::of(json), json) {
            (expression::Expression::Condition(id), _) if depth > 0 => self.meaning(id, depth - 1),
            (_, Json::Array(items)) => items.iter().map(|it| self.with_meanings(it, depth)).collect(),
            (_, Json::Object(members)) => {
                members.iter().map(|(name, it)| (name.clone(), self.with_meanings(it, depth))).collect()
            }
            (_, scalar) => scalar.clone(),
        }
    }
}

/// A scalar as text, when it is known before it is deployed.
fn literal(json: &Json) -> Option<String> {
    match json {
        Json::String(text) if !text.contains(FETCHED) => Some(text.clone()),
        Json::Number(_) | Json::Bool(_) => Some(json.to_string()),
        _ => None,
    }
}

/// What differs between two templates although what refers to it reads the same, since only CloudFormation knows its value.
#[derive(Debug, Default)]
pub(super) struct Undecided<'a> {
    parameters: BTreeSet<&'a str>,
    mappings: BTreeSet<&'a str>,
    conditions: BTreeSet<&'a str>,
}

impl<'a> Undecided<'a> {
    pub(super) fn between(before: &Known<'a>, after: &Known<'a>) -> Self {
        let (old, new) = (before.snapshot, after.snapshot);
        let hidden = new.parameters.keys().filter(|name| new.is_hidden(name) || old.is_hidden(name));
        let hidden = hidden.filter(|name| old.parameters.get(*name) != new.parameters.get(*name));
        let names = |section: &'static str| {
            let all = old.template.section(section).chain(new.template.section(section));
            all.map(|(name, _)| name).collect::<BTreeSet<_>>()
        };
        let in_section = |snapshot: &'a Snapshot, section: &str, name: &str| {
            snapshot.template.entries(section).and_then(|entries| entries.get(name))
        };
        let mappings = names("Mappings").into_iter();
        let mappings = mappings.filter(|name| in_section(old, "Mappings", name) != in_section(new, "Mappings", name));
        let mut undecided = Self {
            parameters: hidden.map(String::as_str).collect(),
            mappings: mappings.collect(),
            conditions: BTreeSet::new(),
        };
        let conditions = names("Conditions");
        for id in &conditions {
            // Where both are decided, what refers to it is decided as well.
            if before.conditions.contains_key(id) && after.conditions.contains_key(id) {
                continue;
            }
            let depth = conditions.len();
            let meaning = after.meaning(id, depth);
            if before.meaning(id, depth) != meaning || undecided.in_value(&meaning).next().is_some() {
                undecided.conditions.insert(id);
            }
        }
        undecided
    }

    fn is_empty(&self) -> bool {
        self.parameters.is_empty() && self.mappings.is_empty() && self.conditions.is_empty()
    }

    pub(super) fn has_condition(&self, id: &str) -> bool {
        self.conditions.contains(id)
    }

    /// What a resolved value depends on, with the place of it: `condition InHome`.
    pub(super) fn in_value(&self, json: &Json) -> impl Iterator<Item = (String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        expression::visit(&expression::Path::Root, json, &mut |path, reference| {
            let what = match reference {
                expression::Reference::To(id) if self.parameters.contains(id) => format!("parameter {id}"),
                expression::Reference::Mapping(id) if self.mappings.contains(id) => format!("mapping {id}"),
                expression::Reference::Condition(id) if self.conditions.contains(id) => format!("condition {id}"),
                _ => return,
            };
            let path = path.to_string();
            if found.last().is_none_or(|(last, _)| *last != path) {
                found.push((path, what));
            }
        });
        found.into_iter()
    }
}

/// The resources that a deployment leaves as they are: the same text, of which nothing that it refers to changes.
pub(super) fn unchanged<'a>(before: &Known<'a>, after: &Known<'a>, undecided: &Undecided<'_>) -> BTreeSet<&'a str> {
    let (old, new) = (before.snapshot, after.snapshot);
    let sections = ["Conditions", "Mappings", "Transform"];
    let is_read_alike = old.pseudo == new.pseudo && sections.iter().all(|section| old.has_same(new, section));
    if !is_read_alike || !undecided.is_empty() || before.conditions != after.conditions {
        return BTreeSet::new();
    }
    let names = old.parameters.keys().chain(new.parameters.keys());
    let changing: Vec<_> = names.filter(|name| old.parameters.get(*name) != new.parameters.get(*name)).collect();
    let resources: BTreeMap<_, _> = old.template.section("Resources").collect();
    let alike = new.template.section("Resources").filter(|(id, resource)| {
        resources.get(id) == Some(resource)
            && !changing.iter().any(|parameter| !paths_to(resource, parameter).is_empty())
    });
    alike.map(|(id, _)| id).collect()
}

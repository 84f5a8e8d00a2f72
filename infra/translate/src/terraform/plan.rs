//! What is in a plan: instances of resources, what is known of their attributes, and what the configuration refers to
//! where it is not.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::super::items;
use super::document::{self, Document};

/// A resource or data source in the plan.
#[derive(Debug)]
pub(super) struct Instance<'a> {
    pub(super) address: String,
    /// The address of its module; empty for the root.
    module: String,
    pub(super) kind: &'a str,
    name: &'a str,
    is_data: bool,
    index: Option<&'a Json>,
    /// What is known of its attributes.
    pub(super) values: &'a Json,
    /// Which attributes are known after it is applied.
    pub(super) unknown: &'a Json,
    /// The way to it, and to its attributes.
    pub(super) pointer: String,
    values_at: String,
}

/// A plan, or a state.
pub(super) struct Plan<'a> {
    instances: Vec<Instance<'a>>,
    configuration: &'a Json,
}

/// References are followed no deeper.
const DEEPEST: usize = 16;

impl Instance<'_> {
    /// The way to the attribute.
    pub(super) fn at(&self, attribute: &str) -> String {
        format!("{}/{}", self.values_at, attribute.replace('.', "/"))
    }
}

impl<'a> Plan<'a> {
    pub(super) fn of(json: &'a Json) -> Self {
        let mut plan = Self { instances: Vec::new(), configuration: &json["configuration"]["root_module"] };
        let name = if json.get("planned_values").is_some() { "planned_values" } else { "values" };
        let unknown: BTreeMap<_, _> = items(&json["resource_changes"])
            .iter()
            .filter_map(|it| Some((it["address"].as_str()?, &it["change"]["after_unknown"])))
            .collect();
        plan.add_module(&json[name]["root_module"], &format!("/0/{name}/root_module"), "", &unknown);
        // Data sources that are read when the plan is applied.
        for (index, change) in items(&json["resource_changes"]).iter().enumerate() {
            if change["mode"] == "data" {
                let at = format!("/0/resource_changes/{index}");
                let module = change["module_address"].as_str().unwrap_or_default();
                plan.add_instance(change, &change["change"]["after"], (&at, "/change/after"), module, &unknown);
            }
        }
        plan
    }

    fn add_module(&mut self, module: &'a Json, at: &str, address: &str, unknown: &BTreeMap<&str, &'a Json>) {
        for (index, resource) in items(&module["resources"]).iter().enumerate() {
            let at = format!("{at}/resources/{index}");
            self.add_instance(resource, &resource["values"], (&at, "/values"), address, unknown);
        }
        for (index, child) in items(&module["child_modules"]).iter().enumerate() {
            let address = child["address"].as_str().unwrap_or_default();
            self.add_module(child, &format!("{at}/child_modules/{index}"), address, unknown);
        }
    }

    fn add_instance(
        &mut self,
        resource: &'a Json,
        values: &'a Json,
        (at, below): (&str, &str),
        module: &str,
        unknown: &BTreeMap<&str, &'a Json>,
    ) {
        let (Some(kind), Some(name)) = (resource["type"].as_str(), resource["name"].as_str()) else { return };
        let address = resource["address"].as_str().unwrap_or_default();
        self.instances.push(Instance {
            address: address.to_owned(),
            module: module.to_owned(),
            kind,
            name,
            is_data: resource["mode"] == "data",
            index: resource.get("index"),
            values,
            unknown: unknown.get(address).copied().unwrap_or(&Json::Null),
            pointer: at.to_owned(),
            values_at: format!("{at}{below}"),
        });
    }

    /// The resources that the plan has when it is applied.
    pub(super) fn managed(&self) -> impl Iterator<Item = &Instance<'a>> {
        self.instances.iter().filter(|it| !it.is_data)
    }

    /// The value of an attribute, which may be a path; what is not known is a reference to what gives it. Nothing when
    /// it is not set.
    pub(super) fn value(&self, instance: &Instance<'_>, attribute: &str) -> Option<Json> {
        if let Some(value) = at(instance.values, attribute).filter(|it| !it.is_null() && **it != "") {
            return Some(value.clone());
        }
        let expression = self.expression(instance, attribute)?;
        let is_unknown = at(instance.unknown, attribute) == Some(&Json::Bool(true));
        is_unknown.then(|| {
            let name =
                names(expression).next().map_or_else(|| format!("{}.{attribute}", instance.address), str::to_owned);
            json!({ "Ref": name })
        })
    }

    /// What the configuration says of an attribute.
    fn expression(&self, instance: &Instance<'_>, attribute: &str) -> Option<&'a Json> {
        at(self.block(instance)?.get("expressions")?, attribute)
    }

    /// The block of the configuration that the instance is of.
    pub(super) fn block(&self, instance: &Instance<'_>) -> Option<&'a Json> {
        let module = self.module(&instance.module)?;
        let mode = if instance.is_data { "data" } else { "managed" };
        let is_it = |it: &&Json| it["mode"] == mode && it["type"] == *instance.kind && it["name"] == *instance.name;
        items(&module["resources"]).iter().find(is_it)
    }

    /// The configuration of the module with this address.
    fn module(&self, address: &str) -> Option<&'a Json> {
        steps(address).try_fold(self.configuration, |module, name| module["module_calls"].get(name)?.get("module"))
    }

    /// The instance of type `kind` that an attribute refers to, when it is exactly one.
    pub(super) fn target(&self, instance: &Instance<'_>, attribute: &str, kind: &str) -> Option<&Instance<'a>> {
        let expression = self.expression(instance, attribute)?;
        names(expression).find_map(|name| self.resolved(instance, &instance.module, name, kind, DEEPEST))
    }

    /// What a reference in a module is to.
    fn resolved(
        &self,
        from: &Instance<'_>,
        module: &str,
        reference: &str,
        kind: &str,
        depth: usize,
    ) -> Option<&Instance<'a>> {
        let depth = depth.checked_sub(1)?;
        let again = |module: &str, expression: &Json| {
            names(expression).find_map(|name| self.resolved(from, module, name, kind, depth))
        };
        let reference = reference.strip_prefix("data.").unwrap_or(reference);
        if let Some(name) = reference.strip_prefix("var.") {
            let name = name.split(['.', '[']).next()?;
            let (parent, call) = parent(module)?;
            return again(parent, self.module(parent)?["module_calls"][call]["expressions"].get(name)?);
        }
        if let Some(path) = reference.strip_prefix("module.") {
            let (call, output) = path.split_once('.')?;
            let call = call.split('[').next()?;
            let output = output.split(['.', '[']).next()?;
            let inner = if module.is_empty() { format!("module.{call}") } else { format!("{module}.module.{call}") };
            let expression = self.module(&inner)?["outputs"][output].get("expression")?;
            return again(&inner, expression);
        }
        let rest = reference.strip_prefix(kind)?.strip_prefix('.')?;
        let name = rest.split(['.', '[']).next()?;
        let wanted = rest.strip_prefix(name)?.strip_prefix('[').and_then(|it| it.split_once(']')).map(|(it, _)| it);
        let of =
            self.instances.iter().filter(|it| it.kind == kind && it.name == name && plain(&it.module) == plain(module));
        let all: Vec<_> = of.collect();
        let by_index = |it: &&&Instance<'_>| it.index.is_some_and(|index| wanted == Some(&index.to_string()));
        let like_it = |it: &&&Instance<'_>| it.index == from.index && it.module == from.module;
        all.iter().find(by_index).or_else(|| all.iter().find(like_it)).copied().or(match &all[..] {
            [one] => Some(*one),
            _ => None,
        })
    }

    /// The resource of the plan that has the policy with this ARN, or the ARN.
    pub(super) fn policy_of(&self, arn: &Json) -> Json {
        let found =
            self.managed().find(|it| it.kind == "aws_iam_policy" && it.values["arn"] == *arn && arn.is_string());
        found.map_or_else(|| arn.clone(), |it| json!({"Ref": it.address}))
    }

    /// Those whom an attribute names: the resource of the plan, or the name.
    pub(super) fn principal(&self, instance: &Instance<'_>, attribute: &str, kind: &str) -> Option<Json> {
        let value = self.value(instance, attribute)?;
        let kind = format!("aws_iam_{}", kind.to_lowercase());
        if value.get("Ref").is_some() {
            let target = self.target(instance, attribute, &kind);
            return Some(target.map_or(value, |it| json!({"Ref": it.address})));
        }
        let of_name = |name: &Json| {
            let found = self.managed().find(|it| it.kind == kind && it.values["name"] == *name);
            found.map_or_else(|| name.clone(), |it| json!({"Ref": it.address}))
        };
        Some(match &value {
            Json::Array(names) => names.iter().map(of_name).collect(),
            name => of_name(name),
        })
    }

    /// The policy that a data source makes for an attribute once the plan is applied.
    pub(super) fn document(&self, instance: &Instance<'_>, attribute: &str) -> Option<Document> {
        let source = self.target(instance, attribute, "aws_iam_policy_document")?;
        Some(document::of(self, source))
    }
}

/// What a path leads to; of nested blocks, in the first.
fn at<'a>(json: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('.').try_fold(json, |it, step| match it {
        Json::Array(all) => all.first()?.get(step),
        other => other.get(step),
    })
}

/// What an expression of the configuration refers to, the most specific first.
pub(super) fn names(expression: &Json) -> impl Iterator<Item = &str> {
    items(&expression["references"]).iter().filter_map(Json::as_str)
}

/// The names of the modules in an address.
fn steps(address: &str) -> impl Iterator<Item = &str> {
    let mut rest = address;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches('.').strip_prefix("module.")?;
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let name = &rest[..end];
        rest = &rest[end..];
        if let Some(index) = rest.strip_prefix('[') {
            rest = index.split_once(']').map_or("", |(_, after)| after);
        }
        Some(name)
    })
}

/// An address without the keys of instances.
fn plain(address: &str) -> String {
    steps(address).collect::<Vec<_>>().join(".")
}

/// The address of the module around one, and how that calls it.
fn parent(module: &str) -> Option<(&str, &str)> {
    let call = steps(module).last()?;
    let start = module.rfind(&format!("module.{call}"))?;
    Some((module[..start].trim_end_matches('.'), call))
}

/// The members of a nested block of an instance, with what is unknown of them.
pub(super) fn blocks<'a>(instance: &Instance<'a>, name: &str) -> Vec<(&'a Json, &'a Json)> {
    let unknown = items(&instance.unknown[name]);
    let known = items(&instance.values[name]).iter().enumerate();
    known.map(|(index, it)| (it, unknown.get(index).unwrap_or(&Json::Null))).collect()
}

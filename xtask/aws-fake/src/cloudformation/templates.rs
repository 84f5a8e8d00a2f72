//! What a template says: whether it is valid, and what its functions yield.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use infra::Template;
use infra::expression::{Expression, Piece, Sub};
use infra::{expression, schema};
use serde_json::{Map, Value as Json};

use super::invalid;
use super::stacks::{Record, Settings};
use crate::http::{ACCOUNT, Refusal};
use crate::resources;

/// What the functions of a template yield in a stack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) template: &'a Template,
    pub(crate) parameters: &'a BTreeMap<String, String>,
    pub(crate) stack_name: &'a str,
    pub(crate) stack_id: &'a str,
    pub(crate) region: &'a str,
    pub(crate) records: &'a IndexMap<String, Record>,
    /// The values of exports by name.
    pub(crate) exports: &'a BTreeMap<String, String>,
}

/// A value; none of `AWS::NoValue`.
type Value = Result<Option<Json>, String>;

impl Scope<'_> {
    /// The value of `json`.
    ///
    /// # Errors
    /// When CloudFormation could not tell it.
    pub(crate) fn evaluate(&self, json: &Json) -> Result<Json, String> {
        Ok(self.value(json)?.unwrap_or(Json::Null))
    }

    fn value(&self, json: &Json) -> Value {
        Ok(Some(match Expression::of(json) {
            Expression::Scalar(scalar) => scalar.clone(),
            Expression::List(items) => Json::Array(self.items(items)?),
            Expression::Map(members) => {
                let mut values = Map::new();
                for (name, member) in members {
                    if let Some(value) = self.value(member)? {
                        values.insert(name.clone(), value);
                    }
                }
                Json::Object(values)
            }
            Expression::Ref("AWS::NoValue") => return Ok(None),
            Expression::Ref(name) => self.reference(name)?,
            Expression::GetAtt(id, attribute) => self.attribute(id, &attribute)?,
            Expression::GetAttOf(id, chosen) => self.attribute(id, &self.text(chosen)?)?,
            Expression::Sub(sub) => self.substitute(sub)?.into(),
            Expression::Join(delimiter, items) => {
                let items = self.list(items)?;
                items.iter().map(scalar_text).collect::<Vec<_>>().join(delimiter).into()
            }
            Expression::If(condition, then, otherwise) => {
                return self.value(if self.holds(condition) { then } else { otherwise });
            }
            Expression::Select(index, items) => {
                let (index, items) = (self.text(index)?, self.list(items)?);
                let item = index.parse::<usize>().ok().and_then(|index| items.get(index).cloned());
                item.ok_or("Template error: Fn::Select cannot select nonexistent value at index")?
            }
            Expression::Split(delimiter, text) => self.text(text)?.split(delimiter).map(Json::from).collect(),
            Expression::FindInMap(map, key, below) => {
                let [map, key, below] = [self.text(map)?, self.text(key)?, self.text(below)?];
                let found = self.template.section("Mappings").find(|(name, _)| *name == map);
                let found = found.and_then(|(_, entries)| entries.get(&key)?.get(&below)).cloned();
                found.ok_or_else(|| format!("Template error: Unable to get mapping for {map}::{key}::{below}"))?
            }
            Expression::ImportValue(name) => {
                let name = self.text(name)?;
                let value = self.exports.get(&name).cloned();
                value.ok_or_else(|| format!("No export named {name} found"))?.into()
            }
            Expression::Condition(name) => self.holds(name).into(),
            Expression::Other("Fn::GetStackOutput", Json::Object(read)) => {
                let text = |member| self.text(read.get(member).unwrap_or(&Json::Null));
                let (stack, output) = (text("StackName")?, text("OutputName")?);
                let value = self.exports.get(&super::exports::unexported(&stack, &output)).cloned();
                value.ok_or_else(|| format!("Output {output} not found in stack {stack}"))?.into()
            }
            Expression::Other("Fn::Base64", text) => self.text(text)?.into(),
            Expression::Other("Fn::GetAZs", _) => {
                ["a", "b", "c"].iter().map(|zone| Json::from(format!("{}{zone}", self.region))).collect()
            }
            Expression::Other("Fn::ToJsonString", value) => self.evaluate(value)?.to_string().into(),
            Expression::Other("Fn::Length", items) => self.list(items)?.len().into(),
            Expression::Other(name, _) => return Err(format!("the fake of AWS does not know {name}")),
        }))
    }

    fn items(&self, items: &[Json]) -> Result<Vec<Json>, String> {
        let values: Result<Vec<_>, _> = items.iter().map(|item| self.value(item)).collect();
        Ok(values?.into_iter().flatten().collect())
    }

    fn list(&self, json: &Json) -> Result<Vec<Json>, String> {
        match self.evaluate(json)? {
            Json::Array(items) => Ok(items),
            other => Err(format!("Template error: {other} is not a list")),
        }
    }

    fn text(&self, json: &Json) -> Result<String, String> {
        Ok(scalar_text(&self.evaluate(json)?))
    }

    fn reference(&self, name: &str) -> Result<Json, String> {
        let pseudo = match name {
            "AWS::AccountId" => ACCOUNT,
            "AWS::Partition" => "aws",
            "AWS::Region" => self.region,
            "AWS::StackId" => self.stack_id,
            "AWS::StackName" => self.stack_name,
            "AWS::URLSuffix" => "amazonaws.com",
            "AWS::NotificationARNs" => return Ok(Json::Array(Vec::new())),
            _ => {
                if let Some(value) = self.parameters.get(name) {
                    return Ok(self.parameter(name, value));
                }
                let record = self.records.get(name).filter(|record| !record.physical_id.is_empty());
                let id = record.map(|record| record.physical_id.clone());
                return id.map(Json::from).ok_or_else(|| unresolved(&[name]));
            }
        };
        Ok(pseudo.into())
    }

    /// A parameter of a list is a list.
    fn parameter(&self, name: &str, value: &str) -> Json {
        let declared = self.template.section("Parameters").find(|(known, _)| *known == name);
        let kind = declared.and_then(|(_, it)| it.get("Type")?.as_str()).unwrap_or("String");
        if kind == "CommaDelimitedList" || kind.contains("List<") {
            return value.split(',').map(|item| Json::from(item.trim())).collect();
        }
        value.into()
    }

    fn attribute(&self, id: &str, attribute: &str) -> Result<Json, String> {
        let record = self.records.get(id).ok_or_else(|| unresolved(&[id]))?;
        let Record { resource_type, physical_id, properties, .. } = record;
        let value = resources::attribute(resource_type, physical_id, properties, self.region, attribute);
        let value = value.ok_or_else(|| {
            format!("Template error: resource {id} does not support attribute type {attribute} in Fn::GetAtt")
        })?;
        Ok(value.into())
    }

    fn substitute(&self, sub: Sub<'_>) -> Result<String, String> {
        let mut text = String::new();
        for piece in sub.pieces() {
            match piece {
                Piece::Text(part) => text += part,
                Piece::Escaped(name) => text.extend(["${", name, "}"]),
                Piece::Variable(_, value) => text += &self.text(value)?,
                Piece::Ref(name) => text += &scalar_text(&self.reference(name)?),
                Piece::GetAtt(id, attribute) => text += &scalar_text(&self.attribute(id, attribute)?),
            }
        }
        Ok(text)
    }

    /// Whether a condition of the template holds.
    pub(crate) fn holds(&self, condition: &str) -> bool {
        let declared = self.template.section("Conditions").find(|(name, _)| *name == condition);
        declared.is_some_and(|(_, json)| self.is_true(json))
    }

    fn is_true(&self, json: &Json) -> bool {
        let list = |argument: &Json| argument.as_array().cloned().unwrap_or_default();
        match Expression::of(json) {
            Expression::Condition(name) => self.holds(name),
            Expression::Other("Fn::Equals", argument) => {
                let sides: Vec<_> = list(argument).iter().map(|side| self.text(side)).collect();
                matches!(&sides[..], [Ok(one), Ok(other)] if one == other)
            }
            Expression::Other("Fn::And", argument) => list(argument).iter().all(|it| self.is_true(it)),
            Expression::Other("Fn::Or", argument) => list(argument).iter().any(|it| self.is_true(it)),
            Expression::Other("Fn::Not", argument) => list(argument).first().is_some_and(|it| !self.is_true(it)),
            _ => false,
        }
    }

    /// The resources whose conditions hold, in the order of the template.
    pub(crate) fn resources(&self) -> Vec<(String, Json)> {
        let all = self.template.section("Resources");
        all.filter(|(_, it)| self.is_active(it)).map(|(id, it)| (id.to_owned(), it.clone())).collect()
    }

    /// Whether the condition of a resource or an output holds.
    pub(crate) fn is_active(&self, entry: &Json) -> bool {
        entry.get("Condition").and_then(Json::as_str).is_none_or(|condition| self.holds(condition))
    }
}

pub(crate) fn scalar_text(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// What a resource must wait for: what it refers to, and what it says it depends on.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-dependson.html>
pub(crate) fn dependencies(resource: &Json) -> BTreeSet<String> {
    let referred = resource.get("Properties").map(expression::ids_in).unwrap_or_default();
    let declared: Vec<&str> = match resource.get("DependsOn") {
        Some(Json::String(id)) => vec![id],
        Some(Json::Array(ids)) => ids.iter().filter_map(Json::as_str).collect(),
        _ => Vec::new(),
    };
    referred.into_iter().chain(declared).map(str::to_owned).collect()
}

pub(crate) fn text_of<'a>(resource: &'a Json, name: &str) -> &'a str {
    resource.get(name).and_then(Json::as_str).unwrap_or_default()
}

fn unresolved(ids: &[&str]) -> String {
    let ids = ids.join(", ");
    format!("Template format error: Unresolved resource dependencies [{ids}] in the Resources block of the template")
}

/// Reads a template, and refuses what CloudFormation refuses at once.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/troubleshooting.html#troubleshooting-errors-validation-error>
pub(crate) fn read(text: &str) -> Result<Template, Refusal> {
    let template = Template::parse(text).map_err(|error| invalid(format!("Template format error: {error}")))?;
    if template.section("Resources").next().is_none() {
        return Err(invalid("Template format error: At least one Resources member must be defined."));
    }
    let types = template.section("Resources").map(|(_, it)| text_of(it, "Type"));
    let unknown: Vec<_> = types.filter(|kind| schema::of(kind).is_none()).collect();
    if !unknown.is_empty() {
        let types = unknown.join(", ");
        return Err(invalid(format!("Template format error: Unrecognized resource types: [{types}]")));
    }
    check_references(&template).map_err(invalid)?;
    check_circles(&template).map_err(invalid)?;
    Ok(template)
}

fn check_references(template: &Template) -> Result<(), String> {
    let is_parameter = |id: &str| template.section("Parameters").any(|(name, _)| name == id);
    for (_, resource) in template.section("Resources") {
        let Some(properties) = resource.get("Properties") else { continue };
        let mut problem = None;
        expression::visit(&expression::Path::Root, properties, &mut |_, reference| {
            let found = match reference {
                expression::Reference::To(id) => {
                    let known = id.starts_with("AWS::") || is_parameter(id) || template.resource(id).is_some();
                    (!known).then(|| unresolved(&[id]))
                }
                expression::Reference::Attribute(id, attribute) => match template.resource(id) {
                    None if id.starts_with("AWS::") || is_parameter(id) => None,
                    None => Some(format!("Template error: instance of Fn::GetAtt references undefined resource {id}")),
                    Some(of) => {
                        let kind = of.get("Type").and_then(Json::as_str).unwrap_or_default();
                        let known = resources::attribute(kind, "", &Json::Null, "", &attribute).is_some();
                        (!known).then(|| {
                            format!("Template error: resource {id} does not support attribute type {attribute} in Fn::GetAtt")
                        })
                    }
                },
                expression::Reference::Condition(_) | expression::Reference::Mapping(_) => None,
            };
            problem = problem.take().or(found);
        });
        if let Some(problem) = problem {
            return Err(problem);
        }
    }
    Ok(())
}

fn check_circles(template: &Template) -> Result<(), String> {
    let mut open: IndexMap<&str, BTreeSet<String>> =
        template.section("Resources").map(|(id, it)| (id, dependencies(it))).collect();
    loop {
        let is_free = |needs: &BTreeSet<String>| !needs.iter().any(|need| open.contains_key(need.as_str()));
        let free: Vec<_> = open.iter().filter(|(_, needs)| is_free(needs)).map(|(id, _)| *id).collect();
        if open.is_empty() {
            return Ok(());
        }
        if free.is_empty() {
            let ids: Vec<_> = open.keys().copied().collect();
            return Err(format!("Circular dependency between resources: [{}]", ids.join(", ")));
        }
        open.retain(|id, _| !free.contains(id));
    }
}

/// The values of all parameters: given, kept from before or by default.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html>
pub(crate) fn parameters(
    template: &Template,
    given: &BTreeMap<String, Option<String>>,
    before: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, Refusal> {
    let declared: IndexMap<&str, &Json> = template.section("Parameters").collect();
    let unknown: Vec<_> = given.keys().filter(|name| !declared.contains_key(name.as_str())).cloned().collect();
    if !unknown.is_empty() {
        return Err(invalid(format!("Parameters: [{}] do not exist in the template", unknown.join(", "))));
    }
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, declared) in declared {
        let value = match given.get(name) {
            Some(Some(value)) => Some(value.clone()),
            Some(None) => before.get(name).cloned(),
            None => declared.get("Default").map(scalar_text),
        };
        let Some(value) = value else {
            missing.push(name);
            continue;
        };
        let allowed = declared.get("AllowedValues").and_then(Json::as_array);
        if allowed.is_some_and(|allowed| !allowed.iter().any(|it| scalar_text(it) == value)) {
            return Err(invalid(format!("Parameter '{name}' must be one of AllowedValues")));
        }
        values.insert(name.to_owned(), value);
    }
    if missing.is_empty() {
        Ok(values)
    } else {
        Err(invalid(format!("Parameters: [{}] must have values", missing.join(", "))))
    }
}

/// Refuses a template of IAM without the capability for it.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html>
pub(crate) fn check_capabilities(template: &Template, given: &[String]) -> Result<(), Refusal> {
    const TYPES: [&str; 8] = [
        "AWS::IAM::AccessKey",
        "AWS::IAM::Group",
        "AWS::IAM::InstanceProfile",
        "AWS::IAM::ManagedPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::Role",
        "AWS::IAM::User",
        "AWS::IAM::UserToGroupAddition",
    ];
    const NAMES: [&str; 5] = ["GroupName", "InstanceProfileName", "ManagedPolicyName", "RoleName", "UserName"];
    let of_iam = || template.section("Resources").filter(|(_, it)| TYPES.contains(&text_of(it, "Type")));
    let has = |capability: &str| given.iter().any(|it| it == capability);
    let is_named = |resource: &Json| {
        let properties = resource.get("Properties").and_then(Json::as_object);
        properties.is_some_and(|properties| NAMES.iter().any(|name| properties.contains_key(*name)))
    };
    let needed = if of_iam().any(|(_, it)| is_named(it)) {
        "CAPABILITY_NAMED_IAM"
    } else if of_iam().next().is_some() {
        "CAPABILITY_IAM"
    } else {
        return Ok(());
    };
    if has("CAPABILITY_NAMED_IAM") || has(needed) {
        return Ok(());
    }
    Err(Refusal::new(400, "InsufficientCapabilitiesException", format!("Requires capabilities : [{needed}]")))
}

impl Settings {
    /// What a stack is made from, without any call.
    pub(crate) fn of(
        text: &str,
        parameters: BTreeMap<String, String>,
        tags: BTreeMap<String, String>,
    ) -> Result<Self, String> {
        let message = |refusal: Refusal| refusal.message;
        let template = read(text).map_err(message)?;
        let given = parameters.into_iter().map(|(name, value)| (name, Some(value))).collect();
        let parameters = self::parameters(&template, &given, &BTreeMap::new()).map_err(message)?;
        Ok(Self { text: text.to_owned(), template, parameters, tags, ..Self::default() })
    }
}

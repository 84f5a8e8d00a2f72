//! Updates that CloudFormation cannot do at once, as several.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::{Map, Value as Json};

use super::{Action, Plan, Snapshot};
use infra::apigateway::{Deployment, Method};
use infra::dynamodb::Table;
use infra::expression;
use infra::reference::Resource as _;
use infra::template::Template;

/// An update that comes before the one that brings the stack to where it shall be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// What it does.
    pub does: String,
    /// Why that cannot be part of the next.
    pub why: &'static str,
    /// How CloudFormation does it.
    pub by: By,
    /// What is deployed after it.
    #[serde(skip)]
    pub snapshot: Snapshot,
}

/// How CloudFormation carries out a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// As an update.
    Update,
    /// As a stack refactor, which gives resources other logical ids.
    Refactor,
}

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html>
const ONE_INDEX: &str = "one update can make or delete one index of a table";
/// CloudFormation deletes what left the template last, and a deployment of an API holds what is there when it is made.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html>
const ROUTES_LAST: &str = "a deployment of an API that is made in the same update would still have them";

/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stack-refactoring.html>
const IDS_FIRST: &str = "an update would make it anew under the new id and delete the old one";

/// What has to be deployed before `after`, in order; nothing when one update does it all. `before` has the new ids of
/// what moves.
pub(super) fn before_last(plan: &Plan, before: &Snapshot, after: &Snapshot) -> Vec<Step> {
    let mut steps: Vec<_> = ids_changed(plan, before).into_iter().collect();
    steps.extend(routes_removed(plan, before));
    steps.extend(indexes_changed(plan, before, after));
    steps
}

/// What is deployed, with other logical ids.
fn ids_changed(plan: &Plan, before: &Snapshot) -> Option<Step> {
    let moves: Vec<_> = plan.moves.iter().map(|it| format!("{} to {}", it.from, it.to)).collect();
    (!moves.is_empty()).then(|| Step {
        does: format!("move {}", moves.join(", ")),
        why: IDS_FIRST,
        by: By::Refactor,
        snapshot: before.clone(),
    })
}

/// What is deployed without the methods that go, and with the deployments of their APIs as they are.
fn routes_removed(plan: &Plan, before: &Snapshot) -> Option<Step> {
    let is_of_an_api = |kind: &str| kind == Method::TYPE || kind == "AWS::ApiGateway::Resource";
    let deleted = plan.resources.iter().filter(|change| change.action == Action::Delete);
    let gone: BTreeSet<_> =
        deleted.filter(|change| is_of_an_api(&change.resource_type)).map(|change| change.id.as_str()).collect();
    let is_method = |id: &&str| type_of(&before.template, id) == Some(Method::TYPE);
    let makes_deployment =
        plan.resources.iter().any(|change| change.resource_type == Deployment::TYPE && change.action == Action::Create);
    let methods: Vec<_> = gone.iter().copied().filter(is_method).collect();
    if methods.is_empty() || !makes_deployment {
        return None;
    }
    let mut template = before.template.clone().into_json();
    let resources = template.get_mut("Resources")?.as_object_mut()?;
    resources.retain(|id, _| !gone.contains(id.as_str()));
    for resource in resources.values_mut() {
        forget_dependencies(resource, &gone);
    }
    // Something that stays refers to what goes: it changes together with it.
    let refers = |resource: &Json| expression::ids_in(resource).into_iter().any(|id| gone.contains(id));
    if resources.values().any(refers) {
        return None;
    }
    let template = Template::from_json(template);
    Some(Step {
        does: format!("delete {}", methods.join(", ")),
        why: ROUTES_LAST,
        by: By::Update,
        snapshot: Snapshot { template, ..before.clone() },
    })
}

fn forget_dependencies(resource: &mut Json, gone: &BTreeSet<&str>) {
    let Some(resource) = resource.as_object_mut() else { return };
    let remaining = match resource.get("DependsOn") {
        Some(Json::String(id)) if gone.contains(id.as_str()) => Json::Array(Vec::new()),
        Some(Json::Array(ids)) => {
            ids.iter().filter(|id| !id.as_str().is_some_and(|id| gone.contains(id))).cloned().collect()
        }
        _ => return,
    };
    if remaining.as_array().is_some_and(Vec::is_empty) {
        resource.remove("DependsOn");
    } else {
        resource.insert("DependsOn".to_owned(), remaining);
    }
}

/// The way of each table from its indexes to those that it shall have, one index at a time, all tables together.
fn indexes_changed(plan: &Plan, before: &Snapshot, after: &Snapshot) -> Vec<Step> {
    let updated = plan.resources.iter().filter(|it| it.action == Action::Update && it.resource_type == Table::TYPE);
    let ways: Vec<_> = updated.filter_map(|change| Way::of(&change.id, before, after)).collect();
    let longest = ways.iter().map(|way| way.moves.len()).max().unwrap_or(0);
    (1..longest)
        .map(|count| {
            let mut template = after.template.clone().into_json();
            for way in &ways {
                way.apply(&mut template, count);
            }
            let moves = ways.iter().filter_map(|way| way.moves.get(count - 1).map(|it| it.words(way.id)));
            Step {
                does: moves.collect::<Vec<_>>().join(", "),
                why: ONE_INDEX,
                by: By::Update,
                snapshot: Snapshot { template: Template::from_json(template), ..after.clone() },
            }
        })
        .collect()
}

/// The indexes of a table on their way from one template to the next.
struct Way<'a> {
    id: &'a str,
    /// The indexes that it has, by name.
    old: IndexMap<&'a str, &'a Json>,
    moves: Vec<Move<'a>>,
    /// The attributes of both templates, by name; those of the new one count.
    attributes: IndexMap<&'a str, (Option<&'a Json>, Option<&'a Json>)>,
    /// The attributes of all other keys of the table.
    keys: BTreeSet<&'a str>,
}

#[derive(Clone, Copy)]
enum Move<'a> {
    Delete(&'a str),
    Make(&'a str, &'a Json),
}

impl Move<'_> {
    fn words(self, table: &str) -> String {
        match self {
            Self::Delete(index) => format!("delete the index `{index}` of `{table}`"),
            Self::Make(index, _) => format!("make the index `{index}` of `{table}`"),
        }
    }
}

impl<'a> Way<'a> {
    fn of(id: &'a str, before: &'a Snapshot, after: &'a Snapshot) -> Option<Self> {
        let properties = |snapshot: &'a Snapshot| snapshot.template.resource(id)?.get("Properties")?.as_object();
        let (before, after) = (properties(before)?, properties(after)?);
        let (old, new) = (indexes(before)?, indexes(after)?);
        let rebuilt = |name: &str| {
            let parts =
                |index: Option<&&Json>| index.map(|it| (it.get("KeySchema").cloned(), it.get("Projection").cloned()));
            new.contains_key(name) && parts(old.get(name)) != parts(new.get(name))
        };
        let gone = old.keys().copied().filter(|name| !new.contains_key(name) || rebuilt(name));
        let made = new.iter().filter(|(name, _)| !old.contains_key(*name) || rebuilt(name));
        let moves = gone.map(Move::Delete).chain(made.map(|(name, index)| Move::Make(name, index))).collect();
        let mut attributes: IndexMap<&str, (Option<&Json>, Option<&Json>)> = IndexMap::new();
        for definition in list(before, "AttributeDefinitions") {
            attributes.entry(text(definition, "AttributeName")?).or_default().0 = Some(definition);
        }
        for definition in list(after, "AttributeDefinitions") {
            attributes.entry(text(definition, "AttributeName")?).or_default().1 = Some(definition);
        }
        let others = list(after, "LocalSecondaryIndexes").flat_map(key_attributes);
        let keys = list(after, "KeySchema").filter_map(|key| text(key, "AttributeName")).chain(others).collect();
        Some(Self { id, old, moves, attributes, keys })
    }

    /// Gives the table in `template` the indexes that it has after `count` moves.
    fn apply(&self, template: &mut Map<String, Json>, count: usize) {
        let mut indexes = self.old.clone();
        for step in self.moves.iter().take(count) {
            match step {
                Move::Delete(name) => {
                    indexes.shift_remove(name);
                }
                Move::Make(name, index) => {
                    indexes.insert(name, index);
                }
            }
        }
        let used: BTreeSet<_> =
            indexes.values().copied().flat_map(key_attributes).chain(self.keys.iter().copied()).collect();
        // An index that stays as it was keeps the attributes that it was made with.
        let is_old = |name: &str| {
            let has_key = |index: &&&Json| key_attributes(index).any(|it| it == name);
            self.old.iter().any(|(id, index)| indexes.get(id) == Some(index) && has_key(&index))
        };
        let definition = |(name, (old, new)): (&&str, &(Option<&Json>, Option<&Json>))| {
            used.contains(name).then(|| if is_old(name) { old.or(*new) } else { new.or(*old) }).flatten().cloned()
        };
        let definitions: Vec<_> = self.attributes.iter().filter_map(definition).collect();
        let properties = template
            .get_mut("Resources")
            .and_then(|resources| resources.get_mut(self.id)?.get_mut("Properties")?.as_object_mut());
        let Some(properties) = properties else { return };
        properties.insert("AttributeDefinitions".to_owned(), definitions.into());
        if indexes.is_empty() {
            properties.remove("GlobalSecondaryIndexes");
        } else {
            let indexes: Vec<_> = indexes.into_values().cloned().collect();
            properties.insert("GlobalSecondaryIndexes".to_owned(), indexes.into());
        }
    }
}

/// The global secondary indexes by name; `None` when a name is an expression.
fn indexes(properties: &Map<String, Json>) -> Option<IndexMap<&str, &Json>> {
    list(properties, "GlobalSecondaryIndexes").map(|index| Some((text(index, "IndexName")?, index))).collect()
}

fn list<'a>(properties: &'a Map<String, Json>, name: &str) -> impl Iterator<Item = &'a Json> {
    properties.get(name).and_then(Json::as_array).into_iter().flatten()
}

fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name)?.as_str()
}

fn key_attributes(index: &Json) -> impl Iterator<Item = &str> {
    let keys = index.get("KeySchema").and_then(Json::as_array).into_iter().flatten();
    keys.filter_map(|key| text(key, "AttributeName"))
}

fn type_of<'a>(template: &'a Template, id: &str) -> Option<&'a str> {
    template.resource(id)?.get("Type")?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(yaml: &str) -> Snapshot {
        Snapshot { template: Template::parse(yaml).unwrap(), ..Snapshot::default() }
    }

    fn steps(before: &str, after: &str) -> (Vec<Step>, Plan) {
        let (before, after) = (snapshot(before), snapshot(after));
        let plan = Plan::between(Some(&before), &after);
        (plan.steps.clone(), plan)
    }

    /// A table with these indexes, each with its key.
    fn table(indexes: &[(&str, &str)]) -> String {
        let index = |(name, key): &(&str, &str)| {
            format!(
                "{{IndexName: {name}, KeySchema: [{{AttributeName: {key}, KeyType: HASH}}], Projection: {{ProjectionType: ALL}}}}"
            )
        };
        let attributes: BTreeSet<_> = indexes.iter().map(|(_, key)| *key).chain(["id"]).collect();
        let attributes: Vec<_> =
            attributes.iter().map(|name| format!("{{AttributeName: {name}, AttributeType: S}}")).collect();
        let indexes: Vec<_> = indexes.iter().map(index).collect();
        format!(
            "Resources: {{Orders: {{Type: AWS::DynamoDB::Table, Properties: {{BillingMode: PAY_PER_REQUEST, \
             AttributeDefinitions: [{}], KeySchema: [{{AttributeName: id, KeyType: HASH}}], GlobalSecondaryIndexes: [{}]}}}}}}",
            attributes.join(", "),
            indexes.join(", ")
        )
    }

    #[test]
    fn indexes_change_one_at_a_time() {
        let (steps, plan) = steps(&table(&[("a", "x"), ("b", "y")]), &table(&[("b", "z"), ("c", "x")]));
        let does: Vec<_> = steps.iter().map(|step| step.does.as_str()).collect();
        assert_eq!(
            does,
            ["delete the index `a` of `Orders`", "delete the index `b` of `Orders`", "make the index `b` of `Orders`",]
        );
        let attributes = |step: &Step| {
            let table = step.snapshot.template.resource("Orders").unwrap();
            let names = table["Properties"]["AttributeDefinitions"].as_array().unwrap().iter();
            names.map(|it| it["AttributeName"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(steps.iter().map(attributes).collect::<Vec<_>>(), [vec!["id", "y"], vec!["id"], vec!["id", "z"]]);
        assert!(plan.lines("shop").iter().any(|line| line.text.contains("in 4 steps")), "{:?}", plan.lines("shop"));
    }

    #[test]
    fn one_index_is_one_update() {
        assert_eq!(steps(&table(&[("a", "x")]), &table(&[("a", "x"), ("b", "y")])).0, []);
        assert_eq!(steps(&table(&[("a", "x")]), &table(&[])).0, []);
    }

    const ROUTES: &str = "
Resources:
  Api: {Type: AWS::ApiGateway::RestApi, Properties: {Name: shop}}
  Get: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: GET}}
  Put: {Type: AWS::ApiGateway::Method, Properties: {RestApiId: !Ref Api, ResourceId: !GetAtt Api.RootResourceId, HttpMethod: PUT}}
  DeploymentOne: {Type: AWS::ApiGateway::Deployment, DependsOn: [Get, Put], Properties: {RestApiId: !Ref Api}}
  Stage: {Type: AWS::ApiGateway::Stage, Properties: {RestApiId: !Ref Api, DeploymentId: !Ref DeploymentOne}}
";

    #[test]
    fn a_route_goes_before_the_deployment_without_it_is_made() {
        let put = ROUTES.lines().find(|line| line.contains("Put:")).unwrap();
        let after = ROUTES.replace(put, "");
        let after = after.replace("[Get, Put]", "[Get]").replace("DeploymentOne", "DeploymentTwo");
        let (steps, _) = steps(ROUTES, &after);
        let [step] = steps.as_slice() else { panic!("{steps:?}") };
        assert_eq!(step.does, "delete Put");
        let template = &step.snapshot.template;
        assert!(template.resource("Put").is_none());
        assert_eq!(template.resource("DeploymentOne").unwrap()["DependsOn"], serde_json::json!(["Get"]));
    }
}

//! How what the Cloud Control API reads differs from what the model states, property by property.
//!
//! What the model does not set is not compared: services choose it. Nor is what nobody here knows: values of intrinsic
//! functions, secrets that a template refers to, what a service never tells or tells otherwise than it was given.

use std::collections::BTreeMap;

use infra::expression::{Expression, has_function};
use infra::schema::Schema;
use serde_json::{Map, Value as Json};

use super::value::{is_same, text};
use crate::services::policy;

/// A property that is not as the model says.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    /// The steps to it; an element of a list has its index in the model.
    pub(super) steps: Vec<String>,
    /// What the model says.
    pub(super) expected: String,
    /// What is live; `None` when it is not set.
    pub(super) live: Option<String>,
}

/// What is compared with what.
#[derive(Debug)]
pub(super) struct Comparison<'a> {
    pub(super) schema: &'a Schema,
    /// The tags of the stack, which CloudFormation adds to those of the resource.
    pub(super) stack_tags: &'a BTreeMap<String, String>,
}

impl Difference {
    /// `Dimensions[0].Value`, `Tags[team]`; a name that is no word is in brackets, too.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for step in &self.steps {
            let is_word =
                step.starts_with(|first: char| !first.is_ascii_digit()) && !step.contains(['.', ':', '/', ' ']);
            if path.is_empty() || step.starts_with('[') {
                path.push_str(step);
            } else if is_word {
                path.extend([".", step]);
            } else {
                path.extend(["[", step, "]"]);
            }
        }
        path
    }
}

impl Comparison<'_> {
    /// How `live` differs from the properties of the model.
    pub(super) fn differences(&self, model: &Json, live: &Json) -> Vec<Difference> {
        let properties = model.as_object().into_iter().flatten();
        properties.flat_map(|(name, expected)| self.at(std::slice::from_ref(name), expected, live.get(name))).collect()
    }

    fn at(&self, steps: &[String], expected: &Json, live: Option<&Json>) -> Vec<Difference> {
        let path: Vec<_> = steps.iter().map(String::as_str).collect();
        let schema = self.schema;
        if schema.write_only(&path) || schema.read_only(&path) || schema.rewritten(&path) || is_unknown(expected) {
            return Vec::new();
        }
        let Some(live) = live.filter(|live| !live.is_null()) else { return self.unset(steps, expected) };
        let are_tags = path.len() == 1 && schema.tag_property() == path.first().copied();
        if let Some((modelled, actual)) = tags(expected).zip(tags(live)).filter(|_| are_tags) {
            return self.tags(steps, &modelled, &actual);
        }
        match (expected, live) {
            _ if is_policy(expected) && is_policy(live) => {
                let differs = !policy::is_same(expected, live);
                let words = || difference(steps, policy::words(expected), Some(policy::words(live)));
                differs.then(words).into_iter().collect()
            }
            (Json::Object(modelled), Json::Object(actual)) => self.members(steps, modelled, actual),
            (Json::Array(modelled), Json::Array(actual)) if schema.is_unordered(&path) => {
                self.set(steps, modelled, actual)
            }
            (Json::Array(modelled), Json::Array(actual)) => self.list(steps, modelled, actual),
            _ if is_same(expected, live) => Vec::new(),
            _ => vec![difference(steps, text(expected), Some(text(live)))],
        }
    }

    /// Services do not tell what is empty or off.
    fn unset(&self, steps: &[String], expected: &Json) -> Vec<Difference> {
        let is_nothing = match expected {
            Json::Null | Json::Bool(false) => true,
            Json::String(text) => text.is_empty() || text == "false",
            Json::Number(_) | Json::Bool(true) => false,
            Json::Array(items) => items.iter().all(|item| self.at(&below(steps, "0"), item, None).is_empty()),
            Json::Object(members) => {
                members.iter().all(|(name, member)| self.at(&below(steps, name), member, None).is_empty())
            }
        };
        if is_nothing { Vec::new() } else { vec![difference(steps, text(expected), None)] }
    }

    fn members(&self, steps: &[String], modelled: &Map<String, Json>, live: &Map<String, Json>) -> Vec<Difference> {
        let mut found = Vec::new();
        for (name, expected) in modelled {
            found.extend(self.at(&below(steps, name), expected, live.get(name)));
        }
        let path: Vec<_> = steps.iter().map(String::as_str).collect();
        // The names in a map are the user's: one that the model has not is somebody else's.
        if self.schema.is_map(&path) {
            let added = live.iter().filter(|(name, _)| !modelled.contains_key(*name));
            found.extend(
                added.map(|(name, live)| difference(&below(steps, name), NOT_SET.to_owned(), Some(text(live)))),
            );
        }
        found
    }

    fn list(&self, steps: &[String], modelled: &[Json], live: &[Json]) -> Vec<Difference> {
        if modelled.len() == live.len() {
            let pairs = modelled.iter().zip(live).enumerate();
            let of_pair = |(index, (expected, live)): (usize, (&Json, &Json))| {
                self.at(&below(steps, &index.to_string()), expected, Some(live))
            };
            return pairs.flat_map(of_pair).collect();
        }
        // A function may yield no element, or several.
        if modelled.iter().any(is_unknown) { Vec::new() } else { vec![whole(steps, modelled, live)] }
    }

    /// Of a list without order: each element of the model has one that is live, and the other way round.
    fn set(&self, steps: &[String], modelled: &[Json], live: &[Json]) -> Vec<Difference> {
        let (mut rest, mut unmatched): (Vec<_>, Vec<_>) = (live.iter().collect(), Vec::new());
        // What is known in full first: another may be like several.
        let mut ordered: Vec<_> = modelled.iter().enumerate().filter(|(_, item)| !is_unknown(item)).collect();
        ordered.sort_by_key(|(_, item)| has_function(item));
        for (index, item) in ordered {
            let place = below(steps, &index.to_string());
            match rest.iter().position(|live| self.at(&place, item, Some(live)).is_empty()) {
                Some(found) => drop(rest.remove(found)),
                None => unmatched.push((place, item)),
            }
        }
        let has_unknown = modelled.iter().any(is_unknown);
        match (&unmatched[..], &rest[..]) {
            ([], rest) if rest.is_empty() || has_unknown => Vec::new(),
            ([(place, item)], [live]) if !has_unknown && item.is_object() => self.at(place, item, Some(live)),
            _ => vec![whole(steps, modelled, live)],
        }
    }

    fn tags(&self, steps: &[String], modelled: &Tags<'_>, live: &Tags<'_>) -> Vec<Difference> {
        let tag = |key: &str| below(steps, &format!("[{key}]"));
        let mut found = Vec::new();
        for (key, value) in modelled {
            let actual = live.get(key);
            if !is_unknown(value) && !actual.is_some_and(|actual| is_same(value, actual)) {
                found.push(difference(&tag(key), text(value), actual.map(|actual| text(actual))));
            }
        }
        let is_ours = |key: &str| key.starts_with("aws:") || self.stack_tags.contains_key(key);
        let added = live.iter().filter(|(key, _)| !modelled.contains_key(*key) && !is_ours(key));
        found.extend(added.map(|(key, value)| difference(&tag(key), NOT_SET.to_owned(), Some(text(value)))));
        found
    }
}

/// Tags by their keys.
type Tags<'a> = BTreeMap<String, &'a Json>;

/// What the model says of something that only is live.
const NOT_SET: &str = "not set";

fn below(steps: &[String], step: &str) -> Vec<String> {
    steps.iter().cloned().chain([step.to_owned()]).collect()
}

fn difference(steps: &[String], expected: String, live: Option<String>) -> Difference {
    Difference { steps: steps.to_vec(), expected, live }
}

fn whole(steps: &[String], modelled: &[Json], live: &[Json]) -> Difference {
    difference(steps, text(&modelled.into()), Some(text(&live.into())))
}

fn is_policy(json: &Json) -> bool {
    json.get("Statement").is_some()
}

/// Whether only CloudFormation knows the value: that of a function, or one that it fetches.
fn is_unknown(value: &Json) -> bool {
    Expression::of(value).is_function() || value.as_str().is_some_and(|text| text.contains("{{resolve:"))
}

/// Tags by key, whether they are a map or a list of pairs; none when they are something else, or a function is one of them.
fn tags(json: &Json) -> Option<Tags<'_>> {
    match json {
        Json::Object(map) => Some(map.iter().map(|(key, value)| (key.clone(), value)).collect()),
        Json::Array(items) => {
            items.iter().map(|tag| Some((tag.get("Key")?.as_str()?.to_owned(), tag.get("Value")?))).collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    #[expect(clippy::needless_pass_by_value, reason = "so that a case reads as what is compared")]
    fn check(resource_type: &str, model: Json, live: Json, expected: &[&str]) {
        let stack_tags = [("project".to_owned(), "shop".to_owned())].into();
        let schema = infra::schema::of(resource_type).unwrap();
        let found = Comparison { schema, stack_tags: &stack_tags }.differences(&model, &live);
        let told =
            |it: &Difference| format!("{}: {} -> {}", it.path(), it.expected, it.live.as_deref().unwrap_or("not set"));
        assert_eq!(found.iter().map(told).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_the_model_states_is_compared_and_nothing_else() {
        let model = json!({"Threshold": "1", "Period": 60, "ActionsEnabled": "true", "AlarmActions": []});
        let live = json!({"Threshold": 1.0, "Period": 60, "ActionsEnabled": true, "Unit": "Count", "Arn": "arn"});
        check("AWS::CloudWatch::Alarm", model.clone(), live, &[]);
        let live = json!({"Threshold": 5.0, "Period": 60});
        check("AWS::CloudWatch::Alarm", model, live, &["Threshold: 1 -> 5.0", "ActionsEnabled: true -> not set"]);
    }

    #[test]
    fn a_list_without_order_is_a_set() {
        let dimension = |name: &str, value: Json| json!({"Name": name, "Value": value});
        let alarm = |dimensions: &[Json]| json!({ "Dimensions": dimensions });
        let check = |model: &[Json], live: &[Json], expected: &[&str]| {
            check("AWS::CloudWatch::Alarm", alarm(model), alarm(live), expected);
        };
        let (a, b, c) = (dimension("A", "1".into()), dimension("B", "2".into()), dimension("B", "3".into()));
        let unknown = dimension("A", json!({"Fn::GetAtt": ["X", "Name"]}));
        check(&[a.clone(), b.clone()], &[b.clone(), a.clone()], &[]);
        check(&[a.clone(), b.clone()], &[c, a.clone()], &["Dimensions[1].Value: 2 -> 3"]);
        check(&[unknown, b.clone()], &[b.clone(), a.clone()], &[]);
        let listed = |items: &[&Json]| Json::from(items.iter().map(|it| (*it).clone()).collect::<Vec<_>>()).to_string();
        let fewer = format!("Dimensions: {} -> {}", listed(&[&a, &b]), listed(&[&a]));
        check(&[a.clone(), b], &[a], &[&fewer]);
    }

    #[test]
    fn a_list_with_order_is_compared_by_places() {
        let alarm = |actions: Json| json!({ "AlarmActions": actions });
        let expected = "AlarmActions[0]: arn:aws:sns:x:1:a -> arn:aws:sns:x:1:b";
        check(
            "AWS::CloudWatch::Alarm",
            alarm(json!(["arn:aws:sns:x:1:a"])),
            alarm(json!(["arn:aws:sns:x:1:b"])),
            &[expected],
        );
        check("AWS::CloudWatch::Alarm", alarm(json!([{"Fn::If": ["X", "a", "b"]}])), alarm(json!([])), &[]);
        check("AWS::CloudWatch::Alarm", alarm(json!(["{{resolve:ssm:/topic}}"])), alarm(json!(["arn"])), &[]);
    }

    #[test]
    fn tags_are_compared_by_key_without_those_of_cloudformation_and_the_stack() {
        let tag = |key: &str, value: &str| json!({"Key": key, "Value": value});
        let live =
            [tag("aws:cloudformation:stack-name", "x"), tag("project", "other"), tag("team", "b"), tag("x", "1")];
        let expected = ["Tags[cost-center]: 1 -> not set", "Tags[team]: a -> b", "Tags[x]: not set -> 1"];
        let model = json!({"Tags": [tag("team", "a"), tag("cost-center", "1")]});
        check("AWS::CloudWatch::Alarm", model, json!({ "Tags": live }), &expected);
        let live = json!({"Tags": {"aws:x": "1", "team": "a"}});
        check("AWS::SSM::Parameter", json!({"Tags": {"team": "a"}}), live, &[]);
    }

    #[test]
    fn what_is_never_read_or_read_otherwise_is_not_compared() {
        check("AWS::SecretsManager::Secret", json!({"SecretString": "x", "Name": "s"}), json!({"Name": "s"}), &[]);
        let broker = json!({"EngineType": "ActiveMQ", "DeploymentMode": "single_instance"});
        let live = json!({"EngineType": "ACTIVEMQ", "DeploymentMode": "SINGLE_INSTANCE"});
        check("AWS::AmazonMQ::Broker", broker, live, &[]);
    }

    #[test]
    fn documents_are_compared_by_what_they_say() {
        let policy = |action: &str| json!({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]});
        let key = |policy: Json| json!({ "KeyPolicy": policy });
        check("AWS::KMS::Key", key(policy("kms:Encrypt")), key(policy("kms:Encrypt").to_string().into()), &[]);
        let expected =
            format!("KeyPolicy: {0} -> {1}", policy("kms:Encrypt")["Statement"][0], policy("kms:*")["Statement"][0]);
        check("AWS::KMS::Key", key(policy("kms:Encrypt")), key(policy("kms:*")), &[&expected]);
        let dashboard = |body: &str| json!({ "DashboardBody": body });
        let (model, live) = (dashboard("{\"widgets\": []}"), dashboard("{\"widgets\":[]}"));
        check("AWS::CloudWatch::Dashboard", model, live, &[]);
    }

    #[test]
    fn what_somebody_added_to_a_map_is_found() {
        let stage = |variables: Json| json!({ "Variables": variables });
        let expected = ["Variables.color: not set -> red"];
        check(
            "AWS::ApiGateway::Stage",
            stage(json!({"size": "1"})),
            stage(json!({"size": "1", "color": "red"})),
            &expected[..1],
        );
    }
}

//! Functions as they were when they were published.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::Function;
use crate::check::Check;
use crate::expression::{Path, Reference, canonical, visit, visit_condition};
use crate::fingerprint;
use crate::reference::{Ref, Resource};
use crate::schema;
use crate::stack::Stack;
use crate::template::code_parameter;
use crate::value::Intrinsic;

/// A function's code and configuration, frozen when it is deployed. An [`Alias`](super::Alias) names it.
///
/// A version never changes. The template gives it a `Description` of the function's code and configuration, so that CloudFormation
/// publishes a new version when either changes, and then deletes the old one. A stack has one version of a function.
///
/// The description names the code by its parameter, and each parameter that the configuration refers to. Of a resource that the configuration refers
/// to, it has a digest of what CloudFormation would replace the resource for. A change that the template does not
/// show publishes no version: a value of another stack, or an attribute of a resource that is not replaced, such as the ARN of a table's stream
/// that is turned off and on. Change the function's description then.
///
/// Lambda takes up to 256 characters, the values of the parameters among them. Where those are longer, set the property `Description`
/// by [`Named::property`](crate::stack::Named::property), and change it with each version.
///
/// To keep old versions, set [`Named::update_replace_policy`](crate::stack::Named::update_replace_policy) to
/// [`Retain`](crate::stack::DeletionPolicy::Retain). Their code counts against the
/// [75 GB](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) of an account and region.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html>
///
/// ```
/// use infra::lambda::{Alias, Function, Version};
/// use infra::{Stack, Stage};
///
/// #[derive(serde::Serialize)]
/// struct Count {}
/// impl bindings::Program for Count {
///     const NAME: &'static str = "count";
/// }
///
/// let mut stack = Stack::new("shop", &Stage::default());
/// let role = stack.named("CountRole").add(infra::iam::Role::for_service("lambda.amazonaws.com"));
/// let count = stack.named("Count").add(Function::rust(Count {}).with_role(role));
/// let version = stack.named("CountVersion").add(Version { function: count });
/// stack.named("CountLive").add(Alias::new(count, "live", version));
/// assert_eq!(infra::check(&stack), []);
/// ```
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Version {
    /// The function. Changing it replaces the version.
    #[serde(rename = "FunctionName")]
    pub function: Ref<Function>,
}

impl Resource for Version {
    const TYPE: &'static str = "AWS::Lambda::Version";

    fn check(&self, check: &mut Check<'_>) {
        let mut versions = check.stack.resources_of::<Self>().filter(|(_, version)| version.function == self.function);
        let first = versions.next().map(|(version, _)| version.id());
        if let Some(first) = first.filter(|first| *first != check.id()) {
            // https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html
            let message = format!(
                "`{first}` is a version of `{}` already, and Lambda publishes nothing twice that has not changed",
                self.function.id()
            );
            check
                .error("version-twice", message)
                .help(format!("refer to `{first}`, and name an older version by its number"));
        }
    }
}

impl Ref<Version> {
    /// Its number.
    #[must_use]
    pub const fn number(self) -> Intrinsic {
        self.attribute("Version")
    }
}

/// What belongs to a function and not to its versions: who changes it alone has nothing to publish.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html>
const NOT_IN_A_VERSION: [&str; 7] = [
    "CodeSigningConfigArn",
    "FunctionScalingConfig",
    "PublishToLatestPublished",
    "RecursiveLoop",
    "ReservedConcurrentExecutions",
    "RuntimeManagementConfig",
    "Tags",
];

/// Whether versions of a function keep its property `name`.
#[must_use]
pub fn is_in_a_version(name: &str) -> bool {
    !NOT_IN_A_VERSION.contains(&name)
}

/// How many hexadecimal digits of the configuration's fingerprint a version's description carries.
const DIGITS: usize = 16;

/// Describes each version of `stack` in its rendered `resources`.
pub(crate) fn describe(stack: &Stack, resources: &mut Map<String, Json>) {
    let described: Vec<_> = stack
        .resources_of::<Version>()
        .filter_map(|(id, version)| Some((id.id(), description(stack, resources, version.function)?)))
        .collect();
    for (id, description) in described {
        let properties = resources.get_mut(id.as_str()).and_then(|version| version.get_mut("Properties"));
        if let Some(properties) = properties.and_then(Json::as_object_mut) {
            properties.entry("Description").or_insert(description);
        }
    }
}

/// The code and the configuration of `function` in a text that CloudFormation completes.
fn description(stack: &Stack, resources: &Map<String, Json>, function: Ref<Function>) -> Option<Json> {
    let code = code_parameter(stack.get(function)?.program());
    let mut configuration = resources.get(function.id().as_str())?.get("Properties")?.as_object()?.clone();
    // The code is told by its parameter.
    configuration.retain(|property, _| property != "Code" && is_in_a_version(property));
    let mut content = Content { stack, resources, of: BTreeMap::new(), parameters: BTreeSet::new() };
    content.refer(&Json::Object(configuration.clone()));
    let mut all = canonical(json!([configuration, content.of]));
    // Lambda tells configurations apart by what they say, in whatever order.
    all.sort_all_objects();
    let fingerprint = fingerprint::of(&all.to_string());
    let parameters = content.parameters.iter().map(|parameter| format!(" ${{{parameter}}}"));
    let text = format!("${{{code}}} {}{}", &fingerprint[..DIGITS], parameters.collect::<String>());
    Some(json!({ "Fn::Sub": text }))
}

/// What decides the values that a configuration refers to.
struct Content<'a> {
    stack: &'a Stack,
    resources: &'a Map<String, Json>,
    /// Conditions, and what resources are replaced for, by logical id.
    of: BTreeMap<String, Json>,
    parameters: BTreeSet<String>,
}

impl Content<'_> {
    fn refer(&mut self, value: &Json) {
        let mut found = Vec::new();
        visit(&Path::Root, value, &mut |_, reference| found.push(reference));
        self.follow(found);
    }

    fn follow(&mut self, references: Vec<Reference<'_>>) {
        for reference in references {
            if let Reference::Condition(id) = reference {
                self.condition(id);
            } else if let Some(id) = reference.id() {
                self.parameters.extend(self.stack.parameters.contains_key(id).then(|| id.to_owned()));
                self.resource(id);
            }
        }
    }

    fn condition(&mut self, id: &str) {
        let Some(condition) = self.stack.conditions.get(id).and_then(|it| serde_json::to_value(it).ok()) else {
            return;
        };
        if self.of.insert(id.to_owned(), condition.clone()).is_none() {
            let mut found = Vec::new();
            visit_condition(&condition, &mut |_, reference| found.push(reference));
            self.follow(found);
        }
    }

    /// A resource is another one, with another name and ARN, once what it is replaced for has changed.
    fn resource(&mut self, id: &str) {
        let Some(resource) = self.resources.get(id) else { return };
        let kind = resource.get("Type").and_then(Json::as_str).unwrap_or_default();
        let properties = resource.get("Properties").and_then(Json::as_object).into_iter().flatten();
        let replacing = |property: &str| {
            schema::of(kind)
                .is_some_and(|schema| schema.create_only(&[property]) || schema.conditionally_create_only(&[property]))
        };
        let replacing: Map<_, _> = properties
            .filter(|(property, _)| replacing(property))
            .map(|(property, value)| (property.clone(), value.clone()))
            .collect();
        let replacing = Json::Object(replacing);
        if self.of.insert(id.to_owned(), json!([kind, replacing])).is_none() {
            self.refer(&replacing);
        }
    }
}

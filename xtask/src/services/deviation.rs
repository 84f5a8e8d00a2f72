//! How live resources differ from their model, read through each service's own API, or else through Cloud Control.
//!
//! CloudFormation reports a property as done once it has passed it on, and anybody may change it afterwards. What
//! differs is named here, with how to set it where an API call can. Nothing is set without [`repair`].

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use futures::future::BoxFuture;
use futures::stream::{self, StreamExt as _};
use infra::expression::{Expression, Known, ids_in, resolve};
use infra::facts::{Home, Physical};
use plan::Snapshot;
use serde::Serialize;
use serde_json::{Map, Value as Json};
use tokio::sync::OnceCell;

use super::cloud_control::{self, Outcome};
use super::cloudformation::Resource;
use super::existence::CONCURRENCY;
use crate::cloud::Cloud;

/// A property that is not live as the model says.
#[derive(Debug, Serialize)]
pub struct Deviation {
    /// The resource's logical id.
    pub id: String,
    /// The property's path.
    pub property: String,
    /// What the model says.
    pub expected: String,
    /// What is live; `None` when it is not set.
    pub live: Option<String>,
    /// Whether `deploy --hotswap` made it, and nobody has deployed since.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hotswapped: bool,
    #[serde(skip)]
    repair: Option<Repair>,
}

/// The calls that set a property to what the model says.
struct Repair(BoxFuture<'static, anyhow::Result<()>>);

impl fmt::Debug for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Repair")
    }
}

impl Deviation {
    /// Whether an API call can set the property to what the model says.
    #[must_use]
    pub const fn is_repairable(&self) -> bool {
        self.repair.is_some()
    }

    /// What is known of how it came about, to be said after it.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        if self.hotswapped { " (hot-swapped: `deploy` brings both in step)" } else { "" }
    }

    /// The same, with the calls that mend it.
    pub(super) fn repaired_by(self, calls: impl Future<Output = anyhow::Result<()>> + Send + 'static) -> Self {
        Self { repair: Some(Repair(Box::pin(calls))), ..self }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let live = self.live.as_deref().unwrap_or("not set");
        write!(f, "{} {} is {live}, expected {}{}", self.id, self.property, self.expected, self.reason())
    }
}

/// The resource that is looked at.
#[derive(Debug)]
pub(super) struct Live<'a> {
    pub(super) cloud: &'a Cloud,
    pub(super) resource: &'a Resource,
    /// The model's properties, with the values of parameters in place.
    properties: &'a Json,
    /// The physical ids of all resources of the stack, by logical id.
    physical: &'a BTreeMap<&'a str, &'a str>,
    /// The model's resources, by logical id.
    template: &'a Map<String, Json>,
    /// The tags that all resources of the stack shall have.
    pub(super) tags: &'a BTreeMap<String, String>,
    /// What several resources of the stack are compared with.
    pub(super) answers: &'a Answers,
}

/// Answers of services that several resources are compared with. Each is asked for once: Lambda answers 15 calls of
/// `GetPolicy` in a second for the whole account, and a function may have a permission for each route of an API.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
#[derive(Debug, Default)]
pub(super) struct Answers(Mutex<BTreeMap<String, Arc<OnceCell<Json>>>>);

impl Answers {
    pub(super) async fn once(
        &self,
        name: &str,
        ask: impl Future<Output = anyhow::Result<Json>>,
    ) -> anyhow::Result<Json> {
        let answer = {
            let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(answers.entry(name.to_owned()).or_default())
        };
        answer.get_or_try_init(|| ask).await.cloned()
    }
}

/// What a comparison of live resources with their model found.
#[derive(Debug, Default)]
pub struct Compared {
    /// How many resources were read.
    pub read: usize,
    /// What differs, in the order of the resources.
    pub deviations: Vec<Deviation>,
    /// The logical ids of those that could not be read, and why.
    pub unread: Vec<(String, anyhow::Error)>,
    /// Those that nothing here can compare.
    pub passed_over: Vec<PassedOver>,
}

/// A resource that is not compared with its model.
#[derive(Debug, Serialize)]
pub struct PassedOver {
    /// Its logical id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Why not.
    pub reason: &'static str,
}

/// Who is asked what is live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The services that the engine knows, of their resources.
    Services,
    /// The Cloud Control API, too, of all others.
    All,
}

/// Compares every resource that the `readers` can read. Changes nothing.
pub async fn compare(cloud: &Cloud, snapshot: &Snapshot, resources: &[Resource], readers: Readers) -> Compared {
    let template = snapshot.resolved_resources();
    let physical: BTreeMap<_, _> =
        resources.iter().map(|resource| (resource.id.as_str(), resource.physical_id.as_str())).collect();
    let (none, answers) = (Json::Null, Answers::default());
    let comparisons = resources.iter().map(|resource| {
        let properties = template.get(&resource.id).and_then(|it| it.get("Properties")).unwrap_or(&none);
        let (physical, template, tags, answers) = (&physical, &template, &snapshot.tags, &answers);
        let live = Live { cloud, resource, properties, physical, template, tags, answers };
        async move { Some((resource, live.outcome(readers).await?)) }
    });
    let results: Vec<_> = stream::iter(comparisons).buffered(CONCURRENCY).collect().await;
    let mut compared = Compared::default();
    for (resource, result) in results.into_iter().flatten() {
        match result {
            Ok(Outcome::Read(deviations)) => {
                compared.read += 1;
                compared.deviations.extend(deviations);
            }
            Ok(Outcome::PassedOver(reason)) => compared.passed_over.push(PassedOver {
                id: resource.id.clone(),
                resource_type: resource.resource_type.clone(),
                reason,
            }),
            Err(error) => compared.unread.push((resource.id.clone(), error)),
        }
    }
    compared
}

/// Sets what can be set, one after the other: methods of an API share validators. What was set, and what was not.
///
/// # Errors
/// When a service refuses.
pub async fn repair(deviations: Vec<Deviation>) -> anyhow::Result<(Vec<Deviation>, Vec<Deviation>)> {
    let (mut set, mut left) = (Vec::new(), Vec::new());
    for mut deviation in deviations {
        match deviation.repair.take() {
            Some(Repair(calls)) => {
                calls.await?;
                set.push(deviation);
            }
            None => left.push(deviation),
        }
    }
    Ok((set, left))
}

impl<'a> Live<'a> {
    /// What the readers say of it; `None` when none of them is asked.
    async fn outcome(&self, readers: Readers) -> Option<anyhow::Result<Outcome>> {
        let own = super::of(&self.resource.resource_type).and_then(|service| service.deviations(self));
        match (own, readers) {
            (Some(own), _) => Some(own.await.map(Outcome::Read)),
            (None, Readers::All) => Some(cloud_control::compare(self).await),
            (None, Readers::Services) => None,
        }
    }

    /// The model's properties with what the functions yield that refer to the stack's resources, as far as it is known.
    pub(super) fn resolved(&self) -> Json {
        resolve(self.properties, self)
    }

    pub(super) fn physical_id(&self) -> &'a str {
        &self.resource.physical_id
    }

    pub(super) fn property(&self, path: &str) -> Option<&'a Json> {
        path.split('.').try_fold(self.properties, |json, name| json.get(name))
    }

    /// A resource of the stack by its logical id.
    fn named(&self, id: &str) -> Option<Physical<'_>> {
        let resource = self.template.get(id)?;
        let resource_type = resource.get("Type")?.as_str()?;
        let path = self.property_of(id, "Path").and_then(Json::as_str).unwrap_or("/");
        Some(Physical { resource_type, id: self.physical.get(id)?, path })
    }

    /// A property of another resource of the stack, by its logical id.
    pub(super) fn property_of(&self, id: &str, property: &str) -> Option<&'a Json> {
        self.template.get(id)?.get("Properties")?.get(property)
    }

    /// Whether another resource of the template may be the inline policy `name` of the resource.
    pub(super) fn has_policy(&self, name: &str) -> bool {
        let policies =
            self.template.values().filter(|it| it.get("Type").and_then(Json::as_str) == Some("AWS::IAM::Policy"));
        let mut names = policies.filter_map(|it| it.get("Properties")?.get("PolicyName"));
        names.any(|known| known.as_str().is_none_or(|known| known == name))
    }

    /// The physical id of the resource of the stack that the property refers to with `Ref`.
    pub(super) fn referenced(&self, path: &str) -> Option<&'a str> {
        self.physical.get(self.property(path)?.get("Ref")?.as_str()?).copied()
    }

    /// The physical id of the resource that a function in the property takes a part of.
    pub(super) fn referred_within(&self, path: &str) -> Option<&'a str> {
        let id = ids_in(self.property(path)?).into_iter().next()?;
        self.physical.get(id).copied()
    }

    /// The function that the property names: by its name or ARN, or as a function of the stack.
    pub(super) fn function(&self, path: &str) -> Option<&'a str> {
        let value = self.property(path)?;
        let id = match Expression::of(value) {
            Expression::Ref(id) => id,
            Expression::GetAtt(id, attribute) if attribute == "Arn" => id,
            _ => return value.as_str(),
        };
        self.physical.get(id).copied()
    }

    /// The physical ids of the resources that are listed in the property, as far as they are known, with their places.
    pub(super) fn listed(&self, path: &str) -> impl Iterator<Item = (usize, &'a str)> {
        let items = self.property(path).and_then(Json::as_array).into_iter().flatten().enumerate();
        items.filter_map(|(index, item)| {
            let id = || self.physical.get(item.get("Ref")?.as_str()?).copied();
            Some((index, item.as_str().or_else(id)?))
        })
    }

    /// The deviation of a property from its live value; `None` when the model does not set it or they agree.
    ///
    /// Values are compared as text, since the services' APIs return numbers and truth values as either. An intrinsic
    /// function is not compared: only CloudFormation knows its value.
    pub(super) fn compare(&self, path: &str, live: Option<String>) -> Option<Deviation> {
        let expected = match self.property(path)? {
            Json::String(text) => text.clone(),
            Json::Number(number) => number.to_string(),
            Json::Bool(value) => value.to_string(),
            _ => return None,
        };
        (live.as_ref() != Some(&expected)).then(|| self.deviation(path, expected, live))
    }

    pub(super) fn deviation(&self, property: &str, expected: String, live: Option<String>) -> Deviation {
        let (id, property) = (self.resource.id.clone(), property.to_owned());
        Deviation { id, property, expected, live, hotswapped: false, repair: None }
    }

    /// The resource is listed by CloudFormation and does not exist.
    pub(super) fn missing(&self) -> Vec<Deviation> {
        vec![self.deviation("resource", "to exist".to_owned(), Some("deleted".to_owned()))]
    }
}

/// What a deployed stack's intrinsic functions yield.
impl Known for Live<'_> {
    fn reference(&self, name: &str) -> Option<Json> {
        Some(self.named(name)?.reference()?.into())
    }

    fn attribute(&self, id: &str, attribute: &str) -> Option<Json> {
        let Cloud { partition, region, account, .. } = self.cloud;
        Some(self.named(id)?.attribute(attribute, Home { partition, region, account })?.into())
    }
}

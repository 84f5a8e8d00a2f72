//! ECR: repositories and who may push to them. The images are in a registry elsewhere.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Value as Json, json};

use super::{body, text};
use crate::account::Account;
use crate::http::{ACCOUNT, Refusal, Request};

/// `AWS:token`, in Base64.
pub(crate) const TOKEN: &str = "QVdTOnRva2Vu";

/// Makes a repository of this name in the registry behind.
type Make = Box<dyn Fn(&str) + Send>;

/// The repositories, and the registry behind them.
#[derive(Default)]
pub(crate) struct Registry {
    /// By region and name.
    pub(crate) repositories: BTreeMap<(String, String), Repository>,
    /// The address of the registry, and what makes a repository there.
    pub(crate) behind: Option<(String, Make)>,
}

/// A repository of ECR, as it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repository {
    /// Whether a tag can be moved to another image: `MUTABLE` or `IMMUTABLE`.
    pub image_tag_mutability: String,
    /// Whether images are scanned when they are pushed.
    pub scan_on_push: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its lifecycle policy, if it has one.
    pub lifecycle_policy: Option<String>,
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("repositories", &self.repositories).finish_non_exhaustive()
    }
}

impl Registry {
    fn describe(&self, region: &str, name: &str) -> Option<Json> {
        let repository = self.repositories.get(&(region.to_owned(), name.to_owned()))?;
        let host = match &self.behind {
            Some((address, _)) => address.clone(),
            None => format!("{ACCOUNT}.dkr.ecr.{region}.amazonaws.com"),
        };
        Some(json!({
            "repositoryArn": format!("arn:aws:ecr:{region}:{ACCOUNT}:repository/{name}"),
            "registryId": ACCOUNT,
            "repositoryName": name,
            "repositoryUri": format!("{host}/{name}"),
            "imageTagMutability": repository.image_tag_mutability,
            "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push},
        }))
    }
}

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Json, Refusal> {
    let body = body(request);
    let (region, name) = (&request.region, text(&body, "repositoryName"));
    let key = (region.clone(), name.to_owned());
    let registry = &mut account.registry;
    match operation {
        "DescribeRepositories" => {
            let names = body.get("repositoryNames").and_then(Json::as_array).into_iter().flatten();
            let names = names.filter_map(Json::as_str);
            let found = names.map(|name| registry.describe(region, name).ok_or_else(|| missing(name)));
            Ok(json!({"repositories": found.collect::<Result<Vec<_>, _>>()?}))
        }
        "CreateRepository" => {
            if registry.repositories.contains_key(&key) {
                let message =
                    format!("The repository with name '{name}' already exists in the registry with id '{ACCOUNT}'");
                return Err(Refusal::new(400, "RepositoryAlreadyExistsException", message));
            }
            let tags = body.get("tags").and_then(Json::as_array).into_iter().flatten();
            let mutability = Some(text(&body, "imageTagMutability")).filter(|it| !it.is_empty());
            let repository = Repository {
                image_tag_mutability: mutability.unwrap_or("MUTABLE").to_owned(),
                scan_on_push: body["imageScanningConfiguration"]["scanOnPush"] == true,
                tags: tags.map(|tag| (text(tag, "Key").to_owned(), text(tag, "Value").to_owned())).collect(),
                lifecycle_policy: None,
            };
            registry.repositories.insert(key, repository);
            if let Some((_, make)) = &registry.behind {
                make(name);
            }
            Ok(json!({"repository": registry.describe(region, name)}))
        }
        "GetLifecyclePolicy" => {
            let repository = registry.repositories.get(&key).ok_or_else(|| missing(name))?;
            let policy = repository.lifecycle_policy.as_ref().ok_or_else(|| {
                let message = format!("Lifecycle policy does not exist for the repository with name '{name}'");
                Refusal::new(400, "LifecyclePolicyNotFoundException", message)
            })?;
            Ok(json!({"registryId": ACCOUNT, "repositoryName": name, "lifecyclePolicyText": policy}))
        }
        "PutLifecyclePolicy" => {
            let repository = registry.repositories.get_mut(&key).ok_or_else(|| missing(name))?;
            repository.lifecycle_policy = Some(text(&body, "lifecyclePolicyText").to_owned());
            Ok(json!({"registryId": ACCOUNT, "repositoryName": name}))
        }
        "GetAuthorizationToken" => {
            let proxy = registry.behind.as_ref().map(|(address, _)| format!("http://{address}"));
            Ok(json!({"authorizationData": [{"authorizationToken": TOKEN, "proxyEndpoint": proxy}]}))
        }
        other => Err(Refusal::not_implemented("ecr", other)),
    }
}

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeRepositories.html>
fn missing(name: &str) -> Refusal {
    let message = format!("The repository with name '{name}' does not exist in the registry with id '{ACCOUNT}'");
    Refusal::new(400, "RepositoryNotFoundException", message)
}

//! An account's principals and policies, as `aws iam get-account-authorization-details` prints them.
//!
//! <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html>

use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};

use super::{items, resource};
use infra::iam::Unread;
use infra::template::{Origins, Translation, below};

/// The lists of principals: their name in the output, the type, and what its members are called.
const PRINCIPALS: [(&str, &str, &str); 3] =
    [("GroupDetailList", "Group", "group"), ("RoleDetailList", "Role", "role"), ("UserDetailList", "User", "user")];

/// The template of what is in the account.
pub(crate) fn translate(pages: &Json) -> Translation {
    // Several pages may be in one list, too.
    let mut all = Vec::new();
    for (index, page) in items(pages).iter().enumerate() {
        match page {
            Json::Array(inner) => all.extend(inner.iter().enumerate().map(|(at, it)| (format!("/{index}/{at}"), it))),
            one => all.push((format!("/{index}"), one)),
        }
    }
    let mut account = Account { pages: all, ..Account::default() };
    account.add_policies();
    account.add_principals();
    account.add_groups_to_users();
    let is_cut = account.pages.last().is_some_and(|(_, page)| page["IsTruncated"] == true);
    if is_cut {
        let what = "the last page says that more follow".to_owned();
        account.unread.push(Unread { resource: String::new(), pointer: String::new(), what });
    }
    let template = Map::from_iter([("Resources".to_owned(), Json::Object(account.resources))]);
    Translation { template, origins: account.origins, unread: account.unread }
}

#[derive(Default)]
struct Account<'a> {
    pages: Vec<(String, &'a Json)>,
    resources: Map<String, Json>,
    origins: Origins,
    unread: Vec<Unread>,
    /// What the managed policies are called, by their ARNs.
    policies: BTreeMap<&'a str, String>,
}

impl<'a> Account<'a> {
    /// The entries of a list in all pages, each with the way to it.
    fn entries(&self, list: &str) -> Vec<(String, &'a Json)> {
        let each = |(at, page): &(String, &'a Json)| {
            let at = format!("{at}/{list}");
            let entries: &'a [Json] = items(&page[list]);
            entries.iter().enumerate().map(|(index, it)| (format!("{at}/{index}"), it)).collect::<Vec<_>>()
        };
        self.pages.iter().flat_map(each).collect()
    }

    fn add_policies(&mut self) {
        for (at, policy) in self.entries("Policies") {
            let Some(arn) = policy["Arn"].as_str() else { continue };
            let name = arn.split_once(":policy/").map_or(arn, |(_, name)| name);
            let whose = if arn.contains(":iam::aws:") { "aws-policy" } else { "policy" };
            let id = format!("{whose}/{name}");
            let versions = items(&policy["PolicyVersionList"]);
            let default = versions.iter().position(|it| it["IsDefaultVersion"] == true);
            let mut properties = Map::new();
            if let Some((index, given)) = default.and_then(|index| Some((index, versions[index].get("Document")?))) {
                let from = format!("{at}/PolicyVersionList/{index}/Document");
                self.document(&id, &mut properties, "PolicyDocument", from, given);
            } else {
                let what = "its default version is not in the details".to_owned();
                self.unread.push(Unread { resource: id.clone(), pointer: String::new(), what });
            }
            self.insert(&id, at, "ManagedPolicy", properties);
            self.policies.insert(arn, id);
        }
    }

    fn add_principals(&mut self) {
        for (list, kind, word) in PRINCIPALS {
            for (at, principal) in self.entries(list) {
                let name = principal[format!("{kind}Name")].as_str().unwrap_or_default();
                let id = format!("{word}/{name}");
                let mut properties = Map::new();
                if let Some(trust) = principal.get("AssumeRolePolicyDocument") {
                    let from = format!("{at}/AssumeRolePolicyDocument");
                    self.document(&id, &mut properties, "AssumeRolePolicyDocument", from, trust);
                }
                let inline = format!("{kind}PolicyList");
                let mut policies = Vec::new();
                for (index, policy) in items(&principal[&*inline]).iter().enumerate() {
                    let made = format!("{}/Properties/Policies/{index}/PolicyDocument", below("/Resources", &id));
                    self.origins.moved(made, format!("{at}/{inline}/{index}/PolicyDocument"));
                    policies.push(json!({"PolicyDocument": decoded(&policy["PolicyDocument"])}));
                }
                properties.insert("Policies".to_owned(), policies.into());
                let attached = items(&principal["AttachedManagedPolicies"]).iter();
                let arns = attached.filter_map(|it| self.policy(&it["PolicyArn"])).collect();
                for index in 0..items(&principal["AttachedManagedPolicies"]).len() {
                    let made = format!("{}/Properties/ManagedPolicyArns/{index}", below("/Resources", &id));
                    self.origins.moved(made, format!("{at}/AttachedManagedPolicies/{index}/PolicyArn"));
                }
                properties.insert("ManagedPolicyArns".to_owned(), arns);
                if let Some(boundary) = self.policy(&principal["PermissionsBoundary"]["PermissionsBoundaryArn"]) {
                    properties.insert("PermissionsBoundary".to_owned(), boundary);
                }
                self.insert(&id, at, kind, properties);
            }
        }
    }

    /// The policies of its groups are a user's, too.
    fn add_groups_to_users(&mut self) {
        for (_, user) in self.entries("UserDetailList") {
            let id = format!("user/{}", user["UserName"].as_str().unwrap_or_default());
            let names: BTreeSet<_> = items(&user["GroupList"]).iter().filter_map(Json::as_str).collect();
            for name in names {
                let group = format!("group/{name}");
                let Some(theirs) = self.resources.get(&group).map(|it| it["Properties"].clone()) else { continue };
                for (list, document) in [("Policies", "/PolicyDocument"), ("ManagedPolicyArns", "")] {
                    let Some(Json::Array(own)) =
                        self.resources.get_mut(&id).and_then(|it| it["Properties"].get_mut(list))
                    else {
                        continue;
                    };
                    for (index, policy) in items(&theirs[list]).iter().enumerate() {
                        let made = format!("{}/Properties/{list}/{}{document}", below("/Resources", &id), own.len());
                        let other = format!("{}/Properties/{list}/{index}{document}", below("/Resources", &group));
                        self.origins.same(made, &other);
                        own.push(policy.clone());
                    }
                }
            }
        }
    }

    /// The policy with this ARN: one of the details, or the ARN.
    fn policy(&self, arn: &Json) -> Option<Json> {
        let arn = arn.as_str()?;
        Some(self.policies.get(arn).map_or_else(|| arn.into(), |id| json!({ "Ref": id })))
    }

    fn document(&mut self, id: &str, properties: &mut Map<String, Json>, name: &str, from: String, given: &Json) {
        self.origins.moved(format!("{}/Properties/{name}", below("/Resources", id)), from);
        properties.insert(name.to_owned(), decoded(given));
    }

    fn insert(&mut self, id: &str, at: String, kind: &str, properties: Map<String, Json>) {
        self.origins.moved(below("/Resources", id), at);
        self.resources.insert(id.to_owned(), resource(&format!("AWS::IAM::{kind}"), properties));
    }
}

/// A document, which IAM's own answers have as a text in the encoding of URLs.
fn decoded(document: &Json) -> Json {
    let Json::String(text) = document else { return document.clone() };
    if !text.starts_with('%') {
        return document.clone();
    }
    percent_decode_str(text).decode_utf8_lossy().into_owned().into()
}

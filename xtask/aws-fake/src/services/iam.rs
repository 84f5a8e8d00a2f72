//! IAM: roles and their policies.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value as Json;

use super::{answer, text};
use crate::account::{Account, iso};
use crate::http::{Answer, Refusal, Request};
use crate::query::Form;

/// IAM returns documents percent-encoded.
fn encoded(document: &Json) -> String {
    utf8_percent_encode(&document.to_string(), NON_ALPHANUMERIC).to_string()
}

/// Carries a call out.
pub(super) fn call(account: &mut Account, request: &Request, operation: &str, id: &str) -> Result<Answer, Refusal> {
    let form = Form::of(request);
    let name = form.get("RoleName").unwrap_or_default();
    let now = iso(account.now());
    let live = account.find_mut("AWS::IAM::Role", &request.region, name);
    let missing = |what: String| Refusal::new(404, "NoSuchEntity", what);
    let live = live.ok_or_else(|| missing(format!("The role with name {name} cannot be found.")))?;
    let policies = || live.property("Policies").and_then(Json::as_array).into_iter().flatten();
    match operation {
        "GetRole" => {
            let null = Json::Null;
            let trust = encoded(live.property("AssumeRolePolicyDocument").unwrap_or(&null));
            Ok(answer(request, operation, id, |xml| {
                xml.within("Role", |xml| {
                    xml.text("Path", live.property("Path").and_then(Json::as_str).unwrap_or("/"))
                        .text("RoleName", &live.id)
                        .text("RoleId", "AROAFAKE")
                        .text("Arn", live.arn())
                        .text("CreateDate", now)
                        .text("AssumeRolePolicyDocument", trust);
                    if let Some(boundary) = live.property("PermissionsBoundary").and_then(Json::as_str) {
                        xml.within("PermissionsBoundary", |xml| {
                            xml.text("PermissionsBoundaryType", "Policy").text("PermissionsBoundaryArn", boundary);
                        });
                    }
                });
            }))
        }
        "GetRolePolicy" => {
            let wanted = form.get("PolicyName").unwrap_or_default();
            let policy = policies().find(|policy| text(policy, "PolicyName") == wanted);
            let policy =
                policy.ok_or_else(|| missing(format!("The role policy with name {wanted} cannot be found.")))?;
            let document = encoded(policy.get("PolicyDocument").unwrap_or(&Json::Null));
            Ok(answer(request, operation, id, |xml| {
                xml.text("RoleName", name).text("PolicyName", wanted).text("PolicyDocument", document);
            }))
        }
        "ListRolePolicies" => {
            let names: Vec<_> = policies().map(|policy| text(policy, "PolicyName").to_owned()).collect();
            Ok(answer(request, operation, id, |xml| {
                xml.texts("PolicyNames", names).text("IsTruncated", false);
            }))
        }
        "ListAttachedRolePolicies" => {
            let arns = live.property("ManagedPolicyArns").and_then(Json::as_array).into_iter().flatten();
            let arns: Vec<_> = arns.filter_map(Json::as_str).map(str::to_owned).collect();
            Ok(answer(request, operation, id, |xml| {
                xml.members("AttachedPolicies", arns, |xml, arn| {
                    xml.text("PolicyName", arn.rsplit('/').next().unwrap_or_default()).text("PolicyArn", arn);
                });
                xml.text("IsTruncated", false);
            }))
        }
        "PutRolePermissionsBoundary" => {
            live.set("PermissionsBoundary", form.get("PermissionsBoundary").into());
            Ok(answer(request, operation, id, |_| {}))
        }
        other => Err(Refusal::not_implemented("iam", other)),
    }
}

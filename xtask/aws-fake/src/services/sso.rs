//! IAM Identity Center's portal, which gives the credentials of a role to who has signed in.

use serde_json::{Value as Json, json};

use crate::http::{Refusal, Request, SSO_TOKEN};

/// Far away: 1 January 2100, in milliseconds.
const EXPIRATION: i64 = 4_102_444_800_000;

/// The operation that a request is.
pub(super) fn operation(request: &Request) -> &'static str {
    if request.path == "/federation/credentials" { "GetRoleCredentials" } else { "Unknown" }
}

/// Gives credentials whose key is that of the role, unless the token is `expired`.
/// <https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/API_GetRoleCredentials.html>
pub(super) fn call(request: &Request, operation: &str) -> Result<Json, Refusal> {
    if operation != "GetRoleCredentials" {
        return Err(Refusal::not_implemented("sso", &request.path));
    }
    if request.header(SSO_TOKEN) == Some("expired") {
        return Err(Refusal::new(401, "UnauthorizedException", "Session token not found or invalid"));
    }
    let role = request.query.get("role_name").cloned().unwrap_or_default();
    Ok(json!({"roleCredentials": {
        "accessKeyId": format!("ASIA{}", role.to_uppercase()),
        "secretAccessKey": "secret",
        "sessionToken": "token",
        "expiration": EXPIRATION,
    }}))
}

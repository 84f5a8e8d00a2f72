//! Makes members, and says what is known of them.

use bindings::Program;
use bindings::cognito::{AdminCreateUser, AdminGetUser, UserPool};
use functions::CallError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the function needs of its stack.
#[derive(Debug, Serialize, Deserialize)]
pub struct Bindings {
    /// The members.
    pub members: UserPool<(AdminCreateUser, AdminGetUser)>,
}

impl Program for Bindings {
    const NAME: &'static str = "cognito-members";
}

/// What the function is asked.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Request {
    /// To make a member of this name.
    Create(String),
    /// What is known of the member of this name.
    Get(String),
}

/// Answers with the member's name and status.
///
/// # Errors
/// When Cognito refuses.
pub async fn handle(bindings: &Bindings, request: Request) -> Result<Value, CallError> {
    Ok(match request {
        Request::Create(name) => {
            let create = bindings.members.admin_create_user().username(name);
            let created = create.send().await.map_err(|error| CallError::new("make the member", error))?;
            let user = created.user.as_ref();
            let status = user.and_then(|user| user.user_status()).map(|status| status.as_str());
            json!({ "name": user.and_then(|user| user.username()), "status": status })
        }
        Request::Get(name) => {
            let get = bindings.members.admin_get_user().username(name);
            let got = get.send().await.map_err(|error| CallError::new("get the member", error))?;
            json!({ "name": got.username, "status": got.user_status.map(|status| status.as_str().to_owned()) })
        }
    })
}

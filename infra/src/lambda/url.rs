//! Functions with an address of their own.

use policies::{Action, action};
use serde::{Serialize, Serializer};

use super::Invocable;
use crate::apigatewayv2::Cors;
use crate::check::Check;
use crate::reference::{Ref, Resource};
use crate::value::{Intrinsic, Value};

/// An address at which a function answers, without an API.
///
/// A function lets nobody ask by its address but by two permissions: [`UrlPermission`].
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-url.html>
#[derive(Debug, Clone)]
pub struct FunctionUrl {
    /// The function or alias. Changing it replaces the address.
    pub function: Invocable,
    /// Who may ask.
    pub auth_type: UrlAuth,
    /// What pages of other origins may do with it; Lambda answers their questions itself.
    pub cors: Option<Cors>,
    /// Whether the answer is sent as it is made.
    pub streams: bool,
}

/// Who may ask at a function's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum UrlAuth {
    /// Principals of AWS, with signed requests.
    AwsIam,
    /// Whoever the permissions let, by default anyone: the function itself decides.
    None,
}

impl FunctionUrl {
    /// The address of `function`, at which pages of other origins may not ask.
    #[must_use]
    pub fn of(function: impl Into<Invocable>, auth_type: UrlAuth) -> Self {
        Self { function: function.into(), auth_type, cors: None, streams: false }
    }
}

impl Ref<FunctionUrl> {
    /// The address, with a final `/`.
    #[must_use]
    pub const fn url(self) -> Intrinsic {
        self.attribute("FunctionUrl")
    }
}

impl Serialize for FunctionUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            target_function_arn: Value,
            qualifier: Option<Value>,
            auth_type: UrlAuth,
            cors: &'a Option<Cors>,
            invoke_mode: Option<&'static str>,
        }
        Wire {
            target_function_arn: match self.function {
                Invocable::Function(function) => function.arn().into(),
                // It is a name or an ARN, but no ARN of an alias.
                alias @ Invocable::Alias(_) => alias.function_name(),
            },
            qualifier: self.function.qualifier(),
            auth_type: self.auth_type,
            cors: &self.cors,
            invoke_mode: self.streams.then_some("RESPONSE_STREAM"),
        }
        .serialize(serializer)
    }
}

impl Resource for FunctionUrl {
    const TYPE: &'static str = "AWS::Lambda::Url";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(cors) = &self.cors {
            cors.check(check);
        }
        let allowing: Vec<_> = check
            .stack
            .resources_of::<UrlPermission>()
            .filter(|(_, permission)| permission.function == self.function && permission.auth_type == self.auth_type)
            .map(|(_, permission)| permission.right)
            .collect();
        // Principals of the same account may by their own policies.
        let needs = self.auth_type == UrlAuth::None || !allowing.is_empty();
        let lacking = [UrlRight::Ask, UrlRight::Invoke].into_iter().find(|right| !allowing.contains(right));
        if let Some(lacking) = lacking.filter(|_| needs) {
            let message = format!("nobody may ask there: no permission allows `{}`", lacking.action());
            check.error("url-permission", message).help("add both by `UrlPermission::both`");
        }
    }
}

/// Lets somebody ask at the address of a function. It takes both: to ask there, and to invoke the function by that.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
#[derive(Debug, Clone)]
pub struct UrlPermission {
    /// The function or alias. Changing it replaces the permission.
    pub function: Invocable,
    /// Who: an account, a role, or `*` for anyone. Changing it replaces the permission.
    pub principal: Value,
    /// Of which address. Changing it replaces the permission.
    pub auth_type: UrlAuth,
    /// What is allowed. Changing it replaces the permission.
    pub right: UrlRight,
}

/// What is allowed of a function's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlRight {
    /// To ask at the address.
    Ask,
    /// To invoke the function by the address, and by nothing else. Addresses that were made since October 2025 need it.
    Invoke,
}

impl UrlRight {
    const fn action(self) -> Action {
        match self {
            Self::Ask => action::lambda::INVOKE_FUNCTION_URL,
            Self::Invoke => action::lambda::INVOKE_FUNCTION,
        }
    }
}

impl UrlPermission {
    /// Both permissions that it takes.
    pub fn both(function: impl Into<Invocable>, auth_type: UrlAuth, principal: impl Into<Value>) -> [Self; 2] {
        let (function, principal) = (function.into(), principal.into());
        [UrlRight::Ask, UrlRight::Invoke].map(|right| Self { function, principal: principal.clone(), auth_type, right })
    }
}

impl Serialize for UrlPermission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            function_name: Invocable,
            action: Action,
            principal: &'a Value,
            function_url_auth_type: Option<UrlAuth>,
            invoked_via_function_url: Option<bool>,
        }
        let asks = self.right == UrlRight::Ask;
        Wire {
            function_name: self.function,
            action: self.right.action(),
            principal: &self.principal,
            function_url_auth_type: asks.then_some(self.auth_type),
            invoked_via_function_url: (!asks).then_some(true),
        }
        .serialize(serializer)
    }
}

impl Resource for UrlPermission {
    const TYPE: &'static str = "AWS::Lambda::Permission";
}

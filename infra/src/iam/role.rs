//! Roles: what a service does on someone's behalf.

use policies::action;
use serde::Serialize;

use super::{
    Condition, ManagedPolicy, PolicyDocument, Principal, Statement, check_identity_policy, check_resource_policy,
};
use crate::check::Check;
use crate::reference::{Arn, HasArn, Ref, Resource};
use crate::value::Value;

/// A role.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Role {
    /// 1 to 64 letters, digits and `+=,.@_-`, unique in the account. Changing it replaces the role.
    pub role_name: Option<Value>,
    /// Up to 1,000 characters.
    pub description: Option<String>,
    /// Who may assume it.
    pub assume_role_policy_document: PolicyDocument,
    /// Policies that belong to this role alone; at most 10,240 characters together.
    pub policies: Vec<InlinePolicy>,
    /// Managed policies, up to 10.
    pub managed_policy_arns: Vec<Value<Arn<ManagedPolicy>>>,
    /// The policy that limits what all others can allow.
    pub permissions_boundary: Option<Value<Arn<ManagedPolicy>>>,
}

/// A policy that belongs to one role.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct InlinePolicy {
    /// 1 to 128 letters, digits and `+=,.@_-`, unique in its role.
    pub policy_name: String,
    /// What it allows and denies.
    pub policy_document: PolicyDocument,
}

impl Role {
    /// A role that `service`, such as `lambda.amazonaws.com`, may assume, and that allows nothing yet.
    #[must_use]
    pub fn for_service(service: &str) -> Self {
        Self::assumed_by(Statement::allow([action::sts::ASSUME_ROLE]).principal(Principal::service(service)))
    }

    /// A role that whoever has `role` may assume, and that allows nothing yet.
    ///
    /// A function whose own role this is binds the role by its [`RoleName`].
    #[must_use]
    pub fn for_role(role: Ref<Self>) -> Self {
        Self::assumed_by(Statement::allow([action::sts::ASSUME_ROLE]).principal(Principal::aws(role.arn())))
    }

    fn assumed_by(assume: Statement) -> Self {
        Self {
            role_name: None,
            description: None,
            assume_role_policy_document: PolicyDocument::from([assume]),
            policies: Vec::new(),
            managed_policy_arns: Vec::new(),
            permissions_boundary: None,
        }
    }

    /// A role that `service` may assume on behalf of the resources of this account that `source_arn` says, in which `*` and `?`
    /// are wildcards, and that allows nothing yet.
    ///
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention>
    #[must_use]
    pub fn for_service_on_behalf_of(service: &str, source_arn: impl Into<Value>) -> Self {
        let assume = Statement::allow([action::sts::ASSUME_ROLE])
            .principal(Principal::service(service))
            .when(Condition::source_arn(source_arn))
            .when(Condition::source_account(Value::sub("${AWS::AccountId}")));
        Self::assumed_by(assume)
    }
}

/// The name of a role, known before the role is.
///
/// A function that assumes a role is allowed that by its own role, which the other one has to trust. Each would refer to the
/// other, which is a cycle. So the function is bound to the name, and the role, added later, refers to the function's:
///
/// ```
/// use bindings::sts::AssumeRole;
/// use infra::iam::{Role, RoleName};
/// use infra::lambda::Invocable;
/// use infra::{Stack, Stage};
/// # use infra::lambda::Function;
/// #
/// #[derive(serde::Serialize)]
/// struct Export {
///     reader: bindings::sts::Role<AssumeRole>,
/// }
/// # impl bindings::Program for Export {
/// #     const NAME: &'static str = "export";
/// # }
///
/// let stage = Stage::default();
/// let mut stack = Stack::new("archive", &stage);
/// let reader = RoleName::new(stage.physical_name("archive-reader"));
/// # let own = stack.named("Own").add(Role::for_service("lambda.amazonaws.com"));
/// # let function = Function::rust(Export { reader: reader.clone().into() }).with_role(own);
/// # let export = stack.named("Export").add(function);
/// // let export = parts::function(&mut stack, "Export", Function::rust(Export { reader: reader.clone().into() }));
/// if let Some(own) = Invocable::from(export).role_in(&stack) {
///     stack.named("Reader").add(Role { role_name: Some(reader.into()), ..Role::for_role(own) });
/// }
/// assert_eq!(infra::check(&stack), []);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleName(Value);

impl RoleName {
    /// 1 to 64 letters, digits and `+=,.@_-`, unique in the account.
    pub fn new(name: impl Into<Value>) -> Self {
        Self(name.into())
    }

    /// The ARN of the role of this account that has the name.
    #[must_use]
    pub fn arn(&self) -> Value {
        self.0.surrounded("arn:${AWS::Partition}:iam::${AWS::AccountId}:role/", "")
    }
}

impl From<RoleName> for Value {
    fn from(name: RoleName) -> Self {
        name.0
    }
}

impl Resource for Role {
    const TYPE: &'static str = "AWS::IAM::Role";

    fn check(&self, check: &mut Check<'_>) {
        check_resource_policy(&self.assume_role_policy_document, check);
        for policy in &self.policies {
            check_identity_policy(&policy.policy_document, check);
        }
    }
}

impl HasArn for Role {}

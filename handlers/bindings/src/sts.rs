//! Bindings to roles that a function assumes.

crate::binding! {
    /// A role, with the operations `A` granted on it. Its environment variable is the role's ARN.
    ///
    /// The role must trust the function's role, too: this is the other half. In one stack a function is bound to the role's
    /// name, `infra::iam::RoleName`, and the role made with `Role::for_role`.
    pub struct Role(arn);
    use aws_sdk_sts if (feature = "sts");

    AssumeRole: "sts:AssumeRole" => assume_role() -> AssumeRoleFluentBuilder { role_arn: arn() };
}

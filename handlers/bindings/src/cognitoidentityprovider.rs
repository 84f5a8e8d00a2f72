//! Bindings to user pools of Cognito.

crate::binding! {
    /// A user pool, with the operations `A` granted on it. Its environment variable is the pool's id.
    ///
    /// What users do themselves, such as `InitiateAuth`, needs no right and so no binding.
    pub struct UserPool(id);
    use aws_sdk_cognitoidentityprovider if (feature = "cognito");

    AdminAddUserToGroup: "cognito-idp:AdminAddUserToGroup" =>
        admin_add_user_to_group() -> AdminAddUserToGroupFluentBuilder { user_pool_id: id() };
    AdminConfirmSignUp: "cognito-idp:AdminConfirmSignUp" =>
        admin_confirm_sign_up() -> AdminConfirmSignUpFluentBuilder { user_pool_id: id() };
    AdminCreateUser: "cognito-idp:AdminCreateUser" =>
        admin_create_user() -> AdminCreateUserFluentBuilder { user_pool_id: id() };
    AdminDeleteUser: "cognito-idp:AdminDeleteUser" =>
        admin_delete_user() -> AdminDeleteUserFluentBuilder { user_pool_id: id() };
    AdminDisableUser: "cognito-idp:AdminDisableUser" =>
        admin_disable_user() -> AdminDisableUserFluentBuilder { user_pool_id: id() };
    AdminEnableUser: "cognito-idp:AdminEnableUser" =>
        admin_enable_user() -> AdminEnableUserFluentBuilder { user_pool_id: id() };
    AdminGetUser: "cognito-idp:AdminGetUser" => admin_get_user() -> AdminGetUserFluentBuilder { user_pool_id: id() };
    AdminInitiateAuth: "cognito-idp:AdminInitiateAuth" =>
        admin_initiate_auth() -> AdminInitiateAuthFluentBuilder { user_pool_id: id() };
    AdminListGroupsForUser: "cognito-idp:AdminListGroupsForUser" =>
        admin_list_groups_for_user() -> AdminListGroupsForUserFluentBuilder { user_pool_id: id() };
    AdminRemoveUserFromGroup: "cognito-idp:AdminRemoveUserFromGroup" =>
        admin_remove_user_from_group() -> AdminRemoveUserFromGroupFluentBuilder { user_pool_id: id() };
    AdminResetUserPassword: "cognito-idp:AdminResetUserPassword" =>
        admin_reset_user_password() -> AdminResetUserPasswordFluentBuilder { user_pool_id: id() };
    AdminRespondToAuthChallenge: "cognito-idp:AdminRespondToAuthChallenge" =>
        admin_respond_to_auth_challenge() -> AdminRespondToAuthChallengeFluentBuilder { user_pool_id: id() };
    AdminSetUserPassword: "cognito-idp:AdminSetUserPassword" =>
        admin_set_user_password() -> AdminSetUserPasswordFluentBuilder { user_pool_id: id() };
    AdminUpdateUserAttributes: "cognito-idp:AdminUpdateUserAttributes" =>
        admin_update_user_attributes() -> AdminUpdateUserAttributesFluentBuilder { user_pool_id: id() };
    AdminUserGlobalSignOut: "cognito-idp:AdminUserGlobalSignOut" =>
        admin_user_global_sign_out() -> AdminUserGlobalSignOutFluentBuilder { user_pool_id: id() };
    ListUsers: "cognito-idp:ListUsers" => list_users() -> ListUsersFluentBuilder { user_pool_id: id() };
    ListUsersInGroup: "cognito-idp:ListUsersInGroup" =>
        list_users_in_group() -> ListUsersInGroupFluentBuilder { user_pool_id: id() };
}

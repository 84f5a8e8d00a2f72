//! Who may manage and use a key.

use policies::{Action, action};
use serde::{Serialize, Serializer};

use crate::check::Check;
use crate::iam::{Condition, PolicyDocument, Principal, Statement, check_resource_policy};
use crate::value::Value;

/// Who may manage and use a key. Nobody may, of whom it says nothing: not even its account, unless it is said.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html>
///
/// ```
/// use infra::kms::KeyPolicy;
/// use infra::iam::Principal;
///
/// let admins = || Principal::aws("arn:aws:iam::123456789012:role/admins");
/// let by_policies = KeyPolicy::of_account().administrator(admins());
/// let by_itself_alone = KeyPolicy::administered_by(admins());
/// assert_ne!(by_policies, by_itself_alone);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct KeyPolicy {
    statements: Vec<Statement>,
}

/// What who manages a key may do: all but to use it. These are the rights that KMS' console gives.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-default-allow-administrators>
const MANAGING: [&str; 15] = [
    "kms:CancelKeyDeletion",
    "kms:Create*",
    "kms:Delete*",
    "kms:Describe*",
    "kms:Disable*",
    "kms:Enable*",
    "kms:Get*",
    "kms:List*",
    "kms:Put*",
    "kms:Revoke*",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:Update*",
];

/// What who uses a key may do.
///
/// <https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#key-policy-users-crypto>
const USING: [&str; 5] = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];

fn actions<const N: usize>(names: [&'static str; N]) -> [Action; N] {
    names.map(Action::new)
}

impl KeyPolicy {
    /// The account of the stack may do everything, and so whom its own policies let: roles get their rights as on any other resource.
    ///
    /// This is the statement that KMS adds to a key without a policy.
    #[must_use]
    pub fn of_account() -> Self {
        let account = Principal::aws(Value::sub("arn:${AWS::Partition}:iam::${AWS::AccountId}:root"));
        let all = Statement::allow([action::kms::ALL]).principal(account).on("*");
        Self { statements: vec![Statement { sid: Some("Account".to_owned()), ..all }] }
    }

    /// `administrator` may manage the key, and policies of the account count for nothing. A key whose administrators are gone can
    /// be managed by nobody: AWS' support alone gets it back. Whoever deploys has to be among them.
    #[must_use]
    pub fn administered_by(administrator: Principal) -> Self {
        Self { statements: Vec::new() }.administrator(administrator)
    }

    /// Adds someone who may manage the key, and not use it.
    #[must_use]
    pub fn administrator(self, administrator: Principal) -> Self {
        self.with(Statement::allow(actions(MANAGING)).principal(administrator))
    }

    /// Adds someone who may encrypt and decrypt with the key.
    #[must_use]
    pub fn user(self, user: Principal) -> Self {
        self.with(Statement::allow(actions(USING)).principal(user))
    }

    /// Lets `service`, such as `sns.amazonaws.com`, read and write what the key encrypts, on behalf of the resource `source_arn`: a
    /// topic that sends to an encrypted queue, a rule of EventBridge.
    #[must_use]
    pub fn service(self, service: &str, source_arn: impl Into<Value>) -> Self {
        let write = Statement::allow([action::kms::DECRYPT, action::kms::GENERATE_DATA_KEY])
            .principal(Principal::service(service))
            .when(Condition::source_arn(source_arn))
            .when(Condition::source_account(Value::sub("${AWS::AccountId}")));
        self.with(write)
    }

    /// Lets CloudWatch Logs of the stack's region encrypt the group of this name.
    ///
    /// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html>
    #[must_use]
    pub fn logs(self, log_group_name: &Value) -> Self {
        let group =
            log_group_name.surrounded("arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:", "");
        let context = "kms:EncryptionContext:aws:logs:arn";
        let write = Statement::allow(actions(USING));
        let write = write
            .principal(Principal::service(Value::sub("logs.${AWS::Region}.amazonaws.com")))
            .when(Condition::new(policies::Operator::ArnEquals, context, [group]));
        self.with(write)
    }

    /// Adds any statement; its resource is this key.
    #[must_use]
    pub fn with(mut self, statement: Statement) -> Self {
        // In the policy of a key this is the key itself.
        self.statements.push(if statement.resource.is_empty() { statement.on("*") } else { statement });
        self
    }

    fn document(&self) -> PolicyDocument {
        self.statements.iter().cloned().collect()
    }

    pub(super) fn check(&self, check: &mut Check<'_>) {
        check_resource_policy(&self.document(), check);
    }
}

impl Serialize for KeyPolicy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document().serialize(serializer)
    }
}

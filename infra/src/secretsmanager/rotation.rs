//! What exchanges secrets.

use policies::action;
use serde::{Serialize, Serializer};

use super::Secret;
use crate::check::Check;
use crate::lambda::{Invocable, Permission};
use crate::reference::{Ref, Resource};
use crate::units::Days;
use crate::value::{Intrinsic, Value};

const SERVICE: &str = "secretsmanager.amazonaws.com";

/// Exchanges a secret from time to time, by a function.
///
/// The function's permission has to be there first: `parts::rotate` adds both. The function reads and writes the secret by a
/// binding to it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-rotationschedule.html>
#[derive(Debug, Clone)]
pub struct RotationSchedule {
    /// The secret. Changing it replaces the schedule.
    pub secret: Ref<Secret>,
    /// The function or alias, which is invoked for each of four steps.
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html>
    pub function: Invocable,
    /// How often, every 1 to 1,000 days.
    pub every: Days<1, 1_000>,
    /// Whether it is exchanged as soon as this is deployed.
    pub rotates_immediately: bool,
}

impl RotationSchedule {
    /// Exchanges `secret` by `function`, at once and then every so many days.
    pub fn new(secret: Ref<Secret>, function: impl Into<Invocable>, every: Days<1, 1_000>) -> Self {
        Self { secret, function: function.into(), every, rotates_immediately: true }
    }

    /// Lets Secrets Manager invoke the function for secrets of this account.
    ///
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets-required-permissions-function.html>
    #[must_use]
    pub fn permission(&self) -> Permission {
        Permission {
            function_name: self.function,
            action: action::lambda::INVOKE_FUNCTION,
            principal: SERVICE.into(),
            // It is the account that AWS' documentation has Secrets Manager name.
            source_arn: None,
            source_account: Some(Value::sub("${AWS::AccountId}")),
        }
    }
}

impl Serialize for RotationSchedule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Rules {
            automatically_after_days: Days<1, 1_000>,
        }
        #[derive(Serialize)]
        struct Wire {
            #[serde(rename = "SecretId")]
            secret: Ref<Secret>,
            #[serde(rename = "RotationLambdaARN")]
            function: Intrinsic,
            #[serde(rename = "RotationRules")]
            rules: Rules,
            #[serde(rename = "RotateImmediatelyOnUpdate")]
            immediately: Option<bool>,
        }
        Wire {
            secret: self.secret,
            function: self.function.arn(),
            rules: Rules { automatically_after_days: self.every },
            immediately: (!self.rotates_immediately).then_some(false),
        }
        .serialize(serializer)
    }
}

impl Resource for RotationSchedule {
    const TYPE: &'static str = "AWS::SecretsManager::RotationSchedule";

    fn check(&self, check: &mut Check<'_>) {
        Permission::check_given(self.function, SERVICE, check);
    }
}

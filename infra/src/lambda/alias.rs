//! Names for versions of functions.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::{Function, Version};
use crate::check::Check;
use crate::codedeploy::{CodeDeployLambdaAliasUpdate, UpdatePolicy};
use crate::reference::{HasArn, LogicalId, Ref, Resource};
use crate::units::Integer;
use crate::value::Intrinsic;

/// A name of a version of a function, which can be invoked as the function can: an [`Invocable`](super::Invocable).
///
/// Who invokes the function itself gets what was deployed last. Who invokes the alias gets the version that it names.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-alias.html>
#[derive(Debug, Clone)]
pub struct Alias {
    /// The function. Changing it replaces the alias.
    pub function: Ref<Function>,
    /// 1 to 128 letters, digits, hyphens and underscores, not all of them digits. Changing it replaces the alias.
    pub name: String,
    /// The version that it names, one of the function.
    pub version: Ref<Version>,
    /// Up to 256 characters.
    pub description: Option<String>,
    /// Who gets the new version, and when.
    pub traffic: Traffic,
    /// How many environments are kept ready, 1 or more, of those that the function may have. They are paid while they wait.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html>
    pub provisioned_concurrent_executions: Option<Integer<1>>,
}

/// Which part of an alias' invocations goes to its version.
#[derive(Debug, Clone, Default)]
pub enum Traffic {
    /// All, as soon as it is deployed.
    #[default]
    AllAtOnce,
    /// All but a part, which an older version gets.
    ///
    /// <https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html>
    Weighted(VersionWeight),
    /// More and more, as CodeDeploy shifts it.
    Gradual(CodeDeployLambdaAliasUpdate),
}

/// The part of an alias' invocations that another version gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VersionWeight {
    /// The number of a version that was published before. The stack keeps it when the version is
    /// [retained](crate::stack::Named::update_replace_policy).
    pub function_version: u64,
    /// The part, 0 to 1.
    pub function_weight: f64,
}

impl Alias {
    /// `version` of `function` under the name `name`, for all invocations as soon as it is deployed.
    pub fn new(function: Ref<Function>, name: impl Into<String>, version: Ref<Version>) -> Self {
        Self {
            function,
            name: name.into(),
            version,
            description: None,
            traffic: Traffic::AllAtOnce,
            provisioned_concurrent_executions: None,
        }
    }
}

impl HasArn for Alias {
    fn arn(id: LogicalId) -> Intrinsic {
        Intrinsic::Ref(id)
    }
}

impl Serialize for Alias {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Weight {
            function_version: String,
            function_weight: f64,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            function_name: Ref<Function>,
            name: &'a str,
            function_version: Intrinsic,
            description: &'a Option<String>,
            routing_config: Option<BTreeMap<&'static str, [Weight; 1]>>,
            provisioned_concurrency_config: Option<BTreeMap<&'static str, Integer<1>>>,
        }
        let routing_config = match &self.traffic {
            Traffic::Weighted(VersionWeight { function_version, function_weight }) => {
                let weight =
                    Weight { function_version: function_version.to_string(), function_weight: *function_weight };
                Some([("AdditionalVersionWeights", [weight])].into())
            }
            Traffic::AllAtOnce | Traffic::Gradual(_) => None,
        };
        Wire {
            function_name: self.function,
            name: &self.name,
            function_version: self.version.number(),
            description: &self.description,
            routing_config,
            provisioned_concurrency_config: self
                .provisioned_concurrent_executions
                .map(|count| [("ProvisionedConcurrentExecutions", count)].into()),
        }
        .serialize(serializer)
    }
}

impl Resource for Alias {
    const TYPE: &'static str = "AWS::Lambda::Alias";

    fn update_policy(&self) -> Option<UpdatePolicy> {
        match &self.traffic {
            Traffic::Gradual(update) => Some(UpdatePolicy::CodeDeployLambdaAliasUpdate(*update)),
            Traffic::AllAtOnce | Traffic::Weighted(_) => None,
        }
    }

    fn check(&self, check: &mut Check<'_>) {
        let name = self.name.as_str();
        // https://docs.aws.amazon.com/lambda/latest/api/API_CreateAlias.html
        let is_legal = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            && !name.bytes().all(|byte| byte.is_ascii_digit());
        if !is_legal {
            let message = format!(
                "the name `{name}` is not one of letters, digits, hyphens and underscores, of which not all are digits"
            );
            check.error("function-alias-name", message).help("choose another name, such as `live`");
        }
        let (alias, function) = (self.function.id(), check.stack.get(self.function));
        if let Some(version) = check.stack.get(self.version).filter(|version| version.function != self.function) {
            let message =
                format!("`{}` is a version of `{}`, not of `{alias}`", self.version.id(), version.function.id());
            check.error("function-alias-version", message).help(format!("add a version of `{alias}`"));
        }
        if let Traffic::Weighted(VersionWeight { function_weight, .. }) = self.traffic
            && !(0.0..=1.0).contains(&function_weight)
        {
            check.error("function-alias-weight", format!("a weight of {function_weight} is not within 0 to 1"));
        }
        let Some(count) = self.provisioned_concurrent_executions else { return };
        let reserved = function.and_then(|it| it.reserved_concurrent_executions);
        if let Some(reserved) = reserved.filter(|reserved| i64::from(*reserved) < count.get()) {
            let message = format!("{count} environments are kept ready, and `{alias}` may have {reserved}");
            let help = "raise the function's `reserved_concurrent_executions`, or keep fewer ready";
            check.error("provisioned-concurrency", message).help(help);
        }
    }
}

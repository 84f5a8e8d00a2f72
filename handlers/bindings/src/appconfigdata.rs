//! Bindings to configurations of AppConfig.

use serde_json::Value;

use crate::pattern::Pattern;
use crate::resource::Target;

crate::binding! {
    /// A configuration as it is deployed to an environment, with the operations `A` granted on it. Its environment variable
    /// is `APPLICATION/ENVIRONMENT/PROFILE`, their ids.
    ///
    /// A session is started once; then each answer of `get_latest_configuration` has the token of the next question.
    ///
    /// <https://docs.aws.amazon.com/appconfig/2019-10-09/APIReference/API_Operations_AWS_AppConfig_Data.html>
    pub struct Configuration(path);
    use aws_sdk_appconfigdata if (feature = "appconfig");

    GetLatestConfiguration: "appconfig:GetLatestConfiguration" =>
        get_latest_configuration() -> GetLatestConfigurationFluentBuilder {};
    StartConfigurationSession: "appconfig:StartConfigurationSession" =>
        start_configuration_session() -> StartConfigurationSessionFluentBuilder {
            application_identifier: application(),
            environment_identifier: environment(),
            configuration_profile_identifier: profile(),
        };
}

impl<A> Configuration<A> {
    /// The id of the application.
    #[must_use]
    pub fn application(&self) -> &str {
        self.part(0)
    }

    /// The id of the environment.
    #[must_use]
    pub fn environment(&self) -> &str {
        self.part(1)
    }

    /// The id of the configuration profile.
    #[must_use]
    pub fn profile(&self) -> &str {
        self.part(2)
    }

    fn part(&self, index: usize) -> &str {
        self.path().split('/').nth(index).unwrap_or_default()
    }
}

/// The configuration `profile` of an application as it is deployed to an environment: the ids of the three, strings or
/// CloudFormation's intrinsic functions.
#[must_use]
pub fn configuration(application: &Value, environment: &Value, profile: &Value) -> Target {
    let fill = |pattern| {
        let part = |name: &str| match name {
            "application" => Some(application),
            "environment" => Some(environment),
            "profile" => Some(profile),
            _ => None,
        };
        Pattern(pattern).fill(part).unwrap_or_default()
    };
    let variable = fill("{application}/{environment}/{profile}");
    let arn = "arn:${AWS::Partition}:appconfig:${AWS::Region}:${AWS::AccountId}:\
               application/{application}/environment/{environment}/configuration/{profile}";
    Target::new(variable, fill(arn))
}

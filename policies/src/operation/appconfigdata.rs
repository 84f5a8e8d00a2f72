//! AWS `AppConfig` Data.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_appconfig.html>

super::operations! {
    "appconfigdata" as "appconfig",
    same: [GetLatestConfiguration, StartConfigurationSession],
}

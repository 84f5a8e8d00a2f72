//! Keys and their names.

use serde::Serialize;

use super::policy::KeyPolicy;
use crate::check::Check;
use crate::reference::{HasArn, Ref, Resource};
use crate::units::Days;
use crate::value::Value;

/// A symmetric key that encrypts and decrypts. What it encrypted is lost with it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Key {
    /// Up to 8,192 characters.
    pub description: Option<String>,
    /// Who may manage and use it.
    pub key_policy: KeyPolicy,
    /// Whether KMS makes new key material from time to time; the old stays, for what it encrypted.
    pub enable_key_rotation: bool,
    /// How often, every 90 to 2,560 days. KMS' default is 365.
    pub rotation_period_in_days: Option<Days<90, 2_560>>,
    /// How long it is kept when it is deleted, 7 to 30 days. KMS' default is 30.
    pub pending_window_in_days: Option<Days<7, 30>>,
    /// Whether it may have replicas in other regions. Changing it replaces the key.
    pub multi_region: Option<bool>,
}

impl Key {
    /// A key whose material is made anew each year.
    #[must_use]
    pub const fn new(key_policy: KeyPolicy) -> Self {
        Self {
            description: None,
            key_policy,
            enable_key_rotation: true,
            rotation_period_in_days: None,
            pending_window_in_days: None,
            multi_region: None,
        }
    }
}

impl Resource for Key {
    const TYPE: &'static str = "AWS::KMS::Key";

    fn check(&self, check: &mut Check<'_>) {
        self.key_policy.check(check);
        if !self.enable_key_rotation && self.rotation_period_in_days.is_some() {
            let message = "it has a period of rotation and is not rotated";
            check.error("key-rotation", message).help("set `enable_key_rotation`, or remove the period");
        }
    }
}

impl HasArn for Key {}

/// A name of a key in its account and region.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-alias.html>
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Alias {
    /// `alias/` and letters, digits and `:/_-`. Changing it replaces the alias.
    pub alias_name: Value,
    /// The key.
    pub target_key_id: Ref<Key>,
}

impl Resource for Alias {
    const TYPE: &'static str = "AWS::KMS::Alias";

    fn check(&self, check: &mut Check<'_>) {
        if let Some(name) = self.alias_name.literal().filter(|name| name.starts_with("alias/aws/")) {
            check.error("alias-name", format!("`{name}` is a name that AWS keeps for its own keys"));
        }
    }
}

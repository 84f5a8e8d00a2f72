//! Secrets.

use serde::{Serialize, Serializer};
use serde_json::Map;

use crate::check::Check;
use crate::reference::{Arn, HasArn, LogicalId, Resource};
use crate::units::Integer;
use crate::value::{Intrinsic, Value};

/// A secret.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-secretsmanager-secret.html>
#[derive(Debug, Clone)]
pub struct Secret {
    /// 1 to 512 letters, digits and `/_+=.@-`. Changing it replaces the secret. Secrets Manager adds six characters to it in the ARN.
    pub name: Option<Value>,
    /// Up to 2,048 characters.
    pub description: Option<String>,
    /// What it holds at first.
    pub value: SecretValue,
    /// The key that encrypts it; without it Secrets Manager's own, which no other account can use.
    pub kms_key_id: Option<Value<Arn<crate::kms::Key>>>,
}

/// What a secret holds at first. What a template says is no secret any more, so that a text can only be given by a parameter that is not
/// shown, or by a reference that CloudFormation resolves.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html#creds>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretValue {
    /// A password that Secrets Manager makes.
    Generated(Generated),
    /// What this yields.
    Given(Intrinsic),
    /// Nothing: somebody sets it later.
    Empty,
}

/// A password that Secrets Manager makes.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-secretsmanager-secret-generatesecretstring.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// How long it is, 1 to 4,096 characters. Secrets Manager's default is 32.
    pub length: Option<Integer<1, 4_096>>,
    /// Characters that it does not have.
    pub exclude_characters: Option<String>,
    /// Whether it is of letters and digits alone.
    pub exclude_punctuation: bool,
    /// The object of JSON that it is put into, such as `{"username": "shop"}`, and its name there, such as `password`; without it the
    /// secret is the password.
    pub within: Option<(Map<String, serde_json::Value>, String)>,
}

impl Secret {
    /// A password of 32 characters.
    #[must_use]
    pub fn generated() -> Self {
        Self::new(SecretValue::Generated(Generated::default()))
    }

    /// A name and a password of 32 characters, as databases have them: `username` and `password`.
    pub fn credentials(username: impl Into<String>) -> Self {
        let within = [("username".to_owned(), username.into().into())].into_iter().collect();
        let generated = Generated { within: Some((within, "password".to_owned())), ..Generated::default() };
        Self::new(SecretValue::Generated(generated))
    }

    /// A secret that holds `value`.
    #[must_use]
    pub const fn new(value: SecretValue) -> Self {
        Self { name: None, description: None, value, kms_key_id: None }
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Generate<'a> {
            #[serde(rename = "SecretStringTemplate")]
            template: Option<String>,
            #[serde(rename = "GenerateStringKey")]
            key: Option<&'a str>,
            // Secrets Manager's own default, said so that the property is not empty.
            password_length: Integer<1, 4_096>,
            exclude_characters: &'a Option<String>,
            exclude_punctuation: Option<bool>,
        }
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            name: &'a Option<Value>,
            description: &'a Option<String>,
            generate_secret_string: Option<Generate<'a>>,
            secret_string: Option<&'a Intrinsic>,
            kms_key_id: &'a Option<Value<Arn<crate::kms::Key>>>,
        }
        let (generate, secret_string) = match &self.value {
            SecretValue::Generated(generated) => (Some(generated), None),
            SecretValue::Given(value) => (None, Some(value)),
            SecretValue::Empty => (None, None),
        };
        Wire {
            name: &self.name,
            description: &self.description,
            generate_secret_string: generate.map(|generated| Generate {
                template: generated
                    .within
                    .as_ref()
                    .map(|(object, _)| serde_json::Value::Object(object.clone()).to_string()),
                key: generated.within.as_ref().map(|(_, key)| key.as_str()),
                password_length: generated.length.unwrap_or(Integer::of::<32>()),
                exclude_characters: &generated.exclude_characters,
                exclude_punctuation: generated.exclude_punctuation.then_some(true),
            }),
            secret_string,
            kms_key_id: &self.kms_key_id,
        }
        .serialize(serializer)
    }
}

impl Resource for Secret {
    const TYPE: &'static str = "AWS::SecretsManager::Secret";

    fn check(&self, check: &mut Check<'_>) {
        let SecretValue::Generated(generated) = &self.value else { return };
        if let Some((object, key)) = &generated.within
            && object.contains_key(key)
        {
            let message = format!("`{key}` is to be the password, and is there already");
            check.error("secret-password", message).help("give the password a name of its own");
        }
    }
}

/// The ARN ends in six characters that Secrets Manager makes.
impl HasArn for Secret {
    fn arn(id: LogicalId) -> Intrinsic {
        // `Ref` is the same on AWS, and the name alone in the local cloud.
        Intrinsic::GetAtt(id, "Id")
    }
}

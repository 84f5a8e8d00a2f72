//! AWS Systems Manager: parameters.

use serde::{Serialize, Serializer};

use crate::check::Check;
use crate::reference::{HasArn, Resource};
use crate::value::Value;

/// A value under a name that programs read. CloudFormation makes none that is encrypted: what is secret is a
/// [`crate::secretsmanager::Secret`].
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ssm-parameter.html>
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Letters, digits and `_.-/`, such as `/shop/prices`. Changing it replaces the parameter.
    pub name: Option<Value>,
    /// Up to 1,024 characters.
    pub description: Option<String>,
    /// Its value.
    pub value: ParameterValue,
    /// What a value has to match.
    pub allowed_pattern: Option<String>,
    /// How large it may be.
    pub tier: Tier,
}

/// The value of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterValue {
    /// A text.
    String(Value),
    /// Texts without commas.
    StringList(Vec<String>),
}

/// How large a parameter may be.
///
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html>
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Tier {
    /// Up to 4 KiB, for nothing.
    #[default]
    Standard,
    /// Up to 8 KiB, paid by the month. It does not become a standard one again.
    Advanced,
}

impl Parameter {
    /// A text under a name that CloudFormation makes.
    pub fn string(value: impl Into<Value>) -> Self {
        Self::new(ParameterValue::String(value.into()))
    }

    /// Texts under a name that CloudFormation makes.
    pub fn string_list<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(ParameterValue::StringList(values.into_iter().map(str::to_owned).collect()))
    }

    const fn new(value: ParameterValue) -> Self {
        Self { name: None, description: None, value, allowed_pattern: None, tier: Tier::Standard }
    }
}

impl Serialize for Parameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            name: &'a Option<Value>,
            description: &'a Option<String>,
            #[serde(rename = "Type")]
            kind: &'static str,
            value: Value,
            allowed_pattern: &'a Option<String>,
            tier: Option<&'static str>,
        }
        let (kind, value) = match &self.value {
            ParameterValue::String(value) => ("String", value.clone()),
            ParameterValue::StringList(values) => ("StringList", values.join(",").into()),
        };
        Wire {
            name: &self.name,
            description: &self.description,
            kind,
            value,
            allowed_pattern: &self.allowed_pattern,
            tier: (self.tier == Tier::Advanced).then_some("Advanced"),
        }
        .serialize(serializer)
    }
}

impl Resource for Parameter {
    const TYPE: &'static str = "AWS::SSM::Parameter";

    fn check(&self, check: &mut Check<'_>) {
        let (length, most) = match &self.value {
            ParameterValue::String(value) => (value.literal().map_or(0, String::len), self.tier.most()),
            ParameterValue::StringList(values) => (values.join(",").len(), self.tier.most()),
        };
        if length > most {
            let message = format!("its value is {length} bytes long, {most} are allowed");
            let report = check.error("ssm-parameter", message);
            if self.tier == Tier::Standard {
                report.help("set `tier` to `Tier::Advanced`, which takes 8192");
            }
        }
        if let ParameterValue::StringList(values) = &self.value
            && let Some(value) = values.iter().find(|value| value.contains(','))
        {
            check.error("ssm-parameter", format!("`{value}` of its list has a comma, which ends a text of it"));
        }
        if self.name.as_ref().and_then(Value::literal).is_some_and(|name| is_reserved(name)) {
            check.error("ssm-parameter", "its name begins with `aws` or `ssm`, which AWS keeps for itself");
        }
    }
}

/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html>
fn is_reserved(name: &str) -> bool {
    let name = name.trim_start_matches('/').to_ascii_lowercase();
    name.starts_with("aws") || name.starts_with("ssm")
}

impl Tier {
    const fn most(self) -> usize {
        match self {
            Self::Standard => 4_096,
            Self::Advanced => 8_192,
        }
    }
}

impl HasArn for Parameter {}

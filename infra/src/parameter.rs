//! Template parameters, typed by what their values mean.

use std::fmt;
use std::marker::PhantomData;

use serde::{Serialize, Serializer};

/// What the values of a parameter mean.
pub trait ParameterType {
    /// A regular expression that every value matches entirely; CloudFormation and the command line both check it.
    const ALLOWED_PATTERN: &'static str;
    /// What the pattern asks for, in words, as the error message says it.
    const CONSTRAINT: &'static str;
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $constraint:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl ParameterType for $name {
            const ALLOWED_PATTERN: &'static str = $pattern;
            const CONSTRAINT: &'static str = $constraint;
        }
    };
}

text_type!(
    /// The id of an AWS account.
    AccountId,
    "[0-9]{12}",
    "12 digits"
);
text_type!(
    /// The name of an EKS cluster.
    ///
    /// <https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html>
    ClusterName,
    "[0-9A-Za-z][A-Za-z0-9_-]{0,99}",
    "1 to 100 letters, digits, hyphens and underscores, of which no hyphen or underscore first"
);
text_type!(
    /// An e-mail address, or nothing.
    EmailAddress,
    "([^\\s@]+@[^\\s@]+)?",
    "an e-mail address or empty"
);
text_type!(
    /// The ARN of an IAM role.
    RoleArn,
    "arn:aws[a-z-]*:iam::[0-9]{12}:role/.+",
    "the ARN of a role, as `arn:aws:iam::123456789012:role/NAME`"
);
text_type!(
    /// An absolute `http` or `https` address.
    Url,
    "https?://[^\\s]+",
    "an http or https address"
);

impl ParameterType for String {
    const ALLOWED_PATTERN: &'static str = "";
    const CONSTRAINT: &'static str = "";
}

/// A value that is given when the stack is deployed. It is no place for a secret: everyone who may describe the stack
/// sees it.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
///
/// ```
/// use infra::parameter::{AccountId, Parameter, Url};
///
/// let account = Parameter::<AccountId>::default();
/// let validator = Parameter::<Url> { default: Some("https://example.com".into()), ..Parameter::default() };
/// assert!(account.default.is_none() && validator.default.is_some());
/// ```
#[derive(Debug, Clone)]
pub struct Parameter<T> {
    /// Used when no value is given. Without it, every first deployment must give one.
    pub default: Option<String>,
    /// Up to 4,000 characters, shown when the value is asked for.
    pub description: Option<String>,
    /// The values allowed; empty for any.
    pub allowed_values: Vec<String>,
    /// What its values mean.
    pub meaning: Meaning<T>,
}

/// What the values of a parameter mean: the type `T`, with its pattern.
#[derive(Debug, Clone)]
pub struct Meaning<T> {
    allowed_pattern: &'static str,
    constraint: &'static str,
    of: PhantomData<fn() -> T>,
}

impl<T: ParameterType> Default for Meaning<T> {
    fn default() -> Self {
        Self { allowed_pattern: T::ALLOWED_PATTERN, constraint: T::CONSTRAINT, of: PhantomData }
    }
}

impl<T: ParameterType> Default for Parameter<T> {
    fn default() -> Self {
        Self { default: None, description: None, allowed_values: Vec::new(), meaning: Meaning::default() }
    }
}

impl<T> Parameter<T> {
    /// What every value must match entirely, unless empty.
    #[must_use]
    pub const fn allowed_pattern(&self) -> &'static str {
        self.meaning.allowed_pattern
    }

    /// What the pattern asks for, in words.
    #[must_use]
    pub const fn constraint(&self) -> &'static str {
        self.meaning.constraint
    }

    pub(crate) fn untyped(self) -> Parameter<()> {
        Parameter {
            default: self.default,
            description: self.description,
            allowed_values: self.allowed_values,
            meaning: Meaning {
                allowed_pattern: self.meaning.allowed_pattern,
                constraint: self.meaning.constraint,
                of: PhantomData,
            },
        }
    }
}

impl<T> Serialize for Parameter<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(rename_all = "PascalCase")]
        struct Wire<'a> {
            r#type: &'static str,
            default: Option<&'a str>,
            description: Option<&'a str>,
            allowed_values: &'a [String],
            allowed_pattern: Option<&'a str>,
            constraint_description: Option<String>,
        }
        Wire {
            r#type: "String",
            default: self.default.as_deref(),
            description: self.description.as_deref(),
            allowed_values: &self.allowed_values,
            allowed_pattern: Some(self.meaning.allowed_pattern).filter(|pattern| !pattern.is_empty()),
            constraint_description: Some(self.meaning.constraint)
                .filter(|text| !text.is_empty())
                .map(|text| format!("must be {text}")),
        }
        .serialize(serializer)
    }
}

//! Conditions: when a statement applies.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use serde::{Serialize, Serializer};

mod operator;

pub use operator::{Operator, Quantifier};

/// One test of a statement: all of them must hold, each for any of its values.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition<V = String> {
    /// How many of the request's values must pass, for a key that has several.
    pub quantifier: Option<Quantifier>,
    /// How the values are compared.
    pub operator: Operator,
    /// Whether it holds for requests without the key: IAM writes it as `IfExists` after the operator.
    pub if_exists: bool,
    /// The condition key, such as `aws:SourceArn`; its case has no meaning.
    pub key: Cow<'static, str>,
    /// The values of which one must match; for a negated operator, none may.
    pub values: Vec<V>,
}

impl<V> Condition<V> {
    /// The value of `key` passes `operator` with one of `values`.
    pub fn new(
        operator: Operator,
        key: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = impl Into<V>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self { quantifier: None, operator, if_exists: false, key: key.into(), values }
    }

    /// The request is made on behalf of the resource `arn`: guards against a confused deputy.
    pub fn source_arn(arn: impl Into<V>) -> Self {
        Self::new(Operator::ArnLike, "aws:SourceArn", [arn])
    }

    /// The value of `key` is like `pattern`, in which `*` and `?` are wildcards.
    pub fn like(key: &'static str, pattern: impl Into<V>) -> Self {
        Self::new(Operator::StringLike, key, [pattern])
    }

    /// The request is made on behalf of a resource of the account `id`.
    pub fn source_account(id: impl Into<V>) -> Self {
        Self::new(Operator::StringEquals, "aws:SourceAccount", [id])
    }

    /// The same test, which holds for requests without the key too.
    #[must_use]
    pub fn if_exists(mut self) -> Self {
        self.if_exists = true;
        self
    }

    /// The same test of a key with several values.
    #[must_use]
    pub fn quantified(mut self, quantifier: Quantifier) -> Self {
        self.quantifier = Some(quantifier);
        self
    }

    /// The operator as IAM writes it, such as `ForAllValues:StringLikeIfExists`.
    #[must_use]
    pub fn operator_name(&self) -> String {
        let quantifier = self.quantifier.map(|quantifier| format!("{quantifier:?}:")).unwrap_or_default();
        let if_exists = if self.if_exists { "IfExists" } else { "" };
        format!("{quantifier}{}{if_exists}", self.operator)
    }
}

/// It prints as `StringEquals aws:PrincipalTag/team a|b`.
impl<V: fmt::Display> fmt::Display for Condition<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", self.operator_name(), self.key)?;
        for (index, value) in self.values.iter().enumerate() {
            let separator = if index == 0 { "" } else { "|" };
            write!(f, "{separator}{value}")?;
        }
        Ok(())
    }
}

/// IAM's form: operator, then key, then values.
pub(crate) fn serialize<V: Serialize, S: Serializer>(
    conditions: &[Condition<V>],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut block: IndexMap<String, IndexMap<&str, &[V]>> = IndexMap::new();
    for condition in conditions {
        block.entry(condition.operator_name()).or_default().insert(&condition.key, &condition.values);
    }
    block.serialize(serializer)
}

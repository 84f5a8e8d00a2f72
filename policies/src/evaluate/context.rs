//! What is known of a request beside its principal, action and resource.

use std::collections::BTreeMap;

use super::truth::Gap;
use crate::pattern::{Token, Variable};

/// What is known of one condition key of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Known {
    /// The request has these values for it.
    Values(Vec<String>),
    /// The request lacks it.
    Absent,
    /// Nothing.
    Nothing,
}

/// The condition keys of a request, whose names have no case.
///
/// ```
/// use policies::evaluate::{Context, Known};
///
/// let context = Context::closed().with("aws:PrincipalTag/team", "navigation");
/// assert_eq!(context.get("aws:principaltag/TEAM"), &Known::Values(vec!["navigation".to_owned()]));
/// assert_eq!(context.get("aws:SourceIp"), &Known::Absent);
/// assert_eq!(Context::open().get("aws:SourceIp"), &Known::Nothing);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    keys: BTreeMap<String, Known>,
    others: Known,
}

impl Context {
    /// A request with only those keys that are added.
    #[must_use]
    pub const fn closed() -> Self {
        Self { keys: BTreeMap::new(), others: Known::Absent }
    }

    /// A request of which nothing is known but the keys that are added.
    #[must_use]
    pub const fn open() -> Self {
        Self { keys: BTreeMap::new(), others: Known::Nothing }
    }

    /// The request has `value` for `key`.
    #[must_use]
    pub fn with(self, key: &str, value: impl Into<String>) -> Self {
        self.knowing(key, Known::Values(vec![value.into()]))
    }

    /// What is known of `key` is `known`.
    #[must_use]
    pub fn knowing(mut self, key: &str, known: Known) -> Self {
        self.keys.insert(key.to_lowercase(), known);
        self
    }

    /// What is known of `key`.
    #[must_use]
    pub fn get(&self, key: &str) -> &Known {
        self.keys.get(&key.to_lowercase()).unwrap_or(&self.others)
    }

    /// The keys of which something was said, in lowercase, by name.
    pub fn keys(&self) -> impl Iterator<Item = (&str, &Known)> {
        self.keys.iter().map(|(key, known)| (key.as_str(), known))
    }

    /// The pattern with the request's values for its variables; nothing when one has none.
    pub(crate) fn resolve(&self, pattern: Vec<Token>) -> Result<Option<Vec<Token>>, Gap> {
        if !pattern.iter().any(|token| matches!(token, Token::Variable(_))) {
            return Ok(Some(pattern));
        }
        let mut resolved = Vec::with_capacity(pattern.len());
        for token in pattern {
            match token {
                Token::Variable(variable) => match self.value(&variable)? {
                    // Wildcards in a request's value are only characters.
                    Some(value) => resolved.extend(value.chars().map(Token::Char)),
                    None => return Ok(None),
                },
                other => resolved.push(other),
            }
        }
        Ok(Some(resolved))
    }

    fn value<'a>(&'a self, variable: &'a Variable) -> Result<Option<&'a str>, Gap> {
        match self.get(&variable.key) {
            Known::Values(values) => match values.as_slice() {
                [] => Ok(variable.default.as_deref()),
                [value] => Ok(Some(value)),
                _ => Err(Gap::Several(variable.key.clone())),
            },
            Known::Absent => Ok(variable.default.as_deref()),
            Known::Nothing => Err(Gap::Key(variable.key.clone())),
        }
    }
}

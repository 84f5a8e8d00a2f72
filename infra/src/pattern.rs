//! Patterns over JSON: what the filter policies of SNS and the rules of EventBridge say of a message.

use indexmap::IndexMap;
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Serialize, Serializer};

use crate::template::verbatim;

/// What the fields of a JSON object must be: each field that it names has one of the values it lists.
///
/// ```
/// use infra::pattern::{Match, Pattern};
///
/// let images = Pattern::<Match>::default().field(["detail", "object", "key"], [Match::suffix(".png"), Match::suffix(".gif")]);
/// assert_eq!(
///     serde_json::to_string(&images).unwrap(),
///     r#"{"detail":{"object":{"key":[{"suffix":".png"},{"suffix":".gif"}]}}}"#
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern<M = Match> {
    fields: IndexMap<String, Field<M>>,
}

#[derive(Debug, Clone, PartialEq)]
enum Field<M> {
    AnyOf(Vec<M>),
    Object(Pattern<M>),
}

impl<M> Default for Pattern<M> {
    fn default() -> Self {
        Self { fields: IndexMap::new() }
    }
}

impl<M> Pattern<M> {
    /// Asks of the field at `path` that it has one of `values`.
    #[must_use]
    pub fn field<'a>(
        mut self,
        path: impl IntoIterator<Item = &'a str>,
        values: impl IntoIterator<Item = impl Into<M>>,
    ) -> Self {
        let mut path: Vec<_> = path.into_iter().collect();
        let Some(last) = path.pop() else { return self };
        let mut object = &mut self;
        for name in path {
            let field = object.fields.entry(name.to_owned()).or_insert_with(|| Field::Object(Self::default()));
            if let Field::AnyOf(_) = field {
                *field = Field::Object(Self::default());
            }
            let Field::Object(inner) = field else { return self };
            object = inner;
        }
        object.fields.insert(last.to_owned(), Field::AnyOf(values.into_iter().map(Into::into).collect()));
        self
    }

    /// Each field that it names, at whatever depth: how deep it is, 1 for the fields of the object itself, and how many
    /// values it may have.
    pub(crate) fn leaves(&self) -> Vec<(usize, usize)> {
        let leaves = self.fields.values().flat_map(|field| match field {
            Field::AnyOf(values) => vec![(1, values.len())],
            Field::Object(inner) => inner.leaves().into_iter().map(|(depth, values)| (depth + 1, values)).collect(),
        });
        leaves.collect()
    }
}

/// A field without values is said: without it, more would match.
impl<M: Serialize> Serialize for Pattern<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        verbatim(&self.fields, serializer)
    }
}

impl<M: Serialize> Serialize for Field<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::AnyOf(values) => values.serialize(serializer),
            Self::Object(inner) => inner.serialize(serializer),
        }
    }
}

/// What a value must be. SNS and EventBridge both know these.
///
/// <https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html>
#[derive(Debug, Clone, PartialEq)]
pub enum Match {
    /// This text.
    Exact(String),
    /// This number.
    Number(f64),
    /// A text that starts so.
    Prefix(String),
    /// A text that ends so.
    Suffix(String),
    /// This text in upper or lower case.
    EqualsIgnoreCase(String),
    /// A text that is none of these.
    AnythingBut(Vec<String>),
    /// A number within these bounds.
    Numeric(Vec<(Comparison, f64)>),
    /// Anything, or with `false`, nothing at all.
    Exists(bool),
}

/// How a number compares with a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Comparison {
    /// Equal to it.
    #[serde(rename = "=")]
    Equal,
    /// Less than it.
    #[serde(rename = "<")]
    Less,
    /// Less than it or equal to it.
    #[serde(rename = "<=")]
    AtMost,
    /// Greater than it.
    #[serde(rename = ">")]
    Greater,
    /// Greater than it or equal to it.
    #[serde(rename = ">=")]
    AtLeast,
}

impl Match {
    /// A text that starts with `prefix`.
    pub fn prefix(prefix: impl Into<String>) -> Self {
        Self::Prefix(prefix.into())
    }

    /// A text that ends with `suffix`.
    pub fn suffix(suffix: impl Into<String>) -> Self {
        Self::Suffix(suffix.into())
    }
}

impl From<&str> for Match {
    fn from(text: &str) -> Self {
        Self::Exact(text.to_owned())
    }
}

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Exact(text) => serializer.serialize_str(text),
            Self::Number(number) => number.serialize(serializer),
            Self::Prefix(prefix) => operator(serializer, "prefix", prefix),
            Self::Suffix(suffix) => operator(serializer, "suffix", suffix),
            Self::EqualsIgnoreCase(text) => operator(serializer, "equals-ignore-case", text),
            Self::AnythingBut(texts) => operator(serializer, "anything-but", texts),
            Self::Numeric(bounds) => operator(serializer, "numeric", &Bounds(bounds)),
            Self::Exists(exists) => operator(serializer, "exists", exists),
        }
    }
}

/// `{"operator": operand}`.
pub(crate) fn operator<S: Serializer>(
    serializer: S,
    operator: &str,
    operand: &(impl Serialize + ?Sized),
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(operator, operand)?;
    map.end()
}

/// `[">=", 0, "<", 10]`.
struct Bounds<'a>(&'a [(Comparison, f64)]);

impl Serialize for Bounds<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(2 * self.0.len()))?;
        for (comparison, bound) in self.0 {
            list.serialize_element(comparison)?;
            list.serialize_element(bound)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(wanted: impl Into<Match>, expected: &serde_json::Value) {
        assert_eq!(&json!(wanted.into()), expected);
    }

    #[test]
    fn each_match_has_the_form_that_the_services_read() {
        check("approved", &json!("approved"));
        check(Match::Number(2.5), &json!(2.5));
        check(Match::prefix("a"), &json!({"prefix": "a"}));
        check(Match::EqualsIgnoreCase("A".into()), &json!({"equals-ignore-case": "A"}));
        check(Match::AnythingBut(vec!["a".into()]), &json!({"anything-but": ["a"]}));
        check(Match::Exists(false), &json!({"exists": false}));
        let bounds = vec![(Comparison::AtLeast, 0.0), (Comparison::Less, 10.0)];
        check(Match::Numeric(bounds), &json!({"numeric": [">=", 0.0, "<", 10.0]}));
    }

    #[test]
    fn fields_of_one_object_stay_together() {
        let pattern =
            Pattern::<Match>::default().field(["a", "b"], ["1"]).field(["a", "c"], ["2", "3"]).field(["d"], ["4"]);
        assert_eq!(json!(pattern), json!({"a": {"b": ["1"], "c": ["2", "3"]}, "d": ["4"]}));
        assert_eq!(pattern.leaves(), [(2, 1), (2, 2), (1, 1)]);
    }
}

//! What a property accepts.

use std::fmt;

use super::Pattern;

/// Something that properties refer to by name.
#[derive(Debug)]
pub(crate) enum Definition {
    Object(Object),
    Shape(Shape),
}

/// Properties by name.
#[derive(Debug, Default)]
pub(crate) struct Object {
    /// Sorted by name.
    pub(crate) properties: Vec<(&'static str, Shape)>,
    pub(crate) required: Vec<&'static str>,
    /// Whether properties other than these are accepted.
    pub(crate) open: bool,
    pub(crate) groups: Vec<Group>,
}

impl Object {
    pub(crate) fn property(&self, name: &str) -> Option<&Shape> {
        let found = self.properties.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        self.properties.get(found).map(|(_, shape)| shape)
    }
}

/// Properties that exclude or need each other.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) relation: Relation,
    pub(crate) names: Vec<&'static str>,
}

/// How the properties of a group depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// Exactly one of them is given.
    ExactlyOne,
    /// At least one of them is given.
    AtLeastOne,
    /// Beside the first none of the others is given.
    Excludes,
    /// Beside the first all of the others are given.
    Needs,
}

/// What a value looks like.
#[derive(Debug)]
pub(crate) enum Shape {
    Any,
    /// A definition of the same schema.
    Named(&'static str),
    List {
        count: Bounds,
        items: Box<Shape>,
        /// Whether another order says something else.
        is_ordered: bool,
    },
    Map(Box<Shape>),
    Scalar(Box<Scalar>),
}

/// A value without parts, or a JSON object that the schema says nothing about.
#[derive(Debug, Default)]
pub(crate) struct Scalar {
    pub(crate) kinds: Kinds,
    pub(crate) length: Bounds,
    pub(crate) range: Bounds,
    pub(crate) values: Vec<&'static str>,
    pub(crate) ignores_case: bool,
    pub(crate) pattern: Option<Pattern>,
}

/// The kinds of JSON a scalar may be.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "any combination of the kinds occurs")]
pub(crate) struct Kinds {
    pub(crate) string: bool,
    pub(crate) integer: bool,
    pub(crate) number: bool,
    pub(crate) boolean: bool,
    pub(crate) object: bool,
}

impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (self.string, "a string"),
            (self.integer, "an integer"),
            (self.number, "a number"),
            (self.boolean, "`true` or `false`"),
            (self.object, "an object"),
        ];
        let names: Vec<_> = names.into_iter().filter_map(|(is, name)| is.then_some(name)).collect();
        f.write_str(&names.join(" or "))
    }
}

/// The least and the most, both included.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(crate) struct Bounds {
    pub(crate) least: Option<f64>,
    pub(crate) most: Option<f64>,
}

impl Bounds {
    pub(crate) fn contains(self, value: f64) -> bool {
        self.least.is_none_or(|least| value >= least) && self.most.is_none_or(|most| value <= most)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.least, self.most) {
            (Some(least), Some(most)) if least.total_cmp(&most).is_eq() => write!(f, "exactly {least}"),
            (Some(least), Some(most)) => write!(f, "{least} to {most}"),
            (Some(least), None) => write!(f, "at least {least}"),
            (None, Some(most)) => write!(f, "at most {most}"),
            (None, None) => f.write_str("anything"),
        }
    }
}

//! What a property accepts.

use std::fmt;

use super::Pattern;

/// Something that properties refer to by name.
#[derive(Debug)]
pub enum Definition {
    /// An object with properties of its own.
    Object(Object),
    /// A value of some shape.
    Shape(Shape),
}

/// Properties by name.
#[derive(Debug, Default)]
pub struct Object {
    /// Sorted by name.
    pub properties: Vec<(&'static str, Shape)>,
    /// The names of those that must be given.
    pub required: Vec<&'static str>,
    /// Whether properties other than these are accepted.
    pub open: bool,
    /// How some of them exclude or need each other.
    pub groups: Vec<Group>,
}

impl Object {
    /// What the property `name` accepts.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Shape> {
        let found = self.properties.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        self.properties.get(found).map(|(_, shape)| shape)
    }
}

/// Properties that exclude or need each other.
#[derive(Debug)]
pub struct Group {
    /// What is so of them.
    pub relation: Relation,
    /// The properties. Several in one entry are given together.
    pub sets: Vec<Vec<&'static str>>,
}

impl Group {
    /// The names of all its properties.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + Clone + '_ {
        self.sets.iter().flatten().copied()
    }

    /// The properties, when it is of such of which exactly one is given.
    #[must_use]
    pub fn one_of(&self) -> Option<Vec<&'static str>> {
        let is_one_of = self.relation == Relation::ExactlyOne && self.sets.iter().all(|set| set.len() == 1);
        is_one_of.then(|| self.names().collect())
    }
}

/// How the properties of a group depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Exactly one entry is given.
    ExactlyOne,
    /// At least one entry is given.
    AtLeastOne,
    /// Beside the first none of the others is given.
    Excludes,
    /// Beside the first all of the others are given.
    Needs,
}

/// What a value looks like.
#[derive(Debug)]
pub enum Shape {
    /// Anything.
    Any,
    /// A definition of the same schema.
    Named(&'static str),
    /// A list.
    List {
        /// How many values it has.
        count: Bounds,
        /// What each of them looks like.
        items: Box<Shape>,
        /// Whether another order says something else.
        is_ordered: bool,
    },
    /// An object with members of any names, and what each looks like.
    Map(Box<Shape>),
    /// A value without parts.
    Scalar(Box<Scalar>),
}

/// A value without parts, or a JSON object that the schema says nothing about.
#[derive(Debug, Default)]
pub struct Scalar {
    /// The kinds of JSON it may be.
    pub kinds: Kinds,
    /// How long a text is, in characters.
    pub length: Bounds,
    /// How large a number is.
    pub range: Bounds,
    /// The values it may have; any when there are none.
    pub values: Vec<&'static str>,
    /// Whether these are meant in capital and small letters alike.
    pub ignores_case: bool,
    /// What a part of a text matches.
    pub pattern: Option<Pattern>,
}

/// The kinds of JSON a scalar may be.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "any combination of the kinds occurs")]
pub struct Kinds {
    /// A text.
    pub string: bool,
    /// A number without a fraction.
    pub integer: bool,
    /// Any number.
    pub number: bool,
    /// A truth value.
    pub boolean: bool,
    /// A JSON object that the schema says nothing about.
    pub object: bool,
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
pub struct Bounds {
    /// The least, if there is one.
    pub least: Option<f64>,
    /// The most, if there is one.
    pub most: Option<f64>,
}

impl Bounds {
    /// Whether `value` is within them.
    #[must_use]
    pub fn contains(self, value: f64) -> bool {
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

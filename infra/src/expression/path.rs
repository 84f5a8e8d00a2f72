//! Where in a resource a value is.

use std::fmt;

/// A place in a resource's properties, as a chain from the inside out, so that walking them allocates nothing.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    /// The resource itself.
    Root,
    /// A property by its name.
    Property(&'a Path<'a>, &'a str),
    /// An item of a list by its index.
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    /// The place of the property `name` below it.
    #[must_use]
    pub const fn property(&'a self, name: &'a str) -> Self {
        Self::Property(self, name)
    }

    /// The place of an item below it.
    #[must_use]
    pub const fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }
}

/// `Tags[2].Key`
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Property(Path::Root, name) => f.write_str(name),
            Self::Property(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

//! Where in a resource a value is.

use std::fmt;

/// A place in a resource's properties, as a chain from the inside out, so that walking them allocates nothing.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Property(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl<'a> Path<'a> {
    pub(super) const fn property(&'a self, name: &'a str) -> Self {
        Self::Property(self, name)
    }

    pub(super) const fn item(&'a self, index: usize) -> Self {
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

//! What an element of a statement lists, or all but that.

use std::slice;

/// What a statement speaks of: what it lists (`Action`), or everything else (`NotAction`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listed<T> {
    /// What is listed.
    These(Vec<T>),
    /// Everything but what is listed.
    AllBut(Vec<T>),
}

impl<T> Listed<T> {
    /// What is written in the list, whether the statement speaks of it or of all else.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        match self {
            Self::These(items) | Self::AllBut(items) => items,
        }
    }

    /// What is written in the list, whether the statement speaks of it or of all else.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.as_slice().iter()
    }

    /// Whether it lists nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }

    /// Whether it is what is not listed of which the statement speaks.
    #[must_use]
    pub const fn is_negated(&self) -> bool {
        matches!(self, Self::AllBut(_))
    }

    /// Whether the statement speaks of exactly this item by its own text; a pattern is only itself.
    pub fn contains(&self, item: &T) -> bool
    where
        T: PartialEq,
    {
        match self {
            Self::These(items) => items.contains(item),
            Self::AllBut(items) => !items.contains(item),
        }
    }

    /// Adds `item` to what is listed.
    pub fn push(&mut self, item: T) {
        match self {
            Self::These(items) | Self::AllBut(items) => items.push(item),
        }
    }
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl<T> FromIterator<T> for Listed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        Self::These(items.into_iter().collect())
    }
}

impl<T> From<Vec<T>> for Listed<T> {
    fn from(items: Vec<T>) -> Self {
        Self::These(items)
    }
}

impl<'a, T> IntoIterator for &'a Listed<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

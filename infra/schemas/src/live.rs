//! What a schema says of live resources: how they are read, and how what is read compares with what was given.

use super::{Definition, Object, Schema, Shape, is_within};

/// What a shape is, once names are followed.
enum Part<'a> {
    Object(&'a Object),
    Shape(&'a Shape),
}

impl Schema {
    /// Whether AWS never tells what the property at `path` is, as with a password.
    #[must_use]
    pub fn write_only(&self, path: &[&str]) -> bool {
        is_within(path, &self.write_only)
    }

    /// Whether AWS may tell the property at `path` otherwise than it was given: in lower case, as the ARN of a name.
    #[must_use]
    pub fn rewritten(&self, path: &[&str]) -> bool {
        is_within(path, &self.rewritten)
    }

    /// The actions that whoever reads a resource of the type through the Cloud Control API needs of its service; `None`
    /// when it cannot be read so.
    #[must_use]
    pub fn reading(&self) -> Option<&[&'static str]> {
        self.reading.as_deref()
    }

    /// Whether the list at `path` says the same in any order.
    ///
    /// ```
    /// let alarm = schemas::of("AWS::CloudWatch::Alarm").unwrap();
    ///
    /// assert!(alarm.is_unordered(&["Dimensions"]));
    /// assert!(!alarm.is_unordered(&["AlarmActions"]));
    /// ```
    #[must_use]
    pub fn is_unordered(&self, path: &[&str]) -> bool {
        matches!(self.shape_at(path), Some(Shape::List { is_ordered: false, .. }))
    }

    /// Whether the object at `path` takes members of any names, as variables do.
    #[must_use]
    pub fn is_map(&self, path: &[&str]) -> bool {
        matches!(self.shape_at(path), Some(Shape::Map(_)))
    }

    /// Whether a text can be the value of the property at `path`.
    #[must_use]
    pub fn accepts(&self, path: &[&str], text: &str) -> bool {
        let Some(Shape::Scalar(scalar)) = self.shape_at(path) else { return true };
        scalar.pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
    }

    /// What the property at `path` accepts; an element of a list has its index in the path.
    fn shape_at(&self, path: &[&str]) -> Option<&Shape> {
        let (first, rest) = path.split_first()?;
        let mut shape = self.root.property(first)?;
        for step in rest {
            shape = match self.resolved(shape) {
                Part::Object(object) => object.property(step)?,
                Part::Shape(Shape::List { items, .. } | Shape::Map(items)) => items,
                Part::Shape(_) => return None,
            };
        }
        match self.resolved(shape) {
            Part::Object(_) => None,
            Part::Shape(shape) => Some(shape),
        }
    }

    /// What a shape leads to by names of definitions. A definition that leads to itself is none.
    fn resolved<'a>(&'a self, shape: &'a Shape) -> Part<'a> {
        let mut shape = shape;
        for _ in 0..=self.definitions.len() {
            let Shape::Named(name) = shape else { break };
            match self.definition(name) {
                Some(Definition::Object(object)) => return Part::Object(object),
                Some(Definition::Shape(next)) => shape = next,
                None => break,
            }
        }
        Part::Shape(shape)
    }
}

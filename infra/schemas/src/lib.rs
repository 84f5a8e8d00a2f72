//! The resource schemas that AWS publishes: what each resource type accepts, and what changing it does.
//!
//! They are embedded as one file of facts, from which a type is read when it is first asked for. That file is made
//! by `cargo xtask schemas` from the package of cfn-lint.

mod class;
mod live;
pub mod nearest;
mod pattern;
mod shape;
mod text;

use std::sync::{LazyLock, OnceLock};

pub use pattern::Pattern;
pub use shape::{Bounds, Definition, Group, Kinds, Object, Relation, Scalar, Shape};

/// The file: an index of the types, then a block of lines for each.
pub(crate) static FILE: &str = include_str!("../resources.txt");

/// What CloudFormation accepts for resources of one type.
///
/// ```
/// let queue = schemas::of("AWS::SQS::Queue").unwrap();
///
/// assert!(queue.create_only(&["FifoQueue"]));
/// assert!(!queue.create_only(&["DelaySeconds"]));
/// assert!(queue.attributes().any(|attribute| attribute == "Arn"));
/// ```
#[derive(Debug)]
pub struct Schema {
    /// Its properties.
    pub root: Object,
    definitions: Vec<(&'static str, Definition)>,
    identifier: Vec<&'static str>,
    read_only: Vec<&'static str>,
    write_only: Vec<&'static str>,
    rewritten: Vec<&'static str>,
    reading: Option<Vec<&'static str>>,
    create_only: Vec<&'static str>,
    conditionally_create_only: Vec<&'static str>,
    more_attributes: Vec<&'static str>,
    tags: Option<&'static str>,
}

struct Entry {
    name: &'static str,
    block: &'static str,
    schema: OnceLock<Schema>,
}

/// Every type with its block of the file, by name.
static TYPES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entry = |(name, block)| Entry { name, block, schema: OnceLock::new() };
    text::blocks(FILE).map(entry).collect()
});

/// The schema of a resource type, such as `AWS::SQS::Queue`; `None` for a type that AWS does not have.
///
/// The types of custom resources, `Custom::` and any name, share one schema.
#[must_use]
pub fn of(resource_type: &str) -> Option<&'static Schema> {
    let name =
        if resource_type.starts_with("Custom::") { "AWS::CloudFormation::CustomResource" } else { resource_type };
    let types = LazyLock::force(&TYPES);
    let found = types.binary_search_by(|entry| entry.name.cmp(name)).ok()?;
    let entry = types.get(found)?;
    Some(entry.schema.get_or_init(|| text::schema(entry.block)))
}

/// Every resource type, by name.
pub fn types() -> impl Iterator<Item = &'static str> {
    LazyLock::force(&TYPES).iter().map(|entry| entry.name)
}

/// The resource type that `type_name` is most likely a slip of.
#[must_use]
pub fn nearest_type(type_name: &str) -> Option<&'static str> {
    nearest::nearest(type_name, types())
}

impl Schema {
    /// Whether a change of the property at `path` makes CloudFormation replace the resource. An element of a list has
    /// its index, or `*`, in the path.
    ///
    /// A property within one that forces replacement does so too. Of a property that holds such a one only the leaf
    /// does, so ask for what changed, not for what holds it.
    #[must_use]
    pub fn create_only(&self, path: &[&str]) -> bool {
        is_within(path, &self.create_only)
    }

    /// Whether a change of the property at `path` makes CloudFormation replace the resource in some cases, which the
    /// type's documentation says.
    #[must_use]
    pub fn conditionally_create_only(&self, path: &[&str]) -> bool {
        is_within(path, &self.conditionally_create_only)
    }

    /// The properties below the one at `path` whose change replaces the resource, or does so in some cases, each as the
    /// steps from there.
    pub fn create_only_below(&self, path: &[&str]) -> impl Iterator<Item = Vec<&'static str>> {
        let all = self.create_only.iter().chain(&self.conditionally_create_only);
        all.filter_map(move |property| {
            let mut steps = property.split('.');
            let is_below = path.iter().all(|at| steps.next().is_some_and(|step| step == "*" || step == *at));
            let below: Vec<_> = steps.collect();
            (is_below && !below.is_empty()).then_some(below)
        })
    }

    /// Whether AWS sets the property at `path`, so that a template cannot.
    #[must_use]
    pub fn read_only(&self, path: &[&str]) -> bool {
        self.read_only.iter().any(|property| property.split('.').eq(path.iter().copied()))
    }

    /// What `Fn::GetAtt` gives, such as `Arn` or `Endpoint.Address`.
    pub fn attributes(&self) -> impl Iterator<Item = &'static str> {
        let read_only = self.read_only.iter().filter(|path| !path.contains('*'));
        read_only.chain(&self.more_attributes).copied()
    }

    /// The properties and attributes that together identify a resource of this type, such as `TableName`, in the order in
    /// which the Cloud Control API joins their values.
    pub fn primary_identifier(&self) -> impl Iterator<Item = &'static str> {
        self.identifier.iter().copied()
    }

    /// The property that holds the resource's tags; `None` when the type cannot be tagged.
    #[must_use]
    pub fn tag_property(&self) -> Option<&'static str> {
        self.tags
    }

    /// What its properties refer to by name, sorted by name.
    pub fn definitions(&self) -> impl Iterator<Item = (&'static str, &Definition)> {
        self.definitions.iter().map(|(name, definition)| (*name, definition))
    }

    /// The names of its properties.
    pub fn properties(&self) -> impl Iterator<Item = &'static str> {
        self.root.properties.iter().map(|(name, _)| *name)
    }

    /// The definition that a [`Shape::Named`] of this schema means.
    #[must_use]
    pub fn definition(&self, name: &str) -> Option<&Definition> {
        let found = self.definitions.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
        self.definitions.get(found).map(|(_, definition)| definition)
    }
}

fn is_within(path: &[&str], properties: &[&str]) -> bool {
    properties.iter().any(|property| {
        let mut path = path.iter();
        property.split('.').all(|step| path.next().is_some_and(|at| step == "*" || step == *at))
    })
}

//! What a resource type becomes in Rust: its structs, enums and attributes, without a line of source yet.

mod builder;
mod recursion;

use schemas::Bounds;

pub use builder::build;

use crate::facts::Arn;

/// A resource type.
#[derive(Debug)]
pub struct Model {
    /// Its name, such as `AWS::Kinesis::Stream`.
    pub resource_type: &'static str,
    /// The name of the resource's struct, the first of the items.
    pub name: String,
    /// The types that are made.
    pub items: Vec<Item>,
    /// What `Fn::GetAtt` gives, by the name of its method.
    pub attributes: Vec<(String, &'static str)>,
    /// How its ARN is told, if it has one.
    pub arn: Option<Arn>,
}

/// A type that is made.
#[derive(Debug)]
pub enum Item {
    /// An object.
    Struct(Struct),
    /// An object of which exactly one property is given.
    Union(Union),
    /// Values of which one is given.
    Enum(Enum),
}

/// An object.
#[derive(Debug)]
pub struct Struct {
    /// Its name in Rust.
    pub name: String,
    /// The definition of the schema that it is; the resource itself is none.
    pub definition: Option<&'static str>,
    /// Its fields, in the order of the schema.
    pub fields: Vec<Field>,
    /// Whether it takes properties that the schema does not name.
    pub is_open: bool,
    /// What holds between its properties, as text.
    pub rules: Vec<String>,
}

/// A field of an object.
#[derive(Debug)]
pub struct Field {
    /// Its name in Rust, without the `r#` of a keyword.
    pub name: String,
    /// What it holds.
    pub content: Content,
    /// Whether it must be given.
    pub is_required: bool,
    /// Whether it would otherwise contain itself.
    pub is_boxed: bool,
}

/// What a field holds.
#[derive(Debug)]
pub enum Content {
    /// A property.
    Property {
        /// Its name in the template.
        name: &'static str,
        /// What it takes.
        kind: Kind,
        /// Its documentation.
        doc: String,
    },
    /// One of several properties: the union of that name.
    OneOf(String),
}

/// An object of which exactly one property is given.
#[derive(Debug)]
pub struct Union {
    /// Its name in Rust.
    pub name: String,
    /// The definition of the schema that it is; one for some properties of an object is none.
    pub definition: Option<&'static str>,
    /// A variant for each property.
    pub variants: Vec<UnionVariant>,
}

/// A property of a union.
#[derive(Debug)]
pub struct UnionVariant {
    /// Its name in Rust.
    pub name: String,
    /// The property's name in the template.
    pub property: &'static str,
    /// What the property takes.
    pub kind: Kind,
    /// Its documentation.
    pub doc: String,
    /// Whether the union would otherwise contain itself.
    pub is_boxed: bool,
}

/// Values of which one is given.
#[derive(Debug)]
pub struct Enum {
    /// Its name in Rust.
    pub name: String,
    /// Each name in Rust and what it is in the template.
    pub variants: Vec<(String, &'static str)>,
    /// Whether the values are numbers.
    pub is_integer: bool,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A text.
    Text,
    /// A truth value.
    Boolean,
    /// A whole number within bounds.
    Integer(Bounds),
    /// Any number.
    Number,
    /// An enum, by its name.
    Enum(String),
    /// A struct or a union, by its name.
    Object(String),
    /// A list.
    List(Box<Self>),
    /// An object with members of any names.
    Map(Box<Self>),
    /// JSON of any kind.
    Json,
}

impl Item {
    /// Its name in Rust.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Struct(it) => &it.name,
            Self::Union(it) => &it.name,
            Self::Enum(it) => &it.name,
        }
    }
}

impl Model {
    /// The name of the module that holds the items.
    #[must_use]
    pub fn module(&self) -> String {
        crate::names::snake(&self.name)
    }

    /// The name of the trait with the attributes; `None` without any.
    #[must_use]
    pub fn attributes_trait(&self) -> Option<String> {
        (!self.attributes.is_empty()).then(|| format!("{}Attributes", self.name))
    }
}

//! What is told while something goes on in a cluster.

use std::fmt;

use crate::object::{Kind, Object};

/// The name of an object: `Deployment shop/orders-consume`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectName {
    /// The kind.
    pub kind: String,
    /// The namespace, unless it is one.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It was not there and is now.
    Created(ObjectName),
    /// It is now as it should be.
    Changed(ObjectName),
    /// It was as it should be.
    Unchanged(ObjectName),
    /// How far a rollout is, whenever that changes.
    Waiting(ObjectName, String),
    /// Something is wrong with its pods, and it can be over by itself.
    Trouble(ObjectName, String),
    /// It does what it should.
    Ready(ObjectName),
    /// It is gone.
    Removed(ObjectName),
    /// It stays, and why.
    Kept(ObjectName, String),
}

/// What gets the events.
pub(super) type Tell<'a> = &'a mut (dyn FnMut(Event) + Send);

impl ObjectName {
    pub(super) fn of(object: &Object) -> Self {
        Self::new(object.known(), object.namespace(), object.name())
    }

    pub(super) fn new(kind: Kind, namespace: Option<&str>, name: &str) -> Self {
        Self { kind: kind.name.to_owned(), namespace: namespace.map(str::to_owned), name: name.to_owned() }
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Created(name) => write!(f, "{name} is created"),
            Self::Changed(name) => write!(f, "{name} is changed"),
            Self::Unchanged(name) => write!(f, "{name} is as it should be"),
            Self::Waiting(name, state) => write!(f, "{name}: {state}"),
            Self::Trouble(name, trouble) => write!(f, "{name} has trouble: {trouble}"),
            Self::Ready(name) => write!(f, "{name} is ready"),
            Self::Removed(name) => write!(f, "{name} is removed"),
            Self::Kept(name, why) => write!(f, "{name} is kept: {why}"),
        }
    }
}

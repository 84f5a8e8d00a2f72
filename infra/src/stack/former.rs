//! Where resources were when they were deployed last.

use std::borrow::Cow;
use std::fmt;

use super::Source;
use crate::reference::LogicalId;

/// The resource of another stack of the app that has a logical id there: `InStack("orders", "Placed")`.
///
/// The stack goes by the name that is typed on the command line. Both are in the same stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InStack(pub &'static str, pub &'static str);

/// Where a resource was when it was deployed last: under another logical id of the same stack, as `"Orders"`, or in another
/// stack, as [`InStack`]`("orders", "Orders")`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Former {
    pub(crate) stack: Option<&'static str>,
    pub(crate) id: LogicalId,
}

impl<I: Into<Cow<'static, str>>> From<I> for Former {
    fn from(id: I) -> Self {
        Self { stack: None, id: LogicalId::new(id) }
    }
}

impl From<InStack> for Former {
    fn from(InStack(stack, id): InStack) -> Self {
        Self { stack: Some(stack), id: LogicalId::new(id) }
    }
}

/// `Orders`, or `orders.Orders` in the stack `orders`.
impl fmt::Display for Former {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stack {
            Some(stack) => write!(f, "{stack}.{}", self.id),
            None => write!(f, "{}", self.id),
        }
    }
}

/// A resource that was elsewhere before.
#[derive(Debug)]
pub(crate) struct Moved {
    pub(crate) from: Former,
    pub(crate) to: LogicalId,
    pub(crate) source: Source,
}

//! Copies of a stack in one account and region.

use std::fmt;

/// Which copy of a stack this is, so that several can live in one account and region.
///
/// ```
/// use infra::Stage;
///
/// assert_eq!(Stage::default().physical_name("orders"), "orders");
/// assert_eq!(Stage::new("prod").physical_name("orders"), "orders-prod");
/// assert_eq!(Stage::new("prod").physical_name("orders.fifo"), "orders-prod.fifo");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    name: String,
    is_protected: bool,
}

/// The stage that is meant when none is named.
const DEFAULT: &str = "dev";

impl Stage {
    /// The stage `name`, such as `prod`.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_protected: false }
    }

    /// The stage `name`, in which nothing may be lost. The workspace's metadata names these stages, and the engine tells
    /// the app.
    pub fn protected(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_protected: true }
    }

    /// Whether nothing may be lost in it.
    #[must_use]
    pub const fn is_protected(&self) -> bool {
        self.is_protected
    }

    /// The stage's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// `name` as it is in the default stage, with the stage appended in every other. A FIFO queue's `.fifo` stays last.
    #[must_use]
    pub fn physical_name(&self, name: &str) -> String {
        match name.strip_suffix(".fifo") {
            _ if self.name == DEFAULT => name.to_owned(),
            Some(base) => format!("{base}-{}.fifo", self.name),
            None => format!("{name}-{}", self.name),
        }
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self::new(DEFAULT)
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

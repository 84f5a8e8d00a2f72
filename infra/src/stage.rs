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
pub struct Stage(String);

impl Stage {
    /// The stage `name`, such as `prod`.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The stage's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `name` as it is in the default stage, with the stage appended in every other. A FIFO queue's `.fifo` stays last.
    #[must_use]
    pub fn physical_name(&self, name: &str) -> String {
        match name.strip_suffix(".fifo") {
            _ if *self == Self::default() => name.to_owned(),
            Some(base) => format!("{base}-{}.fifo", self.0),
            None => format!("{name}-{}", self.0),
        }
    }
}

impl Default for Stage {
    fn default() -> Self {
        Self("dev".to_owned())
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

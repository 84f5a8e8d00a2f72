//! What state a request is in, which decides its queue.

use functions::FieldError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody has decided.
    Pending,
    /// It was granted.
    Approved,
    /// It was refused.
    Rejected,
}

impl Status {
    /// The message attribute that the queues' filters look at, and the request's field of that name.
    pub const ATTRIBUTE: &'static str = "status";

    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Rejected];

    /// Its name in requests, messages and resource names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// The status with this name.
    ///
    /// # Errors
    /// When there is none.
    pub fn parse(name: &str) -> Result<Self, FieldError> {
        Self::ALL.into_iter().find(|status| status.as_str() == name).ok_or_else(|| {
            let known = Self::ALL.map(|status| format!("`{}`", status.as_str())).join(", ");
            FieldError::new(Self::ATTRIBUTE, format!("expected one of {known}, got `{name}`"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_is_read_by_the_name_that_messages_have() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }

    #[test]
    fn an_unknown_status_is_refused_with_those_that_exist() {
        for name in ["Pending", "cancelled", " pending"] {
            assert_eq!(
                Status::parse(name).unwrap_err().to_string(),
                format!("`status`: expected one of `pending`, `approved`, `rejected`, got `{name}`")
            );
        }
    }
}

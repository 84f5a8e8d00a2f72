//! Whether a condition limits what a statement allows.

use crate::condition::{Condition, Operator, Quantifier};

/// Why a condition leaves requests through that it looks like stopping.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// Requests without the key pass.
    IfExists,
    /// Requests without the key pass, because all of no values match.
    ForAllValues,
    /// It only asks whether the key is there.
    Null,
    /// All values but the listed ones pass.
    Negated,
    /// A value is a pattern that everything matches.
    Everything,
}

/// Why `condition` does not limit its key to the values it lists; nothing when it does.
pub(super) fn gap(condition: &Condition) -> Option<Gap> {
    if condition.operator == Operator::Null {
        Some(Gap::Null)
    } else if condition.operator.is_negated() {
        Some(Gap::Negated)
    } else if condition.if_exists {
        Some(Gap::IfExists)
    } else if condition.quantifier == Some(Quantifier::ForAllValues) {
        Some(Gap::ForAllValues)
    } else if condition.values.is_empty() || condition.values.iter().any(|value| is_everything(condition, value)) {
        Some(Gap::Everything)
    } else {
        None
    }
}

/// Whether `value` stands for every value there is.
fn is_everything(condition: &Condition, value: &str) -> bool {
    match condition.operator {
        Operator::StringLike | Operator::ArnLike | Operator::ArnEquals => {
            value.contains('*') && value.chars().all(|char| matches!(char, '*' | '?' | ':'))
                || value.strip_prefix("arn:").is_some_and(|rest| rest.chars().all(|char| matches!(char, '*' | ':')))
        }
        Operator::IpAddress => matches!(value, "0.0.0.0/0" | "::/0"),
        _ => false,
    }
}

/// Whether `key` is the condition key `name`; case does not matter.
pub(super) fn is_key(condition: &Condition, name: &str) -> bool {
    condition.key.eq_ignore_ascii_case(name)
}

/// Whether the condition key starts with `start`, such as `aws:ResourceTag/`; case does not matter.
pub(super) fn starts_key(condition: &Condition, start: &str) -> bool {
    condition.key.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start))
}

/// Whether `text` has a wildcard that is not inside of a variable such as `${aws:username}`.
pub(super) fn has_wildcard(text: &str) -> bool {
    let mut rest = text;
    loop {
        let variable = rest.find("${").unwrap_or(rest.len());
        if rest[..variable].contains(['*', '?']) {
            return true;
        }
        let Some(end) = rest[variable..].find('}') else { return false };
        rest = &rest[variable + end + 1..];
    }
}

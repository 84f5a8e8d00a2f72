//! The condition operators.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use core::net::IpAddr;
use std::cmp::Ordering;

use ipnet::IpNet;
use time::format_description::well_known::Iso8601;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

use super::arn;
use super::context::{Context, Known};
use super::truth::{Gap, Truth};
use crate::condition::{Condition, Operator, Quantifier};
use crate::document::Version;
use crate::pattern::{self, Token};

/// Whether `condition` holds for a request with `context`.
pub(crate) fn holds(condition: &Condition, version: Version, context: &Context) -> Truth {
    let known = context.get(&condition.key);
    let values = match known {
        Known::Nothing => return Truth::Unknown(Gap::Key(condition.key.to_string())),
        Known::Absent => &[][..],
        Known::Values(values) => values.as_slice(),
    };
    if condition.operator == Operator::Null {
        return Truth::any(condition.values.iter().map(|value| match boolean(value) {
            Some(absent) => (absent == values.is_empty()).into(),
            None => Truth::Unknown(Gap::Value { value: value.clone(), expected: "`true` or `false`" }),
        }));
    }
    if values.is_empty() {
        let without = match condition.quantifier {
            Some(Quantifier::ForAllValues) => true,
            Some(Quantifier::ForAnyValue) => false,
            None => condition.operator.is_negated(),
        };
        return (without || condition.if_exists).into();
    }
    let mut passed = values.iter().map(|value| passes(condition, version, context, value));
    match condition.quantifier {
        Some(Quantifier::ForAllValues) => Truth::all(passed),
        Some(Quantifier::ForAnyValue) => Truth::any(passed),
        None => {
            let first = passed.next().unwrap_or(Truth::False);
            if passed.all(|other| other == first) {
                first
            } else {
                Truth::Unknown(Gap::Several(condition.key.to_string()))
            }
        }
    }
}

/// Whether one value of the request passes.
fn passes(condition: &Condition, version: Version, context: &Context, value: &str) -> Truth {
    let negated = condition.operator.is_negated();
    let operator = condition.operator.negation().filter(|_| negated).unwrap_or(condition.operator);
    let matched = Truth::any(condition.values.iter().map(|wanted| compare(operator, wanted, value, version, context)));
    if negated { !matched } else { matched }
}

fn compare(operator: Operator, wanted: &str, value: &str, version: Version, context: &Context) -> Truth {
    let text = |tokens: Vec<Token>, value: &str| match context.resolve(tokens) {
        Ok(Some(resolved)) => pattern::matches(&resolved, value).into(),
        Ok(None) => Truth::False,
        Err(gap) => Truth::Unknown(gap),
    };
    match operator {
        Operator::StringEquals => text(pattern::literal(wanted, version), value),
        Operator::StringEqualsIgnoreCase => match context.resolve(pattern::literal(wanted, version)) {
            Ok(Some(resolved)) => pattern::matches(&pattern::lowercase(resolved), &value.to_lowercase()).into(),
            Ok(None) => Truth::False,
            Err(gap) => Truth::Unknown(gap),
        },
        Operator::StringLike => text(pattern::pattern(wanted, version), value),
        Operator::ArnEquals | Operator::ArnLike => {
            let Some(parts) = arn::parts(value) else { return malformed(value, "an ARN") };
            if wanted == "*" {
                return Truth::True;
            }
            let Some(patterns) = arn::parts(wanted) else { return malformed(wanted, "an ARN of six parts") };
            Truth::all(patterns.iter().zip(parts).map(|(part, value)| text(pattern::pattern(part, version), value)))
        }
        Operator::Bool => match (boolean(wanted), boolean(value)) {
            (Some(wanted), Some(value)) => (wanted == value).into(),
            (None, _) => malformed(wanted, "`true` or `false`"),
            (_, None) => malformed(value, "`true` or `false`"),
        },
        Operator::BinaryEquals => (wanted.trim_end_matches('=') == value.trim_end_matches('=')).into(),
        Operator::IpAddress => match (range(wanted), value.parse::<IpAddr>()) {
            (Some(range), Ok(address)) => range.contains(&address).into(),
            (None, _) => malformed(wanted, "a range of addresses"),
            (_, Err(_)) => malformed(value, "an address"),
        },
        Operator::DateEquals
        | Operator::DateGreaterThan
        | Operator::DateGreaterThanEquals
        | Operator::DateLessThan
        | Operator::DateLessThanEquals => match (moment(wanted), moment(value)) {
            (Some(wanted), Some(value)) => ordered(operator, value.cmp(&wanted)).into(),
            (None, _) => malformed(wanted, "a date"),
            (_, None) => malformed(value, "a date"),
        },
        _ => match (number(wanted), number(value)) {
            (Some(wanted), Some(value)) => ordered(operator, value.total_cmp(&wanted)).into(),
            (None, _) => malformed(wanted, "a number"),
            (_, None) => malformed(value, "a number"),
        },
    }
}

fn malformed(value: &str, expected: &'static str) -> Truth {
    Truth::Unknown(Gap::Value { value: value.to_owned(), expected })
}

/// Whether `operator` holds for a value that is `ordering` to the policy's.
fn ordered(operator: Operator, ordering: Ordering) -> bool {
    match operator {
        Operator::DateGreaterThan | Operator::NumericGreaterThan => ordering.is_gt(),
        Operator::DateGreaterThanEquals | Operator::NumericGreaterThanEquals => ordering.is_ge(),
        Operator::DateLessThan | Operator::NumericLessThan => ordering.is_lt(),
        Operator::DateLessThanEquals | Operator::NumericLessThanEquals => ordering.is_le(),
        _ => ordering.is_eq(),
    }
}

pub(crate) fn boolean(text: &str) -> Option<bool> {
    text.to_ascii_lowercase().parse().ok()
}

/// A range of addresses; a single address is a range of one.
pub(crate) fn range(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// A number; not those that are none, which Rust reads too.
pub(crate) fn number(text: &str) -> Option<f64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    // Negative zero is zero.
    text.parse::<f64>().ok().filter(|number| digits && number.is_finite()).map(|number| number + 0.0)
}

/// A time, to the nanosecond: a date, a date with a time, or seconds since 1970.
pub(crate) fn moment(text: &str) -> Option<OffsetDateTime> {
    if let Ok(seconds) = text.parse() {
        return OffsetDateTime::from_unix_timestamp(seconds).ok();
    }
    let zoned = OffsetDateTime::parse(text, &Iso8601::PARSING).ok();
    let unzoned = || PrimitiveDateTime::parse(text, &Iso8601::PARSING).ok();
    let day = || Date::parse(text, &Iso8601::PARSING).ok().map(|date| date.with_time(Time::MIDNIGHT));
    zoned.or_else(|| unzoned().or_else(day).map(PrimitiveDateTime::assume_utc))
}

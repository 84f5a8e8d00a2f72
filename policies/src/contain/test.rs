//! What one condition says of another.

use super::cells::{Budget, includes};
use crate::condition::{Condition, Operator, Quantifier};
use crate::document::Version;
use crate::evaluate::{arn_parts, moment, number, range};
use crate::pattern::{self, Token};

/// A condition in the form in which it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) condition: Condition,
    pub(super) version: Version,
}

/// How much work the comparison of two values is worth.
const WORK: usize = 20_000;

impl Test {
    /// The same test by one spelling: keys in lowercase, no needless `IfExists`.
    pub(super) fn new(condition: &Condition, version: Version) -> Self {
        let mut condition = Condition { key: condition.key.to_lowercase().into(), ..condition.clone() };
        condition.operator = match condition.operator {
            Operator::ArnEquals => Operator::ArnLike,
            Operator::ArnNotEquals => Operator::ArnNotLike,
            other => other,
        };
        let holds_without = match condition.quantifier {
            Some(Quantifier::ForAllValues) => true,
            Some(Quantifier::ForAnyValue) => false,
            None => condition.operator.is_negated(),
        };
        condition.if_exists &= !holds_without;
        if condition.operator == Operator::Null {
            condition.quantifier = None;
        }
        Self { condition, version }
    }

    /// The test that holds for exactly the requests for which this one does not, when there is one.
    pub(super) fn negation(&self) -> Option<Self> {
        let Condition { quantifier, operator, if_exists, values, .. } = &self.condition;
        if quantifier.is_some() || *if_exists {
            return None;
        }
        let mut condition = self.condition.clone();
        if *operator == Operator::Null {
            let [value] = values.as_slice() else { return None };
            condition.values = vec![match value.as_str() {
                "true" => "false".to_owned(),
                "false" => "true".to_owned(),
                _ => return None,
            }];
        } else {
            condition.operator = operator.negation()?;
        }
        Some(Self { condition, version: self.version })
    }

    /// Whether the two can hold for no request together.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let one_way = |one: &Self, other: &Self| other.negation().is_some_and(|negation| one.implies(&negation));
        self.condition.key == other.condition.key && (one_way(self, other) || one_way(other, self))
    }

    /// Whether `other` holds for every request for which this test does. `false` when that is not certain.
    pub(super) fn implies(&self, other: &Self) -> bool {
        if self == other {
            return true;
        }
        let (one, two) = (&self.condition, &other.condition);
        if one.key != two.key {
            return false;
        }
        if two.operator == Operator::Null {
            let exists = !one.if_exists
                && one.operator != Operator::Null
                && !one.operator.is_negated()
                && one.quantifier != Some(Quantifier::ForAllValues);
            return if one.operator == Operator::Null {
                !one.values.is_empty() && one.values.iter().all(|value| two.values.contains(value))
            } else {
                (exists || one.quantifier == Some(Quantifier::ForAnyValue) && !one.if_exists)
                    && two.values.iter().any(|value| value == "false")
            };
        }
        if one.operator == Operator::Null {
            return false;
        }
        let keeps_absent = !one.if_exists || two.if_exists;
        if one.quantifier != two.quantifier || !keeps_absent {
            return false;
        }
        match (one.operator.is_negated(), two.operator.is_negated()) {
            (false, false) => all_within(one, self.version, two.operator, two, other.version),
            (true, true) => {
                // None of more values is narrower than none of fewer.
                let (Some(base), Some(wide)) = (two.operator.negation(), one.operator.negation()) else { return false };
                let narrow = Condition { operator: base, ..two.clone() };
                all_within(&narrow, other.version, wide, one, self.version)
            }
            (false, true) => one.quantifier.is_none() && !one.if_exists && disjoint(self, other),
            (true, false) => false,
        }
    }
}

/// Whether each value of `narrow` stands for no more than one of `wide`, compared by `operator`.
fn all_within(narrow: &Condition, version: Version, operator: Operator, wide: &Condition, other: Version) -> bool {
    narrow.values.iter().all(|one| {
        let within = |two: &String| value_within((narrow.operator, one, version), (operator, two, other));
        wide.values.iter().any(within)
    })
}

type Value<'a> = (Operator, &'a str, Version);

fn value_within(narrow: Value<'_>, wide: Value<'_>) -> bool {
    use Operator as O;
    let ((from, one, one_version), (to, two, two_version)) = (narrow, wide);
    let exact = || pattern::literal(one, one_version) == pattern::literal(two, two_version);
    match (from, to) {
        (O::StringEquals, O::StringEquals) => exact(),
        (O::StringEquals | O::StringEqualsIgnoreCase, O::StringEqualsIgnoreCase) => {
            let lower = |text, version| pattern::lowercase(pattern::literal(text, version));
            // Which letters are one in a variable's value is not known here.
            exact() || lower(one, one_version) == lower(two, two_version)
        }
        (O::StringEquals, O::StringLike) => {
            within(&pattern::pattern(two, two_version), &pattern::literal(one, one_version))
        }
        (O::StringLike, O::StringLike) => {
            within(&pattern::pattern(two, two_version), &pattern::pattern(one, one_version))
        }
        (O::ArnLike, O::ArnLike) => match (arn_parts(one), arn_parts(two)) {
            (_, _) if one == two && one_version == two_version => true,
            (Some(_), _) if two == "*" => true,
            (Some(one), Some(two)) => one
                .iter()
                .zip(two)
                .all(|(one, two)| within(&pattern::pattern(two, two_version), &pattern::pattern(one, one_version))),
            _ => false,
        },
        (O::IpAddress, O::IpAddress) => {
            matches!((range(one), range(two)), (Some(one), Some(two)) if two.contains(&one))
        }
        (O::Bool | O::BinaryEquals, _) => from == to && one.eq_ignore_ascii_case(two) && (to == O::Bool || one == two),
        _ => ordered_within(from, one, to, two),
    }
}

/// For numbers and dates.
fn ordered_within(from: Operator, one: &str, to: Operator, two: &str) -> bool {
    use Operator as O;
    let ordering = match (from.name().starts_with("Numeric"), to.name().starts_with("Numeric")) {
        (true, true) => number(one).zip(number(two)).map(|(one, two)| one.total_cmp(&two)),
        (false, false) => moment(one).zip(moment(two)).map(|(one, two)| one.cmp(&two)),
        _ => None,
    };
    let Some(ordering) = ordering else { return false };
    match (from, to) {
        (O::NumericEquals, O::NumericEquals) | (O::DateEquals, O::DateEquals) => ordering.is_eq(),
        (O::NumericLessThan | O::NumericLessThanEquals | O::NumericEquals, O::NumericLessThanEquals)
        | (O::DateLessThan | O::DateLessThanEquals | O::DateEquals, O::DateLessThanEquals)
        | (O::NumericLessThan, O::NumericLessThan)
        | (O::DateLessThan, O::DateLessThan) => ordering.is_le(),
        (O::NumericLessThanEquals | O::NumericEquals, O::NumericLessThan)
        | (O::DateLessThanEquals | O::DateEquals, O::DateLessThan) => ordering.is_lt(),
        (O::NumericGreaterThan | O::NumericGreaterThanEquals | O::NumericEquals, O::NumericGreaterThanEquals)
        | (O::DateGreaterThan | O::DateGreaterThanEquals | O::DateEquals, O::DateGreaterThanEquals)
        | (O::NumericGreaterThan, O::NumericGreaterThan)
        | (O::DateGreaterThan, O::DateGreaterThan) => ordering.is_ge(),
        (O::NumericGreaterThanEquals | O::NumericEquals, O::NumericGreaterThan)
        | (O::DateGreaterThanEquals | O::DateEquals, O::DateGreaterThan) => ordering.is_gt(),
        _ => false,
    }
}

fn within(wide: &[Token], narrow: &[Token]) -> bool {
    // The empty text, which the automaton leaves out.
    let matches_empty = |pattern: &[Token]| pattern.iter().all(|token| *token == Token::Any);
    (!matches_empty(narrow) || matches_empty(wide)) && includes(wide, narrow, &mut Budget(WORK)).unwrap_or(false)
}

/// Whether no text of `equals` is one that `negated` rules out.
fn disjoint(equals: &Test, negated: &Test) -> bool {
    let (one, two) = (&equals.condition, &negated.condition);
    let likes = match two.operator {
        Operator::StringNotEquals => pattern::literal,
        Operator::StringNotLike => pattern::pattern,
        _ => return false,
    };
    let has_variable = |tokens: &[Token]| tokens.iter().any(|token| matches!(token, Token::Variable(_)));
    one.operator == Operator::StringEquals
        && one.values.iter().all(|value| {
            let value_tokens = pattern::literal(value, equals.version);
            let text: String =
                value_tokens.iter().filter_map(|it| if let Token::Char(c) = it { Some(*c) } else { None }).collect();
            !has_variable(&value_tokens)
                && two.values.iter().all(|other| {
                    let other = likes(other, negated.version);
                    !has_variable(&other) && !pattern::matches(&other, &text)
                })
        })
}

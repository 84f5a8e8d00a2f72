//! Amounts, which are kept as exactly as they are written.

use functions::FieldError;

/// The digits that a number of DynamoDB can have.
///
/// <https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html>
const MAX_DIGITS: usize = 38;
/// The smallest power of ten that a number of DynamoDB can begin with.
const MIN_POWER: i64 = -130;
/// The largest power of ten that a number of DynamoDB can begin with.
const MAX_POWER: i64 = 125;

/// An amount: more than 0, and exactly what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount(String);

impl Amount {
    /// Reads the number `text` of a JSON text, which is called `field` when it is no amount.
    ///
    /// # Errors
    /// When it is not more than 0, or a number of DynamoDB could not hold it exactly.
    pub(super) fn parse(field: &str, text: &str) -> Result<Self, FieldError> {
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        let digits = all.trim_start_matches('0');
        let leading_zeros = all.len() - digits.len();
        let digits = digits.trim_end_matches('0');
        if digits.is_empty() || digits.starts_with('-') {
            return Err(FieldError::new(field, "expected more than 0"));
        }
        if digits.len() > MAX_DIGITS {
            return Err(FieldError::new(
                field,
                format!("expected at most {MAX_DIGITS} significant digits, got {}", digits.len()),
            ));
        }
        // A power that is too long to be read is beyond any limit.
        let beyond = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
        let offset = i64::try_from(whole.len()).unwrap_or(i64::MAX) - i64::try_from(leading_zeros).unwrap_or(0) - 1;
        let power = exponent.parse().unwrap_or(beyond).saturating_add(offset);
        if power > MAX_POWER {
            let problem = format!("is too large to be kept exactly: expected less than 1e{}", MAX_POWER + 1);
            Err(FieldError::new(field, problem))
        } else if power < MIN_POWER {
            let problem = format!("is too small to be kept exactly: expected at least 1e{MIN_POWER}");
            Err(FieldError::new(field, problem))
        } else {
            Ok(Self(plain(digits, power)))
        }
    }

    /// The amount as DynamoDB writes it: all its digits, with no power of ten and no needless zero.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The number with these digits, of which the first stands for `power` of ten.
fn plain(digits: &str, power: i64) -> String {
    let zeros = |count: i64| "0".repeat(usize::try_from(count).unwrap_or_default());
    match usize::try_from(power + 1) {
        Ok(whole) if whole > 0 && whole < digits.len() => format!("{}.{}", &digits[..whole], &digits[whole..]),
        Ok(whole) if whole >= digits.len() => {
            format!("{digits}{}", "0".repeat(whole - digits.len()))
        }
        _ => format!("0.{}{digits}", zeros(-power - 1)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Amount::parse("amount", text).unwrap().as_str(), expected);
    }

    #[track_caller]
    fn check_wrong(text: &str, expected: &str) {
        assert_eq!(Amount::parse("amount", text).unwrap_err().problem, expected, "{text}");
    }

    #[test]
    fn every_digit_is_kept() {
        check("9007199254740993.10", "9007199254740993.1");
        check("12345678901234567890123456789012345678", "12345678901234567890123456789012345678");
        check("0.1", "0.1");
        check("1e-130", &format!("0.{}1", "0".repeat(129)));
        check("9.9E+125", &format!("99{}", "0".repeat(124)));
    }

    #[test]
    fn the_same_amount_is_written_the_same() {
        for text in ["2580", "2580.00", "2.58e3", "2.58E+3", "25800e-1", "0.00258e6", "258e01"] {
            check(text, "2580");
        }
    }

    #[test]
    fn an_amount_is_more_than_0() {
        for text in ["0", "-0", "0.000", "0e999", "0e99999999999999999999", "-1", "-0.001", "-1e999"] {
            check_wrong(text, "expected more than 0");
        }
    }

    #[test]
    fn what_dynamodb_would_round_or_refuse_is_no_amount() {
        let long = "1".repeat(39);
        check_wrong(&long, "expected at most 38 significant digits, got 39");
        check_wrong("1.00000000000000000000000000000000000001", "expected at most 38 significant digits, got 39");
        let large = "is too large to be kept exactly: expected less than 1e126";
        let small = "is too small to be kept exactly: expected at least 1e-130";
        check_wrong("1e126", large);
        check_wrong("10e125", large);
        check_wrong("1e99999999999999999999", large);
        check_wrong("0.1e-130", small);
        check_wrong("1e-99999999999999999999", small);
    }

    proptest! {
        #[test]
        fn an_amount_is_as_much_as_was_written(whole in 1..=u64::MAX, fraction in "[0-9]{0,18}", power in -9..=9_i64) {
            let written = format!("{whole}.{fraction}0e{power}");
            let kept = Amount::parse("amount", &written).unwrap();
            // What it is in units of the last possible digit.
            let units = |text: &str, power: i64| {
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                let zeros = 40 + power - i64::try_from(fraction.len()).unwrap();
                let digits = format!("{whole}{fraction}{}", "0".repeat(usize::try_from(zeros).unwrap()));
                digits.trim_start_matches('0').to_owned()
            };
            prop_assert_eq!(units(kept.as_str(), 0), units(&format!("{whole}.{fraction}0"), power));
        }
    }
}

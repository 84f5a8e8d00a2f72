//! The syntax of quantities, and which is more.
//!
//! <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>

/// An amount, in thousand-millionths of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Quantity(i128);

/// What a quantity is one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Cpu,
    Bytes,
}

const NANO: i128 = 1_000_000_000;
const MILLI: i128 = 1_000_000;

impl Of {
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Cpu => "CPUs as a quantity: 1m or more, in whole thousandths",
            Self::Bytes => "bytes as a quantity: 1 or more, in whole bytes",
        }
    }

    pub(super) const fn help(self) -> &'static str {
        match self {
            Self::Cpu => "`500m` is half a CPU, `2` are two",
            Self::Bytes => "`256Mi` are 256 MiB, `1Gi` is 1 GiB; `m` would be thousandths of a byte",
        }
    }
}

impl Quantity {
    pub(super) fn parse(text: &str) -> Option<Self> {
        let number = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
        let (number, suffix) = text.split_at(number);
        let (negative, number) = match number.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let digits = whole.len() + fraction.len();
        // Kubernetes cuts what is longer than 18 digits.
        if !(1..=18).contains(&digits) || !(whole.to_owned() + fraction).bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let value: i128 = (whole.to_owned() + fraction).parse().ok()?;
        let value = value.checked_mul(multiplier(suffix)?)?;
        let divisor = 10_i128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
        // What is smaller than a thousand-millionth is rounded up.
        let value = value.checked_add(divisor - 1)? / divisor;
        Some(Self(if negative { -value } else { value }))
    }

    /// Whether there can be so much of it in a container.
    pub(super) fn is_usable(self, of: Of) -> bool {
        let least = if of == Of::Cpu { MILLI } else { NANO };
        self.0 >= least && self.0 % least == 0
    }
}

/// How many thousand-millionths the suffix stands for.
fn multiplier(suffix: &str) -> Option<i128> {
    let decimal = |exponent: i32| 10_i128.checked_pow(u32::try_from(exponent + 9).ok()?);
    let binary = |exponent: u32| 1024_i128.checked_pow(exponent)?.checked_mul(NANO);
    match suffix {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(1),
        "Mi" => binary(2),
        "Gi" => binary(3),
        "Ti" => binary(4),
        "Pi" => binary(5),
        "Ei" => binary(6),
        _ => decimal(suffix.strip_prefix(['e', 'E'])?.parse::<i8>().ok()?.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read_as_kubernetes_reads_them() {
        let same = [
            ("1", "1000m"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("1.", "1"),
            ("+1", "1"),
            ("1e3", "1k"),
            ("1E3", "1k"),
            ("1E", "1e18"),
            ("1Ki", "1024"),
            ("1.5Gi", "1536Mi"),
            ("100u", "0.1m"),
            ("1e-3", "1m"),
        ];
        for (one, other) in same {
            assert!(Quantity::parse(one).is_some(), "{one}");
            assert_eq!(Quantity::parse(one), Quantity::parse(other), "{one} {other}");
        }
        assert!(Quantity::parse("1G") < Quantity::parse("1Gi"));
        for wrong in ["", ".", "m", "1 Gi", "1GB", "1K", "1.2.3", "--1", "1-", "one", "1e", "1Mib", "0x10", "1_000"] {
            assert_eq!(Quantity::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_amount_must_be_usable() {
        let usable = |text, of| Quantity::parse(text).is_some_and(|quantity| quantity.is_usable(of));
        assert!(usable("1m", Of::Cpu) && usable("1", Of::Bytes) && usable("0.5Ki", Of::Bytes));
        assert!(!usable("0", Of::Cpu) && !usable("-1", Of::Cpu) && !usable("100u", Of::Cpu));
        assert!(!usable("500m", Of::Bytes) && !usable("0", Of::Bytes));
    }
}

//! Patterns that are one class of characters, repeated: `^[A-Za-z0-9_-]{1,64}$`.

/// Such a pattern. As in AWS's services, `\w` and its like are ASCII.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repeated {
    class: Class,
    least: usize,
    most: usize,
}

/// A set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Class {
    /// A bit for each ASCII character.
    ascii: u128,
    /// Whether it holds all others.
    others: bool,
}

impl Repeated {
    /// `None` for a pattern of any other kind.
    pub(super) fn parse(pattern: &str) -> Option<Self> {
        let inner = pattern.strip_prefix('^')?;
        let inner = inner.strip_suffix('$').or_else(|| inner.strip_suffix("\\z"))?;
        let inner = inner.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(inner);
        Self::parse_inner(inner)
    }

    /// The first way of a pattern such as `^([a-z]+|arn:.*)$` to match.
    pub(super) fn parse_first_alternative(pattern: &str) -> Option<Self> {
        let inner = pattern.strip_prefix("^(")?.strip_suffix(")$")?;
        Self::parse_inner(inner.split_once('|')?.0)
    }

    fn parse_inner(inner: &str) -> Option<Self> {
        let (class, rest) = class(inner.strip_prefix('[')?)?;
        let (least, most) = count(rest)?;
        Some(Self { class, least, most })
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        let Class { ascii, others } = self.class;
        let is_in_class = |byte: u8| if byte.is_ascii() { ascii & bit(byte) != 0 } else { others };
        value.bytes().all(is_in_class) && (self.least..=self.most).contains(&value.chars().count())
    }
}

const fn bit(byte: u8) -> u128 {
    1 << byte
}

fn bits(is_in: impl Fn(u8) -> bool) -> u128 {
    (0..128).filter(|byte| is_in(*byte)).map(bit).sum()
}

/// The characters up to the closing bracket, and what follows it.
fn class(text: &str) -> Option<(Class, &str)> {
    let mut class = 0;
    let excluding = text.strip_prefix('^');
    let mut rest = excluding.unwrap_or(text);
    if rest.starts_with(']') || !rest.is_ascii() {
        return None;
    }
    loop {
        let (first, after) = member(rest)?;
        rest = after;
        let upper = rest.strip_prefix('-').filter(|after| !after.starts_with(']'));
        match (first, upper.map(member)) {
            (Member::One(least), Some(Some((Member::One(most), after)))) => {
                class |= bits(|byte| (least..=most).contains(&byte));
                rest = after;
            }
            (Member::One(byte), None) => class |= bit(byte),
            (Member::Many(bits), _) => class |= bits,
            _ => return None,
        }
        if let Some(after) = rest.strip_prefix(']') {
            let others = excluding.is_some();
            return Some((Class { ascii: if others { !class } else { class }, others }, after));
        }
    }
}

enum Member {
    One(u8),
    Many(u128),
}

fn member(text: &str) -> Option<(Member, &str)> {
    let (&first, _) = text.as_bytes().split_first()?;
    let rest = text.get(1..)?;
    match first {
        // Nested classes and set operations are another syntax.
        b'[' | b'&' | b'~' => None,
        b'\\' => {
            let (&escaped, _) = rest.as_bytes().split_first()?;
            let member = match escaped {
                b'w' => Member::Many(bits(|byte| byte.is_ascii_alphanumeric() || byte == b'_')),
                b'd' => Member::Many(bits(|byte| byte.is_ascii_digit())),
                b's' => Member::Many(bits(|byte| byte.is_ascii_whitespace() || byte == 0x0b)),
                byte if byte.is_ascii_punctuation() => Member::One(byte),
                _ => return None,
            };
            Some((member, rest.get(1..)?))
        }
        byte => Some((Member::One(byte), rest)),
    }
}

/// The least and the most repetitions.
fn count(quantifier: &str) -> Option<(usize, usize)> {
    match quantifier {
        "" => Some((1, 1)),
        "+" => Some((1, usize::MAX)),
        "*" => Some((0, usize::MAX)),
        "?" => Some((0, 1)),
        braces => {
            let counts = braces.strip_prefix('{')?.strip_suffix('}')?;
            match counts.split_once(',') {
                None => counts.parse().ok().map(|count| (count, count)),
                Some((least, "")) => Some((least.parse().ok()?, usize::MAX)),
                Some((least, most)) => Some((least.parse().ok()?, most.parse().ok()?)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::Repeated;
    use crate::FILE;

    /// Both ways of matching agree on every such pattern of the schemas, for every ASCII character alone and repeated.
    #[test]
    fn a_class_matches_what_the_regular_expression_does() {
        let patterns = FILE.lines().filter_map(|line| line.split_once(" /")).map(|(_, pattern)| pattern);
        let mut patterns: Vec<_> = patterns.filter(|pattern| !pattern.contains('{')).collect();
        patterns.sort_unstable();
        patterns.dedup();
        let mut seen = 0;
        for pattern in patterns {
            let Some(repeated) = Repeated::parse(pattern) else { continue };
            seen += 1;
            let ascii = pattern.replace("\\w", "[A-Za-z0-9_]").replace("\\d", "[0-9]").replace("\\s", "[\\t-\\r ]");
            let regex = Regex::new(&ascii).unwrap();
            for character in (0..128_u8).map(char::from) {
                for value in [character.to_string(), format!("{character}{character}"), String::new(), "é".into()] {
                    assert_eq!(repeated.matches(&value), regex.is_match(&value), "`{pattern}` on {value:?}");
                }
            }
        }
        assert!(seen > 100, "{seen} patterns");
    }

    #[test]
    fn repetitions_are_counted() {
        let repeated = Repeated::parse("^[a-z.\\-]{2,4}$").unwrap();
        let matching = ["a", "ab", "a-b.", "abcde", "aB"].map(|value| repeated.matches(value));
        assert_eq!(matching, [false, true, true, false, false]);
        let excluding = Repeated::parse("^[^a]+$").unwrap();
        assert!(excluding.matches("bé") && !excluding.matches("ba"));
        assert_eq!(Repeated::parse("^[a-z]+:[a-z]+$"), None);
    }
}

//! Patterns: text with wildcards and policy variables.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use crate::document::Version;

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// This character.
    Char(char),
    /// `?`: any one character.
    One,
    /// `*`: any characters, also none and also separators.
    Any,
    /// `${key}` or `${key, 'default'}`: the value that the request has for the key.
    Variable(Variable),
}

/// A policy variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Variable {
    /// The condition key, in lowercase.
    pub(crate) key: String,
    /// What it is for requests without the key.
    pub(crate) default: Option<String>,
}

/// The pieces of `text`, in a policy whose language has variables or not.
pub(crate) fn pattern(text: &str, version: Version) -> Vec<Token> {
    tokens(text, version, true)
}

/// The pieces of `text` where `*` and `?` are themselves.
pub(crate) fn literal(text: &str, version: Version) -> Vec<Token> {
    tokens(text, version, false)
}

fn tokens(text: &str, version: Version, wildcards: bool) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if version == Version::V2012
            && let Some((token, after)) = variable(rest)
        {
            tokens.push(token);
            rest = after;
            continue;
        }
        tokens.push(match first {
            // Two in a row are no more than one, and would only cost time.
            '*' if wildcards && tokens.last() == Some(&Token::Any) => {
                rest = &rest[1..];
                continue;
            }
            '*' if wildcards => Token::Any,
            '?' if wildcards => Token::One,
            other => Token::Char(other),
        });
        rest = &rest[first.len_utf8()..];
    }
    tokens
}

/// The variable at the start of `text`, and what follows it.
fn variable(text: &str) -> Option<(Token, &str)> {
    let (inside, after) = text.strip_prefix("${")?.split_once('}')?;
    let token = match inside {
        "*" => Token::Char('*'),
        "?" => Token::Char('?'),
        "$" => Token::Char('$'),
        _ => {
            let (key, default) = match inside.split_once(',') {
                Some((key, default)) => (key, Some(default.trim().strip_prefix('\'')?.strip_suffix('\'')?.to_owned())),
                None => (inside, None),
            };
            Token::Variable(Variable { key: key.trim().to_lowercase(), default })
        }
    };
    Some((token, after))
}

/// Whether `text` is what `pattern` stands for by its wildcards, in the same case; a variable in it stands for nothing.
///
/// ```
/// assert!(policies::covers("arn:aws:s3:::maps/*", "arn:aws:s3:::maps/new/1.png"));
/// assert!(!policies::covers("arn:aws:s3:::maps/${aws:username}", "arn:aws:s3:::maps/a"));
/// ```
#[must_use]
pub fn covers(pattern: &str, text: &str) -> bool {
    matches(&self::pattern(pattern, Version::V2012), text)
}

/// Whether `text` is what `pattern` stands for; a variable in it stands for nothing.
pub(crate) fn matches(pattern: &[Token], text: &str) -> bool {
    let (mut at, mut rest) = (0, text);
    // Where to go on when what follows the last `*` does not match: one more character belongs to the `*`.
    let mut retry: Option<(usize, &str)> = None;
    loop {
        let first = rest.chars().next();
        let step = match (pattern.get(at), first) {
            (Some(Token::Any), _) => {
                retry = Some((at + 1, rest));
                at += 1;
                continue;
            }
            (Some(Token::One), Some(found)) => Some(found),
            (Some(Token::Char(wanted)), Some(found)) if *wanted == found => Some(found),
            (None, None) => return true,
            _ => None,
        };
        if let Some(found) = step {
            at += 1;
            rest = &rest[found.len_utf8()..];
            continue;
        }
        let Some((after, from)) = retry else { return false };
        let Some(skipped) = from.chars().next() else { return false };
        rest = &from[skipped.len_utf8()..];
        at = after;
        retry = Some((after, rest));
    }
}

/// The pattern in lowercase.
pub(crate) fn lowercase(pattern: Vec<Token>) -> Vec<Token> {
    let lower = |token| match token {
        Token::Char(char) => char.to_lowercase().map(Token::Char).collect(),
        other => vec![other],
    };
    pattern.into_iter().flat_map(lower).collect()
}

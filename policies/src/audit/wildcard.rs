//! Wildcards in the texts of actions and resources, without the cost of pieces.

use std::borrow::Cow;

/// Whether `text` has a wildcard.
pub(super) fn is_in(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Whether `text` is nothing but wildcards and separators.
pub(super) fn is_all(text: &str) -> bool {
    text.contains('*') && text.chars().all(|char| matches!(char, '*' | '/' | ':'))
}

/// The text with some name in place of each `${...}`, which stands for something specific.
pub(super) fn specific(text: &str) -> Cow<'_, str> {
    if !text.contains("${") {
        return Cow::Borrowed(text);
    }
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        filled.push_str(before);
        filled.push('x');
        rest = after.split_once('}').map_or("", |(_, rest)| rest);
    }
    filled.push_str(rest);
    Cow::Owned(filled)
}

/// Whether all that the action or action pattern `inner` stands for is what `outer` stands for; case does not matter.
#[inline]
pub(super) fn action_covers(outer: &str, inner: &str) -> bool {
    // Most actions differ in the first letter.
    if let (Some(one), Some(other)) = (outer.as_bytes().first(), inner.as_bytes().first())
        && !matches!(one, b'*' | b'?')
        && !one.eq_ignore_ascii_case(other)
    {
        return false;
    }
    covers(outer.as_bytes(), inner.as_bytes(), |one, other| one.eq_ignore_ascii_case(&other))
}

/// Whether all that the resource or pattern `inner` stands for is what `outer` stands for.
pub(super) fn resource_covers(outer: &str, inner: &str) -> bool {
    covers(outer.as_bytes(), inner.as_bytes(), |one, other| one == other)
}

/// Whether `outer` covers the text of `inner`, whose own wildcards only a `*` covers.
fn covers(outer: &[u8], inner: &[u8], same: impl Fn(u8, u8) -> bool) -> bool {
    let (mut at, mut from) = (0, 0);
    // Where to go on when what follows the last `*` does not fit: one more byte belongs to the `*`.
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (outer.get(at), inner.get(from)) {
            (Some(b'*'), _) => {
                retry = Some((at + 1, from));
                at += 1;
                continue;
            }
            (Some(b'?'), Some(found)) if *found != b'*' => {
                (at, from) = (at + 1, from + 1);
                continue;
            }
            (Some(wanted), Some(found)) if *found != b'?' && same(*wanted, *found) => {
                (at, from) = (at + 1, from + 1);
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after, skipped)) = retry else { return false };
        if skipped >= inner.len() {
            return false;
        }
        (at, from) = (after, skipped + 1);
        retry = Some((after, skipped + 1));
    }
}

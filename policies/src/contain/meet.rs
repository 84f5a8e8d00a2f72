//! Which statements meet on the same actions, resources and principals.

use super::cells::{Budget, Cell, Exhausted, Shape, Symbol, cells};
use super::rule::{Rule, Selection};
use crate::pattern::Token;
use crate::principal::Principal;

/// A principal that no policy names.
const STRANGER: &str = "arn:aws:iam::111122223333:role/stranger";

/// The indices of statements, and a text that they all select.
pub(super) type Meeting = (Vec<usize>, Vec<Symbol>);

/// For the texts that `part` selects: which of `others` select them too, and a text.
pub(super) fn meetings<'r>(
    part: &Rule<'_>,
    others: &[&'r Rule<'r>],
    select: impl for<'x, 'y> Fn(&'x Rule<'y>) -> &'x Selection,
    shape: Shape,
    budget: &mut Budget,
) -> Result<Vec<Meeting>, Exhausted> {
    let own = select(part);
    let selections: Vec<_> = [own].into_iter().chain(others.iter().map(|rule| select(rule))).collect();
    let patterns: Vec<&[Token]> =
        selections.iter().flat_map(|selection| selection.patterns.iter().map(Vec::as_slice)).collect();
    let mut meetings = Vec::new();
    for Cell { members, word } in cells(own.frame(), &patterns, shape, budget)? {
        let mut start = 0;
        let mut selecting = Vec::new();
        for (index, selection) in selections.iter().enumerate() {
            let end = start + selection.patterns.len();
            if members.range(start..end).next().is_some() != selection.negated {
                selecting.push(index);
            }
            start = end;
        }
        if selecting.first() == Some(&0) {
            meetings.push((selecting[1..].iter().map(|index| index - 1).collect(), word));
        }
    }
    // Short texts first, so that the request that is shown is a plain one.
    meetings.sort_by_key(|(_, word)| word.len());
    Ok(meetings)
}

/// Whether some text may be in both; only their beginnings are looked at.
pub(super) fn may_meet(one: &Selection, other: &Selection) -> bool {
    let frame = one.frame();
    other.negated
        || other.patterns.iter().any(|pattern| {
            let pairs = frame.iter().zip(pattern);
            // A variable may have any value, which no text of this comparison shows.
            let plain = |token: &Token| !matches!(token, Token::Any | Token::Variable(_));
            let mut plain = pairs.take_while(|(one, two)| plain(one) && plain(two));
            plain.all(|(one, two)| one == two || *one == Token::One || *two == Token::One)
        })
}

/// One principal of each kind that the statements tell apart.
pub(super) fn principals(part: &Rule<'_>, others: &[&Rule<'_>]) -> Vec<Principal> {
    let listed: Vec<_> = others.iter().copied().chain([part]).filter_map(|rule| rule.principal).collect();
    let stranger = Principal::aws(STRANGER);
    if listed.is_empty() {
        return vec![stranger];
    }
    let mut principals = vec![
        Principal::Any,
        stranger,
        Principal::service("stranger.amazonaws.com"),
        Principal::Federated("stranger.example.com".to_owned()),
        Principal::CanonicalUser("stranger".to_owned()),
    ];
    for principal in listed.into_iter().flatten() {
        let more = match principal {
            Principal::Aws(name) if name.bytes().all(|byte| byte.is_ascii_digit()) => {
                vec![Principal::Aws(format!("arn:aws:iam::{name}:role/stranger"))]
            }
            Principal::Aws(name) => match name.strip_suffix(":root") {
                Some(account) => vec![principal.clone(), Principal::Aws(format!("{account}:role/stranger"))],
                None => vec![principal.clone()],
            },
            other => vec![other.clone()],
        };
        principals.extend(more.into_iter().filter(|it| *it != Principal::aws("*")));
    }
    // The plainest ones last in the list are the ones that policies name.
    principals.reverse();
    let mut seen: Vec<Principal> = Vec::new();
    for principal in principals {
        if !seen.contains(&principal) {
            seen.push(principal);
        }
    }
    seen
}

//! Which of some patterns a text can match at the same time, with a text for each case.
//!
//! All patterns are followed at once, one symbol after the other; where the same positions in them are reached again,
//! nothing new can come. This is exact: a combination that is not found is not possible.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::pattern::{Token, Variable};

/// A piece of a text: a variable's value is unknown, and so only itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Symbol {
    Char(char),
    Variable(Variable),
}

/// A combination of patterns, by their indices, and a shortest text that matches these and no others.
pub(super) struct Cell {
    pub(super) members: BTreeSet<usize>,
    pub(super) word: Vec<Symbol>,
}

/// What texts look like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `service:name` in lowercase.
    Action,
    /// Any text but the empty one.
    Resource,
}

/// Too much work for an exact answer.
#[derive(Debug)]
pub(super) struct Exhausted;

/// How much work is left, in positions of patterns.
pub(super) struct Budget(pub(super) usize);

impl Budget {
    pub(super) fn take(&mut self, work: usize) -> Result<(), Exhausted> {
        self.0 = self.0.checked_sub(work).ok_or(Exhausted)?;
        Ok(())
    }

    /// Does `work` with at most `most` of what is left.
    pub(super) fn share<T>(&mut self, most: usize, work: impl FnOnce(&mut Self) -> T) -> T {
        let given = self.0.min(most);
        let mut share = Self(given);
        let done = work(&mut share);
        // What a refused step had asked for was not done.
        self.0 -= given - share.0;
        done
    }
}

/// The positions reached in the patterns, and how far the shape is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    positions: Vec<(usize, usize)>,
    phase: u8,
}

/// The combinations that texts which match `within` can have with `patterns`.
pub(super) fn cells(
    within: &[Token],
    patterns: &[&[Token]],
    shape: Shape,
    budget: &mut Budget,
) -> Result<Vec<Cell>, Exhausted> {
    // The pattern that all texts must match comes after the others, so that their indices are the caller's.
    let all: Vec<&[Token]> = patterns.iter().copied().chain([within]).collect();
    let start = State { positions: closed((0..all.len()).map(|index| (index, 0)), &all), phase: 0 };
    let mut seen = BTreeSet::from([start.clone()]);
    let mut queue = VecDeque::from([(start, None)]);
    let mut steps: Vec<(Option<usize>, Symbol)> = Vec::new();
    let mut found: BTreeMap<BTreeSet<usize>, Vec<Symbol>> = BTreeMap::new();
    while let Some((state, last)) = queue.pop_front() {
        budget.take(state.positions.len() + 1)?;
        if shape.accepts(state.phase) {
            let mut members: BTreeSet<_> = state
                .positions
                .iter()
                .filter(|(index, at)| all[*index].len() == *at)
                .map(|(index, _)| *index)
                .collect();
            if members.remove(&patterns.len()) {
                found.entry(members).or_insert_with(|| word(&steps, last));
            }
        }
        for symbol in symbols(&state, &all, shape) {
            let Some(phase) = shape.step(state.phase, &symbol) else { continue };
            let reached = state.positions.iter().filter_map(|(index, at)| {
                let next = match all[*index].get(*at)? {
                    Token::Any => *at,
                    Token::One if matches!(symbol, Symbol::Char(_)) => at + 1,
                    Token::Char(char) if symbol == Symbol::Char(*char) => at + 1,
                    Token::Variable(variable) if matches!(&symbol, Symbol::Variable(it) if it == variable) => at + 1,
                    _ => return None,
                };
                Some((*index, next))
            });
            let next = State { positions: closed(reached, &all), phase };
            budget.take(next.positions.len())?;
            if next.positions.iter().any(|(index, _)| *index == patterns.len()) && seen.insert(next.clone()) {
                steps.push((last, symbol));
                queue.push_back((next, Some(steps.len() - 1)));
            }
        }
    }
    Ok(found.into_iter().map(|(members, word)| Cell { members, word }).collect())
}

/// Whether every text that `narrow` matches is one that `wide` matches.
pub(super) fn includes(wide: &[Token], narrow: &[Token], budget: &mut Budget) -> Result<bool, Exhausted> {
    if wide == narrow || wide == [Token::Any] {
        return Ok(true);
    }
    let is_literal = |pattern: &[Token]| !pattern.iter().any(|token| matches!(token, Token::Any | Token::One));
    if is_literal(wide) && is_literal(narrow) {
        return Ok(false);
    }
    // Most pairs differ before their first wildcard.
    let differs = |(one, other): &(&Token, &Token)| {
        !matches!(one, Token::Any | Token::One) && !matches!(other, Token::Any | Token::One) && one != other
    };
    let plain = |pair: &(&Token, &Token)| !matches!(pair.0, Token::Any) && !matches!(pair.1, Token::Any);
    if wide.iter().zip(narrow).take_while(plain).any(|pair| differs(&pair)) {
        return Ok(false);
    }
    Ok(cells(narrow, &[wide], Shape::Resource, budget)?.iter().all(|cell| cell.members.contains(&0)))
}

/// The positions with those that a `*` lets reach without a symbol.
fn closed(positions: impl IntoIterator<Item = (usize, usize)>, patterns: &[&[Token]]) -> Vec<(usize, usize)> {
    let mut closed = Vec::new();
    for (index, mut at) in positions {
        closed.push((index, at));
        while patterns[index].get(at) == Some(&Token::Any) {
            at += 1;
            closed.push((index, at));
        }
    }
    closed.sort_unstable();
    closed.dedup();
    closed
}

/// The symbols that lead to different positions: each one that a pattern names here, and one that none names.
fn symbols(state: &State, patterns: &[&[Token]], shape: Shape) -> BTreeSet<Symbol> {
    let mut symbols = BTreeSet::new();
    for (index, at) in &state.positions {
        match patterns[*index].get(*at) {
            Some(Token::Char(char)) => symbols.insert(Symbol::Char(*char)),
            Some(Token::Variable(variable)) => symbols.insert(Symbol::Variable(variable.clone())),
            Some(Token::One | Token::Any) | None => false,
        };
    }
    let mut others = ('a'..='z').rev().chain('0'..='9').chain(['-']).map(Symbol::Char);
    // Shapes tell colons from letters, so both are tried where no pattern does.
    if shape == Shape::Action {
        let other = others.find(|other| !symbols.contains(other) && *other != Symbol::Char('-'));
        symbols.insert(Symbol::Char(':'));
        symbols.extend(other);
        symbols.insert(Symbol::Char('-'));
    } else {
        let rare = ('\u{a1}'..'\u{2fff}').map(Symbol::Char);
        let other = others.chain(rare).find(|other| !symbols.contains(other));
        symbols.extend(other);
    }
    symbols
}

fn word(steps: &[(Option<usize>, Symbol)], mut last: Option<usize>) -> Vec<Symbol> {
    let mut word = Vec::new();
    while let Some(index) = last {
        let (before, symbol) = &steps[index];
        word.push(symbol.clone());
        last = *before;
    }
    word.reverse();
    word
}

impl Shape {
    /// How far the shape is after one more symbol, when it may come.
    fn step(self, phase: u8, symbol: &Symbol) -> Option<u8> {
        let Self::Action = self else { return Some(1) };
        let Symbol::Char(char) = symbol else { return None };
        let letter = char.is_ascii_lowercase() || char.is_ascii_digit();
        match (phase, char) {
            (0 | 1, _) if letter || *char == '-' => Some(1),
            (1, ':') => Some(2),
            (2 | 3, _) if letter => Some(3),
            _ => None,
        }
    }

    fn accepts(self, phase: u8) -> bool {
        match self {
            Self::Action => phase == 3,
            Self::Resource => phase == 1,
        }
    }
}

//! The functions of a stack against its resources.

use serde::Serialize;

use super::super::super::matrix::{FunctionRights, Right, Verdict};
use super::super::tally::word;
use super::entry::{Part, parts};

/// A row for each function, and a column for each resource that any of them has a right on.
#[derive(Debug, Serialize)]
pub(super) struct Grid {
    stack: String,
    exact: usize,
    total: usize,
    columns: Vec<Column>,
    rows: Vec<Row>,
}

/// A resource: a long name may break after each piece.
#[derive(Debug, Serialize)]
struct Column {
    name: String,
    pieces: Vec<String>,
}

/// A function.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    program: String,
    location: Option<String>,
    is_idle: bool,
    cells: Vec<Cell>,
}

/// What a function may do on a resource.
#[derive(Debug, Serialize)]
struct Cell {
    resource: String,
    rights: Vec<Shown>,
}

/// A right.
#[derive(Debug, Serialize)]
struct Shown {
    mark: Mark,
    short: String,
    action: String,
    condition: Option<String>,
    evidence: Vec<Known>,
}

/// Something that is known of a right.
#[derive(Debug, Serialize)]
struct Known {
    source: &'static str,
    text: Vec<Part>,
}

/// A verdict by class, symbol and word: it must be read without colour.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Mark {
    verdict: &'static str,
    symbol: &'static str,
    word: &'static str,
    is_exact: bool,
}

/// How a verdict is marked.
pub(super) const fn mark(verdict: Verdict) -> Mark {
    let symbol = match verdict {
        Verdict::Exact => "✓",
        Verdict::Missing => "✗",
        Verdict::Unused => "○",
        Verdict::TooBroad => "∗",
        Verdict::Unknown => "?",
    };
    Mark { verdict: verdict.name(), symbol, word: word(verdict), is_exact: matches!(verdict, Verdict::Exact) }
}

/// The grid of the functions of a stack.
pub(super) fn grid(stack: &str, functions: &[&FunctionRights]) -> Grid {
    let mut resources: Vec<&str> = functions.iter().flat_map(|it| &it.rights).map(|it| it.resource.as_str()).collect();
    resources.sort_unstable();
    resources.dedup();
    let rights = || functions.iter().flat_map(|it| &it.rights);
    Grid {
        stack: stack.to_owned(),
        exact: rights().filter(|it| it.verdict == Verdict::Exact).count(),
        total: rights().count(),
        columns: resources.iter().map(|resource| column(resource)).collect(),
        rows: functions.iter().map(|function| row(function, &resources)).collect(),
    }
}

fn column(resource: &str) -> Column {
    let pieces = resource.split_inclusive(['/', ':']).map(str::to_owned).collect();
    Column { name: resource.to_owned(), pieces }
}

fn row(function: &FunctionRights, resources: &[&str]) -> Row {
    let cell = |resource: &&str| {
        let mut rights: Vec<_> = function.rights.iter().filter(|it| it.resource == **resource).collect();
        rights.sort();
        Cell { resource: (*resource).to_owned(), rights: rights.into_iter().map(shown).collect() }
    };
    Row {
        name: function.resource.clone(),
        program: function.program.clone(),
        location: function.location.clone(),
        is_idle: function.rights.is_empty(),
        cells: resources.iter().map(cell).collect(),
    }
}

fn shown(right: &Right) -> Shown {
    let short = right.action.rsplit_once(':').map_or(right.action.as_str(), |(_, name)| name);
    let mut evidence: Vec<_> = right.evidence.iter().collect();
    evidence.sort_by(|one, other| other.cmp(one));
    let known = evidence.into_iter().map(|it| Known { source: it.source.name(), text: parts(&it.text) });
    Shown {
        mark: mark(right.verdict),
        short: short.to_owned(),
        action: right.action.clone(),
        condition: right.condition.clone(),
        evidence: known.collect(),
    }
}

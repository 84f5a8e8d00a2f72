//! Statements in the form in which they are compared.

use super::test::Test;
use crate::document::{Effect, PolicyDocument};
use crate::listed::Listed;
use crate::pattern::{self, Token};
use crate::principal::Principal;

/// A statement.
pub(super) struct Rule<'a> {
    pub(super) policy: usize,
    pub(super) statement: usize,
    pub(super) effect: Effect,
    pub(super) actions: Selection,
    pub(super) resources: Selection,
    pub(super) principal: Option<&'a Listed<Principal>>,
    pub(super) tests: Vec<Test>,
}

/// Texts that match one of some patterns, or none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selection {
    pub(super) patterns: Vec<Vec<Token>>,
    pub(super) negated: bool,
}

impl Selection {
    /// The single parts of which it is made.
    pub(super) fn parts(&self) -> Vec<Self> {
        if self.negated {
            return vec![self.clone()];
        }
        self.patterns.iter().map(|pattern| Self { patterns: vec![pattern.clone()], negated: false }).collect()
    }

    /// A pattern that everything in it matches.
    pub(super) fn frame(&self) -> &[Token] {
        match self.patterns.as_slice() {
            [pattern] if !self.negated => pattern,
            _ => &[Token::Any],
        }
    }

    pub(super) fn has_variables(&self) -> bool {
        self.patterns.iter().flatten().any(|token| matches!(token, Token::Variable(_)))
    }
}

/// All statements of `policies`.
pub(super) fn rules(policies: &[PolicyDocument]) -> Vec<Rule<'_>> {
    let statements = policies.iter().enumerate().flat_map(|(policy, document)| {
        document.statement.iter().enumerate().map(move |(index, statement)| (policy, document, index, statement))
    });
    let rule = |(policy, document, index, statement): (usize, &PolicyDocument, usize, _)| {
        let statement: &crate::document::Statement = statement;
        let resources = statement.resource.iter().map(|resource| pattern::pattern(resource, document.version));
        Rule {
            policy,
            statement: index,
            effect: statement.effect,
            actions: Selection {
                patterns: statement.action.iter().map(crate::action::Action::pattern).collect(),
                negated: statement.action.is_negated(),
            },
            resources: if statement.resource.is_empty() {
                // In a trust policy it is the role itself.
                Selection { patterns: vec![vec![Token::Any]], negated: false }
            } else {
                Selection { patterns: resources.collect(), negated: statement.resource.is_negated() }
            },
            principal: statement.principal.as_ref(),
            tests: statement.condition.iter().map(|condition| Test::new(condition, document.version)).collect(),
        }
    };
    statements.map(rule).collect()
}

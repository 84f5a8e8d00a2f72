//! What the macro is given: `AWS::Kinesis::Stream, AWS::StepFunctions::StateMachine as Machine`.

use std::collections::BTreeMap;
use std::iter::Peekable;

use proc_macro2::{Ident, Span, TokenStream, TokenTree, token_stream};

use crate::names::pascal;

/// A type that is asked for.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) resource_type: &'static str,
    /// What its struct is called.
    pub(crate) name: String,
    pub(crate) span: Span,
}

/// What cannot be made, and where that is written.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) message: String,
    pub(crate) span: Span,
}

type Tokens = Peekable<token_stream::IntoIter>;

/// What is asked for, and all that is wrong with it.
pub(crate) fn read(input: TokenStream) -> (Vec<Named>, Vec<Wrong>) {
    let mut tokens = input.into_iter().peekable();
    let mut named = Vec::new();
    let mut wrong = Vec::new();
    while tokens.peek().is_some() {
        match entry(&mut tokens) {
            Ok(entry) => named.push(entry),
            Err(error) => {
                wrong.push(error);
                while tokens.next_if(|token| !is_sign(token, ',')).is_some() {}
            }
        }
        if let Some(token) = tokens.next().filter(|token| !is_sign(token, ',')) {
            wrong.push(Wrong { message: format!("expected `,` between two types, got `{token}`"), span: token.span() });
            while tokens.next_if(|token| !is_sign(token, ',')).is_some() {}
            tokens.next();
        }
    }
    wrong.extend(same_names(&named));
    (named, wrong)
}

fn same_names(named: &[Named]) -> Vec<Wrong> {
    let mut first: BTreeMap<String, &Named> = BTreeMap::new();
    let mut wrong = Vec::new();
    for it in named {
        // Their modules have the names in snake case.
        if let Some(other) = first.insert(crate::names::snake(&it.name), it) {
            let (name, one, two) = (&it.name, other.resource_type, it.resource_type);
            let message = if one == two {
                format!("`{two}` is named twice")
            } else {
                format!(
                    "`{one}` and `{two}` would both be called `{name}`; give one another name: `{two} as Other{name}`"
                )
            };
            wrong.push(Wrong { message, span: it.span });
        }
    }
    wrong
}

fn entry(tokens: &mut Tokens) -> Result<Named, Wrong> {
    let first = ident(tokens, "a resource type such as `AWS::Kinesis::Stream`")?;
    let span = first.span();
    let mut path = first.to_string();
    while tokens.next_if(|token| is_sign(token, ':')).is_some() {
        let second = tokens.next_if(|token| is_sign(token, ':'));
        if second.is_none() {
            return Err(Wrong { message: format!("expected `::` after `{path}`"), span });
        }
        let part = ident(tokens, &format!("a name after `{path}::`"))?;
        path = format!("{path}::{}", part.to_string().trim_start_matches("r#"));
    }
    let (resource_type, _) = known(&path).ok_or_else(|| {
        let help = match schemas::nearest_type(&path) {
            Some(nearest) => format!("; did you mean `{nearest}`?"),
            None => "; expected one of AWS's, such as `AWS::Kinesis::Stream`".to_owned(),
        };
        Wrong { message: format!("CloudFormation has no resource type `{path}`{help}"), span }
    })?;
    if tokens.next_if(|token| matches!(token, TokenTree::Ident(it) if it == "as")).is_none() {
        let kind = resource_type.rsplit("::").next().unwrap_or_default();
        return Ok(Named { resource_type, name: pascal(kind), span });
    }
    let alias = ident(tokens, "the name of a struct after `as`")?;
    let name = alias.to_string();
    if name.starts_with(|letter: char| !letter.is_uppercase()) || name.contains('_') {
        let message = format!(
            "`{name}` is no name of a struct; expected one such as `{}`",
            pascal(&crate::names::variant(&name))
        );
        return Err(Wrong { message, span: alias.span() });
    }
    Ok(Named { resource_type, name, span })
}

/// The name of a type as the schemas have it.
fn known(path: &str) -> Option<(&'static str, &'static schemas::Schema)> {
    let name = schemas::types().find(|name| *name == path)?;
    Some((name, schemas::of(name)?))
}

fn ident(tokens: &mut Tokens, expected: &str) -> Result<Ident, Wrong> {
    match tokens.next_if(|token| matches!(token, TokenTree::Ident(_))) {
        Some(TokenTree::Ident(ident)) => Ok(ident),
        _ => match tokens.peek() {
            Some(token) => Err(Wrong { message: format!("expected {expected}, got `{token}`"), span: token.span() }),
            None => Err(Wrong { message: format!("expected {expected}, got nothing"), span: Span::call_site() }),
        },
    }
}

fn is_sign(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

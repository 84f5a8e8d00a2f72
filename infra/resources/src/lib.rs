//! Typed structs of any resource type of CloudFormation, made from the schema that AWS publishes: the source behind
//! `infra::resources!`. Only what is named is made.

mod docs;
pub mod facts;
mod invocation;
pub mod model;
pub mod names;
pub mod source;

use proc_macro2::{TokenStream, TokenTree};
use quote::quote_spanned;

/// The source of the types that are named: `infra; AWS::Kinesis::Stream, AWS::SSM::Parameter as Setting`. What comes first
/// is the path of the crate `infra`. What cannot be made becomes a `compile_error!` at its place.
#[must_use]
pub fn expand(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter();
    let infra: TokenStream =
        tokens.by_ref().take_while(|it| !matches!(it, TokenTree::Punct(sign) if sign.as_char() == ';')).collect();
    let (named, wrong) = invocation::read(tokens.collect());
    let made = named.iter().filter_map(|it| {
        let schema = schemas::of(it.resource_type)?;
        Some(source::of(&model::build(it.resource_type, schema, &it.name), &infra))
    });
    let made: TokenStream = made.collect();
    let errors = wrong
        .iter()
        .map(|invocation::Wrong { message, span }| quote_spanned!(*span=> ::core::compile_error!(#message);));
    errors.chain([made]).collect()
}

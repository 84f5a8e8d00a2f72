//! Calls with clients of SDKs: chains of methods of which one is an operation, and those after it set its parameters.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use policies::operation;
use syn::Expr;

use super::syntax::{Chain, Syntax, constructed};
use super::value::{Value, keys, values};
use super::{SdkCall, normal};

/// The methods of all operations that are known.
static OPERATIONS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    operation::services().filter_map(operation::of).flatten().map(|it| it.name.to_ascii_lowercase()).collect()
});

/// What sends a request that a chain has made.
const SENDING: [&str; 5] = ["send", "into_paginator", "presigned", "send_with", "customize"];

/// The parameters that are maps by the names of resources: a method adds one, and another sets the map.
const OF_MAPS: [&str; 1] = ["request_items"];

/// What a part of a request names when it does not say, by its type and the method of its builder.
const DEFAULTS: [(&str, &str, &str); 1] = [("PutEventsRequestEntry", "event_bus_name", "default")];

/// The calls of `syntax`.
pub(super) fn calls(syntax: &Syntax<'_>) -> Vec<SdkCall> {
    let mut calls = Vec::new();
    for chain in &syntax.chains {
        let begins = |(index, link): (usize, &super::syntax::Link<'_>)| {
            (link.arguments.is_empty() && OPERATIONS.contains(&normal(&link.method))).then_some(index)
        };
        let Some(at) = chain.links.iter().enumerate().find_map(begins) else { continue };
        let (Some(link), Some(rest)) = (chain.links.get(at), chain.links.get(at + 1..)) else { continue };
        let mut parameters = BTreeMap::new();
        let mut is_whole = add(syntax, chain, rest, &mut parameters);
        // What goes on with a name that the chain is bound to.
        for other in syntax.chains.iter().filter(|it| goes_on(syntax, it, chain)) {
            is_whole |= add(syntax, other, &other.links, &mut parameters);
        }
        let place = Syntax::place(&chain.file, link.span);
        calls.push(SdkCall { method: normal(&link.method), place, parameters, is_whole });
    }
    // The source may have a method of its own with the name of an operation. Where some calls of a name end with `send`, those
    // that do not are taken for calls of that method.
    let is_own = |method: &str| syntax.functions.iter().any(|it| it.owner.is_some() && normal(&it.name) == method);
    let sent: BTreeSet<_> = calls.iter().filter(|it| it.is_whole).map(|it| it.method.clone()).collect();
    calls.retain(|it| it.is_whole || !is_own(&it.method) || !sent.contains(&it.method));
    let named = syntax.paths.iter().filter(|(name, _)| OPERATIONS.contains(name));
    calls.extend(named.map(|(name, place)| SdkCall {
        method: name.clone(),
        place: place.clone(),
        parameters: BTreeMap::new(),
        is_whole: false,
    }));
    calls
}

/// What the builders of parts of requests set, as in `Put::builder().table_name("orders")`.
pub(super) fn parts(syntax: &Syntax<'_>) -> BTreeMap<(String, String), BTreeSet<Value>> {
    let mut parts: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for chain in &syntax.chains {
        let Some((kind, _)) = constructed(chain.base).filter(|(_, function)| function == "builder") else { continue };
        let mut parameters = BTreeMap::new();
        add(syntax, chain, &chain.links, &mut parameters);
        let is_whole = parameters.contains_key("build");
        for (_, parameter, value) in DEFAULTS.iter().filter(|(it, ..)| is_whole && *it == kind) {
            let default = || BTreeSet::from([Value::Literal((*value).to_owned())]);
            parameters.entry((*parameter).to_owned()).or_insert_with(default);
        }
        for (parameter, values) in parameters {
            parts.entry((kind.clone(), parameter)).or_default().extend(values);
        }
    }
    parts
}

/// Adds what `links` set, and says whether they send the request.
fn add(
    syntax: &Syntax<'_>,
    chain: &Chain<'_>,
    links: &[super::syntax::Link<'_>],
    parameters: &mut BTreeMap<String, BTreeSet<Value>>,
) -> bool {
    for link in links {
        if SENDING.contains(&link.method.as_str()) {
            return true;
        }
        let (parameter, is_whole) = match link.method.strip_prefix("set_") {
            Some(parameter) => (parameter, true),
            None => (link.method.as_str(), false),
        };
        let read = if is_whole && OF_MAPS.contains(&parameter) { keys } else { values };
        let found = link.arguments.first().map(|argument| read(syntax, argument, chain.scope)).unwrap_or_default();
        parameters.entry(parameter.to_owned()).or_default().extend(found);
    }
    false
}

/// Whether `other` begins with a name that `chain` is bound to.
fn goes_on(syntax: &Syntax<'_>, other: &Chain<'_>, chain: &Chain<'_>) -> bool {
    let (Expr::Path(path), Some(scope)) = (other.base, chain.scope) else { return false };
    let (Some(name), true) = (path.path.get_ident(), other.scope == chain.scope) else { return false };
    let Some(function) = syntax.functions.get(scope) else { return false };
    function.locals.iter().any(|(local, value)| name == local && holds(value, chain))
}

/// Whether `value` is the chain.
fn holds(value: &Expr, chain: &Chain<'_>) -> bool {
    match value {
        Expr::MethodCall(call) => chain.links.last().is_some_and(|last| {
            let (one, other) = (call.method.span().start(), last.span.start());
            one.line == other.line && one.column == other.column
        }),
        Expr::Paren(inner) => holds(&inner.expr, chain),
        _ => false,
    }
}

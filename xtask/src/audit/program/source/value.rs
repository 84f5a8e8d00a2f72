//! What an expression may be: a text that is written in the source, or the value of an environment variable.

use std::collections::BTreeSet;

use syn::{Expr, ExprCall, ExprMethodCall, Lit, Member};

use super::syntax::{Given, Scope, Syntax, tail};

/// What an expression may be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::audit::program) enum Value {
    /// A text in the source.
    Literal(String),
    /// The value of the environment variable of this name.
    Variable(String),
    /// Something that the source does not tell.
    Unknown,
}

/// The macros that yield nothing.
const ENDING: [&str; 5] = ["bail", "panic", "todo", "unimplemented", "unreachable"];

/// How many steps a value is followed.
const STEPS: usize = 12;

/// What `expression` in the function `scope` may be; nothing, or [`Value::Unknown`], when that is not found.
pub(super) fn values(syntax: &Syntax<'_>, expression: &Expr, scope: Scope) -> BTreeSet<Value> {
    let mut seen = Seen { syntax, names: Vec::new(), given: Vec::new() };
    seen.values(expression, scope, STEPS)
}

/// What the keys of the map `expression` in the function `scope` may be.
pub(super) fn keys(syntax: &Syntax<'_>, expression: &Expr, scope: Scope) -> BTreeSet<Value> {
    let mut found = BTreeSet::new();
    let is_whole = add_keys(syntax, expression, scope, STEPS, &mut found);
    if !is_whole || found.is_empty() {
        found.insert(Value::Unknown);
    }
    found
}

/// Adds the keys of a map, and says whether it is seen from what they come.
fn add_keys(syntax: &Syntax<'_>, map: &Expr, scope: Scope, steps: usize, found: &mut BTreeSet<Value>) -> bool {
    let Some(steps) = steps.checked_sub(1) else { return false };
    match map {
        Expr::Array(pairs) => {
            for pair in &pairs.elems {
                let Expr::Tuple(pair) = pair else { return false };
                found.extend(pair.elems.first().map(|key| values(syntax, key, scope)).unwrap_or_default());
            }
            true
        }
        Expr::Call(call) => match call.args.first() {
            Some(inner) => add_keys(syntax, inner, scope, steps, found),
            // A new map, which is filled later.
            None => true,
        },
        Expr::MethodCall(call) => add_keys(syntax, &call.receiver, scope, steps, found),
        Expr::Paren(inner) => add_keys(syntax, &inner.expr, scope, steps, found),
        Expr::Reference(inner) => add_keys(syntax, &inner.expr, scope, steps, found),
        Expr::Path(path) => {
            let Some((name, function)) = path.path.get_ident().zip(scope.and_then(|it| syntax.functions.get(it)))
            else {
                return false;
            };
            let locals: Vec<_> = function.locals.iter().filter(|(local, _)| name == local).collect();
            let is_it = |base: &Expr| matches!(base, Expr::Path(path) if path.path.get_ident() == Some(name));
            for chain in syntax.chains.iter().filter(|it| it.scope == scope && is_it(it.base)) {
                let inserted = chain.links.first().filter(|link| link.method == "insert");
                let key = inserted.and_then(|link| link.arguments.first());
                found.extend(key.map(|key| values(syntax, key, scope)).unwrap_or_default());
            }
            !locals.is_empty() && locals.iter().all(|(_, value)| add_keys(syntax, value, scope, steps, found))
        }
        _ => false,
    }
}

struct Seen<'a, 's> {
    syntax: &'s Syntax<'a>,
    /// The names whose values are being looked for: one that is set from itself has its other values.
    names: Vec<(String, Scope)>,
    /// The arguments of the calls that are being looked into.
    given: Vec<(usize, Vec<&'a Expr>, Scope)>,
}

impl<'a> Seen<'a, '_> {
    fn values(&mut self, expression: &Expr, scope: Scope, steps: usize) -> BTreeSet<Value> {
        let unknown = || BTreeSet::from([Value::Unknown]);
        let Some(steps) = steps.checked_sub(1) else { return unknown() };
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                // No name in AWS has such a character, and no format of policies would bear it.
                Lit::Str(text) if text.value().contains(char::is_control) => unknown(),
                // What stands in for an environment variable that is not set names nothing.
                Lit::Str(text) if text.value().is_empty() => BTreeSet::new(),
                Lit::Str(text) => BTreeSet::from([Value::Literal(text.value())]),
                _ => unknown(),
            },
            Expr::Reference(it) => self.values(&it.expr, scope, steps),
            Expr::Paren(it) => self.values(&it.expr, scope, steps),
            Expr::Group(it) => self.values(&it.expr, scope, steps),
            Expr::Try(it) => self.values(&it.expr, scope, steps),
            Expr::Await(it) => self.values(&it.base, scope, steps),
            Expr::Unary(it) => self.values(&it.expr, scope, steps),
            Expr::Closure(it) => self.values(&it.body, scope, steps),
            Expr::Block(it) => tail(&it.block).map_or_else(unknown, |it| self.values(it, scope, steps)),
            Expr::If(it) => {
                let mut found = tail(&it.then_branch).map_or_else(unknown, |it| self.values(it, scope, steps));
                if let Some((_, otherwise)) = &it.else_branch {
                    found.extend(self.values(otherwise, scope, steps));
                }
                found
            }
            Expr::MethodCall(call) => self.of_method(call, scope, steps),
            Expr::Call(call) => self.of_call(call, scope, steps),
            Expr::Field(field) => match &field.member {
                Member::Named(name) => self.of_field(&name.to_string(), steps),
                Member::Unnamed(_) => unknown(),
            },
            Expr::Path(path) => match path.path.segments.last() {
                Some(last) => {
                    self.of_name(&last.ident.to_string(), scope.filter(|_| path.path.segments.len() == 1), steps)
                }
                None => unknown(),
            },
            // What ends the function yields nothing.
            Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => BTreeSet::new(),
            Expr::Macro(it) if ENDING.iter().any(|name| it.mac.path.is_ident(name)) => BTreeSet::new(),
            _ => unknown(),
        }
    }

    /// A method that hands on what it is called on, in whatever form.
    fn of_method(&mut self, call: &ExprMethodCall, scope: Scope, steps: usize) -> BTreeSet<Value> {
        match call.method.to_string().as_str() {
            "as_deref" | "as_mut" | "as_ref" | "as_str" | "borrow" | "clone" | "cloned" | "context" | "deref"
            | "expect" | "into" | "into_owned" | "map_err" | "ok" | "ok_or" | "ok_or_else" | "to_owned" | "to_str"
            | "to_string" | "trim" | "unwrap" | "unwrap_or_default" | "with_context" => {
                self.values(&call.receiver, scope, steps)
            }
            "get_or_init" | "get_or_insert_with" => {
                call.args.first().map_or_else(|| BTreeSet::from([Value::Unknown]), |it| self.values(it, scope, steps))
            }
            "unwrap_or" | "unwrap_or_else" => {
                let mut found = self.values(&call.receiver, scope, steps);
                found.extend(call.args.iter().flat_map(|it| self.values(it, scope, steps)));
                found
            }
            _ => BTreeSet::from([Value::Unknown]),
        }
    }

    fn of_call(&mut self, call: &ExprCall, scope: Scope, steps: usize) -> BTreeSet<Value> {
        let unknown = || BTreeSet::from([Value::Unknown]);
        let Expr::Path(path) = &*call.func else { return unknown() };
        let names: Vec<_> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let Some((name, before)) = names.split_last() else { return unknown() };
        let first = call.args.first();
        let is_environment = matches!(name.as_str(), "var" | "var_os") && before.last().is_none_or(|it| it == "env");
        if is_environment && let Some(first) = first {
            let variables = self.values(first, scope, steps);
            let variable = |value| match value {
                Value::Literal(name) => Value::Variable(name),
                _ => Value::Unknown,
            };
            return variables.into_iter().map(variable).collect();
        }
        let yielding = self.yielding(name, before.last().map(String::as_str), scope);
        if !yielding.is_empty() {
            let mut found = BTreeSet::new();
            for (index, value) in yielding {
                let arguments = self.arguments_of(name, call);
                self.given.push((index, arguments, scope));
                found.extend(self.values(value, Some(index), steps));
                self.given.pop();
            }
            return found;
        }
        match (name.as_str(), first) {
            ("Some" | "Ok" | "new" | "from", Some(first)) if call.args.len() == 1 => self.values(first, scope, steps),
            _ => unknown(),
        }
    }

    /// The functions `name` that a call in `scope` may be of, with what they yield: those of the type `owner`, else all.
    fn yielding(&self, name: &str, owner: Option<&str>, scope: Scope) -> Vec<(usize, &'a Expr)> {
        let functions = &self.syntax.functions;
        let caller = || scope.and_then(|it| functions.get(it)?.owner.as_deref());
        let owner = if owner == Some("Self") { caller() } else { owner };
        let named: Vec<_> = functions.iter().enumerate().filter(|(_, it)| it.name == name).collect();
        let is_own = |function: &super::syntax::Function<'_>| owner.is_some() && function.owner.as_deref() == owner;
        let has_own = named.iter().any(|(_, it)| is_own(it));
        let meant = named.into_iter().filter(|(_, it)| if has_own { is_own(it) } else { it.name != "new" });
        meant.filter_map(|(index, it)| Some((index, it.value?))).collect()
    }

    /// The arguments of `call`, one of the calls of `name` in the source.
    fn arguments_of(&self, name: &str, call: &ExprCall) -> Vec<&'a Expr> {
        let all = self.syntax.arguments.get(name).map(Vec::as_slice).unwrap_or_default();
        let is_it = |given: &&Given<'a>| match (given.arguments.first(), call.args.first()) {
            (Some(one), Some(other)) => std::ptr::eq::<Expr>(*one, other),
            (None, None) => true,
            _ => false,
        };
        all.iter().find(is_it).map(|it| it.arguments.clone()).unwrap_or_default()
    }

    fn of_field(&mut self, name: &str, steps: usize) -> BTreeSet<Value> {
        let set = self.syntax.fields.get(name).cloned().unwrap_or_default();
        self.all(name, None, set.into_iter(), steps)
    }

    fn of_name(&mut self, name: &str, scope: Scope, steps: usize) -> BTreeSet<Value> {
        if let Some((index, function)) = scope.and_then(|it| Some((it, self.syntax.functions.get(it)?))) {
            let locals: Vec<_> =
                function.locals.iter().filter(|(local, _)| local == name).map(|(_, it)| (*it, scope)).collect();
            let parameter = function.parameters.iter().position(|it| it.as_deref() == Some(name));
            if let Some(parameter) = parameter {
                let mut given = self.given_to(index, parameter);
                given.extend(locals);
                return self.all(name, scope, given.into_iter(), steps);
            }
            if !locals.is_empty() {
                return self.all(name, scope, locals.into_iter(), steps);
            }
        }
        let constants = self.syntax.constants.get(name).cloned().unwrap_or_default();
        self.all(name, None, constants.into_iter().map(|it| (it, None)), steps)
    }

    /// What the function is given as its parameter: in the call that is looked into, else in any call.
    fn given_to(&self, function: usize, parameter: usize) -> Vec<(&'a Expr, Scope)> {
        if let Some((_, arguments, scope)) = self.given.iter().rev().find(|(it, ..)| *it == function) {
            return arguments.get(parameter).map(|it| (*it, *scope)).into_iter().collect();
        }
        let Some(function) = self.syntax.functions.get(function) else { return Vec::new() };
        let calls = self.syntax.calls_of(function);
        calls.filter_map(|it| Some((*it.arguments.get(parameter)?, it.scope))).collect()
    }

    fn all(
        &mut self,
        name: &str,
        scope: Scope,
        expressions: impl Iterator<Item = (&'a Expr, Scope)>,
        steps: usize,
    ) -> BTreeSet<Value> {
        let key = (name.to_owned(), scope);
        if self.names.contains(&key) {
            return BTreeSet::new();
        }
        self.names.push(key);
        let found: BTreeSet<_> = expressions.flat_map(|(it, scope)| self.values(it, scope, steps)).collect();
        self.names.pop();
        if found.is_empty() { BTreeSet::from([Value::Unknown]) } else { found }
    }
}

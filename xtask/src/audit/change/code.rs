//! Which function a place in the source is in, and what calls that: by names, without types.

use std::collections::BTreeSet;

use policies::Operation;
use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprMethodCall, ExprPath, ImplItemFn, ItemFn, ItemImpl, ItemMod, ItemTrait, Macro, Meta, Signature,
    Token, TraitItemFn, Type,
};

use crate::audit::calls::Site;
use crate::audit::usage;

/// How many callers of callers are named.
const MOST_CALLERS: usize = 3;

/// Source files by their functions, and what those name.
#[derive(Debug, Clone, Default)]
pub(super) struct Code {
    functions: Vec<Function>,
    names: Vec<Named>,
}

/// A function of the source.
#[derive(Debug, Clone)]
struct Function {
    name: String,
    /// The type that it is a method of, else its module.
    owner: String,
    file: String,
    first: u32,
    last: u32,
}

/// A method that is called, or a function that is named.
#[derive(Debug, Clone)]
struct Named {
    name: String,
    /// What stands before `::`.
    owner: Option<String>,
    site: Site,
    /// Whether it is called as an operation of an SDK is: as a method, and without arguments.
    is_bare: bool,
    /// Whether another method is called on what it yields, as requests are built.
    goes_on: bool,
}

impl Code {
    /// The source that consists of `files`: each a path and a text. What cannot be read as Rust has no functions.
    pub(super) fn of<'a>(files: impl IntoIterator<Item = (&'a str, String)>) -> Self {
        let mut code = Self::default();
        for (path, text) in files {
            let Ok(file) = syn::parse_file(&text) else { continue };
            Reader { code: &mut code, path, owner: module(path), is_type: false, goes_on: false }.visit_file(&file);
        }
        code
    }

    /// Where a method with the name of `operation` is called as the SDKs' clients have it, or named.
    pub(super) fn calls(&self, operation: &Operation) -> impl Iterator<Item = &Site> {
        let method = usage::method_name(operation.name);
        // A method of the source's own may have the same name: it is told from the operation by what is called on it.
        let is_own = self.functions.iter().any(|it| it.name == method);
        let goes_on = self.names.iter().any(|it| it.name == method && it.is_bare && it.goes_on);
        let is_it = move |it: &&Named| {
            it.name == method && (it.is_bare && (it.goes_on || !is_own || !goes_on) || it.owner.is_some() && !is_own)
        };
        self.names.iter().filter(is_it).map(|it| &it.site)
    }

    /// `site` with the function that it is in, and what calls that, up to what nothing calls:
    /// `` `Orders::delete` at src/orders.rs:41:9, called from `purge::handle` at src/purge.rs:20:5 ``.
    pub(super) fn told(&self, site: &Site) -> String {
        let Some(function) = self.around(site) else { return format!("at {site}") };
        let mut told = format!("{} at {site}", self.shown(function));
        let mut seen = BTreeSet::from([function]);
        let mut current = function;
        for step in 0..MOST_CALLERS {
            let callers = self.callers(current);
            let Some((site, caller)) = callers.into_iter().find(|(_, caller)| !seen.contains(caller)) else { break };
            seen.insert(caller);
            told += if step == 0 { ", called from " } else { ", from " };
            told += &self.shown(caller);
            told += " at ";
            told += &site.to_string();
            current = caller;
        }
        told
    }

    /// The innermost function around `site`.
    fn around(&self, site: &Site) -> Option<usize> {
        let is_around = |it: &Function| it.file == site.file && (it.first..=it.last).contains(&site.line);
        let around = self.functions.iter().enumerate().filter(|(_, it)| is_around(it));
        around.min_by_key(|(_, it)| it.last - it.first).map(|(index, _)| index)
    }

    fn shown(&self, function: usize) -> String {
        match self.functions.get(function) {
            Some(Function { name, owner, .. }) if owner.is_empty() => format!("`{name}`"),
            Some(Function { name, owner, .. }) => format!("`{owner}::{name}`"),
            None => String::new(),
        }
    }

    /// Where `function` is named, with the functions that name it. Of two functions of one name it is not known which one
    /// is meant, unless what stands before it says so.
    fn callers(&self, function: usize) -> Vec<(&Site, usize)> {
        let Some(Function { name, owner, .. }) = self.functions.get(function) else { return Vec::new() };
        let is_only = self.functions.iter().filter(|it| it.name == *name).count() == 1;
        let means = |it: &&Named| {
            it.name == *name
                && it.owner.as_ref().map_or(is_only, |before| before == owner || is_only && before == "super")
        };
        let callers = self.names.iter().filter(means).filter_map(|it| Some((&it.site, self.around(&it.site)?)));
        callers.filter(|(_, caller)| *caller != function).collect()
    }
}

/// The last part of the module that a file is: nothing for the root of a crate.
fn module(path: &str) -> String {
    let mut parts = path.trim_end_matches(".rs").rsplit('/');
    match parts.next() {
        Some("lib" | "main") | None => String::new(),
        Some("mod") => parts.next().unwrap_or_default().to_owned(),
        Some(_) if path.contains("/bin/") => String::new(),
        Some(name) => name.to_owned(),
    }
}

struct Reader<'a> {
    code: &'a mut Code,
    path: &'a str,
    /// The type whose methods are read, else the module.
    owner: String,
    is_type: bool,
    /// Whether what is read next is what a method is called on.
    goes_on: bool,
}

impl Reader<'_> {
    fn site(&self, span: Span) -> Site {
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let start = span.start();
        Site { file: self.path.to_owned(), line: number(start.line), column: number(start.column + 1) }
    }

    fn function(&mut self, signature: &Signature, block: &Block) {
        let last = block.brace_token.span.close().end().line;
        self.code.functions.push(Function {
            name: signature.ident.to_string(),
            owner: self.owner.clone(),
            file: self.path.to_owned(),
            first: self.site(signature.ident.span()).line,
            last: u32::try_from(last).unwrap_or(u32::MAX),
        });
        visit::visit_block(self, block);
    }

    fn within(&mut self, owner: String, is_type: bool, walk: impl FnOnce(&mut Self)) {
        let outer = (std::mem::replace(&mut self.owner, owner), std::mem::replace(&mut self.is_type, is_type));
        walk(self);
        (self.owner, self.is_type) = outer;
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| {
            matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
        });
        if !is_test {
            self.within(module.ident.to_string(), false, |it| visit::visit_item_mod(it, module));
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let name = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
            _ => None,
        };
        self.within(name.unwrap_or_default(), true, |it| visit::visit_item_impl(it, item));
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.function(&function.sig, &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.function(&function.sig, &function.block);
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.within(item.ident.to_string(), true, |it| visit::visit_item_trait(it, item));
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let site = self.site(call.method.span());
        let goes_on = std::mem::take(&mut self.goes_on);
        let named = Named { name: call.method.to_string(), owner: None, site, is_bare: call.args.is_empty(), goes_on };
        self.code.names.push(named);
        self.goes_on = matches!(&*call.receiver, Expr::MethodCall(_));
        self.visit_expr(&call.receiver);
        self.goes_on = false;
        call.args.iter().for_each(|argument| self.visit_expr(argument));
    }

    fn visit_expr_path(&mut self, path: &'ast ExprPath) {
        let mut segments = path.path.segments.iter().rev();
        if let Some(last) = segments.next() {
            let before = segments.next().map(|it| it.ident.to_string());
            let owner = before.map(|it| if it == "Self" && self.is_type { self.owner.clone() } else { it });
            let site = self.site(last.ident.span());
            self.code.names.push(Named { name: last.ident.to_string(), owner, site, is_bare: false, goes_on: false });
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        // Most macros take expressions, or statements. What others do with names is not known.
        if let Ok(arguments) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            arguments.iter().for_each(|argument| Reader::visit_expr(self, argument));
        } else if let Ok(statements) = call.parse_body_with(Block::parse_within) {
            for statement in &statements {
                Reader::visit_stmt(self, statement);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORE: &str = "impl Orders {
    pub async fn delete(&self, id: &str) -> Result<()> {
        self.table.delete_item().key(id).send().await
    }
    async fn purge(&self) { Self::delete(self, \"x\").await; }
}
fn other(client: &Client) { client.delete_item().send() }
impl Cache { fn delete_item(&self) {} }
fn named_alike(cache: &Cache) { cache.delete_item() }";

    const HANDLER: &str = "async fn handle(orders: &Orders) {
    let done = tokio::try_join!(orders.purge(), ready())?;
}
async fn ready() {}
pub fn main() { run(service_fn(handle)) }
#[cfg(test)]
mod tests { fn purges() { orders.purge(); } }";

    fn told(line: u32) -> String {
        let code = Code::of([("orders/src/store.rs", STORE.to_owned()), ("orders/src/main.rs", HANDLER.to_owned())]);
        let operation = policies::operation::of("dynamodb").unwrap().iter().find(|it| it.name == "DeleteItem").unwrap();
        code.told(code.calls(operation).find(|it| it.line == line).unwrap())
    }

    #[test]
    fn a_call_is_told_with_what_it_is_in_and_what_calls_that() {
        assert_eq!(
            told(3),
            "`Orders::delete` at orders/src/store.rs:3:20, called from `Orders::purge` at orders/src/store.rs:5:35, \
             from `handle` at orders/src/main.rs:2:40, from `main` at orders/src/main.rs:5:32"
        );
        assert_eq!(told(7), "`store::other` at orders/src/store.rs:7:36");
        let code = Code::of([("orders/src/store.rs", STORE.to_owned())]);
        let operation = policies::operation::of("dynamodb").unwrap().iter().find(|it| it.name == "DeleteItem").unwrap();
        assert_eq!(
            code.calls(operation).map(|it| it.line).collect::<Vec<_>>(),
            [3, 7],
            "a method of the same name is none"
        );
    }

    #[test]
    fn a_method_that_a_trait_brings_is_a_function() {
        let text = "trait Store { fn client(&self) -> &Client;\n\
                    async fn forget(&self) { self.client().delete_item().send().await } }\n\
                    fn handle(store: &impl Store) { store.forget() }";
        let code = Code::of([("orders/src/main.rs", text.to_owned())]);
        let operation = policies::operation::of("dynamodb").unwrap().iter().find(|it| it.name == "DeleteItem").unwrap();
        let told: Vec<_> = code.calls(operation).map(|site| code.told(site)).collect();
        assert_eq!(
            told,
            ["`Store::forget` at orders/src/main.rs:2:40, called from `handle` at orders/src/main.rs:3:39"]
        );
    }
}

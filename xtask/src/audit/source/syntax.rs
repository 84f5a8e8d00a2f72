//! What the syntax of a file says: calls, and which fields are handed on to which functions.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use policies::operation;
use proc_macro2::LineColumn;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Expr, ExprCall, ExprField, ExprMethodCall, Field, FieldPat, ImplItemFn, ItemFn, Macro, Member, Token};

use super::{MethodCall, Source};
use crate::audit::calls::Site;
use crate::audit::usage;

/// Gathers from one file.
pub(super) struct Syntax<'a> {
    path: &'a str,
    source: &'a mut Source,
    /// The functions that the walk is in, the innermost last.
    functions: Vec<String>,
}

impl<'a> Syntax<'a> {
    pub(super) const fn new(path: &'a str, source: &'a mut Source) -> Self {
        Self { path, source, functions: Vec::new() }
    }

    fn hand(&mut self, function: &str, fields: &[String]) {
        for field in fields {
            self.source.handed.insert((function.to_owned(), field.clone(), self.path.to_owned()));
        }
    }

    fn within(&mut self, function: String, walk: impl FnOnce(&mut Self)) {
        *self.source.definitions.entry((function.clone(), self.path.to_owned())).or_default() += 1;
        self.functions.push(function);
        walk(self);
        self.functions.pop();
    }
}

impl<'ast> Visit<'ast> for Syntax<'_> {
    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.within(function.sig.ident.to_string(), |it| visit::visit_item_fn(it, function));
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.within(function.sig.ident.to_string(), |it| visit::visit_impl_item_fn(it, function));
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let site = site(self.path, call.method.span().start());
        let method = call.method.to_string();
        let field = field(&call.receiver);
        self.hand(&method, &fields(&call.args));
        match &*call.receiver {
            Expr::Field(receiver) if is_own(&method) => self.visit_expr(&receiver.base),
            receiver => {
                // To a method of something else, as to `clone`, it is handed on.
                let receiver_field = field.as_slice().to_vec();
                self.hand(&method, &receiver_field);
                self.visit_expr(receiver);
            }
        }
        call.args.iter().for_each(|argument| self.visit_expr(argument));
        let function = self.functions.last().cloned();
        self.source.calls.insert(site, MethodCall { method, field, function });
    }

    fn visit_expr_call(&mut self, call: &'ast ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(name) = path.path.segments.last()
        {
            self.hand(&name.ident.to_string(), &fields(&call.args));
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_field(&mut self, expression: &'ast ExprField) {
        if let Member::Named(name) = &expression.member {
            self.source.values.insert(name.to_string());
            if let Some(function) = self.functions.last().cloned() {
                self.hand(&function, &[name.to_string()]);
            }
        }
        visit::visit_expr_field(self, expression);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        // Most macros take expressions. Of the others it is not known what they do with a field.
        match call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) {
            Ok(arguments) => arguments.iter().for_each(|argument| Syntax::visit_expr(self, argument)),
            Err(_) => self.source.add_opaque(call.tokens.clone()),
        }
    }

    fn visit_field(&mut self, field: &'ast Field) {
        if let Some(name) = &field.ident {
            self.source.declarations.push((site(self.path, name.span().start()), name.to_string()));
        }
        visit::visit_field(self, field);
    }

    fn visit_field_pat(&mut self, pattern: &'ast FieldPat) {
        if let Member::Named(name) = &pattern.member {
            self.source.fields.insert(name.to_string());
            self.source.values.insert(name.to_string());
        }
        visit::visit_field_pat(self, pattern);
    }
}

/// Whether a method is one of bindings, which hand nothing on: it tells of the resource, or is an operation.
fn is_own(method: &str) -> bool {
    matches!(method, "arn" | "id" | "key" | "name" | "names" | "path" | "prefix" | "table" | "url")
        || OPERATIONS.contains(method)
}

static OPERATIONS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let operations = operation::services().filter_map(operation::of).flatten().map(|it| it.name);
    let ways = operation::services().flat_map(operation::ways).map(|it| it.name);
    operations.chain(ways).map(usage::method_name).collect()
});

fn site(path: &str, start: LineColumn) -> Site {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Site { file: path.to_owned(), line: number(start.line), column: number(start.column + 1) }
}

/// The field that an expression is, whatever holds it.
fn field(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Field(field) => match &field.member {
            Member::Named(name) => Some(name.to_string()),
            Member::Unnamed(_) => None,
        },
        Expr::Reference(reference) => field(&reference.expr),
        Expr::Paren(inner) => field(&inner.expr),
        _ => None,
    }
}

/// The fields whose values are in `arguments`.
fn fields(arguments: &Punctuated<Expr, Token![,]>) -> Vec<String> {
    struct Fields(Vec<String>);
    impl<'ast> Visit<'ast> for Fields {
        fn visit_expr_field(&mut self, expression: &'ast ExprField) {
            self.0.extend(match &expression.member {
                Member::Named(name) => Some(name.to_string()),
                Member::Unnamed(_) => None,
            });
            visit::visit_expr_field(self, expression);
        }

        fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
            call.args.iter().for_each(|argument| self.visit_expr(argument));
        }
    }
    let mut found = Fields(Vec::new());
    arguments.iter().for_each(|argument| found.visit_expr(argument));
    found.0
}

//! What source files say, by name: functions, what is bound to names, and chains of method calls.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Block, Expr, ExprAssign, ExprCall, ExprMethodCall, ExprPath, ExprStruct, FnArg, ImplItemFn, ItemConst, ItemFn,
    ItemImpl, ItemMod, ItemStatic, ItemStruct, Local, Macro, Member, Meta, Pat, Signature, Stmt, Token, Type,
};

use super::{Place, normal};

/// A function, by its number; what is outside of any has none.
pub(super) type Scope = Option<usize>;

/// The source files by what they say.
#[derive(Default)]
pub(super) struct Syntax<'a> {
    pub functions: Vec<Function<'a>>,
    /// What constants and statics are.
    pub constants: BTreeMap<String, Vec<&'a Expr>>,
    /// What fields of structs are set to, and in which function.
    pub fields: BTreeMap<String, Vec<(&'a Expr, Scope)>>,
    /// What functions and methods are given.
    pub arguments: BTreeMap<String, Vec<Given<'a>>>,
    pub chains: Vec<Chain<'a>>,
    /// What is named after `::`, with its place, and in macros that are not read.
    pub paths: Vec<(String, Place)>,
    /// Every word of a path.
    pub named: BTreeSet<String>,
    /// The structs that are declared.
    structs: BTreeSet<String>,
    /// The packages with a library: what is in another is called from nowhere else.
    libraries: BTreeSet<String>,
    file: String,
    scope: Scope,
    /// The type whose methods are read.
    owner: Option<String>,
}

/// What a function or method is given in a call.
#[derive(Clone)]
pub(super) struct Given<'a> {
    /// What stands before `::`, as in `Orders::new`.
    pub owner: Option<String>,
    pub arguments: Vec<&'a Expr>,
    /// The function in which it is called.
    pub scope: Scope,
    /// The folder of the package in which it is called.
    package: String,
}

/// A function of the source.
#[derive(Default)]
pub(super) struct Function<'a> {
    pub name: String,
    /// The folder of its package.
    package: String,
    /// The type that it is of.
    pub owner: Option<String>,
    /// Its parameters beside `self`, where they are plain names.
    pub parameters: Vec<Option<String>>,
    /// What its names are set to.
    pub locals: Vec<(String, &'a Expr)>,
    /// What it yields.
    pub value: Option<&'a Expr>,
}

/// Method calls on one another.
pub(super) struct Chain<'a> {
    pub base: &'a Expr,
    pub links: Vec<Link<'a>>,
    pub scope: Scope,
    pub file: String,
}

/// A method call of a chain.
pub(super) struct Link<'a> {
    pub method: String,
    pub arguments: Vec<&'a Expr>,
    pub span: Span,
}

impl<'a> Syntax<'a> {
    pub(super) fn of(files: &'a [(String, syn::File)]) -> Self {
        let mut syntax = Self::default();
        let libraries = files.iter().filter_map(|(path, _)| path.strip_suffix("lib.rs"));
        syntax.libraries = libraries.map(|folder| package(folder).to_owned()).collect();
        for (path, file) in files {
            syntax.file.clone_from(path);
            syntax.visit_file(file);
        }
        syntax.add_built_fields();
        syntax
    }

    /// Adds what builders that macros derive set fields to, each by a method of the field's name:
    /// `Orders::builder().table(name).build()`.
    fn add_built_fields(&mut self) {
        for chain in &self.chains {
            let Some((kind, _)) = constructed(chain.base) else { continue };
            if !self.structs.contains(kind.strip_suffix("Builder").unwrap_or(&kind)) {
                continue;
            }
            for link in &chain.links {
                if let [value] = *link.arguments.as_slice() {
                    self.fields.entry(link.method.clone()).or_default().push((value, chain.scope));
                }
            }
        }
    }

    /// A place in the file that is read.
    pub(super) fn place(file: &str, span: Span) -> Place {
        Place { file: file.to_owned(), line: span.start().line }
    }

    fn function(&mut self, signature: &Signature, block: &'a Block) {
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            FnArg::Typed(typed) => Some(name(&typed.pat)),
            FnArg::Receiver(_) => None,
        });
        let function = Function {
            name: signature.ident.to_string(),
            package: package(&self.file).to_owned(),
            owner: self.owner.clone(),
            parameters: parameters.collect(),
            locals: Vec::new(),
            value: tail(block),
        };
        self.functions.push(function);
        let outer = self.scope.replace(self.functions.len() - 1);
        visit::visit_block(self, block);
        self.scope = outer;
    }

    /// The calls that may be of `function`: in its package alone, where that has no library. Where some of them name its
    /// type before `::`, those that name another type are left out. Where none does, its type may have another name there,
    /// so that all stay.
    pub(super) fn calls_of(&self, function: &Function<'_>) -> impl Iterator<Item = &Given<'a>> {
        let all = self.arguments.get(&function.name).map(Vec::as_slice).unwrap_or_default();
        let is_public = self.libraries.contains(&function.package);
        let calls: Vec<_> = all.iter().filter(|it| is_public || it.package == function.package).collect();
        let own = function.owner.clone();
        let names_own = |it: &Given<'_>| own.is_some() && it.owner == own;
        let is_named = calls.iter().any(|it| names_own(it));
        let is_type = |it: &Given<'_>| it.owner.as_ref().is_some_and(|it| it.starts_with(char::is_uppercase));
        calls.into_iter().filter(move |it| !is_named || it.owner == own || !is_type(it))
    }

    fn bind(&mut self, name: Option<String>, value: &'a Expr) {
        if let (Some(name), Some(function)) = (name, self.scope.and_then(|scope| self.functions.get_mut(scope))) {
            function.locals.push((name, value));
        }
    }

    /// Looks for calls in what a macro is given and is no list of expressions.
    fn tokens(&mut self, tokens: TokenStream) {
        let (mut after, mut word) = (' ', None);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    word = (after == '.' || after == ':').then_some(ident);
                    after = ' ';
                }
                TokenTree::Punct(punct) => {
                    after = punct.as_char();
                    if let Some(ident) = word.take().filter(|_| after != '.') {
                        self.paths.push((normal(&ident.to_string()), Self::place(&self.file, ident.span())));
                    }
                }
                TokenTree::Group(group) => {
                    if let Some(ident) = word.take().filter(|_| group.stream().is_empty()) {
                        self.paths.push((normal(&ident.to_string()), Self::place(&self.file, ident.span())));
                    }
                    after = ' ';
                    self.tokens(group.stream());
                }
                TokenTree::Literal(_) => (after, word) = (' ', None),
            }
        }
    }
}

impl<'a> Visit<'a> for Syntax<'a> {
    fn visit_item_mod(&mut self, module: &'a ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| {
            matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
        });
        if !is_test {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'a ItemFn) {
        self.function(&function.sig, &function.block);
    }

    fn visit_impl_item_fn(&mut self, function: &'a ImplItemFn) {
        self.function(&function.sig, &function.block);
    }

    fn visit_item_impl(&mut self, item: &'a ItemImpl) {
        let name = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|it| it.ident.to_string()),
            _ => None,
        };
        let outer = std::mem::replace(&mut self.owner, name);
        visit::visit_item_impl(self, item);
        self.owner = outer;
    }

    fn visit_item_struct(&mut self, item: &'a ItemStruct) {
        self.structs.insert(item.ident.to_string());
        visit::visit_item_struct(self, item);
    }

    fn visit_item_const(&mut self, item: &'a ItemConst) {
        self.constants.entry(item.ident.to_string()).or_default().push(&item.expr);
        visit::visit_item_const(self, item);
    }

    fn visit_item_static(&mut self, item: &'a ItemStatic) {
        self.constants.entry(item.ident.to_string()).or_default().push(&item.expr);
        visit::visit_item_static(self, item);
    }

    fn visit_local(&mut self, local: &'a Local) {
        if let Some(init) = &local.init {
            self.bind(name(&local.pat), &init.expr);
        }
        visit::visit_local(self, local);
    }

    fn visit_expr_assign(&mut self, assign: &'a ExprAssign) {
        if let Expr::Path(path) = &*assign.left {
            self.bind(path.path.get_ident().map(ToString::to_string), &assign.right);
        }
        visit::visit_expr_assign(self, assign);
    }

    fn visit_expr_struct(&mut self, expression: &'a ExprStruct) {
        for field in &expression.fields {
            if let Member::Named(name) = &field.member {
                self.fields.entry(name.to_string()).or_default().push((&field.expr, self.scope));
            }
        }
        visit::visit_expr_struct(self, expression);
    }

    fn visit_expr_call(&mut self, call: &'a ExprCall) {
        if let Expr::Path(path) = &*call.func
            && let Some(last) = path.path.segments.last()
        {
            let before = path.path.segments.iter().rev().nth(1).map(|it| it.ident.to_string());
            let owner = before.and_then(|it| if it == "Self" { self.owner.clone() } else { Some(it) });
            let package = package(&self.file).to_owned();
            let given = Given { owner, arguments: call.args.iter().collect(), scope: self.scope, package };
            self.arguments.entry(last.ident.to_string()).or_default().push(given);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_path(&mut self, path: &'a ExprPath) {
        let segments = &path.path.segments;
        self.named.extend(segments.iter().map(|segment| segment.ident.to_string()));
        if let Some(last) = segments.last().filter(|_| segments.len() > 1) {
            self.paths.push((normal(&last.ident.to_string()), Self::place(&self.file, last.ident.span())));
        }
        visit::visit_expr_path(self, path);
    }

    fn visit_expr_method_call(&mut self, call: &'a ExprMethodCall) {
        let mut links = Vec::new();
        let mut call = call;
        let base = loop {
            let arguments: Vec<_> = call.args.iter().collect();
            let package = package(&self.file).to_owned();
            let given = Given { owner: None, arguments: arguments.clone(), scope: self.scope, package };
            self.arguments.entry(call.method.to_string()).or_default().push(given);
            links.push(Link { method: call.method.to_string(), arguments, span: call.method.span() });
            call.args.iter().for_each(|argument| self.visit_expr(argument));
            match &*call.receiver {
                Expr::MethodCall(receiver) => call = receiver,
                base => break base,
            }
        };
        self.visit_expr(base);
        links.reverse();
        self.chains.push(Chain { base, links, scope: self.scope, file: self.file.clone() });
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        // What a macro is given lives no longer than this: its calls have places, and their arguments are not read.
        let mut inner = Syntax { file: self.file.clone(), ..Syntax::default() };
        let expressions = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        let (paths, named) = match (expressions, call.parse_body_with(Block::parse_within)) {
            (Ok(expressions), _) => {
                inner.read(|it| expressions.iter().for_each(|expression| it.visit_expr(expression)))
            }
            (_, Ok(statements)) => inner.read(|it| statements.iter().for_each(|statement| it.visit_stmt(statement))),
            _ => inner.read(|it| it.tokens(call.tokens.clone())),
        };
        self.paths.extend(paths);
        self.named.extend(named);
    }
}

impl Syntax<'_> {
    /// What is called and named in what `walk` walks.
    fn read(&mut self, walk: impl FnOnce(&mut Self)) -> (Vec<(String, Place)>, BTreeSet<String>) {
        walk(self);
        (self.called(), std::mem::take(&mut self.named))
    }

    /// The methods without arguments that are called, and what is named, with their places.
    fn called(&self) -> Vec<(String, Place)> {
        let links = self.chains.iter().flat_map(|chain| chain.links.iter().map(|link| (link, &chain.file)));
        let calls = links.filter(|(link, _)| link.arguments.is_empty());
        let calls = calls.map(|(link, file)| (normal(&link.method), Self::place(file, link.span)));
        calls.chain(self.paths.iter().cloned()).collect()
    }
}

/// The name that a pattern is.
fn name(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(ident) => Some(ident.ident.to_string()),
        Pat::Type(typed) => name(&typed.pat),
        _ => None,
    }
}

/// The folder of the package that the file is of, by where Cargo has its source.
fn package(file: &str) -> &str {
    file.rsplit_once("src/").map_or("", |(folder, _)| folder)
}

/// The type of which `expression` makes a value or a builder, and its function that does: `Orders` and `builder` in
/// `Orders::builder()`.
pub(super) fn constructed(expression: &Expr) -> Option<(String, String)> {
    let Expr::Call(call) = expression else { return None };
    let Expr::Path(path) = &*call.func else { return None };
    let mut segments = path.path.segments.iter().rev().map(|segment| segment.ident.to_string());
    let function = segments.next()?;
    Some((segments.next()?, function))
}

/// What a block yields.
pub(super) fn tail(block: &Block) -> Option<&Expr> {
    match block.stmts.last()? {
        Stmt::Expr(Expr::Return(it), _) => it.expr.as_deref(),
        Stmt::Expr(expression, None) => Some(expression),
        _ => None,
    }
}

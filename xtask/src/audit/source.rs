//! What the source of a program's package says of the places that the program knows of.
//!
//! The program proves that a call is made; the source only tells on which of several bindings of one type, and which
//! parameters a call may set. Where it cannot tell, nothing is claimed.

mod syntax;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::Visit as _;

use super::calls::{Site, is_rust};
use syntax::Syntax;

/// The source files of a package.
#[derive(Debug, Clone, Default)]
pub struct Source {
    calls: BTreeMap<Site, MethodCall>,
    /// The methods that are called somewhere.
    methods: BTreeSet<String>,
    /// What is named after `::` somewhere.
    functions: BTreeSet<String>,
    /// The fields that are used otherwise than by calling something on them, or in a way that is not known.
    values: BTreeSet<String>,
    /// What is written in macros whose arguments are no expressions, so that it is not known what is done with it.
    opaque: BTreeSet<String>,
    /// How many functions of a name each file has.
    definitions: BTreeMap<(String, String), usize>,
    /// The fields that are read somewhere.
    fields: BTreeSet<String>,
    /// Functions with the fields that are handed to them, or used as values in them, and the files in which they are.
    handed: BTreeSet<(String, String, String)>,
    /// The files, with their lines.
    files: BTreeMap<String, Vec<String>>,
    /// The fields that structs declare.
    declarations: Vec<(Site, String)>,
}

/// A call of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MethodCall {
    /// The method.
    pub method: String,
    /// The field that it is called on, when it is one: `sightings` in `bindings.sightings.put_item()`.
    pub field: Option<String>,
    /// The function in which it is called.
    pub function: Option<String>,
}

impl Source {
    /// Reads every Rust file below `folders`, which are relative to `root`.
    #[must_use]
    pub fn read(root: &Path, folders: &[String]) -> Self {
        let mut source = Self::default();
        for folder in folders {
            source.add_folder(root, folder);
        }
        source
    }

    /// The source that consists of `files`: each a path, relative to the workspace, and a text.
    #[must_use]
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut source = Self::default();
        for (path, text) in files {
            source.add(path, text);
        }
        source
    }

    /// What is called at `site`, when a method is.
    #[must_use]
    pub fn call_at(&self, site: &Site) -> Option<&MethodCall> {
        self.calls.get(site)
    }

    /// The files in which the field `field` is handed to the function `function`, or used as a value in it.
    pub fn handed(&self, field: &str, function: &str) -> impl Iterator<Item = &str> {
        let is_handed = move |(to, what, _): &&(String, String, String)| to == function && what == field;
        self.handed.iter().filter(is_handed).map(|(.., file)| file.as_str())
    }

    /// The file that declares all of `fields`, each a name and a type, when just one does.
    #[must_use]
    pub fn home(&self, fields: &[(&str, String)]) -> Option<&str> {
        let declares = |file: &str, name: &str, type_name: &str| {
            let mut declared = self.declarations.iter().filter(|(site, field)| site.file == file && field == name);
            declared.any(|(site, _)| self.line(site).is_some_and(|line| is_declaration(line, type_name)))
        };
        let mut homes = self.files.keys().filter(|file| fields.iter().all(|(name, it)| declares(file, name, it)));
        homes.next().filter(|_| homes.next().is_none()).map(String::as_str)
    }

    /// Whether a field `name` that `file` uses is that of the struct in the file `home`, and of no other struct.
    #[must_use]
    pub fn is_of(&self, home: Option<&str>, name: &str, file: &str) -> bool {
        self.declared(name, None) <= 1 || (home == Some(file) && self.declared(name, home) == 1)
    }

    /// How many structs have a field `name`, in `file` or anywhere.
    fn declared(&self, name: &str, file: Option<&str>) -> usize {
        let is_in = |site: &Site| file.is_none_or(|file| site.file == file);
        self.declarations.iter().filter(|(site, field)| field == name && is_in(site)).count()
    }

    /// Whether the field `name` is read anywhere.
    #[must_use]
    pub fn reads_field(&self, name: &str) -> bool {
        self.fields.contains(name)
    }

    /// Whether the field `name` is used anywhere otherwise than by calling something on it: it may be handed on.
    #[must_use]
    pub fn is_value(&self, name: &str) -> bool {
        self.values.contains(name)
    }

    /// Whether the field `name` may be used in a macro whose arguments are no expressions.
    #[must_use]
    pub fn is_opaque(&self, name: &str) -> bool {
        self.opaque.contains(name)
    }

    /// Whether what is called `name` in `file` is the function of that name in `other`: no other function is meant when
    /// the file has one itself, or there is only one.
    #[must_use]
    pub fn means(&self, name: &str, file: &str, other: &str) -> bool {
        let in_file =
            |file: &str| self.definitions.get(&(name.to_owned(), file.to_owned())).copied().unwrap_or_default();
        let all = || self.definitions.iter().filter(|((it, _), _)| it == name).map(|(_, count)| count).sum::<usize>();
        if file == other { in_file(file) == 1 } else { in_file(file) == 0 && all() == 1 }
    }

    /// Whether a method `name` is called anywhere, in code or in what a macro is given, or named as a function.
    #[must_use]
    pub fn calls(&self, name: &str) -> bool {
        self.methods.contains(name) || self.names_function(name)
    }

    /// Whether `name` is named as a function anywhere, as in `Table::put_item`.
    #[must_use]
    pub fn names_function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    /// Whether a parameter, written in lowercase and without underscores, is set anywhere: `versionid` by
    /// `.version_id(...)` or `.set_version_id(...)`.
    #[must_use]
    pub fn sets(&self, parameter: &str) -> bool {
        self.methods.iter().chain(&self.functions).any(|method| {
            let method = method.replace('_', "");
            method == parameter || method.strip_prefix("set") == Some(parameter)
        })
    }

    /// Whether `file` has so many lines; of a file that was not read nothing is known.
    #[must_use]
    pub fn has_line(&self, file: &str, line: u32) -> bool {
        self.files.get(file).is_none_or(|lines| usize::try_from(line).is_ok_and(|line| line <= lines.len()))
    }

    /// The line that declares the field `name` of the type `type_name`, when just one does.
    #[must_use]
    pub fn declaration(&self, name: &str, type_name: &str) -> Option<(&Site, &str)> {
        let declared = self.declarations.iter().filter(|(_, field)| field == name);
        let lines = declared.filter_map(|(site, _)| Some((site, self.line(site)?)));
        let mut found = lines.filter(|(_, line)| line.contains(type_name));
        let only = found.next()?;
        found.next().is_none().then_some(only)
    }

    /// The files with their texts.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        self.files.iter().map(|(path, lines)| (path.as_str(), lines.join("\n")))
    }

    fn line(&self, site: &Site) -> Option<&str> {
        let lines = self.files.get(&site.file)?;
        lines.get(usize::try_from(site.line).ok()?.checked_sub(1)?).map(String::as_str)
    }

    fn add_folder(&mut self, root: &Path, folder: &str) {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
        let mut names: Vec<_> = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        let is_package = names.iter().any(|name| name == "Cargo.toml");
        for name in names {
            let path = format!("{folder}/{name}");
            if root.join(&path).is_dir() {
                // Neither what cargo built nor what it would build as programs of their own is of the program.
                let is_beside = is_package && ["benches", "examples", "target", "tests"].contains(&name.as_str());
                if !is_beside && !name.starts_with('.') {
                    self.add_folder(root, &path);
                }
            } else if is_rust(&name) {
                // What cannot be read has no lines, which is found where the program knows of one.
                self.add(&path, &fs::read_to_string(root.join(&path)).unwrap_or_default());
            }
        }
    }

    fn add(&mut self, path: &str, text: &str) {
        self.files.insert(path.to_owned(), text.lines().map(str::to_owned).collect());
        let (Ok(tokens), Ok(file)) = (text.parse::<TokenStream>(), syn::parse_file(text)) else { return };
        self.add_names(tokens);
        Syntax::new(path, self).visit_file(&file);
    }

    /// Takes every word for a field of which it is not known how it is used.
    fn add_opaque(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    self.values.insert(word.to_string());
                    self.opaque.insert(word.to_string());
                }
                TokenTree::Group(group) => self.add_opaque(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }

    fn add_names(&mut self, tokens: TokenStream) {
        let (mut after_dot, mut after_colon) = (false, false);
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            let is = |char| matches!(&token, TokenTree::Punct(punct) if punct.as_char() == char);
            let (is_dot, is_colon) = (is('.'), is(':'));
            match token {
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    let is_call = matches!(tokens.peek(), Some(TokenTree::Group(_)));
                    if after_dot && !is_call {
                        self.fields.insert(word);
                    } else if after_dot {
                        self.methods.insert(word);
                    } else if after_colon {
                        self.functions.insert(word);
                    }
                }
                TokenTree::Group(group) => self.add_names(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            (after_dot, after_colon) = (is_dot, is_colon);
        }
    }
}

/// Whether `line` declares a field of the type `type_name`, which may go on in the next line.
fn is_declaration(line: &str, type_name: &str) -> bool {
    let declared = line.split_once(": ").map_or("", |(_, declared)| declared.trim_end_matches(','));
    type_name.is_empty() || declared == type_name || (declared.ends_with('(') && type_name.starts_with(declared))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "fn f(bindings: &Bindings, cache: &Table<GetItem>) {
    let _ = bindings
        .sightings
        .put_item().tagging(1);
    cache.get_item();
    log!(bindings.reports.len, cache.set_acl());
    let Bindings { archive, .. } = bindings;
    let counted = join!(count(&bindings.images), [&bindings.logs].map(|it| it.scan()));
}";

    fn source() -> Source {
        Source::of(&[("a.rs", TEXT)])
    }

    #[track_caller]
    fn check(line: u32, column: u32, expected: Option<(&str, Option<&str>)>) {
        let site = Site { file: "a.rs".to_owned(), line, column };
        let source = source();
        let found = source.call_at(&site).map(|call| (call.method.as_str(), call.field.as_deref()));
        assert_eq!(found, expected);
    }

    #[test]
    fn a_call_is_found_where_the_compiler_says_it_is() {
        check(4, 10, Some(("put_item", Some("sightings"))));
        check(5, 11, Some(("get_item", None)));
        check(6, 5, None);
    }

    #[test]
    fn what_is_handed_on_is_told_from_what_is_called_on() {
        let source = source();
        let hands = |field, function| source.handed(field, function).next().is_some();
        assert!(hands("images", "count") && hands("logs", "f") && !hands("logs", "count"));
        assert!(!hands("sightings", "f"), "it is only called on");
    }

    #[test]
    fn fields_and_parameters_are_found_in_macros_and_patterns_too() {
        let source = source();
        for field in ["sightings", "reports", "archive"] {
            assert!(source.reads_field(field), "{field}");
        }
        assert!(!source.reads_field("cache") && !source.reads_field("put_item"));
        assert!(source.calls("set_acl") && source.calls("tagging") && !source.calls("index_name"));
    }
}

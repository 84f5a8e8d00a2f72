//! What source says of the calls of a program: where they are, which parameters they set, and which resources they name.
//!
//! It is read without the types of its expressions. A call is that of a method with the name of an operation and without
//! arguments, as each call with an SDK's client begins. Only operations that the program links are looked for.

mod chain;
mod syntax;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::Path;

use policies::Operation;
use serde::{Serialize, Serializer};

use super::resource;
use crate::audit::source;
use crate::failure::Failure;
use crate::ui;
pub(super) use value::Value;

/// The operations whose requests name resources in their parts, which have builders of their own, with the types of those.
const IN_PARTS: [(&str, &[&str]); 3] = [
    ("PutEvents", &["PutEventsRequestEntry"]),
    ("TransactGetItems", &["Get"]),
    ("TransactWriteItems", &["ConditionCheck", "Delete", "Put", "Update"]),
];

/// A folder with source.
#[derive(Debug, Clone)]
pub(super) struct Source {
    words: source::Source,
    calls: Vec<SdkCall>,
    /// What parts of requests name, by their types and the methods of their builders.
    parts: BTreeMap<(String, String), BTreeSet<Value>>,
    named: BTreeSet<String>,
}

/// A call with a client of an SDK.
#[derive(Debug, Clone)]
struct SdkCall {
    /// The operation's method in lowercase, without underscores.
    method: String,
    place: Place,
    /// What is called after it, with what the first argument may be: `table_name` with the name of a table.
    parameters: BTreeMap<String, BTreeSet<Value>>,
    /// Whether it is seen up to where it is sent.
    is_whole: bool,
}

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Source {
    /// The source in `folder` and below; tests, benches and examples of packages are not of a program.
    ///
    /// # Errors
    /// When it is no folder, or there is no Rust in it.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let name = folder.display().to_string();
        if !folder.is_dir() {
            let failure = Failure::new(format!("`{name}` is no folder: `--source` takes one with Rust files"));
            return Err(failure.help("pass the folder of the program's package").into());
        }
        let words = source::Source::read(Path::new(""), &[name.trim_end_matches('/').to_owned()]);
        let mut files = Vec::new();
        for (path, text) in words.texts() {
            match syn::parse_file(&text) {
                Ok(file) => files.push((path.to_owned(), file)),
                Err(error) => {
                    ui::warn(format!("`{path}` cannot be read as Rust, so its calls have no places: {error}"));
                }
            }
        }
        if files.is_empty() {
            let failure = Failure::new(format!("there is no Rust in `{name}`"));
            return Err(failure.help("pass the folder of the program's package").into());
        }
        let syntax = syntax::Syntax::of(&files);
        Ok(Self { calls: chain::calls(&syntax), parts: chain::parts(&syntax), named: syntax.named, words })
    }

    /// Where `operation` is called.
    pub(super) fn places(&self, operation: &Operation) -> Vec<Place> {
        let places: BTreeSet<_> = self.calls_of(operation).map(|call| call.place.clone()).collect();
        places.into_iter().collect()
    }

    /// Whether something of this name is named anywhere.
    pub(super) fn names(&self, name: &str) -> bool {
        self.named.contains(name)
    }

    /// What the calls of `operation` may name by one of the methods `parameters`: nothing when no call is seen, and something
    /// unknown for a call that does not show it, unless only those that do are asked for. `set` are the parameters for whose
    /// sake it is asked, when it is not for every call.
    pub(super) fn values(
        &self,
        (service, operation): (&str, &str),
        set: &[&str],
        parameters: &[&str],
        only_shown: bool,
    ) -> BTreeSet<Value> {
        let calls = || self.calls_named(operation, service);
        if let Some((_, types)) = IN_PARTS.iter().find(|(it, _)| *it == operation)
            && calls().next().is_some()
        {
            let is_meant = |kind: &&&str| set.is_empty() || set.iter().any(|it| it.rsplit('.').next() == Some(kind));
            let of = |kind: &&str| {
                let named = |it: &&str| self.parts.get(&((*kind).to_owned(), (*it).to_owned()));
                parameters.iter().filter_map(named).flatten().cloned().collect::<BTreeSet<_>>()
            };
            return types.iter().filter(is_meant).flat_map(of).collect();
        }
        let of = |call: &SdkCall| {
            let shown: Vec<_> = parameters.iter().filter_map(|it| call.parameters.get(*it)).collect();
            let found: BTreeSet<_> = shown.iter().copied().flatten().cloned().collect();
            let is_open = found.is_empty() && !(only_shown && shown.is_empty());
            if is_open { BTreeSet::from([Value::Unknown]) } else { found }
        };
        calls().flat_map(of).collect()
    }

    /// Whether calls of `operation` set `parameter`, as the API names it; `None` where the source does not tell.
    pub(super) fn sets(&self, operation: &Operation, parameter: &str) -> Option<bool> {
        // What a value must be is not read: `Statement (DELETE)`.
        if parameter.contains(" (") {
            return None;
        }
        let mut calls = self.calls_of(operation).peekable();
        calls.peek()?;
        let name = parameter.rsplit('.').next().unwrap_or(parameter).to_ascii_lowercase();
        if parameter.contains('.') || calls.clone().any(|call| !call.is_whole) {
            return Some(self.words.sets(&name));
        }
        Some(calls.any(|call| call.parameters.keys().any(|method| normal(method) == name)))
    }

    fn calls_of<'a>(&'a self, operation: &'a Operation) -> impl Iterator<Item = &'a SdkCall> + Clone {
        self.calls_named(operation.name, operation.service)
    }

    /// A method that several services have is that of those whose resources the call names.
    fn calls_named<'a>(&'a self, operation: &'a str, service: &'a str) -> impl Iterator<Item = &'a SdkCall> + Clone {
        let name = operation.to_ascii_lowercase();
        self.calls.iter().filter(move |call| {
            let of_service = |parameter: &String| resource::services_of(parameter).any(|it| it == service);
            let is_known = call.parameters.keys().any(|it| resource::services_of(it).next().is_some());
            call.method == name && (!is_known || call.parameters.keys().any(of_service))
        })
    }
}

/// A method's name without what separates words, since splitting names into words is ambiguous.
fn normal(method: &str) -> String {
    method.replace('_', "").to_ascii_lowercase()
}

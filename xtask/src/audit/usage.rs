//! Which of its operations a binding of a function uses.

use assembly::Binding;
use policies::operation::{self, Operation};

use super::calls::{Call, Site};
use super::linked::Linked;
use super::source::{MethodCall, Source};

/// A built program with its source.
#[derive(Debug, Clone, Copy)]
pub struct Program<'a> {
    /// What it can call.
    pub linked: &'a Linked,
    /// What its source tells of the places that it knows of.
    pub source: &'a Source,
}

/// Whether a binding uses an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Use {
    /// It does, as this shows.
    Certain(String),
    /// It or another binding of its type does.
    Unclear(String),
    /// It does not.
    None,
}

impl<'a> Program<'a> {
    /// Whether `binding`, one of `bindings`, uses `operation`.
    #[must_use]
    pub fn uses(&self, bindings: &[Binding], binding: &Binding, operation: &Operation) -> Use {
        if !self.linked.calls.iter().any(|call| is_call(call, binding, operation)) {
            return Use::None;
        }
        let sites: Vec<_> = self.sites_of(operation).collect();
        let at = |site: &Site| format!("`{}` at {site}", operation.name);
        let fields: Vec<_> = bindings.iter().map(|it| (it.field.as_str(), short(&it.type_name))).collect();
        let home = self.source.home(&fields);
        let is_on = |field: &String, site: &Site, call: &MethodCall| {
            call.field.as_ref() == Some(field) && self.source.is_of(home, field, &site.file)
        };
        if let Some((site, _)) = sites.iter().find(|(site, call)| is_on(&binding.field, site, call)) {
            return Use::Certain(at(site));
        }
        // What is called on no binding's field was handed on.
        let mut handed_on =
            sites.iter().filter(|(site, call)| !bindings.iter().any(|other| is_on(&other.field, site, call)));
        let is_handed = |site: &Site, call: &MethodCall| {
            call.function.iter().any(|function| {
                let mut files = self.source.handed(&binding.field, function);
                // Of two functions of one name it is not known which one it is handed to.
                files.any(|file| {
                    self.source.is_of(home, &binding.field, file) && self.source.means(function, file, &site.file)
                })
            })
        };
        if let Some((site, _)) = handed_on.clone().find(|(site, call)| is_handed(site, call)) {
            return Use::Certain(format!("{}, to which it is handed on", at(site)));
        }
        let mut siblings =
            bindings.iter().filter(|it| it.type_name == binding.type_name && it.field != binding.field).peekable();
        let handed_on = handed_on.next().map(|(site, _)| *site);
        if siblings.peek().is_none() {
            let through = || format!("`{}` through `{}`", operation.name, short(&binding.type_name));
            return Use::Certain(handed_on.map_or_else(through, at));
        }
        if !self.source.reads_field(&binding.field) {
            return Use::None;
        }
        // A field of another struct has the same name.
        if let Some((site, _)) = sites.iter().find(|(_, call)| call.field.as_ref() == Some(&binding.field)) {
            return Use::Unclear(at(site));
        }
        let by_sibling = siblings.any(|it| sites.iter().any(|(site, call)| is_on(&it.field, site, call)));
        match handed_on {
            Some(site) if self.source.is_value(&binding.field) => Use::Unclear(at(site)),
            None if !by_sibling => Use::Unclear(format!("`{}` is linked", operation.name)),
            _ if self.source.is_opaque(&binding.field) => Use::Unclear("perhaps in a macro".to_owned()),
            _ if self.source.names_function(&method_name(operation)) => {
                Use::Unclear(format!("`{}`, named as a function", operation.name))
            }
            _ => Use::None,
        }
    }

    /// The operations that are called through no binding: with the SDK's client itself.
    pub fn raw(&self) -> impl Iterator<Item = &'a Operation> {
        let through_binding = |it: &&Operation| {
            self.linked.calls.iter().any(|call| call.service == it.service && call.operation == it.name)
        };
        self.linked.operations.iter().filter(move |it| !through_binding(it) && it.actions().next().is_some())
    }

    /// The calls whose operation the program does not show: it was built by an SDK that names them in another way.
    pub fn unshown(&self) -> impl Iterator<Item = &'a Call> {
        let shown = |call: &&Call| {
            let is_of = |it: &Operation| call.service == it.service && call.operation == it.name;
            self.linked.operations.iter().any(is_of)
        };
        self.linked.calls.iter().filter(move |call| !shown(call))
    }

    /// The first place that the source does not have.
    #[must_use]
    pub fn unknown_site(&self) -> Option<&'a Site> {
        self.linked.sites.iter().find(|site| !self.source.has_line(&site.file, site.line))
    }

    /// Where the program calls `operation`, as the source has it.
    pub(super) fn sites_of(&self, operation: &Operation) -> impl Iterator<Item = (&'a Site, &'a MethodCall)> {
        let name = method_name(operation);
        self.linked.sites.iter().filter_map(move |site| {
            let call = self.source.call_at(site)?;
            (call.method == name).then_some((site, call))
        })
    }
}

/// The SDK's method for an operation: `list_objects_v2` for `ListObjectsV2`.
pub(super) fn method_name(operation: &Operation) -> String {
    let mut name = String::new();
    for letter in operation.name.chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

fn is_call(call: &Call, binding: &Binding, operation: &Operation) -> bool {
    call.binding == binding.type_name && call.service == operation.service && call.operation == operation.name
}

/// The operations in the name of a binding's type.
pub fn operations(type_name: &str) -> impl Iterator<Item = &'static Operation> {
    let inner = type_name.split_once('<').map_or("", |(_, inner)| inner);
    let paths = inner.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    paths.filter_map(|path| {
        let mut parts = path.rsplit("::");
        let (name, service) = (parts.next()?, parts.next()?);
        operation::of(service)?.iter().find(|operation| operation.name == name)
    })
}

/// The name of a type without the modules: `Table<(GetItem, PutItem)>`.
#[must_use]
pub fn short(type_name: &str) -> String {
    let mut short = String::new();
    let mut word = String::new();
    for char in type_name.chars() {
        if char.is_alphanumeric() || char == '_' || char == ':' {
            word.push(char);
        } else {
            short += word.rsplit("::").next().unwrap_or_default();
            word.clear();
            short.push(char);
        }
    }
    short + word.rsplit("::").next().unwrap_or_default()
}

/// The type with only the operations that `keep` says: `()` for none, a single one without brackets.
#[must_use]
pub fn narrowed(type_name: &str, keep: impl Fn(&str) -> bool) -> String {
    let short = short(type_name);
    let Some((kind, inner)) = short.split_once('<') else { return short };
    let inner = inner.trim_end_matches('>').trim_matches(['(', ')']);
    let kept: Vec<_> = inner.split(',').map(str::trim).filter(|name| !name.is_empty() && keep(name)).collect();
    match kept.as_slice() {
        [one] => format!("{kind}<{one}>"),
        several => format!("{kind}<({})>", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "bindings::dynamodb::Table<(bindings::dynamodb::GetItem, bindings::dynamodb::PutItem)>";

    #[test]
    fn the_name_of_a_type_tells_its_operations() {
        assert_eq!(operations(TYPE).map(|it| it.name).collect::<Vec<_>>(), ["GetItem", "PutItem"]);
        let single = "bindings::lambda::Function<bindings::lambda::Invoke>";
        assert_eq!(operations(single).map(ToString::to_string).collect::<Vec<_>>(), ["lambda:Invoke"]);
        assert_eq!(operations("bindings::url::Url").count(), 0);
    }

    #[test]
    fn a_type_is_written_short_and_narrowed_as_in_source() {
        assert_eq!(short(TYPE), "Table<(GetItem, PutItem)>");
        assert_eq!(short("bindings::url::Url"), "Url");
        assert_eq!(narrowed(TYPE, |name| name != "PutItem"), "Table<GetItem>");
        assert_eq!(narrowed(TYPE, |_| false), "Table<()>");
        assert_eq!(narrowed(TYPE, |_| true), "Table<(GetItem, PutItem)>");
    }
}

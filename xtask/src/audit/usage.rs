//! Which of its operations a binding of a function uses.

use std::iter;

use assembly::Binding;
use policies::operation::{self, Operation};

use super::calls::{Call, Site};
use super::declared;
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
            _ if names(operation).any(|name| self.source.names_function(&method_name(name))) => {
                Use::Unclear(format!("`{}`, named as a function", operation.name))
            }
            _ => Use::None,
        }
    }

    /// The operations that are called through no binding: with the SDK's client itself.
    pub fn raw(&self) -> impl Iterator<Item = &'a Operation> {
        let through_binding = |it: &&Operation| {
            self.linked.calls.iter().any(|call| call.service == it.service && shown_as(call) == it.name)
        };
        self.linked.operations.iter().filter(move |it| !through_binding(it) && it.actions().next().is_some())
    }

    /// The calls whose operation the program does not show: it was built by an SDK that names them in another way.
    pub fn unshown(&self) -> impl Iterator<Item = &'a Call> {
        let shown = |call: &&Call| {
            let is_of = |it: &Operation| call.service == it.service && shown_as(call) == it.name;
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
        let names: Vec<_> = names(operation).map(method_name).collect();
        self.linked.sites.iter().filter_map(move |site| {
            let call = self.source.call_at(site)?;
            names.contains(&call.method).then_some((site, call))
        })
    }
}

/// What calls with the rights of `operation` are called: as it, and the other ways in which bindings make them.
fn names(operation: &Operation) -> impl Iterator<Item = &'static str> {
    let (service, name) = (operation.service, operation.name);
    let ways = operation::ways(service).iter().filter(move |way| way.granted_by == name && way.name != name);
    iter::once(name).chain(ways.map(|way| way.name))
}

/// The operation of the SDK that a call through a binding makes.
fn shown_as(call: &Call) -> &str {
    operation::shown_as(&call.service, &call.operation)
}

/// The SDK's method for the operation `name`: `list_objects_v2` for `ListObjectsV2`.
pub(super) fn method_name(name: &str) -> String {
    let mut method = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !method.is_empty() {
            method.push('_');
        }
        method.push(letter.to_ascii_lowercase());
    }
    method
}

fn is_call(call: &Call, binding: &Binding, operation: &Operation) -> bool {
    call.binding == binding.type_name
        && call.service == operation.service
        && names(operation).any(|name| call.operation == name)
}

/// The operations in the name of a binding's type. Of a service that is not listed, the binding says what it needs.
pub fn operations(binding: &Binding) -> impl Iterator<Item = &'static Operation> + use<> {
    let inner = binding.type_name.split_once('<').map_or("", |(_, inner)| inner);
    let paths = inner.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    let operation = |path: &str| {
        let mut parts = path.rsplit("::");
        let (name, service) = (parts.next()?, parts.next()?);
        operation::granted(service, name).or_else(|| {
            let mut declared = binding.operations.iter().filter(|_| operation::of(service).is_none());
            declared.find(|it| it.service == service && it.name == name).map(declared::operation)
        })
    };
    paths.filter_map(operation).collect::<Vec<_>>().into_iter()
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
    let inner = inner.strip_suffix('>').unwrap_or(inner);
    // After the operations may come the type of what goes through it.
    let (operations, message) = match inner.strip_prefix('(').and_then(|several| several.split_once(')')) {
        Some((operations, rest)) => (operations, rest),
        None => inner.split_at(inner.find(',').unwrap_or(inner.len())),
    };
    let kept: Vec<_> = operations.split(',').map(str::trim).filter(|name| !name.is_empty() && keep(name)).collect();
    match kept.as_slice() {
        [one] => format!("{kind}<{one}{message}>"),
        several => format!("{kind}<({}){message}>", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPED: &str = "b::sqs::Queue<(b::sqs::SendMessage, b::sqs::PurgeQueue), orders::Order<u8>>";
    const TYPE: &str = "bindings::dynamodb::Table<(bindings::dynamodb::GetItem, bindings::dynamodb::PutItem)>";

    fn binding(type_name: &str) -> Binding {
        Binding {
            field: "it".to_owned(),
            type_name: type_name.to_owned(),
            variable: "IT".to_owned(),
            value: serde_json::Value::Null,
            grants: Vec::new(),
            operations: Vec::new(),
        }
    }

    #[test]
    fn the_name_of_a_type_tells_its_operations() {
        assert_eq!(operations(&binding(TYPE)).map(|it| it.name).collect::<Vec<_>>(), ["GetItem", "PutItem"]);
        let single = binding("bindings::lambda::Function<bindings::lambda::Invoke>");
        assert_eq!(operations(&single).map(ToString::to_string).collect::<Vec<_>>(), ["lambda:Invoke"]);
        assert_eq!(operations(&binding("bindings::url::Url")).count(), 0);
    }

    #[test]
    fn a_binding_of_a_service_that_is_not_listed_says_what_its_operations_need() {
        let mut faces = binding("faces::rekognition::Collection<faces::rekognition::SearchFaces>");
        assert_eq!(operations(&faces).count(), 0);
        faces.operations.push(assembly::Operation {
            service: "rekognition".to_owned(),
            name: "SearchFaces".to_owned(),
            actions: vec!["rekognition:SearchFaces".to_owned()],
        });
        let found: Vec<_> = operations(&faces).map(|it| (it.to_string(), it.required)).collect();
        assert_eq!(found, [("rekognition:SearchFaces".to_owned(), ["rekognition:SearchFaces"].as_slice())]);
        // What is listed counts, whatever a binding says.
        let mut table = binding(TYPE);
        table.operations = vec![assembly::Operation {
            service: "dynamodb".to_owned(),
            name: "PutItem".to_owned(),
            actions: vec!["dynamodb:GetItem".to_owned()],
        }];
        assert_eq!(
            operations(&table).map(|it| it.required[0]).collect::<Vec<_>>(),
            ["dynamodb:GetItem", "dynamodb:PutItem"]
        );
    }

    #[test]
    fn a_part_of_a_transaction_is_a_call_with_the_rights_of_an_operation() {
        let [get, put] = ["GetItem", "PutItem"].map(|name| operation::granted("dynamodb", name).unwrap());
        let call =
            Call { binding: TYPE.to_owned(), service: "dynamodb".to_owned(), operation: "TransactPutItem".to_owned() };
        assert!(is_call(&call, &binding(TYPE), put) && !is_call(&call, &binding(TYPE), get));
        assert_eq!(shown_as(&call), "TransactWriteItems");
    }

    #[test]
    fn a_type_is_written_short_and_narrowed_as_in_source() {
        assert_eq!(short(TYPE), "Table<(GetItem, PutItem)>");
        assert_eq!(short("bindings::url::Url"), "Url");
        assert_eq!(narrowed(TYPE, |name| name != "PutItem"), "Table<GetItem>");
        assert_eq!(narrowed(TYPE, |_| false), "Table<()>");
        assert_eq!(narrowed(TYPE, |_| true), "Table<(GetItem, PutItem)>");
        assert_eq!(narrowed(TYPED, |name| name != "PurgeQueue"), "Queue<SendMessage, Order<u8>>");
        assert_eq!(narrowed("b::sqs::Queue<b::sqs::SendMessage, o::Order>", |_| false), "Queue<(), Order>");
    }
}

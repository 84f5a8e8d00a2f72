//! The ARNs of a statement, taken apart.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use super::place::{grants, item};
use crate::audit::policy::At;
use crate::audit::wildcard;
use crate::catalogue;
use crate::evaluate::arn_parts;

/// An ARN with wildcards that a statement lists.
#[derive(Debug)]
pub(super) struct Written<'a> {
    /// As it is written.
    pub(super) text: &'a str,
    /// Its place in the list.
    index: usize,
    pub(super) partition: String,
    pub(super) service: String,
    pub(super) region: String,
    pub(super) account: String,
    /// What follows the account.
    pub(super) name: String,
}

impl Written<'_> {
    /// Where it is.
    pub(super) fn pointer(&self, at: &At<'_>) -> String {
        item(at, at.resource(), self.index)
    }

    /// Whether it is every resource of its service.
    pub(super) fn is_whole_service(&self) -> bool {
        wildcard::is_all(&self.name)
    }

    /// The type that its name starts with, such as `table/`, and the rest; an empty type where the service has none.
    pub(super) fn typed(&self) -> (&str, &str) {
        let length = self.fitting().map(|known| known.start.len()).max().unwrap_or(0);
        self.name.split_at(length)
    }

    /// Whether each of its service's resources has a type in its ARN, and one is like `first`.
    pub(super) fn may_be_of_types_like(&self, first: &str) -> bool {
        let names = names(&self.service);
        let like = |known: &Name| wildcard::resource_covers(first, known.start.trim_end_matches(['/', ':']));
        names.iter().all(|known| !known.start.is_empty()) && names.iter().any(like)
    }

    /// Whether what follows its type is an id that AWS makes up, so that no one can write it beforehand.
    pub(super) fn has_unknown_id(&self) -> bool {
        let (kind, rest) = self.typed();
        let is_any = rest.split(['/', ':']).next() == Some("*");
        is_any && self.fitting().any(|known| known.start == kind && known.is_id)
    }

    /// Whether it is every resource of a type.
    pub(super) fn is_whole_type(&self) -> bool {
        let (kind, rest) = self.typed();
        !kind.is_empty() && (wildcard::is_all(rest) || self.fitting().any(|known| known.whole == self.name))
    }

    /// What the names of its service's resources look like whose start is its own.
    fn fitting(&self) -> impl Iterator<Item = &'static Name> {
        names(&self.service).iter().filter(|known| self.name.starts_with(&known.start))
    }
}

/// The ARNs with wildcards that a policy of a principal allows something on, but for those that other rules of the
/// family are about.
pub(super) fn written<'a>(at: &At<'a>) -> impl Iterator<Item = Written<'a>> {
    let concerns = grants(at) && !at.statement.resource.is_negated();
    let resources = if concerns { at.statement.resource.as_slice() } else { &[] };
    resources.iter().enumerate().filter_map(|(index, text)| {
        if !wildcard::is_in(text) {
            return None;
        }
        let filled = wildcard::specific(text);
        let [prefix, partition, service, region, account, name] = arn_parts(&filled)?.map(str::to_owned);
        (prefix == "arn" && wildcard::is_in(&filled)).then_some(Written {
            text,
            index,
            partition,
            service,
            region,
            account,
            name,
        })
    })
}

/// Whether a resource of a statement is everything, or every resource of a service or of a type.
pub(in crate::audit) fn is_every(resource: &str) -> bool {
    if resource == "*" {
        return true;
    }
    let filled = wildcard::specific(resource);
    let Some([_, partition, service, region, account, name]) = arn_parts(&filled).map(|it| it.map(str::to_owned))
    else {
        return wildcard::is_all(&filled);
    };
    let arn = Written { text: resource, index: 0, partition, service, region, account, name };
    wildcard::is_in(&filled) && (arn.is_whole_service() || arn.is_whole_type())
}

/// What the names in the ARNs of a type look like.
#[derive(Debug)]
struct Name {
    /// The text before the first placeholder, such as `table/`.
    start: String,
    /// The name with a `*` for each placeholder, such as `table/*/index/*`.
    whole: String,
    /// Whether the first placeholder is an id.
    is_id: bool,
}

/// Those of each service's own resources, found when a service is first asked for.
static NAMES: LazyLock<BTreeMap<&str, OnceLock<Vec<Name>>>> =
    LazyLock::new(|| catalogue::services().map(|service| (service, OnceLock::new())).collect());

fn names(service: &str) -> &'static [Name] {
    NAMES.get(service).map_or(&[], |names| names.get_or_init(|| found(service)))
}

fn found(service: &str) -> Vec<Name> {
    let Some(service) = catalogue::service(service) else { return Vec::new() };
    let formats = service.resource_types.iter().flat_map(|known| &known.arns).map(ToString::to_string);
    let name = |format: String| {
        let filled = format.replace("${Partition}", "aws");
        let [_, _, prefix, _, _, name] = arn_parts(&filled)?;
        // A format without placeholders is a single resource.
        let (start, rest) = name.split_once("${")?;
        let (first, _) = rest.split_once('}')?;
        let pieces = name.split("${").map(|piece| piece.split_once('}').map_or(piece, |(_, after)| after));
        let name =
            Name { start: start.to_owned(), whole: pieces.collect::<Vec<_>>().join("*"), is_id: first.ends_with("Id") };
        (prefix == service.prefix).then_some(name)
    };
    formats.filter_map(name).collect()
}

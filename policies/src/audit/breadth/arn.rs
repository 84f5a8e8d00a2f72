//! The ARNs of a statement, taken apart.

use super::place::{grants, item};
use crate::audit::policy::At;
use crate::audit::wildcard;
use crate::catalogue;
use crate::evaluate::arn;

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
        let types = types(&self.service);
        let fitting = types.iter().filter(|known| self.name.starts_with(known.as_str()));
        let length = fitting.map(String::len).max().unwrap_or(0);
        self.name.split_at(length)
    }

    /// Whether each of its service's resources has a type in its ARN.
    pub(super) fn has_types(&self) -> bool {
        let types = types(&self.service);
        !types.is_empty() && types.iter().all(|known| !known.is_empty())
    }

    /// Whether it is every resource of a type.
    pub(super) fn is_whole_type(&self) -> bool {
        let (kind, rest) = self.typed();
        !kind.is_empty() && wildcard::is_all(rest)
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
        let [prefix, partition, service, region, account, name] = arn::parts(&filled)?.map(str::to_owned);
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
    let Some([_, partition, service, region, account, name]) = arn::parts(&filled).map(|it| it.map(str::to_owned))
    else {
        return wildcard::is_all(&filled);
    };
    let arn = Written { text: resource, index: 0, partition, service, region, account, name };
    wildcard::is_in(&filled) && (arn.is_whole_service() || arn.is_whole_type())
}

/// What the names in the ARNs of a service's own resources start with: the text before the first placeholder.
fn types(service: &str) -> Vec<String> {
    let Some(service) = catalogue::service(service) else { return Vec::new() };
    let formats = service.resource_types.iter().flat_map(|known| &known.arns).map(ToString::to_string);
    let start = |format: String| {
        let filled = format.replace("${Partition}", "aws");
        let parts = arn::parts(&filled)?;
        let start = parts[5].split("${").next().unwrap_or_default();
        // A format without placeholders is a single resource.
        let is_own = parts[2] == service.prefix && parts[5].contains("${");
        is_own.then(|| start.to_owned())
    };
    formats.filter_map(start).collect()
}

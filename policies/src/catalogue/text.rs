//! The notation of the catalogue's file.
//!
//! After comments (`#`) come facts of the whole, a line `NAME VALUE` each, and an empty line; then the index, a line
//! `PREFIX LENGTH` for each service with the length of its block in bytes, and an empty line; then the blocks in the
//! same order. The first block, `*`, has the condition keys that belong to no service. A block is made of lines:
//!
//! ```text
//! sqs Amazon SQS                the prefix and the service's name
//! %sqs:Key s*                   a condition key: arn, bool, date, ip address, numeric or string; * is multivalued
//! @queue|:${QueueName}|@ :Key   a resource type, formats of its ARN, its condition keys
//! =+ #|queue!topic?:Key|user!   what the following actions have: condition keys, then resource types, required (!) or
//!                               not (?), each field with condition keys of its own
//! wSendMessage                  an action: list, read, tagging, write or permissions management
//! ```
//!
//! An ARN that starts with `:` lacks `arn:${Partition}:PREFIX:${Region}:${Account}`. A condition key that starts with
//! `:` lacks the service's prefix; `+`, `#` and `@` are `aws:RequestTag/${TagKey}`, `aws:TagKeys` and
//! `aws:ResourceTag/${TagKey}`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AccessLevel, Action, ArnFormat, ConditionKey, ResourceType, ResourceUse, Service, ValueType, in_any_case};

const SHORT_KEYS: [(&str, &str); 3] =
    [("+", "aws:RequestTag/${TagKey}"), ("#", "aws:TagKeys"), ("@", "aws:ResourceTag/${TagKey}")];

/// A fact of the whole.
pub(super) fn fact(file: &'static str, name: &str) -> &'static str {
    let facts = file.lines().take_while(|line| !line.is_empty());
    facts.filter_map(|line| line.split_once(' ')).find(|(known, _)| *known == name).unwrap_or_default().1
}

/// The blocks of the file by service prefix.
pub(super) fn blocks(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    let (_, file) = file.split_once("\n\n").unwrap_or_default();
    let (index, mut rest) = file.split_once("\n\n").unwrap_or_default();
    index.lines().filter_map(move |line| {
        let (prefix, length) = line.split_once(' ')?;
        let (block, after) = rest.split_at_checked(length.parse().ok()?)?;
        rest = after;
        Some((prefix, block))
    })
}

/// The service that a block describes.
pub(super) fn service(block: &'static str) -> Service {
    let (first, lines) = block.split_once('\n').unwrap_or_default();
    let (prefix, name) = first.split_once(' ').unwrap_or((first, ""));
    let mut service =
        Service { prefix, name, actions: Vec::new(), resource_types: Vec::new(), condition_keys: Vec::new() };
    let mut keys = Keys { prefix, own: BTreeMap::new() };
    let mut resources: Arc<[ResourceUse]> = Arc::default();
    let mut condition_keys: Arc<[&str]> = Arc::default();
    for line in lines.lines() {
        let (mark, rest) = line.split_at_checked(1).unwrap_or_default();
        match mark {
            "%" => service.condition_keys.push(keys.define(rest)),
            "@" => service.resource_types.push(resource_type(&keys, rest)),
            "=" => {
                let (general, uses) = rest.split_once('|').unwrap_or((rest, ""));
                condition_keys = keys.of(general).collect();
                resources = resource_uses(&keys, uses);
            }
            _ => service.actions.push(Action {
                service: prefix,
                name: rest,
                access_level: access_level(mark),
                resources: Arc::clone(&resources),
                condition_keys: Arc::clone(&condition_keys),
            }),
        }
    }
    service.actions.sort_by(|one, other| in_any_case(one.name, other.name));
    service
}

fn resource_type(keys: &Keys, line: &'static str) -> ResourceType {
    let mut fields = line.split('|');
    let name = fields.next().unwrap_or_default();
    let arns = fields.next().unwrap_or_default().split(' ').map(|text| match text.strip_prefix(':') {
        Some(rest) => ArnFormat { service: Some(keys.prefix), text: rest },
        None => ArnFormat { service: None, text },
    });
    let arns = arns.collect();
    ResourceType { name, arns, condition_keys: keys.of(fields.next().unwrap_or_default()).collect() }
}

fn resource_uses(keys: &Keys, fields: &'static str) -> Arc<[ResourceUse]> {
    let mut uses: Vec<_> = fields
        .split('|')
        .flat_map(|field| {
            let end = field.rfind(['!', '?']).map_or(0, |last| last + 1);
            let (names, field_keys) = field.split_at(end);
            names.split_inclusive(['!', '?']).map(|name| ResourceUse {
                name: &name[..name.len() - 1],
                required: name.ends_with('!'),
                condition_keys: keys.of(field_keys).collect(),
            })
        })
        .collect();
    uses.sort_by(|one, other| in_any_case(one.name, other.name));
    uses.into()
}

fn access_level(letter: &str) -> AccessLevel {
    match letter {
        "l" => AccessLevel::List,
        "r" => AccessLevel::Read,
        "t" => AccessLevel::Tagging,
        "p" => AccessLevel::PermissionsManagement,
        _ => AccessLevel::Write,
    }
}

/// The condition keys of a block.
struct Keys {
    prefix: &'static str,
    /// Those of the service itself, by their names from the colon on.
    own: BTreeMap<&'static str, &'static str>,
}

impl Keys {
    fn define(&mut self, line: &'static str) -> ConditionKey {
        let (name, kind) = match SHORT_KEYS.iter().find(|(short, _)| *short == line) {
            Some((short, name)) => (*name, if *short == "#" { "s*" } else { "s" }),
            None => line.split_once(' ').unwrap_or((line, "s")),
        };
        if let Some(rest) = name.strip_prefix(self.prefix)
            && rest.starts_with(':')
        {
            self.own.insert(rest, name);
        }
        let values = match kind.trim_end_matches('*') {
            "a" => ValueType::Arn,
            "b" => ValueType::Bool,
            "d" => ValueType::Date,
            "i" => ValueType::IpAddress,
            "n" => ValueType::Numeric,
            _ => ValueType::String,
        };
        ConditionKey { name, values, multivalued: kind.ends_with('*') }
    }

    /// The names of the keys in a list.
    fn of(&self, list: &'static str) -> impl Iterator<Item = &'static str> {
        list.split_whitespace().map(|text| {
            let short = SHORT_KEYS.iter().find(|(short, _)| *short == text).map(|(_, name)| *name);
            short.or_else(|| self.own.get(text).copied()).unwrap_or(text)
        })
    }
}

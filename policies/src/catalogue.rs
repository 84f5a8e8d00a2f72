//! The actions, resource types and condition keys of AWS's services.
//!
//! They are embedded as one file of facts, from which a service is read when it is first asked for. That file is made
//! by `cargo xtask catalogue` from a package with the facts of AWS's Service Authorization Reference,
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html>.

mod arn;
mod facts;
mod text;

use std::cmp::Ordering;
use std::sync::{LazyLock, OnceLock};

use crate::nearest::nearest;
use crate::pattern;

pub use arn::ArnFormat;
pub use facts::{AccessLevel, Action, ConditionKey, ResourceType, ResourceUse, Service, ValueType};

static FILE: &str = include_str!("../catalogue/actions.txt");

struct Entry {
    prefix: &'static str,
    block: &'static str,
    service: OnceLock<Service>,
}

impl Entry {
    fn service(&'static self) -> &'static Service {
        self.service.get_or_init(|| text::service(self.block))
    }
}

struct Catalogue {
    version: &'static str,
    date: &'static str,
    /// The condition keys that belong to no service: the global ones, and those of identity providers.
    global: Entry,
    /// Every service with its block of the file, by prefix.
    services: Vec<Entry>,
}

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    let entry = |(prefix, block)| Entry { prefix, block, service: OnceLock::new() };
    let mut blocks = text::blocks(FILE).map(entry);
    let global = blocks.next().unwrap_or_else(|| entry(("", "")));
    Catalogue {
        version: text::fact(FILE, "version"),
        date: text::fact(FILE, "date"),
        global,
        services: blocks.collect(),
    }
});

/// The day of the facts, such as `2026-09-26`.
#[must_use]
pub fn date() -> &'static str {
    CATALOGUE.date
}

/// The version of the package that the facts are from.
#[must_use]
pub fn version() -> &'static str {
    CATALOGUE.version
}

/// The prefixes of all services, such as `sqs`, by name.
pub fn services() -> impl Iterator<Item = &'static str> {
    LazyLock::force(&CATALOGUE).services.iter().map(|entry| entry.prefix)
}

/// The service with this prefix, in any case; `None` when AWS has none.
#[must_use]
pub fn service(prefix: &str) -> Option<&'static Service> {
    let services = &LazyLock::force(&CATALOGUE).services;
    let found = services.binary_search_by(|entry| in_any_case(entry.prefix, prefix)).ok()?;
    services.get(found).map(Entry::service)
}

/// What is known of an action such as `sqs:SendMessage`, in any case; `None` when AWS has none of that name.
///
/// ```
/// use policies::catalogue::{AccessLevel, action};
///
/// let send = action("sqs:sendmessage").unwrap();
/// assert_eq!(send.to_string(), "sqs:SendMessage");
/// assert_eq!(send.access_level, AccessLevel::Write);
/// assert_eq!(send.resources[0].name, "queue");
/// ```
#[must_use]
pub fn action(name: &str) -> Option<&'static Action> {
    let (prefix, name) = name.split_once(':')?;
    service(prefix)?.action(name)
}

/// The actions that a statement's `s3:Get*` or `*` stands for, in any case, by service and name.
///
/// ```
/// use policies::catalogue::matching;
///
/// let names: Vec<_> = matching("sqs:*Message").map(|action| action.name).collect();
/// assert_eq!(names, ["DeleteMessage", "ReceiveMessage", "SendMessage"]);
/// ```
pub fn matching(pattern: &str) -> impl Iterator<Item = &'static Action> + use<> {
    let tokens = crate::Action::new(pattern.to_owned()).pattern();
    let named = pattern.split_once(':').map(|(prefix, _)| prefix).filter(|prefix| !prefix.contains(['*', '?']));
    let one = named.and_then(service);
    let all = if named.is_none() { LazyLock::force(&CATALOGUE).services.as_slice() } else { &[] };
    let actions = one.into_iter().chain(all.iter().map(Entry::service)).flat_map(|service| &service.actions);
    actions.filter(move |action| pattern::matches(&tokens, &action.to_string().to_ascii_lowercase()))
}

/// The condition key that `name` is, in any case: a global one, one of an identity provider, or one of a service.
///
/// `aws:ResourceTag/team` is `aws:ResourceTag/${TagKey}`.
#[must_use]
pub fn condition_key(name: &str) -> Option<&'static ConditionKey> {
    global_condition_key(name).or_else(|| {
        let (prefix, _) = name.split_once(':')?;
        service(prefix)?.condition_key(name)
    })
}

/// The condition key that `name` is, when it belongs to no service: requests to all services may have it.
#[must_use]
pub fn global_condition_key(name: &str) -> Option<&'static ConditionKey> {
    LazyLock::force(&CATALOGUE).global.service().condition_key(name)
}

/// The service whose prefix `prefix` is most likely a slip of.
#[must_use]
pub fn nearest_service(prefix: &str) -> Option<&'static Service> {
    nearest(prefix, services()).and_then(service)
}

/// The action that `name`, such as `sqs:SendMesage`, is most likely a slip of.
#[must_use]
pub fn nearest_action(name: &str) -> Option<&'static Action> {
    let (prefix, name) = name.split_once(':')?;
    let service = service(prefix).or_else(|| nearest_service(prefix))?;
    nearest(name, service.actions.iter().map(|action| action.name)).and_then(|name| service.action(name))
}

/// The order of names in the file, in which case does not matter.
fn in_any_case(one: &str, other: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    one.bytes().map(lower).cmp(other.bytes().map(lower))
}

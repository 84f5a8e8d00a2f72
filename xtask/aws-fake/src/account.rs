//! What is in the account: its resources, whoever made them, and its time.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::Value as Json;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;

use crate::http::ACCOUNT;
use crate::s3::Bucket;
use crate::services::ecr::Registry;

/// Seconds since the epoch.
pub(crate) type Time = i64;

/// The first of January 2026, noon: time begins at the same moment in every run.
const BEGIN: Time = 1_767_268_800;

/// A resource that exists.
#[derive(Debug, Clone)]
pub(crate) struct Live {
    pub(crate) resource_type: String,
    pub(crate) id: String,
    pub(crate) region: String,
    /// With values in place of all functions.
    pub(crate) properties: Json,
    pub(crate) tags: BTreeMap<String, String>,
    /// The id of the stack that made it; empty when a call did.
    pub(crate) stack: String,
    pub(crate) logical_id: String,
}

/// What CloudFormation does with a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doing {
    /// Makes it, also as the replacement of another.
    Create,
    /// Changes it.
    Update,
    /// Deletes it.
    Delete,
    /// Changes it back after a failed update.
    Rollback,
}

/// A task of SQS that moves the messages of a queue.
#[derive(Debug)]
pub(crate) struct MoveTask {
    pub(crate) handle: String,
    /// The ARN of the queue.
    pub(crate) source: String,
    /// The URLs of the queue and of the one that they go to.
    pub(crate) from: String,
    pub(crate) to: String,
    /// How many there were at the beginning, and how many were moved.
    pub(crate) all: u64,
    pub(crate) moved: u64,
    pub(crate) status: &'static str,
}

/// What a function logged.
#[derive(Debug, Clone)]
pub(crate) struct Logged {
    pub(crate) group: String,
    /// In milliseconds since the epoch.
    pub(crate) time: i64,
    pub(crate) message: String,
}

/// What is in the account.
#[derive(Debug)]
pub(crate) struct Account {
    /// How many calls there were: each takes a second.
    pub(crate) clock: i64,
    ids: u64,
    pub(crate) live: Vec<Live>,
    pub(crate) buckets: IndexMap<String, Bucket>,
    /// Repositories of images.
    pub(crate) registry: Registry,
    /// How many items, messages and the like a resource holds.
    pub(crate) contents: BTreeMap<String, u64>,
    /// What functions logged.
    pub(crate) logged: Vec<Logged>,
    /// What CloudWatch counted, by the metric's name and its dimension's value.
    pub(crate) metrics: BTreeMap<(String, String), f64>,
    pub(crate) failing: BTreeMap<(String, Doing), String>,
    /// Resources that fail once to be made, by their logical ids, with the reason.
    pub(crate) failing_once: BTreeMap<String, String>,
    /// The hooks that fail resources, each with its reason, by logical ids, and the one that fails change sets.
    pub(crate) hooks: BTreeMap<String, (String, String)>,
    pub(crate) change_set_hook: Option<(String, String)>,
    /// Resources that any change replaces, whatever their schemas say, by their logical ids.
    pub(crate) replacing: BTreeSet<String>,
    /// Why the next operation that gets so far fails without any resource's failing.
    pub(crate) failing_stack: Option<String>,
    /// Tasks of SQS that move messages, the latest last.
    pub(crate) moves: Vec<MoveTask>,
    /// Whether what such a task moves fails again at once, and comes back.
    pub(crate) returning: bool,
    /// What early validation finds about a resource: the name of the validation and the reason.
    pub(crate) invalid: BTreeMap<String, (String, String)>,
    /// For how many seconds what was deleted is not quite gone.
    pub(crate) linger: Time,
    /// What was deleted, and when.
    pub(crate) gone: Vec<(Time, Live)>,
    /// For how many looks the events of every second resource stay unseen.
    pub(crate) late: u64,
    pub(crate) page: usize,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            clock: 0,
            ids: 0,
            live: Vec::new(),
            buckets: IndexMap::new(),
            registry: Registry::default(),
            contents: BTreeMap::new(),
            logged: Vec::new(),
            metrics: BTreeMap::new(),
            failing: BTreeMap::new(),
            failing_once: BTreeMap::new(),
            hooks: BTreeMap::new(),
            change_set_hook: None,
            replacing: BTreeSet::new(),
            failing_stack: None,
            moves: Vec::new(),
            returning: false,
            invalid: BTreeMap::new(),
            linger: 0,
            gone: Vec::new(),
            late: 0,
            // Small, so that whoever forgets a page is found out.
            page: 2,
        }
    }
}

impl Account {
    pub(crate) fn now(&self) -> Time {
        BEGIN + self.clock
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.ids += 1;
        self.ids
    }

    /// The same ids in every run.
    pub(crate) fn uuid(&mut self) -> String {
        let number = self.number();
        format!("{:08x}-0000-4000-8000-{number:012x}", number.wrapping_mul(2_654_435_761) % (1 << 32))
    }

    /// What AWS adds to the names that it makes.
    pub(crate) fn suffix(&mut self, length: usize) -> String {
        let mut number = self.number().wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        let mut suffix = String::new();
        for _ in 0..length {
            suffix.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[usize::try_from(number % 36).unwrap_or(0)]));
            number = number.rotate_left(11).wrapping_mul(0x2545_F491_4F6C_DD1D);
        }
        suffix
    }

    pub(crate) fn find(&self, resource_type: &str, region: &str, id: &str) -> Option<&Live> {
        self.live.iter().find(|live| live.is(resource_type, region, id))
    }

    /// The document of the policy of type `resource_type` that lists the resource `id` in its property `list`.
    pub(crate) fn policy_of(&self, resource_type: &str, region: &str, list: &str, id: &str) -> Option<String> {
        let lists = |live: &&Live| {
            let listed = live.property(list).and_then(Json::as_array);
            listed.is_some_and(|listed| listed.iter().any(|it| it == id))
        };
        let mut of_type = self.live.iter().filter(|live| live.resource_type == resource_type && live.region == region);
        Some(of_type.rfind(lists)?.property("PolicyDocument")?.to_string())
    }

    pub(crate) fn find_mut(&mut self, resource_type: &str, region: &str, id: &str) -> Option<&mut Live> {
        self.live.iter_mut().find(|live| live.is(resource_type, region, id))
    }

    /// What was deleted and is not quite gone.
    pub(crate) fn lingering(&self, resource_type: &str, region: &str, id: &str) -> Option<&Live> {
        let lingers = |at: Time| self.now() < at + self.linger;
        let found = self.gone.iter().find(|(at, live)| lingers(*at) && live.is(resource_type, region, id));
        found.map(|(_, live)| live)
    }

    /// Takes a resource away.
    pub(crate) fn forget(&mut self, resource_type: &str, region: &str, id: &str) {
        let now = self.now();
        let (gone, live): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.live).into_iter().partition(|live| live.is(resource_type, region, id));
        self.live = live;
        self.gone.extend(gone.into_iter().map(|live| (now, live)));
        self.contents.remove(id);
    }

    /// How much a resource holds.
    pub(crate) fn holds(&self, id: &str) -> u64 {
        self.contents.get(id).copied().unwrap_or_default()
    }
}

impl Live {
    fn is(&self, resource_type: &str, region: &str, id: &str) -> bool {
        self.resource_type == resource_type && (is_global(resource_type) || self.region == region) && self.id == id
    }

    pub(crate) fn arn(&self) -> String {
        let path = self.properties.get("Path").and_then(Json::as_str).unwrap_or("/");
        let physical = infra::facts::Physical { resource_type: &self.resource_type, id: &self.id, path };
        physical.arn(home(&self.region)).unwrap_or_else(|| self.id.clone())
    }

    pub(crate) fn property(&self, name: &str) -> Option<&Json> {
        self.properties.get(name)
    }

    /// Sets a property, and takes the place of what is no object.
    pub(crate) fn set(&mut self, name: &str, value: Json) {
        if !self.properties.is_object() {
            self.properties = Json::Object(serde_json::Map::new());
        }
        if let Some(properties) = self.properties.as_object_mut() {
            properties.insert(name.to_owned(), value);
        }
    }

    /// Takes a property away.
    pub(crate) fn unset(&mut self, name: &str) {
        if let Some(properties) = self.properties.as_object_mut() {
            properties.shift_remove(name);
        }
    }
}

/// Whether names of the type are one space for all regions.
fn is_global(resource_type: &str) -> bool {
    resource_type.starts_with("AWS::IAM::") || resource_type == "AWS::S3::Bucket"
}

pub(crate) const fn home(region: &str) -> infra::facts::Home<'_> {
    infra::facts::Home { partition: "aws", region, account: ACCOUNT }
}

/// `2026-01-01T12:00:00Z`.
pub(crate) fn iso(time: Time) -> String {
    let time = OffsetDateTime::from_unix_timestamp(time).ok();
    time.and_then(|time| time.format(&Rfc3339).ok()).unwrap_or_default()
}

/// `Thu, 01 Jan 2026 12:00:00 GMT`.
pub(crate) fn http_date(time: Time) -> String {
    let form =
        format_description!("[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT");
    let time = OffsetDateTime::from_unix_timestamp(time).ok();
    time.and_then(|time| time.format(form).ok()).unwrap_or_default()
}

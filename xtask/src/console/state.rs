//! What the console knows: the stacks with their numbers, and what happened lately. It is bounded, and whoever watches is
//! told what changes.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use infra::Graph;
use infra::graph::Placed;
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use tokio::sync::{Notify, broadcast};

use super::Scope;
use crate::operate::moment;
use crate::operate::running_stack::RunningStack;

/// How many events are kept.
pub const MOST_EVENTS: usize = 10_000;

/// How many bytes the texts of all events may have.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// How many bytes of an event's text are kept.
const LONGEST_TEXT: usize = 4_000;

/// How many changes wait for a page that does not take them; a page that is further behind gets all anew.
const WAITING_CHANGES: usize = 64;

/// How many events are told at once.
const EVENTS_AT_ONCE: usize = 1_000;

/// The room that a card of the page has for its numbers, below its texts.
const NUMBERS: (f64, f64) = (272.0, 26.0);

/// Something that happened.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Event {
    /// Its number; those of later ones are greater.
    pub number: u64,
    /// When, in milliseconds since the epoch.
    pub time: i64,
    /// The stack.
    pub stack: String,
    /// The logical ids of the parts that it is about, with commas.
    pub part: String,
    /// What kind of event it is.
    pub kind: Kind,
    /// How grave it is, as logs have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<&'static str>,
    /// The invocation that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// The trace that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// The message of a queue that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The part that something came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The part that something went to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// What is said of it.
    pub text: String,
    /// What is said beside it, by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Json>,
}

/// The kind of an event.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An invocation begins.
    Start,
    /// An invocation has ended.
    End,
    /// A function logged a line.
    #[default]
    Log,
    /// A function called a service.
    Call,
    /// Messages came to a dead-letter queue.
    Dead,
}

/// What is counted of a part.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Numbers {
    /// Of a function, since the console looks back.
    Function {
        /// How often it was invoked.
        invocations: u64,
        /// How many of its invocations failed or logged an error.
        errors: u64,
        /// How many of its calls its role denied.
        denied: u64,
        /// How many invocations Lambda refused; known on AWS alone.
        throttles: u64,
        /// The median of the last durations, in milliseconds.
        p50: Option<f64>,
        /// What 99 of 100 of the last durations are below, in milliseconds.
        p99: Option<f64>,
    },
    /// Of a queue.
    Queue {
        /// Messages that can be received.
        waiting: u64,
        /// Messages that somebody works on.
        in_flight: u64,
        /// Messages that cannot be received yet.
        delayed: u64,
    },
    /// Of a REST API, since the console looks back; known on AWS alone.
    Api {
        /// How many requests came.
        requests: u64,
        /// How many of them were answered with a status from 400 to 499.
        client_errors: u64,
        /// How many of them were answered with a status from 500 on.
        server_errors: u64,
    },
    /// Of what holds something else.
    Store {
        /// How much it holds: `1,204 items`; nothing when it is empty.
        holds: Option<String>,
    },
}

/// A way along which something went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// The stack.
    pub stack: String,
    /// The part that it left.
    pub from: String,
    /// The part that it went to.
    pub to: String,
    /// Whether it went well.
    pub good: bool,
}

/// What changed.
#[derive(Debug, Default, Serialize)]
pub struct Change {
    /// New numbers, by stack and part.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub numbers: BTreeMap<String, BTreeMap<String, Numbers>>,
    /// New events.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<Event>,
    /// Ways along which something went.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passages: Vec<Passage>,
}

/// A message for pages: its name, and its data as JSON.
pub type Told = (&'static str, Arc<str>);

/// What the console knows, and who wants to know.
#[derive(Debug)]
pub struct Hub {
    state: Mutex<State>,
    sender: broadcast::Sender<Told>,
    /// Somebody began to watch.
    came: Notify,
}

#[derive(Debug, Default)]
struct State {
    stacks: Vec<View>,
    events: VecDeque<Event>,
    /// How many bytes the texts of the events have.
    bytes: usize,
    next: u64,
    /// Whether the stacks are in the local cloud.
    is_local: bool,
    may_change: bool,
    /// Why nothing new is known, by stack.
    problems: BTreeMap<String, String>,
}

/// A stack as it is shown.
#[derive(Debug, Serialize)]
struct View {
    name: String,
    stage: String,
    place: String,
    picture: Placed,
    numbers: BTreeMap<String, Numbers>,
    /// When it was seen to be gone, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    gone: Option<i64>,
}

impl Default for Hub {
    fn default() -> Self {
        Self { state: Mutex::default(), sender: broadcast::channel(WAITING_CHANGES).0, came: Notify::new() }
    }
}

impl Hub {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets where the stacks are, and whether the page may change anything there.
    pub fn set_scope(&self, scope: &Scope) {
        let mut state = self.state();
        state.is_local = scope.target.local;
        state.may_change = scope.may_change;
    }

    /// Shows these stacks from now on. What was counted of a part that is still there stays, and one that is not among
    /// them any more stays as it was last seen.
    pub fn show(&self, stacks: &[RunningStack]) {
        let views = stacks.iter().map(|running| {
            let stack = &running.stack;
            let picture = Graph::of(stack.assembled()).placed(NUMBERS.0, NUMBERS.1);
            let (name, stage, place) =
                (stack.name().to_owned(), stack.stage().to_owned(), running.cloud.place().into_owned());
            View { name, stage, place, picture, numbers: BTreeMap::new(), gone: None }
        });
        let mut views: Vec<_> = views.collect();
        let mut state = self.state();
        for view in &mut views {
            if let Some(before) = state.stacks.iter_mut().find(|it| it.name == view.name) {
                view.numbers = std::mem::take(&mut before.numbers);
                view.numbers.retain(|id, _| view.picture.parts.iter().any(|part| part.node.id == *id));
            }
        }
        state.problems.retain(|stack, _| views.iter().any(|view| view.name == *stack));
        for (place, mut before) in std::mem::take(&mut state.stacks).into_iter().enumerate() {
            if views.iter().all(|view| view.name != before.name) {
                before.gone.get_or_insert_with(moment::now);
                views.insert(place.min(views.len()), before);
            }
        }
        state.stacks = views;
        let told = state.overview(false);
        drop(state);
        // Nobody may be watching.
        let _ = self.sender.send(told);
    }

    /// Whether a page watches.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.sender.receiver_count() > 0
    }

    /// Waits until a page watches.
    pub async fn watched(&self) {
        loop {
            let came = self.came.notified();
            if self.is_watched() {
                return;
            }
            came.await;
        }
    }

    /// Keeps what changed and tells it. Numbers that are as they were are left out.
    pub fn change(&self, mut change: Change) {
        let mut state = self.state();
        for (stack, numbers) in &mut change.numbers {
            let view = state.stacks.iter_mut().find(|it| it.name == *stack);
            match view {
                Some(view) => numbers.retain(|id, new| {
                    let is_new = view.numbers.get(id) != Some(new);
                    if is_new {
                        view.numbers.insert(id.clone(), new.clone());
                    }
                    is_new
                }),
                None => numbers.clear(),
            }
        }
        change.numbers.retain(|_, numbers| !numbers.is_empty());
        for event in &mut change.events {
            state.keep(event);
        }
        let told: Vec<_> = if change.numbers.is_empty() && change.events.is_empty() && change.passages.is_empty() {
            Vec::new()
        } else {
            in_pieces(change)
        };
        drop(state);
        for change in told {
            let _ = self.sender.send(("change", json(&change)));
        }
    }

    /// Says why nothing new is known of `stack`, or that all is well again.
    pub fn set_problem(&self, stack: &str, problem: Option<&str>) {
        let mut state = self.state();
        let before = match problem {
            Some(problem) => state.problems.insert(stack.to_owned(), problem.to_owned()),
            None => state.problems.remove(stack),
        };
        if before.as_deref() == problem {
            return;
        }
        let told = json(&json!({ "problem": state.problem() }));
        drop(state);
        let _ = self.sender.send(("problem", told));
    }

    /// All that is known, and what is told from now on.
    #[must_use]
    pub fn watch(&self) -> (Vec<Told>, broadcast::Receiver<Told>) {
        let state = self.state();
        // In the same moment, so that nothing is told twice and nothing is missed.
        let receiver = self.sender.subscribe();
        self.came.notify_waiters();
        let mut told = vec![state.overview(true)];
        let events: Vec<_> = state.events.iter().collect();
        told.extend(events.chunks(EVENTS_AT_ONCE).map(|events| ("past", json(&json!({ "events": events })))));
        (told, receiver)
    }
}

impl State {
    /// The stacks. With `is_anew` the events that are kept follow.
    fn overview(&self, is_anew: bool) -> Told {
        let Self { stacks, is_local, may_change, .. } = self;
        let told = json!({
            "version": 1,
            "stacks": stacks,
            "problem": self.problem(),
            "local": is_local,
            "changes": may_change,
            "anew": is_anew,
        });
        ("stacks", json(&told))
    }

    /// One of the problems: they mostly have the same cause.
    fn problem(&self) -> Option<&String> {
        self.problems.values().next()
    }

    fn keep(&mut self, event: &mut Event) {
        event.number = self.next;
        self.next += 1;
        shorten(&mut event.text);
        if json(&event.fields).len() > LONGEST_TEXT {
            let mut text = json(&event.fields).to_string();
            shorten(&mut text);
            event.fields = Map::from_iter([("fields".to_owned(), Json::from(text))]);
        }
        self.bytes += size(event);
        self.events.push_back(event.clone());
        while self.events.len() > MOST_EVENTS || self.bytes > MOST_BYTES {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= size(&oldest);
        }
    }
}

fn size(event: &Event) -> usize {
    event.text.len() + if event.fields.is_empty() { 0 } else { json(&event.fields).len() }
}

fn shorten(text: &mut String) {
    if text.len() > LONGEST_TEXT {
        text.truncate(text.floor_char_boundary(LONGEST_TEXT));
        text.push('…');
    }
}

/// Many events are told in several pieces, so that a page can draw between them.
fn in_pieces(change: Change) -> Vec<Change> {
    let Change { numbers, mut events, passages } = change;
    let rest = events.split_off(events.len().min(EVENTS_AT_ONCE));
    let mut pieces = vec![Change { numbers, events, passages }];
    let more = rest.chunks(EVENTS_AT_ONCE).map(|events| Change { events: events.to_vec(), ..Change::default() });
    pieces.extend(more);
    pieces
}

fn json(value: &impl Serialize) -> Arc<str> {
    // Every key is a text and every number is finite, so that nothing can fail.
    serde_json::to_string(value).unwrap_or_default().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(text: &str) -> Event {
        Event { stack: "shop".to_owned(), part: "Orders".to_owned(), text: text.to_owned(), ..Event::default() }
    }

    fn kept(hub: &Hub) -> (usize, usize) {
        let state = hub.state();
        (state.events.len(), state.bytes)
    }

    #[test]
    fn however_much_happens_what_is_kept_is_bounded() {
        let hub = Hub::default();
        for _ in 0..3 {
            hub.change(Change { events: vec![event("short"); 5_000], ..Change::default() });
        }
        assert_eq!(kept(&hub), (MOST_EVENTS, 5 * MOST_EVENTS));
        let long = "é".repeat(LONGEST_TEXT);
        for _ in 0..3 {
            hub.change(Change { events: vec![event(&long); 5_000], ..Change::default() });
        }
        let (count, bytes) = kept(&hub);
        assert!(count < MOST_EVENTS && bytes <= MOST_BYTES, "{count} events of {bytes} bytes");
        let mut large = event("x");
        large.fields.insert("body".to_owned(), Json::from(long));
        hub.change(Change { events: vec![large], ..Change::default() });
        let kept = hub.state().events.back().map(size);
        assert!(kept.is_some_and(|size| size < 2 * LONGEST_TEXT), "{kept:?}");
    }

    #[test]
    fn a_page_gets_what_is_known_and_then_what_changes_each_once() {
        let hub = Hub::default();
        hub.change(Change { events: vec![event("before"); 2_500], ..Change::default() });
        let (told, mut receiver) = hub.watch();
        let names: Vec<_> = told.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["stacks", "past", "past", "past"]);
        hub.change(Change { events: vec![event("after")], ..Change::default() });
        let (name, data) = receiver.try_recv().unwrap();
        let data: Json = serde_json::from_str(&data).unwrap();
        assert_eq!((name, &data["events"][0]["number"]), ("change", &Json::from(2_500)));
        assert!(receiver.try_recv().is_err());
    }

    #[test]
    fn nothing_is_told_when_nothing_changed() {
        let hub = Hub::default();
        let (_, mut receiver) = hub.watch();
        hub.change(Change::default());
        hub.set_problem("shop", None);
        assert!(receiver.try_recv().is_err());
        let problem = Some("the local cloud does not answer");
        hub.set_problem("shop", problem);
        assert!(receiver.try_recv().is_ok());
        hub.set_problem("shop", problem);
        assert!(receiver.try_recv().is_err());
    }
}

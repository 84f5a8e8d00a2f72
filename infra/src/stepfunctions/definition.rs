//! Definitions: states, one of which is the first.

use serde_json::{Map as Object, Value as Json};

use super::language::{JsonPath, Jsonata, Part, QueryLanguage};
use super::nested::Mode;
use super::state::State;
use super::text::Text;
use crate::iam::Statement;

/// States, of which one is the first: those of a machine, of a branch, or of what is done for an item.
///
/// ```
/// use infra::stepfunctions::{Jsonata, States, Succeed, Until, Wait};
/// use infra::Seconds;
///
/// let states: States<Jsonata> = States::new("Pause", Wait::new(Until::Passed(Seconds::of::<30>()), "Done"))
///     .with("Done", Succeed::default());
/// ```
#[derive(Debug, Clone)]
pub struct States<L: QueryLanguage> {
    /// The states by name, the first first. A name is of one state of the machine, at whatever depth.
    states: Vec<(String, State<L>)>,
}

impl<L: QueryLanguage> States<L> {
    /// Begins with `state`.
    pub fn new(name: impl Into<String>, state: impl Into<State<L>>) -> Self {
        Self { states: vec![(name.into(), state.into())] }
    }

    /// The same with another state, to which one of the others has to lead.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, state: impl Into<State<L>>) -> Self {
        self.states.push((name.into(), state.into()));
        self
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &State<L>)> {
        self.states.iter().map(|(name, state)| (name.as_str(), state))
    }

    pub(super) fn render(&self, text: &mut Text) -> Object<String, Json> {
        let mut states = Object::new();
        for (name, state) in &self.states {
            let mut map = Object::new();
            state.render(&mut Part { map: &mut map, text });
            states.insert(name.clone(), map.into());
        }
        let mut object = Object::new();
        if let Some((first, _)) = self.states.first() {
            object.insert("StartAt".to_owned(), first.as_str().into());
        }
        object.insert("States".to_owned(), states.into());
        object
    }

    /// The states of each state that has some.
    pub(super) fn nested(state: &State<L>) -> &[Self] {
        match state {
            State::Parallel(parallel) => &parallel.branches,
            State::Map(map) => std::slice::from_ref(&map.processor),
            _ => &[],
        }
    }

    fn rights(&self) -> Vec<&Statement> {
        let mut rights = Vec::new();
        for (_, state) in &self.states {
            if let State::Task(task) = state {
                rights.extend(task.action.rights());
            }
            rights.extend(Self::nested(state).iter().flat_map(Self::rights));
        }
        rights
    }

    fn is_distributed(&self) -> bool {
        self.states.iter().any(|(_, state)| {
            matches!(state, State::Map(map) if matches!(map.mode, Mode::Distributed(_)))
                || Self::nested(state).iter().any(Self::is_distributed)
        })
    }
}

/// The states of a machine, in the language in which they are written.
#[derive(Debug, Clone)]
pub enum Definition {
    /// In JSONata.
    Jsonata(States<Jsonata>),
    /// In JSONPath.
    JsonPath(States<JsonPath>),
}

impl From<States<Jsonata>> for Definition {
    fn from(states: States<Jsonata>) -> Self {
        Self::Jsonata(states)
    }
}

impl From<States<JsonPath>> for Definition {
    fn from(states: States<JsonPath>) -> Self {
        Self::JsonPath(states)
    }
}

impl Definition {
    pub(super) fn render(&self, text: &mut Text) -> Object<String, Json> {
        let (language, states) = match self {
            Self::Jsonata(states) => (Jsonata::NAME, states.render(text)),
            Self::JsonPath(states) => (JsonPath::NAME, states.render(text)),
        };
        let mut object = Object::new();
        object.insert("QueryLanguage".to_owned(), language.into());
        object.extend(states);
        object
    }

    pub(super) fn rights(&self) -> Vec<&Statement> {
        match self {
            Self::Jsonata(states) => states.rights(),
            Self::JsonPath(states) => states.rights(),
        }
    }

    /// Whether items of a list run in executions of their own, which the machine's role must be allowed to start.
    pub(super) fn is_distributed(&self) -> bool {
        match self {
            Self::Jsonata(states) => states.is_distributed(),
            Self::JsonPath(states) => states.is_distributed(),
        }
    }
}

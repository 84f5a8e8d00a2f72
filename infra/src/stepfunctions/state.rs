//! The states that call nothing, and any state.

use super::choice::Choice;
use super::data::{Data, insert, insert_all};
use super::language::{Part, Query, QueryLanguage, Render};
use super::nested::{Map, Parallel};
use super::task::Task;
use crate::units::Seconds;

/// A state of a machine.
#[derive(Debug, Clone)]
pub enum State<L: QueryLanguage> {
    /// Calls another service.
    Task(Task<L>),
    /// Goes one of several ways.
    Choice(Choice<L>),
    /// Runs branches at once.
    Parallel(Parallel<L>),
    /// Runs states for each item of a list.
    Map(Map<L>),
    /// Waits.
    Wait(Wait<L>),
    /// Makes data of data.
    Pass(Pass<L>),
    /// Ends the execution well.
    Succeed(Succeed<L>),
    /// Ends the execution as failed.
    Fail(Fail<L>),
}

macro_rules! states {
    ($($state:ident),+) => {
        $(
            impl<L: QueryLanguage> From<$state<L>> for State<L> {
                fn from(state: $state<L>) -> Self {
                    Self::$state(state)
                }
            }
        )+

        impl<L: QueryLanguage> State<L> {
            /// Its type and what is said of it to people.
            const fn heading(&self) -> (&'static str, Option<&String>) {
                match self {
                    $(Self::$state(state) => (stringify!($state), state.comment.as_ref()),)+
                }
            }

            pub(super) fn render(&self, into: &mut Part<'_>) {
                let (kind, comment) = self.heading();
                into.put("Type", kind);
                if let Some(comment) = comment {
                    into.put("Comment", comment.as_str());
                }
                match self {
                    $(Self::$state(state) => state.render(into),)+
                }
            }
        }
    };
}

states!(Task, Choice, Parallel, Map, Wait, Pass, Succeed, Fail);

/// What comes after a state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Next {
    /// The end of the execution, or of the branch.
    #[default]
    End,
    /// The state of this name.
    To(String),
}

impl Next {
    pub(super) fn render(&self, into: &mut Part<'_>) {
        match self {
            Self::End => into.put("End", true),
            Self::To(name) => into.put("Next", name.as_str()),
        }
    }
}

/// A state that waits.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html>
#[derive(Debug, Clone)]
pub struct Wait<L: QueryLanguage> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// How long, or until when.
    pub until: Until<L>,
    /// What it takes as its input and gives as its output.
    pub flow: L::Flow,
    /// Variables that it sets, for the states after it.
    pub assign: Vec<(String, Data<L>)>,
    /// What comes after it.
    pub next: Next,
}

/// How long a state waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Until<L> {
    /// So long, up to 99,999,999 s.
    Passed(Seconds<1, 99_999_999>),
    /// So many seconds.
    PassedFrom(Query<L>),
    /// Until this time, such as `2026-12-24T18:00:00Z`.
    Time(String),
    /// Until this time.
    TimeFrom(Query<L>),
}

impl<L: QueryLanguage> Wait<L> {
    /// Waits so long, and then goes to the state `next`.
    pub fn new(until: Until<L>, next: impl Into<String>) -> Self {
        Self { comment: None, until, flow: L::Flow::default(), assign: Vec::new(), next: Next::To(next.into()) }
    }

    fn render(&self, into: &mut Part<'_>) {
        match &self.until {
            Until::Passed(seconds) => into.put("Seconds", seconds.get()),
            Until::PassedFrom(query) => L::property(into.map, "Seconds", query),
            Until::Time(time) => into.put("Timestamp", time.as_str()),
            Until::TimeFrom(query) => L::property(into.map, "Timestamp", query),
        }
        self.flow.render(into);
        insert_all(into, "Assign", &self.assign);
        self.next.render(into);
    }
}

/// A state that makes data of data and calls nothing.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-pass.html>
#[derive(Debug, Clone)]
pub struct Pass<L: QueryLanguage> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// What it makes; without it, it hands on its input.
    pub output: Option<Data<L>>,
    /// What it takes, and where it puts what it makes.
    pub passed: L::Passed,
    /// Variables that it sets, for the states after it.
    pub assign: Vec<(String, Data<L>)>,
    /// What comes after it.
    pub next: Next,
}

impl<L: QueryLanguage> Pass<L> {
    /// Makes `output`.
    pub fn new(output: impl Into<Data<L>>) -> Self {
        Self {
            comment: None,
            output: Some(output.into()),
            passed: L::Passed::default(),
            assign: Vec::new(),
            next: Next::End,
        }
    }

    /// The same with the state `name` after it.
    #[must_use]
    pub fn then(self, name: impl Into<String>) -> Self {
        Self { next: Next::To(name.into()), ..self }
    }

    fn render(&self, into: &mut Part<'_>) {
        if let Some(output) = &self.output {
            insert(into, L::MADE, output);
        }
        self.passed.render(into);
        insert_all(into, "Assign", &self.assign);
        self.next.render(into);
    }
}

/// A state that ends the execution, or the branch, well.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-succeed.html>
#[derive(Debug, Clone)]
pub struct Succeed<L: QueryLanguage> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// What it takes as its input and gives as its output.
    pub flow: L::Flow,
}

impl<L: QueryLanguage> Default for Succeed<L> {
    fn default() -> Self {
        Self { comment: None, flow: L::Flow::default() }
    }
}

impl<L: QueryLanguage> Succeed<L> {
    fn render(&self, into: &mut Part<'_>) {
        self.flow.render(into);
    }
}

/// A state that ends the execution as failed.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-fail.html>
#[derive(Debug, Clone)]
pub struct Fail<L> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// The name of the error, such as `PaymentRefused`.
    pub error: Option<Words<L>>,
    /// Why, for people.
    pub cause: Option<Words<L>>,
}

/// A text, known now or taken from the execution's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words<L> {
    /// This text.
    Literal(String),
    /// What this yields.
    Query(Query<L>),
}

impl<L> From<&str> for Words<L> {
    fn from(text: &str) -> Self {
        Self::Literal(text.to_owned())
    }
}

impl<L> From<Query<L>> for Words<L> {
    fn from(query: Query<L>) -> Self {
        Self::Query(query)
    }
}

impl<L: QueryLanguage> Fail<L> {
    /// Fails with `error`, because of `cause`.
    pub fn new(error: impl Into<Words<L>>, cause: impl Into<Words<L>>) -> Self {
        Self { comment: None, error: Some(error.into()), cause: Some(cause.into()) }
    }

    fn render(&self, into: &mut Part<'_>) {
        for (name, words) in [("Error", &self.error), ("Cause", &self.cause)] {
            match words {
                Some(Words::Literal(text)) => into.put(name, text.as_str()),
                Some(Words::Query(query)) => L::property(into.map, name, query),
                None => {}
            }
        }
    }
}

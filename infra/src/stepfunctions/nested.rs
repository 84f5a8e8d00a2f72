//! States that have states of their own.

use serde_json::{Map as Json, Value, json};

use super::data::{Data, insert, insert_all};
use super::definition::States;
use super::errors::{self, Catch, Retry};
use super::language::{Part, Query, QueryLanguage, Render};
use super::state::Next;
use crate::units::Integer;

/// A state that runs branches at once. Its result is the list of theirs.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html>
#[derive(Debug, Clone)]
pub struct Parallel<L: QueryLanguage> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// The branches.
    pub branches: Vec<States<L>>,
    /// What each branch gets; without it the state's input.
    pub input: Option<Data<L>>,
    /// When all are tried again.
    pub retry: Vec<Retry>,
    /// Where it goes when one fails for good.
    pub catch: Vec<Catch<L>>,
    /// What becomes of the result.
    pub result: L::Result,
    /// What it takes as its input and gives as its output.
    pub flow: L::Flow,
    /// Variables that it sets, for the states after it.
    pub assign: Vec<(String, Data<L>)>,
    /// What comes after it.
    pub next: Next,
}

impl<L: QueryLanguage> Parallel<L> {
    /// Runs these at once.
    pub fn new(branches: impl IntoIterator<Item = States<L>>) -> Self {
        Self {
            comment: None,
            branches: branches.into_iter().collect(),
            input: None,
            retry: Vec::new(),
            catch: Vec::new(),
            result: L::Result::default(),
            flow: L::Flow::default(),
            assign: Vec::new(),
            next: Next::End,
        }
    }

    /// The same with the state `name` after it.
    #[must_use]
    pub fn then(self, name: impl Into<String>) -> Self {
        Self { next: Next::To(name.into()), ..self }
    }

    pub(super) fn render(&self, into: &mut Part<'_>) {
        if let Some(input) = &self.input {
            insert(into, L::ARGUMENTS, input);
        }
        let branches: Vec<_> = self.branches.iter().map(|branch| Value::Object(branch.render(into.text))).collect();
        into.put("Branches", branches);
        errors::render(&self.retry, &self.catch, into);
        self.result.render(into);
        self.flow.render(into);
        insert_all(into, "Assign", &self.assign);
        self.next.render(into);
    }
}

/// A state that runs states for each item of a list. Its result is the list of what they give.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map.html>
#[derive(Debug, Clone)]
pub struct Map<L: QueryLanguage> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// The list; without it the state's input.
    pub items: Option<Query<L>>,
    /// What the states get for an item; without it the item.
    pub item: Option<Data<L>>,
    /// How many items at once. Step Functions' default is as many as it can.
    pub max_concurrency: Option<u32>,
    /// Where the states run.
    pub mode: Mode,
    /// What is done for an item.
    pub processor: States<L>,
    /// When all is tried again.
    pub retry: Vec<Retry>,
    /// Where it goes when an item fails for good.
    pub catch: Vec<Catch<L>>,
    /// What becomes of the result.
    pub result: L::Result,
    /// What it takes as its input and gives as its output.
    pub flow: L::Flow,
    /// Variables that it sets, for the states after it.
    pub assign: Vec<(String, Data<L>)>,
    /// What comes after it.
    pub next: Next,
}

/// Where the states of an item run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Mode {
    /// Within the execution: up to 40 at once.
    #[default]
    Inline,
    /// Each in an execution of its own, of standard machines alone: up to 10,000 at once.
    Distributed(Distributed),
}

/// How states run for items in executions of their own.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distributed {
    /// What kind of executions they are.
    pub execution_type: ExecutionType,
    /// A part of their names, up to 40 characters; without it Step Functions makes one.
    pub label: Option<String>,
    /// How many items one execution gets at most, as `Items` of its input; without it one, as its input.
    pub max_items_per_batch: Option<Integer<1>>,
    /// How many of a hundred items may fail before all does. Step Functions' default is 0.
    pub tolerated_failure_percentage: Option<Integer<0, 100>>,
}

/// Whether an execution is of a standard or of an express machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutionType {
    /// Up to a year, each step exactly once.
    Standard,
    /// Up to 5 minutes.
    Express,
}

impl ExecutionType {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Standard => "STANDARD",
            Self::Express => "EXPRESS",
        }
    }
}

impl<L: QueryLanguage> Map<L> {
    /// Runs `processor` for each of `items`.
    #[must_use]
    pub fn new(items: Query<L>, processor: States<L>) -> Self {
        Self {
            comment: None,
            items: Some(items),
            item: None,
            max_concurrency: None,
            mode: Mode::Inline,
            processor,
            retry: Vec::new(),
            catch: Vec::new(),
            result: L::Result::default(),
            flow: L::Flow::default(),
            assign: Vec::new(),
            next: Next::End,
        }
    }

    /// The same with the state `name` after it.
    #[must_use]
    pub fn then(self, name: impl Into<String>) -> Self {
        Self { next: Next::To(name.into()), ..self }
    }

    pub(super) fn render(&self, into: &mut Part<'_>) {
        if let Some(items) = &self.items {
            L::property(into.map, "Items", items);
        }
        if let Some(item) = &self.item {
            insert(into, "ItemSelector", item);
        }
        if let Some(most) = self.max_concurrency {
            into.put("MaxConcurrency", most);
        }
        let mut processor = Json::new();
        match &self.mode {
            Mode::Inline => drop(processor.insert("ProcessorConfig".to_owned(), json!({"Mode": "INLINE"}))),
            Mode::Distributed(distributed) => {
                let config = json!({"Mode": "DISTRIBUTED", "ExecutionType": distributed.execution_type.name()});
                processor.insert("ProcessorConfig".to_owned(), config);
                distributed.render(into);
            }
        }
        processor.extend(self.processor.render(into.text));
        into.put("ItemProcessor", processor);
        errors::render(&self.retry, &self.catch, into);
        self.result.render(into);
        self.flow.render(into);
        insert_all(into, "Assign", &self.assign);
        self.next.render(into);
    }
}

impl Distributed {
    fn render(&self, into: &mut Part<'_>) {
        if let Some(label) = &self.label {
            into.put("Label", label.as_str());
        }
        if let Some(most) = self.max_items_per_batch {
            into.put("ItemBatcher", json!({"MaxItemsPerBatch": most}));
        }
        if let Some(percentage) = self.tolerated_failure_percentage {
            into.put("ToleratedFailurePercentage", percentage.get());
        }
    }
}

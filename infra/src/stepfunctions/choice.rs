//! Choices: which of several ways an execution goes.

use serde_json::{Map, Value as Json, json};

use super::data::{Data, insert_all};
use super::language::{JsonPath, Part, Query, QueryLanguage, Render};

/// A state that goes one of several ways.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html>
#[derive(Debug, Clone)]
pub struct Choice<L: QueryLanguage> {
    /// What is said of it to people.
    pub comment: Option<String>,
    /// The ways: the first whose condition holds is taken.
    pub rules: Vec<Rule<L>>,
    /// The state that comes when no rule applies; without one the execution then fails.
    pub default: Option<String>,
    /// What it takes as its input and gives as its output.
    pub flow: L::Flow,
}

/// A way that a choice can take.
#[derive(Debug, Clone)]
pub struct Rule<L: QueryLanguage> {
    /// When it applies.
    pub when: L::Condition,
    /// The state that comes then.
    pub next: String,
    /// Variables that are set then.
    pub assign: Vec<(String, Data<L>)>,
}

impl<L: QueryLanguage> Choice<L> {
    /// Goes to `default`; say when elsewhere.
    pub fn otherwise(default: impl Into<String>) -> Self {
        Self { comment: None, rules: Vec::new(), default: Some(default.into()), flow: L::Flow::default() }
    }

    /// The same with another way: to `next`, when `condition` holds and none before it.
    #[must_use]
    pub fn when(mut self, condition: impl Into<L::Condition>, next: impl Into<String>) -> Self {
        self.rules.push(Rule { when: condition.into(), next: next.into(), assign: Vec::new() });
        self
    }

    pub(super) fn render(&self, into: &mut Part<'_>) {
        let mut rules = Vec::new();
        for rule in &self.rules {
            let mut map = Map::new();
            let mut part = Part { map: &mut map, text: into.text };
            rule.when.render(&mut part);
            insert_all(&mut part, "Assign", &rule.assign);
            part.put("Next", rule.next.as_str());
            rules.push(Json::Object(map));
        }
        into.put("Choices", rules);
        if let Some(default) = &self.default {
            into.put("Default", default.as_str());
        }
        self.flow.render(into);
    }
}

/// What a condition in JSONPath asks.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html#amazon-states-language-choice-state-rules>
#[derive(Debug, Clone, PartialEq)]
pub enum PathTest {
    /// The value at a path compares so.
    Is(Query<JsonPath>, Compared),
    /// All of these hold.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
}

/// How a value compares.
#[derive(Debug, Clone, PartialEq)]
pub enum Compared {
    /// A text with this one.
    Text(Order, String),
    /// A text with that at a path.
    TextAt(Order, Query<JsonPath>),
    /// A number with this one.
    Number(Order, f64),
    /// A number with that at a path.
    NumberAt(Order, Query<JsonPath>),
    /// A time with this one, such as `2026-12-24T18:00:00Z`.
    Time(Order, String),
    /// A time with that at a path.
    TimeAt(Order, Query<JsonPath>),
    /// It is this truth value.
    Boolean(bool),
    /// A text is like this one, in which `*` stands for anything.
    Like(String),
    /// There is such a value, or with `false`, none.
    Present(bool),
    /// It is `null`, or with `false`, not.
    Null(bool),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// They are the same.
    Equals,
    /// The first is less.
    LessThan,
    /// The first is less or the same.
    AtMost,
    /// The first is greater.
    GreaterThan,
    /// The first is greater or the same.
    AtLeast,
}

impl Order {
    const fn name(self) -> &'static str {
        match self {
            Self::Equals => "Equals",
            Self::LessThan => "LessThan",
            Self::AtMost => "LessThanEquals",
            Self::GreaterThan => "GreaterThan",
            Self::AtLeast => "GreaterThanEquals",
        }
    }
}

impl Compared {
    fn operator(&self) -> (String, Json) {
        let with = |kind: &str, order: &Order, json: Json| (format!("{kind}{}", order.name()), json);
        let at = |kind: &str, order: &Order, path: &Query<JsonPath>| {
            (format!("{kind}{}Path", order.name()), json!(path.text))
        };
        match self {
            Self::Text(order, text) => with("String", order, json!(text)),
            Self::TextAt(order, path) => at("String", order, path),
            Self::Number(order, number) => with("Numeric", order, json!(number)),
            Self::NumberAt(order, path) => at("Numeric", order, path),
            Self::Time(order, time) => with("Timestamp", order, json!(time)),
            Self::TimeAt(order, path) => at("Timestamp", order, path),
            Self::Boolean(is) => ("BooleanEquals".to_owned(), json!(is)),
            Self::Like(pattern) => ("StringMatches".to_owned(), json!(pattern)),
            Self::Present(is) => ("IsPresent".to_owned(), json!(is)),
            Self::Null(is) => ("IsNull".to_owned(), json!(is)),
        }
    }
}

impl PathTest {
    fn entries(&self) -> Map<String, Json> {
        let inner = |tests: &[Self]| -> Json { tests.iter().map(|it| Json::Object(it.entries())).collect() };
        let mut map = Map::new();
        match self {
            Self::Is(variable, compared) => {
                let (operator, operand) = compared.operator();
                map.insert("Variable".to_owned(), variable.text.as_str().into());
                map.insert(operator, operand);
            }
            Self::All(tests) => drop(map.insert("And".to_owned(), inner(tests))),
            Self::Any(tests) => drop(map.insert("Or".to_owned(), inner(tests))),
            Self::Not(test) => drop(map.insert("Not".to_owned(), test.entries().into())),
        }
        map
    }
}

impl Render<JsonPath> for PathTest {
    fn render(&self, into: &mut Part<'_>) {
        into.map.extend(self.entries());
    }
}

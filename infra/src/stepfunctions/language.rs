//! The two languages in which states say what they take from their data: JSONata and JSONPath.

use std::fmt;
use std::marker::PhantomData;

use serde_json::{Map, Value as Json};

use super::choice::PathTest;
use super::data::{Data, insert};
use super::text::Text;

/// The language of a definition. What it does not have cannot be said in its states.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
pub trait QueryLanguage: Clone + fmt::Debug + Send + Sync + Sized + sealed::Language + 'static {
    /// Its name in a definition.
    const NAME: &'static str;
    /// What a state takes as its input and gives as its output.
    type Flow: Render<Self> + Default + Clone + fmt::Debug + Send + Sync;
    /// What becomes of the result of what a state does, before its output.
    type Result: Render<Self> + Default + Clone + fmt::Debug + Send + Sync;
    /// What a state that catches an error hands on.
    type Caught: Render<Self> + Default + Clone + fmt::Debug + Send + Sync;
    /// What a state that only makes data takes, and where it puts what it makes.
    type Passed: Render<Self> + Default + Clone + fmt::Debug + Send + Sync;
    /// When a rule of a choice applies.
    type Condition: Render<Self> + Clone + fmt::Debug + Send + Sync;
}

/// How something is said in a definition.
pub trait Render<L> {
    /// Adds it to a part of a definition.
    #[doc(hidden)]
    fn render(&self, into: &mut Part<'_>);
}

/// A part of a definition that is being written.
#[doc(hidden)]
#[derive(Debug)]
pub struct Part<'a> {
    pub(super) map: &'a mut Map<String, Json>,
    pub(super) text: &'a mut Text,
}

impl Part<'_> {
    pub(super) fn put(&mut self, name: &str, json: impl Into<Json>) {
        self.map.insert(name.to_owned(), json.into());
    }
}

mod sealed {
    use super::{Json, Map, Query};

    /// How a language says things.
    pub trait Language: Sized {
        /// The property that holds what a call is given.
        const ARGUMENTS: &'static str;
        /// The property that holds what a state makes that calls nothing.
        const MADE: &'static str;
        /// Where the token of a task that waits is found.
        const TOKEN: &'static str;
        /// Adds an entry whose value is a query, within data.
        fn entry(map: &mut Map<String, Json>, name: &str, query: &Query<Self>);
        /// Adds a property of a state whose value is a query.
        fn property(map: &mut Map<String, Json>, name: &str, query: &Query<Self>);
        /// Whether a list may hold queries.
        const IN_LISTS: bool;
    }
}

pub(super) use sealed::Language;

/// The language of a definition that says `{% ... %}`: the newer of the two, with functions and arithmetic.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Jsonata;

/// The language of a definition that says `$.orders[0]`.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonPath;

/// What is taken from the data of an execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query<L> {
    pub(super) text: String,
    language: PhantomData<L>,
}

/// The value of an expression in JSONata, without its `{%` and `%}`: `$states.input.order.id`.
pub fn jsonata(expression: impl Into<String>) -> Query<Jsonata> {
    Query { text: expression.into(), language: PhantomData }
}

/// The value at a JSONPath: `$.order.id`, `$$.Execution.Id`, or that of one of its functions: `States.UUID()`.
pub fn path(path: impl Into<String>) -> Query<JsonPath> {
    Query { text: path.into(), language: PhantomData }
}

/// The token with which the answer to a task that waits is sent: `SendTaskSuccess` and `SendTaskFailure` take it.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token>
#[must_use]
pub fn task_token<L: QueryLanguage>() -> Query<L> {
    Query { text: L::TOKEN.to_owned(), language: PhantomData }
}

impl Query<Jsonata> {
    fn delimited(&self) -> Json {
        format!("{{% {} %}}", self.text).into()
    }
}

impl sealed::Language for Jsonata {
    const ARGUMENTS: &'static str = "Arguments";
    const MADE: &'static str = "Output";
    const TOKEN: &'static str = "$states.context.Task.Token";
    const IN_LISTS: bool = true;

    fn entry(map: &mut Map<String, Json>, name: &str, query: &Query<Self>) {
        map.insert(name.to_owned(), query.delimited());
    }

    fn property(map: &mut Map<String, Json>, name: &str, query: &Query<Self>) {
        Self::entry(map, name, query);
    }
}

impl sealed::Language for JsonPath {
    const ARGUMENTS: &'static str = "Parameters";
    const MADE: &'static str = "Parameters";
    const TOKEN: &'static str = "$$.Task.Token";
    const IN_LISTS: bool = false;

    fn entry(map: &mut Map<String, Json>, name: &str, query: &Query<Self>) {
        map.insert(format!("{name}.$"), query.text.as_str().into());
    }

    fn property(map: &mut Map<String, Json>, name: &str, query: &Query<Self>) {
        map.insert(format!("{name}Path"), query.text.as_str().into());
    }
}

impl QueryLanguage for Jsonata {
    const NAME: &'static str = "JSONata";
    type Flow = Output;
    type Result = ();
    type Caught = Output;
    type Passed = ();
    type Condition = Query<Self>;
}

impl QueryLanguage for JsonPath {
    const NAME: &'static str = "JSONPath";
    type Flow = PathFlow;
    type Result = PathResult;
    type Caught = ResultPath;
    type Passed = PassPaths;
    type Condition = PathTest;
}

impl<L> Render<L> for () {
    fn render(&self, _into: &mut Part<'_>) {}
}

/// What a state in JSONata gives as its output; without one it is its result, or else its input.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output(pub Option<Data<Jsonata>>);

impl<D: Into<Data<Jsonata>>> From<D> for Output {
    fn from(output: D) -> Self {
        Self(Some(output.into()))
    }
}

impl Render<Jsonata> for Output {
    fn render(&self, into: &mut Part<'_>) {
        if let Some(output) = &self.0 {
            insert(into, "Output", output);
        }
    }
}

/// A condition in JSONata.
impl Render<Jsonata> for Query<Jsonata> {
    fn render(&self, into: &mut Part<'_>) {
        into.put("Condition", self.delimited());
    }
}

/// What a state in JSONPath takes of its input and gives of its result.
///
/// <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-input-output-filtering.html>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathFlow {
    /// The part of the input that it works on; without it the whole.
    pub input_path: Option<Query<JsonPath>>,
    /// The part of what results that it hands on; without it the whole.
    pub output_path: Option<Query<JsonPath>>,
}

impl Render<JsonPath> for PathFlow {
    fn render(&self, into: &mut Part<'_>) {
        for (name, path) in [("InputPath", &self.input_path), ("OutputPath", &self.output_path)] {
            if let Some(path) = path {
                into.put(name, path.text.as_str());
            }
        }
    }
}

/// What a state in JSONPath takes that only makes data, and where it puts it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PassPaths {
    /// The parts of its input and output.
    pub flow: PathFlow,
    /// Where in its input it puts what it makes.
    pub result_path: ResultPath,
}

impl Render<JsonPath> for PassPaths {
    fn render(&self, into: &mut Part<'_>) {
        self.flow.render(into);
        self.result_path.render(into);
    }
}

/// What becomes of a result in JSONPath.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PathResult {
    /// What is made of the result; without it the result itself.
    pub selector: Option<Data<JsonPath>>,
    /// Where in the state's input it is put.
    pub path: ResultPath,
}

impl Render<JsonPath> for PathResult {
    fn render(&self, into: &mut Part<'_>) {
        if let Some(selector) = &self.selector {
            insert(into, "ResultSelector", selector);
        }
        self.path.render(into);
    }
}

/// Where in a state's input its result is put.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ResultPath {
    /// In the place of the input.
    #[default]
    Whole,
    /// At this place, such as `$.payment`.
    At(String),
    /// Nowhere: the state hands on its input.
    Discarded,
}

impl Render<JsonPath> for ResultPath {
    fn render(&self, into: &mut Part<'_>) {
        let path = match self {
            Self::Whole => return,
            Self::At(path) => path.as_str().into(),
            Self::Discarded => Json::Null,
        };
        into.put("ResultPath", path);
    }
}

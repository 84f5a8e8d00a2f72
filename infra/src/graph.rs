//! A stack as a picture: its parts, and the way that data takes between them.
//!
//! What is drawn is what a person would draw: functions, queues, tables, buckets, topics, APIs, rules, and who is outside
//! of the stack. Roles, policies, permissions, log groups, alarms and deployments are not.

pub(crate) mod collect;
mod layout;
mod mermaid;
mod names;
mod pattern;
mod placed;
mod rights;
mod svg;
pub(crate) mod ways;

use serde::Serialize;

pub use placed::{Area, Placed, PlacedLabel, PlacedPart, PlacedWay};

/// The parts of a stack and the way of the data between them.
///
/// ```
/// use infra::sqs::{RedrivePolicy, StandardQueue};
/// use infra::{Graph, Integer, Stack, Stage};
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// let dead = stack.named("OrdersDlq").add(StandardQueue::default());
/// stack.named("Orders").add(StandardQueue {
///     redrive_policy: Some(RedrivePolicy { dead_letter_target: dead, max_receive_count: Integer::of::<3>() }),
///     ..StandardQueue::default()
/// });
/// assert!(Graph::of(&stack.assemble()).to_mermaid().contains(r#"Orders -.->|"after 3 attempts"| OrdersDlq"#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Graph {
    /// The stack's name.
    pub name: String,
    /// What the stack is.
    pub description: Option<String>,
    /// The parts, in the order of their declaration, and after them what is outside of the stack.
    pub nodes: Vec<Node>,
    /// The ways, at most one of a line from one part to another.
    pub edges: Vec<Edge>,
}

/// A part of a stack, or what is outside of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its logical id, or what names it outside of the stack; unique in the graph.
    pub id: String,
    /// What it is drawn as.
    pub kind: Kind,
    /// What it is, in two or three words, such as `SQS FIFO queue`.
    pub what: String,
    /// More of it, such as the schedule of a rule.
    pub detail: Option<String>,
}

/// What a part is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A Lambda function.
    Function,
    /// A worker of EKS.
    Worker,
    /// An SQS queue.
    Queue,
    /// An SQS queue for what failed.
    DeadLetterQueue,
    /// A `DynamoDB` table.
    Table,
    /// An S3 bucket.
    Bucket,
    /// An SNS topic.
    Topic,
    /// An API of API Gateway.
    Api,
    /// A rule of `EventBridge`.
    Rule,
    /// An event bus of `EventBridge`.
    Bus,
    /// Any other resource that data goes to or comes from.
    Other,
    /// What is not of the stack: an account, a service on the web.
    Outside,
}

/// The way that data takes from one part to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The id of the part that it leaves.
    pub from: String,
    /// The id of the part that it goes to.
    pub to: String,
    /// Whether it is the usual way.
    pub line: Line,
    /// What goes this way, a line for each.
    pub labels: Vec<String>,
}

/// Whether a way is the usual one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Line {
    /// It is.
    Solid,
    /// Only what failed goes this way.
    Dashed,
}

impl Graph {
    /// The graph of `stack`, as an app assembled it.
    #[must_use]
    pub fn of(stack: &assembly::Stack) -> Self {
        collect::graph(stack)
    }

    /// A [Mermaid flowchart](https://mermaid.js.org/syntax/flowchart.html), which GitHub draws in a `mermaid` block of
    /// Markdown, in light and dark.
    #[must_use]
    pub fn to_mermaid(&self) -> String {
        mermaid::render(self)
    }

    /// Where everything is in a picture whose cards are at least `width` wide, and have room for something `height` high
    /// below their texts.
    #[must_use]
    pub fn placed(&self, width: f64, height: f64) -> Placed {
        svg::placed(self, width, height)
    }

    /// An SVG picture that is light or dark as its viewer prefers.
    #[must_use]
    pub fn to_svg(&self) -> String {
        svg::render(self)
    }
}

impl Kind {
    /// The colour of its AWS service's category; grey for what is none of them.
    const fn colour(self) -> &'static str {
        match self {
            Self::Function | Self::Worker => "#ed7100",
            Self::Queue | Self::DeadLetterQueue | Self::Topic | Self::Rule | Self::Bus => "#e7157b",
            Self::Table => "#c925d1",
            Self::Bucket => "#7aa116",
            Self::Api => "#8c4fff",
            Self::Other | Self::Outside => "#7d8998",
        }
    }

    /// Whether its outline is dashed: it takes no part in the usual way, or is not of the stack.
    const fn is_dashed(self) -> bool {
        matches!(self, Self::DeadLetterQueue | Self::Outside)
    }
}

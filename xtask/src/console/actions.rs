//! What a page asks of a part and does with it. Each leads to what a command does.

pub mod api;
pub mod bucket;
pub mod function;
pub mod messages;
pub mod plan;
pub mod table;
mod worker;

use anyhow::Context as _;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::runtime::Handle;
use tokio::sync::watch::Receiver;

use super::{Running, Scope};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::operate::running_stack::RunningStack;
use crate::services::cloudformation::Resource;

pub use bucket::Picture;

/// What pages ask for and do.
#[derive(Debug)]
pub struct Actions {
    running: Receiver<Running>,
    scope: Scope,
    /// Where the plans are that were shown.
    plans: TempDir,
}

/// What a page asks of a part, in the words of the address.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "ask", content = "given")]
pub enum Ask {
    /// Invoke a function.
    Invoke(function::Invoke),
    /// Send a function the event of an invocation again.
    Replay(function::Replay),
    /// The event of an invocation, as it was kept.
    Event(function::Replay),
    /// An event as a service would send it to a function.
    Example(function::Example),
    /// Look at the messages of a queue.
    Peek(messages::Peek),
    /// Send a message, an event or an object.
    Send(messages::Send),
    /// Send the messages of a dead-letter queue back.
    Redrive(messages::Redrive),
    /// Delete a message.
    DeleteMessage(messages::DeleteMessage),
    /// Show items of a table.
    Items(table::Items),
    /// Write an item.
    PutItem(table::PutItem),
    /// Delete an item.
    DeleteItem(table::DeleteItem),
    /// List objects of a bucket.
    Objects(bucket::Objects),
    /// Show an object.
    Object(bucket::Object),
    /// Delete an object.
    DeleteObject(bucket::Object),
    /// Call a route of an API.
    Call(api::Call),
}

impl Ask {
    /// What is asked by the name `ask` with what is `given`.
    ///
    /// # Errors
    /// When there is no such question, or it lacks something.
    pub fn read(ask: &str, given: Json) -> anyhow::Result<Self> {
        let mut asked = json!({ "ask": ask });
        asked["given"] = given;
        serde_json::from_value(asked).map_err(|error| {
            Failure::new(format!("the page asked `{ask}` in a way that is not understood: {error}"))
                .exit(Exit::Usage)
                .help("reload it: it may be of another version of this program")
                .into()
        })
    }

    /// Whether it may change something. A look at a queue counts as a receive.
    const fn changes(&self) -> bool {
        match self {
            Self::Event(_) | Self::Example(_) | Self::Items(_) | Self::Objects(_) | Self::Object(_) => false,
            Self::Invoke(_)
            | Self::Replay(_)
            | Self::Peek(_)
            | Self::Send(_)
            | Self::Redrive(_)
            | Self::DeleteMessage(_)
            | Self::PutItem(_)
            | Self::DeleteItem(_)
            | Self::DeleteObject(_)
            | Self::Call(_) => true,
        }
    }
}

impl Actions {
    /// Those on `running`.
    ///
    /// # Errors
    /// When there can be no folder for plans.
    pub fn new(running: Receiver<Running>, scope: Scope) -> anyhow::Result<Self> {
        let plans = TempDir::new().context("there is no folder for plans")?;
        Ok(Self { running, scope, plans })
    }

    /// Does `work` with the stack `name`, on a thread of its own: what commands do may block.
    async fn with_stack<T: Send + 'static>(
        &self,
        name: String,
        work: impl AsyncFnOnce(&RunningStack) -> anyhow::Result<T> + Send + 'static,
    ) -> anyhow::Result<T> {
        let running = self.running.borrow().clone();
        let working = tokio::task::spawn_blocking(move || {
            let stack = running
                .iter()
                .find(|it| it.stack.name() == name)
                .ok_or_else(|| Failure::new(format!("the console shows no stack `{name}`")).exit(Exit::NoSuchStack))?;
            Handle::current().block_on(work(stack))
        });
        working.await.context("it did not end")?
    }

    fn require_change(&self) -> anyhow::Result<()> {
        if self.scope.may_change {
            return Ok(());
        }
        Err(Failure::new("this console only looks: it was started without `--allow-changes`; nothing was done")
            .exit(Exit::Declined)
            .help("end it with Ctrl-C, and start it again with `--allow-changes`")
            .into())
    }

    /// What there is to know of a part.
    ///
    /// # Errors
    /// When there is no such part, or its service refuses to say.
    pub async fn part(&self, stack: String, id: String) -> anyhow::Result<Json> {
        self.with_stack(stack, async move |stack| part(stack, &id).await).await
    }

    /// Answers `ask` of a part.
    ///
    /// # Errors
    /// When there is no such part, it is of another kind, its service refuses, or the console may change nothing.
    pub async fn ask(&self, stack: String, id: String, ask: Ask) -> anyhow::Result<Json> {
        if ask.changes() {
            self.require_change()?;
        }
        self.with_stack(stack, async move |stack| match ask {
            Ask::Invoke(invoke) => function::invoke(stack, &id, &invoke).await,
            Ask::Replay(replay) => function::replay(stack, &id, &replay).await,
            Ask::Event(event) => function::event(stack, &id, &event).await,
            Ask::Example(example) => function::example(stack, &id, &example),
            Ask::Peek(peek) => messages::peek(stack, &id, &peek).await,
            Ask::Send(send) => messages::send(stack, &id, send).await,
            Ask::Redrive(redrive) => messages::redrive(stack, &id, redrive).await,
            Ask::DeleteMessage(message) => messages::delete(stack, &id, &message).await,
            Ask::Items(items) => table::items(stack, &id, items).await,
            Ask::PutItem(put) => table::put(stack, &id, &put).await,
            Ask::DeleteItem(delete) => table::delete(stack, &id, &delete).await,
            Ask::Objects(objects) => bucket::objects(stack, &id, objects).await,
            Ask::Object(object) => bucket::object(stack, &id, &object).await,
            Ask::DeleteObject(object) => bucket::delete(stack, &id, &object).await,
            Ask::Call(call) => api::call(stack, &id, call).await,
        })
        .await
    }

    /// An object that is a picture. Its own media type is not believed.
    ///
    /// # Errors
    /// When there is no such object, or it is no picture.
    pub async fn picture(&self, stack: String, id: String, key: String) -> anyhow::Result<Picture> {
        self.with_stack(stack, async move |stack| bucket::picture(stack, &id, &key).await).await
    }
}

async fn part(stack: &RunningStack, id: &str) -> anyhow::Result<Json> {
    let Some(resource) = stack.resource(id) else {
        // Who is outside has a name in the picture, and no resource.
        return Ok(json!({"id": id}));
    };
    let mut part = json!({
        "id": id,
        "type": resource.resource_type,
        "name": resource.physical_id,
        "arn": stack.arn(id),
        "source": stack.stack.location(id).map(ToString::to_string),
    });
    let more = match resource.resource_type.as_str() {
        "AWS::Lambda::Function" => function::facts(stack, resource).await?,
        "AWS::EKS::PodIdentityAssociation" => worker::facts(stack, id).await?,
        "AWS::SQS::Queue" => messages::queue_facts(stack, id),
        "AWS::SNS::Topic" => messages::topic_facts(stack, resource),
        "AWS::Events::Rule" => messages::rule_facts(stack, id),
        "AWS::DynamoDB::Table" | "AWS::DynamoDB::GlobalTable" => table::facts(stack, id),
        "AWS::ApiGateway::RestApi" => api::facts(stack, resource),
        _ => Json::Null,
    };
    for (name, value) in more.as_object().into_iter().flatten() {
        part[name] = value.clone();
    }
    Ok(part)
}

/// The resource `id` of a type that `what` names.
fn require<'a>(stack: &'a RunningStack, id: &str, types: &[&str], what: &str) -> anyhow::Result<&'a Resource> {
    let found = stack.resource(id).filter(|it| types.contains(&it.resource_type.as_str()));
    found.ok_or_else(|| {
        let message = format!("`{}` has no {what} `{id}`", stack.stack.name());
        Failure::new(message).exit(Exit::NoSuchStack).into()
    })
}

/// An answer that something was done.
fn done() -> Json {
    json!({"done": true})
}

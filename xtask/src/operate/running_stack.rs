//! A deployed stack as those see it who look after it: its resources by the names that they have in the source.

use std::collections::BTreeSet;

use infra::expression::referenced;
use infra::nearest::nearest;
use infra::template::code_parameter;
use serde_json::{Map, Value as Json};

use crate::audit::names::{Home, Names};
use crate::audit::recorded::{self, RecordedCall};
use crate::cli::{OptionArgs, TargetArgs};
use crate::cloud::{self, Cloud};
use crate::deploy::deployed::{self, Deployed};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::local::Call;
use crate::operate::log_events::LogGroup;
use crate::options;
use crate::select::Selection;
use crate::services::cloudformation::{self, Resource};
use crate::stack::Stack;

/// A deployed stack, where it is deployed, and the names of its resources.
#[derive(Debug)]
pub struct RunningStack {
    /// Where it is deployed.
    pub cloud: Cloud,
    /// What the app says of it.
    pub stack: Stack,
    deployed: Deployed,
    resources: Vec<Resource>,
    names: Names,
    /// The resources of the deployed template, with the values of parameters and the names of resources in place.
    template: Map<String, Json>,
}

/// A kind of resource that a command line names.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// What it is called.
    pub one: &'static str,
    /// What several are called.
    pub several: &'static str,
    /// Its types.
    pub types: &'static [&'static str],
}

/// Functions.
pub const FUNCTION: Kind = Kind { one: "function", several: "functions", types: &["AWS::Lambda::Function"] };
/// Functions and workers: what runs a program.
pub const PROGRAM: Kind =
    Kind { one: "function or worker", several: "functions and workers", types: &["AWS::Lambda::Function", WORKER] };
/// The type of workers.
pub const WORKER: &str = "AWS::EKS::PodIdentityAssociation";
/// Queues.
pub const QUEUE: Kind = Kind { one: "queue", several: "queues", types: &["AWS::SQS::Queue"] };

impl RunningStack {
    /// The stack `name` as it is deployed where `target` says, on behalf of `command`.
    pub async fn find(name: &str, target: &TargetArgs, command: &str) -> anyhow::Result<Self> {
        target.require_one_region(command)?;
        let stack = Selection::one(name, &target.stage, &OptionArgs::default())?;
        let cloud = cloud::connect(target, stack.default_region()).await?;
        Self::as_deployed(cloud, stack).await
    }

    /// `stack` as it is deployed to `cloud`, built with the options that it was deployed with.
    pub async fn as_deployed(cloud: Cloud, stack: Stack) -> anyhow::Result<Self> {
        let deployed = deployed::require(&cloud, &stack).await?;
        let tags = deployed.snapshot.tags.clone();
        // It may build the app, which blocks.
        let stack = tokio::task::spawn_blocking(move || options::as_deployed(stack, &tags)).await?;
        Self::with(cloud, stack, deployed).await
    }

    /// `stack` as it is deployed to `cloud`.
    pub async fn of(cloud: Cloud, stack: Stack) -> anyhow::Result<Self> {
        let deployed = deployed::require(&cloud, &stack).await?;
        Self::with(cloud, stack, deployed).await
    }

    /// `stack`, which is `deployed` to `cloud`.
    pub async fn with(cloud: Cloud, stack: Stack, deployed: Deployed) -> anyhow::Result<Self> {
        let resources = cloudformation::resources(&cloud, &deployed.id).await?;
        let template = deployed.snapshot.resolved_resources();
        let names = Names::of(Home::of(&cloud, &stack, &deployed), &resources, &template);
        let template = template.into_iter().map(|(id, it)| (id, names.resolve(&it))).collect();
        Ok(Self { cloud, stack, deployed, resources, names, template })
    }

    /// What runs its programs, in the words that fit: most stacks have no workers.
    #[must_use]
    pub fn programs(&self) -> Kind {
        if self.resources.iter().any(|it| it.resource_type == WORKER) { PROGRAM } else { FUNCTION }
    }

    /// Its resources of a kind, in the order of the template.
    pub fn all(&self, kind: Kind) -> impl Iterator<Item = &Resource> {
        let of_kind = |id: &String| {
            let is_of_kind = |it: &&Resource| it.id == *id && kind.types.contains(&it.resource_type.as_str());
            self.resources.iter().find(is_of_kind)
        };
        self.template.keys().filter_map(of_kind)
    }

    /// The resource of a kind that is called `name`, by its logical id; a function also by its program.
    pub fn require(&self, kind: Kind, name: &str) -> anyhow::Result<&Resource> {
        if let Some(found) = self.all(kind).find(|it| it.id == name) {
            return Ok(found);
        }
        if let Some(found) = self.all(kind).find(|it| self.code_parameter(&it.id) == Some(&code_parameter(name))) {
            return Ok(found);
        }
        let mut workers = self.stack.workers().filter(|(program, _)| program.program == name);
        if let Some(found) = workers.find_map(|(worker, _)| self.all(kind).find(|it| it.id == worker.id)) {
            return Ok(found);
        }
        let stack = self.stack.name();
        let message = match self.resources.iter().find(|it| it.id == name) {
            Some(other) => format!("`{name}` of `{stack}` is no {}: its type is {}", kind.one, other.resource_type),
            None => format!("`{stack}` has no {} `{name}`", kind.one),
        };
        let failure = Failure::new(message).exit(Exit::Usage);
        let ids: Vec<_> = self.all(kind).map(|it| it.id.as_str()).collect();
        let programs = self.stack.programs().iter().map(|it| it.program.as_str());
        let programs = programs.filter(|_| kind.types.contains(&"AWS::Lambda::Function"));
        Err(match nearest(name, ids.iter().copied().chain(programs)) {
            Some(nearest) => failure.help(format!("did you mean `{nearest}`?")),
            None if ids.is_empty() => failure.help(format!("it has no {}", kind.several)),
            None => failure.help(format!("its {}: {}", kind.several, ids.join(", "))),
        }
        .into())
    }

    /// The resource with the logical id `id`.
    #[must_use]
    pub fn resource(&self, id: &str) -> Option<&Resource> {
        self.resources.iter().find(|it| it.id == id)
    }

    /// When it was last changed, in seconds since the epoch.
    #[must_use]
    pub const fn changed(&self) -> i64 {
        self.deployed.changed
    }

    /// The template's parameter that says where the code of the function `id` is.
    fn code_parameter(&self, id: &str) -> Option<&str> {
        referenced(self.written(id)?.get("Code")?.get("S3Key")?)
    }

    /// The properties of a resource as the deployed template has them.
    #[must_use]
    pub fn written(&self, id: &str) -> Option<&Json> {
        self.deployed.snapshot.template.resource(id)?.get("Properties")
    }

    /// The properties of a resource, with names and ARNs in place of references.
    #[must_use]
    pub fn properties(&self, id: &str) -> &Json {
        self.template.get(id).and_then(|it| it.get("Properties")).unwrap_or(&Json::Null)
    }

    /// The logical ids and properties of its resources of a type.
    pub fn of_type<'a>(&'a self, resource_type: &'a str) -> impl Iterator<Item = (&'a str, &'a Json)> {
        let is_of_type = move |it: &&Json| it.get("Type").is_some_and(|it| it == resource_type);
        self.template.iter().filter(move |(_, it)| is_of_type(it)).map(|(id, it)| (id.as_str(), &it["Properties"]))
    }

    /// What `json`, a value in its template, is where it is deployed, as far as that is known.
    #[must_use]
    pub fn resolve(&self, json: &Json) -> Json {
        self.names.resolve(&self.deployed.snapshot.resolve(json))
    }

    /// The same of a value that is a text, as those of variables are; `what` it is, is told when it is not known.
    ///
    /// # Errors
    /// When something in it is not known.
    pub fn text(&self, what: &str, json: &Json) -> anyhow::Result<String> {
        match self.resolve(json) {
            Json::String(text) => Ok(text),
            unknown => Err(Failure::new(format!("{what} is not known after the deployment: {unknown}")).into()),
        }
    }

    /// The ARN of the resource `id`.
    #[must_use]
    pub fn arn(&self, id: &str) -> String {
        self.names.arn(id).unwrap_or_default()
    }

    /// An ARN by the logical id of its resource, where it is of this stack.
    #[must_use]
    pub fn shown(&self, arn: &str) -> String {
        self.names.shown(arn)
    }

    /// What `text`, a name, an ARN, a URL or the place of an object, is of this stack, by its logical id; else itself.
    #[must_use]
    pub fn named(&self, text: &str) -> String {
        // Others, such as policies, may have the name of what they are for.
        const WRITTEN: [&str; 7] = [
            "AWS::DynamoDB::GlobalTable",
            "AWS::DynamoDB::Table",
            "AWS::Events::EventBus",
            "AWS::Lambda::Function",
            "AWS::S3::Bucket",
            "AWS::SNS::Topic",
            "AWS::SQS::Queue",
        ];
        let shown = self.shown(text);
        if shown != text {
            return shown;
        }
        let rest =
            |it: &Resource| text.strip_prefix(&it.physical_id).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        let candidates = self.resources.iter().filter(|it| WRITTEN.contains(&it.resource_type.as_str()));
        let found = candidates.filter(|it| !it.physical_id.is_empty()).find_map(|it| Some((it, rest(it)?)));
        found.map_or_else(|| text.to_owned(), |(it, rest)| format!("{}{rest}", it.id))
    }

    /// The queue with this ARN, where it is of this stack.
    #[must_use]
    pub fn queue(&self, arn: &str) -> Option<&Resource> {
        self.all(QUEUE).find(|it| self.arn(&it.id) == arn)
    }

    /// Whether `text`, a name or an ARN with or without a version, is the function `id`.
    #[must_use]
    pub fn is_function(&self, text: &str, id: &str) -> bool {
        let name = self.names.physical_id(id).unwrap_or_default();
        text.split(':').any(|part| part == name)
    }

    /// The functions that take the messages of the queue `id`.
    #[must_use]
    pub fn consumers(&self, id: &str) -> Vec<&Resource> {
        let arn = self.arn(id);
        let mappings = self.of_type("AWS::Lambda::EventSourceMapping");
        let names =
            mappings.filter(|(_, it)| it["EventSourceArn"] == arn).filter_map(|(_, it)| it["FunctionName"].as_str());
        names.filter_map(|name| self.all(FUNCTION).find(|it| self.is_function(name, &it.id))).collect()
    }

    /// The queues whose messages go to the queue `id` when they fail.
    #[must_use]
    pub fn sources(&self, id: &str) -> Vec<&Resource> {
        let arn = self.arn(id);
        self.all(QUEUE).filter(|it| self.properties(&it.id)["RedrivePolicy"]["deadLetterTargetArn"] == arn).collect()
    }

    /// How often a message of the queue `id` is received before it goes to another queue, and the ARN of that one.
    #[must_use]
    pub fn redrive_policy(&self, id: &str) -> Option<(i64, &str)> {
        let policy = &self.properties(id)["RedrivePolicy"];
        let most = policy["maxReceiveCount"].as_i64().or_else(|| policy["maxReceiveCount"].as_str()?.parse().ok())?;
        Some((most, policy["deadLetterTargetArn"].as_str()?))
    }

    /// The resources of other types that name the queue `id` for what they could not deliver.
    #[must_use]
    pub fn undelivered(&self, id: &str) -> Vec<&str> {
        let arn = self.arn(id);
        let others = self.template.iter().filter(|(_, it)| !QUEUE.types.iter().any(|queue| it["Type"] == *queue));
        others.filter(|(_, it)| dead_letters(it).any(|it| it == arn)).map(|(id, _)| id.as_str()).collect()
    }

    /// Those of `calls`, which the local cloud recorded, that its functions made.
    #[must_use]
    pub fn calls<'a>(&self, calls: impl Iterator<Item = &'a Call>) -> BTreeSet<RecordedCall> {
        recorded::of_stack(&self.stack, &self.names, calls)
    }

    /// Where functions write their logs, and workers in the local cloud. Functions may share a group.
    #[must_use]
    pub fn log_groups(&self, programs: &[&Resource]) -> Vec<LogGroup> {
        let mut groups: Vec<LogGroup> = Vec::new();
        for function in programs {
            if function.resource_type == WORKER {
                if self.cloud.local.is_some() {
                    let name = format!("/stackwright/workers/{}/{}", self.stack.stack_name(), function.id);
                    groups.push(LogGroup { label: function.id.clone(), name });
                }
                continue;
            }
            let configured = self.properties(&function.id)["LoggingConfig"]["LogGroup"].as_str();
            let name = configured.map_or_else(|| format!("/aws/lambda/{}", function.physical_id), str::to_owned);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.label = format!("{},{}", group.label, function.id),
                None => groups.push(LogGroup { label: function.id.clone(), name }),
            }
        }
        groups
    }
}

/// The ARNs of where something in `json` sends what it could not deliver.
pub fn dead_letters(json: &Json) -> Box<dyn Iterator<Item = &str> + '_> {
    const NAMES: [&str; 3] = ["DeadLetterConfig", "OnFailure", "RedrivePolicy"];
    const TARGETS: [&str; 4] = ["Arn", "Destination", "TargetArn", "deadLetterTargetArn"];
    match json {
        Json::Array(items) => Box::new(items.iter().flat_map(dead_letters)),
        Json::Object(members) => Box::new(members.iter().flat_map(|(name, it)| {
            let targets = TARGETS.iter().filter_map(|target| it[*target].as_str());
            targets.filter(|_| NAMES.contains(&name.as_str())).chain(dead_letters(it))
        })),
        _ => Box::new(std::iter::empty()),
    }
}

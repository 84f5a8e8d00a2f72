//! AWS in memory, for tests of what deploys: CloudFormation as its documents describe it, with what is needed of the
//! other services.
//!
//! Nothing here runs or costs anything. A program under test is led here with one endpoint for all services and any
//! credentials. Time moves with the calls: each takes a second, and an operation on a stack goes one step on with each
//! look at the stack, so that nothing waits.
//!
//! It knows no permissions, transforms, nested stacks, stack sets, imports and drift, does not enforce stack policies, and
//! runs no function. What it does not do it answers with `NotImplementedByFake`.
//!
//! ```
//! use aws_fake::{At, Doing, FakeAws, Fault};
//!
//! let aws = FakeAws::start();
//! aws.create_stack("eu-west-1", "orders-dev", "Resources: {Orders: {Type: AWS::SQS::Queue}}", &[]);
//! aws.fail_resource("Orders", Doing::Update, "SQS is not in the mood");
//! aws.fault(At::nth("cloudformation", "DescribeStacks", 2), Fault::Throttling);
//!
//! assert_eq!(aws.status("orders-dev").as_deref(), Some("CREATE_COMPLETE"));
//! assert!(aws.endpoint().starts_with("http://127.0.0.1:"));
//! ```
#![expect(clippy::panic, reason = "a test may panic")]

mod account;
mod cloudformation;
mod faults;
mod http;
mod query;
mod resources;
mod s3;
mod server;
mod services;
mod world;
mod xml;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use account::Doing;
pub use cloudformation::Mode;
pub use faults::{At, Denial, Fault};
pub use services::ecr::Repository;
pub use world::Call;

use cloudformation::{STATUSES, Settings, Stack};
use server::Server;
use world::{Shared, World};

/// AWS: it answers until it is dropped.
#[derive(Debug)]
pub struct FakeAws {
    world: Arc<Shared>,
    server: Server,
}

/// A stack, deleted or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackView {
    /// Its ARN.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: String,
    /// Why it is in that state.
    pub reason: Option<String>,
    /// The mode of its last operation.
    pub mode: Mode,
    /// Its resources, by logical id: state and physical id.
    pub resources: Vec<(String, String, String)>,
}

/// A resource that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its type.
    pub resource_type: String,
    /// Its physical id.
    pub physical_id: String,
    /// The id of the stack that made it; empty when a call did.
    pub stack: String,
    /// Its logical id in that stack.
    pub logical_id: String,
}

impl FakeAws {
    /// Begins to listen on this machine.
    ///
    /// # Panics
    /// When it cannot.
    #[must_use]
    pub fn start() -> Self {
        let world = Arc::new(Shared::default());
        let server = Server::start(Arc::clone(&world)).unwrap_or_else(|error| panic!("AWS cannot be faked: {error}"));
        Self { world, server }
    }

    /// The address for all services.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// The calls so far.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.world.lock().calls.clone()
    }

    /// Lets a fault strike calls. Of several for one call the first counts.
    pub fn fault(&self, at: At, fault: Fault) {
        self.world.lock().faults.push((at, fault));
    }

    /// Lets no fault strike any more.
    pub fn clear_faults(&self) {
        self.world.lock().faults.clear();
    }

    /// Calls back when the nth call of all has arrived, before it is carried out. It is carried out all the same, as AWS
    /// does with a request whose sender is gone.
    pub fn on_call(&self, number: usize, callback: impl FnOnce() + Send + 'static) {
        self.on(At::Call(number), callback);
    }

    /// The same, once, at the first call that `at` is about.
    pub fn on(&self, at: At, callback: impl FnOnce() + Send + 'static) {
        self.world.lock().callbacks.push((at, Box::new(callback)));
    }

    /// Sets how many entries a page has; 2 unless it is set.
    pub fn set_paging(&self, size: usize) {
        self.world.lock().account.page = size.max(1);
    }

    /// Keeps every second event of a resource unseen for so many looks at its stack, so that later ones are seen before.
    pub fn set_late_events(&self, looks: u64) {
        self.world.lock().account.late = looks;
    }

    /// Lets what is deleted linger for so many seconds: SQS still answers for a queue and does not give its name again,
    /// nor does S3 that of a bucket.
    pub fn set_lingering(&self, seconds: i64) {
        self.world.lock().account.linger = seconds;
    }

    /// Lets CloudFormation fail once to make a resource.
    pub fn fail_creation_once(&self, logical_id: &str, reason: &str) {
        self.world.lock().account.failing_once.insert(logical_id.to_owned(), reason.to_owned());
    }

    /// Lets CloudFormation fail at a resource, in whichever stack, until [`Self::heal`].
    pub fn fail_resource(&self, logical_id: &str, doing: Doing, reason: &str) {
        self.world.lock().account.failing.insert((logical_id.to_owned(), doing), reason.to_owned());
    }

    /// Has a hook fail a resource before it is made or changed.
    pub fn fail_hook(&self, logical_id: &str, hook: &str, reason: &str) {
        self.world.lock().account.hooks.insert(logical_id.to_owned(), (hook.to_owned(), reason.to_owned()));
    }

    /// Has a hook fail every change set.
    pub fn fail_change_sets_by_hook(&self, hook: &str, reason: &str) {
        self.world.lock().account.change_set_hook = Some((hook.to_owned(), reason.to_owned()));
    }

    /// Has every change of a resource replace it, which neither schema nor document says.
    pub fn replace_on_change(&self, logical_id: &str) {
        self.world.lock().account.replacing.insert(logical_id.to_owned());
    }

    /// Lets everything about a resource succeed again.
    pub fn heal(&self, logical_id: &str) {
        self.world.lock().account.failing.retain(|(id, _), _| id != logical_id);
    }

    /// Lets the next operation that has made all resources fail all the same, without any resource's failing.
    pub fn fail_stack(&self, reason: &str) {
        self.world.lock().account.failing_stack = Some(reason.to_owned());
    }

    /// Lets early validation find something about a resource in each change set that changes it.
    pub fn fail_validation(&self, logical_id: &str, validation: &str, reason: &str) {
        let found = (validation.to_owned(), reason.to_owned());
        self.world.lock().account.invalid.insert(logical_id.to_owned(), found);
    }

    /// Makes a stack as somebody else would, to its end. Parameters have their defaults.
    ///
    /// # Panics
    /// When the template is not valid, or a resource cannot be made.
    pub fn create_stack(&self, region: &str, name: &str, template: &str, tags: &[(&str, &str)]) {
        let status = self.deploy(region, name, template, tags, &[]);
        assert!(status == "CREATE_COMPLETE", "the stack {name} is {status}");
    }

    /// Changes a stack as somebody else would, to its end, or makes it; the state that it comes to.
    ///
    /// # Panics
    /// When the template is not valid.
    #[expect(clippy::must_use_candidate, reason = "whoever sets a scene need not look at it")]
    pub fn deploy(
        &self,
        region: &str,
        name: &str,
        template: &str,
        tags: &[(&str, &str)],
        parameters: &[(&str, &str)],
    ) -> String {
        let world = &mut *self.world.lock();
        let pairs = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
        };
        let settings = Settings::of(template, pairs(parameters), pairs(tags))
            .unwrap_or_else(|message| panic!("the template of {name}: {message}"));
        let index = cloudformation::find(&world.stacks, region, name).unwrap_or_else(|| {
            let stack = Stack::new(&mut world.account, region, name);
            world.stacks.push(stack);
            world.stacks.len() - 1
        });
        let World { account, stacks, .. } = world;
        cloudformation::run(account, &mut stacks[index], settings, Default::default());
        while world.stacks[index].operation.is_some() {
            cloudformation::step(world, index);
        }
        world.stacks[index].status.to_owned()
    }

    /// Lets the operation of a stack come to its end without any look.
    pub fn finish(&self, name: &str) {
        let world = &mut *self.world.lock();
        let index = place(world, name);
        while world.stacks[index].operation.is_some() {
            cloudformation::step(world, index);
        }
    }

    /// Puts a stack into a state, where it stays until something else is done with it.
    ///
    /// # Panics
    /// When there is no such stack or state.
    pub fn set_status(&self, name: &str, status: &str) {
        let world = &mut *self.world.lock();
        let known = STATUSES.iter().find(|known| **known == status);
        let known = known.unwrap_or_else(|| panic!("{status} is no state of a stack"));
        let index = place(world, name);
        let World { account, stacks, .. } = world;
        let stack = &mut stacks[index];
        stack.operation = None;
        stack.suspended = None;
        stack.stamp = (None, None);
        stack.become_(account, known, None);
    }

    /// Gives a stack a stack policy.
    pub fn set_stack_policy(&self, name: &str, policy: &str) {
        let world = &mut *self.world.lock();
        let index = place(world, name);
        world.stacks[index].policy = Some(policy.to_owned());
    }

    /// Protects a stack from its deletion.
    pub fn protect(&self, name: &str) {
        let world = &mut *self.world.lock();
        let index = place(world, name);
        world.stacks[index].is_protected = true;
    }

    /// Puts objects into a bucket.
    ///
    /// # Panics
    /// When there is no such bucket.
    pub fn put_objects(&self, bucket: &str, count: u64) {
        let account = &mut self.world.lock().account;
        for _ in 0..count {
            let (number, version, now) = (account.number(), account.suffix(32), account.now());
            let bucket = account.buckets.get_mut(bucket).unwrap_or_else(|| panic!("there is no bucket {bucket}"));
            bucket.put(version, now, &format!("object-{number:08}"), Some(b"content".to_vec()));
        }
    }

    /// Leaves an upload of an object unfinished.
    ///
    /// # Panics
    /// When there is no such bucket.
    pub fn begin_upload(&self, bucket: &str, key: &str) {
        let account = &mut self.world.lock().account;
        let id = account.suffix(32);
        let bucket = account.buckets.get_mut(bucket).unwrap_or_else(|| panic!("there is no bucket {bucket}"));
        bucket.uploads.push((key.to_owned(), id));
    }

    /// Lets a table hold so many items.
    pub fn put_items(&self, table: &str, count: u64) {
        self.world.lock().account.contents.insert(table.to_owned(), count);
    }

    /// Writes a line to a log group, at a time in milliseconds since the epoch.
    pub fn log(&self, group: &str, time: i64, message: &str) {
        let logged = account::Logged { group: group.to_owned(), time, message: message.to_owned() };
        self.world.lock().account.logged.push(logged);
    }

    /// Lets CloudWatch have counted so many of what a metric with one dimension tells.
    pub fn count(&self, metric: &str, dimension: &str, count: u32) {
        self.world.lock().account.metrics.insert((metric.to_owned(), dimension.to_owned()), count.into());
    }

    /// Lets a queue, by its URL, hold so many messages.
    pub fn put_messages(&self, queue: &str, count: u64) {
        self.world.lock().account.contents.insert(queue.to_owned(), count);
    }

    /// From now on what SQS moves out of a dead-letter queue fails again at once, and comes back.
    pub fn return_messages(&self) {
        self.world.lock().account.returning = true;
    }

    /// How many messages a queue, by its URL, holds.
    #[must_use]
    pub fn messages(&self, queue: &str) -> u64 {
        self.world.lock().account.holds(queue)
    }

    /// The content of an object.
    #[must_use]
    pub fn object(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        Some(self.world.lock().account.buckets.get(bucket)?.get(key)?.to_vec())
    }

    /// Has ECR's repositories be in a registry at `address`, where `make` makes one of this name. Its user is `AWS` and its
    /// password `token`.
    pub fn set_registry(&self, address: &str, make: impl Fn(&str) + Send + 'static) {
        self.world.lock().account.registry.behind = Some((address.to_owned(), Box::new(make)));
    }

    /// The repositories of ECR, by their names, in whichever region.
    #[must_use]
    pub fn repositories(&self) -> BTreeMap<String, Repository> {
        let world = self.world.lock();
        let repositories = world.account.registry.repositories.iter();
        repositories.map(|((_, name), repository)| (name.clone(), repository.clone())).collect()
    }

    /// Deletes what has a physical id as somebody would past CloudFormation.
    pub fn delete_resource(&self, physical_id: &str) {
        let account = &mut self.world.lock().account;
        account.live.retain(|live| live.id != physical_id);
        account.buckets.shift_remove(physical_id);
        account.contents.remove(physical_id);
    }

    /// Sets a property of a live resource as somebody would past CloudFormation.
    ///
    /// # Panics
    /// When there is no such resource.
    pub fn set_property(&self, physical_id: &str, name: &str, value: serde_json::Value) {
        let account = &mut self.world.lock().account;
        let live = account.live.iter_mut().find(|live| live.id == physical_id);
        let live = live.unwrap_or_else(|| panic!("there is no resource {physical_id}"));
        live.set(name, value);
        let (properties, tags) = (live.properties.clone(), live.tags.clone());
        if let Some(bucket) = account.buckets.get_mut(physical_id) {
            bucket.configure(&properties, &tags);
        }
    }

    /// All stacks, also deleted ones, in the order of their making.
    #[must_use]
    pub fn stacks(&self) -> Vec<StackView> {
        let world = self.world.lock();
        let view = |stack: &Stack| StackView {
            id: stack.id.clone(),
            name: stack.name.clone(),
            status: stack.status.to_owned(),
            reason: stack.reason.clone(),
            mode: stack.mode,
            resources: stack
                .records
                .iter()
                .map(|(id, record)| (id.clone(), record.status.to_owned(), record.physical_id.clone()))
                .collect(),
        };
        world.stacks.iter().map(view).collect()
    }

    /// The state of the stack of that name or ARN; of several the last made.
    #[must_use]
    pub fn status(&self, name: &str) -> Option<String> {
        let world = self.world.lock();
        let stack = world.stacks.iter().rev().find(|stack| stack.name == name || stack.id == name)?;
        Some(stack.status.to_owned())
    }

    /// The physical id of a resource of a stack.
    #[must_use]
    pub fn physical_id(&self, stack: &str, logical_id: &str) -> Option<String> {
        let world = self.world.lock();
        let stack = world.stacks.iter().rev().find(|it| it.name == stack || it.id == stack)?;
        Some(stack.records.get(logical_id)?.physical_id.clone())
    }

    /// All resources that exist, in the order of their making.
    #[must_use]
    pub fn live_resources(&self) -> Vec<Resource> {
        let world = self.world.lock();
        let view = |live: &account::Live| Resource {
            resource_type: live.resource_type.clone(),
            physical_id: live.id.clone(),
            stack: live.stack.clone(),
            logical_id: live.logical_id.clone(),
        };
        world.account.live.iter().map(view).collect()
    }
}

/// The place of a stack that must be there, in whichever region.
fn place(world: &World, name: &str) -> usize {
    let found = world.stacks.iter().rposition(|stack| stack.name == name || stack.id == name);
    found.unwrap_or_else(|| panic!("there is no stack {name}"))
}

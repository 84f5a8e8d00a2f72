//! A stack of the app, as data.

use std::collections::BTreeMap;

use assembly::{Binding, Finding, FormerId, Function, LocalService, Location, Parameter, Tag, Worker};
use infra::Template;
use infra::check::Peer;

use crate::workloads;

/// A stack in a stage, built with its options.
#[derive(Debug, Clone)]
pub struct Stack {
    assembled: assembly::Stack,
    template: Template,
}

impl From<assembly::Stack> for Stack {
    fn from(assembled: assembly::Stack) -> Self {
        let template = Template::from_json(assembled.template.clone());
        let mut stack = Self { assembled, template };
        let of_kubernetes = workloads::findings(&stack);
        stack.assembled.findings.extend(of_kubernetes);
        stack
    }
}

impl Stack {
    /// A stack that is deployed as `stack_name` with `template`, and of which the app says nothing.
    #[must_use]
    pub fn undeclared(name: &str, stage: &str, stack_name: &str, template: Template) -> Self {
        let assembled = assembly::Stack {
            name: name.to_owned(),
            stage: stage.to_owned(),
            stack_name: stack_name.to_owned(),
            ..assembly::Stack::default()
        };
        Self { assembled, template }
    }

    /// The name of its system, as typed on the command line.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.assembled.name
    }

    /// The stage that it is a copy for.
    #[must_use]
    pub fn stage(&self) -> &str {
        &self.assembled.stage
    }

    /// The name that CloudFormation knows it by.
    #[must_use]
    pub fn stack_name(&self) -> &str {
        &self.assembled.stack_name
    }

    /// The region that it is meant for. It is suggested and never chosen silently.
    #[must_use]
    pub fn default_region(&self) -> Option<&str> {
        self.assembled.default_region.as_deref()
    }

    /// Its template.
    #[must_use]
    pub const fn template(&self) -> &Template {
        &self.template
    }

    /// The logical ids that resources had when they were deployed last, by those that they have now.
    #[must_use]
    pub fn moved_from(&self) -> BTreeMap<String, FormerId> {
        self.assembled.moved_from.iter().map(|(to, from)| (to.clone(), from.clone())).collect()
    }

    /// Where the app declares the resource `id`.
    #[must_use]
    pub fn location(&self, id: &str) -> Option<&Location> {
        self.assembled.locations.resources.get(id)
    }

    /// What runs a program of the workspace: functions and workers.
    #[must_use]
    pub fn programs(&self) -> &[Function] {
        &self.assembled.functions
    }

    /// The functions of Lambda that run a program of the workspace.
    pub fn functions(&self) -> impl Iterator<Item = &Function> {
        self.programs().iter().filter(|it| it.worker.is_none())
    }

    /// The workers, each with how it runs.
    pub fn workers(&self) -> impl Iterator<Item = (&Function, &Worker)> {
        self.programs().iter().filter_map(|it| Some((it, it.worker.as_ref()?)))
    }

    /// The function or worker with the logical id `id`.
    #[must_use]
    pub fn program(&self, id: &str) -> Option<&Function> {
        self.programs().iter().find(|it| it.id == id)
    }

    /// The bindings of the function or worker with the logical id `id`.
    #[must_use]
    pub fn bindings(&self, id: &str) -> &[Binding] {
        self.program(id).map(|function| function.bindings.as_slice()).unwrap_or_default()
    }

    /// The parameters that a deployment must or may give.
    #[must_use]
    pub fn parameters(&self) -> &[Parameter] {
        &self.assembled.parameters
    }

    /// What `check` found.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.assembled.findings
    }

    /// Its tags.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.assembled.tags
    }

    /// Gives each role and user that has none the permissions boundary `arn`.
    pub fn set_permissions_boundary(&mut self, arn: &str) {
        self.template.set_permissions_boundary(arn);
    }

    /// Adds a tag.
    pub fn add_tag(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.assembled.tags.push(Tag { key: key.into(), value: value.into().into() });
    }

    /// The local services that it uses, by the parameters that hold their addresses.
    #[must_use]
    pub fn local_services(&self) -> &[LocalService] {
        &self.assembled.local_services
    }

    /// Commands to try after a deployment.
    #[must_use]
    pub fn try_next(&self) -> &[String] {
        &self.assembled.try_next
    }

    /// Whether `option` was chosen for it.
    #[must_use]
    pub fn chose(&self, option: &str) -> bool {
        self.assembled.options.contains_key(option)
    }

    /// What concerns the stacks beside it.
    #[must_use]
    pub fn as_peer(&self) -> Peer<'_> {
        let (name, stack_name) = (self.name(), self.stack_name());
        Peer { name, stack_name, template: &self.template, locations: &self.assembled.locations }
    }

    /// What the app says of it.
    #[must_use]
    pub const fn assembled(&self) -> &assembly::Stack {
        &self.assembled
    }
}

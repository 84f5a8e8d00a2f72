//! A resource on its way into a stack.

use super::{Attributes, Declared, DeletionPolicy, Former, Redeclared, SkippedCheck, Source, Stack};
use crate::reference::{LogicalId, Ref, Resource};
use crate::resources::Json;

/// A resource about to be added under a logical id.
#[derive(Debug)]
pub struct Named<'stack> {
    pub(super) stack: &'stack mut Stack,
    pub(super) id: LogicalId,
    pub(super) source: Source,
    pub(super) attributes: Attributes,
}

impl Named<'_> {
    /// Adds the resource and returns the reference to it.
    #[expect(clippy::should_implement_trait, reason = "a resource is added to a stack, not to a number")]
    pub fn add<R: Resource>(self, resource: R) -> Ref<R> {
        let declared =
            Declared { id: self.id, source: self.source, attributes: self.attributes, resource: Box::new(resource) };
        if let Some(first) = self.stack.resources.insert(self.id, declared) {
            self.stack.redeclared.push(Redeclared {
                name: self.id.to_string(),
                first: first.source,
                again: self.source,
            });
        }
        Ref::new(self.id)
    }

    /// The logical id that the resource had when it was deployed last, in this stack or, as [`InStack`], in another: it keeps
    /// its identity and what it holds. See [`Stack::moved`].
    #[must_use]
    pub fn moved_from(self, former: impl Into<Former>) -> Self {
        self.stack.move_from(former.into(), self.id, self.source);
        self
    }

    /// Makes CloudFormation finish `other` before it creates this one.
    #[must_use]
    pub fn depends_on<R>(mut self, other: Ref<R>) -> Self {
        self.attributes.depends_on.push(other.id());
        self
    }

    /// Creates the resource only when `condition` holds.
    #[must_use]
    pub fn condition(mut self, condition: LogicalId) -> Self {
        self.attributes.condition = Some(condition);
        self
    }

    /// What happens to the resource when it leaves the stack.
    #[must_use]
    pub fn deletion_policy(mut self, policy: DeletionPolicy) -> Self {
        self.attributes.deletion_policy = Some(policy);
        self
    }

    /// What happens to the old resource when an update replaces it.
    #[must_use]
    pub fn update_replace_policy(mut self, policy: DeletionPolicy) -> Self {
        self.attributes.update_replace_policy = Some(policy);
        self
    }

    /// Tells checkov that the resource does not pass the check `id` on purpose, and why.
    ///
    /// ```
    /// use infra::s3::Bucket;
    /// use infra::{Stack, Stage, Template};
    ///
    /// let mut stack = Stack::new("orders", &Stage::default());
    /// let reason = "who reads these files is of no interest";
    /// stack.named("Files").skip_check("CKV_AWS_18", reason).add(Bucket::default());
    /// let skipped = &Template::render(&stack).into_json()["Resources"]["Files"]["Metadata"]["checkov"]["skip"][0];
    /// assert_eq!((skipped["id"].as_str(), skipped["comment"].as_str()), (Some("CKV_AWS_18"), Some(reason)));
    /// ```
    #[must_use]
    pub fn skip_check(mut self, id: &'static str, reason: &'static str) -> Self {
        self.attributes.skipped_checks.push(SkippedCheck { id, reason });
        self
    }

    /// Sets a property by its CloudFormation path (`LoggingConfig.LogFormat`), for what the struct does not offer.
    /// It is checked like every other. A reference to another resource is given as it is, as `key.arn()`, not as JSON.
    #[must_use]
    pub fn property(mut self, path: impl Into<String>, value: impl Into<Json>) -> Self {
        self.attributes.overrides.push((path.into(), value.into()));
        self
    }
}

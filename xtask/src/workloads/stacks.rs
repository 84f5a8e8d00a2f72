//! The workers of all stacks of a deployment.

use std::sync::Arc;

use kubernetes::Cluster;
use serde_json::{Value as Json, json};

use super::apply;
use super::cluster::warn_of_left;
use super::plan::WorkersPlan;
use crate::app::App;
use crate::deploy::concurrent::Outcome;
use crate::deploy::rollout::Done;
use crate::deploy::stack_instance::StackInstance;
use crate::prepare::Prepared;
use crate::ui;

/// The workers of stacks that go to AWS.
#[derive(Debug)]
pub struct Workers {
    cluster: Option<Cluster>,
    /// Of each stack in each region, in their order; none where there is nothing to do about workers.
    pub plans: Vec<Option<WorkersPlan>>,
}

impl Workers {
    /// Makes the images, and compares what shall run with what does.
    ///
    /// # Errors
    /// When an image cannot be made, AWS or the cluster refuses, or others manage what would be set.
    pub async fn of(
        app: &App,
        cluster: Option<Cluster>,
        all: &[StackInstance<'_>],
        prepared: &[anyhow::Result<Prepared>],
    ) -> anyhow::Result<Self> {
        let (mut plans, registries) = (Vec::new(), Arc::default());
        for (instance, prepared) in all.iter().zip(prepared) {
            plans.push(match prepared {
                Ok(prepared) => WorkersPlan::of(app, cluster.as_ref(), &registries, instance, prepared).await?,
                Err(_) => None,
            });
        }
        for (plan, instance) in plans.iter().zip(all) {
            if let Some(plan) = plan {
                plan.require_no_conflict(&instance.label)?;
            }
        }
        Ok(Self { cluster, plans })
    }

    fn each<'a>(&'a self, all: &'a [StackInstance<'a>]) -> impl Iterator<Item = (&'a WorkersPlan, &'a str)> {
        let labelled = self.plans.iter().zip(all);
        labelled.filter_map(|(plan, instance)| Some((plan.as_ref()?, instance.label.as_str())))
    }

    /// Shows it, also when quiet if a yes will be asked for it, and what a deployment by the plans in `prepared` leaves behind.
    pub fn show(&self, all: &[StackInstance<'_>], prepared: &[anyhow::Result<Prepared>], will_ask: bool) {
        for (instance, prepared) in all.iter().zip(prepared) {
            if let Ok(prepared) = prepared {
                warn_of_left(self.cluster.as_ref(), instance, &prepared.plan);
            }
        }
        for (plan, label) in self.each(all) {
            let insist = will_ask && !plan.is_empty();
            plan.lines(label).iter().for_each(|line| ui::say_or_insist(line, insist));
        }
    }

    /// What is asked before it is carried out; nothing where nothing would be changed.
    #[must_use]
    pub fn question(&self, all: &[StackInstance<'_>]) -> Option<String> {
        let questions: Vec<_> = self.each(all).filter_map(|(plan, label)| plan.question(label)).collect();
        (!questions.is_empty()).then(|| questions.join(", "))
    }

    /// Pushes the images, before anything is deployed.
    ///
    /// # Errors
    /// When AWS refuses, or a push fails.
    pub async fn push(&mut self, all: &[StackInstance<'_>]) -> anyhow::Result<()> {
        for (plan, instance) in self.plans.iter_mut().zip(all) {
            if let Some(plan) = plan {
                plan.push(instance).await?;
            }
        }
        Ok(())
    }

    /// Applies those of the stacks whose templates are deployed; what was done with each, for programs.
    pub async fn apply(&self, app: &App, outcomes: &mut [Outcome<'_, Done>]) -> Vec<Json> {
        let mut done = Vec::new();
        let several = outcomes.len() > 1;
        for (outcome, plan) in outcomes.iter_mut().zip(&self.plans) {
            let StackInstance { stack, cloud, label, .. } = outcome.instance;
            let applied = match plan {
                _ if outcome.result.is_err() => continue,
                Some(plan) => plan.apply(app, self.cluster.as_ref(), outcome.instance).await.map(|it| Some((plan, it))),
                None if cloud.local.is_some() => continue,
                None => apply::clear(app, stack).map(|()| None),
            };
            match applied {
                Ok(of_stack) => done
                    .extend(of_stack.map(|(plan, of_stack)| as_json_of(stack.name(), &cloud.region, plan, &of_stack))),
                Err(error) => {
                    if several {
                        ui::error_of(label, &error);
                    }
                    outcome.result = Err(error);
                }
            }
        }
        done
    }
}

fn as_json_of(stack: &str, region: &str, plan: &WorkersPlan, done: &apply::Done) -> Json {
    let mut entry = json!({"stack": stack, "region": region, "images": plan.names()});
    if let (Some(entry), Json::Object(done)) = (entry.as_object_mut(), done.as_json()) {
        entry.extend(done);
    }
    entry
}

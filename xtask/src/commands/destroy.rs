//! `destroy`: deletes stacks, never their data unasked, and proves that nothing is left.

use aws_sdk_cloudformation::types::StackStatus;
use futures::future::join_all;
use kubernetes::Cluster;
use serde_json::json;

use crate::assets::bucket::Bucket;
use crate::cli::{DestroyArgs, StackArgs, TargetArgs};
use crate::cloud::{self, Cloud, explain};
use crate::deploy::concurrent::{self, Outcome};
use crate::deploy::removal::{self, Survey};
use crate::deploy::stack_instance::StackInstance;
use crate::deploy::{backup, change_set, undeclared};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::select::Selection;
use crate::services::s3;
use crate::{ui, workloads};

/// Deletes each stack from each region at once, but none before those that import what it exports.
pub async fn run(selected: &StackArgs, target: &TargetArgs, arguments: &DestroyArgs) -> anyhow::Result<Exit> {
    let DestroyArgs { force, ref backup, ref role_arn, ref kube_context, yes } = *arguments;
    let (mut selection, unknown) = Selection::declared(selected, &target.stage)?;
    let clouds = match (cloud::connect_all(target, selection.default_region()).await, unknown.first()) {
        (Ok(clouds), _) => clouds,
        // Where nothing can be looked for, a name that the source does not have is probably mistyped.
        (Err(_), Some(name)) => return Err(selection.no_such_stack(name)),
        (Err(error), None) => return Err(error),
    };
    if selected.all || !unknown.is_empty() {
        let is_wanted = |name: &str| {
            let is_undeclared = !selection.stacks.iter().any(|stack| stack.name() == name);
            is_undeclared && (selected.all || unknown.iter().any(|unknown| unknown == name))
        };
        let project = &selection.app.workspace.project;
        let undeclared = undeclared::find(&clouds, project, &target.stage, is_wanted).await?;
        if let Some(name) = unknown.iter().find(|name| !undeclared.iter().any(|stack| stack.name() == *name)) {
            return Err(selection.no_such_stack(name));
        }
        for stack in &undeclared {
            ui::say(format!("{}: not in the source of `{project}`, and known by its tags", stack.name()));
        }
        selection.stacks.extend(undeclared);
    }
    let all = StackInstance::reversed(&StackInstance::all(&selection.stacks, &clouds));
    let surveys = join_all(all.iter().map(async |instance| {
        let before: Vec<_> = instance.after.iter().map(|index| all[*index].stack.stack_name()).collect();
        removal::survey(instance, &before).await
    }))
    .await;
    concurrent::say_failures(&all, &surveys);
    show(&all, &surveys, !yes);
    for instance in &all {
        let stays = |reader: &str| !all.iter().any(|other| other.stack.name() == reader);
        let readers = selection.readers(instance.stack);
        for (reader, output) in readers.iter().filter(|(reader, _)| stays(reader)) {
            ui::warn(format!(
                "`{reader}` reads the output `{output}` of `{}`, and cannot be deployed without it",
                instance.label
            ));
        }
    }
    if !force && backup.is_none() {
        require_no_data(&all, &surveys)?;
    }
    let cluster = cluster(kube_context.as_deref(), &all, &surveys).await?;
    if let Some(question) = question(&all, &surveys, cluster.as_ref()) {
        ui::confirm(&question, yes)?;
    }
    let project = &selection.app.workspace.project;
    let several = surveys.iter().filter(|survey| matches!(survey, Ok(Some(_)))).count() > 1;
    let outcomes = concurrent::run(&all, surveys, async |instance, survey| match survey {
        Some(survey) => {
            if let Some(folder) = backup {
                backup::write(instance, &survey, &backup::folder_for(folder, instance, several)?).await?;
            }
            let workers = match &cluster {
                Some(cluster) => Some(workloads::cluster::remove(cluster, project, instance.stack).await?),
                None => None,
            };
            let asked = removal::remove(instance, &survey, role_arn.as_deref()).await?;
            Ok(Some(Destroyed { resources: survey.goes.len(), asked, workers }))
        }
        // Its workers may have been left when it was destroyed.
        None => match &cluster {
            Some(cluster) => {
                let workers = Some(workloads::cluster::remove(cluster, project, instance.stack).await?);
                Ok(Some(Destroyed { resources: 0, asked: 0, workers }))
            }
            None => Ok(None),
        },
    })
    .await;
    report(&outcomes, clouds.len() > 1);
    if selected.all && outcomes.iter().all(|outcome| outcome.result.is_ok()) {
        for cloud in &clouds {
            offer_artifacts_bucket(cloud, yes).await?;
        }
    }
    concurrent::conclude(outcomes)
}

/// Whether the stack has workers, also one that is no longer in the source.
fn has_workers(survey: &Survey) -> bool {
    survey.goes.iter().any(|it| it.resource.resource_type == "AWS::EKS::PodIdentityAssociation")
}

/// The cluster that workers are removed from; says where they stay.
async fn cluster(
    context: Option<&str>,
    all: &[StackInstance<'_>],
    surveys: &[anyhow::Result<Option<Survey>>],
) -> anyhow::Result<Option<Cluster>> {
    let with_workers = all.iter().zip(surveys).filter(|(instance, survey)| {
        instance.cloud.local.is_none() && matches!(survey, Ok(Some(survey)) if has_workers(survey))
    });
    let labels: Vec<_> = with_workers.map(|(instance, _)| format!("`{}`", instance.label)).collect();
    if context.is_none() && !labels.is_empty() {
        let labels = labels.join(", ");
        ui::warn(format!(
            "the workers of {labels} stay in their cluster, without rights: `--kube-context NAME` removes them first"
        ));
    }
    let cluster = workloads::cluster::connect(context, all).await;
    cluster.map_err(|error| match error.downcast::<Failure>() {
        Ok(failure) => failure.and("; nothing was destroyed").into(),
        Err(error) => error,
    })
}

fn show(all: &[StackInstance<'_>], surveys: &[anyhow::Result<Option<Survey>>], will_ask: bool) {
    for (instance, survey) in all.iter().zip(surveys) {
        match survey {
            Ok(Some(survey)) => removal::show(instance, survey, will_ask),
            Ok(None) => {
                let (name, place) = (instance.stack.name(), instance.cloud.place());
                ui::say(format!("{name}: not deployed to {place}; nothing to destroy"));
            }
            Err(_) => {}
        }
    }
}

fn require_no_data(all: &[StackInstance<'_>], surveys: &[anyhow::Result<Option<Survey>>]) -> anyhow::Result<()> {
    let holding = all.iter().zip(surveys).filter_map(|(instance, survey)| {
        let held: Vec<_> = survey.as_ref().ok()?.as_ref()?.held().collect();
        (!held.is_empty()).then(|| format!("`{}` holds data: {}", instance.label, held.join(", ")))
    });
    let holding: Vec<_> = holding.collect();
    if holding.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("{}; nothing was destroyed", holding.join("; ")))
        .exit(Exit::Declined)
        .help("`--backup DIR` copies the data to files first, and `restore DIR` brings it back")
        .help("`--force` destroys the data, too")
        .into())
}

fn question(
    all: &[StackInstance<'_>],
    surveys: &[anyhow::Result<Option<Survey>>],
    cluster: Option<&Cluster>,
) -> Option<String> {
    let going = all.iter().zip(surveys).filter(|(_, survey)| matches!(survey, Ok(Some(_))));
    let going: Vec<_> =
        going.map(|(instance, _)| format!("`{}` in {}", instance.stack.name(), instance.cloud.place())).collect();
    let workers = cluster.map(|cluster| {
        let names: Vec<_> = all.iter().map(|instance| format!("`{}`", instance.stack.name())).collect();
        format!("remove the workers of {} from `{}`", names.join(", "), cluster.context())
    });
    let stacks = (!going.is_empty()).then(|| format!("destroy {}", going.join(", ")));
    let questions: Vec<_> = [stacks, workers].into_iter().flatten().collect();
    (!questions.is_empty()).then(|| questions.join(", and "))
}

/// What was destroyed of a stack.
struct Destroyed {
    /// How many resources it had, and how many of them were looked for afterwards.
    resources: usize,
    asked: usize,
    /// How many objects of its workers were removed from the cluster, where one was named.
    workers: Option<usize>,
}

/// What there is to say of each.
fn report(outcomes: &[Outcome<'_, Option<Destroyed>>], several_regions: bool) {
    let words = |destroyed: &Option<Destroyed>| match destroyed {
        Some(Destroyed { resources: 0, workers, .. }) => {
            format!("was not deployed; removed {} objects from the cluster", workers.unwrap_or_default())
        }
        Some(Destroyed { resources, asked, .. }) => {
            format!("destroyed its {resources} resources; looked for {asked} of them, and none is left")
        }
        None => "was not deployed".to_owned(),
    };
    match outcomes {
        [Outcome { instance, result: Ok(destroyed @ Some(_)), .. }] => {
            ui::say(format!("{}: {}", instance.label, words(destroyed)));
        }
        [_] => {}
        _ => concurrent::summarize(outcomes, words),
    }
    let is_single_failure = matches!(outcomes, [Outcome { result: Err(_), .. }]);
    if !ui::json() || is_single_failure {
        return;
    }
    let entry = |Outcome { instance, result, .. }: &Outcome<'_, Option<Destroyed>>| {
        let mut entry = json!({"stack": instance.stack.name()});
        match result {
            Ok(destroyed) => {
                entry["resources"] = destroyed.as_ref().map_or(0, |it| it.resources).into();
                if let Some(workers) = destroyed.as_ref().and_then(|it| it.workers) {
                    entry["cluster_objects"] = workers.into();
                }
            }
            Err(error) => entry["error"] = error.to_string().into(),
        }
        if several_regions {
            entry["region"] = instance.cloud.region.as_str().into();
        }
        entry
    };
    ui::result(json!({"version": 1, "destroyed": outcomes.iter().map(entry).collect::<Vec<_>>()}));
}

/// Deletes the bucket of the functions' zips once no stack of any stage is left that could need one.
async fn offer_artifacts_bucket(cloud: &Cloud, yes: bool) -> anyhow::Result<()> {
    let bucket = Bucket::artifacts(&cloud.account, &cloud.region).name;
    let head = cloud.s3.head_bucket().bucket(&bucket).expected_bucket_owner(&cloud.account).send().await;
    if head.is_err() || has_stacks(cloud).await? || (!yes && !ui::can_ask()) {
        return Ok(());
    }
    let question = format!("delete `{bucket}`, which no stack in {} needs any more", cloud.place());
    if ui::confirm(&question, yes).is_err() {
        ui::say(format!("kept `{bucket}`"));
        return Ok(());
    }
    s3::empty(cloud, &bucket).await?;
    cloud.s3.delete_bucket().bucket(&bucket).expected_bucket_owner(&cloud.account).send().await.map_err(explain)?;
    ui::say(format!("deleted `{bucket}`, which no stack in {} needed any more", cloud.place()));
    Ok(())
}

/// Whether any stack of Stackwright's is left, of whatever workspace and stage.
async fn has_stacks(cloud: &Cloud) -> anyhow::Result<bool> {
    let mut stacks = cloud.cloudformation.describe_stacks().into_paginator().items().send();
    while let Some(stack) = stacks.next().await {
        let stack = stack.map_err(explain)?;
        let is_ours = stack.tags().iter().any(|tag| tag.key() == Some(change_set::STACK_TAG));
        if is_ours && stack.stack_status() != Some(&StackStatus::DeleteComplete) {
            return Ok(true);
        }
    }
    Ok(false)
}

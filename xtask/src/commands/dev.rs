//! `dev`: what is saved runs, seconds later.

use crate::app::Workspace;
use crate::cli::{Dev, TargetArgs};
use crate::deploy::hotswap;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::{dev, local};

/// Works until Ctrl-C.
pub async fn run(arguments: Dev) -> anyhow::Result<Exit> {
    arguments.target.require_one_region("dev")?;
    let workspace = Workspace::current()?;
    let target = target(&workspace, &arguments)?;
    let _claim = local::require_only_dev()?;
    dev::run(workspace, Dev { target, ..arguments }).await
}

/// Where to work: on the local cloud, or on AWS where the workspace allows it.
fn target(workspace: &Workspace, arguments: &Dev) -> anyhow::Result<TargetArgs> {
    let target = arguments.target.clone();
    hotswap::require_unprotected(workspace, &target.stage, "`dev`")?;
    if !arguments.aws {
        let of_aws = [("--profile", &target.profile), ("--endpoint-url", &target.endpoint_url)];
        let flag = of_aws.into_iter().find_map(|(flag, value)| value.as_ref().map(|_| flag));
        return match flag {
            None => Ok(TargetArgs { local: true, ..target }),
            Some(flag) => Err(Failure::new(format!("`dev` works on the local cloud, for which `{flag}` says nothing"))
                .exit(Exit::Usage)
                .help(format!("`--aws {flag} …` works on AWS"))
                .into()),
        };
    }
    let stage = &target.stage;
    if !workspace.is_express(stage) {
        return Err(Failure::new(format!("the stage `{stage}` is not one in which `dev` may work on AWS"))
            .exit(Exit::Usage)
            .help(format!("name it in the workspace's manifest: `express = [\"{stage}\"]` below `[workspace.metadata.stackwright]`"))
            .help("without `--aws` it works on the local cloud")
            .into());
    }
    Ok(target)
}

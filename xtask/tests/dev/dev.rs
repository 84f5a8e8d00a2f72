//! `dev`.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use testing::{CommandOutput, eventually_within};

use crate::project::Project;

/// `dev` that runs; it is killed when a test fails.
struct Dev {
    child: Child,
    said: PathBuf,
}

impl Dev {
    fn start(project: &Project) -> Self {
        let said = project.cloud.folder().join("said");
        let mut command = project.command(&["dev"]);
        let child = command.stdout(Stdio::null()).stderr(File::create(&said).unwrap()).spawn().unwrap();
        Self { child, said }
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.said).unwrap()
    }

    /// How it ended after Ctrl-C.
    fn interrupt(&mut self) -> Option<i32> {
        kill_process(Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap(), Signal::INT).unwrap();
        self.child.wait().unwrap().code()
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn what_is_saved_is_live_and_what_does_not_compile_is_not() {
    let project = Project::new();
    let mut dev = Dev::start(&project);
    let first = live(&project, &dev, |_| true).await;
    said(&dev, "orders: deployed: built ", 1).await;

    project.program("two");
    let second = live(&project, &dev, |it| it.0 != first.0).await;
    said(&dev, "Handler: built ", 1).await;

    project.source("fn main() { missing() }");
    said(&dev, "cannot find function `missing`", 1).await;
    said(&dev, "what ran before goes on", 1).await;
    assert_eq!(project.live().await, Some(second.clone()));

    project.program("three");
    project.declare(&[("orders", 5)]);
    let third = live(&project, &dev, |it| it.1 == 5 && it.0 != second.0).await;

    let other = CommandOutput::of(&mut project.command(&["dev"])).expect(1);
    let pid = dev.child.id();
    assert!(other.stderr.contains(&format!("another `dev` is at work on this workspace: process {pid}")), "{other}");

    assert_eq!(dev.interrupt(), Some(0), "{}", dev.said());
    assert!(dev.said().contains("everything is left as it runs"), "{}", dev.said());
    assert_eq!(project.live().await, Some(third));
}

#[tokio::test]
async fn several_stacks_are_brought_in_step_also_one_that_is_new() {
    let project = Project::new();
    project.declare(&[("orders", 3), ("bills", 3)]);
    let mut dev = Dev::start(&project);
    said(&dev, "orders: deployed: built ", 1).await;
    said(&dev, "bills: deployed: built ", 1).await;
    let first = (project.live().await, project.live_of("bills").await);
    assert_eq!(first.0, first.1);

    // The code of both.
    project.program("two");
    let second = live(&project, &dev, |it| Some(it) != first.0.as_ref()).await;
    eventually_within(Duration::from_secs(30), "the other has new code", async || {
        let is_swapped = project.live_of("bills").await.as_ref() == Some(&second);
        if is_swapped { Ok(()) } else { Err(dev.said()) }
    })
    .await;

    // One stack alone, and one that is new.
    project.declare(&[("orders", 3), ("bills", 7), ("news", 3)]);
    said(&dev, "news: deployed: built ", 1).await;
    said(&dev, "bills: deployed: built ", 2).await;
    assert_eq!(project.live().await.as_ref(), Some(&second));
    assert_eq!(project.live_of("bills").await.map(|it| it.1), Some(7));

    // The template of one and the code of all.
    project.program("three");
    project.declare(&[("orders", 3), ("bills", 9), ("news", 3)]);
    let third = live(&project, &dev, |it| *it != second).await;
    said(&dev, "bills: deployed: built ", 3).await;
    eventually_within(Duration::from_secs(30), "the others have new code", async || {
        let (bills, news) = (project.live_of("bills").await, project.live_of("news").await);
        let are_live = bills == Some((third.0.clone(), 9)) && news.as_ref() == Some(&third);
        if are_live { Ok(()) } else { Err(dev.said()) }
    })
    .await;
    // CloudFormation got nothing of the stack whose code alone was another.
    assert_eq!(dev.said().matches("orders: deployed").count(), 1, "{}", dev.said());
    let diff = project.run(&["diff", "orders", "--exit-code"]).expect(3);
    assert!(diff.stdout.contains("Code.S3Key"), "{diff}");

    // Logs of all, that of the new one included.
    let invoked = project.run(&["invoke", "news", "Handler", "--event", "{}"]);
    assert_ne!(invoked.code, Some(2), "{invoked}");
    assert_eq!(dev.interrupt(), Some(0), "{}", dev.said());
}

#[tokio::test]
async fn a_build_that_never_ends_is_ended_with_dev() {
    let project = Project::new();
    let mut dev = Dev::start(&project);
    live(&project, &dev, |_| true).await;
    let pids = project.cloud.folder().join("pids");
    project.build_script(&format!(
        "fn main() {{\n    let pids = format!(\"{{}} {{}}\", std::process::id(), std::os::unix::process::parent_id());\n    \
         std::fs::write({:?}, pids).unwrap();\n    std::thread::sleep(std::time::Duration::from_secs(600));\n}}\n",
        pids.display().to_string()
    ));
    project.program("two");
    let pids = eventually_within(Duration::from_mins(1), "the build script runs", async || {
        let pids = fs::read_to_string(&pids).ok().filter(|pids| pids.contains(' '));
        pids.ok_or_else(|| dev.said())
    })
    .await;
    let (script, cargo) = pids.split_once(' ').unwrap();
    assert_eq!(dev.interrupt(), Some(0), "{}", dev.said());
    let script = Pid::from_raw(script.parse().unwrap()).unwrap();
    kill_process(script, Signal::KILL).unwrap();
    let process = std::path::Path::new("/proc").join(cargo).join("exe");
    eventually_within(Duration::from_secs(10), "cargo has ended", async || fs::read_link(&process).map_or(Ok(()), Err))
        .await;
}

/// What is live once it is as expected.
async fn live(project: &Project, dev: &Dev, is: impl Fn(&(String, i32)) -> bool) -> (String, i32) {
    eventually_within(Duration::from_secs(30), "new code", async || {
        project.live().await.filter(&is).ok_or_else(|| dev.said())
    })
    .await
}

/// Waits until it has said `text` so often.
async fn said(dev: &Dev, text: &str, times: usize) {
    eventually_within(Duration::from_secs(30), text, async || {
        let said = dev.said();
        if said.matches(text).count() >= times { Ok(()) } else { Err(said) }
    })
    .await;
}

#[test]
fn dev_says_where_it_does_not_work() {
    let project = Project::new();
    for (arguments, code, expected) in [
        (["dev", "--stage", "live"].as_slice(), 2, "the stage `live` is protected"),
        (&["dev", "--aws", "--stage", "mine"], 2, "the stage `mine` is not one in which `dev` may work on AWS"),
        (&["dev", "--profile", "shop"], 2, "`dev` works on the local cloud, for which `--profile` says nothing"),
        (&["dev", "order"], 6, "did you mean `orders`?"),
    ] {
        let ended = CommandOutput::of(&mut project.command(arguments)).expect(code);
        assert!(ended.stderr.contains(expected), "{ended}");
    }
}

//! A project with workers, and all that they are deployed to.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use kubernetes_fake::{FakeCluster, FakeRegistry};
use serde_json::Value;
use tempfile::TempDir;
use testing::CommandOutput;

use crate::project::{Project, write_app};

pub(crate) const STACK: &str = "
Resources:
  Queue:
    Type: AWS::SQS::Queue
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {Service: pods.eks.amazonaws.com}
            Action: ['sts:AssumeRole', 'sts:TagSession']
  Consume:
    Type: AWS::EKS::PodIdentityAssociation
    Properties: {ClusterName: main, Namespace: orders-dev, ServiceAccount: consume, RoleArn: !GetAtt Role.Arn}
";

/// Another worker of the same queue.
pub(crate) const SECOND: &str = "  Watch:
    Type: AWS::EKS::PodIdentityAssociation
    Properties: {ClusterName: main, Namespace: orders-dev, ServiceAccount: watch, RoleArn: !GetAtt Role.Arn}
";

/// A workspace that is built once for all tests that do not change it.
pub(crate) static WORKSPACE: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    write_workspace(folder.path(), "one");
    folder
});

/// Writes a workspace whose app is also the program of its workers; `comment` is in that program.
pub(crate) fn write_workspace(folder: &Path, comment: &str) {
    write_app(folder, comment);
    let add = |file: &str, text: &str| {
        let file = folder.join(file);
        let before = fs::read_to_string(&file).unwrap_or_default();
        fs::write(file, format!("{before}{text}")).unwrap();
    };
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest.replace("\"stacks\"]", "\"stacks\", \"functions\"]")).unwrap();
    add("Cargo.toml", "[profile.lambda]\ninherits = \"release\"\n");
    add("stacks/Cargo.toml", "[dependencies]\nfunctions = { path = \"../functions\" }\n");
    // What has a program consume queues elsewhere than in Lambda.
    fs::create_dir_all(folder.join("functions/src")).unwrap();
    fs::write(folder.join("functions/src/lib.rs"), "").unwrap();
    let manifest =
        "[package]\nname = \"functions\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[features]\nworker = []\n";
    fs::write(folder.join("functions/Cargo.toml"), manifest).unwrap();
}

/// A project with workers, the AWS and the registry that it is deployed to, and a cluster.
pub(crate) struct Scene {
    pub(crate) project: Project,
    pub(crate) cluster: FakeCluster,
    pub(crate) registry: FakeRegistry,
}

impl Scene {
    pub(crate) fn new() -> Self {
        let scene =
            Self { project: Project::new(STACK), cluster: FakeCluster::start(), registry: FakeRegistry::start() };
        scene.registry.require("Basic QVdTOnRva2Vu");
        scene.project.aws.set_registry(&scene.registry.address(), scene.registry.maker());
        scene.project.declare_workers(STACK, &[("Consume", "consume")]);
        scene
    }

    pub(crate) fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.project.command_at(folder, arguments);
        command.env("KUBECONFIG", self.cluster.kubeconfig());
        command
    }

    pub(crate) fn run_at(&self, folder: &Path, arguments: &[&str]) -> CommandOutput {
        let ended = CommandOutput::of(&mut self.command(folder, arguments));
        let (endpoint, registry) = (self.project.aws.endpoint(), self.registry.address());
        let text = |text: &str| text.replace(&endpoint, "ENDPOINT").replace(&registry, "REGISTRY");
        CommandOutput { code: ended.code, stdout: text(&ended.stdout), stderr: text(&ended.stderr) }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.run_at(WORKSPACE.path(), arguments)
    }

    pub(crate) fn deploy(&self) -> CommandOutput {
        self.run(&["deploy", "orders", "--kube-context", "dev", "--yes"])
    }

    pub(crate) fn diff(&self) -> CommandOutput {
        self.run(&["diff", "orders", "--kube-context", "dev", "--exit-code"])
    }

    /// The pod's container of the worker `name`.
    pub(crate) fn container(&self, name: &str) -> Value {
        let deployment = self.cluster.object("deployments", "orders-dev", name).unwrap();
        deployment["spec"]["template"]["spec"]["containers"][0].clone()
    }

    /// How many objects the cluster has, but for those that its controllers make and what was applied of each.
    pub(crate) fn objects(&self) -> usize {
        let others = ["pods/", "replicasets/", "configmaps/"];
        let is_other = |name: &&String| others.iter().any(|it| name.starts_with(it));
        self.cluster.names().iter().filter(|name| !is_other(name)).count()
    }

    /// How many calls change the registry.
    pub(crate) fn pushes(&self) -> usize {
        self.registry.calls().seen().iter().filter(|call| !call.starts_with("HEAD")).count()
    }

    /// Asserts that neither AWS, nor the registry, nor the cluster was changed.
    #[track_caller]
    pub(crate) fn require_nothing_done(&self, ended: &CommandOutput) {
        assert_eq!(self.project.aws.stacks(), [], "{ended}");
        assert_eq!(self.project.aws.repositories().len(), 0, "{ended}");
        assert_eq!((self.pushes(), self.objects()), (0, 0), "{ended}");
    }
}

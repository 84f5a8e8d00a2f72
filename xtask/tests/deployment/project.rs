//! A workspace whose app has one system, deployed to a fake AWS.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, LazyLock, OnceLock};

use assembly::{
    Architecture, Assembly, FormerId, Function, Location, Outcome, Parameter, Pod, Replicas, Stack, System, Worker,
};
use aws_fake::{At, FakeAws};
use infra::Template;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use tempfile::TempDir;
use testing::{CommandOutput, LocalCloud, command};

/// The region that everything is deployed to.
pub(crate) const REGION: &str = "eu-west-1";

/// An app that prints what a file holds: it is compiled once for all tests.
static APP: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    write_app(folder.path(), "");
    let mut list = command(&["list"]);
    let empty = folder.path().join("empty.json");
    fs::write(&empty, document(Vec::new())).unwrap();
    CommandOutput::of(list.current_dir(folder.path()).env("ASSEMBLY", empty)).expect(0);
    folder
});

/// Writes a workspace with an app that prints what a file holds; `comment` is in its program.
pub(crate) fn write_app(folder: &Path, comment: &str) {
    let write = |file: &str, text: &str| {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    write(
        "Cargo.toml",
        "[workspace]\nresolver = \"3\"\nmembers = [\"stacks\"]\n[workspace.metadata.stackwright]\napp = \"stacks\"\nproject = \"shop\"\nprotect = [\"live\"]\nexpress = [\"quick\"]\n",
    );
    write("stacks/Cargo.toml", "[package]\nname = \"stacks\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let main = "fn main() {\n    let file = std::env::var(\"ASSEMBLY\").unwrap();\n    print!(\"{}\", std::fs::read_to_string(file).unwrap());\n";
    write("stacks/src/main.rs", &format!("{main}    std::hint::black_box({comment:?});\n}}\n"));
}

/// A resource by its system and logical id.
pub(crate) type Place<'a> = (&'a str, &'a str);

/// Where a resource is, and where it was before.
pub(crate) type Moved<'a> = (Place<'a>, Place<'a>);

/// A project with the system `orders`, or others, and the AWS that it is deployed to.
pub(crate) struct Project {
    /// Where it is deployed to.
    pub(crate) aws: FakeAws,
    folder: TempDir,
}

impl Project {
    /// A project whose system `orders` has the template `yaml`.
    pub(crate) fn new(yaml: &str) -> Self {
        let project = Self { aws: FakeAws::start(), folder: TempDir::new().unwrap() };
        project.declare(&[("orders", yaml)]);
        project
    }

    /// Gives the system `orders` another template.
    pub(crate) fn change(&self, yaml: &str) {
        self.declare(&[("orders", yaml)]);
    }

    /// Gives the system `orders` another template, in which `to` has the place of what was deployed as `from`.
    pub(crate) fn move_to(&self, yaml: &str, from: &str, to: &str) {
        let mut moved = system("orders", yaml);
        if let Outcome::Stack(stack) = &mut moved.outcome {
            stack.moved_from.insert(to.to_owned(), FormerId::here(from));
        }
        fs::write(self.assembly(), document(vec![moved])).unwrap();
    }

    /// Declares these systems and no others. A resource is declared on the line that it has in its template.
    pub(crate) fn declare(&self, systems: &[(&str, &str)]) {
        let systems = systems.iter().map(|(name, yaml)| system(name, yaml)).collect();
        fs::write(self.assembly(), document(systems)).unwrap();
    }

    /// The home folder of its commands.
    pub(crate) fn home(&self) -> &Path {
        self.folder.path()
    }

    /// Declares these systems; of each resource in `moved`, given by its system and logical id, where it was before.
    pub(crate) fn declare_moved(&self, systems: &[(&str, &str)], moved: &[Moved<'_>]) {
        let mut systems: Vec<_> = systems.iter().map(|(name, yaml)| system(name, yaml)).collect();
        for system in &mut systems {
            let Outcome::Stack(stack) = &mut system.outcome else { continue };
            for ((_, id), (former, former_id)) in moved.iter().filter(|((name, _), _)| *name == system.name) {
                let former = FormerId { stack: Some((*former).to_owned()), id: (*former_id).to_owned() };
                stack.moved_from.insert((*id).to_owned(), former);
            }
        }
        fs::write(self.assembly(), document(systems)).unwrap();
    }

    fn assembly(&self) -> PathBuf {
        self.folder.path().join("assembly.json")
    }

    /// The engine's command line, with the project's AWS as its endpoint.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command(arguments);
        command
            .current_dir(APP.path())
            .args(["--endpoint-url", &self.aws.endpoint(), "--region", REGION])
            .env("ASSEMBLY", self.assembly())
            .env("HOME", self.folder.path())
            .env("USER", "ada")
            .env("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .env("STACKWRIGHT_POLL_MILLISECONDS", "5");
        command
    }

    /// How a command ended that asks nothing of AWS.
    pub(crate) fn run_alone(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(command(arguments).current_dir(APP.path()).env("ASSEMBLY", self.assembly()))
    }

    /// How a command ended. The endpoint's port differs from run to run, and so does the time.
    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        let ended = CommandOutput::of(&mut self.command(arguments));
        let endpoint = self.aws.endpoint();
        let text = |text: &str| text.replace(&endpoint, "ENDPOINT");
        CommandOutput { code: ended.code, stdout: text(&ended.stdout), stderr: text(&ended.stderr) }
    }

    /// Declares the system `orders` with a function whose program is the app of a workspace.
    pub(crate) fn declare_function(&self, yaml: &str) {
        let mut system = system("orders", yaml);
        if let Outcome::Stack(stack) = &mut system.outcome {
            stack.parameters.clear();
            stack.functions.push(Function {
                id: "Handler".to_owned(),
                program: "stacks".to_owned(),
                library: "stacks".to_owned(),
                architecture: Architecture::X86_64,
                bindings: Vec::new(),
                worker: None,
            });
        }
        fs::write(self.assembly(), document(vec![system])).unwrap();
    }

    /// Declares the system `orders` with the template `yaml`, and as workers all associations in it, by their logical ids and
    /// the names of their service accounts. Their program is the app of a workspace.
    pub(crate) fn declare_workers(&self, yaml: &str, workers: &[(&str, &str)]) {
        self.declare_workers_as(yaml, workers, |_| ());
    }

    /// The same, with what `change` changes of each worker.
    pub(crate) fn declare_workers_as(&self, yaml: &str, workers: &[(&str, &str)], change: impl Fn(&mut Worker)) {
        let mut system = system("orders", yaml);
        if let Outcome::Stack(stack) = &mut system.outcome {
            stack.functions.extend(workers.iter().map(|(id, name)| worker(id, name)));
            stack.functions.iter_mut().filter_map(|function| function.worker.as_mut()).for_each(change);
        }
        fs::write(self.assembly(), document(vec![system])).unwrap();
    }

    /// Declares a system with a stack that an app assembled.
    pub(crate) fn declare_stack(&self, stack: Stack) {
        let system = System {
            name: stack.name.clone(),
            description: String::new(),
            options: Vec::new(),
            outcome: Outcome::Stack(Box::new(stack)),
        };
        fs::write(self.assembly(), document(vec![system])).unwrap();
    }

    /// The command line in the workspace `folder`, with the project's AWS as its endpoint. It builds what Lambda gets.
    pub(crate) fn command_at(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        // The tools that build are in the user's home; nothing of AWS is read there.
        let nothing = self.folder.path().join("nothing");
        command.current_dir(folder).env("AWS_CONFIG_FILE", &nothing).env("AWS_SHARED_CREDENTIALS_FILE", &nothing);
        match std::env::var_os("HOME") {
            Some(home) => command.env("HOME", home),
            None => command.env_remove("HOME"),
        };
        command
    }

    /// How a command in the workspace `folder` ended, with the project's AWS as its endpoint.
    pub(crate) fn run_at(&self, folder: &Path, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command_at(folder, arguments))
    }

    /// The command line in the workspace `folder` on a local cloud.
    pub(crate) fn command_on(&self, folder: &Path, cloud: &LocalCloud, arguments: &[&str]) -> Command {
        let mut command = cloud.command(&[arguments, &["--local"]].concat());
        command.current_dir(folder).env("ASSEMBLY", self.assembly());
        command
    }

    /// How a command in the workspace `folder` ended on a local cloud.
    pub(crate) fn run_in(&self, folder: &Path, cloud: &LocalCloud, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command_on(folder, cloud, arguments))
    }

    /// The command line on a local cloud, to be started by the test itself.
    pub(crate) fn start_on(&self, cloud: &LocalCloud, arguments: &[&str]) -> Command {
        self.command_on(APP.path(), cloud, arguments)
    }

    /// How a command ended on a local cloud.
    pub(crate) fn run_on(&self, cloud: &LocalCloud, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.start_on(cloud, arguments))
    }

    /// Runs a command whose engine is killed when it makes a call.
    pub(crate) fn killed(&self, at: At, arguments: &[&str]) {
        let victim = Arc::new(OnceLock::new());
        let target = Arc::clone(&victim);
        self.aws.on(at, move || kill_process(*target.wait(), Signal::KILL).unwrap());
        let mut engine = self.command(arguments);
        let mut engine = engine.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        victim.set(Pid::from_raw(i32::try_from(engine.id()).unwrap()).unwrap()).unwrap();
        assert!(!engine.wait().unwrap().success());
    }

    /// How `deploy orders --yes` ended.
    pub(crate) fn deploy(&self) -> CommandOutput {
        self.run(&["deploy", "orders", "--yes"])
    }

    /// How `destroy orders --yes` ended.
    pub(crate) fn destroy(&self) -> CommandOutput {
        self.run(&["destroy", "orders", "--yes"])
    }

    /// The state of the stack.
    pub(crate) fn status(&self) -> Option<String> {
        self.aws.status("orders-dev")
    }

    /// The types of all resources that exist, sorted.
    pub(crate) fn live(&self) -> Vec<String> {
        let mut live: Vec<_> = self.aws.live_resources().into_iter().map(|it| it.resource_type).collect();
        live.sort();
        live
    }

    /// How often an operation of a service was called.
    pub(crate) fn called(&self, operation: &str) -> usize {
        self.aws.calls().iter().filter(|call| call.operation == operation).count()
    }
}

/// A template of so many topics and one, each made after the one before: an operation on it takes many steps.
pub(crate) fn chain(length: u32) -> String {
    let topic =
        |number: u32| format!("  Topic{}:\n    Type: AWS::SNS::Topic\n    DependsOn: Topic{number}\n", number + 1);
    let rest: String = (0..length).map(topic).collect();
    format!("Resources:\n  Topic0:\n    Type: AWS::SNS::Topic\n{rest}")
}

fn document(systems: Vec<System>) -> String {
    let assembly =
        Assembly { version: assembly::VERSION, stackwright: "0.1.0".to_owned(), stage: "dev".to_owned(), systems };
    serde_json::to_string(&assembly).unwrap()
}

fn system(name: &str, yaml: &str) -> System {
    let template = Template::parse(yaml).unwrap();
    let mut stack =
        Stack { name: name.to_owned(), stage: "dev".to_owned(), stack_name: format!("{name}-dev"), ..Stack::default() };
    for (id, _) in template.section("Resources") {
        let line = yaml.lines().position(|line| line.trim_start().starts_with(&format!("{id}:"))).unwrap_or_default();
        let line = u32::try_from(line + 1).unwrap();
        let location = Location { file: format!("stacks/src/{name}.rs"), line, column: 5 };
        stack.locations.resources.insert(id.to_owned(), location);
    }
    for (name, declared) in template.section("Parameters") {
        stack.parameters.push(Parameter {
            name: name.to_owned(),
            default: declared
                .get("Default")
                .map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
            description: None,
            allowed_values: Vec::new(),
            allowed_pattern: String::new(),
            constraint: String::new(),
            location: Location { file: format!("stacks/src/{name}.rs"), line: 1, column: 1 },
        });
    }
    stack.template = template.into_json();
    System {
        name: name.to_owned(),
        description: String::new(),
        options: Vec::new(),
        outcome: Outcome::Stack(Box::new(stack)),
    }
}

fn worker(id: &str, name: &str) -> Function {
    let queues = json!({"Fn::Sub": "${Queue}"});
    Function {
        id: id.to_owned(),
        program: "stacks".to_owned(),
        library: "stacks".to_owned(),
        architecture: if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 },
        bindings: Vec::new(),
        worker: Some(Worker {
            cluster_name: "main".into(),
            namespace: "orders-dev".to_owned(),
            creates_namespace: true,
            service_account: name.to_owned(),
            role_arn: json!({"Fn::GetAtt": ["Role", "Arn"]}),
            scaler_role_arn: None,
            queues: vec!["Queue".to_owned()],
            environment: [("WORKER_QUEUE_URLS".to_owned(), queues)].into_iter().collect(),
            replicas: Replicas { min: 0, max: 10, messages_per_pod: 100 },
            pod: Pod { millicores: 250, mebibytes: 256, termination_grace_period: 30 },
            monitoring: None,
            egress: Vec::new(),
        }),
    }
}

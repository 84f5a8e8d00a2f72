//! A workspace with one system or several, of which each has a function. Its program is the app itself.

use std::fs;
use std::process::Command;

use assembly::{Architecture, Assembly, Function, Outcome, Stack, System};
use infra::Template;
use tempfile::TempDir;
use testing::{CommandOutput, LocalCloud};

/// The workspace and the local cloud that it is deployed to.
pub(crate) struct Project {
    pub(crate) cloud: LocalCloud,
    folder: TempDir,
}

/// The template of a system with a function of so many seconds.
fn template(name: &str, timeout: u32) -> String {
    format!(
        "
Parameters:
  ArtifactsBucket: {{Type: String}}
  StacksCode: {{Type: String}}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: 'sts:AssumeRole'}}]
  Handler:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: {name}-handler
      Runtime: provided.al2023
      Handler: bootstrap
      Timeout: {timeout}
      Role: !GetAtt Role.Arn
      Code: {{S3Bucket: !Ref ArtifactsBucket, S3Key: !Ref StacksCode}}
"
    )
}

fn system(name: &str, timeout: u32) -> System {
    let function = Function {
        id: "Handler".to_owned(),
        program: "stacks".to_owned(),
        library: "stacks".to_owned(),
        architecture: Architecture::X86_64,
        bindings: Vec::new(),
        worker: None,
    };
    let stack = Stack {
        name: name.to_owned(),
        stage: "dev".to_owned(),
        stack_name: format!("{name}-dev"),
        template: Template::parse(&template(name, timeout)).unwrap().into_json(),
        functions: vec![function],
        ..Stack::default()
    };
    System {
        name: name.to_owned(),
        description: String::new(),
        options: Vec::new(),
        outcome: Outcome::Stack(Box::new(stack)),
    }
}

impl Project {
    pub(crate) fn new() -> Self {
        let project = Self { cloud: LocalCloud::fresh(), folder: TempDir::new().unwrap() };
        project.write(
            "Cargo.toml",
            "[workspace]\nresolver = \"3\"\nmembers = [\"stacks\"]\n[workspace.metadata.stackwright]\napp = \"stacks\"\nprotect = [\"live\"]\n",
        );
        project.write("stacks/Cargo.toml", "[package]\nname = \"stacks\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        project.declare(&[("orders", 3)]);
        project.program("one");
        project
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Gives the program other code, which holds `text`.
    pub(crate) fn program(&self, text: &str) {
        self.source(&format!(
            "fn main() {{\n    print!(\"{{}}\", std::fs::read_to_string(\"assembly.json\").unwrap());\n    std::hint::black_box({text:?});\n}}\n"
        ));
    }

    /// Gives the program this source.
    pub(crate) fn source(&self, source: &str) {
        self.write("stacks/src/main.rs", source);
    }

    /// Gives the program a build script.
    pub(crate) fn build_script(&self, source: &str) {
        self.write("stacks/build.rs", source);
    }

    /// Declares systems, each with a function of so many seconds.
    pub(crate) fn declare(&self, systems: &[(&str, u32)]) {
        let assembly = Assembly {
            version: assembly::VERSION,
            stackwright: "0.1.0".to_owned(),
            stage: "dev".to_owned(),
            systems: systems.iter().map(|(name, timeout)| system(name, *timeout)).collect(),
        };
        self.write("assembly.json", &serde_json::to_string(&assembly).unwrap());
    }

    /// The command line on the workspace and its local cloud.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.cloud.command(arguments);
        command.current_dir(self.folder.path());
        command
    }

    /// How a command with `--local` ended.
    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        CommandOutput::of(&mut self.command(&[arguments, &["--local"]].concat()))
    }

    /// The hash of the code that the function of a system has, and how many seconds it may run; nothing when there is no
    /// function.
    pub(crate) async fn live_of(&self, system: &str) -> Option<(String, i32)> {
        let lambda = aws_sdk_lambda::Client::new(&self.cloud.sdk_config());
        let live = lambda.get_function_configuration().function_name(format!("{system}-handler")).send().await.ok()?;
        Some((live.code_sha256()?.to_owned(), live.timeout()?))
    }

    /// The same of the first system.
    pub(crate) async fn live(&self) -> Option<(String, i32)> {
        self.live_of("orders").await
    }

    /// The hash of the function's code.
    pub(crate) async fn code(&self) -> String {
        self.live().await.unwrap().0
    }
}

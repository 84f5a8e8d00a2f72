//! What a workspace and each kind of system consist of.

use clap::ValueEnum;
use handlebars::Handlebars;
use serde_json::{Value as Json, json};

use super::source::Source;
use super::workspace::Workspace;

/// What a new system begins as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// A REST API, a function and a table.
    Api,
    /// A queue with its dead-letter queue, a function and a table.
    Queue,
    /// A bucket whose uploads a rule and a queue tell to a function.
    Events,
    /// A function that runs at fixed times.
    Schedule,
    /// A stack with a table, and no function.
    Empty,
    /// An API and a queue: what a new workspace has.
    #[value(skip)]
    Starter,
}

/// A file of a template, by its path in the template's folder, without its suffix.
macro_rules! text {
    ($($path:literal),+) => {
        include_str!(concat!("templates/", $($path,)+ ".hbs"))
    };
}

/// The library and the program of a handler with one function.
macro_rules! one_function {
    ($folder:literal) => {
        &[("src/lib.rs", text!($folder, "/lib.rs")), ("src/main.rs", text!($folder, "/main.rs"))]
    };
}

/// The libraries that handlers and tests use, as a workspace's manifest names them.
const LIBRARIES: [(&str, &str); 7] = [
    ("aws-sdk-dynamodb", r#"{ version = "1", default-features = false, features = ["rt-tokio"] }"#),
    ("lambda_runtime", r#"{ version = "1.5", default-features = false }"#),
    ("serde", r#"{ version = "1", features = ["derive"] }"#),
    ("serde_json", r#""1""#),
    ("thiserror", r#""2""#),
    ("tokio", r#"{ version = "1", features = ["macros", "rt"] }"#),
    ("tracing", r#""0.1""#),
];

/// What the test of each system uses.
pub(super) const TEST_DEPENDENCIES: [&str; 3] = ["serde_json", "testing", "tokio"];

/// What the stack of each system uses.
pub(super) const STACK_DEPENDENCIES: [&str; 4] = ["infra", "parts", "policies", "stackwright"];

/// The line of a workspace's manifest that names a library.
pub(super) fn library(name: &str) -> Option<String> {
    LIBRARIES.iter().find(|(library, _)| *library == name).map(|(name, version)| format!("{name} = {version}"))
}

impl Template {
    /// What the system does, in a line.
    pub(super) const fn description(self) -> &'static str {
        match self {
            Self::Api => "items, taken and shown by an API",
            Self::Queue => "messages, from a queue to a table",
            Self::Events => "uploads to a bucket, told to a function",
            Self::Schedule => "a function that runs at fixed times",
            Self::Empty => "a table to begin with",
            Self::Starter => "notes, from an API by way of a queue to a table",
        }
    }

    /// What the longest name of a function has after the system's.
    pub(super) const fn longest_suffix(self) -> &'static str {
        match self {
            Self::Starter => "-consumer",
            _ => "",
        }
    }

    /// What the handler's crate depends on, each with the features it needs.
    pub(super) const fn dependencies(self) -> &'static [(&'static str, &'static [&'static str])] {
        match self {
            Self::Api => &[
                ("aws-sdk-dynamodb", &[]),
                ("bindings", &["dynamodb"]),
                ("functions", &[]),
                ("lambda_runtime", &[]),
                ("serde", &[]),
                ("serde_json", &[]),
                ("thiserror", &[]),
                ("tokio", &[]),
                ("tracing", &[]),
            ],
            Self::Queue => &[
                ("aws-sdk-dynamodb", &[]),
                ("bindings", &["dynamodb"]),
                ("functions", &[]),
                ("lambda_runtime", &[]),
                ("serde", &[]),
                ("thiserror", &[]),
                ("tokio", &[]),
                ("tracing", &[]),
            ],
            Self::Events => Self::Api.dependencies(),
            Self::Schedule => &[
                ("aws-sdk-dynamodb", &[]),
                ("bindings", &["dynamodb"]),
                ("functions", &["dynamodb"]),
                ("lambda_runtime", &[]),
                ("serde", &[]),
                ("tokio", &[]),
                ("tracing", &[]),
            ],
            Self::Empty => &[],
            Self::Starter => &[
                ("aws-sdk-dynamodb", &[]),
                ("bindings", &["dynamodb", "sqs"]),
                ("functions", &[]),
                ("lambda_runtime", &[]),
                ("serde", &[]),
                ("serde_json", &[]),
                ("thiserror", &[]),
                ("tokio", &[]),
                ("tracing", &[]),
            ],
        }
    }

    /// Whether the system has a function, and so a handler.
    pub(super) const fn has_handler(self) -> bool {
        !self.dependencies().is_empty()
    }

    /// The files of the handler's crate beside its manifest.
    const fn handler(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Api => one_function!("api"),
            Self::Queue => one_function!("queue"),
            Self::Events => one_function!("events"),
            Self::Schedule => one_function!("schedule"),
            Self::Empty => &[],
            Self::Starter => &[
                ("src/lib.rs", text!("starter/lib.rs")),
                ("src/api.rs", text!("starter/api.rs")),
                ("src/consumer.rs", text!("starter/consumer.rs")),
                ("src/bin/{{name}}-api.rs", text!("starter/api-main.rs")),
                ("src/bin/{{name}}-consumer.rs", text!("starter/consumer-main.rs")),
            ],
        }
    }

    const fn stack(self) -> &'static str {
        match self {
            Self::Api => text!("api/stack.rs"),
            Self::Queue => text!("queue/stack.rs"),
            Self::Events => text!("events/stack.rs"),
            Self::Schedule => text!("schedule/stack.rs"),
            Self::Empty => text!("empty/stack.rs"),
            Self::Starter => text!("starter/stack.rs"),
        }
    }

    const fn test(self) -> &'static str {
        match self {
            Self::Api => text!("api/test.rs"),
            Self::Queue => text!("queue/test.rs"),
            Self::Events => text!("events/test.rs"),
            Self::Schedule => text!("schedule/test.rs"),
            Self::Empty => text!("empty/test.rs"),
            Self::Starter => text!("starter/test.rs"),
        }
    }

    /// The files of the system, each with its text.
    pub(super) fn files(
        self,
        name: &str,
        module: &str,
        workspace: &Workspace,
    ) -> anyhow::Result<Vec<(String, String)>> {
        let dependencies = self.dependencies().iter().map(|(name, features)| match features {
            [] => format!("{name}.workspace = true"),
            features => format!("{name} = {{ workspace = true, features = {features:?} }}"),
        });
        let data = json!({
            "name": name,
            "module": module,
            "description": self.description(),
            "package": workspace.package_lines(),
            "dependencies": dependencies.collect::<Vec<_>>(),
            "lints": workspace.has_lints(),
        });
        let app = &workspace.app_folder;
        let mut files = Vec::new();
        if self.has_handler() {
            let manifest = ("Cargo.toml", text!("handler.toml"));
            for (path, text) in [manifest].iter().chain(self.handler()) {
                files.push((format!("handlers/{name}/{}", render(path, &data)?), render(text, &data)?));
            }
        }
        files.push((format!("{app}/src/{module}.rs"), render(self.stack(), &data)?));
        files.push((format!("{app}/tests/{module}.rs"), render(self.test(), &data)?));
        Ok(files)
    }
}

/// The folder's name as a value that a tag can have.
///
/// <https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html>
fn project(title: &str) -> String {
    let fits = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    title.chars().map(|char| if fits(char) { char } else { '-' }).take(128).collect()
}

/// The files of a workspace whose only system is `starter`, which is still to be added.
pub(super) fn workspace(title: &str, starter: &str, source: &Source) -> anyhow::Result<Vec<(String, String)>> {
    let install = source.install();
    let data = json!({
        "title": title,
        "project": project(title),
        "starter": starter,
        "framework": source.dependencies(),
        "libraries": LIBRARIES.map(|(name, version)| format!("{name} = {version}")),
        "rust_version": env!("CARGO_PKG_RUST_VERSION"),
        "install": format!("cargo install --debug --locked {install}"),
        "install_arguments": Json::from(install).to_string(),
        // What GitHub puts its expressions in is what handlebars puts its own in.
        "braces": "{{",
    });
    let files = [
        (".cargo/config.toml", text!("workspace/config.toml")),
        (".github/workflows/ci.yml", text!("workspace/ci.yml")),
        (".gitignore", text!("workspace/gitignore")),
        ("Cargo.toml", text!("workspace/Cargo.toml")),
        ("README.md", text!("workspace/README.md")),
        ("clippy.toml", text!("workspace/clippy.toml")),
        ("rustfmt.toml", text!("workspace/rustfmt.toml")),
        ("stacks/Cargo.toml", text!("workspace/stacks.toml")),
        ("stacks/src/lib.rs", text!("workspace/lib.rs")),
        ("stacks/src/main.rs", text!("workspace/main.rs")),
    ];
    files.into_iter().map(|(path, text)| Ok((path.to_owned(), render(text, &data)?))).collect()
}

fn render(template: &str, data: &Json) -> anyhow::Result<String> {
    let mut registry = Handlebars::new();
    registry.set_strict_mode(true);
    registry.register_escape_fn(handlebars::no_escape);
    Ok(registry.render_template(template, data)?)
}

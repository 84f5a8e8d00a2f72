//! The invariants of `ARCHITECTURE.md` that no type and no lint can hold, and that the documents say what is true.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand, Package};
use regex::Regex;

/// What `infra` and `policies` must not name: they compute, and everything they know is given to them.
const OUTSIDE: &str = r"std::(\{[^}]*)?\b(fs|net|process|env)\b|\b(SystemTime|Instant|tokio|stdin|stdout|stderr)\b|\be?print(ln)?!|\bdbg!";

/// Asserts that `found` is empty, and shows what is in it otherwise.
#[track_caller]
fn check_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n  {}", found.join("\n  "));
}

// The crates.

#[test]
fn dependencies_between_the_crates_point_one_way() {
    let metadata = metadata();
    let members: BTreeSet<_> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let handlers: BTreeSet<_> = handlers(&metadata).map(|package| package.name.as_str()).collect();
    let mut wrong = Vec::new();
    for package in &metadata.packages {
        let framework = ["assembly", "bindings", "functions", "infra", "parts", "policies", "worker"].map(framework);
        let framework = framework.iter().map(String::as_str).chain(["stackwright"]);
        let allowed: Vec<&str> = match package.name.as_str() {
            "stackwright-policies"
            | "stackwright-bindings"
            | "stackwright-assembly"
            | "stackwright-kubernetes"
            | "kubernetes-fake"
            | "stackwright-launch"
            | "stackwright-schemas"
            | "stackwright-testing"
            | "stackwright-worker"
            | "canary-beneath" => Vec::new(),
            "stackwright-functions" => vec!["stackwright-bindings", "stackwright-worker"],
            "stackwright-resources" => vec!["stackwright-schemas"],
            "stackwright-resources-macro" => vec!["stackwright-resources"],
            "stackwright-infra" => vec![
                "stackwright-assembly",
                "stackwright-bindings",
                "stackwright-policies",
                "stackwright-resources-macro",
                "stackwright-schemas",
            ],
            // What AWS makes of a template, told without the engine whose calls it answers.
            "aws-fake" => vec!["stackwright-infra"],
            "stackwright" => vec!["stackwright-assembly", "stackwright-infra"],
            "stackwright-plan" => vec![
                "stackwright-assembly",
                "stackwright-infra",
                "stackwright-policies",
                "stackwright-schemas",
                "stackwright-translate",
            ],
            "stackwright-parts" | "stackwright-translate" => vec!["stackwright-infra", "stackwright-policies"],
            "canary" => vec!["stackwright-bindings", "canary-beneath"],
            "canary-endpoints" | "canary-services" => vec!["stackwright-bindings"],
            "canary-unstripped" => vec!["canary"],
            // The app knows the framework and the handlers, and never the engine.
            "stacks" => handlers.iter().copied().chain(framework).collect(),
            // The engine knows no app and no handler.
            "cargo-stackwright" => {
                vec![
                    "stackwright-assembly",
                    "stackwright-infra",
                    "stackwright-kubernetes",
                    "stackwright-launch",
                    "stackwright-plan",
                    "stackwright-policies",
                    "stackwright-translate",
                ]
            }
            name if handlers.contains(name) => vec!["stackwright-bindings", "stackwright-functions"],
            name => panic!("`{name}` is not on the map: say here what it may depend on"),
        };
        let internal = package.dependencies.iter().filter(|dependency| {
            dependency.kind != DependencyKind::Development && members.contains(dependency.name.as_str())
        });
        wrong.extend(
            internal
                .filter(|dependency| !allowed.contains(&dependency.name.as_str()))
                .map(|dependency| format!("{} -> {}", package.name, dependency.name)),
        );
    }
    check_none("these dependencies point the wrong way", &wrong);
}

#[test]
fn only_the_engine_depends_on_the_control_plane_of_aws() {
    let metadata = metadata();
    let offered = sdks(package(&metadata, "stackwright-bindings"));
    let handlers: BTreeSet<_> = handlers(&metadata).map(|package| package.name.as_str()).collect();
    let mut wrong = Vec::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| !["cargo-stackwright", "stackwright-testing"].contains(&package.name.as_str()))
    {
        let allowed = match package.name.as_str() {
            "stackwright-bindings" | "stackwright-functions" | "stackwright-worker" => &offered,
            // It shows a service that no binding of ours is for.
            "canary-endpoints" => &BTreeSet::from(["aws-sdk-sagemakerruntime".to_owned()]),
            name if name.starts_with("canary") => &offered,
            name if handlers.contains(name) => &offered,
            _ => &BTreeSet::new(),
        };
        let sdks = package.dependencies.iter().filter(|it| it.kind != DependencyKind::Development);
        let sdks: BTreeSet<_> = sdks.map(|it| it.name.clone()).filter(|name| is_sdk(name)).collect();
        wrong.extend(sdks.difference(allowed).map(|sdk| format!("{} -> {sdk}", package.name)));
    }
    check_none("only the engine may depend on these", &wrong);
    let required =
        package(&metadata, "stackwright-bindings").dependencies.iter().filter(|it| is_sdk(&it.name) && !it.optional);
    check_none("stacks must compile without these", &required.map(|it| it.name.clone()).collect::<Vec<_>>());
}

#[test]
fn a_handler_depends_only_on_the_sdks_it_calls() {
    let metadata = metadata();
    let offered = sdks(package(&metadata, "stackwright-bindings"));
    let mut wrong = Vec::new();
    for handler in handlers(&metadata) {
        let source = rust_files(&folder(handler).join("src")).iter().map(|file| read(file)).collect::<String>();
        let named = sdks(handler);
        let bindings = handler.dependencies.iter().find(|it| it.name == "stackwright-bindings").unwrap();
        let features = bindings.features.iter().map(|feature| format!("aws-sdk-{feature}"));
        // Others are no SDK's.
        let features: BTreeSet<_> = features.filter(|sdk| offered.contains(sdk)).collect();
        wrong.extend(features.symmetric_difference(&named).map(|sdk| format!("{}: {sdk}", handler.name)));
        let unused = named.iter().filter(|sdk| !source.contains(&sdk.replace('-', "_")));
        wrong.extend(unused.map(|sdk| format!("{}: {sdk} is not called", handler.name)));
    }
    check_none("features of `bindings` and dependencies on SDKs must be the ones that are called", &wrong);
}

#[test]
fn no_dependency_compiles_a_large_c_library() {
    let lock = read(&root().join("Cargo.lock"));
    let unwanted = ["aws-lc-sys", "aws-lc-rs", "openssl-sys", "native-tls"];
    let found = unwanted.iter().filter(|name| lock.contains(&format!("name = \"{name}\"")));
    check_none("rustls with ring is enough", &found.map(ToString::to_string).collect::<Vec<_>>());
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    let manifest = read(&root().join("Cargo.toml"));
    for lint in ["unsafe_code = \"forbid\"", "unwrap_used = \"deny\"", "expect_used = \"deny\"", "panic = \"deny\""] {
        assert!(manifest.contains(lint), "the workspace lacks `{lint}`");
    }
    let metadata = metadata();
    let without = metadata
        .packages
        .iter()
        .filter(|it| !read(it.manifest_path.as_std_path()).contains("[lints]\nworkspace = true"));
    check_none("these do not take the lints", &without.map(|it| it.name.to_string()).collect::<Vec<_>>());
}

// The sources.

#[test]
fn infra_and_policies_do_no_io() {
    let outside = Regex::new(OUTSIDE).unwrap();
    for line in ["use std::fs;", "use std::{env, fmt};", "std::process::exit(1)", "println!()", "SystemTime::now()"] {
        assert!(outside.is_match(line), "`{line}` is not recognised");
    }
    let files = ["infra/src", "infra/schemas/src", "infra/resources/src", "policies/src"]
        .iter()
        .flat_map(|folder| rust_files(&root().join(folder)));
    let found: Vec<_> = files.flat_map(|file| code_lines(&file, &outside)).collect();
    check_none("these lines reach outside", &found);
}

#[test]
fn nothing_names_a_collection_without_order() {
    let unordered = Regex::new(r"\bHash(Map|Set)\b").unwrap();
    let found: Vec<_> = sources().iter().flat_map(|file| code_lines(file, &unordered)).collect();
    check_none("their order would reach the output", &found);
}

#[test]
fn serde_yaml_is_known_to_one_module() {
    let knows = |file: &&PathBuf| read(file).contains("serde_yaml");
    let files: Vec<_> = sources().iter().filter(knows).map(|file| relative(file)).collect();
    assert_eq!(files, ["infra/src/template/yaml.rs"]);
}

#[test]
fn no_file_names_a_folder_of_somebodys_machine() {
    // Put together here, so that this file does not name one.
    let homes = ["/home", "/Users", "/root", "/work"].map(|home| format!("{home}/"));
    assert!(homes.iter().all(|home| names_folder(&format!("see `{home}ana/stackwright`"), home)));
    let mut found = Vec::new();
    for file in files(&root(), &|_| true) {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let names = |line: &str| homes.iter().any(|home| names_folder(line, home));
        let lines = text.lines().enumerate().filter(|(_, line)| names(line));
        found.extend(lines.map(|(index, line)| format!("{}:{}: {line}", relative(&file), index + 1)));
    }
    check_none("these lines name a folder", &found);
}

// The documents.

#[test]
fn the_readme_has_at_most_200_lines() {
    let lines = readme().lines().count();
    assert!(lines <= 200, "it has {lines}: what is more goes to `docs/src`");
}

/// A block that follows a line `From [file](file)` shows lines of that file, or `// …` for what is left out.
#[test]
fn what_the_documents_quote_is_in_the_file_they_name() {
    let quote = Regex::new(r"(?ms)^From \[[^\]]+\]\(([^)]+)\)[^`]*\n```[a-z]*\n(.*?)^```").unwrap();
    let mut quotes = 0;
    let mut wrong = Vec::new();
    for text in [readme(), read(&root().join("ARCHITECTURE.md"))] {
        for found in quote.captures_iter(&text) {
            quotes += 1;
            let source = read(&root().join(&found[1]));
            let lines: BTreeSet<_> = source.lines().map(str::trim).collect();
            let shown = found[2].lines().map(str::trim).filter(|line| !line.is_empty() && *line != "// …");
            wrong.extend(shown.filter(|line| !lines.contains(line)).map(|line| format!("{}: {line}", &found[1])));
        }
    }
    check_none("these lines are not in the file", &wrong);
    assert_eq!(quotes, 4, "the quotes that were recognised");
}

#[test]
fn files_and_tests_that_the_documents_name_exist() {
    let link = Regex::new(r"\]\(([A-Za-z0-9_./-]+)\)").unwrap();
    let path = Regex::new(r"`([a-z_-]+/[A-Za-z0-9_./-]+?)(?:::([a-z0-9_]+))?`").unwrap();
    let mut wrong = Vec::new();
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = read(&root().join(document));
        let missing = |file: &str| !root().join(file).exists();
        let links = link.captures_iter(&text).map(|it| it[1].to_owned()).filter(|file| missing(file));
        wrong.extend(links.map(|file| format!("{document}: {file}")));
        for found in path.captures_iter(&text) {
            let file = &found[1];
            if missing(file) {
                wrong.push(format!("{document}: {file}"));
            } else if let Some(test) = found.get(2)
                && !read(&root().join(file)).contains(&format!("fn {}(", test.as_str()))
            {
                wrong.push(format!("{document}: {file} has no test {}", test.as_str()));
            }
        }
    }
    check_none("these are named and do not exist", &wrong);
}

// Helpers.

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn metadata() -> Metadata {
    MetadataCommand::new().current_dir(root()).no_deps().exec().unwrap()
}

fn package<'a>(metadata: &'a Metadata, name: &str) -> &'a Package {
    metadata.packages.iter().find(|package| package.name == name).unwrap()
}

/// The package of a crate of the framework.
fn framework(name: &str) -> String {
    format!("stackwright-{name}")
}

/// The crates of the systems' functions.
fn handlers(metadata: &Metadata) -> impl Iterator<Item = &Package> {
    let handlers = root().join("handlers");
    metadata.packages.iter().filter(move |it| {
        !["stackwright-bindings", "stackwright-functions", "stackwright-worker"].contains(&it.name.as_str())
            && it.manifest_path.as_std_path().starts_with(&handlers)
    })
}

fn folder(package: &Package) -> &Path {
    package.manifest_path.parent().unwrap().as_std_path()
}

fn is_sdk(name: &str) -> bool {
    name.starts_with("aws-sdk-")
}

fn sdks(package: &Package) -> BTreeSet<String> {
    package.dependencies.iter().map(|it| it.name.clone()).filter(|name| is_sdk(name)).collect()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn relative(file: &Path) -> String {
    file.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()
}

/// The files below `folder`, but for what is built and what git keeps.
fn files(folder: &Path, is_wanted: &dyn Fn(&Path) -> bool) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        // In a worktree of git, `.git` is a file that names a folder.
        if matches!(path.file_name().and_then(|name| name.to_str()), Some("target" | ".git")) {
            continue;
        }
        if path.is_dir() {
            found.extend(files(&path, is_wanted));
        } else if is_wanted(&path) {
            found.push(path);
        }
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    files(folder, &|file| file.extension().is_some_and(|extension| extension == "rs"))
}

/// Every Rust file of a `src` folder.
fn sources() -> Vec<PathBuf> {
    rust_files(&root()).into_iter().filter(|file| file.components().any(|part| part.as_os_str() == "src")).collect()
}

/// The lines of `file` that match and are no comment, with their places.
fn code_lines(file: &Path, pattern: &Regex) -> Vec<String> {
    let text = read(file);
    let lines =
        text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//") && pattern.is_match(line));
    lines.map(|(index, line)| format!("{}:{}: {}", relative(file), index + 1, line.trim())).collect()
}

/// Whether `line` names a folder below `home`, and not only a path that ends like it.
fn names_folder(line: &str, home: &str) -> bool {
    line.match_indices(home).any(|(start, _)| {
        let before = line[..start].chars().next_back();
        let after = line[start + home.len()..].chars().next();
        before.is_none_or(|it| !it.is_alphanumeric() && !matches!(it, '/' | '.' | '-' | '_' | '}' | '*'))
            && after.is_some_and(|it| it.is_alphanumeric() || it == '.')
    })
}

fn readme() -> String {
    read(&root().join("README.md"))
}

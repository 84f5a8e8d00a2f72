//! The reference in `docs/src/reference`: what is generated is as the code says, and what is written names what is there.
//!
//! `UPDATE_REFERENCE=1 cargo test -p cargo-stackwright --test reference` writes the generated pages.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use engine::audit::rules;
use engine::cli::Cli;
use regex::Regex;

const GENERATED: &str = "<!-- Generated from the code; a test holds it. -->\n\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// Asserts that the page `name` is `text`, or writes it.
#[track_caller]
fn check_page(name: &str, text: &str) {
    let file = root().join("docs/src/reference").join(name);
    let text = format!("{GENERATED}{}\n", text.trim_end());
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let is_current = fs::read_to_string(&file).is_ok_and(|page| page == text);
    assert!(
        is_current,
        "docs/src/reference/{name} is not as the code says\n  help: `UPDATE_REFERENCE=1 cargo test -p cargo-stackwright --test reference`"
    );
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[test]
fn the_commands_are_those_of_the_command_line() {
    let options = clap_markdown::MarkdownOptions::new()
        .title("Commands".to_owned())
        .show_footer(false)
        .show_table_of_contents(false);
    check_page("commands.md", &clap_markdown::help_markdown_command_custom(&Cli::command(), &options));
}

#[test]
fn the_operations_of_bindings_are_those_that_they_grant() {
    let mut page =
        "# Operations of bindings\n\nWhat a binding can grant, and on what: `{arn}` is the ARN of what it is \
                    bound to, `*` stands where IAM knows no resource.\n"
            .to_owned();
    for (kind, granted) in bindings::kinds() {
        writeln!(page, "\n## `{kind}`\n\n| operation | grants |\n|---|---|").unwrap();
        for granted in granted {
            let actions = granted.actions.iter().map(|(action, on)| format!("`{action}` on `{on}`"));
            let actions: Vec<_> = actions.collect();
            writeln!(page, "| `{}` | {} |", granted.operation, cell(&actions.join(", "))).unwrap();
        }
    }
    check_page("bindings.md", &page);
}

/// The clients by the names that they have in the code, with the service's name in its SDK and in IAM.
const CLIENTS: [(&str, &str, &str); 14] = [
    ("cloudcontrol", "cloudcontrol", "cloudformation"),
    ("cloudformation", "cloudformation", "cloudformation"),
    ("apigateway", "apigateway", "apigateway"),
    ("gateway", "apigateway", "apigateway"),
    ("dynamodb", "dynamodb", "dynamodb"),
    ("ecr", "ecr", "ecr"),
    ("eventbridge", "eventbridge", "events"),
    ("events", "eventbridge", "events"),
    ("iam", "iam", "iam"),
    ("lambda", "lambda", "lambda"),
    ("logs", "cloudwatchlogs", "logs"),
    ("s3", "s3", "s3"),
    ("sns", "sns", "sns"),
    ("sqs", "sqs", "sqs"),
];

/// The actions that a call needs: API Gateway's are the methods of HTTP. Nothing of a method that is no operation.
fn actions(service: &str, prefix: &str, operation: &str) -> Vec<String> {
    let name: String = operation.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    if service == "apigateway" {
        let method = match operation.split('_').next().unwrap() {
            "get" => "GET",
            "create" => "POST",
            "update" => "PATCH",
            other => panic!("{other}"),
        };
        return vec![format!("apigateway:{method}")];
    }
    match policies::operation::of(service) {
        Some(operations) => {
            let known = operations.iter().filter(|it| it.name == name);
            known.flat_map(|it| it.required).map(|action| (*action).to_owned()).collect()
        }
        None => vec![format!("{prefix}:{name}")],
    }
}

/// The actions that a push to a registry of ECR needs, and a look at what is there.
const PUSHING: [&str; 7] = [
    "BatchCheckLayerAvailability",
    "BatchGetImage",
    "CompleteLayerUpload",
    "InitiateLayerUpload",
    "PutImage",
    "TagResource",
    "UploadLayerPart",
];

/// The commands that look after a deployed stack. Whoever uses them need not deploy.
const OPERATING: [&str; 7] = ["invoke", "logs", "peek", "redrive", "replay", "send", "trace"];

/// The actions of the calls in `files`, by service.
fn actions_in(files: &[PathBuf]) -> BTreeMap<&'static str, BTreeSet<String>> {
    let call = Regex::new(r"\b([a-z0-9]+)\s*\.\s*([a-z][a-z0-9_]*)\(\)").unwrap();
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        let text = read(file);
        for captures in call.captures_iter(&text) {
            let Some((_, service, prefix)) = CLIENTS.iter().find(|(name, ..)| *name == &captures[1]) else {
                continue;
            };
            // A client is also copied.
            if &captures[2] == "clone" {
                continue;
            }
            found.entry(prefix).or_default().extend(actions(service, prefix, &captures[2]));
        }
    }
    found
}

/// The rows of a table of actions by service.
fn rows(actions: &BTreeMap<&str, BTreeSet<String>>) -> String {
    let mut rows = String::new();
    for (service, actions) in actions {
        let actions: Vec<_> = actions.iter().map(|action| format!("`{action}`")).collect();
        writeln!(rows, "| {service} | {} |", actions.join(", ")).unwrap();
    }
    rows
}

#[test]
fn the_rights_that_commands_need_are_those_of_the_calls() {
    let folders = ["assets", "commands", "deploy", "services"].map(|folder| root().join("xtask/src").join(folder));
    let is_operating = |file: &PathBuf| OPERATING.contains(&file.file_stem().unwrap().to_str().unwrap());
    let deploying = folders.iter().flat_map(|folder| files(folder, "rs"));
    let deploying: Vec<_> =
        deploying.filter(|file| !(file.parent() == Some(&*folders[1]) && is_operating(file))).collect();
    let operating = files(&root().join("xtask/src/operate"), "rs").into_iter();
    let operating: Vec<_> = operating.chain(OPERATING.map(|name| folders[1].join(format!("{name}.rs")))).collect();
    let (deploying, mut operating) = (actions_in(&deploying), actions_in(&operating));
    let read = ["DescribeStacks", "GetTemplate", "ListStackResources"].map(|it| format!("cloudformation:{it}"));
    operating.insert("cloudformation", read.into());
    let mut page =
        "# Rights\n\nWhat whoever deploys needs of AWS, besides the rights to make, change and delete what the stacks \
                    consist of: those are needed by the service role of `--role-arn` where there is one. What only \
                    reads is for plans, `drift` and `destroy`; without it they say what they could not look at. \
                    `cloudformation:GetResource` reads types that are not in this list for `drift`; it needs the rights \
                    of the type's handler, too.\n\n\
                    | service | actions |\n|---|---|\n| sts | `sts:GetCallerIdentity` |\n"
            .to_owned();
    page.push_str(&rows(&deploying));
    let mut workers = actions_in(&files(&root().join("xtask/src/workloads"), "rs"));
    workers.entry("ecr").or_default().extend(PUSHING.map(|action| format!("ecr:{action}")));
    page.push_str(
        "\n## Workers\n\nWhat stacks with workers need besides. An image is pushed through \
         [ECR's registry](https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html). A repository is made with tags \
         (`ecr:TagResource`) when the first image of its program is pushed.\n\n\
         | service | actions |\n|---|---|\n",
    );
    page.push_str(&rows(&workers));
    page.push_str(
        "\n## Looking after stacks\n\nWhat `logs`, `invoke`, `replay`, `trace`, `send`, `peek` and `redrive` need together.\n\n\
         | service | actions |\n|---|---|\n| sts | `sts:GetCallerIdentity` |\n",
    );
    page.push_str(&rows(&operating));
    check_page("rights.md", &page);
}

#[test]
fn the_check_rules_are_listed() {
    let mut page =
        "# Check rules\n\nWhat `check` finds before anything leaves the machine.\n\n| rule | finds |\n|---|---|\n"
            .to_owned();
    for rule in infra::check::rules() {
        writeln!(page, "| `{}` | {} |", rule.name, cell(rule.finds)).unwrap();
    }
    check_page("check-rules.md", &page);
}

#[test]
fn the_audit_rules_are_listed() {
    let mut page = "# Audit rules\n\nWhat `policy-audit` finds. `cargo xtask policy-audit --explain ID` shows what to do, and for a rule about \
                    policies a case in which it fires and one in which it does not.\n\n| rule | severity | finds |\n|---|---|---|\n"
        .to_owned();
    for rule in rules::all() {
        writeln!(page, "| {} | {} | {} |", rule.id, rule.severity, cell(rule.title)).unwrap();
    }
    check_page("audit-rules.md", &page);
}

#[test]
fn the_guide_has_every_feature_of_the_bindings() {
    let feature = Regex::new(r#"(?m)^(\w+) = \["runtime", "dep:aws-sdk-"#).unwrap();
    let manifest = read(&root().join("handlers/bindings/Cargo.toml"));
    let guide = read(&root().join("docs/src/guides/bindings.md"));
    let (_, list) = guide.split_once("They are called as the modules:").unwrap();
    let (list, _) = list.split_once('.').unwrap();
    let said: BTreeSet<_> = list.split('`').skip(1).step_by(2).collect();
    let features: BTreeSet<_> = feature.captures_iter(&manifest).map(|it| it.get(1).unwrap().as_str()).collect();
    assert!(features.len() > 15, "{features:?}");
    assert_eq!(said, features);
}

#[test]
fn the_typed_resources_are_listed() {
    let typed = Regex::new(
        r#"(?s)impl(?:<[^{]*>)? Resource for (\w+)[^{]*\{\s*const TYPE: &'static str = "(AWS::[A-Za-z0-9:]+)""#,
    )
    .unwrap();
    let source = root().join("infra/src");
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in rust_files(&source) {
        let service = file.strip_prefix(&source).unwrap().iter().next().unwrap().to_str().unwrap();
        let service = service.trim_end_matches(".rs");
        for it in typed.captures_iter(&read(&file)) {
            found.entry(it[2].to_owned()).or_default().insert(format!("`infra::{service}::{}`", &it[1]));
        }
    }
    let mut page =
        "# Typed resources\n\nResource types that have a struct. `infra::resources!` makes a struct of [every other \
                    type](../guides/resources.md).\n\n| type | struct |\n|---|---|\n"
            .to_owned();
    for (resource_type, structs) in &found {
        let structs: Vec<_> = structs.iter().cloned().collect();
        writeln!(page, "| `{resource_type}` | {} |", structs.join(", ")).unwrap();
    }
    assert!(found.len() > 25, "only {} types were recognised", found.len());
    check_page("resources.md", &page);
}

#[test]
fn the_exit_codes_are_those_of_the_code() {
    let variant = Regex::new(r"/// (.+)\.\n +[A-Za-z]+ = (\d+),").unwrap();
    let source = read(&root().join("xtask/src/exit.rs"));
    let defined: BTreeMap<_, _> =
        variant.captures_iter(&source).map(|it| (it[2].to_owned(), it[1].to_owned())).collect();
    let row = Regex::new(r"(?m)^\| (\d+) \| (.+) \|$").unwrap();
    let page = read(&root().join("docs/src/reference/exit-codes.md"));
    let said: BTreeMap<_, _> = row.captures_iter(&page).map(|it| (it[1].to_owned(), it[2].to_owned())).collect();
    assert_eq!(said, defined);
    let help = Cli::command().get_after_help().unwrap().to_string();
    let lacking: Vec<_> = defined.keys().filter(|code| !help.contains(&format!(" {code} "))).collect();
    assert!(lacking.is_empty(), "the help lacks {lacking:?}");
}

/// Variables that the engine sets for its own programs are nothing for users.
#[test]
fn the_environment_is_that_of_the_code() {
    const OWN: [&str; 1] = ["STACKWRIGHT_LOCK"];
    let variable = Regex::new(r"\bSTACKWRIGHT_[A-Z_]+[A-Z]").unwrap();
    let names = |text: &str| variable.find_iter(text).map(|it| it.as_str().to_owned()).collect::<BTreeSet<_>>();
    let sources = ["xtask/src", "xtask/testing/src", "xtask/launch/src", "infra/app/src"];
    let files = sources.iter().flat_map(|folder| rust_files(&root().join(folder)));
    let mut used: BTreeSet<_> = files.flat_map(|file| names(&read(&file))).collect();
    used.retain(|name| !OWN.contains(&name.as_str()));
    let page = read(&root().join("docs/src/reference/environment.md"));
    assert_eq!(names(&page), used);
}

#[test]
fn every_page_is_in_the_summary_and_every_link_leads_somewhere() {
    let folder = root().join("docs/src");
    let summary = read(&folder.join("SUMMARY.md"));
    let link = Regex::new(r"\]\(([A-Za-z0-9_./-]+\.(?:md|rs))\)").unwrap();
    let mut wrong = Vec::new();
    for file in files(&folder, "md") {
        let name = file.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
        if name != "SUMMARY.md" && !summary.contains(&format!("({name})")) {
            wrong.push(format!("{name} is not in the summary"));
        }
        let text = read(&file);
        let missing = link.captures_iter(&text).filter(|it| !file.parent().unwrap().join(&it[1]).exists());
        wrong.extend(missing.map(|it| format!("{name}: {}", &it[1])));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_documents_run_no_command_that_does_not_exist() {
    let cli = Cli::command();
    let commands: BTreeSet<_> = cli.get_subcommands().map(|it| it.get_name().to_owned()).collect();
    let runs = Regex::new(r"cargo (?:xtask|stackwright) ([a-z-]+)").unwrap();
    let documents = files(&root().join("docs/src"), "md").into_iter().chain([root().join("README.md")]);
    let unknown: Vec<_> = documents
        .flat_map(|file| {
            let text = read(&file);
            let named: Vec<_> = runs.captures_iter(&text).map(|it| it[1].to_owned()).collect();
            named.into_iter().map(move |name| (file.clone(), name))
        })
        .filter(|(_, name)| !commands.contains(name))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    if folder.exists() { files(folder, "rs") } else { Vec::new() }
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found
}

#[test]
fn the_costs_of_workers_are_those_that_the_script_calculates() {
    let script = root().join("docs/src/reference/lambda_or_kubernetes.py");
    let ended = std::process::Command::new("python3").arg(script).arg("--check").output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&[ended.stdout, ended.stderr].concat()));
}

//! What is in a folder that policies can be in: found by the content of its files.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use policies::audit::{Kind, Policy};
use policies::unknown;
use serde_json::Value as Json;

use super::files::{Files, read};
use super::matrix::Content;
use crate::failure::Failure;
use crate::ui;

/// Folders with what other programs made or fetched.
const SKIPPED: [&str; 3] = [".git", "node_modules", "target"];

/// How the names of files end that are looked into.
const SUFFIXES: [&str; 5] = ["json", "template", "tfstate", "yaml", "yml"];

/// What a file is.
enum Found {
    Template,
    /// A policy, with the way to it.
    Policy(&'static str, Json),
    TerraformPlan,
    AuthorizationDetails,
    /// What the CDK writes beside its templates.
    Assembly(Json),
    /// It looks like something that is read, and is not readable.
    Unreadable(String),
    Other,
}

impl Files {
    /// Audits what is at `path`: a file, or all files in a folder and those below it.
    ///
    /// # Errors
    /// When there is nothing, or a file is of no kind that is read.
    pub fn at(&mut self, path: &Path) -> anyhow::Result<()> {
        let shown = path.display();
        if path.is_dir() {
            return self.folder(path).with_context(|| format!("`{shown}` cannot be read"));
        }
        if self.file(path, &read(path)?)? {
            return Ok(());
        }
        let failure = Failure::new(format!("`{shown}` is nothing that is audited"));
        Err(failure.help("expected a template, a policy, a plan of Terraform as JSON, a manifest of the CDK, or an account's authorization details").into())
    }

    fn folder(&mut self, folder: &Path) -> anyhow::Result<()> {
        let manifest = folder.join("manifest.json");
        if manifest.is_file()
            && let Ok(text) = read(&manifest)
            && let Found::Assembly(assembly) = found(&manifest, &text)
        {
            return self.assembly(folder, &assembly);
        }
        let mut entries = fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = shown(&entry.path());
            let kind = entry.file_type()?;
            if kind.is_dir() && !SKIPPED.iter().any(|it| entry.file_name() == *it) {
                self.folder(&path)?;
            } else if kind.is_file() && path.extension().is_some_and(|it| SUFFIXES.iter().any(|suffix| it == *suffix)) {
                let why = match read(&path) {
                    Ok(text) if self.file_in_folder(&path, &text) => continue,
                    Ok(_) => "it is nothing that policies are in".to_owned(),
                    Err(error) => reason(&error),
                };
                self.report.passed_over += 1;
                ui::detail(format!("{}: passed over, since {why}", path.display()));
            }
        }
        Ok(())
    }

    /// Audits a file beside others, which are read also when this one cannot be; whether it is of a kind that is read.
    fn file_in_folder(&mut self, path: &Path, text: &str) -> bool {
        self.file(path, text).unwrap_or_else(|error| {
            self.unreadable(path, &reason(&error));
            true
        })
    }

    /// Audits a file; whether it is of a kind that is read.
    fn file(&mut self, path: &Path, text: &str) -> anyhow::Result<bool> {
        match found(path, text) {
            Found::Template => self.template_of(path, text)?,
            Found::Policy(at, given) => {
                let text_of = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
                let kind = Kind::likely(&text_of);
                let filled = filled_in_later(&given);
                let policy = match &given {
                    _ if filled != given => Policy::of(kind, filled),
                    // As it is written, so that a member that is there twice is found.
                    _ if at.is_empty() => Policy::read(kind, text),
                    Json::String(text) => Policy::read(kind, text),
                    _ => Policy::of(kind, given),
                };
                self.policy_at(path, text, at, &policy);
            }
            Found::TerraformPlan => self.translated(path, text, Content::TerraformPlan, translate::terraform_plan)?,
            Found::AuthorizationDetails => {
                self.translated(path, text, Content::AuthorizationDetails, translate::authorization_details)?;
            }
            Found::Assembly(assembly) => self.assembly(path.parent().unwrap_or(Path::new("")), &assembly)?,
            Found::Unreadable(why) => self.unreadable(path, &why),
            Found::Other => return Ok(false),
        }
        Ok(true)
    }

    /// Audits the templates of an assembly of the CDK; those of nested stacks are read with those that name them.
    ///
    /// <https://docs.aws.amazon.com/cdk/api/v2/docs/cloud-assembly-schema-readme.html>
    fn assembly(&mut self, folder: &Path, manifest: &Json) -> anyhow::Result<()> {
        // An assembly may name itself as an inner one.
        if !self.is_new(folder) {
            return Ok(());
        }
        let artifacts = manifest["artifacts"].as_object().into_iter().flatten();
        for (_, artifact) in artifacts {
            let properties = &artifact["properties"];
            let named = |name: &str| properties[name].as_str().map(|it| shown(&folder.join(it)));
            match artifact["type"].as_str() {
                Some("aws:cloudformation:stack") => {
                    let Some(template) = named("templateFile") else { continue };
                    let audited = read(&template).and_then(|text| self.template_of(&template, &text));
                    if let Err(error) = audited {
                        self.unreadable(&template, &reason(&error));
                    }
                }
                Some("cdk:cloud-assembly") => {
                    if let Some(inner) = named("directoryName").filter(|it| it.is_dir()) {
                        self.folder(&inner)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Why a file cannot be read, without what helps when it is the only one.
fn reason(error: &anyhow::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

/// Whether a name on the command line is that of a file or folder: names of stacks have none of these characters.
#[must_use]
pub fn is_path(name: &str) -> bool {
    name.contains(['/', '\\', '.'])
}

/// The path as findings name it.
#[must_use]
pub fn shown(path: &Path) -> PathBuf {
    let plain: PathBuf = path.components().skip_while(|it| *it == std::path::Component::CurDir).collect();
    if plain.as_os_str().is_empty() { PathBuf::from(".") } else { plain }
}

/// The policy with values of which nothing is known for what another program fills in, as Terraform's `templatefile`:
/// `${name}`. Each variable of IAM's own has a colon.
fn filled_in_later(json: &Json) -> Json {
    match json {
        Json::String(text) => {
            let mut whole = String::new();
            let mut rest = text.as_str();
            while let Some((before, after)) = rest.split_once("${") {
                let name = after.split_once('}').filter(|(name, _)| {
                    !name.is_empty() && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == '.')
                });
                whole += before;
                if let Some((name, after)) = name {
                    whole += &unknown::variable(name);
                    rest = after;
                } else {
                    whole += "${";
                    rest = after;
                }
            }
            (whole + rest).into()
        }
        Json::Array(items) => items.iter().map(filled_in_later).collect(),
        Json::Object(members) => members.iter().map(|(name, it)| (name.clone(), filled_in_later(it))).collect(),
        scalar => scalar.clone(),
    }
}

/// What the text in a file is.
fn found(path: &Path, text: &str) -> Found {
    const WORDS: [&str; 7] =
        ["Resources", "Statement", "planned_values", "root_module", "DetailList", "PolicyVersionList", "artifacts"];
    if !WORDS.iter().any(|word| text.contains(word)) {
        return Found::Other;
    }
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    let first = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}')).into_iter::<Json>().next();
    if is_json && let Some(Ok(json)) = first {
        return of_json(path, json);
    }
    // What no other language has together.
    let looks_like_a_template = text.contains("AWSTemplateFormatVersion")
        || text.lines().any(|line| line.starts_with("Resources:")) && text.contains("Type: AWS::");
    match translate::template(text) {
        Ok(written) if is_template(written.template.section("Resources")) => Found::Template,
        Err(error) if looks_like_a_template => Found::Unreadable(error.to_string()),
        _ => Found::Other,
    }
}

fn of_json(path: &Path, mut json: Json) -> Found {
    const DOCUMENTS: [&str; 6] = [
        "",
        "/PolicyVersion/Document",
        "/PolicyDocument",
        "/Policy",
        "/Role/AssumeRolePolicyDocument",
        "/ResourcePolicy",
    ];
    if json.get("artifacts").is_some_and(Json::is_object)
        && json["version"].is_string()
        && path.file_name().is_some_and(|it| it == "manifest.json")
    {
        return Found::Assembly(json);
    }
    let has_root = |name: &str| json[name].get("root_module").is_some();
    if has_root("planned_values") || has_root("values") && json.get("format_version").is_some() {
        return Found::TerraformPlan;
    }
    let page = json.get(0).unwrap_or(&json);
    let lists = ["UserDetailList", "GroupDetailList", "RoleDetailList"];
    let has_versions = page["Policies"].get(0).is_some_and(|it| it.get("PolicyVersionList").is_some());
    if has_versions || lists.iter().any(|it| page.get(it).is_some_and(Json::is_array)) {
        return Found::AuthorizationDetails;
    }
    let resources = json.get("Resources").and_then(Json::as_object).into_iter().flatten();
    if is_template(resources.map(|(id, it)| (id.as_str(), it))) {
        return Found::Template;
    }
    let document = DOCUMENTS.into_iter().find(|at| json.pointer(at).is_some_and(is_policy));
    document.map_or(Found::Other, |at| Found::Policy(at, json.pointer_mut(at).map(Json::take).unwrap_or_default()))
}

/// Whether resources are as templates have them.
fn is_template<'a>(mut resources: impl Iterator<Item = (&'a str, &'a Json)>) -> bool {
    resources.any(|(id, it)| {
        let is_typed = it.get("Type").and_then(Json::as_str).is_some_and(|it| it.contains("::"));
        is_typed || id.starts_with("Fn::ForEach::")
    })
}

fn is_policy(json: &Json) -> bool {
    match json {
        Json::String(text) => serde_json::from_str::<Json>(text).is_ok_and(|it| it.is_object() && is_policy(&it)),
        Json::Object(members) => {
            let is_statement = |it: &Json| it.get("Effect").is_some();
            match members.get("Statement") {
                Some(Json::Array(all)) => all.iter().any(is_statement),
                Some(one) => is_statement(one),
                None => false,
            }
        }
        _ => false,
    }
}

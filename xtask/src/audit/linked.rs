//! What a program can call, read from the program itself.
//!
//! The AWS SDK for Rust names the module of each operation, `aws_sdk_dynamodb::operation::get_item`, in the trace spans
//! around its calls. The names of operations that nothing calls are removed with their code, and those that are left
//! survive link-time optimisation and stripping.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};
use memchr::memmem;
use object::{Object as _, ObjectSection as _, ObjectSegment as _};
use policies::operation::{self, Operation};

use super::calls::{self, Call, Site};

/// What a program can call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Linked {
    /// The operations whose actions are known.
    pub operations: BTreeSet<Operation>,
    /// The others, as the SDK names their modules: `dynamodb::search_vectors`.
    pub unlisted: BTreeSet<String>,
    /// The calls that go through bindings.
    pub calls: BTreeSet<Call>,
    /// The places in its source that it knows of.
    pub sites: BTreeSet<Site>,
}

impl Linked {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty() && self.unlisted.is_empty()
    }
}

/// What the program with the content `file` can call of `services`, and the places below `folders` that it knows of.
///
/// `services` are those that the program's package calls itself: aws-config can call others, such as STS, with
/// credentials that are none of the function's role. `folders` are relative to the workspace, as the compiler names files.
///
/// # Errors
/// When `file` is no program.
pub fn read(file: &[u8], services: &BTreeSet<String>, folders: &[&str]) -> Result<Linked> {
    read_with(file, services, folders, &[])
}

/// The same, where the bindings of the program call the operations `bound`, also of services that are not listed.
///
/// # Errors
/// When `file` is no program.
pub fn read_with(
    file: &[u8],
    services: &BTreeSet<String>,
    folders: &[&str],
    bound: &[&'static Operation],
) -> Result<Linked> {
    let program = object::File::parse(file).context("the program cannot be read")?;
    let loaded = loaded(&program)?;
    let mut linked = Linked { sites: calls::sites(&program, folders), ..Linked::default() };
    for data in &loaded {
        calls::calls(data, &mut linked.calls);
    }
    for service in services {
        collect(&loaded, service, bound, &mut linked);
    }
    Ok(linked)
}

/// What of a program is in memory when it runs: information for debuggers also names what was compiled and then left out.
pub(super) fn loaded<'a>(program: &object::File<'a>) -> Result<Vec<&'a [u8]>> {
    let mut parts = program.segments().map(|segment| segment.data()).collect::<Result<Vec<_>, _>>();
    if parts.as_ref().is_ok_and(Vec::is_empty) {
        parts = program.sections().map(|section| section.data()).collect();
    }
    parts.context("the program cannot be read")
}

fn collect(sections: &[&[u8]], service: &str, bound: &[&'static Operation], linked: &mut Linked) {
    let names: BTreeSet<_> = sections.iter().flat_map(|data| names(data, service)).collect();
    for name in &names {
        match recognise(service, name, &names, bound) {
            Some(operation) => drop(linked.operations.insert(*operation)),
            None => drop(linked.unlisted.insert(format!("{service}::{}", whole(sections, service, name)))),
        }
    }
}

/// What `data` names as a module of an operation of `service`; another text may follow at once.
fn names<'a>(data: &'a [u8], service: &str) -> BTreeSet<&'a str> {
    let marker = format!("aws_sdk_{service}::operation::");
    let rests = memmem::find_iter(data, &marker).map(|start| &data[start + marker.len()..]);
    let names = rests.map(|rest| &rest[..rest.iter().position(|byte| !is_name(*byte)).unwrap_or(rest.len())]);
    names.filter_map(|name| std::str::from_utf8(name).ok()).filter(|name| !name.is_empty()).collect()
}

/// The name without the text that follows it at once, where a file of the SDK has a name that it begins with.
fn whole<'a>(sections: &[&[u8]], service: &str, name: &'a str) -> &'a str {
    let is_file = |length: &usize| {
        ["/", ".rs"].iter().any(|end| {
            let file = format!("/src/operation/{}{end}", &name[..*length]);
            let is_of = |data: &&[u8], at: usize| {
                let before = &data[at.saturating_sub(LONGEST_VERSION)..at];
                memmem::find(before, format!("aws-sdk-{service}-").as_bytes()).is_some()
            };
            sections.iter().any(|data| memmem::find_iter(data, &file).any(|at| is_of(data, at)))
        })
    };
    let length = (1..=name.len()).rev().find(is_file).unwrap_or(name.len());
    &name[..length]
}

/// No name of an SDK's package with its version is longer.
const LONGEST_VERSION: usize = 64;

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_'
}

/// The operation whose module `name` begins with: texts in a program have no end, and another may follow at once.
///
/// It is the longest there is, unless a shorter one is among `names` and it is not: `get_parametersigning` begins with
/// `get_parameters`, and is `get_parameter` before `signing`. A name that goes on with an underscore is that of another,
/// unlisted operation.
fn recognise(
    service: &str,
    name: &str,
    names: &BTreeSet<&str>,
    bound: &[&'static Operation],
) -> Option<&'static Operation> {
    let listed = operation::of(service);
    // What is listed is all of a service.
    let bound = bound.iter().copied().filter(|it| listed.is_none() && it.service == service);
    let candidates = listed.into_iter().flatten().chain(bound);
    let mut found: Vec<_> = candidates.filter_map(|it| Some((remainder(name, it.name)?, it))).collect();
    found.sort_by_key(|(remainder, _)| remainder.len());
    let (remainder_of_longest, longest) = *found.first()?;
    if remainder_of_longest.starts_with('_') {
        return None;
    }
    let is_named = |operation: &Operation| names.iter().any(|it| remainder(it, operation.name) == Some(""));
    let mut possible = found.iter().filter(|(remainder, _)| !remainder.starts_with('_')).map(|(_, it)| *it);
    let whole = possible.find(|operation| is_named(operation));
    Some(whole.filter(|_| !remainder_of_longest.is_empty()).unwrap_or(longest))
}

/// What is left of the module name `module` after the operation `name`: `get_items` after `GetItem` is `s`.
fn remainder<'a>(module: &'a str, name: &str) -> Option<&'a str> {
    let mut letters = name.chars().map(|letter| letter.to_ascii_lowercase());
    letters.try_fold(module, |rest, letter| rest.trim_start_matches('_').strip_prefix(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(data: &str, expected: &[&str], unlisted: &[&str]) {
        let mut linked = Linked::default();
        collect(&[data.as_bytes()], "dynamodb", &[], &mut linked);
        assert_eq!(linked.operations.iter().map(|operation| operation.name).collect::<Vec<_>>(), expected);
        assert_eq!(linked.unlisted.iter().map(String::as_str).collect::<Vec<_>>(), unlisted);
    }

    #[test]
    fn a_name_may_run_into_the_next_text() {
        check("aws_sdk_dynamodb::operation::get_item\0", &["GetItem"], &[]);
        check("aws_sdk_dynamodb::operation::get_itemsigning", &["GetItem"], &[]);
        check("aws_sdk_dynamodb::operation::get_item::builders", &["GetItem"], &[]);
        check("aws_sdk_dynamodb::operation::transact_write_itemsexpected", &["TransactWriteItems"], &[]);
    }

    #[test]
    fn a_text_that_follows_at_once_makes_no_other_operation_of_one_that_is_named_elsewhere() {
        #[track_caller]
        fn check(texts: &[&str], expected: &[&str]) {
            let texts: Vec<_> = texts.iter().map(|text| format!("aws_sdk_ssm::operation::{text}\0")).collect();
            let sections: Vec<_> = texts.iter().map(String::as_bytes).collect();
            let mut linked = Linked::default();
            collect(&sections, "ssm", &[], &mut linked);
            assert_eq!(linked.operations.iter().map(|operation| operation.name).collect::<Vec<_>>(), expected);
        }
        check(&["get_parameter", "get_parametersigning"], &["GetParameter"]);
        check(&["get_parameters", "get_parameterssigning"], &["GetParameters"]);
        check(&["get_parameter", "get_parameters", "get_parametersrequest_id"], &["GetParameter", "GetParameters"]);
        check(&["get_parametersigning"], &["GetParameters"]);
        check(&["get_parameters", "get_parameters_by_pathsigning"], &["GetParameters", "GetParametersByPath"]);
    }

    #[test]
    fn an_operation_without_known_actions_is_not_taken_for_another() {
        check("aws_sdk_dynamodb::operation::query_everything\0", &[], &["dynamodb::query_everything"]);
        check("aws_sdk_dynamodb::operation::forget_item\0", &[], &["dynamodb::forget_item"]);
    }

    #[test]
    fn operations_of_other_services_do_not_count() {
        check("aws_sdk_sts::operation::assume_role", &[], &[]);
    }

    #[test]
    fn an_operation_is_recognised_by_its_module_whichever_way_its_name_is_split_into_words() {
        #[track_caller]
        fn check(service: &str, module: &str, expected: Option<&str>) {
            assert_eq!(recognise(service, module, &BTreeSet::new(), &[]).map(|it| it.name), expected, "{module}");
        }
        check("cloudwatch", "update_o_tel_enrichment", Some("UpdateOTelEnrichment"));
        check(
            "cloudwatchlogs",
            "associate_source_to_s3_table_integration",
            Some("AssociateSourceToS3TableIntegration"),
        );
        check("kms", "re_encrypt", Some("ReEncrypt"));
        check("s3", "list_objects", Some("ListObjects"));
        check("s3", "list_objects_v2", Some("ListObjectsV2"));
        check("s3", "list_objects_v3", None);
        check("sns", "set_sms_attributes", Some("SetSMSAttributes"));
        check("ssm", "get_parameter", Some("GetParameter"));
        check("ssm", "get_parameters", Some("GetParameters"));
        check("ssm", "get_parameters_by_path", Some("GetParametersByPath"));
        check("sts", "assume_role", Some("AssumeRole"));
        check("sts", "assume_role_with_saml", Some("AssumeRoleWithSAML"));
    }

    /// What follows the operations' module in the paths of the SDK of `service` that is in `Cargo.lock`.
    fn modules(service: &str, metadata: &cargo_metadata::Metadata) -> BTreeSet<String> {
        let name = format!("aws-sdk-{service}");
        let package = metadata.packages.iter().find(|package| package.name == name).unwrap();
        let folder = package.manifest_path.with_file_name("src").join("operation");
        let files = folder.read_dir_utf8().unwrap().map(|entry| entry.unwrap().path().to_owned());
        let files = files.filter(|file| file.extension() == Some("rs"));
        files.map(|file| file.file_stem().unwrap().to_owned()).collect()
    }

    /// Without a target, the metadata has the SDKs of all services too: see `xtask/Cargo.toml`.
    #[test]
    fn the_operations_of_each_service_are_those_of_its_locked_sdk() {
        let metadata = cargo_metadata::MetadataCommand::new().other_options(["--locked".to_owned()]).exec().unwrap();
        let mut wrong = Vec::new();
        for service in operation::services() {
            let mut listed: BTreeSet<_> = operation::of(service).unwrap().iter().map(|it| it.name).collect();
            for module in modules(service, &metadata) {
                let found = recognise(service, &module, &BTreeSet::new(), &[]);
                match found.filter(|it| it.name.to_ascii_lowercase() == module.replace('_', "")) {
                    Some(operation) => drop(listed.remove(operation.name)),
                    None => wrong.push(format!("{service}: the SDK has `{module}`, which has no row")),
                }
            }
            wrong.extend(listed.iter().map(|name| format!("{service}: the SDK has no `{name}`, which has a row")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

//! From source to zip: what a build gives, wherever and whenever it runs.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use engine::assets::{Artifact, Program, Selection, Target, Workspace, build, pack, target};
use engine::audit::{linked, usage};
use engine::failure::Failure;
use infra::Stage;
use infra::lambda::Architecture;
use memchr::memmem;
use object::Endianness;
use object::read::elf::ElfFile64;
use policies::Operation;
use stackwright::Options;

const LAMBDA: Target = Target::Lambda(Architecture::X86_64);

/// A small handler; its panics name its source.
const HANDLER: &str = r#"
    fn main() {
        let event = std::env::args().nth(1).expect("an event");
        println!("{event}");
    }
"#;

#[test]
fn the_same_source_gives_the_same_zip_in_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    let [one, two] =
        ["one", "another/and/deeper"].map(|path| zips(&handler_in(&folder.path().join(path)), &["handler"]));
    let contents = |all: Vec<Artifact>| all.into_iter().map(|artifact| artifact.zip).collect::<Vec<_>>();
    assert_eq!(contents(one), contents(two));
}

#[test]
fn a_build_of_unchanged_source_is_fresh_and_gives_the_same_zip() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = handler_in(folder.path());
    let first = programs(&workspace, &["handler"]);
    let before = pack(&first, folder.path()).unwrap();
    let again = programs(&workspace, &["handler"]);
    assert_eq!((first[0].fresh, again[0].fresh), (false, true));
    assert_eq!(pack(&again, folder.path()).unwrap(), before);
    assert_eq!(pack(&again, &folder.path().join("elsewhere")).unwrap(), before, "packed anew");
}

#[test]
fn builds_that_begin_at_the_same_time_all_end_well() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = handler_in(&folder.path().join("handler"));
    let tools = that_run_alone(folder.path());
    let built: Vec<_> = thread::scope(|scope| {
        let one = || build(&workspace, alone(&["handler"]), LAMBDA, Some(&tools)).unwrap();
        let builds: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        builds.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(built.iter().filter(|programs| !programs[0].fresh).count(), 1, "{built:?}");
}

/// The tools, of which `cargo-zigbuild` always fails when it runs twice at the same time: by itself it does so now and then.
fn that_run_alone(folder: &Path) -> PathBuf {
    let (tools, alone) = (tools(), folder.join("tools"));
    fs::create_dir(&alone).unwrap();
    let busy = folder.join("busy");
    let scripts = [
        ("python", r#"exec "$tools/python" "$@""#),
        ("cargo-zigbuild", r#"mkdir "$busy" && "$tools/cargo-zigbuild" "$@" && rmdir "$busy""#),
    ];
    for (name, script) in scripts {
        let script = format!("#!/bin/sh\ntools='{}'\nbusy='{}'\n{script}\n", tools.display(), busy.display());
        let file = alone.join(name);
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    }
    alone
}

#[test]
fn of_a_handler_that_does_not_compile_only_cargo_speaks() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = handler_in(folder.path());
    fs::write(folder.path().join("src/main.rs"), "fn main() { missing }").unwrap();
    let error = build(&workspace, alone(&["handler"]), LAMBDA, Some(&tools())).unwrap_err();
    assert!(error.downcast_ref().is_some_and(Failure::is_silent), "cargo has said why: {error}");
}

#[test]
fn a_program_that_no_package_has_is_named() {
    let error = build(&repository(), alone(&["spaceships-cosumer"]), LAMBDA, Some(&tools())).unwrap_err();
    assert!(
        error.to_string().starts_with("no package of this workspace has a program `spaceships-cosumer`"),
        "{error}"
    );
}

#[test]
fn a_zip_holds_one_executable_named_bootstrap_without_a_date() {
    let artifact = Artifact::new("handler", b"program").unwrap();
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(&artifact.zip)).unwrap();
    assert_eq!(zip.len(), 1);
    let entry = zip.by_index(0).unwrap();
    assert_eq!((entry.name(), entry.unix_mode(), entry.size()), ("bootstrap", Some(0o100_755), 7));
    assert_eq!(entry.last_modified().unwrap(), zip::DateTime::default());
}

#[test]
fn a_zip_is_named_by_its_content() {
    let [one, same, other] = [b"program", b"program", b"another"].map(|bytes| Artifact::new("handler", bytes).unwrap());
    assert_eq!(one.key(), same.key());
    assert_ne!(one.key(), other.key());
    assert_eq!(one.code_sha256(), same.code_sha256());
    assert_eq!(one.key().len(), "functions/handler/".len() + 64 + ".zip".len(), "{}", one.key());
}

#[test]
fn the_functions_run_on_lambdas_glibc_and_name_no_folder_and_call_what_their_bindings_say() {
    let workspace = repository();
    let expected = operations_of_bindings();
    assert!(expected.len() >= 17, "{} programs", expected.len());
    let names: Vec<_> = expected.keys().map(String::as_str).collect();
    for program in programs(&workspace, &names) {
        let (name, file) = (program.name.as_str(), fs::read(&program.path).unwrap());
        let newest = glibc_versions(&file).into_iter().next_back().unwrap();
        assert!(newest <= version(target::GLIBC), "{name} needs glibc {newest:?}");
        for folder in [workspace.root().to_str().unwrap(), "registry/src/"] {
            assert_eq!(memmem::find(&file, folder.as_bytes()), None, "{name} names `{folder}`");
        }
        let linked = linked::read(&file, &workspace.services(name).unwrap(), &[]).unwrap();
        // What needs no action, the SDK may call itself: `CreateSession` of S3.
        let needs_something = |operation: &&Operation| operation.actions().next().is_some();
        let found: BTreeSet<_> = linked.operations.iter().filter(needs_something).map(ToString::to_string).collect();
        assert_eq!(found, expected[name], "{name}");
        assert_eq!(linked.unlisted, BTreeSet::new(), "{name}");
    }
}

/// The operations in the types of the bindings of each program, in all stacks.
fn operations_of_bindings() -> BTreeMap<String, BTreeSet<String>> {
    let mut operations: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for system in stacks::app().systems() {
        for function in system.assemble(&Stage::default(), &Options::default()).functions {
            let of_program = operations.entry(function.program).or_default();
            of_program.extend(function.bindings.iter().flat_map(usage::operations).map(ToString::to_string));
        }
    }
    operations
}

#[test]
fn a_programs_services_are_those_that_its_package_calls() {
    let services = repository().services("spaceships-counts").unwrap();
    assert_eq!(services.iter().map(String::as_str).collect::<Vec<_>>(), ["dynamodb", "lambda"]);
}

/// A workspace with one small handler, in `folder`.
fn handler_in(folder: &Path) -> Workspace {
    let profile = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, profile) = profile.split_once("[profile.lambda]").unwrap();
    let profile = profile.split("\n[").next().unwrap();
    let manifest = format!("[package]\nname = \"handler\"\nedition = \"2024\"\n[workspace]\n[profile.lambda]{profile}");
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), HANDLER).unwrap();
    Workspace::read(folder).unwrap()
}

fn programs(workspace: &Workspace, names: &[&str]) -> Vec<Program> {
    build(workspace, alone(names), LAMBDA, Some(&tools())).unwrap()
}

/// These programs, with no others.
fn alone<'a>(names: &'a [&'a str]) -> Selection<'a> {
    Selection { programs: names, all: names, unified: &[], as_workers: false }
}

fn zips(workspace: &Workspace, names: &[&str]) -> Vec<Artifact> {
    pack(&programs(workspace, names), &workspace.target_directory().join("packed")).unwrap()
}

fn repository() -> Workspace {
    Workspace::read(&root()).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The folder with `cargo-zigbuild` and the Python that has zig.
fn tools() -> PathBuf {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(engine::tools::environment(engine::tools::Tool::Zig)).unwrap().bin()
}

/// The versions of glibc that the symbols of a program need, as `.gnu.version_r` lists them.
fn glibc_versions(file: &[u8]) -> BTreeSet<Vec<u32>> {
    let elf = ElfFile64::<Endianness>::parse(file).unwrap();
    let (endian, sections) = (elf.endian(), elf.elf_section_table());
    let (mut needs, strings) = sections.gnu_verneed(endian, file).unwrap().unwrap();
    let strings = sections.strings(endian, file, strings).unwrap();
    let mut versions = BTreeSet::new();
    while let Some((_, mut symbols)) = needs.next().unwrap() {
        while let Some(symbol) = symbols.next().unwrap() {
            let name = std::str::from_utf8(symbol.name(endian, strings).unwrap()).unwrap();
            versions.extend(name.strip_prefix("GLIBC_").map(version));
        }
    }
    versions
}

fn version(text: &str) -> Vec<u32> {
    text.split('.').map(|part| part.parse().unwrap()).collect()
}

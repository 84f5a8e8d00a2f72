//! The files that `synth --output` writes of a stack's workers, as they were reviewed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use tempfile::TempDir;
use testing::{CommandOutput, command};

fn synth(folder: &Path, more: &[&str]) -> CommandOutput {
    let options = ["synth", "order-requests", "--option", "compute=kubernetes"];
    let folder = ["--output", folder.to_str().unwrap()];
    CommandOutput::of(&mut command(&[&options[..], more, &folder].concat())).expect(0)
}

/// What is in `folder`, by the names of the files.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let read = |path: std::path::PathBuf| {
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(path).unwrap())
    };
    entries.map(read).collect()
}

fn shown(files: &BTreeMap<String, String>) -> String {
    files.iter().map(|(name, text)| format!("# {name}\n{text}")).collect::<Vec<_>>().concat()
}

#[test]
fn the_files_of_each_choice_are_as_reviewed_and_the_same_bytes_each_time() {
    let each = [
        ("standard", &[][..]),
        ("fifo", &["--option", "ordering=fifo"][..]),
        ("per_status", &["--option", "processing=per-status"][..]),
    ];
    for (name, options) in each {
        let (folder, again) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let said = synth(folder.path(), options);
        assert!(said.stderr.contains("what only a deployment knows is written as `${...}`"), "{said}");
        let written = files(&folder.path().join("kubernetes"));
        assert_snapshot!(name, shown(&written));
        synth(again.path(), options);
        assert_eq!(files(&again.path().join("kubernetes")), written);
        assert_eq!(files(again.path()), files(folder.path()));
    }
}

#[test]
fn what_was_written_before_goes_and_what_others_wrote_stays() {
    let folder = TempDir::new().unwrap();
    let kubernetes = folder.path().join("kubernetes");
    synth(folder.path(), &["--option", "processing=per-status"]);
    fs::write(kubernetes.join("README.md"), "mine").unwrap();
    fs::write(kubernetes.join("patch.yaml"), "mine").unwrap();
    synth(folder.path(), &[]);
    let names = files(&kubernetes);
    // Kustomize applies no file that it does not name.
    let listed = &names["kustomization.yaml"];
    let others = ["README.md", "kustomization.yaml", "patch.yaml"];
    assert!(others.iter().all(|name| names.contains_key(*name)), "{names:?}");
    for name in names.keys().filter(|name| !others.contains(&name.as_str())) {
        assert!(listed.contains(name), "{name}");
    }

    let without = ["synth", "order-requests", "--output", folder.path().to_str().unwrap()];
    let said = CommandOutput::of(&mut command(&without)).expect(0);
    assert!(said.stderr.contains("since the stack has no worker any more"), "{said}");
    assert_eq!(files(&kubernetes).into_keys().collect::<Vec<_>>(), ["README.md", "patch.yaml"]);
    for name in ["README.md", "patch.yaml"] {
        fs::remove_file(kubernetes.join(name)).unwrap();
    }
    synth(folder.path(), &[]);
    CommandOutput::of(&mut command(&without)).expect(0);
    assert!(!kubernetes.exists());
}

#[test]
fn what_others_wrote_is_not_overwritten() {
    let ours = TempDir::new().unwrap();
    synth(ours.path(), &[]);
    let ours = files(&ours.path().join("kubernetes"));
    let changed = format!("{}- mine.yaml\n", ours["kustomization.yaml"]);
    let theirs = [
        ("kustomization.yaml", "resources: [mine.yaml]\n"),
        ("kustomization.yaml", changed.as_str()),
        ("00-namespace-order-requests-dev.yaml", "mine"),
    ];
    for (name, text) in theirs {
        let folder = TempDir::new().unwrap();
        let kubernetes = folder.path().join("kubernetes");
        fs::create_dir(&kubernetes).unwrap();
        fs::write(kubernetes.join(name), text).unwrap();
        let output = folder.path().to_str().unwrap();
        let arguments = ["synth", "order-requests", "--option", "compute=kubernetes", "--output", output];
        let refused = CommandOutput::of(&mut command(&arguments)).expect(1);
        let said = format!("{name}` is not as Stackwright wrote it, and would be overwritten; nothing was written");
        assert!(refused.stderr.contains(&said), "{refused}");
        assert_eq!(files(&kubernetes), [(name.to_owned(), text.to_owned())].into());
        assert_eq!(files(folder.path()), BTreeMap::new());
        // Without workers there is nothing to write there.
        CommandOutput::of(&mut command(&["synth", "order-requests", "--output", output])).expect(0);
        assert_eq!(files(&kubernetes), [(name.to_owned(), text.to_owned())].into());
    }
}

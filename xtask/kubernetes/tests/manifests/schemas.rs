//! What is rendered is what the schemas of Kubernetes say, read as `kubectl` reads it: as YAML 1.1.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use crate::workloads::{large, small};

/// Every package with its version and hashes. Made with `uv pip compile --universal --python-version 3.10
/// --generate-hashes --no-header --no-annotate`.
const PACKAGES: &str = include_str!("../facts/kubernetes-validate.txt");

/// The oldest version whose objects are rendered, and the newest that the package knows.
const VERSIONS: [&str; 2] = ["1.33", "1.37"];

/// What is wrong with the files, a line each. Definitions of custom resources are not among the schemas.
const PROGRAM: &str = r"
import sys, yaml, kubernetes_validate
version, files = sys.argv[1], sys.argv[2:]
for file in files:
    for document in yaml.safe_load_all(open(file)):
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            print('.'.join(map(str, error.path)) + ': ' + error.message)
        except kubernetes_validate.SchemaNotFoundError:
            print('no schema: ' + document['kind'])
";

static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kubernetes-validate");
    let python = folder.join("bin/python");
    let complete = folder.join("complete");
    if fs::read_to_string(&complete).is_ok_and(|made_of| made_of == PACKAGES) {
        return python;
    }
    run(Command::new("python3").args(["-I", "-m", "venv", "--clear"]).arg(&folder));
    let list = folder.join("requirements.txt");
    fs::write(&list, PACKAGES).unwrap();
    let options = ["-I", "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"];
    let exact = ["--require-hashes", "--only-binary=:all:", "--no-deps", "--requirement"];
    run(Command::new(&python).args(options).args(exact).arg(&list));
    fs::write(complete, PACKAGES).unwrap();
    python
});

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn problems(version: &str, text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("object.yaml");
    fs::write(&file, text).unwrap();
    run(Command::new(&*PYTHON).args(["-I", "-c", PROGRAM, version]).arg(file))
}

fn documents() -> String {
    let objects = kubernetes::objects(&[small(), large()]).unwrap();
    let known = |object: &&kubernetes::Object| {
        !["TriggerAuthentication", "ScaledObject", "PodMonitor"].contains(&object.kind())
    };
    objects.iter().filter(known).map(kubernetes::yaml).collect::<Vec<_>>().join("---\n")
}

#[test]
fn every_object_is_as_the_schemas_say() {
    for version in VERSIONS {
        assert_eq!(problems(version, &documents()), "", "{version}");
    }
}

#[test]
fn what_is_not_as_the_schemas_say_is_found() {
    let documents = documents();
    let changed = |from: &str, to: &str| {
        assert!(documents.contains(from), "{from}\n{documents}");
        problems(VERSIONS[0], &documents.replacen(from, to, 1))
    };
    assert!(changed("containerPort: 8080", "containerPort: high").contains("'high' is not"));
    assert!(changed("runAsNonRoot: true", "runAsNobody: true").contains("runAsNobody"));
    assert!(changed("maxUnavailable: 10%", "maxUnavailable: [1]").contains("maxUnavailable"));
    assert!(changed("kind: PodDisruptionBudget", "kind: PodDisruption").contains("no schema: PodDisruption"));
    // What an older reader of YAML takes for a truth value.
    assert!(changed("value: \"on\"", "value: on").contains("True is not of type"));
}

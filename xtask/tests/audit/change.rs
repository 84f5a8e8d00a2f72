//! What became possible between two states of a function, its role and its dependencies.

use engine::audit::change::{Change, ProgramState, Registry, State, between};
use engine::audit::source::Source;
use engine::lock::Lock;
use insta::assert_snapshot;
use tempfile::TempDir;

use super::function::{Case, allow, and, find, role_only, without};

/// The packages of the workspace: `scanner` in a version, which depends on `sdk`.
fn lock(version: &str, sdk: &str) -> String {
    format!(
        "[[package]]\nname = \"orders\"\nversion = \"0.1.0\"\ndependencies = [\"aws-sdk-dynamodb\", \"scanner\"]\n\n\
         [[package]]\nname = \"scanner\"\nversion = \"{version}\"\nsource = \"registry\"\ndependencies = [{sdk}]\n\n\
         [[package]]\nname = \"aws-sdk-dynamodb\"\nversion = \"1.0.0\"\nsource = \"registry\"\n"
    )
}

fn state(case: &Case, lock: &str) -> State {
    let stack = case.assembled();
    let program = ProgramState::of(&case.subject(&stack), Some("orders"));
    State::new(vec![program], vec![stack], Lock::parse(lock).unwrap())
}

fn change(before: &Case, after: &Case) -> Change {
    let lock = lock("1.2.0", "");
    between(&state(before, &lock), &state(after, &lock), "main (1719de5)", &Registry::default())
}

/// The findings as people read them, then what is lost.
fn told(change: &Change) -> String {
    let findings = change.findings.iter().map(|it| format!("{it}\n"));
    let lost = change.lost.iter().map(|it| format!("lost: {} {} on {:?}\n", it.resource, it.action, it.on));
    findings.chain(lost).collect()
}

#[test]
fn what_stays_is_not_told() {
    assert_eq!(told(&change(&Case::new(), &Case::new())), "");
}

#[test]
fn a_right_is_told_with_the_call_that_uses_it_and_who_calls_that() {
    let before = || role_only(without("dynamodb:PutItem")).without("PutItem", &[3, 4, 5]);
    let after = Case::new();
    assert_snapshot!(told(&change(&before(), &after)), @r"
    medium[CH01]: `Processor` adds `dynamodb:PutItem` on `Archive`: `all` at handlers/orders/src/lib.rs:4:22
      --> handlers/orders/src/lib.rs:4:22
      evidence: `PutItem` is linked in the program; not so in main (1719de5)
      help: see that it is meant, and that the call is what the pull request is about
    medium[CH01]: `Processor` adds `dynamodb:PutItem` on `Orders`: `all` at handlers/orders/src/lib.rs:3:21
      --> handlers/orders/src/lib.rs:3:21
      evidence: `PutItem` is linked in the program; not so in main (1719de5)
      help: see that it is meant, and that the call is what the pull request is about
    medium[CH01]: `Processor` adds `dynamodb:PutItem` on `Reports`: `all` at handlers/orders/src/lib.rs:5:22
      --> handlers/orders/src/lib.rs:5:22
      evidence: `PutItem` is linked in the program; not so in main (1719de5)
      help: see that it is meant, and that the call is what the pull request is about
    ");
    assert_snapshot!(told(&change(&after, &before())), @r#"
    lost: Processor dynamodb:PutItem on None
    lost: Role dynamodb:PutItem on Some("Archive")
    lost: Role dynamodb:PutItem on Some("Orders")
    lost: Role dynamodb:PutItem on Some("Reports")
    "#);
}

#[test]
fn a_right_without_a_call_and_a_call_without_a_new_right_are_told() {
    let mut scans = Case::new();
    scans.linked.operations.insert(find("dynamodb", "Scan"));
    scans.source = Source::of(&[(
        "handlers/orders/src/report.rs",
        "impl Report { async fn all(&self) { self.client.scan().send().await; } }\nasync fn handle(r: Report) { r.all().await }",
    )]);
    let granted = role_only(and(allow("dynamodb:Scan").on("arn:aws:dynamodb:eu-west-1:111111111111:table/x")));
    assert_snapshot!(told(&change(&Case::new(), &granted)), @r"
    medium[CH01]: `Processor` adds `dynamodb:Scan` on `arn:aws:dynamodb:eu-west-1:111111111111:table/x`: nothing in its program calls it
      --> xtask/tests/audit/function.rs:91:30
      evidence: declared in the stack; not so in main (1719de5)
      help: see that it is meant, and that the call is what the pull request is about
    ");
    assert_snapshot!(told(&change(&Case::new(), &scans)), @r"
    medium[CH02]: `Processor` can newly call `dynamodb:Scan`: `Report::all` at handlers/orders/src/report.rs:1:49, called from `report::handle` at handlers/orders/src/report.rs:2:32
      --> handlers/orders/src/report.rs:1:49
      evidence: `Scan` is linked in the program; not so in main (1719de5); it needs `dynamodb:Scan`
      help: see that it is meant, and that its role allows it on no more than it needs
    ");
}

#[test]
fn a_denial_that_goes_is_told() {
    let denial = infra::iam::Statement::deny([policies::Action::new("dynamodb:GetItem")]).on("*");
    let before = role_only(and(denial));
    assert_snapshot!(told(&change(&before, &Case::new())), @r"
    medium[CH01]: `Role` no longer denies `dynamodb:GetItem` on `*`
      --> xtask/tests/audit/function.rs:89:25
      evidence: a denial was taken away; not so in main (1719de5)
      help: see that it is meant, and that the call is what the pull request is about
    ");
}

#[test]
fn a_dependency_that_begins_to_call_aws_is_told_and_named_for_the_calls_that_it_brings() {
    let registry = TempDir::new().unwrap();
    let source = registry.path().join("registry/src/index/scanner-1.3.0/src");
    std::fs::create_dir_all(&source).unwrap();
    let text = "pub async fn everything(client: &Client) { client.scan().table_name(\"all\").send().await; }";
    std::fs::write(source.join("lib.rs"), text).unwrap();
    let mut after = Case::new();
    after.linked.operations.insert(find("dynamodb", "Scan"));
    let (old, new) = (lock("1.2.0", ""), lock("1.3.0", "\"aws-sdk-dynamodb\""));
    let with = |registry: &Registry, before: &Case, after: &Case| {
        told(&between(&state(before, &old), &state(after, &new), "main", registry))
    };
    let source = Registry::below(registry.path());
    assert_snapshot!(with(&source, &Case::new(), &after), @r"
    high[CH03]: the dependency `scanner` 1.2.0 -> 1.3.0 begins to call AWS: `dynamodb:Scan`, in `Processor`
      --> Cargo.lock:7:1
      evidence: `Scan` is called at scanner-1.3.0/src/lib.rs:1:51
      help: read what it does with it, or keep the version: `cargo update scanner --precise 1.2.0`
    medium[CH02]: `Processor` can newly call `dynamodb:Scan`: new by crate `scanner` 1.2.0 -> 1.3.0, which calls it at scanner-1.3.0/src/lib.rs:1:51
      --> Cargo.lock:7:1
      evidence: it is linked in the program, and its own source does not call it; not so in main; it needs `dynamodb:Scan`
      help: see that it is meant, and that its role allows it on no more than it needs
    ");
    // Without its source it is not known for certain.
    assert_snapshot!(with(&Registry::default(), &Case::new(), &after), @r"
    high[CH03]: the dependency `scanner` 1.2.0 -> 1.3.0 begins to call AWS: `dynamodb:Scan`, in `Processor`
      --> Cargo.lock:7:1
      evidence: it depends on the SDK, and nothing else that is known calls that
      help: read what it does with it, or keep the version: `cargo update scanner --precise 1.2.0`
    medium[CH02]: `Processor` can newly call `dynamodb:Scan`: new by crate `scanner` 1.2.0 -> 1.3.0
      --> Cargo.lock:7:1
      evidence: it is linked in the program, and its own source does not call it; not so in main; it needs `dynamodb:Scan`
      help: see that it is meant, and that its role allows it on no more than it needs
    ");
    // What the program does not link, it does not run.
    assert_eq!(with(&source, &Case::new(), &Case::new()), "");
    // It calls what the function called before by itself.
    assert_snapshot!(with(&source, &after, &after), @r"
    high[CH03]: the dependency `scanner` 1.2.0 -> 1.3.0 begins to call AWS: `dynamodb:Scan`, in `Processor`
      --> Cargo.lock:7:1
      evidence: `Scan` is called at scanner-1.3.0/src/lib.rs:1:51
      help: read what it does with it, or keep the version: `cargo update scanner --precise 1.2.0`
    ");
}

#[test]
fn of_a_program_that_cannot_be_read_it_is_said_that_nothing_is_known() {
    let mut unreadable = Case::new();
    unreadable.readable = Err("it was not built".to_owned());
    assert_snapshot!(told(&change(&Case::new(), &unreadable)), @r"
    high[LP03]: what `Processor` calls is unknown, so it is not known what became possible
      --> xtask/tests/audit/function.rs:91:30
      evidence: it was not built
      help: build it with this workspace's profile `lambda`, and with a version of the SDK that the audit knows
    ");
    let all = change(&unreadable, &Case::new());
    assert!(
        all.findings.iter().all(|it| it.evidence.starts_with("what it called before is unknown: it was not built"))
    );
    assert_eq!(all.findings.len(), 4, "each operation counts as new");
}

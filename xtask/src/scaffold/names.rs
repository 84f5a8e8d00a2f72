//! Names of systems: what Rust, Cargo and AWS take.

use infra::s3::BucketName;

use super::template::Template;
use crate::exit::Exit;
use crate::failure::Failure;

/// The longest stage, with the hyphen before it.
const STAGE: usize = 1 + 16;

/// The longest name of a function.
///
/// <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>
const FUNCTION: usize = 64;

/// What Rust keeps for itself; no crate and no module can have such a name.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// The crates that every program has; one of the same name would stand in their place.
const RUST_CRATES: [&str; 5] = ["alloc", "core", "proc-macro", "std", "test"];

/// The folders in which Cargo builds; no program can have such a name.
const CARGO_FOLDERS: [&str; 4] = ["build", "deps", "examples", "incremental"];

/// Refuses what is no name of a system, with the reason and one that would do.
pub(super) fn check(name: &str, template: Template) -> Result<(), Failure> {
    let Err(problem) = problem(name, template) else { return Ok(()) };
    let failure = Failure::new(format!("`{name}` is no name of a system: {problem}")).exit(Exit::Usage);
    let suggestion = suggestion(name, template);
    let is_legal = suggestion != name && self::problem(&suggestion, template).is_ok();
    Err(if is_legal { failure.help(format!("such as `{suggestion}`")) } else { failure })
}

fn problem(name: &str, template: Template) -> Result<(), String> {
    if name.is_empty() {
        return Err("it is empty".to_owned());
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Err("expected a letter of `a-z` first".to_owned());
    }
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Err("expected only `a-z`, `0-9` and `-`, which names of crates and of AWS have in common".to_owned());
    }
    if name.ends_with('-') || name.contains("--") {
        return Err("expected a letter or digit after each `-`".to_owned());
    }
    if KEYWORDS.contains(&name) {
        return Err("it is a keyword of Rust".to_owned());
    }
    if RUST_CRATES.contains(&name) {
        return Err("it is a crate of Rust itself".to_owned());
    }
    if CARGO_FOLDERS.contains(&name) {
        return Err("Cargo keeps the name for a folder of its own".to_owned());
    }
    let (longest, reason) = longest(template);
    if name.len() > longest {
        return Err(format!("expected at most {longest} characters, got {}: {reason}", name.len()));
    }
    Ok(())
}

/// How long a name may be so that AWS takes all that is named after it, in the longest stage.
fn longest(template: Template) -> (usize, String) {
    if template == Template::Events {
        let reason = "a bucket has at most 63, of which the account, the region and a stage take 45";
        return (BucketName::MAX_BASE - STAGE, reason.to_owned());
    }
    let suffix = template.longest_suffix();
    let taken = STAGE + suffix.len();
    (FUNCTION - taken, format!("a function has at most {FUNCTION}, of which `{suffix}` and a stage take {taken}"))
}

/// A name like this one that is legal, if it can be made so.
fn suggestion(name: &str, template: Template) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let joined = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    let joined = joined.trim_start_matches(|c: char| !c.is_ascii_lowercase());
    let cut: String = joined.chars().take(longest(template).0).collect();
    let cut = cut.trim_end_matches('-').to_owned();
    if problem(&cut, template).is_ok() { cut } else { format!("my-{cut}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(name: &str, template: Template, expected: &str) {
        assert_eq!(check(name, template).unwrap_err().to_string(), expected);
    }

    #[test]
    fn names_of_crates_are_names_of_systems() {
        for name in ["a", "orders", "order-requests", "v2"] {
            assert!(check(name, Template::Api).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused_with_the_reason_and_one_that_is() {
        let letters = "expected only `a-z`, `0-9` and `-`, which names of crates and of AWS have in common";
        let refused = |name, problem: &str, suggestion| {
            let expected = format!("`{name}` is no name of a system: {problem}\n  help: such as `{suggestion}`");
            refused(name, Template::Api, &expected);
        };
        refused("order_requests", letters, "order-requests");
        refused("orders!", letters, "orders");
        refused("Orders", "expected a letter of `a-z` first", "orders");
        refused("2orders", "expected a letter of `a-z` first", "orders");
        refused("../orders", "expected a letter of `a-z` first", "orders");
        refused("orders-", "expected a letter or digit after each `-`", "orders");
        refused("type", "it is a keyword of Rust", "my-type");
        refused("test", "it is a crate of Rust itself", "my-test");
        refused("build", "Cargo keeps the name for a folder of its own", "my-build");
        super::tests::refused("", Template::Api, "`` is no name of a system: it is empty");
    }

    #[test]
    fn what_aws_would_refuse_in_a_long_stage_is_refused() {
        let name = "a".repeat(48);
        refused(
            &name,
            Template::Queue,
            &format!(
                "`{name}` is no name of a system: expected at most 47 characters, got 48: a function has at most 64, of \
                 which `` and a stage take 17\n  help: such as `{}`",
                &name[..47]
            ),
        );
        assert!(check(&name[..18], Template::Events).is_ok());
        assert!(check(&name[..19], Template::Events).is_err());
    }
}

//! Where the source declared what it no longer declares, as far as git knows.

use std::path::Path;

use super::revision;

/// The line of Rust under `root` that named the resource `id` last, with its commit: `stacks/src/orders.rs:45 in 1719de5`.
///
/// Nothing without git, when the id is put together of parts, or when the history does not reach back that far.
#[must_use]
pub fn former_place(root: &Path, id: &str) -> Option<String> {
    let literal = format!("\"{id}\"");
    let head = git(root, &["rev-parse", "--short", "HEAD"])?;
    let found = |commit: &str| {
        let lines = git(root, &["grep", "-n", "-I", "-F", "-e", &literal, commit, "--", "*.rs"])?;
        // Tests may name it as well.
        let declares = |line: &&str| line.contains(&format!("named({literal})"));
        let line = lines.lines().find(declares).or_else(|| lines.lines().next())?.to_owned();
        let mut parts = line.strip_prefix(commit)?.strip_prefix(':')?.splitn(3, ':');
        Some(format!("{}:{} in {commit}", parts.next()?, parts.next()?))
    };
    found(&head).or_else(|| {
        let removed = git(root, &["log", "-1", "--format=%h", "-S", &literal, "--", "*.rs"])?;
        found(&git(root, &["rev-parse", "--short", &format!("{removed}^")])?)
    })
}

fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    revision::git(root, arguments).ok().filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    #[test]
    fn the_line_is_found_before_and_after_its_removal_is_committed() {
        let folder = TempDir::new().unwrap();
        let root = folder.path();
        let run = |arguments: &[&str]| {
            let identity = ["-c", "user.name=ada", "-c", "user.email=ada@example.com"];
            git(root, &[&identity[..], arguments].concat())
        };
        let commit = |text: &str| {
            fs::write(root.join("orders.rs"), text).unwrap();
            run(&["add", "."]);
            run(&["commit", "-q", "-m", "a commit"]);
            run(&["rev-parse", "--short", "HEAD"]).unwrap()
        };
        run(&["init", "-q"]);
        assert_eq!(former_place(root, "Orders"), None);
        let first = commit("fn stack() {\n    let id = \"Orders\";\n    stack.named(\"Orders\").add(queue);\n}\n");
        fs::write(root.join("orders.rs"), "fn stack() {}\n").unwrap();
        let expected = Some(format!("orders.rs:3 in {first}"));
        assert_eq!(former_place(root, "Orders"), expected);
        commit("fn stack() {}\n");
        commit("fn stack() { }\n");
        assert_eq!(former_place(root, "Orders"), expected);
        assert_eq!(former_place(root, "Visits"), None);
    }
}

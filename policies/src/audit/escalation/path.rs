//! Paths: rights that are more together than they look.

use super::everything;
use super::step::{self, Reach, Step};
use crate::audit::report::Report;
use crate::audit::rights::Rights;

/// Rights with which a principal gets more than it was given.
#[derive(Debug)]
pub(super) struct Path {
    /// The actions that are needed together, the decisive one last.
    pub needs: &'static [&'static str],
    /// On what the first of them has to be allowed.
    pub reach: Reach,
}

/// Rows of paths, and the rules that look for them.
///
/// A row's case that fires allows exactly its actions; in the one that does not, the last of them reads.
macro_rules! paths {
    (fix: $fix:expr; $($id:literal $title:literal $reach:expr, [$($first:literal),*] $last:literal ($($also:literal),*);)+) => {
        pub(in crate::audit::escalation) const PATHS: &[Path] = &[$(Path { needs: &[$($first,)* $last], reach: $reach }),+];

        pub(in crate::audit::escalation) const RULES: &[PolicyRule] = &[$(PolicyRule {
            rule: Rule {
                id: $id,
                severity: Severity::Critical,
                title: $title,
                fix: $fix,
                also_known_as: &[$($also),*],
            },
            firing: Case::identity(concat!(
                r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["#,
                $("\"", $first, "\", ",)* "\"", $last, "\"",
                r#"], "Resource": "*"}]}"#
            )),
            quiet: Case::identity(concat!(
                r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["#,
                $("\"", $first, "\", ",)* "\"iam:GetRole\"",
                r#"], "Resource": "*"}]}"#
            )),
            check: Check::Rights(|rights, report| {
                follow(&Path { needs: &[$($first,)* $last], reach: $reach }, $title, rights, report);
            }),
        }),+];
    };
}

pub(super) use paths;

/// Reports `path` when the rights hold it, unless they hold one that says more.
pub(super) fn follow(path: &Path, title: &str, rights: &Rights<'_>, report: &mut Report<'_>) {
    let Some(steps) = step::all(path, rights) else { return };
    if everything::is_more(path, rights) || super::paths().any(|other| outdoes(other, path) && is_open(other, rights)) {
        return;
    }
    let Some(last) = steps.last() else { return };
    let steps_taken: Vec<_> = steps.iter().map(|step| step.describe(last.policy)).collect();
    let finding = report.add_to(last.policy, last.at.action(), format!("{title}: {}", steps_taken.join(", ")));
    finding.about(last.action).on(steps[0].resource());
    if let Some(help) = help(&steps[0]) {
        finding.help(help);
    }
}

/// Whether the rights hold `path`.
pub(super) fn is_open(path: &Path, rights: &Rights<'_>) -> bool {
    step::all(path, rights).is_some()
}

/// Whether what `other` needs includes all of what `path` needs and more, or starts the same way in an earlier row.
fn outdoes(other: &Path, path: &Path) -> bool {
    if other.needs == path.needs {
        return false;
    }
    let includes = other.needs.len() > path.needs.len() && path.needs.iter().all(|need| other.needs.contains(need));
    includes || starts_alike(other, path) && is_before(other, path)
}

/// Whether they differ only in the last of several actions.
fn starts_alike(one: &Path, other: &Path) -> bool {
    let (Some((_, one)), Some((_, other))) = (one.needs.split_last(), other.needs.split_last()) else { return false };
    !one.is_empty() && one != ["iam:PassRole"] && one == other
}

fn is_before(one: &Path, other: &Path) -> bool {
    super::paths()
        .find(|path| path.needs == one.needs || path.needs == other.needs)
        .is_some_and(|it| it.needs == one.needs)
}

fn help(first: &Step<'_>) -> Option<String> {
    let role = first.only_role()?;
    Some(format!(
        "only `{role}` can be passed, so what it may do is what is gained: name the service in `iam:PassedToService` as well"
    ))
}

//! Rows of this family.

/// A rule about statements, whose cases are the statements of a resource's or role's policy.
macro_rules! row {
    ($id:literal, $severity:ident, $title:literal, $fix:literal, $also:expr, $kind:ident $firing:expr, $quiet:expr, $check:expr) => {
        row!($id, $severity, $title, $fix, $also, $kind $firing, $quiet; Check::Statement($check))
    };
    ($id:literal, $severity:ident, $title:literal, $fix:literal, $also:expr, $kind:ident $firing:expr, $quiet:expr; $check:expr) => {
        PolicyRule {
            rule: Rule { id: $id, severity: Severity::$severity, title: $title, fix: $fix, also_known_as: $also },
            firing: Case::$kind(concat!(r#"{"Version": "2012-10-17", "Statement": ["#, $firing, "]}")),
            quiet: Case::$kind(concat!(r#"{"Version": "2012-10-17", "Statement": ["#, $quiet, "]}")),
            check: $check,
        }
    };
}

pub(super) use row;

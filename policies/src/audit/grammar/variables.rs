//! How policy variables are written, and where they may be.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, quoted, variables};
use crate::condition::Operator;
use crate::document::Version;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR82",
            severity: Severity::Error,
            title: "a policy variable without its closing brace",
            fix: "close the variable with `}`",
            also_known_as: &["access-analyzer:MISSING_BRACE_IN_VARIABLE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:username/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:username}/*"}}"#,
        ),
        check: Check::Written(|policy, report| malformed(policy, Mistake::Brace, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR83",
            severity: Severity::Error,
            title: "an empty policy variable",
            fix: "name a condition key between the braces, or remove the variable",
            also_known_as: &["access-analyzer:EMPTY_VARIABLE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${}/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${*}/*"}}"#,
        ),
        check: Check::Written(|policy, report| malformed(policy, Mistake::Empty, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR84",
            severity: Severity::Error,
            title: "a policy variable whose default is not in quotes",
            fix: "write the default in single quotes, such as `${aws:PrincipalTag/team, 'guests'}`",
            also_known_as: &["access-analyzer:MISSING_QUOTE_IN_VARIABLE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:PrincipalTag/team, guests}/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:PrincipalTag/team, 'guests'}/*"}}"#,
        ),
        check: Check::Written(|policy, report| malformed(policy, Mistake::Quotes, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR85",
            severity: Severity::Error,
            title: "space in the name of a policy variable",
            fix: "remove the space; it may only be before a default",
            also_known_as: &["access-analyzer:UNSUPPORTED_SPACE_IN_VARIABLE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${ aws:username }/*"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::homes/${aws:username, 'no one'}/*"}}"#,
        ),
        check: Check::Written(|policy, report| malformed(policy, Mistake::Space, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR86",
            severity: Severity::Error,
            title: "a variable that names no condition key",
            fix: "write a key with its prefix, such as `${aws:username}`; what a template is to fill in needs `Fn::Sub`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:${AWS::AccountId}:orders"}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:${aws:PrincipalAccount}:orders"}}"#,
        ),
        check: Check::Written(|policy, report| malformed(policy, Mistake::NoKey, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR87",
            severity: Severity::Error,
            title: "a policy variable in an element that has none",
            fix: "write the name itself: variables are for resources and for the values of conditions",
            also_known_as: &["access-analyzer:VARIABLE_UNSUPPORTED_IN_ELEMENT"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "${aws:PrincipalTag/service}:Get*", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "${cfn:Reporter}"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(elsewhere),
    },
    PolicyRule {
        rule: Rule {
            id: "GR88",
            severity: Severity::Error,
            title: "a policy variable for an operator that takes none",
            fix: "compare with a string or ARN operator, or write the value itself",
            also_known_as: &["access-analyzer:INVALID_VARIABLE_FOR_OPERATOR"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericEquals": {"s3:max-keys": "${aws:PrincipalTag/keys}"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"StringEquals": {"s3:prefix": "${aws:PrincipalTag/keys}"}}}}"#,
        ),
        check: Check::Written(operator),
    },
];

/// What may be wrong with a variable, the first of which is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    Brace,
    Empty,
    Quotes,
    Space,
    NoKey,
}

impl Mistake {
    fn of(variable: Option<&str>) -> Option<Self> {
        let Some(inside) = variable else { return Some(Self::Brace) };
        if ["*", "?", "$"].contains(&inside) {
            return None;
        }
        let (key, default) =
            inside.split_once(',').map_or((inside, None), |(key, default)| (key, Some(default.trim())));
        let is_quoted = |text: &str| text.len() >= 2 && text.starts_with('\'') && text.ends_with('\'');
        let (prefix, name) = key.split_once(':').unwrap_or_default();
        // `AWS::AccountId` and its like are CloudFormation's.
        let has_key = !prefix.is_empty() && !name.is_empty() && !name.starts_with(':');
        match () {
            () if key.trim().is_empty() => Some(Self::Empty),
            () if default.is_some_and(|default| !is_quoted(default)) => Some(Self::Quotes),
            () if key.contains(char::is_whitespace) && has_key => {
                // The names of tags may have space.
                let in_tag = key.split_once('/').is_some_and(|(key, _)| !key.contains(char::is_whitespace));
                (key.trim() != key || !in_tag).then_some(Self::Space)
            }
            () if !has_key => Some(Self::NoKey),
            () => None,
        }
    }

    const fn message(self) -> &'static str {
        match self {
            Self::Brace => "is never closed",
            Self::Empty => "is empty",
            Self::Quotes => "has a default that is not in single quotes",
            Self::Space => "has space in its name",
            Self::NoKey => "names no condition key",
        }
    }
}

/// Calls `look` with each text that may have variables, and its place.
fn each(policy: &Policy, mut look: impl FnMut(&dyn Fn() -> String, &str)) {
    for (statement, members) in policy.objects() {
        for it in written::resources(&statement, members) {
            look(&|| it.pointer(), it.text);
        }
        for test in written::tests(&statement, members) {
            for (index, text) in test.texts() {
                look(&|| test.value_pointer(index), &text);
            }
        }
    }
}

fn malformed(policy: &Policy, mistake: Mistake, report: &mut Report<'_>) {
    if policy.version == Version::V2008 {
        return;
    }
    each(policy, |pointer, text| {
        if let Some(variable) = variables(text).find(|it| Mistake::of(*it) == Some(mistake)) {
            let shown = variable.map_or_else(|| quoted(text), |inside| format!("`${{{inside}}}`"));
            report.add(pointer(), format!("the variable in {shown} {}", mistake.message()));
        }
    });
}

fn elsewhere(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        let texts = written::texts(&statement, members, &["Sid", "Effect"])
            .chain(written::actions(&statement, members))
            .chain(written::principals(&statement, members));
        for it in texts.filter(|it| variables(it.text).next().is_some()) {
            report.add(it.pointer(), format!("{} has a variable, and `{}` takes none", quoted(it.text), it.element));
        }
    }
}

fn operator(policy: &Policy, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for test in written::tests(&statement, members) {
            let Some(operator) = test.named().map(|it| it.operator) else { continue };
            if is_of_texts(operator) {
                continue;
            }
            for (index, text) in test.texts().filter(|(_, text)| variables(text).next().is_some()) {
                report.add(test.value_pointer(index), format!("`{operator}` is given the variable {}", quoted(&text)));
            }
        }
    }
}

fn is_of_texts(operator: Operator) -> bool {
    ["String", "Arn"].iter().any(|kind| operator.name().starts_with(kind))
}

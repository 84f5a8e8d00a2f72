//! Whether the values of conditions are what their operators compare.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>

use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, has_variable, quoted};
use crate::condition::Operator;
use crate::evaluate::{arn_parts, moment, number, range};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR70",
            severity: Severity::Error,
            title: "`Bool` with another value than `true` or `false`",
            fix: "write `true` or `false`",
            also_known_as: &[
                "access-analyzer:TYPE_MISMATCH_BOOLEAN",
                "iam-policy-validator:invalid_bool_value_for_operator",
                "parliament:MISMATCHED_TYPE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "no"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": false}}}}"#,
        ),
        check: Check::Written(|policy, report| misfits(policy, Expected::Boolean, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR71",
            severity: Severity::Error,
            title: "a numeric operator with a value that is no number",
            fix: "write a number, or compare texts with a string operator",
            also_known_as: &[
                "access-analyzer:TYPE_MISMATCH_NUMBER",
                "iam-policy-validator:invalid_value_format",
                "parliament:MISMATCHED_TYPE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericLessThanEquals": {"s3:max-keys": "ten"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"NumericLessThanEquals": {"s3:max-keys": "10"}}}}"#,
        ),
        check: Check::Written(|policy, report| misfits(policy, Expected::Number, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR72",
            severity: Severity::Error,
            title: "a date operator with a value that is no date",
            fix: "write the date as ISO 8601 has it, such as `2026-01-31T00:00:00Z`, or as seconds since 1970",
            also_known_as: &[
                "access-analyzer:TYPE_MISMATCH_DATE",
                "access-analyzer:INVALID_DATE_VALUE",
                "iam-policy-validator:invalid_value_format",
                "parliament:MISMATCHED_TYPE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "31/01/2026"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2026-01-31T12:00:00Z"}}}}"#,
        ),
        check: Check::Written(|policy, report| misfits(policy, Expected::Date, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR73",
            severity: Severity::Error,
            title: "an address operator with a value that is no range of addresses",
            fix: "write an address or a range such as `203.0.113.0/24`",
            also_known_as: &[
                "access-analyzer:TYPE_MISMATCH_IP_RANGE",
                "iam-policy-validator:invalid_ip_cidr_format",
                "parliament:MISMATCHED_TYPE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/33"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}}}"#,
        ),
        check: Check::Written(|policy, report| misfits(policy, Expected::Range, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR74",
            severity: Severity::Error,
            title: "an ARN operator with a value that is no ARN",
            fix: "write all six parts of the ARN, with `*` for what may be anything",
            also_known_as: &[
                "access-analyzer:TYPE_MISMATCH",
                "iam-policy-validator:invalid_arn_format_for_operator",
                "parliament:MISMATCHED_TYPE",
            ],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnLike": {"aws:SourceArn": "orders"}}}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:123456789012:orders"}}}}"#,
        ),
        check: Check::Written(|policy, report| misfits(policy, Expected::Arn, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR75",
            severity: Severity::Error,
            title: "`Null` with another value than `true` or `false`",
            fix: "write `true` when the key must be missing, `false` when it must be there",
            also_known_as: &["access-analyzer:TYPE_MISMATCH_BOOLEAN", "parliament:MISMATCHED_TYPE_OPERATION_TO_NULL"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Null": {"aws:TokenIssueTime": "yes"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Null": {"aws:TokenIssueTime": "true"}}}}"#,
        ),
        check: Check::Written(|policy, report| misfits(policy, Expected::Absence, report)),
    },
    PolicyRule {
        rule: Rule {
            id: "GR76",
            severity: Severity::Error,
            title: "`BinaryEquals` with a value that is not Base64",
            fix: "write the bytes in Base64",
            also_known_as: &["access-analyzer:TYPE_MISMATCH_STRING", "parliament:MISMATCHED_TYPE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"BinaryEquals": {"aws:PrincipalTag/key": "no base64!"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"BinaryEquals": {"aws:PrincipalTag/key": "QmluYXJ5VmFsdWVJbkJhc2U2NA=="}}}}"#,
        ),
        check: Check::Written(|policy, report| misfits(policy, Expected::Base64, report)),
    },
];

/// What an operator compares with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Boolean,
    Absence,
    Number,
    Date,
    Range,
    Arn,
    Base64,
    Text,
}

impl Expected {
    const fn by(operator: Operator) -> Self {
        match operator {
            Operator::ArnEquals | Operator::ArnLike | Operator::ArnNotEquals | Operator::ArnNotLike => Self::Arn,
            Operator::BinaryEquals => Self::Base64,
            Operator::Bool => Self::Boolean,
            Operator::Null => Self::Absence,
            Operator::DateEquals
            | Operator::DateGreaterThan
            | Operator::DateGreaterThanEquals
            | Operator::DateLessThan
            | Operator::DateLessThanEquals
            | Operator::DateNotEquals => Self::Date,
            Operator::IpAddress | Operator::NotIpAddress => Self::Range,
            Operator::NumericEquals
            | Operator::NumericGreaterThan
            | Operator::NumericGreaterThanEquals
            | Operator::NumericLessThan
            | Operator::NumericLessThanEquals
            | Operator::NumericNotEquals => Self::Number,
            _ => Self::Text,
        }
    }

    fn fits(self, text: &str) -> bool {
        match self {
            Self::Boolean | Self::Absence => ["true", "false"].iter().any(|it| text.eq_ignore_ascii_case(it)),
            Self::Number => number(text).is_some(),
            Self::Date => moment(text).is_some(),
            Self::Range => range(text).is_some(),
            // A pattern of a whole ARN may hide the colons.
            Self::Arn => text.contains('*') && !text.contains(':') || arn_parts(text).is_some_and(|it| is_arn(it[0])),
            Self::Base64 => is_base64(text),
            Self::Text => true,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Boolean | Self::Absence => "`true` or `false`",
            Self::Number => "a number",
            Self::Date => "a date such as `2026-01-31T00:00:00Z`",
            Self::Range => "a range of addresses such as `203.0.113.0/24`",
            Self::Arn => "an ARN of six parts",
            Self::Base64 => "Base64",
            Self::Text => "a text",
        }
    }
}

fn is_arn(first: &str) -> bool {
    first == "arn" || first.contains(['*', '?'])
}

fn is_base64(text: &str) -> bool {
    let digits = text.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    text.len().is_multiple_of(4) && text.len() - digits.len() <= 2 && digits.bytes().all(is_digit)
}

fn misfits(policy: &Policy, expected: Expected, report: &mut Report<'_>) {
    for (statement, members) in policy.objects() {
        for test in written::tests(&statement, members) {
            if test.named().is_none_or(|it| Expected::by(it.operator) != expected) {
                continue;
            }
            for (index, text) in test.texts() {
                if !has_variable(&text) && !expected.fits(&text) {
                    let expected = expected.name();
                    let message = format!(
                        "`{}` of {} is given {}: expected {expected}",
                        test.operator,
                        quoted(test.key),
                        if text.is_empty() { "an empty text".to_owned() } else { quoted(&text) },
                    );
                    report.add(test.value_pointer(index), message);
                }
            }
        }
    }
}

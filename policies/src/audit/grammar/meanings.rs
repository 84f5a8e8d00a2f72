//! Values of conditions that are well written and cannot mean what they say.

use core::net::IpAddr;

use ipnet::IpNet;

use super::resources::is_account;
use crate::audit::finding::Severity;
use crate::audit::policy::Policy;
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Test, is_open, quoted};
use crate::condition::Operator;
use crate::evaluate::range;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR77",
            severity: Severity::High,
            title: "a wildcard for an operator that compares whole texts",
            fix: "use `StringLike` or `StringNotLike`; write `${*}` when the character itself is meant",
            also_known_as: &["access-analyzer:WILDCARD_WITHOUT_LIKE_OPERATOR"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"StringEquals": {"s3:prefix": "maps/*"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": {"StringLike": {"s3:prefix": "maps/*"}}}}"#,
        ),
        check: Check::Written(wildcard_as_text),
    },
    PolicyRule {
        rule: Rule {
            id: "GR78",
            severity: Severity::Low,
            title: "a range of addresses that starts within itself",
            fix: "write the range's first address, or `/32` for a single one",
            also_known_as: &["access-analyzer:IMPROVE_IP_RANGE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.7/24"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.7"]}}}}"#,
        ),
        check: Check::Written(within_range),
    },
    PolicyRule {
        rule: Rule {
            id: "GR79",
            severity: Severity::Error,
            title: "only private addresses for `aws:SourceIp`",
            fix: "ask for `aws:VpcSourceIp` with `aws:SourceVpc`: requests never come from a private address to `aws:SourceIp`",
            also_known_as: &["access-analyzer:PRIVATE_IP_ADDRESS", "access-analyzer:PRIVATE_NOT_IP_ADDRESS"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}}}"#,
        ),
        check: Check::Written(only_private),
    },
    PolicyRule {
        rule: Rule {
            id: "GR80",
            severity: Severity::Low,
            title: "private addresses among others for `aws:SourceIp`",
            fix: "remove them, or ask for `aws:VpcSourceIp` with `aws:SourceVpc` in another statement",
            also_known_as: &[
                "access-analyzer:PRIVATE_IP_ADDRESS_SUBSET",
                "access-analyzer:PRIVATE_NOT_IP_ADDRESS_SUBSET",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["198.51.100.0/24", "203.0.113.0/24"]}}}}"#,
        ),
        check: Check::Written(some_private),
    },
    PolicyRule {
        rule: Rule {
            id: "GR81",
            severity: Severity::Error,
            title: "a value that the condition key never has",
            fix: "write the value in the form that the key has",
            also_known_as: &[
                "access-analyzer:INVALID_VPC_FORMAT",
                "access-analyzer:INVALID_VPCE_FORMAT",
                "access-analyzer:INVALID_KMS_KEY_VALUE",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpc-1a2b3c4d"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}}}"#,
        ),
        check: Check::Written(never_so),
    },
    PolicyRule {
        rule: Rule {
            id: "GR97",
            severity: Severity::Low,
            title: "a test that any value passes",
            fix: "write `\"Null\": {\"…\": \"false\"}` when the key must be there, or name the values that are meant",
            also_known_as: &["access-analyzer:EQUIVALENT_TO_NULL_FALSE"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"StringLike": {"aws:PrincipalTag/team": "*"}}}}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {"Null": {"aws:PrincipalTag/team": "false"}}}}"#,
        ),
        check: Check::Written(any_value),
    },
];

/// Calls `look` with each test whose operator is known.
fn each(policy: &Policy, mut look: impl FnMut(Test<'_>, Operator)) {
    for (statement, members) in policy.objects() {
        for test in written::tests(&statement, members) {
            if let Some(named) = test.named() {
                look(test, named.operator);
            }
        }
    }
}

fn wildcard_as_text(policy: &Policy, report: &mut Report<'_>) {
    const WHOLE: &[Operator] = &[
        Operator::StringEquals,
        Operator::StringNotEquals,
        Operator::StringEqualsIgnoreCase,
        Operator::StringNotEqualsIgnoreCase,
    ];
    each(policy, |test, operator| {
        if !WHOLE.contains(&operator) {
            return;
        }
        for (index, text) in test.texts().filter(|(_, text)| has_wildcard(text)) {
            let message = format!(
                "`{}` takes the wildcard in {} for {} as it is",
                test.operator,
                quoted(&text),
                quoted(test.key)
            );
            report.add(test.value_pointer(index), message);
        }
    });
}

/// Whether it has a wildcard outside of variables: `${*}` is the character itself.
fn has_wildcard(text: &str) -> bool {
    let mut outside = text
        .split("${")
        .enumerate()
        .map(|(index, piece)| if index == 0 { piece } else { piece.split_once('}').map_or("", |(_, after)| after) });
    outside.any(|piece| piece.contains(['*', '?']))
}

/// Ranges, each with the index of its value.
type Ranges = Vec<(Option<usize>, IpNet)>;

fn ranges<'a>(test: &Test<'a>) -> impl Iterator<Item = (Option<usize>, IpNet)> + use<'a> {
    test.texts().filter_map(|(index, text)| Some((index, range(&text)?)))
}

fn within_range(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, operator| {
        if !matches!(operator, Operator::IpAddress | Operator::NotIpAddress) {
            return;
        }
        for (index, range) in ranges(&test).filter(|(_, range)| range.trunc() != *range) {
            let whole = range.trunc();
            let message = format!("`{range}` is not where the range starts: it is taken for `{whole}`");
            report
                .add(test.value_pointer(index), message)
                .help(format!("did you mean `{}`?", IpNet::from(range.addr())));
        }
    });
}

/// The ranges that a test of `aws:SourceIp` has, and how many values it has.
fn of_source_ip(test: &Test<'_>, operator: Operator) -> Option<(Ranges, usize)> {
    let is_one = matches!(operator, Operator::IpAddress | Operator::NotIpAddress)
        && test.key.eq_ignore_ascii_case("aws:SourceIp");
    is_one.then(|| (ranges(test).filter(|(_, range)| is_private(*range)).collect(), test.texts().count()))
}

/// Whether only networks that are not public have these addresses.
fn is_private(range: IpNet) -> bool {
    const PRIVATE: [([u8; 4], u8); 4] =
        [([10, 0, 0, 0], 8), ([172, 16, 0, 0], 12), ([192, 168, 0, 0], 16), ([127, 0, 0, 0], 8)];
    let of_old = PRIVATE.iter().filter_map(|(first, bits)| IpNet::new(IpAddr::from(*first), *bits).ok());
    let of_new = "fc00::/7".parse().ok();
    of_old.chain(of_new).any(|network: IpNet| network.contains(&range))
}

fn only_private(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, operator| {
        if let Some((private, count)) = of_source_ip(&test, operator).filter(|(private, _)| !private.is_empty())
            && private.len() == count
        {
            let never = if operator == Operator::IpAddress { "never" } else { "always" };
            report.add(test.pointer(), format!("the addresses of `{}` are private, so it {never} holds", test.key));
        }
    });
}

fn some_private(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, operator| {
        if let Some((private, _)) = of_source_ip(&test, operator).filter(|(private, count)| private.len() < *count) {
            for (index, range) in private {
                let message = format!("`{range}` is private, and `{}` never is", test.key);
                report.add(test.value_pointer(index), message);
            }
        }
    });
}

/// A form of values, whether a text has it, and the keys that have such values.
type Form = (&'static str, fn(&str) -> bool, &'static [&'static str]);

/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html>
const FORMS: &[Form] = &[
    ("a VPC's id such as `vpc-1a2b3c4d`", |text| text.starts_with("vpc-"), &["aws:SourceVpc"]),
    ("a VPC endpoint's id such as `vpce-1a2b3c4d`", |text| text.starts_with("vpce-"), &["aws:SourceVpce"]),
    (
        "an account's twelve digits",
        is_account,
        &[
            "aws:SourceAccount",
            "aws:PrincipalAccount",
            "aws:ResourceAccount",
            "kms:CallerAccount",
            "s3:ResourceAccount",
        ],
    ),
    (
        "an organization's id such as `o-a1b2c3d4e5`",
        |text| text.starts_with("o-"),
        &["aws:PrincipalOrgID", "aws:ResourceOrgID", "aws:SourceOrgID"],
    ),
    (
        "a path of ids such as `o-a1b2c3d4e5/r-ab12/*`",
        |text| text.starts_with("o-"),
        &["aws:PrincipalOrgPaths", "aws:ResourceOrgPaths", "aws:SourceOrgPaths"],
    ),
    ("the ARN of a key", |text| text.starts_with("arn:"), &["s3:x-amz-server-side-encryption-aws-kms-key-id"]),
];

fn never_so(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, operator| {
        let is_text = matches!(
            operator,
            Operator::StringEquals | Operator::StringNotEquals | Operator::StringLike | Operator::StringNotLike
        );
        let of_key = |(_, _, keys): &&Form| keys.iter().any(|key| key.eq_ignore_ascii_case(test.key));
        let Some((expected, fits, _)) = FORMS.iter().find(of_key).filter(|_| is_text) else { return };
        for (index, text) in test.texts().filter(|(_, text)| !is_open(text) && !fits(text)) {
            let message = format!("`{}` is never {}: expected {expected}", test.key, quoted(&text));
            report.add(test.value_pointer(index), message);
        }
    });
}

fn any_value(policy: &Policy, report: &mut Report<'_>) {
    each(policy, |test, operator| {
        let is_like = matches!(operator, Operator::StringLike | Operator::ArnLike | Operator::ArnEquals);
        let is_any = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
        if let Some((index, _)) = test.texts().find(|(_, text)| is_like && is_any(text)) {
            let message = format!("any value of {} passes: the test only asks whether there is one", quoted(test.key));
            report.add(test.value_pointer(index), message);
        }
    });
}

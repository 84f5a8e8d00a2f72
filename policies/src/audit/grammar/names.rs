//! How principals are named.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>

use super::resources::is_account;
use crate::audit::finding::Severity;
use crate::audit::policy::{Kind, Policy};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};
use crate::audit::written::{self, Members, Written, has_variable, quoted};
use crate::evaluate::arn_parts;
use crate::unknown;

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "GR42",
            severity: Severity::Error,
            title: "a wildcard in a part of a principal",
            fix: "name each principal, or ask for a pattern in a condition on `aws:PrincipalArn`",
            also_known_as: &[
                "access-analyzer:UNSUPPORTED_WILDCARD_IN_PRINCIPAL",
                "iam-policy-validator:service_principal_wildcard",
            ],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/*"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(wildcard),
    },
    PolicyRule {
        rule: Rule {
            id: "GR43",
            severity: Severity::Error,
            title: "a principal that is no account, user, role or session",
            fix: "write an account's twelve digits, or the ARN of a user, a role or a session",
            also_known_as: &["iam-policy-validator:invalid_principal", "parliament:UNKNOWN_PRINCIPAL"],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::12345678901:role/reader"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::123456789012:role/reader", "${cfn:Reporter}"]}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(unknown_form),
    },
    PolicyRule {
        rule: Rule {
            id: "GR44",
            severity: Severity::Error,
            title: "a group, a policy or an instance profile as a principal",
            fix: "name roles or users: groups and the like make no requests",
            also_known_as: &[],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:group/readers"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/reader"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(makes_no_requests),
    },
    PolicyRule {
        rule: Rule {
            id: "GR45",
            severity: Severity::Medium,
            title: "the id that IAM leaves of a deleted user or role",
            fix: "name the present user or role by its ARN, or remove the principal",
            also_known_as: &["access-analyzer:INVALID_ROLE_REFERENCE", "access-analyzer:INVALID_USER_REFERENCE"],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "AROAJQABLZS4A3QDU576Q"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:role/AROAJQABLZS4A3QDU576Q"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        check: Check::Written(deleted),
    },
    PolicyRule {
        rule: Rule {
            id: "GR46",
            severity: Severity::Error,
            title: "a service principal that no service has",
            fix: "write the service's whole name, such as `lambda.amazonaws.com`",
            also_known_as: &["access-analyzer:INVALID_SERVICE_PRINCIPAL_FORMAT"],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda"}, "Action": "sts:AssumeRole"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}"#,
        ),
        check: Check::Written(no_service),
    },
    PolicyRule {
        rule: Rule {
            id: "GR47",
            severity: Severity::Error,
            title: "a service of China's partition on resources of another",
            fix: "write `amazonaws.com`, or ARNs of `aws-cn`",
            also_known_as: &[],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com.cn"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com.cn"}, "Action": "sqs:SendMessage", "Resource": "arn:aws-cn:sqs:cn-north-1:123456789012:orders"}}"#,
        ),
        check: Check::Written(of_another_partition),
    },
    PolicyRule {
        rule: Rule {
            id: "GR48",
            severity: Severity::Error,
            title: "a federated principal that is no identity provider",
            fix: "write the ARN of the account's SAML or OpenID Connect provider, such as `arn:aws:iam::123456789012:oidc-provider/…`",
            also_known_as: &[
                "access-analyzer:INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY",
                "iam-policy-validator:invalid_provider_format",
                "parliament:UNKNOWN_FEDERATION_SOURCE",
            ],
        },
        firing: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}}"#,
        ),
        check: Check::Written(no_provider),
    },
    PolicyRule {
        rule: Rule {
            id: "GR49",
            severity: Severity::Error,
            title: "a federated principal in the policy of a resource",
            fix: "name the role that federated users assume; only trust policies speak of providers",
            also_known_as: &["access-analyzer:FEDERATED_PRINCIPAL_NOT_SUPPORTED"],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}}"#,
        ),
        quiet: Case::trust(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity"}}"#,
        ),
        check: Check::Written(federated_on_resource),
    },
    PolicyRule {
        rule: Rule {
            id: "GR50",
            severity: Severity::Error,
            title: "a canonical user id that is none",
            fix: "write the 64 hexadecimal digits that Amazon S3 has for the account, or its account id as `AWS`",
            also_known_as: &[],
        },
        firing: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"CanonicalUser": "123456789012"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        quiet: Case::resource(
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}}"#,
        ),
        check: Check::Written(no_canonical_user),
    },
];

/// What the names of services end with, by partition.
const DOMAINS: &[&str] =
    &[".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".aws.internal", ".ic.gov", ".sgov.gov"];

/// The services with names of another domain.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-alexa.html>
const OTHERS: &[&str] = &["alexa-appkit.amazon.com", "alexa-connectedhome.amazon.com"];

fn is_service(name: &str) -> bool {
    DOMAINS.iter().any(|domain| name.ends_with(domain)) || OTHERS.contains(&name)
}

/// The identity providers that need no ARN.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>
const WEB_PROVIDERS: &[&str] =
    &["cognito-identity.amazonaws.com", "www.amazon.com", "graph.facebook.com", "accounts.google.com"];

/// Calls `look` with each principal of `kind` whose form is wholly known, its text where it may be deployed, and its
/// statement.
fn each(policy: &Policy, kind: &str, mut look: impl FnMut(Written<'_>, &str, &str, &Members)) {
    for (statement, members) in policy.objects() {
        for it in written::principals(&statement, members).filter(|it| kind.is_empty() || it.kind == kind) {
            let text = unknown::sample(it.text);
            if !has_variable(&text) {
                look(it, &text, &statement, members);
            }
        }
    }
}

fn add(report: &mut Report<'_>, it: Written<'_>, message: &str) {
    report.add(it.pointer(), format!("{} {message}", quoted(it.text))).on(it.text);
}

fn wildcard(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "", |it, text, _, _| {
        if text.contains(['*', '?']) && !(it.kind == "AWS" && text == "*") {
            add(report, it, "has a wildcard: in `Principal` only a lone `*` stands for anyone");
        }
    });
}

/// What IAM shows in place of a user or role that is gone.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids>
fn is_unique_id(text: &str) -> bool {
    let has_prefix = ["AIDA", "AROA"].iter().any(|prefix| text.starts_with(prefix));
    has_prefix && text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn unknown_form(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "AWS", |it, text, _, _| {
        let text = text.trim();
        if text.is_empty() || text.contains(['*', '?']) || is_account(text) || is_unique_id(text) {
            return;
        }
        let Some([arn, _, service, _, account, resource]) = arn_parts(text) else {
            return add(report, it, "is neither an account's twelve digits nor an ARN");
        };
        let (kind, _) = resource.split_once('/').unwrap_or((resource, ""));
        let is_someone = match service {
            "iam" => ["root", "user", "role"].contains(&kind) || NO_CALLERS.contains(&kind),
            "sts" => ["assumed-role", "federated-user"].contains(&kind),
            _ => false,
        };
        // The users that Amazon CloudFront makes requests to origins as are in no account.
        if arn != "arn" || !is_someone {
            add(report, it, "is the ARN of no account, user, role or session");
        } else if !is_account(account) && account != "cloudfront" {
            add(report, it, &format!("has {} for its account: expected twelve digits", quoted(account)));
        }
    });
}

const NO_CALLERS: &[&str] = &["group", "policy", "instance-profile"];

fn makes_no_requests(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "AWS", |it, text, _, _| {
        let resource = arn_parts(text).filter(|parts| parts[2] == "iam").map_or("", |parts| parts[5]);
        if let Some((kind, _)) = resource.split_once('/').filter(|(kind, _)| NO_CALLERS.contains(kind)) {
            add(report, it, &format!("is the ARN of a {}, which makes no requests", kind.replace('-', " ")));
        }
    });
}

fn deleted(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "AWS", |it, text, _, _| {
        if is_unique_id(text) {
            let what = if text.starts_with("AROA") { "role" } else { "user" };
            add(report, it, &format!("is the id of a {what} that is gone, and of no later one with its name"));
        }
    });
}

fn no_service(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "Service", |it, text, _, _| {
        let text = text.trim();
        if text.is_empty() || text.contains(['*', '?']) || is_service(text) {
            return;
        }
        add(report, it, "is no service principal: expected such as `lambda.amazonaws.com`");
    });
}

fn of_another_partition(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "Service", |it, text, statement, members| {
        if !text.ends_with(".amazonaws.com.cn") {
            return;
        }
        let mut partitions = written::resources(statement, members).filter_map(|it| Some(arn_parts(it.text)?[1]));
        if let Some(partition) = partitions.find(|partition| partition.starts_with("aws") && *partition != "aws-cn") {
            add(report, it, &format!("is a service of `aws-cn`, and the resource is of `{partition}`"));
        }
    });
}

fn no_provider(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "Federated", |it, text, _, _| {
        let text = text.trim();
        if policy.kind != Kind::Trust || text.is_empty() || text.contains(['*', '?']) || WEB_PROVIDERS.contains(&text) {
            return;
        }
        let is_provider = arn_parts(text).is_some_and(|[_, _, service, _, account, resource]| {
            let of_provider = ["saml-provider/", "oidc-provider/"].iter().any(|kind| resource.starts_with(kind));
            service == "iam" && is_account(account) && of_provider
        });
        if !is_provider {
            add(report, it, "is no ARN of an identity provider");
        }
    });
}

fn federated_on_resource(policy: &Policy, report: &mut Report<'_>) {
    if policy.kind == Kind::Resource {
        each(policy, "Federated", |it, _, _, _| {
            add(report, it, "is an identity provider, of which resources know nothing");
        });
    }
}

fn no_canonical_user(policy: &Policy, report: &mut Report<'_>) {
    each(policy, "CanonicalUser", |it, text, _, _| {
        let is_id = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_id && !text.is_empty() && !text.contains(['*', '?']) {
            add(report, it, "is no canonical user id: expected 64 hexadecimal digits");
        }
    });
}

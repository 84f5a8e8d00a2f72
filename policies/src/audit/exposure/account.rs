//! What changes the account, what it costs, or what runs in it.

use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule, Scope, Sensitive};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "SA45",
            severity: Severity::High,
            title: "the account itself changed",
            fix: "leave the action out: the account belongs to those who run it",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "account:PutAlternateContact", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "account:GetAlternateContact", "Resource": "*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "account:CloseAccount",
                "account:DisableRegion",
                "account:EnableRegion",
                "account:PutAlternateContact",
                "account:PutContactInformation",
                "account:StartPrimaryEmailUpdate",
                "iam:CreateAccountAlias",
                "iam:DeleteAccountAlias",
                "iam:SetSecurityTokenServicePreferences",
            ],
            scope: Scope::Any,
            can: "change whom AWS takes for the account's owner, or where it works",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA46",
            severity: Severity::High,
            title: "the organization of accounts changed",
            fix: "leave the action out: the organization belongs to those who run it",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "organizations:LeaveOrganization", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "organizations:DescribeOrganization", "Resource": "*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "organizations:AttachPolicy",
                "organizations:CloseAccount",
                "organizations:CreateAccount",
                "organizations:DeletePolicy",
                "organizations:DetachPolicy",
                "organizations:DisablePolicyType",
                "organizations:EnableAWSServiceAccess",
                "organizations:InviteAccountToOrganization",
                "organizations:LeaveOrganization",
                "organizations:MoveAccount",
                "organizations:RegisterDelegatedAdministrator",
                "organizations:RemoveAccountFromOrganization",
                "organizations:UpdatePolicy",
            ],
            scope: Scope::Any,
            can: "lift the limits that the organization sets",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA47",
            severity: Severity::Medium,
            title: "money spent or bound for a term",
            fix: "leave the action out: purchases are for people",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "savingsplans:CreateSavingsPlan", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "savingsplans:DescribeSavingsPlans", "Resource": "*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "aws-marketplace:Subscribe",
                "bedrock:CreateProvisionedModelThroughput",
                "budgets:ModifyBudget",
                "dynamodb:PurchaseReservedCapacityOfferings",
                "ec2:PurchaseHostReservation",
                "ec2:PurchaseReservedInstancesOffering",
                "rds:PurchaseReservedDBInstancesOffering",
                "route53domains:RegisterDomain",
                "route53domains:TransferDomainToAnotherAwsAccount",
                "savingsplans:CreateSavingsPlan",
                "shield:CreateSubscription",
            ],
            scope: Scope::Any,
            can: "spend money of the account's owner",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA48",
            severity: Severity::Medium,
            title: "functions changed by what runs",
            fix: "leave the action out: functions belong to the template, and are changed by its deployment",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:counts"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:counts"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "lambda:CreateEventSourceMapping",
                "lambda:CreateFunction",
                "lambda:PublishLayerVersion",
                "lambda:PutFunctionConcurrency",
                "lambda:UpdateAlias",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ],
            scope: Scope::Any,
            can: "have other code run, with the rights of the functions",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA49",
            severity: Severity::Medium,
            title: "stacks changed by what runs",
            fix: "leave the action out: deployments have a role of their own",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudformation:UpdateStack", "Resource": "arn:aws:cloudformation:sa-east-1:123456789012:stack/spaceships/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudformation:DescribeStacks", "Resource": "arn:aws:cloudformation:sa-east-1:123456789012:stack/spaceships/*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "cloudformation:CreateChangeSet",
                "cloudformation:CreateStack",
                "cloudformation:CreateStackInstances",
                "cloudformation:CreateStackSet",
                "cloudformation:DeleteStack",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:SetStackPolicy",
                "cloudformation:UpdateStack",
                "cloudformation:UpdateStackSet",
                "cloudformation:UpdateTerminationProtection",
            ],
            scope: Scope::Any,
            can: "change whatever the stack holds",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA50",
            severity: Severity::Note,
            title: "log groups made by what runs",
            fix: "leave the action out, and put the log group with its retention into the template",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:CreateLogGroup", "Resource": "arn:aws:logs:sa-east-1:123456789012:*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:CreateLogStream", "Resource": "arn:aws:logs:sa-east-1:123456789012:log-group:/aws/lambda/counts:*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["logs:CreateLogGroup"],
            scope: Scope::Any,
            can: "make log groups that are kept for ever",
        }),
    },
];

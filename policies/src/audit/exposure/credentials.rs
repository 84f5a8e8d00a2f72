//! What hands out credentials or secrets.

use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule, Scope, Sensitive};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "SA01",
            severity: Severity::High,
            title: "credentials of whichever user made, changed or put back to use",
            fix: "name the users in `Resource`, or `${aws:username}` for their own",
            also_known_as: &[
                "cloudsplaining:CredentialsExposure",
                "checkov:CKV_AWS_107",
                "checkov:CKV_AWS_287",
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:CreateAccessKey", "Resource": "arn:aws:iam::123456789012:user/${aws:username}"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "iam:CreateAccessKey",
                "iam:CreateLoginProfile",
                "iam:CreateServiceSpecificCredential",
                "iam:ResetServiceSpecificCredential",
                "iam:UpdateAccessKey",
                "iam:UpdateLoginProfile",
                "iam:UploadSSHPublicKey",
                "iam:UploadSigningCertificate",
            ],
            scope: Scope::Every,
            can: "sign in as any user",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA02",
            severity: Severity::Medium,
            title: "credentials given out to others than the principal itself",
            fix: "leave the action out: a role that is assumed gets its credentials from Lambda or whoever runs it",
            also_known_as: &[
                "cloudsplaining:CredentialsExposure",
                "checkov:CKV_AWS_107",
                "checkov:CKV_AWS_287",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "cognito-identity:GetCredentialsForIdentity",
                "cognito-identity:GetOpenIdToken",
                "cognito-identity:GetOpenIdTokenForDeveloperIdentity",
                "connect:GetFederationToken",
                "gamelift:RequestUploadCredentials",
                "sts:GetFederationToken",
            ],
            scope: Scope::Any,
            can: "hand out credentials that outlive its own",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA03",
            severity: Severity::Medium,
            title: "passwords or tokens of whichever database",
            fix: "name the databases and their users in `Resource`",
            also_known_as: &[
                "cloudsplaining:CredentialsExposure",
                "checkov:CKV_AWS_107",
                "checkov:CKV_AWS_287",
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "arn:aws:rds-db:sa-east-1:123456789012:dbuser:*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "rds-db:connect", "Resource": "arn:aws:rds-db:sa-east-1:123456789012:dbuser:db-ABCDEFGHIJ/counts"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "lightsail:GetRelationalDatabaseMasterUserPassword",
                "rds-db:connect",
                "redshift:CreateClusterUser",
                "redshift:GetClusterCredentials",
                "redshift:GetClusterCredentialsWithIAM",
                "redshift-serverless:GetCredentials",
                "dsql:DbConnect",
                "dsql:DbConnectAdmin",
                "neptune-db:connect",
            ],
            scope: Scope::Every,
            can: "sign in to any database",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA04",
            severity: Severity::Low,
            title: "tokens for registries of images or packages",
            fix: "leave the action out of what runs: who builds or starts it pulls its images and packages",
            also_known_as: &["cloudsplaining:CredentialsExposure", "iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:DescribeRepositories", "Resource": "arn:aws:ecr:sa-east-1:123456789012:repository/maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "codeartifact:GetAuthorizationToken",
                "ecr:GetAuthorizationToken",
                "ecr-public:GetAuthorizationToken",
            ],
            scope: Scope::Any,
            can: "sign in to a registry",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA05",
            severity: Severity::High,
            title: "secrets read, whichever they are",
            fix: "name the resources that are needed in `Resource`: the ARN of each secret",
            also_known_as: &[
                "cloudsplaining:DataExfiltration",
                "checkov:CKV_AWS_108",
                "checkov:CKV_AWS_288",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:sa-east-1:123456789012:secret:maps-AbCdEf"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
            scope: Scope::Every,
            can: "read every secret",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA06",
            severity: Severity::Medium,
            title: "parameters read, whichever they are",
            fix: "name the resources that are needed in `Resource`: each parameter, or the path they share",
            also_known_as: &[
                "cloudsplaining:DataExfiltration",
                "checkov:CKV_AWS_108",
                "checkov:CKV_AWS_288",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "arn:aws:ssm:sa-east-1:123456789012:parameter/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:GetParameter", "Resource": "arn:aws:ssm:sa-east-1:123456789012:parameter/maps/*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["ssm:GetParameter", "ssm:GetParameterHistory", "ssm:GetParameters", "ssm:GetParametersByPath"],
            scope: Scope::Every,
            can: "read every parameter, secure ones included",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA07",
            severity: Severity::High,
            title: "data decrypted with whichever key",
            fix: "name the key in `Resource`, or the service it is used by in a condition on `kms:ViaService`",
            also_known_as: &[],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", "Condition": {"StringEquals": {"kms:ViaService": "sqs.sa-east-1.amazonaws.com"}}}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["kms:Decrypt", "kms:ReEncryptFrom"],
            scope: Scope::Every,
            can: "decrypt what any key protects",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA08",
            severity: Severity::High,
            title: "access to whichever machine",
            fix: "name the machines in `Resource`, or their tags in a condition",
            also_known_as: &[
                "cloudsplaining:CredentialsExposure",
                "checkov:CKV_AWS_107",
                "checkov:CKV_AWS_287",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:StartSession", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ssm:StartSession", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "maps"}}}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "ec2:GetPasswordData",
                "ec2-instance-connect:SendSSHPublicKey",
                "ec2-instance-connect:SendSerialConsoleSSHPublicKey",
                "lightsail:DownloadDefaultKeyPair",
                "lightsail:GetInstanceAccessDetails",
                "ssm:SendCommand",
                "ssm:StartSession",
            ],
            scope: Scope::Every,
            can: "sign in to any machine, and act with its role",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA09",
            severity: Severity::Medium,
            title: "keys of APIs and of other services made, read or replaced",
            fix: "leave the action out, or name what the keys are for in `Resource`",
            also_known_as: &[
                "cloudsplaining:CredentialsExposure",
                "checkov:CKV_AWS_107",
                "checkov:CKV_AWS_287",
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "appsync:CreateApiKey", "Resource": "arn:aws:appsync:sa-east-1:123456789012:/v1/apis/maps/apikeys"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "appsync:GetGraphqlApi", "Resource": "arn:aws:appsync:sa-east-1:123456789012:apis/maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "appsync:CreateApiKey",
                "appsync:ListApiKeys",
                "codebuild:ImportSourceCredentials",
                "codepipeline:PollForJobs",
                "codepipeline:PollForThirdPartyJobs",
                "mediapackage:RotateChannelCredentials",
                "mediapackage:RotateIngestEndpointCredentials",
            ],
            scope: Scope::Any,
            can: "get keys that others trust",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA10",
            severity: Severity::Medium,
            title: "code and environment of whichever function read",
            fix: "name the functions in `Resource`, and keep secrets out of environments",
            also_known_as: &["iam-policy-validator:sensitive_action"],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:GetFunction", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:GetFunction", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:counts"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["lambda:GetFunction", "lambda:GetFunctionConfiguration"],
            scope: Scope::Every,
            can: "read the environment of every function",
        }),
    },
];

//! What opens resources to others.

use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule, Scope, Sensitive};

pub(super) const RULES: &[PolicyRule] = &[
    PolicyRule {
        rule: Rule {
            id: "SA23",
            severity: Severity::High,
            title: "who may use a bucket changed",
            fix: "leave the action out of what runs: who may use a resource belongs to the template",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutBucketPolicy", "Resource": "arn:aws:s3:::maps"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetBucketPolicy", "Resource": "arn:aws:s3:::maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "s3:DeleteBucketPolicy",
                "s3:PutAccessPointPolicy",
                "s3:PutAccountPublicAccessBlock",
                "s3:PutBucketAcl",
                "s3:PutBucketOwnershipControls",
                "s3:PutBucketPolicy",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutMultiRegionAccessPointPolicy",
            ],
            scope: Scope::Any,
            can: "open buckets to anyone",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA24",
            severity: Severity::Medium,
            title: "who may use an object changed",
            fix: "leave the action out: let the bucket's policy say who may read its objects, and turn its ACLs off",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObjectAcl", "Resource": "arn:aws:s3:::maps/*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:PutObjectAcl", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["s3:ObjectOwnerOverrideToBucketOwner", "s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
            scope: Scope::Any,
            can: "open objects to anyone, unless the bucket forbids ACLs",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA25",
            severity: Severity::High,
            title: "who may use a queue or a topic changed",
            fix: "leave the action out of what runs: who may use a resource belongs to the template",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:SetQueueAttributes", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sqs:GetQueueAttributes", "Resource": "arn:aws:sqs:sa-east-1:123456789012:sightings"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "sns:AddPermission",
                "sns:PutDataProtectionPolicy",
                "sns:RemovePermission",
                "sns:SetTopicAttributes",
                "sqs:AddPermission",
                "sqs:RemovePermission",
                "sqs:SetQueueAttributes",
            ],
            scope: Scope::Any,
            can: "open queues and topics to anyone",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA26",
            severity: Severity::High,
            title: "who may call a function or use a layer changed",
            fix: "leave the action out of what runs: who may use a resource belongs to the template",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:AddPermission", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:counts"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "lambda:AddPermission", "Resource": "arn:aws:lambda:sa-east-1:123456789012:function:counts", "Condition": {"StringEquals": {"lambda:Principal": "apigateway.amazonaws.com"}}}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "lambda:AddLayerVersionPermission",
                "lambda:AddPermission",
                "lambda:CreateFunctionUrlConfig",
                "lambda:RemovePermission",
                "lambda:UpdateFunctionUrlConfig",
            ],
            scope: Scope::Any,
            can: "open functions to anyone",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA27",
            severity: Severity::High,
            title: "who may use a key changed",
            fix: "leave the action out; a grant for a service of AWS has the condition `kms:GrantIsForAWSResource`",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "arn:aws:kms:sa-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "kms:CreateGrant", "Resource": "arn:aws:kms:sa-east-1:123456789012:key/12345678-1234-1234-1234-123456789012", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &["kms:CreateGrant", "kms:PutKeyPolicy", "kms:RetireGrant", "kms:RevokeGrant"],
            scope: Scope::Any,
            can: "let anyone decrypt with a key, or no one",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA28",
            severity: Severity::High,
            title: "the policy of a resource changed",
            fix: "leave the action out of what runs: who may use a resource belongs to the template",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:PutResourcePolicy", "Resource": "arn:aws:secretsmanager:sa-east-1:123456789012:secret:maps-AbCdEf"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetResourcePolicy", "Resource": "arn:aws:secretsmanager:sa-east-1:123456789012:secret:maps-AbCdEf"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "acm-pca:CreatePermission",
                "acm-pca:PutPolicy",
                "apigateway:UpdateRestApiPolicy",
                "backup:DeleteBackupVaultAccessPolicy",
                "backup:PutBackupVaultAccessPolicy",
                "codeartifact:PutDomainPermissionsPolicy",
                "codeartifact:PutRepositoryPermissionsPolicy",
                "codebuild:PutResourcePolicy",
                "dynamodb:PutResourcePolicy",
                "ecr:PutRegistryPolicy",
                "ecr:SetRepositoryPolicy",
                "elasticfilesystem:PutFileSystemPolicy",
                "glacier:SetVaultAccessPolicy",
                "glue:PutResourcePolicy",
                "imagebuilder:PutImagePolicy",
                "kinesis:PutResourcePolicy",
                "mediastore:PutContainerPolicy",
                "secretsmanager:PutResourcePolicy",
                "serverlessrepo:PutApplicationPolicy",
                "ssm:PutResourcePolicy",
            ],
            scope: Scope::Any,
            can: "let any account use the resource",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA29",
            severity: Severity::High,
            title: "who may send events or logs to the account, or get them, changed",
            fix: "leave the action out of what runs: who may use a resource belongs to the template",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "events:PutPermission", "Resource": "arn:aws:events:sa-east-1:123456789012:event-bus/sightings"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "events:PutEvents", "Resource": "arn:aws:events:sa-east-1:123456789012:event-bus/sightings"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "events:PutPermission",
                "events:RemovePermission",
                "logs:PutDestinationPolicy",
                "logs:PutResourcePolicy",
                "schemas:PutResourcePolicy",
            ],
            scope: Scope::Any,
            can: "let any account send events, or get logs",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA30",
            severity: Severity::High,
            title: "resources shared with other accounts",
            fix: "leave the action out: sharing is for people or pipelines that are made for it",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ram:CreateResourceShare", "Resource": "*"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ram:GetResourceShares", "Resource": "*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "lakeformation:BatchGrantPermissions",
                "lakeformation:GrantPermissions",
                "lakeformation:PutDataLakeSettings",
                "ram:AssociateResourceShare",
                "ram:CreateResourceShare",
                "ram:EnableSharingWithAwsOrganization",
                "ram:UpdateResourceShare",
                "servicecatalog:CreatePortfolioShare",
                "ssm:ModifyDocumentPermission",
                "ds:ShareDirectory",
            ],
            scope: Scope::Any,
            can: "share the account's resources with any other",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA31",
            severity: Severity::Medium,
            title: "what a network lets in changed",
            fix: "leave the action out: what a network lets in belongs to the template",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:AuthorizeSecurityGroupIngress", "Resource": "arn:aws:ec2:sa-east-1:123456789012:security-group/sg-1234567890abcdef0"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:DescribeSecurityGroups", "Resource": "*"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "ec2:AuthorizeSecurityGroupIngress",
                "ec2:CreateNetworkInterfacePermission",
                "ec2:CreateVpcPeeringConnection",
                "ec2:ModifyVpcEndpointServicePermissions",
                "rds:AuthorizeDBSecurityGroupIngress",
                "ec2:CreateNetworkAclEntry",
                "ec2:ReplaceNetworkAclEntry",
            ],
            scope: Scope::Any,
            can: "open a network to anyone",
        }),
    },
    PolicyRule {
        rule: Rule {
            id: "SA32",
            severity: Severity::High,
            title: "whom the account trusts to say who someone is changed",
            fix: "leave the action out: identity providers belong to those who run the account",
            also_known_as: &[
                "cloudsplaining:ResourceExposure",
                "checkov:CKV_AWS_109",
                "checkov:CKV_AWS_289",
                "iam-policy-validator:sensitive_action",
            ],
        },
        firing: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:CreateSAMLProvider", "Resource": "arn:aws:iam::123456789012:saml-provider/maps"}]}"#,
        ),
        quiet: Case::identity(
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:GetSAMLProvider", "Resource": "arn:aws:iam::123456789012:saml-provider/maps"}]}"#,
        ),
        check: Check::Allowed(Sensitive {
            actions: &[
                "iam:AddClientIDToOpenIDConnectProvider",
                "iam:CreateOpenIDConnectProvider",
                "iam:CreateSAMLProvider",
                "iam:UpdateOpenIDConnectProviderThumbprint",
                "iam:UpdateSAMLProvider",
                "rolesanywhere:CreateTrustAnchor",
                "rolesanywhere:UpdateTrustAnchor",
                "sso:CreatePermissionSet",
                "sso:CreateAccountAssignment",
            ],
            scope: Scope::Any,
            can: "let identities of its own making in",
        }),
    },
];

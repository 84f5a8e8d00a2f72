//! What AWS takes and what is good practice: the rules about writing and about the catalogue find nothing in it.

use std::collections::BTreeSet;

use policies::audit::{Kind, Policy, audit, rules};

#[track_caller]
fn check(kind: Kind, statement: &str) {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
    let findings = audit(&[Policy::read(kind, &text)]);
    let found: Vec<_> =
        findings.iter().filter(|it| ["GR", "CT"].iter().any(|family| it.rule.id.starts_with(family))).collect();
    assert!(found.is_empty(), "{statement}: {found:#?}");
}

#[test]
fn what_programs_are_allowed_is_quiet() {
    for statement in [
        r#"{"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/reporter:*"}"#,
        r#"{"Effect": "Allow", "Action": ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetObject"], "Resource": ["arn:aws:s3:::maps", "arn:aws:s3:::maps/*"]}"#,
        r#"{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::maps", "Condition": {"StringLike": {"s3:prefix": ["${aws:username}/*", ""]}}}"#,
        r#"{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "arn:aws:s3:::*"}"#,
        r#"{"Effect": "Allow", "Action": ["dynamodb:Query"], "Resource": ["${cfn:Orders.Arn}/index/by-status"]}"#,
        r#"{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "arn:${cfn:AWS::Partition}:dynamodb:${cfn:AWS::Region}:${cfn:AWS::AccountId}:table/orders"}"#,
        r#"{"Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": "*", "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["${aws:PrincipalTag/team, 'none'}"]}}}"#,
        r#"{"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::123456789012:role/lambda/*", "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}"#,
        r#"{"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], "Resource": "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab", "Condition": {"StringEquals": {"kms:ViaService": "sqs.eu-west-1.amazonaws.com"}}}"#,
        r#"{"Effect": "Allow", "Action": ["ec2:Describe*", "cloudwatch:GetMetricData", "tag:GetResources"], "Resource": "*"}"#,
        r#"{"Effect": "Allow", "Action": "ec2:StartInstances", "Resource": "arn:aws:ec2:*:*:instance/*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}}"#,
        r#"{"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*", "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}"#,
        r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"DateGreaterThan": {"aws:CurrentTime": "2026-06-30T23:59:59Z"}, "NumericLessThan": {"aws:MultiFactorAuthAge": 3600}}}"#,
        r#"{"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": "arn:aws:execute-api:eu-west-1:123456789012:a1b2c3/prod/GET/orders"}"#,
        r#"{"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": "arn:aws:ssm:*:123456789012:parameter/orders/*"}"#,
        r#"{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders-??????"}"#,
        r#"{"Effect": "Allow", "Action": "cloudfront:CreateInvalidation", "Resource": "arn:aws:cloudfront::123456789012:distribution/E1ABCDEF"}"#,
        r#"{"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*", "Condition": {"ArnNotLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:123456789012:function:orders"}}}"#,
        r#"{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "arn:aws:bedrock:us-east-1::foundation-model/*"}"#,
    ] {
        check(Kind::Identity, statement);
    }
}

#[test]
fn what_resources_let_in_is_quiet() {
    for statement in [
        r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::maps", "arn:aws:s3:::maps/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:123456789012:orders", "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:orders"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "${cfn:QueuePolicyPrincipalAccount}"}, "Action": "sqs:SendMessage", "Resource": "${cfn:Queue.Arn}"}"#,
        r#"{"Sid": "Let in the other account", "Effect": "Allow", "Principal": {"AWS": ["123456789012", "arn:aws:iam::210987654321:root", "arn:aws:iam::210987654321:role/team/reader"]}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "cloudfront.amazonaws.com"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringEquals": {"aws:SourceArn": "arn:aws:cloudfront::123456789012:distribution/E1ABCDEF", "aws:SourceAccount": "123456789012"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1ABCDEF"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::maps/*"}"#,
        r#"{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24"]}}}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}"#,
        r#"{"Effect": "Allow", "Principal": {"Service": "logs.eu-west-1.amazonaws.com"}, "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": "*", "Condition": {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:eu-west-1:123456789012:log-group:*"}}}"#,
        r#"{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::maps/*", "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-1a2b3c4d", "aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "Null": {"aws:SourceVpce": "false"}}}"#,
    ] {
        check(Kind::Resource, statement);
    }
}

#[test]
fn what_roles_trust_and_organizations_rule_is_quiet() {
    for statement in [
        r#"{"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]}, "Action": "sts:AssumeRole"}"#,
        r#"{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": ["sts:AssumeRole", "sts:TagSession"], "Condition": {"StringEquals": {"sts:ExternalId": "a-b-c"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}, "StringLike": {"token.actions.githubusercontent.com:sub": "repo:a/b:*"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "cognito-identity.amazonaws.com"}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:1"}, "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}}}"#,
        r#"{"Effect": "Allow", "Principal": {"Federated": "${cfn:Provider}"}, "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}"#,
    ] {
        check(Kind::Trust, statement);
    }
    check(
        Kind::ServiceControl,
        r#"{"Effect": "Deny", "NotAction": ["iam:*", "organizations:*"], "Resource": "*", "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}, "ArnNotLike": {"aws:PrincipalARN": "arn:aws:iam::*:role/admin"}}}"#,
    );
    check(
        Kind::ResourceControl,
        r#"{"Effect": "Deny", "Principal": "*", "Action": ["s3:*", "sqs:*"], "Resource": "*", "Condition": {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}, "BoolIfExists": {"aws:PrincipalIsAWSService": "false"}}}"#,
    );
}

#[test]
fn a_string_operator_is_fine_for_whole_arns_only() {
    let found = |operator: &str, arn: &str| {
        let statement = format!(
            r#"{{"Effect": "Deny", "Action": "sqs:SendMessage", "Resource": "*", "Condition": {{"{operator}": {{"aws:SourceArn": "{arn}"}}}}}}"#
        );
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#);
        audit(&[Policy::read(Kind::Identity, &text)]).iter().any(|it| it.rule.id == "CT16")
    };
    assert!(!found("StringEquals", "arn:aws:cloudtrail:eu-west-1:123456789012:trail/all"));
    assert!(!found("StringLike", "arn:aws:cloudtrail:eu-west-1:123456789012:trail/all"));
    assert!(found("StringLike", "arn:aws:cloudtrail:eu-west-1:123456789012:trail/*"));
}

#[test]
fn a_mistake_is_told_by_one_rule() {
    for row in rules().filter(|row| ["GR", "CT"].iter().any(|family| row.rule.id.starts_with(family))) {
        let findings = audit(&[row.firing.policy()]);
        let families = |id: &&str| ["GR", "CT"].iter().any(|family| id.starts_with(family));
        let found: BTreeSet<_> = findings.iter().map(|finding| finding.rule.id).filter(families).collect();
        assert!(found.len() == 1, "{}: {found:?}", row.rule.id);
    }
}

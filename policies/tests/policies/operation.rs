//! What the operations of AWS services need.

use std::collections::BTreeSet;

use policies::audit::{Kind, Policy, audit};
use policies::catalogue;
use policies::operation::{Operation, is_needed, of, prefix, services};

fn all() -> impl Iterator<Item = &'static Operation> {
    services().flat_map(|service| of(service).unwrap())
}

/// Checks what `operation`, such as `s3:GetObject`, needs: always, then as `Parameter: action`.
#[track_caller]
fn check(operation: &str, required: &[&str], conditional: &[&str]) {
    let listed = all().find(|it| it.to_string() == operation).unwrap();
    assert_eq!(listed.required, required, "{operation}");
    let found: Vec<_> = listed.conditional.iter().map(|it| format!("{}: {}", it.parameter, it.action)).collect();
    assert_eq!(found, conditional, "{operation}");
}

#[test]
fn each_operation_is_listed_once() {
    for service in services() {
        let operations = of(service).unwrap();
        let names: BTreeSet<_> = operations.iter().map(|operation| operation.name).collect();
        assert_eq!(names.len(), operations.len(), "{service}");
    }
}

#[test]
fn a_service_is_known_by_the_name_of_its_sdk() {
    assert_eq!(services().count(), 23);
    for (service, expected) in [
        ("apigatewaymanagement", "execute-api"),
        ("bedrockruntime", "bedrock"),
        ("cloudwatchlogs", "logs"),
        ("cognitoidentityprovider", "cognito-idp"),
        ("dynamodb", "dynamodb"),
        ("dynamodbstreams", "dynamodb"),
        ("eventbridge", "events"),
        ("sesv2", "ses"),
        ("sfn", "states"),
    ] {
        assert_eq!(prefix(service), Some(expected));
        assert!(of(service).unwrap().iter().all(|operation| operation.service == service));
    }
    assert_eq!((prefix("states"), of("states")), (None, None));
}

#[test]
fn each_action_is_one_of_a_service() {
    let is_word = |text: &str| !text.is_empty() && text.chars().all(|it| it.is_ascii_alphanumeric());
    for operation in all() {
        for action in operation.actions().chain(operation.never.iter().copied()) {
            let (service, name) = action.split_once(':').unwrap();
            let is_service = service.split('-').all(is_word) && service == service.to_ascii_lowercase();
            let is_name = is_word(name) && name.starts_with(|it: char| it.is_ascii_uppercase());
            assert!(is_service && is_name, "{operation}: {action}");
        }
    }
}

/// Actions that AWS's API references name, and that its Service Authorization Reference does not have yet, are no slips:
/// <https://docs.aws.amazon.com/kms/latest/APIReference/API_Encapsulate.html>.
#[test]
fn no_action_that_an_operation_needs_is_called_unknown() {
    let mut later = BTreeSet::new();
    for action in all().flat_map(Operation::actions) {
        later.extend(catalogue::action(action).is_none().then_some(action));
        let policy = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}"#
        );
        let found = audit(&[Policy::read(Kind::Identity, &policy)]);
        assert!(found.iter().all(|it| !["CT01", "CT02"].contains(&it.rule.id)), "{action}: {found:?}");
    }
    assert!(later.is_superset(&BTreeSet::from(["kms:Decapsulate", "kms:Encapsulate"])), "{later:?}");
    assert!(!is_needed("kms:Encapsule") && is_needed("KMS:encapsulate"));
}

#[test]
fn an_action_stands_in_one_column_only() {
    for operation in all() {
        let always: BTreeSet<_> = operation.required.iter().copied().collect();
        let sometimes: BTreeSet<_> = operation.conditional.iter().map(|it| it.action).collect();
        let never: BTreeSet<_> = operation.never.iter().copied().collect();
        assert!(always.is_disjoint(&sometimes), "{operation}");
        assert!(never.is_disjoint(&always) && never.is_disjoint(&sometimes), "{operation}");
        assert_eq!(always.len(), operation.required.len(), "{operation}");
        assert_eq!(never.len(), operation.never.len(), "{operation}");
        let conditional: BTreeSet<_> = operation.conditional.iter().collect();
        assert_eq!(conditional.len(), operation.conditional.len(), "{operation}");
    }
}

#[test]
fn an_operation_that_needs_no_action_is_one_that_anybody_may_call() {
    let free = all().filter(|it| it.actions().next().is_none());
    let (of_users, free): (Vec<_>, Vec<_>) = free.map(ToString::to_string).partition(|it| it.starts_with("cognito"));
    // What users of a pool call for themselves, and not what is called on them.
    assert!(of_users.contains(&"cognitoidentityprovider:InitiateAuth".to_owned()));
    assert!(!of_users.iter().any(|it| it.contains(":Admin")), "{of_users:?}");
    let expected = [
        "s3:CreateSession",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:GetCallerIdentity",
        "sts:GetSessionToken",
    ];
    assert_eq!(free, expected);
}

#[test]
fn most_operations_need_the_action_of_their_own_name() {
    let is_own = |it: &&Operation| it.required == [format!("{}:{}", prefix(it.service).unwrap(), it.name)];
    let (own, listed) = (all().filter(is_own).count(), all().count());
    println!("{} of {listed} operations do not need just the action of their own name", listed - own);
    assert!(own * 10 > listed * 8, "{own} of {listed}");
}

#[test]
fn an_operation_may_need_an_action_of_another_name() {
    for (operation, required) in [
        ("apigatewaymanagement:PostToConnection", &["execute-api:ManageConnections"][..]),
        ("bedrockruntime:InvokeModelWithBidirectionalStream", &["bedrock:InvokeModel"]),
        ("cloudwatchlogs:UpdateScheduledQuery", &["iam:PassRole", "logs:UpdateScheduledQuery"]),
        ("dynamodb:Query", &["dynamodb:Query"]),
        ("dynamodb:TransactGetItems", &["dynamodb:GetItem"]),
        ("dynamodbstreams:GetRecords", &["dynamodb:GetRecords"]),
        ("eventbridge:PutEvents", &["events:PutEvents"]),
        ("firehose:PutRecordBatch", &["firehose:PutRecordBatch"]),
        ("kinesis:PutRecords", &["kinesis:PutRecords"]),
        ("kms:ReEncrypt", &["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
        ("lambda:GetLayerVersionByArn", &["lambda:GetLayerVersion"]),
        ("lambda:Invoke", &["lambda:InvokeFunction"]),
        ("lambda:InvokeWithResponseStream", &["lambda:InvokeFunction"]),
        ("s3:CreateSession", &[]),
        ("s3:DeleteBucketCors", &["s3:PutBucketCORS"]),
        ("s3:GetObjectTorrent", &["s3:GetObject"]),
        ("s3:HeadBucket", &["s3:ListBucket"]),
        ("s3:ListBuckets", &["s3:ListAllMyBuckets"]),
        ("s3:ListObjectVersions", &["s3:ListBucketVersions"]),
        ("s3:ListObjectsV2", &["s3:ListBucket"]),
        ("s3:ListParts", &["s3:ListMultipartUploadParts"]),
        ("s3:RenameObject", &["s3express:CreateSession"]),
        ("s3:UploadPart", &["s3:PutObject"]),
        ("scheduler:DeleteScheduleGroup", &["scheduler:DeleteSchedule", "scheduler:DeleteScheduleGroup"]),
        ("sesv2:SendCustomVerificationEmail", &["ses:SendCustomVerificationEmail"]),
        ("sfn:StartExecution", &["states:StartExecution"]),
        ("sfn:StartSyncExecution", &["states:StartSyncExecution"]),
        ("sns:PublishBatch", &["sns:Publish"]),
        ("sqs:ChangeMessageVisibilityBatch", &["sqs:ChangeMessageVisibility"]),
        ("sqs:DeleteMessageBatch", &["sqs:DeleteMessage"]),
        ("sqs:ListMessageMoveTasks", &["sqs:GetQueueAttributes", "sqs:ListMessageMoveTasks"]),
        ("sqs:SendMessageBatch", &["sqs:SendMessage"]),
        ("sts:GetCallerIdentity", &[]),
    ] {
        check(operation, required, &[]);
    }
}

#[test]
fn what_a_request_sets_may_need_an_action_more() {
    for (operation, required, conditional) in [
        (
            "cloudwatch:PutMetricStream",
            &["cloudwatch:PutMetricStream", "iam:PassRole"][..],
            &["Tags: cloudwatch:TagResource"][..],
        ),
        ("bedrockruntime:Converse", &["bedrock:InvokeModel"], &["GuardrailConfig: bedrock:ApplyGuardrail"]),
        (
            "bedrockruntime:ConverseStream",
            &["bedrock:InvokeModelWithResponseStream"],
            &["GuardrailConfig: bedrock:ApplyGuardrail"],
        ),
        ("bedrockruntime:StartAsyncInvoke", &["bedrock:InvokeModel", "s3:PutObject"], &["Tags: bedrock:TagResource"]),
        ("cloudwatchlogs:FilterLogEvents", &["logs:FilterLogEvents"], &["unmask: logs:Unmask"]),
        (
            "cognitoidentityprovider:CreateUserPool",
            &["cognito-idp:CreateUserPool"],
            &["SmsConfiguration.SnsCallerArn: iam:PassRole", "UserPoolTags: cognito-idp:TagResource"],
        ),
        (
            "dynamodb:ExecuteStatement",
            &[],
            &[
                "Statement (DELETE): dynamodb:PartiQLDelete",
                "Statement (INSERT): dynamodb:PartiQLInsert",
                "Statement (SELECT): dynamodb:PartiQLSelect",
                "Statement (UPDATE): dynamodb:PartiQLUpdate",
            ],
        ),
        (
            "dynamodb:TransactWriteItems",
            &[],
            &[
                "TransactItems.ConditionCheck: dynamodb:ConditionCheckItem",
                "TransactItems.Delete: dynamodb:DeleteItem",
                "TransactItems.Put: dynamodb:PutItem",
                "TransactItems.Update: dynamodb:UpdateItem",
            ],
        ),
        ("eventbridge:PutTargets", &["events:PutTargets"], &["Targets.RoleArn: iam:PassRole"]),
        ("kinesis:CreateStream", &["kinesis:CreateStream"], &["Tags: kinesis:AddTagsToStream"]),
        ("kms:ReplicateKey", &["kms:CreateKey", "kms:ReplicateKey"], &["Tags: kms:TagResource"]),
        (
            "s3:DeleteObject",
            &["s3:DeleteObject"],
            &[
                "BypassGovernanceRetention: s3:BypassGovernanceRetention",
                "IfMatch: s3:GetObject",
                "VersionId: s3:DeleteObjectVersion",
            ],
        ),
        ("s3:GetObject", &["s3:GetObject"], &["Key (of no object): s3:ListBucket", "VersionId: s3:GetObjectVersion"]),
        ("s3:HeadObject", &["s3:GetObject"], &["Key (of no object): s3:ListBucket", "VersionId: s3:GetObjectVersion"]),
        (
            "s3:PutObject",
            &["s3:PutObject"],
            &[
                "ACL: s3:PutObjectAcl",
                "GrantFullControl: s3:PutObjectAcl",
                "GrantRead: s3:PutObjectAcl",
                "GrantReadACP: s3:PutObjectAcl",
                "GrantWriteACP: s3:PutObjectAcl",
                "IfMatch: s3:GetObject",
                "ObjectLockLegalHoldStatus: s3:PutObjectLegalHold",
                "ObjectLockMode: s3:PutObjectRetention",
                "ObjectLockRetainUntilDate: s3:PutObjectRetention",
                "SSEKMSKeyId: kms:GenerateDataKey",
                "Tagging: s3:PutObjectTagging",
            ],
        ),
        (
            "secretsmanager:BatchGetSecretValue",
            &["secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue"],
            &["Filters: secretsmanager:ListSecrets"],
        ),
        (
            "sesv2:SendEmail",
            &["ses:SendEmail"],
            &["Content.Raw: ses:SendRawEmail", "Content.Template: ses:SendTemplatedEmail"],
        ),
        ("sns:Subscribe", &["sns:Subscribe"], &["Attributes (SubscriptionRoleArn): iam:PassRole"]),
        ("sqs:CreateQueue", &["sqs:CreateQueue"], &["tags: sqs:TagQueue"]),
        ("ssm:GetParameter", &["ssm:GetParameter"], &["WithDecryption: kms:Decrypt"]),
        (
            "sts:AssumeRole",
            &["sts:AssumeRole"],
            &["ProvidedContexts: sts:SetContext", "SourceIdentity: sts:SetSourceIdentity", "Tags: sts:TagSession"],
        ),
    ] {
        check(operation, required, conditional);
    }
}

#[test]
fn what_aws_lists_and_no_call_needs_is_no_action_of_the_operation() {
    let invoke = all().find(|it| it.to_string() == "lambda:Invoke").unwrap();
    assert_eq!(invoke.never, ["lambda:InvokeAsync", "lambda:InvokeFunctionUrl"]);
    assert_eq!(invoke.actions().collect::<Vec<_>>(), ["lambda:InvokeFunction"]);
}

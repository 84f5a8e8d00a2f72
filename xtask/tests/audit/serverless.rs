//! Serverless applications: what AWS's macro makes of them is judged, at the place from which it is made.

use engine::audit::AuditFinding;
use engine::audit::audited::Audited;
use engine::audit::{template, wiring};

/// The findings in a serverless application with these resources.
fn findings(text: &str) -> Vec<AuditFinding> {
    let text = format!("Transform: AWS::Serverless-2016-10-31\n{text}");
    let written = translate::template(&text).unwrap();
    let audited = Audited::file(&written, "t.yaml");
    let mut findings = template::findings(&audited);
    findings.extend(wiring::findings(&audited));
    findings
}

fn ids(text: &str) -> Vec<String> {
    let mut ids: Vec<_> = findings(text).iter().map(|it| it.rule.id.to_owned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// The statements that a role has, as text.
fn statements(text: &str, id: &str) -> String {
    let written = translate::template(&format!("Transform: AWS::Serverless-2016-10-31\n{text}")).unwrap();
    let subject = infra::iam::ways(&written.template).into_iter().find(|it| it.id == id);
    let subject = subject.unwrap_or_else(|| panic!("no {id} in {:#?}", written.template));
    subject.subjects.iter().flat_map(|it| &it.policies).map(|it| it.json.to_string()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_policy_template_is_judged_where_it_is_named() {
    let found = findings(
        "Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - SQSPollerPolicy: {QueueName: orders}
        - SecretPolicy: {}
        - Statement: [{Effect: Allow, Action: 'iam:*', Resource: '*'}]
",
    );
    let place = |id: &str| {
        let found = found.iter().find(|it| it.rule.id == id).unwrap_or_else(|| panic!("no {id} in {found:#?}"));
        (found.resource.clone(), found.location.clone().unwrap())
    };
    assert_eq!(place("TM01"), ("F".to_owned(), "t.yaml:8:11".to_owned()));
    assert_eq!(place("PE01"), ("F".to_owned(), "t.yaml:9:47".to_owned()));
}

#[test]
fn what_a_policy_template_allows_is_known_with_what_it_is_given() {
    let text = "Resources:
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: orders}}
  F: {Type: AWS::Serverless::Function, Properties: {Policies: [{SQSPollerPolicy: {QueueName: !GetAtt Q.QueueName}}, {DynamoDBCrudPolicy: {TableName: trips}}]}}
";
    let known = statements(text, "FRole");
    assert!(known.contains("sqs:ReceiveMessage") && known.contains("dynamodb:PutItem"), "{known}");
    assert!(known.contains(":table/trips/index/*"), "{known}");
    assert_eq!(ids(text), [""; 0]);
}

#[test]
fn globals_are_merged_as_the_macro_does() {
    let with = |globals: &str, properties: &str| {
        format!(
            "Globals: {{Function: {globals}}}\nResources:\n  F: {{Type: AWS::Serverless::Function, {properties}}}\n"
        )
    };
    let public = "{AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: 'sts:AssumeRole'}]}}";
    let closed = "{Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]}";
    assert!(ids(&with(public, "Properties: {Runtime: x}")).contains(&"RP54".to_owned()));
    assert!(ids(&with(public, "Metadata: {a: b}")).contains(&"RP54".to_owned()));
    let own = |it: &str| with(public, &format!("{it}Properties: {{AssumeRolePolicyDocument: {closed}}}"));
    // Mappings are merged, and lists in them joined.
    assert!(ids(&own("")).contains(&"RP54".to_owned()));
    assert_eq!(ids(&own("IgnoreGlobals: '*', ")), [""; 0]);
    assert_eq!(ids(&own("IgnoreGlobals: [AssumeRolePolicyDocument], ")), [""; 0]);
}

#[test]
fn what_events_make_is_known() {
    let text = "Resources:
  B: {Type: AWS::S3::Bucket}
  T: {Type: AWS::SNS::Topic}
  S: {Type: AWS::SNS::Subscription, Properties: {Protocol: lambda, TopicArn: !Ref T, Endpoint: !GetAtt F.Arn}}
  Q: {Type: AWS::SQS::Queue}
  F:
    Type: AWS::Serverless::Function
    Properties:
      DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Q.Arn}
      Events:
        Topic: {Type: SNS, Properties: {Topic: !Ref T}}
        Bucket: {Type: S3, Properties: {Bucket: !Ref B, Events: 's3:ObjectCreated:*'}}
        Daily: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
        Hourly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 hour)}}
        Route: {Type: Api, Properties: {Path: '/orders/{id}', Method: get}}
        Other: {Type: SQS, Properties: {Queue: !GetAtt Q.Arn}}
";
    // The subscription is let in by the permission that its event makes.
    assert_eq!(ids(text), [""; 0]);
    let without = text.replace("        Topic: {Type: SNS, Properties: {Topic: !Ref T}}\n", "");
    assert_eq!(ids(&without), ["RP91"]);
    let role = statements(text, "FRole");
    assert!(role.contains("sqs:SendMessage"), "{role}");
    assert!(statements(text, "FHourlyRole").contains("lambda:InvokeFunction"));
    assert!(statements(text, "FRoutePermission").contains("/*/GET/orders/*"));
    assert!(statements(text, "FBucketPermission").contains("AWS:SourceAccount"));
    let open =
        "Resources:\n  F: {Type: AWS::Serverless::Function, Properties: {FunctionUrlConfig: {AuthType: NONE}}}\n";
    let found = findings(open);
    let public = found.iter().find(|it| it.rule.id.starts_with("RP")).expect("everybody may call the URL");
    assert_eq!(public.location.as_deref(), Some("t.yaml:3:83"));
}

#[test]
fn connectors_allow_what_they_are_for() {
    let ends = "  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  F: {Type: AWS::Serverless::Function, Properties: {Runtime: x}}
  M: {Type: AWS::Serverless::StateMachine, Properties: {Name: x}}
";
    let connected = |source: &str, destination: &str, permissions: &str| {
        format!(
            "Resources:\n{ends}  C: {{Type: AWS::Serverless::Connector, Properties: {{Source: {source}, Destination: {destination}, Permissions: {permissions}}}}}\n"
        )
    };
    let of_function = statements(&connected("{Id: F}", "{Id: Q}", "[Write]"), "FRole");
    assert!(of_function.contains("sqs:SendMessage") && !of_function.contains("sqs:ReceiveMessage"), "{of_function}");
    let of_poller = statements(&connected("{Id: Q}", "{Id: F}", "[Read, Write]"), "FRole");
    assert!(of_poller.contains("sqs:ReceiveMessage") && of_poller.contains("sqs:DeleteMessage"), "{of_poller}");
    let of_machine = statements(&connected("{Id: M}", "[{Id: F}, {Id: T}]", "[Write]"), "MRole");
    assert!(of_machine.contains("lambda:InvokeFunction") && of_machine.contains("sns:Publish"), "{of_machine}");
    let of_queue = statements(&connected("{Id: T}", "{Id: Q}", "[Write]"), "CQueuePolicy");
    assert!(of_queue.contains("sns.amazonaws.com") && of_queue.contains("aws:SourceArn"), "{of_queue}");
    let permission = statements(&connected("{Id: T}", "{Id: F}", "[Write]"), "CWriteLambdaPermission");
    assert!(permission.contains("sns.amazonaws.com"), "{permission}");
    assert_eq!(ids(&connected("{Id: F}", "{Id: Q}", "[Write]")), [""; 0]);
    assert_eq!(ids(&connected("{Id: Q}", "{Id: T}", "[Write]")), ["TM01"]);
    assert_eq!(ids(&connected("{Id: T}", "{Id: Q}", "[Read]")), ["TM01"]);
    let embedded = "Resources:
  Q: {Type: AWS::SQS::Queue}
  F: {Type: AWS::Serverless::Function, Connectors: {ToQueue: {Properties: {Destination: {Id: Q}, Permissions: [Write]}}}, Properties: {Runtime: x}}
";
    assert!(statements(embedded, "FRole").contains("sqs:SendMessage"));
}

#[test]
fn a_source_reference_that_is_no_mapping_is_passed_over() {
    let text = "Resources:
  Q: {Type: AWS::SQS::Queue}
  F: {Type: AWS::Serverless::Function, Connectors: {ToQueue: {Properties: {SourceReference: F, Destination: {Id: Q}, Permissions: [Write]}}}, Properties: {Runtime: x}}
";
    assert!(statements(text, "FRole").contains("sqs:SendMessage"));
}

#[test]
fn functions_that_a_loop_makes_are_read() {
    let text = "Resources:
  'Fn::ForEach::Workers': [N, [One, Two], {'Worker${N}': {Type: AWS::Serverless::Function, Properties: {Policies: AdministratorAccess}}}]
";
    let found = findings(text);
    let mut open: Vec<_> = found.iter().filter(|it| it.rule.id == "PE01").map(|it| it.resource.as_str()).collect();
    open.dedup();
    assert_eq!(open, ["WorkerOne", "WorkerTwo"], "{found:#?}");
}

#[test]
fn a_policy_that_is_attached_to_the_role_of_the_macro_is_judged_with_it() {
    let text = "Resources:
  F: {Type: AWS::Serverless::Function, Properties: {Policies: [{Statement: {Effect: Allow, Action: 'iam:PassRole', Resource: '*'}}]}}
  P: {Type: AWS::IAM::Policy, Properties: {PolicyName: x, Roles: [!Ref FRole], PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: ['lambda:CreateFunction', 'lambda:InvokeFunction'], Resource: '*'}]}}}
";
    let apart = text.replace("!Ref FRole", "other");
    assert_eq!([ids(text), ids(&apart)].map(|ids| ids.contains(&"PE41".to_owned())), [true, false]);
}

#[test]
fn the_policy_of_an_api_is_read() {
    let text = "Resources:
  A: {Type: AWS::Serverless::Api, Properties: {StageName: x, Auth: {ResourcePolicy: {CustomStatements: [{Effect: Alow, Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*'}]}}}}
";
    let found = findings(text);
    let misspelt = found.iter().find(|it| it.rule.id == "GR15").unwrap_or_else(|| panic!("{found:#?}"));
    assert_eq!(misspelt.location.as_deref(), Some("t.yaml:3:114"));
    let listed = text.replace("{CustomStatements", "{IpRangeBlacklist: ['192.0.2.0/24'], CustomStatements");
    assert!(ids(&listed).contains(&"TM01".to_owned()));
}

//! Templates and policies that others wrote, each with what must be found in it and what must not.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use engine::audit::audited::Audited;
use engine::audit::template;
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::{CommandOutput, command};

fn audit(kind: &str, file: &Path) -> CommandOutput {
    let folder = TempDir::new().unwrap();
    let arguments = ["policy-audit", &format!("--{kind}"), file.to_str().unwrap(), "--format", "json"];
    CommandOutput::of(command(&arguments).current_dir(folder.path()))
}

fn strings(json: &Value) -> Vec<&str> {
    json.as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[test]
fn what_others_wrote_is_judged_rightly() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit/cases");
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(folder.join("cases.json")).unwrap()).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let name = case["case"].as_str().unwrap();
        let ended = audit(case["as"].as_str().unwrap(), &folder.join(name));
        let found = ended.json();
        let findings = found["findings"].as_array().unwrap();
        let has = |id: &str| findings.iter().any(|it| it["id"] == id);
        for wanted in strings(&case["must"]).into_iter().filter(|it| !it.split('|').any(has)) {
            wrong.push(format!("{name}: no {wanted}: {}", case["right"]));
        }
        for unwanted in
            strings(&case["must_not"]).into_iter().filter(|it| has(it) || *it == "*" && !findings.is_empty())
        {
            wrong.push(format!("{name}: {unwanted}: {}", case["right"]));
        }
        if findings.iter().any(|it| it.to_string().contains("${cfn:")) {
            wrong.push(format!("{name}: a finding shows how values are kept"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_text_that_is_nested_too_deep_is_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("deep.json");
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let (open, close) = (open.repeat(200_000), close.repeat(200_000));
        fs::write(&file, format!("{{\"Resources\": {{\"A\": {open}1{close}}}}}")).unwrap();
        let began = Instant::now();
        let ended = audit("template", &file).expect(1);
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(ended.stderr.contains("more than 128 values are within each other"), "{}", ended.stderr);
    }
}

/// The ids of the findings in a template, each once, with the lines they are on.
fn found(text: &str) -> Vec<String> {
    let written = translate::template(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let findings = template::findings(&Audited::file(&written, "t"));
    for finding in &findings {
        let shown = format!("{finding} {:?} {:?}", finding.action, finding.on);
        assert!(!shown.contains("${cfn:") && !shown.contains("+3"), "{shown}");
    }
    let mut ids: Vec<_> = findings.iter().map(|it| it.rule.id.to_owned()).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// Audits resources with what most rows need beside them.
#[track_caller]
fn check(resources: &str, must: &[&str], must_not: &[&str]) {
    let head = "
Parameters:
  P: {Type: String}
  Side: {Type: String, AllowedValues: [Allow, Deny]}
Conditions:
  C: !Equals [!Ref P, one]
  D: !Equals [!Ref P, two]
  N: !Not [!Condition C]
Mappings:
  M: {us-east-1: {effect: Allow, actions: ['iam:*']}, eu-west-1: {effect: Deny, actions: ['s3:GetObject']}}
Resources:
  B: {Type: AWS::S3::Bucket}
  Q: {Type: AWS::SQS::Queue}
";
    let text = format!("{head}{resources}\n");
    let ids = found(&text);
    for id in must {
        assert!(id.split('|').any(|id| ids.iter().any(|it| it == id)), "no {id} in {ids:?} of{resources}");
    }
    for id in must_not {
        let has = ids.iter().any(|it| it == id || id.ends_with('*') && it.starts_with(id.trim_end_matches('*')));
        assert!(!has, "{id} in {ids:?} of{resources}");
    }
}

/// A managed policy with this statement.
fn statement(text: &str) -> String {
    format!(
        "  X: {{Type: AWS::IAM::ManagedPolicy, Properties: {{PolicyDocument: {{Version: '2012-10-17', Statement: [{text}]}}}}}}"
    )
}

/// A bucket's policy with this statement.
fn bucket(text: &str) -> String {
    format!(
        "  X: {{Type: AWS::S3::BucketPolicy, Properties: {{Bucket: !Ref B, PolicyDocument: {{Version: '2012-10-17', Statement: [{text}]}}}}}}"
    )
}

const TRUST: &str = "AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]}";

#[test]
fn a_policy_of_a_principal_outside_of_the_template_is_judged_by_itself() {
    for (kind, whose) in [
        ("RolePolicy", "RoleName: app"),
        ("UserPolicy", "UserName: !Ref P"),
        ("GroupPolicy", "GroupName: !ImportValue group"),
        ("Policy", "Roles: [!Ref P]"),
        ("Policy", "Roles: [!GetAtt Nested.Outputs.Role]"),
        ("ManagedPolicy", "Roles: [!Ref FunctionRole]"),
        ("ManagedPolicy", "Roles: !Ref P"),
    ] {
        check(
            &format!(
                "  X: {{Type: AWS::IAM::{kind}, Properties: {{{whose}, PolicyName: x, PolicyDocument: {{Version: '2012-10-17', Statement: [{{Effect: Allow, Action: 'iam:CreateAccessKey', Resource: '*'}}, {{Effect: Allow, Action: '*', Resource: '*'}}]}}}}}}"
            ),
            &["PE01"],
            &["GR*"],
        );
    }
}

#[test]
fn each_side_of_a_condition_is_read_wherever_it_is() {
    for action in [
        "!If [C, ['iam:*'], ['s3:GetObject']]",
        "!If [C, 's3:GetObject', 'iam:*']",
        "[!If [C, 'iam:*', !Ref AWS::NoValue], 's3:GetObject']",
        "!If [C, !If [N, 's3:PutObject', 'iam:*'], 's3:GetObject']",
        "!FindInMap [M, !Ref AWS::Region, actions]",
        "!FindInMap [M, us-east-1, actions]",
        "!Sub ['${s}:*', {s: iam}]",
        "!Join [':', [iam, '*']]",
        "!Select [1, ['s3:GetObject', 'iam:*']]",
        "!Select [!Ref P, ['s3:GetObject', 'iam:*']]",
        "!Split [',', 's3:GetObject,iam:*']",
        "!Split [',', !Join [',', ['s3:GetObject', 'iam:*']]]",
    ] {
        check(&statement(&format!("{{Effect: Allow, Action: {action}, Resource: '*'}}")), &["PE01"], &["GR*", "TM*"]);
    }
    for resource in ["!If [C, '*', !GetAtt B.Arn]", "!If [C, ['*'], [!GetAtt B.Arn]]", "[!If [N, '*', !GetAtt B.Arn]]"]
    {
        check(
            &statement(&format!("{{Effect: Allow, Action: 'iam:*', Resource: {resource}}}")),
            &["PE01"],
            &["GR*", "TM*"],
        );
    }
    for effect in
        ["!If [C, Allow, Deny]", "!Ref Side", "!Ref P", "!Sub '${P}'", "!FindInMap [M, !Ref AWS::Region, effect]"]
    {
        check(
            &bucket(&format!(
                "{{Effect: {effect}, Principal: '*', Action: 's3:GetObject', Resource: !Sub '${{B.Arn}}/*'}}"
            )),
            &["RP04"],
            &["GR*", "TM*"],
        );
    }
    check(
        &bucket(
            "{Effect: Allow, Principal: {Service: !If [C, [sns.amazonaws.com], [s3.amazonaws.com, ec2.amazon.com]]}, Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'}",
        ),
        &["GR46"],
        &["GR08", "GR41", "TM*"],
    );
    check(
        &bucket(
            "{Effect: Allow, Principal: !If [C, '*', {AWS: '123456789012'}], Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'}",
        ),
        &["RP04"],
        &["GR*", "TM*"],
    );
    check(
        &bucket(
            "{Effect: Allow, Principal: '*', Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*', Condition: !If [C, {StringEquals: {aws:PrincipalOrgID: o-abcdefghij}}, !Ref AWS::NoValue]}",
        ),
        &["RP04"],
        &["GR*", "TM*"],
    );
}

#[test]
fn what_excludes_each_other_is_never_together() {
    let pass = "{Effect: Allow, Action: 'iam:PassRole', Resource: '*'}";
    let make = "{Effect: Allow, Action: ['lambda:CreateFunction', 'lambda:InvokeFunction'], Resource: '*'}";
    let both = |one: &str, other: &str| {
        statement(&format!("!If [{one}, {pass}, !Ref AWS::NoValue], !If [{other}, {make}, !Ref AWS::NoValue]"))
    };
    let path = found(&format!("Resources:\n{}", statement(&format!("{pass}, {make}"))));
    let path = path.iter().find(|id| id.starts_with("PE")).expect("together they are a path").as_str();
    check(&both("C", "C"), &[path], &[]);
    for (one, other) in [("C", "N"), ("C", "D"), ("D", "C")] {
        check(&both(one, other), &[], &[path]);
    }
    check(&both("D", "N"), &[path], &[]);
    check(
        &statement(
            "!If [C, {Sid: Read, Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/*'}, {Sid: Read, Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*'}]",
        ),
        &[],
        &["GR21"],
    );
    // Two policies of one role, of which only one is ever there.
    check(
        &format!("
  R: {{Type: AWS::IAM::Role, Properties: {{{TRUST}}}}}
  One: {{Type: AWS::IAM::Policy, Condition: C, Properties: {{PolicyName: a, Roles: [!Ref R], PolicyDocument: {{Version: '2012-10-17', Statement: [{pass}]}}}}}}
  Two: {{Type: AWS::IAM::Policy, Condition: N, Properties: {{PolicyName: b, Roles: [!Ref R], PolicyDocument: {{Version: '2012-10-17', Statement: [{make}]}}}}}}"),
        &[],
        &[path],
    );
}

#[test]
fn what_holds_policies_may_be_chosen_too() {
    let all = "{PolicyName: p, PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Action: '*', Resource: '*'}]}}";
    for properties in [
        format!("{{{TRUST}, Policies: !If [C, [{all}], []]}}"),
        format!("{{{TRUST}, Policies: [!If [C, {all}, !Ref AWS::NoValue]]}}"),
        format!("!If [C, {{{TRUST}, Policies: [{all}]}}, {{{TRUST}}}]"),
        format!("{{{TRUST}, ManagedPolicyArns: !If [C, ['arn:aws:iam::aws:policy/AdministratorAccess'], []]}}"),
        format!(
            "{{{TRUST}, ManagedPolicyArns: !Split [',', 'arn:aws:iam::aws:policy/AdministratorAccess,arn:aws:iam::aws:policy/IAMFullAccess']}}"
        ),
        format!("{{{TRUST}, ManagedPolicyArns: [!Sub 'arn:${{AWS::Partition}}:iam::aws:policy/AdministratorAccess']}}"),
    ] {
        check(&format!("  R: {{Type: AWS::IAM::Role, Properties: {properties}}}"), &["PE01"], &["GR*", "TM*"]);
    }
}

#[test]
fn what_is_not_known_is_no_error_and_what_cannot_be_judged_is_said() {
    let unknown = [
        "'{{resolve:ssm:/x}}'",
        "!Ref P",
        "!ImportValue x",
        "!GetAtt Other.Value",
        "!Select [0, !Split ['-', !Ref P]]",
    ];
    for value in unknown {
        check(
            &bucket(&format!(
                "{{Effect: Allow, Principal: {{AWS: {value}}}, Action: {value}, Resource: {value}, Condition: {{StringEquals: {{aws:SourceVpce: {value}}}}}}}"
            )),
            &[],
            &["GR*", "CT*"],
        );
    }
    for what in [
        "{'Fn::Transform': {Name: AWS::Include, Parameters: {Location: x}}}",
        "!Ref P",
        "{Effect: Allow, Action: 's3:GetObject', Resource: '*', Condition: !Ref P}",
        "{Effect: Allow, Action: 's3:GetObject', Resource: '*', Condition: {StringEquals: !Ref P}}",
    ] {
        check(&statement(what), &["TM01"], &["GR*"]);
    }
    check("  X: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: !Ref P}}", &["TM01"], &["GR*"]);
    check("  X: {Type: AWS::IAM::ManagedPolicy, Properties: !Ref P}", &["TM01"], &["GR*"]);
    check(&format!("  X: {{Type: AWS::IAM::Role, Properties: {{{TRUST}, Policies: !Ref P}}}}"), &["TM01"], &["GR*"]);
    check(
        &format!("  X: {{Type: AWS::IAM::Role, Properties: {{{TRUST}, ManagedPolicyArns: [!Ref P]}}}}"),
        &["TM01"],
        &["GR*"],
    );
    let rest = "'Role${N}': {Type: AWS::IAM::Role, Properties: {}}";
    check(&format!("  'Fn::ForEach::Roles': [N, !Ref P, {{{rest}}}]"), &["TM01"], &[]);
}

#[test]
fn a_policy_that_is_a_text_is_read() {
    for text in [
        r#"!Sub '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Resource": "${P}"}]}'"#,
        r#"'{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'"#,
    ] {
        check(
            &format!("  R: {{Type: AWS::IAM::Role, Properties: {{AssumeRolePolicyDocument: {text}}}}}"),
            &["RP54"],
            &["GR03"],
        );
    }
}

#[test]
fn every_kind_of_carrier_is_read() {
    let open = "{Version: '2012-10-17', Statement: [{Effect: Allow, Principal: '*', Action: '*', Resource: '*'}]}";
    let cases = [
        ("AWS::DynamoDB::Table", format!("StreamSpecification: {{ResourcePolicy: {{PolicyDocument: {open}}}}}")),
        (
            "AWS::DynamoDB::GlobalTable",
            format!("Replicas: [{{Region: eu-west-1, ResourcePolicy: {{PolicyDocument: {open}}}}}]"),
        ),
        ("AWS::CodeArtifact::Domain", format!("PermissionsPolicyDocument: {open}")),
        ("AWS::Organizations::ResourcePolicy", format!("Content: {open}")),
        ("AWS::SecretsManager::ResourcePolicy", format!("ResourcePolicy: {open}")),
        (
            "AWS::Lambda::LayerVersionPermission",
            "Action: 'lambda:GetLayerVersion', LayerVersionArn: !Ref P, Principal: '*'".to_owned(),
        ),
        ("AWS::Lambda::Permission", "Action: 'lambda:InvokeFunction', FunctionName: !Ref P, Principal: '*'".to_owned()),
        (
            "AWS::Events::EventBusPolicy",
            "StatementId: x, Statement: {Effect: Allow, Principal: '*', Action: 'events:PutEvents', Resource: '*'}"
                .to_owned(),
        ),
        ("Other::Made::Thing", format!("Settings: [{{Access: {open}}}]")),
    ];
    for (kind, properties) in cases {
        let ids = found(&format!(
            "Parameters: {{P: {{Type: String}}}}\nResources:\n  X: {{Type: '{kind}', Properties: {{{properties}}}}}"
        ));
        assert!(ids.iter().any(|id| id.starts_with("RP")), "{kind}: {ids:?}");
    }
    // What an endpoint lets through is a limit, and lets nobody in.
    let endpoint =
        found(&format!("Resources:\n  X: {{Type: AWS::EC2::VPCEndpoint, Properties: {{PolicyDocument: {open}}}}}"));
    assert_eq!(endpoint, [""; 0]);
    let wrong = found(
        "Resources:\n  X: {Type: AWS::EC2::VPCEndpoint, Properties: {PolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Alow, Action: '*', Resource: '*'}]}}}",
    );
    assert!(wrong.iter().any(|id| id == "GR15"), "{wrong:?}");
    let session = "{Version: '2012-10-17', Statement: [{Sid: Homes, Effect: Allow, Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::${transfer:HomeBucket}'], Condition: {StringLike: {'s3:prefix': ['${transfer:HomeFolder}/*', '${transfer:HomeFolder}']}}}, {Effect: Allow, Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::${transfer:HomeDirectory}*'}]}";
    let json = infra::Template::parse(session).unwrap().to_json();
    let text = serde_json::to_string(&json).unwrap();
    let transfer = found(&format!("Resources:\n  X: {{Type: AWS::Transfer::User, Properties: {{Policy: {text}}}}}"));
    assert_eq!(transfer, [""; 0]);
    for (kind, property) in [
        ("AWS::IoT::Policy", "PolicyDocument"),
        ("AWS::VerifiedPermissions::PolicyTemplate", "Statement"),
        ("AWS::OpenSearchServerless::AccessPolicy", "Policy"),
    ] {
        let ids = found(&format!(
            "Resources:\n  X: {{Type: {kind}, Properties: {{{property}: 'permit (principal, action, resource);'}}}}"
        ));
        assert_eq!(ids, [""; 0], "{kind}");
    }
}

#[test]
fn what_a_reference_gives_is_known_by_its_type() {
    let allow = |action: &str, resource: &str| {
        statement(&format!("{{Effect: Allow, Action: '{action}', Resource: {resource}}}"))
    };
    check(&allow("sqs:SendMessage", "!Ref Q"), &["GR28"], &[]);
    check(&allow("sqs:SendMessage", "!GetAtt Q.Arn"), &[], &["GR*", "CT*"]);
    check(&allow("s3:GetObject", "!Ref B"), &["GR28"], &[]);
    check(&allow("s3:GetObject", "!Sub '${B}/*'"), &["GR28"], &[]);
    check(&allow("s3:GetObject", "!GetAtt B.Arn"), &["CT21"], &["GR*"]);
    check(&allow("s3:GetObject", "!Sub '${B.Arn}/*'"), &[], &["CT21", "GR*"]);
    check(&allow("s3:GetObject", "!Sub 'arn:${AWS::Partition}:s3:::${B}/*'"), &[], &["CT21", "GR*"]);
    check(&allow("s3:GetObject", "!GetAtt Q.Arn"), &["CT21"], &[]);
    check(&allow("sns:Publish", "!Ref Unknown"), &[], &["GR*", "CT*"]);
    check(&format!("  T: {{Type: AWS::SNS::Topic}}\n{}", allow("sns:Publish", "!Ref T")), &[], &["GR*", "CT*"]);
    check(&format!("  T: {{Type: AWS::SNS::Topic}}\n{}", allow("sqs:SendMessage", "!Ref T")), &["CT21"], &[]);
}

#[test]
fn a_pseudo_parameter_is_read_as_what_it_stands_for() {
    for principal in [
        "!Sub 'arn:${AWS::Partition}::iam::${AWS::AccountId}:root'",
        "!Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:group/x'",
    ] {
        check(
            &bucket(&format!(
                "{{Effect: Allow, Principal: {{AWS: {principal}}}, Action: 's3:GetObject', Resource: !Sub '${{B.Arn}}/*'}}"
            )),
            &["GR43|GR44"],
            &[],
        );
    }
    check(
        &bucket(
            "{Effect: Allow, Principal: {AWS: !Sub 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root', Service: !Sub 'logs.${AWS::Region}.${AWS::URLSuffix}'}, Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'}",
        ),
        &[],
        &["GR*"],
    );
}

#[test]
fn loops_are_unrolled() {
    let body = "'Role${N}': {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: [{Effect: Allow, Principal: {AWS: '*'}, Action: 'sts:AssumeRole'}]}}}";
    let text = format!(
        "Transform: AWS::LanguageExtensions\nResources:\n  'Fn::ForEach::Roles': [N, [One, Two], {{{body}}}]\n"
    );
    let written = translate::template(&text).unwrap();
    let findings = template::findings(&Audited::file(&written, "t"));
    let of: Vec<_> = findings.iter().filter(|it| it.rule.id == "RP54").map(|it| it.resource.as_str()).collect();
    assert_eq!(of, ["RoleOne", "RoleTwo"]);
}

#[test]
fn serverless_functions_are_read() {
    let of = |policies: &str| {
        found(&format!(
            "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {{Type: AWS::Serverless::Function, Properties: {{{policies}}}}}\n"
        ))
    };
    let has = |ids: &[String], id: &str| ids.iter().any(|it| it == id);
    assert!(has(&of("Policies: AdministratorAccess"), "PE01"));
    assert!(has(&of("Policies: [{Statement: {Effect: Allow, Action: '*', Resource: '*'}}]"), "PE01"));
    assert!(has(&of("Policies: ['arn:aws:iam::aws:policy/AdministratorAccess']"), "PE01"));
    assert_eq!(of("Policies: [{SQSPollerPolicy: {QueueName: x}}]"), [""; 0]);
    assert_eq!(of("Policies: [{PollerPolicy: {QueueName: x}}]"), ["TM01"]);
    assert_eq!(of("Policies: [{SQSPollerPolicy: {}}]"), ["TM01"]);
    assert_eq!(of("Role: 'arn:aws:iam::123456789012:role/x', Policies: AdministratorAccess"), [""; 0]);
    // With its own role in one way, it has one of the macro in the other.
    assert!(has(
        &of("Role: !If [C, 'arn:aws:iam::123456789012:role/x', !Ref AWS::NoValue], Policies: AdministratorAccess"),
        "PE01"
    ));
    for policies in [
        "!If [C, AdministratorAccess, !Ref AWS::NoValue]",
        "[!If [C, {SQSPollerPolicy: {QueueName: x}}, {Statement: {Effect: Allow, Action: '*', Resource: '*'}}]]",
    ] {
        assert!(has(&of(&format!("Policies: {policies}")), "PE01"), "{policies}");
    }
    let connected =
        "Transform: AWS::Serverless-2016-10-31\nResources: {C: {Type: AWS::Serverless::Connector, Properties: {}}}\n";
    assert_eq!(found(connected), ["TM01"]);
    assert_eq!(found("Transform: [Custom]\nResources: {T: {Type: AWS::SNS::Topic}}\n"), ["TM01"]);
}

#[test]
fn what_cloudformation_reads_otherwise_than_it_looks_is_said() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("t.yaml");
    let of = |text: &str| {
        fs::write(&file, text).unwrap();
        let ended = audit("template", &file);
        let json = ended.json();
        let findings = json["findings"].as_array().unwrap().clone();
        findings.into_iter().map(|it| (it["id"].as_str().unwrap().to_owned(), it)).collect::<Vec<_>>()
    };
    let permission = |principal: &str| {
        format!(
            "Resources:\n  P:\n    Type: AWS::Lambda::Permission\n    Properties: {{FunctionName: f, Action: 'lambda:InvokeFunction', Principal: {principal}}}\n"
        )
    };
    let octal = of(&permission("012345670123"));
    let (_, octal) = octal.iter().find(|(id, _)| id == "TM04").expect("an octal number");
    assert!(octal["message"].as_str().unwrap().contains("`012345670123` on line 4 is 1402433619"), "{octal}");
    assert!(octal["location"].as_str().unwrap().ends_with("t.yaml:4:79"), "{octal}");
    assert!(of(&permission("123456789012")).iter().all(|(id, _)| !id.starts_with("TM") && !id.starts_with("GR")));
    let has = |findings: &[(String, Value)], id: &str| findings.iter().any(|(it, _)| it == id);
    assert!(has(&of("Resources:\n  A: &a {Type: AWS::SNS::Topic}\n  B: *a\n"), "TM05"));
    assert!(has(&of("X: &a {Type: AWS::SNS::Topic}\nResources:\n  B: {<<: *a}\n"), "TM05"));
    assert!(has(&of("\u{feff}Resources: {A: {Type: AWS::SNS::Topic}}\n"), "TM06"));
    assert!(has(&of("Resources:\n  A: {Type: AWS::SNS::Topic}\n  A: {Type: AWS::SQS::Queue}\n"), "TM03"));
    fs::write(&file, "{\n  // topics\n  \"Resources\": {}\n}").unwrap();
    let commented = audit("template", &file).expect(1);
    assert!(commented.stderr.contains("JSON has no comments at line 2 column 3"), "{}", commented.stderr);
    assert_eq!(json!(of("Resources: {A: {Type: AWS::SNS::Topic}}").len()), 0);
}

#[test]
fn quotes_and_brackets_may_go_on_further_left() {
    let places = |text: &str| {
        let written = translate::template(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
        let findings = template::findings(&Audited::file(&written, "t"));
        let open = findings.into_iter().find(|it| it.rule.id == "PE01").expect("everything is allowed");
        open.location.unwrap()
    };
    let head = "Resources:\n  X:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      PolicyDocument:";
    assert_eq!(
        places(&format!(
            "{head}\n        Version: '2012-10-17'\n        Statement: [{{\n    \"Effect\": Allow,\n    \"Action\": '*',\n    \"Resource\": '*'\n  }}]\n"
        )),
        "t:9:15"
    );
    assert_eq!(
        places(&format!(
            "{head} !Sub '{{\n \"Version\": \"2012-10-17\",\n \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}}]\n }}'\n  Q: {{Type: AWS::SQS::Queue}}\n"
        )),
        "t:5:23"
    );
    assert!(translate::template("Resources:\n   A: {Type: AWS::SQS::Queue}\n  B: {Type: AWS::SQS::Queue}\n").is_err());
}

/// A value that a condition chooses, as what it can be.
struct Site {
    condition: usize,
    values: [Value; 2],
    form: usize,
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

impl Site {
    fn of(numbers: &mut Numbers, values: &[Value]) -> Self {
        let mut value = || values[numbers.below(values.len())].clone();
        let values = [value(), value()];
        Self { condition: numbers.below(3), values, form: numbers.below(5) }
    }

    /// What it is when the conditions hold that `holding` says.
    fn under(&self, holding: [bool; 3]) -> Value {
        self.values[usize::from(!holding[self.condition])].clone()
    }

    /// The functions that give it.
    fn written(&self) -> Value {
        let [then, otherwise] = self.values.each_ref().map(|value| dressed(value, self.form));
        json!({"Fn::If": [format!("C{}", self.condition), then, otherwise]})
    }
}

/// A text as a function gives it.
fn dressed(value: &Value, form: usize) -> Value {
    let Value::String(text) = value else {
        return if value.is_null() { json!({"Ref": "AWS::NoValue"}) } else { value.clone() };
    };
    match form {
        0 => json!({ "Fn::Sub": text }),
        1 => json!({"Fn::Sub": ["${x}", {"x": text}]}),
        2 => json!({"Fn::Join": ["", [&text[..1], &text[1..]]]}),
        3 => json!({"Fn::Select": ["1", ["x", text]]}),
        _ => value.clone(),
    }
}

/// A template of a bucket's policy and a managed policy, with what each site is filled in.
fn filled(sites: &[Site], fill: &dyn Fn(&Site) -> Value) -> Value {
    let statement = |part: &[Site]| {
        let mut statement = json!({"Effect": fill(&part[0]), "Action": fill(&part[1]), "Resource": fill(&part[2])});
        let condition = fill(&part[3]);
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        statement
    };
    let of_bucket = |part: &[Site]| {
        let mut statement = statement(part);
        statement["Principal"] = fill(&part[4]);
        statement
    };
    let document = |statements: Vec<Value>| json!({"Version": "2012-10-17", "Statement": statements});
    json!({
        "Parameters": {"A": {"Type": "String"}},
        "Conditions": {
            "C0": {"Fn::Equals": [{"Ref": "A"}, "x"]},
            "C1": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
            "C2": {"Fn::Not": [{"Fn::Equals": [{"Ref": "AWS::AccountId"}, "123456789012"]}]},
        },
        "Resources": {
            "M": {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document(vec![statement(&sites[..5]), statement(&sites[5..10])])}},
            "P": {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "maps", "PolicyDocument": document(vec![of_bucket(&sites[10..15]), of_bucket(&sites[15..])])}},
        },
    })
}

#[test]
fn the_verdict_of_a_template_is_that_of_the_policies_it_can_become() {
    let limit = json!({"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}});
    let choices = [
        vec![json!("Allow"), json!("Deny")],
        vec![
            json!("s3:GetObject"),
            json!(["s3:*"]),
            json!("iam:PassRole"),
            json!(["lambda:CreateFunction", "lambda:InvokeFunction"]),
            json!("s3:GetObjet"),
            json!("*"),
        ],
        vec![json!("*"), json!("arn:aws:s3:::maps/*"), json!(["arn:aws:s3:::maps", "maps"]), json!("arn:aws:s3::maps")],
        vec![Value::Null, limit, json!({"Bool": {"aws:SecureTransport": "maybe"}})],
        vec![
            json!("*"),
            json!({"AWS": "123456789012"}),
            json!({"Service": ["sns.amazonaws.com", "ec2.amazon.com"]}),
            json!({"AWS": ["*"]}),
        ],
    ];
    let mut numbers = Numbers(7);
    for round in 0..120 {
        let sites: Vec<_> = (0..20).map(|index| Site::of(&mut numbers, &choices[index % 5])).collect();
        let template = filled(&sites, &Site::written);
        let mut expected = Vec::new();
        for ways in 0..8 {
            let holding = [ways & 1 == 0, ways & 2 == 0, ways & 4 == 0];
            expected.extend(found(&filled(&sites, &|site| site.under(holding)).to_string()));
        }
        expected.sort();
        expected.dedup();
        assert_eq!(found(&template.to_string()), expected, "round {round}: {template:#}");
    }
}

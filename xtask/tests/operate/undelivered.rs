//! `redrive` of what a rule, a subscription or Lambda could not deliver.

use aws_sdk_lambda::types::InvocationType;
use aws_sdk_sns::Client as Sns;
use serde_json::{Value, json};
use testing::{CommandOutput, Deployment, LocalCloud, eventually, eventually_that, string, text};

use crate::project::Project;

/// A topic, a rule and what they deliver to; `Dead` has what they could not.
const SHOP: &str = "
Resources:
  News:
    Type: AWS::SNS::Topic
  Mail:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: email
      Endpoint: somebody@example.com
      RedrivePolicy: {deadLetterTargetArn: !GetAtt MailDead.Arn}
  MailDead: {Type: AWS::SQS::Queue}
  Told:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: lambda
      Endpoint: !GetAtt Handler.Arn
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}
  Held:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: sqs
      Endpoint: !GetAtt Kept.Arn
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}
  Placed:
    Type: AWS::Events::Rule
    Properties:
      Name: placed
      EventPattern: {source: [shop.web]}
      Targets:
        - {Id: kept, Arn: !GetAtt Kept.Arn, InputPath: $.detail, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}}
        - {Id: other, Arn: !GetAtt Other.Arn, DeadLetterConfig: {Arn: !GetAtt Dead.Arn}}
        - Id: far
          Arn: arn:aws:sqs:us-east-1:123456789012:far
          DeadLetterConfig: {Arn: !GetAtt Dead.Arn}
  Kept: {Type: AWS::SQS::Queue}
  Other: {Type: AWS::SQS::Queue}
  Dead: {Type: AWS::SQS::Queue}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Handler:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: news-handler
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: 'def handler(event, context): return event'}
Outputs:
  Topic: {Value: !Ref News}
  Kept: {Value: !GetAtt Kept.Arn}
  Other: {Value: !GetAtt Other.Arn}
  Rule: {Value: !GetAtt Placed.Arn}
";

/// A function that fails, at once and for ever.
const BROKEN: &str = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Broken:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: broken
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: {ZipFile: 'handler = None'}
  Tried:
    Type: AWS::Lambda::EventInvokeConfig
    Properties:
      FunctionName: !Ref Broken
      Qualifier: $LATEST
      MaximumRetryAttempts: 0
      DestinationConfig: {OnFailure: {Destination: !GetAtt Dead.Arn}}
  Dead: {Type: AWS::SQS::Queue}
";

/// How many messages a queue of `orders` has.
fn count(project: &Project, cloud: &LocalCloud, queue: &str) -> u64 {
    let peeked = project.run_on(cloud, &["peek", "orders", queue, "--json"]).expect(0).json();
    peeked["counts"]["visible"].as_u64().unwrap()
}

/// Waits until the queue has so many messages that can be received.
async fn wait_for(system: &Deployment, queue: &str, messages: usize) {
    let look = async || system.messages(queue).await;
    eventually_that("messages are in the dead-letter queue", look, |it| *it == messages).await;
}

#[tokio::test]
async fn an_invocation_that_failed_is_made_again_with_its_event() {
    let cloud = LocalCloud::fresh();
    let system = cloud.system("roxs").deploy();
    let redrive = |more: &[&str]| cloud.attempt(&[&["redrive", "roxs", "EventsDlq"], more, &["--local"]].concat());
    let function = "roxs-log-processor";
    system.deny(function, "s3:PutObject").await;
    for batch in ["first", "second"] {
        system.invoke_later(function, &json!({"batch_id": batch, "message": "one line"})).await;
    }
    wait_for(&system, "EventsDlqUrl", 2).await;
    let dry = redrive(&["--dry-run"]).expect(0);
    assert!(dry.stdout.contains(" -> LogProcessor\n"), "{dry}");
    assert!(dry.stdout.ends_with("EventsDlq: would move 2 messages\n"), "{dry}");

    // It fails again, and its event is in the queue again.
    let again = redrive(&["--filter", "first", "--json"]).expect(0).json();
    assert_eq!((&again["moved"], &again["stayed"]), (&json!(1), &json!(1)), "{again:#}");
    assert_eq!(again["messages"][0]["to"], "LogProcessor");
    wait_for(&system, "EventsDlqUrl", 2).await;
    system.allow(function).await;

    // What is edited is the event, and not the record that holds it.
    let mut edited = cloud.command(&["redrive", "roxs", "EventsDlq", "--filter", "second", "--edit", "--local"]);
    let editor = r#"sed -i -E 's/^\{.*"message":"one line".*\}$/{"batch_id":"second","message":"edited"}/'"#;
    CommandOutput::of(edited.env("EDITOR", editor).env_remove("VISUAL")).expect(0);
    let kept = async || system.items_with("LogTable", "BatchId", &text("second")).await.pop();
    let kept = eventually("the edited one is kept", kept).await;
    assert_eq!(string(&kept, "Message"), "edited");

    // A function that has nothing to do with the queue is never invoked, whatever a message says.
    let record = json!({
        "requestContext": {"functionArn": system.function("roxs-api-handler"), "condition": "RetriesExhausted"},
        "requestPayload": {"path": "/"},
    });
    system.send("EventsDlqUrl", record).await;
    let moved = redrive(&[]).expect(1);
    assert!(moved.stderr.contains("nothing tells where 1 message came from"), "{moved}");
    eventually("the first is kept", async || system.items_with("LogTable", "BatchId", &text("first")).await.pop())
        .await;
    wait_for(&system, "EventsDlqUrl", 1).await;
}

#[tokio::test]
async fn an_event_is_given_to_the_target_alone_that_did_not_get_it() {
    let cloud = LocalCloud::fresh();
    let system = cloud.system("event-driven").deploy();
    let run = |command: &str, more: &[&str]| cloud.attempt(&[&[command, "event-driven"], more, &["--local"]].concat());
    // What the topic's subscribers get is made of the event by the rule.
    let event = json!({
        "version": "0", "id": "e-1", "source": "aws.s3", "detail-type": "Object Created", "account": "000000000000",
        "time": "2026-01-02T03:04:05Z", "region": "eu-central-1", "resources": [],
        "detail": {"bucket": {"name": system.output("S3BucketName")}, "object": {"key": "a.txt", "sequencer": "1"}},
    });
    let attribute = "ERROR_CODE=NO_PERMISSIONS";
    run("send", &["EventsDlq", &event.to_string(), "--attribute", attribute]).expect(0);
    let dry = run("redrive", &["EventsDlq", "--dry-run"]).expect(0);
    assert!(dry.stdout.contains(" -> UploadsTopic\n"), "{dry}");
    let moved = run("redrive", &["EventsDlq", "--json"]).expect(0).json();
    assert_eq!((&moved["moved"], &moved["messages"][0]["to"]), (&json!(1), &json!("UploadsTopic")), "{moved:#}");
    let audited = eventually("the event is kept", async || system.items("AuditTable").await.pop()).await;
    let kept: Value = serde_json::from_str(string(&audited, "event")).unwrap();
    assert_eq!(kept, event);

    // A message of the topic goes to the queue alone that did not get it, also where that queue fails to the same one.
    let other = json!({"key": "b.png", "event": event}).to_string().replace("e-1", "e-2").replace("a.txt", "b.png");
    let topics = Sns::new(&cloud.sdk_config()).list_topics().send().await.unwrap();
    let topic = topics.topics()[0].topic_arn();
    let sent = json!({"Type": "Notification", "MessageId": "m-1", "TopicArn": topic, "Message": other});
    run("send", &["AuditDlq", &sent.to_string()]).expect(0);
    let moved = run("redrive", &["AuditDlq"]).expect(0);
    assert!(moved.stdout.contains(" -> AuditQueue as "), "{moved}");
    eventually_that("both are kept", async || system.items("AuditTable").await.len(), |it| *it == 2).await;
    assert_eq!(system.messages("ImagesQueueUrl").await, 0);
    assert_eq!(system.items("ImagesTable").await.len(), 0);
}

#[tokio::test]
async fn a_dead_letter_goes_to_whom_it_was_for_or_stays_and_says_why() {
    let (project, cloud) = (Project::new(SHOP), LocalCloud::fresh());
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    let run = |command: &str, more: &[&str]| project.run_on(&cloud, &[&[command, "orders"], more].concat());
    let outputs = run("outputs", &["--json"]).expect(0).json();
    let output = |name: &str| outputs[name].as_str().unwrap_or_else(|| panic!("{outputs:#}")).to_owned();

    // Nothing delivers to one address alone.
    let refused = run("redrive", &["MailDead"]).expect(2);
    for said in ["`Mail`: what has the protocol `email` gets messages from its topic alone", "`--to QUEUE`"] {
        assert!(refused.stderr.contains(said), "no {said} in {refused}");
    }
    let none = run("redrive", &["Kept"]).expect(2);
    assert!(none.stderr.contains("its dead-letter queues: MailDead, Dead"), "{none}");

    // An event for one of the targets: this gets of it what the rule says.
    let event = json!({"source": "shop.web", "detail-type": "Order placed", "detail": {"id": "o-1"}}).to_string();
    let rule = format!("RULE_ARN={}", output("Rule"));
    let to = |arn: &str| format!("TARGET_ARN={arn}");
    run("send", &["Dead", &event, "--attribute", &rule, "--attribute", &to(&output("Kept"))]).expect(0);
    let moved = run("redrive", &["Dead"]).expect(0);
    assert!(moved.stdout.contains(" -> Kept as "), "{moved}");
    let kept = run("peek", &["Kept", "--json"]).expect(0).json();
    assert_eq!(kept["messages"].as_array().map(Vec::len), Some(1), "{kept:#}");
    assert_eq!(
        (&kept["messages"][0]["body"], &kept["messages"][0]["attributes"]),
        (&json!(r#"{"id":"o-1"}"#), &json!({}))
    );
    assert_eq!(count(&project, &cloud, "Other"), 0);

    // A notification for the one subscription that its address to unsubscribe names.
    let subscriptions = Sns::new(&cloud.sdk_config()).list_subscriptions().send().await.unwrap();
    let of_function = subscriptions.subscriptions().iter().find(|it| it.protocol() == Some("lambda")).unwrap();
    let unsubscribe =
        format!("http://sns/?Action=Unsubscribe&SubscriptionArn={}", of_function.subscription_arn().unwrap());
    let mut sent = json!({"Type": "Notification", "MessageId": "m-1", "TopicArn": output("Topic"), "Message": "news"});
    sent["UnsubscribeURL"] = json!(unsubscribe);
    run("send", &["Dead", &sent.to_string()]).expect(0);
    let moved = run("redrive", &["Dead"]).expect(0);
    assert!(moved.stdout.contains(" -> Handler as "), "{moved}");
    let invoked = eventually("the function is invoked", async || invocations(&cloud).await.pop()).await;
    let record = &invoked["event"]["Records"][0];
    assert_eq!((&record["EventSource"], &record["Sns"]["Message"]), (&json!("aws:sns"), &json!("news")), "{invoked:#}");
    assert_eq!(record["EventSubscriptionArn"], of_function.subscription_arn().unwrap());
    assert_eq!(count(&project, &cloud, "Kept"), 1);

    // What nothing can be done about stays: a target elsewhere, and what does not tell.
    run("send", &["Dead", &event, "--attribute", &rule, "--attribute", &to("arn:aws:sqs:us-east-1:123456789012:far")]);
    run("send", &["Dead", "of somebody"]).expect(0);
    let stays = run("redrive", &["Dead"]).expect(1);
    for said in [
        "1 message of `Placed`: `arn:aws:sqs:us-east-1:123456789012:far` is in another region or account",
        "nothing tells where 1 message came from",
        "`--to QUEUE`",
    ] {
        assert!(stays.stderr.contains(said), "no {said} in {stays}");
    }
    assert_eq!(count(&project, &cloud, "Dead"), 2);
    run("redrive", &["Dead", "--to", "Other"]).expect(0);
    assert_eq!((count(&project, &cloud, "Dead"), count(&project, &cloud, "Other")), (0, 2));
}

#[tokio::test]
async fn what_fails_again_at_once_is_given_once_and_not_lost() {
    let (project, cloud) = (Project::new(BROKEN), LocalCloud::fresh());
    project.run_on(&cloud, &["deploy", "orders", "--yes"]).expect(0);
    let lambda = aws_sdk_lambda::Client::new(&cloud.sdk_config());
    for number in 0..2 {
        let event = aws_sdk_lambda::primitives::Blob::new(format!("{{\"number\": {number}}}"));
        let call = lambda.invoke().function_name("broken").invocation_type(InvocationType::Event).payload(event);
        call.send().await.unwrap();
    }
    let look = async || count(&project, &cloud, "Dead");
    eventually_that("both are dead", look, |count| *count == 2).await;
    let moved = project.run_on(&cloud, &["redrive", "orders", "Dead", "--json"]).expect(0).json();
    assert_eq!(moved["moved"], 2, "{moved:#}");
    assert!(moved["came_back"].as_u64().is_some_and(|it| it > 0), "{moved:#}");
    eventually_that("both are dead again", look, |count| *count == 2).await;
    let dead = project.run_on(&cloud, &["peek", "orders", "Dead", "--json"]).expect(0);
    for number in 0..2 {
        assert!(dead.stdout.contains(&format!(r#"\"number\": {number}"#)), "{dead}");
    }
    assert_eq!(invocations(&cloud).await.len(), 4);
}

/// The invocations that the local cloud keeps.
async fn invocations(cloud: &LocalCloud) -> Vec<Value> {
    let get = async |path: &str| -> Value {
        let address = format!("{}/_stackwright/events{path}", cloud.endpoint());
        let answer = testing::http_client().get(address).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    };
    let listed = get("").await;
    let mut found = Vec::new();
    for it in listed["invocations"].as_array().unwrap() {
        found.push(get(&format!("/{}", it["request"].as_str().unwrap())).await);
    }
    found
}

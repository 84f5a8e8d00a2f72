//! The console of a stack on AWS: it looks at a pace that costs little, and changes nothing unless it may.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime};

use aws_fake::{At, Denial, Fault};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value as Json, json};
use tokio::time::{Instant, timeout_at};

use crate::changes::Page;
use crate::project::Project;

const STACK: &str = "
Resources:
  Failed:
    Type: AWS::SQS::Queue
  Orders:
    Type: AWS::SQS::Queue
    Properties:
      RedrivePolicy:
        deadLetterTargetArn: !GetAtt Failed.Arn
        maxReceiveCount: 3
  Kept:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions:
        - {AttributeName: id, AttributeType: S}
      KeySchema:
        - {AttributeName: id, KeyType: HASH}
  Files:
    Type: AWS::S3::Bucket
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - {Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: sts:AssumeRole}
  Handler:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: orders-handler
      Runtime: nodejs22.x
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Timeout: 5
      Code: {ZipFile: 'exports.handler = async () => {}'}
      Environment:
        Variables: {API_TOKEN: 'do-not-show', LEVEL: info}
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties:
      Name: orders-api
  Takes:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Orders.Arn
      FunctionName: !Ref Handler
";

/// How long it may take until a page is told what is so: metrics are read once a minute.
const PATIENCE: Duration = Duration::from_secs(90);

/// A console of `orders` on a fake AWS.
struct Console {
    process: Child,
    origin: String,
    cookie: String,
    client: Client,
}

impl Console {
    fn start(project: &Project, arguments: &[&str]) -> Self {
        let mut command = project.command(&[&["console", "orders", "--json"], arguments].concat());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Json = serde_json::from_str(&line).unwrap();
        let (origin, token) = told["address"].as_str().unwrap().split_once("/?token=").unwrap();
        let port = origin.rsplit(':').next().unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().build().unwrap();
        Self { process, origin: origin.to_owned(), cookie: format!("stackwright-console-{port}={token}"), client }
    }

    /// Opens a page.
    async fn watch(&self) -> Watched {
        let request = self.client.get(format!("{}/api/events", self.origin)).header("cookie", &self.cookie);
        Watched { answer: request.send().await.unwrap(), text: String::new() }
    }

    async fn post(&self, path: &str, given: Json) -> (StatusCode, Json) {
        let request = self.client.post(format!("{}/api/stacks/orders/{path}", self.origin));
        let request = request.header("cookie", &self.cookie).header("origin", &self.origin);
        let request = request.header("content-type", "application/json").body(given.to_string());
        let answer = request.send().await.unwrap();
        (answer.status(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
    }

    async fn part(&self, id: &str) -> Json {
        let request = self.client.get(format!("{}/api/stacks/orders/parts/{id}", self.origin));
        let answer = request.header("cookie", &self.cookie).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What an open page is told.
struct Watched {
    answer: Response,
    text: String,
}

impl Watched {
    /// Reads on until it was told `text`.
    async fn until(&mut self, text: &str) {
        // Whatever else it is told, and if it is only that the connection lives.
        let until = Instant::now() + PATIENCE;
        while !self.text.contains(text) {
            assert!(self.read(until).await, "`{text}` is not told: {}", self.text);
        }
    }

    /// Reads on for so long.
    async fn during(&mut self, time: Duration) {
        let until = Instant::now() + time;
        while self.read(until).await {}
    }

    /// Reads what it is told next, if that is before `until`.
    async fn read(&mut self, until: Instant) -> bool {
        let Ok(chunk) = timeout_at(until, self.answer.chunk()).await else { return false };
        self.text.push_str(&String::from_utf8_lossy(&chunk.unwrap().unwrap()));
        true
    }
}

fn deployed() -> Project {
    let project = Project::new(STACK);
    let deployed = project.deploy();
    assert_eq!(deployed.code, Some(0), "{deployed}");
    project.aws.put_messages(&project.aws.physical_id("orders-dev", "Failed").unwrap(), 2);
    project.aws.put_items(&project.aws.physical_id("orders-dev", "Kept").unwrap(), 7);
    project.aws.count("Throttles", "orders-handler", 4);
    for (metric, count) in [("Count", 120), ("4XXError", 7), ("5XXError", 2)] {
        project.aws.count(metric, "orders-api", count);
    }
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let error = json!({"level": "ERROR", "message": "the order is refused", "error": "no such account"});
    project.aws.log("/aws/lambda/orders-handler", i64::try_from(now).unwrap() - 5_000, &error.to_string());
    project
}

#[tokio::test]
async fn what_happens_on_aws_is_seen_and_nothing_is_changed() {
    let project = deployed();
    let console = Console::start(&project, &[]);
    let mut page = console.watch().await;
    page.until("\"local\":false,\"changes\":false").await;
    page.until("the order is refused").await;
    page.until("7 items").await;
    page.until("\"Failed\":{\"kind\":\"queue\",\"waiting\":2").await;
    page.until("\"denied\":0,\"throttles\":4").await;
    page.until("\"Api\":{\"kind\":\"api\",\"requests\":120,\"client_errors\":7,\"server_errors\":2}").await;

    let function = console.part("Handler").await;
    assert_eq!(function["timeout"], 5, "{function}");
    let hidden = json!([{"name": "API_TOKEN", "value": null}, {"name": "LEVEL", "value": "info"}]);
    assert_eq!(function["variables"], hidden);
    let failed = console.part("Failed").await;
    assert_eq!((&failed["failing"], &failed["others"]), (&json!(["Handler"]), &json!([])));

    let before = project.aws.calls().len();
    let (status, refused) = console.post("parts/Failed/peek", json!({"limit": 1})).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    let (status, refused) = console.post("parts/Orders/send", json!({"body": "{}"})).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{refused}");
    let calls = project.aws.calls().split_off(before);
    let changing = calls.iter().filter(|it| {
        !["Describe", "Get", "List", "Filter", "Scan"].iter().any(|start| it.operation.starts_with(start))
    });
    assert_eq!(changing.count(), 0, "{calls:?}");
}

#[test]
fn a_page_that_only_looks_says_why_and_has_nothing_to_press() {
    let project = deployed();
    let Some(mut page) = Page::open(project.command(&["console", "orders", "--json"])) else { return };
    page.wait_for("live, looks only");
    page.wait_for("4 throttled");
    page.wait_for("120 requests");
    page.wait_for("2 5xx");
    // Why messages failed, without a receive.
    page.open_part("Failed");
    page.wait_for("Handler: the order is refused");
    page.wait_for("no such account");
    for part in ["Failed", "Orders", "Handler"] {
        page.open_part(part);
        assert_eq!(page.browser.evaluate("document.querySelectorAll('#panel form').length"), 0, "{part}");
    }
    assert_eq!(page.browser.errors(), [] as [&str; 0]);
}

#[tokio::test]
async fn with_leave_the_page_changes_what_is_on_aws() {
    let project = deployed();
    let console = Console::start(&project, &["--allow-changes"]);
    let mut page = console.watch().await;
    page.until("\"local\":false,\"changes\":true").await;
    // The fake knows no such call: what counts is that it gets it.
    let (status, _) = console.post("parts/Orders/send", json!({"body": "{}"})).await;
    assert_ne!(status, StatusCode::FORBIDDEN);
    assert_eq!(project.called("SendMessage"), 1);
}

#[tokio::test]
async fn who_may_not_read_metrics_sees_all_else_and_is_told() {
    let project = deployed();
    project.aws.fault(At::each("monitoring", "GetMetricData"), Fault::AccessDenied(Denial::NoIdentityPolicy));
    let console = Console::start(&project, &[]);
    let mut page = console.watch().await;
    page.until("the order is refused").await;
    page.until("cloudwatch:GetMetricData").await;

    // It is so until they are read again, also for who comes later.
    page.text.clear();
    let before = project.called("FilterLogEvents");
    page.during(Duration::from_secs(25)).await;
    assert!(project.called("FilterLogEvents") >= before + 2, "{:?}", project.aws.calls());
    assert!(!page.text.contains("\"problem\":"), "{}", page.text);
    let mut other = console.watch().await;
    other.until("cloudwatch:GetMetricData").await;

    project.aws.clear_faults();
    page.until("\"problem\":null").await;
    page.until("\"denied\":0,\"throttles\":4").await;
}

#[tokio::test]
async fn on_aws_it_looks_at_a_humane_pace_and_not_at_all_while_no_page_is_open() {
    let project = deployed();
    let console = Console::start(&project, &[]);
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = project.aws.calls().len();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(project.aws.calls().len(), idle, "nobody looks: {:?}", project.aws.calls());

    let mut page = console.watch().await;
    page.until("7 items").await;
    page.until("the order is refused").await;
    page.until("\"throttles\":4").await;
    let before = project.aws.calls().len();
    tokio::time::sleep(Duration::from_secs(25)).await;
    let looked = project.aws.calls().split_off(before);
    let per_minute = looked.len() * 60 / 25;
    println!("{per_minute} calls a minute: {looked:?}");
    // One function and two queues, every ten seconds.
    assert!((6..=9).contains(&looked.len()), "{looked:?}");
    assert!(looked.iter().all(|it| it.operation == "FilterLogEvents" || it.operation == "GetQueueAttributes"));

    drop(page);
    tokio::time::sleep(Duration::from_secs(12)).await;
    let closed = project.aws.calls().len();
    tokio::time::sleep(Duration::from_secs(12)).await;
    assert_eq!(project.aws.calls().len(), closed, "the page is closed");
}

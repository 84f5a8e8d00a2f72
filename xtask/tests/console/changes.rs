//! What changes while the page is open: stacks that come and go, what is sent, and what is deployed by the page.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value as Json, json};
use testing::LocalCloud;

use crate::browser::{self, Browser};
use crate::project::Project;

const QUEUE: &str = "
Resources:
  Orders:
    Type: AWS::SQS::Queue
";

const BUS: &str = "
Resources:
  Shop:
    Type: AWS::Events::EventBus
    Properties:
      Name: shop
  Placed:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Shop
      EventPattern: {source: [shop.web], detail-type: [Order placed]}
      Targets:
        - {Id: orders, Arn: !GetAtt Orders.Arn, DeadLetterConfig: {Arn: !GetAtt Undelivered.Arn}}
  Undelivered:
    Type: AWS::SQS::Queue
  Files:
    Type: AWS::S3::Bucket
  # Of the default bus, and named as the other one.
  Paid:
    Type: AWS::Events::Rule
    Properties:
      Name: shop
      EventPattern: {source: [shop.bank], detail-type: [Order paid]}
      Targets:
        - {Id: orders, Arn: !GetAtt Orders.Arn}
  Asked:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Shop
      EventPattern: {source: [shop.help]}
      Targets:
        - {Id: orders, Arn: !GetAtt Orders.Arn}
  Uploaded:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.s3], detail-type: [Object Created]}
      Targets:
        - {Id: orders, Arn: !GetAtt Orders.Arn}
  Nightly:
    Type: AWS::Events::Rule
    Properties:
      ScheduleExpression: rate(1 day)
      Targets:
        - {Id: orders, Arn: !GetAtt Orders.Arn}
  Orders:
    Type: AWS::SQS::Queue
  News:
    Type: AWS::SNS::Topic
  OrdersHear:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: sqs
      Endpoint: !GetAtt Orders.Arn
      FilterPolicy: {kind: [good, bad]}
  Let:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Orders, !Ref Undelivered]
      PolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal: {Service: [events.amazonaws.com, sns.amazonaws.com]}
            Action: sqs:SendMessage
            Resource: [!GetAtt Orders.Arn, !GetAtt Undelivered.Arn]
            Condition:
              ArnEquals: {aws:SourceArn: [!GetAtt Placed.Arn, !GetAtt Paid.Arn, !GetAtt Asked.Arn, !GetAtt Uploaded.Arn, !GetAtt Nightly.Arn, !Ref News]}
";

/// A page of a console, which is a process.
pub(crate) struct Page {
    pub(crate) browser: Browser,
    process: Child,
}

impl Page {
    /// Nothing where there is no browser.
    pub(crate) fn open(mut console: Command) -> Option<Self> {
        let Some(program) = browser::program() else {
            eprintln!("skipped: there is no Chromium on this machine, and `CHROME` names none");
            return None;
        };
        let mut process = console.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Json = serde_json::from_str(&line).unwrap();
        let mut browser = Browser::start(&program);
        browser.open(told["address"].as_str().unwrap());
        browser.wait_for("document.querySelectorAll('[data-part]').length > 0");
        Some(Self { browser, process })
    }

    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        self.browser.wait_for(&format!("document.body.innerText.includes({})", json!(text)));
    }

    #[track_caller]
    pub(crate) fn click(&mut self, text: &str) {
        let text = json!(text);
        let button =
            format!("[...document.querySelectorAll('button')].find((it) => it.textContent === {text} && !it.disabled)");
        self.browser.wait_for(&format!("Boolean({button})"));
        self.browser.evaluate(&format!("{button}.click()"));
    }

    /// Answers the question that is asked before something is done.
    #[track_caller]
    fn say_yes(&mut self) {
        self.browser.wait_for("document.querySelector('dialog').open");
        self.browser.evaluate("[...document.querySelectorAll('dialog button')].at(-1).click()");
    }

    pub(crate) fn open_part(&mut self, id: &str) {
        self.browser.wait_for(&format!("Boolean(document.querySelector('[data-part={id}]'))"));
        self.browser.evaluate(&format!("document.querySelector('[data-part={id}]').focus()"));
        self.browser.press("Enter");
        self.browser.wait_for(&format!("document.querySelector('#panel h2')?.textContent === '{id}'"));
        self.wait_for("Declared at");
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[track_caller]
fn run(project: &Project, cloud: &LocalCloud, arguments: &[&str]) {
    let ended = project.run_on(cloud, arguments);
    assert_eq!(ended.code, Some(0), "{ended}");
}

#[test]
fn stacks_that_come_and_go_while_the_page_is_open_are_told() {
    let (project, cloud) = (Project::new(QUEUE), LocalCloud::fresh());
    run(&project, &cloud, &["deploy", "orders", "--yes"]);
    let Some(mut page) = Page::open(project.start_on(&cloud, &["console", "--json"])) else { return };

    // One that the source had not when the console was started.
    project.declare(&[("orders", QUEUE), ("bills", &QUEUE.replace("Orders", "Bills"))]);
    run(&project, &cloud, &["deploy", "bills", "--yes"]);
    page.wait_for("bills was deployed.");
    assert_eq!(page.browser.evaluate("document.querySelector('[data-part=Bills]')"), Json::Null);
    page.click("Show bills");
    page.open_part("Bills");
    assert_eq!(page.browser.evaluate("document.getElementById('arrived').hidden"), true);

    // What happened stays when stacks come and go.
    page.browser.evaluate(
        "import('/state.js').then(({ take }) => take({ events: [{ number: 0, time: 1, stack: 'bills', part: 'Bills', \
         kind: 'log', text: 'paid' }] })); true",
    );
    page.browser.wait_for("document.querySelector('.rows .row')?.textContent.includes('paid')");

    run(&project, &cloud, &["destroy", "bills", "--yes"]);
    page.wait_for("bills is not deployed any more, seen at ");
    page.browser.wait_for("document.querySelector('#stacks [aria-pressed=true]').textContent === 'bills (destroyed)'");
    // What was seen of it stays.
    assert_eq!(page.browser.evaluate("document.querySelectorAll('.rows .row').length"), 1);
    assert_eq!(page.browser.evaluate("document.querySelectorAll('[data-part=Bills]').length"), 1);
    page.browser.evaluate("document.querySelector('#stacks button').click()");
    page.browser.wait_for("document.getElementById('problem').hidden");

    run(&project, &cloud, &["deploy", "bills", "--yes"]);
    page.wait_for("bills was deployed.");
    page.click("Show bills");
    page.browser.wait_for("document.querySelector('#stacks [aria-pressed=true]').textContent === 'bills'");
    assert_eq!(page.browser.errors(), [] as [&str; 0]);
}

#[test]
fn a_rule_gets_on_its_bus_what_it_asks_for() {
    let (project, cloud) = (Project::new(BUS), LocalCloud::fresh());
    run(&project, &cloud, &["deploy", "orders", "--yes"]);
    let send = |rule: &str, more: &[&str]| project.run_on(&cloud, &[&["send", "orders", rule, "{}"], more].concat());
    for (rule, source, kind) in [("Placed", "shop.web", "Order placed"), ("Paid", "shop.bank", "Order paid")] {
        let event = send(rule, &["--json"]).expect(0).json();
        assert_eq!((&event["source"], &event["detail_type"]), (&json!(source), &json!(kind)), "{rule}");
    }
    for (more, kind) in [(&[] as &[&str], "text/csv"), (&["--content-type", "text/x-list"], "text/x-list")] {
        let put = send("Files", &[&["--key", "orders.csv", "--json"], more].concat()).expect(0).json();
        assert_eq!(put["content_type"], kind, "{put:#}");
    }
    let peeked = project.run_on(&cloud, &["peek", "orders", "Orders"]);
    for kind in ["Order placed", "Order paid"] {
        assert!(peeked.stdout.contains(kind), "{peeked}");
    }
    for (rule, more, expected) in [
        ("Uploaded", [].as_slice(), "only AWS sends events of the source `aws.s3`"),
        ("Paid", &["--source", "aws.ec2"], "only AWS sends events of the source `aws.ec2`"),
        ("Nightly", &[], "the rule `Nightly` takes no events: it has a schedule"),
        ("Paid", &["--key", "a"], "`--key` is for a bucket, and `Paid` is none"),
        ("Paid", &["--content-type", "a/b"], "`--content-type` is for a bucket, and `Paid` is none"),
        // Others on its bus do.
        ("Asked", &[], "the rule `Asked` does not tell the detail-type of its events"),
    ] {
        let ended = send(rule, more);
        assert!(ended.code == Some(2) && ended.stderr.contains(expected), "{ended}");
    }
}

/// What is put has a media type, and is shown by it.
fn check_media_types(page: &mut Page) {
    // The browser's word counts, else the end of the key.
    let file = "files.items.add(new File(['{\"a\":1}'], 'n.json', { type: 'text/markdown' }));";
    let both =
        [(file, "n.json", "text/markdown", "{\"a\":1}"), ("", "typed.json", "application/json", "{\n  \"a\": 1\n}")];
    for (file, key, kind, _) in both {
        page.browser.evaluate(&format!(
            "(() => {{ const form = [...document.querySelectorAll('#panel form')].at(-1); \
             const [input, key] = form.querySelectorAll('input'); const files = new DataTransfer(); {file} \
             input.files = files.files; input.dispatchEvent(new Event('change')); key.value = '{key}'; \
             form.querySelector('textarea').value = '{{\"a\":1}}'; }})()"
        ));
        page.click("Put object");
        page.wait_for(&format!("put {key} as {kind}"));
    }
    for (_, key, kind, shown) in both {
        // The list may be made anew meanwhile, with all items closed.
        page.browser.wait_for(&format!(
            "(() => {{ const item = [...document.querySelectorAll('#panel details.item')] \
             .find((it) => it.textContent.startsWith('{key}')); if (!item) return false; item.open = true; \
             return item.querySelector('pre')?.textContent === {} && item.querySelector('p').textContent === '{kind}'; }})()",
            json!(shown)
        ));
    }
}

#[test]
fn what_is_sent_arrives_and_what_is_pending_is_deployed_by_the_page() {
    let (project, cloud) = (Project::new(BUS), LocalCloud::fresh());
    run(&project, &cloud, &["deploy", "orders", "--yes"]);
    let Some(mut page) = Page::open(project.start_on(&cloud, &["console", "orders", "--json"])) else { return };

    // The form of a rule has what the rule asks for.
    page.open_part("Placed");
    let first = "[...document.querySelectorAll('#panel input')].map((it) => it.value)";
    assert_eq!(page.browser.evaluate(first), json!(["shop.web", "Order placed"]));
    page.click("Send");
    page.wait_for("sent as ");
    page.browser.wait_for("document.querySelector('[data-part=Orders]').textContent.includes('1 waiting')");
    page.open_part("Paid");
    assert_eq!(page.browser.evaluate(first), json!(["shop.bank", "Order paid"]));
    page.click("Send");
    page.browser.wait_for("document.querySelector('[data-part=Orders]').textContent.includes('2 waiting')");
    for (rule, said) in [("Uploaded", "AWS alone sends events of the source aws.s3."), ("Nightly", "rate(1 day)")] {
        page.open_part(rule);
        page.wait_for(said);
        assert_eq!(page.browser.evaluate("document.querySelectorAll('#panel form').length"), 0, "{rule}");
    }

    // What no filter lets through goes nowhere, and the form says so.
    page.open_part("News");
    page.wait_for("Every subscription has a filter");
    let attributes = "document.querySelector('#panel input')";
    assert_eq!(page.browser.evaluate(&format!("{attributes}.value")), "kind=good");
    page.browser.evaluate(&format!("{attributes}.value = 'kind=bad'"));
    page.click("Publish");
    page.browser.wait_for("document.querySelector('[data-part=Orders]').textContent.includes('3 waiting')");

    // What a rule could not deliver says why.
    let send = ["send", "orders", "Undelivered", "{}", "--attribute", "ERROR_CODE=NO_PERMISSIONS"];
    run(&project, &cloud, &send);
    page.browser.wait_for("document.querySelector('.timeline').textContent.includes('1 message came to Undelivered')");
    page.open_part("Undelivered");
    page.wait_for("What failed at");
    page.browser.wait_for("document.querySelector('#panel .message .bad')?.textContent === 'NO_PERMISSIONS'");
    page.click("Delete");
    page.say_yes();
    page.browser.wait_for("document.querySelector('[data-part=Undelivered]').textContent.includes('none dead')");

    // It is given to the target again that did not get it.
    run(&project, &cloud, &["send", "orders", "Undelivered", "{\"late\": 1}"]);
    page.wait_for("\"late\": 1");
    page.click("Redrive");
    page.say_yes();
    page.wait_for("1 message moved");
    page.browser.wait_for("document.querySelector('[data-part=Undelivered]').textContent.includes('none dead')");
    page.browser.wait_for("document.querySelector('[data-part=Orders]').textContent.includes('4 waiting')");

    // A file keeps its bytes.
    page.open_part("Files");
    page.wait_for("no such object");
    page.browser.evaluate(
        "(() => { const files = new DataTransfer(); files.items.add(new File([new Uint8Array([137, 0, 255])], 'a.bin')); \
         const input = document.querySelector('#panel input[type=file]'); input.files = files.files; \
         input.dispatchEvent(new Event('change')); })()",
    );
    page.click("Put object");
    page.wait_for("put a.bin as application/octet-stream");
    page.browser.wait_for("document.querySelector('#panel details.item summary')?.textContent.includes('3 B')");
    check_media_types(&mut page);

    // Loaded again, the page shows what it showed.
    let address = page.browser.evaluate("`${location.origin}/?again${location.hash}`");
    page.browser.open(address.as_str().unwrap());
    page.browser.wait_for("document.querySelector('#panel h2')?.textContent === 'Files'");

    project.change(&format!("{BUS}  Bills:\n    Type: AWS::SQS::Queue\n"));
    page.click("Pending plan");
    page.wait_for("Bills");
    page.click("Deploy this");
    page.say_yes();
    page.wait_for("Deployed.");
    page.browser.wait_for("Boolean(document.querySelector('[data-part=Bills]'))");
    page.click("Pending plan");
    page.wait_for("What is deployed is as the source says.");
    assert_eq!(page.browser.errors(), [] as [&str; 0]);
}

//! `logs`.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use testing::{LocalCloud, Reply, StandIn, eventually};

use crate::{deploy, lines, run, sighting};

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

/// A stream in the log group of a function, to write to.
struct Stream {
    client: aws_sdk_cloudwatchlogs::Client,
    group: String,
}

impl Stream {
    async fn of(cloud: &LocalCloud, function: &str) -> Self {
        let client = aws_sdk_cloudwatchlogs::Client::new(&cloud.sdk_config());
        let group = format!("/aws/lambda/spaceships-{function}");
        client.create_log_stream().log_group_name(&group).log_stream_name("test").send().await.unwrap();
        Self { client, group }
    }

    async fn write(&self, events: impl IntoIterator<Item = (i64, String)>) {
        let events = events.into_iter();
        let event = |(time, text)| InputLogEvent::builder().timestamp(time).message(text).build().unwrap();
        let call = self.client.put_log_events().log_group_name(&self.group).log_stream_name("test");
        call.set_log_events(Some(events.map(event).collect())).send().await.unwrap();
    }
}

#[tokio::test]
async fn functions_are_interleaved_and_chosen_by_text_level_and_invocation() {
    let cloud = LocalCloud::fresh();
    let system = deploy(&cloud, "http://127.0.0.1:1/");
    let nothing = run(&cloud, "logs", &[]).expect(0);
    assert!(nothing.stderr.contains("no such event in the last 10 min"), "{nothing}");
    assert_eq!(system.get("ApiUrl", "/counts?spaceship_id=XW-1").await.status, 200);
    let (consumer, counts) = (Stream::of(&cloud, "consumer").await, Stream::of(&cloud, "counts").await);
    let at = now();
    let warning = r#"{"level":"WARN","message":"slow","took":7,"requestId":"r-2"}"#.to_owned();
    consumer.write([(at, "START RequestId: r-1 Version: 1".to_owned()), (at + 2, "plain text".to_owned())]).await;
    consumer.write([(at + 4, "REPORT RequestId: r-1\tDuration: 4 ms".to_owned())]).await;
    counts.write([(at + 1, warning), (at + 3, "[ERROR] boom".to_owned())]).await;

    let all = run(&cloud, "logs", &["--json", "Counts", "spaceships-consumer"]).expect(0);
    let mine: Vec<_> = lines(&all).into_iter().filter(|line| line["stream"] == "test").collect();
    let told = |line: &Value| format!("{} {} {}", line["function"], line["level"], line["request"]).replace('"', "");
    let told: Vec<_> = mine.iter().map(told).collect();
    let expected =
        ["Consumer info r-1", "Counts warn r-2", "Consumer null r-1", "Counts error null", "Consumer info r-1"];
    assert_eq!(told, expected);
    assert_eq!(mine[1]["fields"]["took"], 7);
    let texts = |arguments: &[&str]| -> Vec<String> {
        let shown = run(&cloud, "logs", &[arguments, &["--json"]].concat()).expect(0);
        let mine = lines(&shown).into_iter().filter(|line| line["stream"] == "test");
        mine.map(|line| line["message"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(texts(&["--filter", "boom"]), ["[ERROR] boom"]);
    assert_eq!(texts(&["--level", "error"]), ["plain text", "[ERROR] boom"]);
    assert_eq!(texts(&["--request", "r-1"]).len(), 3);
    assert_eq!(texts(&["Counts"]).len(), 2);
    let text = run(&cloud, "logs", &["Counts"]).expect(0);
    assert!(text.stdout.contains("Counts WARN  slow  took=7\n"), "{text}");
    assert!(text.stdout.contains("Counts START ") && text.stdout.contains("Counts END   "), "{text}");

    let missing = run(&cloud, "logs", &["--request", "r-3"]).expect(1);
    assert!(missing.stderr.contains("no event of the last 10 min is of the invocation `r-3`"), "{missing}");
    let wrong = run(&cloud, "logs", &["--since", "10"]).expect(2);
    assert!(wrong.stderr.contains("expected a number and its unit"), "{wrong}");
}

#[tokio::test]
async fn what_is_followed_is_shown_once_and_in_full() {
    let cloud = LocalCloud::fresh();
    let validator = StandIn::answering(Reply::text(200, "valid"));
    deploy(&cloud, &validator.url("/validator"));
    let stream = Stream::of(&cloud, "consumer").await;
    let mut command = cloud.command(&["logs", "spaceships", "Consumer", "--follow", "--json", "--local"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let reader = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in reader.lines() {
            let _ = sender.send(serde_json::from_str::<Value>(&line.unwrap()).unwrap());
        }
    });
    // Each time several of one millisecond, and some of the one before: they are written late.
    let mut written = Vec::new();
    let begin = now();
    for round in 0..8 {
        let time = begin + round;
        let texts: Vec<_> = (0..3).map(|number| (time - number % 2, format!("event {round} {number}"))).collect();
        written.extend(texts.iter().map(|(_, text)| text.clone()));
        stream.write(texts).await;
        tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    }
    let body = sighting("XW-1", "a model").to_string();
    run(&cloud, "send", &["SightingsQueue", &body]).expect(0);
    let mut seen = Vec::new();
    eventually("the function's own line is shown", async || {
        seen.extend(receiver.try_iter());
        seen.iter().any(|line| line["text"] == "sighting kept")
    })
    .await;
    kill_process(Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    assert!(child.wait().unwrap().success(), "Ctrl-C is how it ends");
    let shown: Vec<_> =
        seen.iter().filter(|line| line["stream"] == "test").map(|line| line["message"].clone()).collect();
    assert_eq!(shown.len(), written.len(), "each once: {shown:?}");
    assert_eq!(
        shown.iter().map(|it| it.as_str().unwrap()).collect::<BTreeSet<_>>(),
        written.iter().map(String::as_str).collect()
    );
}

#[tokio::test]
async fn a_hundred_thousand_lines_need_little_memory() {
    const PAGES: i64 = 20;
    const PAGE: i64 = 5_000;
    let cloud = LocalCloud::fresh();
    deploy(&cloud, "http://127.0.0.1:1/");
    let (consumer, counts) = (Stream::of(&cloud, "consumer").await, Stream::of(&cloud, "counts").await);
    let begin = now() - PAGES * PAGE;
    for page in 0..PAGES {
        let stream = if page % 2 == 0 { &consumer } else { &counts };
        // Many are of one millisecond.
        let time = |number: i64| begin + (page / 2) * 7 + number / 1_000;
        stream.write((0..PAGE).map(|number| (time(number), format!("line {number} {}", "x".repeat(80))))).await;
    }
    let mut command = cloud.command(&["logs", "spaceships", "--since", "1h", "--local"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut count = 0;
    let mut memory = 0;
    let mut part = vec![0; 1 << 16];
    while let Ok(length @ 1..) = output.read(&mut part) {
        count += memchr::memchr_iter(b'\n', &part[..length]).count();
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        // Without the pages of the program's file, which are many when it is not optimised.
        let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:")?.trim().strip_suffix(" kB"));
        memory = memory.max(own.and_then(|own| own.trim().parse().ok()).unwrap_or(0));
    }
    assert!(child.wait().unwrap().success());
    assert_eq!(count, 100_000);
    assert!((1..80_000).contains(&memory), "{memory} kB at most");

    // Whoever has read enough stops reading.
    let mut command = cloud.command(&["logs", "spaceships", "--since", "1h", "--local"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success(), "{said}");
}

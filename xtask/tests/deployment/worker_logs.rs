//! The logs of workers, which a cluster keeps.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::time::Duration;

use insta::assert_snapshot;

use crate::scene::{SECOND, STACK, Scene, WORKSPACE};

fn deployed() -> Scene {
    let scene = Scene::new();
    scene.project.declare_workers(&format!("{STACK}{SECOND}"), &[("Consume", "consume"), ("Watch", "watch")]);
    scene.deploy().expect(0);
    scene
}

/// Has a pod write `text`, so many seconds after the beginning of a year that is yet to come.
fn write(scene: &Scene, pod: &str, second: u32, text: &str) {
    let line = (format!("2099-01-01T00:00:{second:02}.000000001Z"), text.to_owned());
    scene.cluster.state().logs.entry(pod.to_owned()).or_default().push(line);
}

fn write_some(scene: &Scene) {
    for pod in ["consume-new-1", "consume-old-1", "watch-new-1", "watch-old-1"] {
        scene.cluster.state().logs.insert(pod.to_owned(), Vec::new());
    }
    let json = r#"{"timestamp":"2099-01-01T00:00:04Z","level":"WARN","message":"late","order":7}"#;
    write(scene, "consume-new-1", 1, "one");
    write(scene, "consume-new-1", 4, json);
    write(scene, "consume-old-1", 3, "three");
    write(scene, "watch-new-1", 2, "two");
}

#[test]
fn the_lines_of_all_pods_are_shown_in_the_order_of_time_as_those_of_functions() {
    let scene = deployed();
    write_some(&scene);
    let shown = scene.run(&["logs", "orders", "--kube-context", "dev"]).expect(0);
    assert_snapshot!(shown.stdout, @r"
    2099-01-01T00:00:01.000Z Consume       one
    2099-01-01T00:00:02.000Z Watch         two
    2099-01-01T00:00:03.000Z Consume       three
    2099-01-01T00:00:04.000Z Consume WARN  late  order=7
    ");
    let shown = scene.run(&["logs", "orders", "Watch", "--kube-context", "dev"]).expect(0);
    assert_eq!(shown.stdout, "2099-01-01T00:00:02.000Z Watch       two\n");
    let shown =
        scene.run(&["logs", "orders", "--kube-context", "dev", "--level", "warn", "--filter", "late", "--json"]);
    assert_snapshot!(shown.expect(0).stdout, @r#"
    {"version":1,"time":"2099-01-01T00:00:04.000Z","function":"Consume","level":"warn","request":null,"stream":"consume-new-1","message":"{\"timestamp\":\"2099-01-01T00:00:04Z\",\"level\":\"WARN\",\"message\":\"late\",\"order\":7}","text":"late","fields":{"order":7}}
    "#);
    // What is older than asked for is not shown.
    scene.cluster.state().logs.clear();
    let line = ("2020-01-01T00:00:00.000000001Z".to_owned(), "old".to_owned());
    scene.cluster.state().logs.insert("consume-new-1".to_owned(), vec![line]);
    let shown = scene.run(&["logs", "orders", "Consume", "--kube-context", "dev"]).expect(0);
    assert!(shown.stdout.is_empty() && shown.stderr.contains("no such event in the last 10 min"), "{shown}");
}

#[test]
fn without_a_cluster_the_command_that_shows_them_is_told() {
    let scene = deployed();
    let calls = scene.cluster.calls().seen().len();
    let shown = scene.run(&["logs", "orders", "Consume"]).expect(0);
    let said = "the log of the worker Consume is in its cluster: `kubectl logs --namespace orders-dev deployment/consume --all-pods --follow`, or `--kube-context NAME`";
    assert!(shown.stderr.contains(said), "{shown}");
    assert_eq!(scene.cluster.calls().seen().len(), calls);
    let refused = scene.run(&["logs", "orders", "--kube-context", "test"]).expect(1);
    assert!(refused.stderr.contains("the kubeconfig has no context `test`"), "{refused}");
}

#[test]
fn what_is_written_later_is_shown_once_while_it_is_followed() {
    let scene = deployed();
    write_some(&scene);
    let mut command = scene.command(WORKSPACE.path(), &["logs", "orders", "--kube-context", "dev", "--follow"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (sender, lines) = mpsc::channel();
    let stdout = BufReader::new(child.stdout.take().unwrap());
    std::thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let next = || lines.recv_timeout(Duration::from_secs(30)).unwrap().rsplit(' ').next().unwrap().to_owned();
    assert_eq!([next(), next(), next()], ["one", "two", "three"]);
    assert!(next().contains("order"));
    write(&scene, "watch-new-1", 5, "five");
    assert_eq!(next(), "five");
    write(&scene, "consume-old-1", 6, "six");
    assert_eq!(next(), "six");
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(lines.try_iter().count(), 0);
}

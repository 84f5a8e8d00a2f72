//! `console --open`: others on the machine read no token, and the browser gets to the page.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use tempfile::TempDir;

use crate::browser::{self, Browser};
use crate::project::Project;

const STACK: &str = "
Resources:
  Orders:
    Type: AWS::SQS::Queue
";

/// A program that writes down how it is called, in place of the one that opens browsers.
fn pretend_to_open(folder: &Path) -> PathBuf {
    let name = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let (program, called) = (folder.join(name), folder.join("called"));
    fs::write(&program, format!("#!/bin/sh\nprintf '%s' \"$*\" > '{0}.part'\nmv '{0}.part' '{0}'\n", called.display()))
        .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    called
}

/// A console, which ends with the test.
struct Console(Child);

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(project: &Project, folder: &Path) -> (Console, String) {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = project.command(&["console", "orders", "--open", "--json"]);
    command.env("PATH", format!("{}:{path}", folder.display())).env("STACKWRIGHT_HOME", folder.join("home"));
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let told: Json = serde_json::from_str(&line).unwrap();
    (Console(process), told["address"].as_str().unwrap().to_owned())
}

#[test]
fn the_browser_is_led_to_the_page_by_a_file_that_only_the_user_can_read() {
    let project = Project::new(STACK);
    let deployed = project.deploy();
    assert_eq!(deployed.code, Some(0), "{deployed}");
    let folder = TempDir::new().unwrap();
    let called = pretend_to_open(folder.path());
    let (mut console, address) = start(&project, folder.path());
    let (origin, token) = address.split_once("/?token=").unwrap();

    let began = Instant::now();
    while !called.exists() {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing was opened");
        thread::sleep(Duration::from_millis(20));
    }
    let file = PathBuf::from(fs::read_to_string(&called).unwrap());
    assert!(!file.to_string_lossy().contains(token), "everybody reads it: {}", file.display());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    assert!(fs::read_to_string(&file).unwrap().contains(&address));

    if let Some(program) = browser::program() {
        let mut browser = Browser::start(&program);
        browser.open(&format!("file://{}", file.display()));
        browser.wait_for("document.querySelectorAll('[data-part]').length > 0");
        assert_eq!(browser.evaluate("location.href"), format!("{origin}/"));
        let history = browser.call("Page.getNavigationHistory", &serde_json::json!({}));
        assert!(!history.to_string().contains(token), "{history}");
        assert_eq!(browser.errors(), [] as [&str; 0]);
    }

    kill_process(Pid::from_raw(i32::try_from(console.0.id()).unwrap()).unwrap(), Signal::INT).unwrap();
    assert_eq!(console.0.wait().unwrap().code(), Some(0));
    assert!(!file.exists(), "it outlives the console");
}

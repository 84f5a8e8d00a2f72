//! A browser without a window, driven over the protocol of its developer tools: <https://chromedevtools.github.io/devtools-protocol/>.

use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// A busy machine may take long to start a browser.
const PATIENCE: Duration = Duration::from_mins(1);

/// A browser that shows one page.
pub(crate) struct Browser {
    process: Child,
    to: ChildStdin,
    from: Receiver<Json>,
    calls: u64,
    session: Option<String>,
    errors: Vec<String>,
    _profile: TempDir,
}

/// The browser of this machine, when it has one.
pub(crate) fn program() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let named = ["chromium", "chromium-browser", "google-chrome"];
    let on_path = env::split_paths(&path).flat_map(|folder| named.map(|name| folder.join(name)));
    env::var_os("CHROME").map(PathBuf::from).into_iter().chain(on_path).find(|program| program.is_file())
}

impl Browser {
    /// Starts `program` with an empty page.
    pub(crate) fn start(program: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        // The browser reads from file descriptor 3 and writes to 4: the shell makes them of standard input and output.
        let mut process = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 0<&- 1>&2"#])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("--remote-debugging-pipe")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = process.stdin.take().unwrap();
        let from = messages(BufReader::new(process.stdout.take().unwrap()));
        let mut browser = Self { process, to, from, calls: 0, session: None, errors: Vec::new(), _profile: profile };
        let target = browser.call("Target.createTarget", &json!({"url": "about:blank"}))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        browser.session = Some(attached["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), &json!({}));
        }
        browser
    }

    /// Shows what is at `address`, and returns when it is loaded.
    pub(crate) fn open(&mut self, address: &str) {
        self.call("Page.navigate", &json!({ "url": address }));
        self.wait_for("location.protocol !== 'about:' && document.readyState === 'complete'");
    }

    /// Returns when `condition` is true.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, condition: &str) {
        let started = Instant::now();
        while self.evaluate(condition) != true {
            assert!(started.elapsed() < PATIENCE, "`{condition}` does not become true");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The value of a JavaScript expression.
    #[track_caller]
    pub(crate) fn evaluate(&mut self, expression: &str) -> Json {
        let given = json!({"expression": expression, "returnByValue": true});
        let answer = self.call("Runtime.evaluate", &given);
        assert_eq!(answer["exceptionDetails"], Json::Null, "{expression}");
        answer["result"]["value"].clone()
    }

    /// Presses a key and lets go of it: one that writes a character is named by it.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Tab" => (9, None),
            "Enter" => (13, Some("\r")),
            " " => (32, Some(" ")),
            _ => (0, Some(key)),
        };
        let mut event = json!({"type": "keyDown", "key": key, "windowsVirtualKeyCode": code});
        if let Some(text) = text {
            event["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", &event);
        self.call("Input.dispatchKeyEvent", &json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}));
    }

    /// Calls a method of the protocol and waits for the answer.
    #[track_caller]
    pub(crate) fn call(&mut self, method: &str, given: &Json) -> Json {
        self.calls += 1;
        let mut message = json!({"id": self.calls, "method": method, "params": given});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let message = self.from.recv_timeout(PATIENCE).unwrap();
            if message["id"] == self.calls {
                assert_eq!(message["error"], Json::Null, "{method}");
                return message["result"].clone();
            }
            self.hear(&message);
        }
    }

    /// The errors that the console shows.
    pub(crate) fn errors(&self) -> &[String] {
        &self.errors
    }

    fn hear(&mut self, message: &Json) {
        let said = &message["params"];
        let is_error = match message["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" => true,
            "Runtime.consoleAPICalled" => said["type"] == "error",
            "Log.entryAdded" => said["entry"]["level"] == "error",
            _ => false,
        };
        if is_error {
            self.errors.push(said.to_string());
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The messages that are read from `from`, each of which ends with a zero byte.
fn messages(mut from: impl BufRead + Send + 'static) -> Receiver<Json> {
    let (send, receive) = channel();
    thread::spawn(move || {
        let mut message = Vec::new();
        while from.read_until(0, &mut message).is_ok_and(|length| length > 0) {
            message.pop();
            if send.send(serde_json::from_slice(&message).unwrap_or_default()).is_err() {
                break;
            }
            message.clear();
        }
    });
    receive
}

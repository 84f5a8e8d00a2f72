//! The page, used in a browser: what is sent is seen to go, what fails is found and goes back.

use std::io::{BufRead as _, BufReader};

use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use engine::catalogue::package::Package;
use serde_json::{Value as Json, json};
use testing::{Deployment, Fault, LocalCloud, Reply, StandIn};

use crate::browser::{self, Browser};

/// What finds violations of accessibility. It runs in the browser of the test alone.
const AXE: Package = Package {
    name: "axe-core",
    version: "4.14.1",
    integrity: "sha512-FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ==",
};

/// What a message holds that would do something if the page took it for more than text.
const HOSTILE: &str = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>";

/// A console of one stack, as a process.
struct Console {
    process: Child,
    address: String,
}

impl Console {
    fn start(cloud: &LocalCloud, stack: &str) -> Self {
        let mut command = cloud.command(&["console", stack, "--local", "--json"]);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let told: Json = serde_json::from_str(&line).unwrap();
        Self { process, address: told["address"].as_str().unwrap().to_owned() }
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `spaceships` in a fresh local cloud, with a validator that can be broken, and a page that shows it.
struct Scene {
    browser: Browser,
    _console: Console,
    system: Deployment,
    validator: StandIn,
}

impl Scene {
    /// Nothing where there is no browser.
    async fn open() -> Option<Self> {
        let Some(program) = browser::program() else {
            eprintln!("skipped: there is no Chromium on this machine, and `CHROME` names none");
            return None;
        };
        let cloud = LocalCloud::fresh();
        let validator = StandIn::answering(Reply::text(200, "valid"));
        let url = validator.url("/validator");
        let system = cloud.system("spaceships").parameter("ModelValidatorUrl", &url).deploy();
        system.redeliver_after("SightingsQueueUrl", 1).await;
        let console = Console::start(&cloud, "spaceships");
        let mut browser = Browser::start(&program);
        browser.open(&console.address);
        browser.wait_for("document.querySelectorAll('[data-part]').length > 10");
        Some(Self { browser, _console: console, system, validator })
    }

    fn open_part(&mut self, id: &str) {
        open_part(&mut self.browser, id);
    }

    /// Presses the button with this text.
    #[track_caller]
    fn click(&mut self, text: &str) {
        let button = format!(
            "[...document.querySelectorAll('button')].find((it) => it.textContent === '{text}' && !it.disabled)"
        );
        self.browser.wait_for(&format!("Boolean({button})"));
        self.browser.evaluate(&format!("{button}.click()"));
    }

    /// Answers the question that is asked before something is done.
    #[track_caller]
    fn say_yes(&mut self) {
        self.browser.wait_for("document.querySelector('dialog').open");
        self.browser.evaluate("[...document.querySelectorAll('dialog button')].at(-1).click()");
    }

    /// Waits until the card of a part says `text`.
    #[track_caller]
    fn wait_for_part(&mut self, id: &str, text: &str) {
        self.browser.wait_for(&format!("document.querySelector('[data-part={id}]').textContent.includes('{text}')"));
    }

    #[track_caller]
    fn wait_for_panel(&mut self, text: &str) {
        let text = json!(text);
        self.browser.wait_for(&format!("document.getElementById('panel').textContent.includes({text})"));
    }

    /// Sends `body` to the queue, by the form of the queue.
    fn send(&mut self, body: &str, group: &str) {
        self.open_part("SightingsQueue");
        self.wait_for_panel("Message group");
        let fill = format!(
            "(() => {{ const form = [...document.querySelectorAll('#panel form')].at(-1); \
             form.querySelector('textarea').value = {}; form.querySelector('input').value = {}; }})()",
            json!(body),
            json!(group)
        );
        self.browser.evaluate(&fill);
        self.click("Send");
        self.wait_for_panel("sent as ");
    }

    /// Of the only sighting.
    fn check_way_of_the_first(&mut self) {
        // Its way has the table that it was written to, and is the same from wherever on it somebody asks.
        self.click("Show its way");
        let steps = "document.querySelectorAll('.trail li').length";
        self.browser.wait_for("document.querySelector('.trail').textContent.includes('ended: ')");
        for (part, expected) in
            [("SightingsQueue", false), ("Consumer", false), ("Sightings", false), ("FalseReports", true)]
        {
            assert_eq!(self.browser.evaluate(&is_faint(part)), expected, "{part}");
        }
        let before = self.browser.evaluate(steps);
        for kind in ["start", "end"] {
            let row = format!(
                "[...document.querySelectorAll('.rows .row')].find((it) => it.querySelector('.kind').textContent === '{kind}').click()"
            );
            self.browser.evaluate(&row);
            // Longer than the page waits until it shows what changed.
            std::thread::sleep(Duration::from_millis(500));
            assert_eq!(self.browser.evaluate(steps), before, "{kind}");
        }
        // So it is for somebody who looks at the table.
        self.open_part("Sightings");
        self.browser.evaluate("document.querySelector('.timeline .head input').click()");
        self.browser.wait_for(
            "[...document.querySelectorAll('.rows .row')].every((it) => /Sightings(?!Queue)/.test(it.textContent)) \
             && Boolean(document.querySelector('.rows .row'))",
        );
        self.browser.evaluate("document.querySelector('.timeline .head input').click()");
    }

    fn check_what_is_edited(&mut self) {
        // An item is edited and deleted.
        self.click("Edit");
        self.browser.evaluate(
            "(() => { const text = document.querySelector('#panel details.item textarea'); \
             text.value = JSON.stringify({...JSON.parse(text.value), reason: {S: 'seen by somebody'}}); })()",
        );
        self.click("Write");
        self.say_yes();
        self.wait_for_panel("seen by somebody");
        self.click("Delete");
        self.say_yes();
        self.wait_for_part("FalseReports", "empty");
    }

    fn check_what_is_deleted(&mut self) {
        // What comes to a dead-letter queue that is open is shown, and what nobody needs is deleted.
        self.system.cloud.attempt(&["send", "spaceships", "SightingsDlq", "of no use", "--local"]).expect(0);
        self.wait_for_panel("of no use");
        self.click("Delete");
        self.say_yes();
        self.wait_for_part("SightingsDlq", "none dead");
    }
}

/// Opens a part as somebody without a mouse does.
fn open_part(browser: &mut Browser, id: &str) {
    browser.evaluate(&format!("document.querySelector('[data-part={id}]').focus()"));
    browser.press("Enter");
    browser.wait_for(&format!("document.querySelector('#panel h2')?.textContent === '{id}'"));
}

/// Whether a part of the picture is not of the way that is shown.
fn is_faint(part: &str) -> String {
    format!("document.querySelector('[data-part={part}]').classList.contains('faint')")
}

fn sighting(ship: &str, model: &str) -> String {
    let coordinates = json!({"x": 12.34, "y": 56.78, "z": 90.12});
    json!({"spaceship_id": ship, "model": model, "quadrant": "Alpha", "coordinates": coordinates}).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poisoned_message_is_found_mended_and_sent_back_on_the_page_alone() {
    let Some(mut scene) = Scene::open().await else { return };
    let title = scene.browser.evaluate("document.title");

    // What goes well is seen to go.
    scene.send(&sighting("XW-1", "X-Wing"), "XW-1");
    scene.wait_for_part("Sightings", "1 item");
    scene.wait_for_part("Consumer", "1 invocation");
    scene.browser.wait_for("document.querySelector('.timeline').textContent.includes('sighting kept')");
    scene.check_way_of_the_first();

    // What is no sighting is kept as it is, and stays text wherever it is shown.
    scene.send(HOSTILE, "XW-2");
    scene.wait_for_part("FalseReports", "1 item");
    scene.open_part("FalseReports");
    scene.browser.wait_for("Boolean(document.querySelector('#panel details.item'))");
    scene.browser.evaluate("document.querySelector('#panel details.item').open = true");
    scene.wait_for_panel("<img src=x");

    scene.check_what_is_edited();

    // A poisoned message fails, and ends in the dead-letter queue, in red.
    scene.validator.fail(Fault::Down);
    scene.send(&sighting("XW-3", "poisoned"), "XW-3");
    scene.wait_for_part("SightingsDlq", "1 dead");
    scene.browser.wait_for("document.querySelector('[data-part=SightingsDlq]').classList.contains('alarm')");
    scene.browser.wait_for("document.querySelector('[data-part=Consumer]').textContent.includes('error')");

    // Why, and its way: whoever opens the dead-letter queue is told.
    scene.open_part("SightingsDlq");
    scene.wait_for_panel("Consumer: the message returns to the queue");
    scene.wait_for_panel("poisoned");
    let last_error =
        "[...document.querySelectorAll('.rows .row.error')].find((it) => it.textContent.includes('returns'))";
    scene.browser.wait_for(&format!("Boolean({last_error})"));
    scene.browser.evaluate(&format!("{last_error}.click()"));
    scene.browser.wait_for("document.querySelectorAll('.trail li.error').length >= 3");
    scene.click("Show its way");
    scene.browser.wait_for("document.querySelectorAll('.trail li.error').length >= 3");
    scene.browser.wait_for("document.querySelector('.trail').textContent.includes('1 message came to SightingsDlq')");
    // A part that is open stays clear.
    assert_eq!(scene.browser.evaluate(&is_faint("SightingsDlq")), false);

    // The same event again, to the code of now: before and now beside each other.
    scene.open_part("Consumer");
    scene
        .browser
        .wait_for("document.querySelector('#panel details.bad summary')?.textContent.includes('the validator')");
    scene.browser.evaluate("document.querySelector('#panel details.bad').open = true");
    scene.click("Show its event");
    scene.wait_for_panel("messageId");
    scene.click("Run again");
    scene.say_yes();
    scene.browser.wait_for("document.querySelectorAll('.compared pre').length === 2");
    scene.wait_for_panel("The answer is the same.");
    scene.wait_for_panel("returned 1 message to the queue");
    scene.open_part("SightingsDlq");

    // Mended and sent back, it ends well.
    scene.validator.recover();
    scene.click("Redrive");
    scene.say_yes();
    scene.wait_for_panel("1 message moved");
    scene.wait_for_panel("0 shown of about 0 waiting");
    scene.wait_for_part("Sightings", "2 items");
    scene.wait_for_part("SightingsDlq", "none dead");
    // What is known to have failed is no alarm any more.
    let is_alarm = "document.querySelector('[data-part=Consumer]').classList.contains('alarm')";
    assert_eq!(scene.browser.evaluate(is_alarm), true);
    scene.browser.evaluate("document.getElementById('since').click()");
    scene.browser.wait_for(&format!("!{is_alarm}"));

    // What is wrong with a message itself is mended in the message.
    scene.validator.answer(|request| {
        let status = if request.target.contains("poisoned") { 500 } else { 200 };
        Reply::text(status, "")
    });
    scene.send(&sighting("XW-4", "poisoned-again"), "XW-4");
    scene.wait_for_part("SightingsDlq", "1 dead");
    scene.open_part("SightingsDlq");
    scene.click("Peek");
    scene.wait_for_panel("poisoned-again");
    scene.browser.evaluate(
        "(() => { const text = document.querySelector('.message details textarea'); \
         text.closest('details').open = true; text.value = text.value.replace('poisoned-again', 'mended'); })()",
    );
    scene.click("Send back");
    scene.say_yes();
    scene.wait_for_panel("sent back to SightingsQueue as ");
    scene.wait_for_part("Sightings", "3 items");
    scene.wait_for_part("SightingsDlq", "none dead");
    scene.wait_for_panel("Nothing is in it");
    scene.click("Show its way");
    scene.browser.wait_for("document.querySelector('.trail').textContent.includes('sighting kept')");

    scene.check_what_is_deleted();

    // A deployment begins no count anew.
    let invocations = "parseInt(document.querySelector('[data-part=Consumer] .numbers').textContent)";
    let before = scene.browser.evaluate(invocations);
    scene.browser.evaluate(
        "window.shown = 0; \
         new EventSource('/api/events').addEventListener('stacks', () => { window.shown += 1; }); true",
    );
    scene.browser.wait_for("window.shown === 1");
    let cloud = scene.system.cloud.clone();
    let url = scene.validator.url("/other");
    scene.system = cloud.system("spaceships").parameter("ModelValidatorUrl", &url).deploy();
    scene.browser.wait_for("window.shown === 2");
    scene.send(&sighting("XW-5", "X-Wing"), "XW-5");
    scene.wait_for_part("Sightings", "4 items");
    scene.browser.wait_for(&format!("{invocations} > {before}"));

    assert_eq!(scene.browser.evaluate("document.querySelectorAll('img, main script').length"), 0);
    assert_eq!(scene.browser.evaluate("document.title"), title);
    assert_eq!(scene.browser.errors(), [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_shown_as_it_runs() {
    let Some(program) = browser::program() else {
        eprintln!("skipped: there is no Chromium on this machine, and `CHROME` names none");
        return;
    };
    let cloud = LocalCloud::fresh();
    let _system = cloud.system("order-requests").option("compute", "kubernetes").deploy();
    let console = Console::start(&cloud, "order-requests");
    let mut browser = Browser::start(&program);
    browser.open(&console.address);
    browser.wait_for("document.querySelectorAll('[data-part]').length > 10");
    open_part(&mut browser, "ProcessingWorker");
    let says = |text: &str| format!("document.getElementById('panel').textContent.includes({})", json!(text));
    for text in [
        "0 of at most 10",
        "PendingQueue, ApprovedQueue, RejectedQueue",
        "order-requests-dev",
        "processing-worker",
        "dynamodb:UpdateItem",
        "WORKER_QUEUE_URLS",
    ] {
        browser.wait_for(&says(text));
    }
    let card = |text: &str| {
        format!("document.querySelector('[data-part=ProcessingWorker]').textContent.includes({})", json!(text))
    };
    browser.wait_for(&card("no batches"));

    // A message wakes it: its batch is seen, and the process that has it.
    let _ = cloud.run(&["send", "order-requests", "PendingQueue", r#"{"not": "a request"}"#, "--local"]);
    browser.wait_for(&card("batches: 1"));
    open_part(&mut browser, "PendingQueue");
    open_part(&mut browser, "ProcessingWorker");
    browser.wait_for(&says("1 of at most 10"));
    browser.wait_for("Boolean(document.querySelector('[data-invocations=ProcessingWorker] *'))");
    assert_eq!(browser.errors(), [] as [&str; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_quick_and_nobody_is_shut_out() {
    let Some(mut scene) = Scene::open().await else { return };
    // Within the page: since it began to load.
    let first = scene.browser.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0");
    println!("first picture after {first} ms");
    let began = Instant::now();
    scene.send(&sighting("XW-1", "X-Wing"), "XW-1");
    scene.wait_for_part("Sightings", "1 item");
    println!("from sending to the table on the page: {} ms", began.elapsed().as_millis());

    let folder = tempfile::tempdir().unwrap();
    let axe = match AXE.fetch(folder.path()).await {
        Ok(package) => std::fs::read_to_string(package.join("axe.min.js")).unwrap(),
        Err(error) => {
            eprintln!("skipped: what finds violations of accessibility is not to be had: {error}");
            return;
        }
    };
    scene.browser.evaluate(&format!("{axe}; true"));
    for (scheme, width) in [("light", 1440), ("dark", 1440), ("light", 390), ("light", 640)] {
        let feature = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        scene.browser.call("Emulation.setEmulatedMedia", &json!({ "features": feature }));
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        scene.browser.call("Emulation.setDeviceMetricsOverride", &size);
        let wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth";
        assert_eq!(scene.browser.evaluate(wider), 0, "{width} pixels");
        for part in ["Consumer", "SightingsQueue", "SightingsDlq", "Sightings", "Api"] {
            scene.open_part(part);
            scene.wait_for_panel("Declared at");
            let found = violations(&mut scene.browser);
            assert_eq!(found, json!([]), "{part} in {scheme}, {width} pixels: {found:#}");
        }
    }
    assert_eq!(scene.browser.errors(), [] as [&str; 0]);
}

/// The violations that axe finds, each with the first element that has it.
fn violations(browser: &mut Browser) -> Json {
    browser.evaluate(
        "window.found = null; axe.run().then((it) => { window.found = it.violations.map((it) => \
         [it.id, it.nodes[0].html, it.nodes[0].failureSummary]); }); true",
    );
    browser.wait_for("window.found !== null");
    browser.evaluate("window.found")
}

/// A console ends with Ctrl-C, and says that all goes on.
#[tokio::test]
async fn the_console_ends_with_ctrl_c_and_leaves_everything_running() {
    let cloud = LocalCloud::fresh();
    let validator = StandIn::answering(Reply::text(200, "valid"));
    let _system = cloud.system("spaceships").parameter("ModelValidatorUrl", &validator.url("/")).deploy();
    let mut command = cloud.command(&["console", "spaceships", "--local"]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("http://127.0.0.1:") && line.contains("/?token="), "{line}");
    interrupt(&process);
    let began = Instant::now();
    let output = process.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(began.elapsed() < Duration::from_secs(5));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("the console has ended; everything is left as it runs"), "{said}");
    assert!(cloud.attempt(&["outputs", "spaceships", "--local"]).expect(0).stdout.contains("SightingsQueueUrl"));
}

fn interrupt(process: &Child) {
    let pid = i32::try_from(process.id()).unwrap();
    rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), rustix::process::Signal::INT).unwrap();
}

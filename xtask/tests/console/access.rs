//! Who gets in: a browser on this machine that was given the address, and nobody else.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use engine::cli::TargetArgs;
use engine::console::{Console, Scope};
use regex::Regex;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The request with a body of JSON.
fn with_json(request: RequestBuilder, body: &Json) -> RequestBuilder {
    request.header("content-type", "application/json").body(body.to_string())
}

/// What an answer says went wrong.
async fn error_of(answer: Response) -> String {
    let error: Json = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    error["error"].as_str().unwrap().to_owned()
}

/// A console that shows no stack.
struct Empty {
    /// `http://127.0.0.1:PORT`.
    origin: String,
    token: String,
    client: Client,
    serving: JoinHandle<()>,
}

impl Empty {
    async fn start() -> Self {
        Self::start_allowed(true).await
    }

    /// One that may or may not change anything.
    async fn start_allowed(may_change: bool) -> Self {
        let console = Console::listen(None).await.unwrap();
        let address = console.address();
        let (origin, token) = address.split_once("/?token=").unwrap();
        let (sender, running) = tokio::sync::watch::channel(Arc::default());
        let serving = tokio::spawn(async move {
            let _sender = sender;
            console.serve(running, Scope { target: TargetArgs::default(), may_change }).await.unwrap();
        });
        // The client wants to know its cryptography even where it only speaks plain HTTP.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { origin: origin.to_owned(), token: token.to_owned(), client, serving }
    }

    fn host(&self) -> &str {
        self.origin.strip_prefix("http://").unwrap()
    }

    fn port(&self) -> &str {
        self.origin.rsplit(':').next().unwrap()
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.origin))
    }

    /// A request of a page that is in.
    fn own(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, path).header("cookie", format!("stackwright-console-{}={}", self.port(), self.token))
    }
}

impl Drop for Empty {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

#[track_caller]
fn is_refused(response: &Response) {
    assert_eq!(response.status(), StatusCode::FORBIDDEN, "{response:?}");
    is_strict(response);
}

/// Asserts what every answer says to the browser.
#[track_caller]
fn is_strict(response: &Response) {
    let header = |name| response.headers().get(name).and_then(|it| it.to_str().ok()).unwrap_or_default();
    assert_eq!(header("content-security-policy"), POLICY);
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-store");
}

#[tokio::test]
async fn the_token_of_the_address_becomes_a_cookie_and_nothing_else_lets_in() {
    let console = Empty::start().await;
    assert!(console.token.len() >= 32, "it can be guessed: {}", console.token);
    for path in ["/", "/console.js", "/api/events", "/api/stacks/x/plan", "/?token=", "/?token=0123", "/nothing"] {
        is_refused(&console.request(Method::GET, path).send().await.unwrap());
    }
    let token = &console.token;
    for path in [format!("/?other={token}"), format!("/console.js?token={token}"), format!("/?token={token}x")] {
        is_refused(&console.request(Method::GET, &path).send().await.unwrap());
    }
    let other_port = format!("stackwright-console-1={token}");
    is_refused(&console.request(Method::GET, "/").header("cookie", other_port).send().await.unwrap());

    let welcome = console.request(Method::GET, &format!("/?token={token}")).send().await.unwrap();
    assert_eq!(welcome.status(), StatusCode::SEE_OTHER);
    is_strict(&welcome);
    assert_eq!(welcome.headers()["location"], "/");
    let cookie = welcome.headers()["set-cookie"].to_str().unwrap();
    let expected = format!("stackwright-console-{}={token}; HttpOnly; SameSite=Strict; Path=/", console.port());
    assert_eq!(cookie, expected);

    let page = console.own(Method::GET, "/").header("cookie", "other=1").send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    is_strict(&page);
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
}

#[tokio::test]
async fn another_host_is_refused_whatever_its_cookie() {
    let console = Empty::start().await;
    for host in ["evil.example", "evil.example:80", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example", "[::1]"] {
        is_refused(&console.own(Method::GET, "/").header("host", host).send().await.unwrap());
        let path = format!("/?token={}", console.token);
        is_refused(&console.request(Method::GET, &path).header("host", host).send().await.unwrap());
    }
    let localhost = format!("localhost:{}", console.port());
    let page = console.own(Method::GET, "/").header("host", localhost).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_page_of_another_origin_neither_reads_nor_changes_anything() {
    let console = Empty::start().await;
    for origin in ["http://evil.example", "null", "https://127.0.0.1", "http://127.0.0.1:1", ""] {
        for (method, path) in [(Method::GET, "/"), (Method::POST, "/api/stacks/x/plan")] {
            is_refused(&console.own(method, path).header("origin", origin).send().await.unwrap());
        }
    }
    for site in ["cross-site", "same-site"] {
        is_refused(&console.own(Method::GET, "/").header("sec-fetch-site", site).send().await.unwrap());
    }
    // What changes something says where it is from.
    let silent = with_json(console.own(Method::POST, "/api/stacks/x/plan"), &json!({"seal": ""}));
    is_refused(&silent.send().await.unwrap());

    let own = format!("http://{}", console.host());
    let form = console.own(Method::POST, "/api/stacks/x/plan").header("origin", &own).body("seal=x");
    assert_eq!(form.send().await.unwrap().status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let request = console.own(Method::POST, "/api/stacks/x/parts/y/peek").header("origin", &own);
    let answer = with_json(request, &json!({"limit": 1})).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    is_strict(&answer);
    assert_eq!(error_of(answer).await, "the console shows no stack `x`");
}

/// The file that `--open` writes is of another origin than the console: it leads here, and gets nothing else.
#[tokio::test]
async fn what_leads_the_browser_here_gets_no_further_than_the_page() {
    let console = Empty::start().await;
    let led = |path: &str, site: &str, mode: &str, to: &str| {
        let request = console.own(Method::GET, path).header("sec-fetch-site", site);
        request.header("sec-fetch-mode", mode).header("sec-fetch-dest", to)
    };
    let path = format!("/?token={}", console.token);
    for site in ["cross-site", "same-site"] {
        let page = led(&path, site, "navigate", "document").send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        is_strict(&page);
        // A redirection would go without the cookie.
        assert_eq!(page.headers()["refresh"], "0; url=/");
        assert!(page.headers()["set-cookie"].to_str().unwrap().contains("SameSite=Strict"));
    }
    for (path, mode, to) in [
        ("/", "navigate", "document"),
        ("/?token=0123", "navigate", "document"),
        ("/api/events", "navigate", "document"),
        (&*path, "navigate", "iframe"),
        (&*path, "cors", "empty"),
        (&*path, "no-cors", "script"),
    ] {
        is_refused(&led(path, "cross-site", mode, to).send().await.unwrap());
    }
    let with_origin = led(&path, "cross-site", "navigate", "document").header("origin", "http://evil.example");
    is_refused(&with_origin.send().await.unwrap());
    let other_host = led(&path, "cross-site", "navigate", "document").header("host", "evil.example");
    is_refused(&other_host.send().await.unwrap());
}

#[tokio::test]
async fn a_console_that_only_looks_changes_nothing() {
    let console = Empty::start_allowed(false).await;
    let own = format!("http://{}", console.host());
    let post = |path: &str, body: &Json| with_json(console.own(Method::POST, path).header("origin", &own), body);
    let refusal = "this console only looks: it was started without `--allow-changes`; nothing was done\n  \
                   help: end it with Ctrl-C, and start it again with `--allow-changes`";
    for (ask, given) in [
        ("invoke", json!({"event": {}})),
        ("replay", json!({"request": "1"})),
        ("peek", json!({"limit": 1})),
        ("send", json!({"body": "x"})),
        ("redrive", json!({})),
        ("delete-message", json!({"message": "1"})),
        ("put-item", json!({"key": {}, "item": {}})),
        ("delete-item", json!({"key": {}})),
        ("delete-object", json!({"key": "x"})),
        ("call", json!({"method": "GET", "path": "/"})),
    ] {
        let answer = post(&format!("/api/stacks/x/parts/y/{ask}"), &given).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{ask}");
        is_strict(&answer);
        assert_eq!(error_of(answer).await, refusal, "{ask}");
    }
    let deploy = post("/api/stacks/x/plan", &json!({"seal": "00000000000000000000000000000000"})).send().await.unwrap();
    assert_eq!((deploy.status(), error_of(deploy).await), (StatusCode::FORBIDDEN, refusal.to_owned()));
    // It looks all the same: there is only nothing to look at.
    for (ask, given) in [
        ("event", json!({"request": "1"})),
        ("example", json!({"service": "sqs"})),
        ("items", json!({})),
        ("objects", json!({})),
        ("object", json!({"key": "x"})),
    ] {
        let answer = post(&format!("/api/stacks/x/parts/y/{ask}"), &given).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{ask}");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_said() {
    let console = Empty::start().await;
    let own = format!("http://{}", console.host());
    let post = |path: &str, body: &Json| with_json(console.own(Method::POST, path).header("origin", &own), body);
    for (ask, given) in [("dance", json!({})), ("peek", json!({"limit": "many"}))] {
        let answer = post(&format!("/api/stacks/x/parts/y/{ask}"), &given).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{ask}");
        let said = error_of(answer).await;
        assert!(said.starts_with(&format!("the page asked `{ask}` in a way that is not understood")), "{said}");
    }
    // It is part of the name of a file.
    for seal in ["../../etc/passwd", "", "00000000000000000000000000000000"] {
        let answer = post("/api/stacks/x/plan", &json!({ "seal": seal })).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{seal}");
    }
}

#[tokio::test]
async fn what_happens_is_told_as_server_sent_events() {
    let console = Empty::start().await;
    let mut events = console.own(Method::GET, "/api/events").send().await.unwrap();
    assert_eq!(events.headers()["content-type"], "text/event-stream");
    let first = String::from_utf8(events.chunk().await.unwrap().unwrap().to_vec()).unwrap();
    assert_eq!(
        first,
        "event: stacks\ndata: {\"version\":1,\"stacks\":[],\"problem\":null,\"local\":false,\"changes\":true,\"anew\":true}\n\n"
    );
}

#[tokio::test]
async fn a_port_in_use_is_told_with_what_to_do() {
    let console = Empty::start().await;
    let error = Console::listen(Some(console.port().parse().unwrap())).await.unwrap_err().to_string();
    let expected = format!(
        "something else listens on the port {}\n  help: `--port PORT` chooses another; without it, one that is free is taken",
        console.port()
    );
    assert_eq!(error, expected);
}

#[test]
fn the_page_reads_no_text_as_markup_or_code_and_nothing_from_outside() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/console/page");
    let forbidden = Regex::new(
        r#"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|DOMParser|srcdoc|createContextualFragment|setHTML|javascript:|\bstyle=|<script>|\son[a-z]+="|\bimport\(|@import|https?://"#,
    )
    .unwrap();
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        // The names of namespaces are no addresses.
        let text = text.replace("http://www.w3.org/2000/svg", "");
        let found: Vec<_> = forbidden.find_iter(&text).map(|it| it.as_str()).collect();
        assert_eq!(found, [""; 0], "{}", path.display());
        files += 1;
    }
    assert!(files > 5, "{files} files");
}

//! The page of the audit: what it is made of, and how it behaves in a browser where this machine has one.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

#[path = "common/browser.rs"]
mod browser;
#[path = "common/audit_sample.rs"]
mod sample;

use std::fs;

use aws_smithy_types::base64;
use browser::Browser;
use engine::audit::finding::AuditFinding;
use engine::audit::matrix::{AuditReport, Source, Verdict};
use engine::audit::report::{Basis, html};
use policies::audit::rules;
use regex::Regex;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

/// What would run, or end an element, if the page took it for more than text.
const HOSTILE: [&str; 4] = [
    "<script>document.title = 'ran'</script>",
    "</style></script><img src=x onerror=alert(1)>",
    "\"' onclick='x",
    "{{x}}",
];

/// What a page has computed of the contrast of each of its texts that is too weak to read, as WCAG 2.1 defines it.
const WEAK_TEXTS: &str = include_str!("common/weak_texts.js");

/// How much wider the page is than what shows it.
const OVERFLOW: &str = "document.documentElement.scrollWidth - document.documentElement.clientWidth";

fn page(report: &AuditReport) -> String {
    let mut basis = sample::basis();
    basis.rules.extend(rules().map(|row| &row.rule));
    html::render(report, &basis).unwrap()
}

/// A report whose every name is hostile.
fn hostile() -> AuditReport {
    let mut report = AuditReport::default();
    for text in HOSTILE {
        let rights = vec![sample::right(text, text, Verdict::Unknown, Source::Linked, text)];
        report.functions.push(sample::function(text, text, 1, rights));
        let finding = AuditFinding::new(&sample::OPEN, text, text, text).at(Some(text)).evidence(text).fix(text);
        report.findings.push(finding);
    }
    report
}

/// What stands between two texts.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    page.split_once(start).unwrap().1.split_once(end).unwrap().0
}

#[test]
fn the_page_allows_its_own_script_and_style_and_nothing_else() {
    let outside = Regex::new(r#"<[a-z]+[^>]*\s(on[a-z]+|style|src)=|href="[^#]|url\(|@import"#).unwrap();
    for report in [sample::report(), hostile(), AuditReport::default()] {
        let page = page(&report);
        let allowed =
            between(&page, "Security-Policy\" content=\"", "\"").replace("&#x27;", "'").replace("&#x3D;", "=");
        let hash = |text| format!("'sha256-{}'", base64::encode(Sha256::digest(text)));
        let (style, script) =
            (hash(between(&page, "<style>", "</style>")), hash(between(&page, "<script>", "</script>")));
        let expected =
            format!("default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'");
        assert_eq!(allowed, expected);
        assert_eq!(outside.find(&page).map(|it| it.as_str()), None);
    }
}

#[test]
fn the_same_report_gives_the_same_page() {
    assert_eq!(page(&sample::report()), page(&sample::report()));
}

#[test]
fn every_link_leads_somewhere_on_the_page() {
    let page = html::render(&sample::report(), &Basis::default()).unwrap();
    let links: Vec<_> =
        Regex::new(r##"href="#([^"]+)""##).unwrap().captures_iter(&page).map(|it| it[1].to_owned()).collect();
    assert!(links.contains(&"rule-LP02".to_owned()) && links.contains(&"rule-SU03".to_owned()), "{links:?}");
    let dead: Vec<_> = links.iter().filter(|id| page.matches(&format!("id=\"{id}\"")).count() != 1).collect();
    assert_eq!(dead, [] as [&String; 0]);
}

#[test]
fn the_headline_claims_what_is_known_and_no_more() {
    let headline = |report: &AuditReport| between(&page(report), "<title>", "</title>").to_owned();
    let exact = AuditReport { functions: sample::report().functions.split_off(3), ..AuditReport::default() };
    assert_eq!(headline(&exact), "Policy audit: EXACT 1/1");
    assert_eq!(headline(&sample::report()), "Policy audit: NOT EXACT 6/10 exact");
    assert_eq!(headline(&AuditReport::default()), "Policy audit: NOTHING AUDITED 0/0 exact");
    let unknown = AuditReport { functions: hostile().functions, ..AuditReport::default() };
    assert_eq!(headline(&unknown), "Policy audit: UNKNOWN 0/4 exact");
}

// In a browser.

/// Shows the page of `report` in a browser and does `work` there; afterwards, its console must show no error.
#[track_caller]
fn check(report: &AuditReport, work: impl FnOnce(&mut Browser)) {
    let Some(program) = browser::program() else {
        eprintln!("skipped: there is no Chromium on this machine, and `CHROME` names none");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("page.html");
    fs::write(&file, page(report)).unwrap();
    let mut browser = Browser::start(&program);
    browser.open(&format!("file://{}", file.display()));
    work(&mut browser);
    assert_eq!(browser.errors(), [] as [&str; 0]);
}

/// Presses the tabulator until the element that `selector` selects has the focus.
#[track_caller]
fn tab_to(browser: &mut Browser, selector: &str) {
    for _ in 0..60 {
        browser.press("Tab");
        if browser.evaluate(&format!("document.activeElement.matches({})", json!(selector))) == true {
            return;
        }
    }
    panic!("the keyboard does not reach `{selector}`");
}

fn announced(browser: &mut Browser) -> Json {
    browser.evaluate("document.querySelector('[aria-live=polite]').textContent")
}

/// How many of the elements can be seen.
fn seen(browser: &mut Browser, selector: &str) -> Json {
    browser.evaluate(&format!(
        "[...document.querySelectorAll({})].filter(it => it.checkVisibility()).length",
        json!(selector)
    ))
}

fn pretend(browser: &mut Browser, medium: &str, scheme: &str, width: u32) {
    let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
    browser.call("Emulation.setEmulatedMedia", &json!({"media": medium, "features": features}));
    let size = json!({"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": false});
    browser.call("Emulation.setDeviceMetricsOverride", &size);
}

#[test]
fn the_filters_work_by_keyboard_alone_and_say_what_is_left() {
    check(&sample::report(), |browser| {
        assert_eq!(announced(browser), "Showing 3 of 3 findings, 10 of 10 rights, 1 of 1 suppressed");
        tab_to(browser, "input[value=critical]");
        browser.press(" ");
        assert_eq!(announced(browser), "Showing 2 of 3 findings, 10 of 10 rights, 1 of 1 suppressed");
        tab_to(browser, "#stack");
        browser.press("s");
        assert_eq!(announced(browser), "Showing 1 of 3 findings, 9 of 10 rights, 0 of 1 suppressed");
        tab_to(browser, "#verdict");
        browser.press("○");
        assert_eq!(announced(browser), "Showing 1 of 3 findings, 1 of 10 rights, 0 of 1 suppressed");
        assert_eq!(seen(browser, ".finding"), 1);
        assert_eq!(seen(browser, ".right"), 1);
        assert_eq!(seen(browser, "thead th"), 2);
        tab_to(browser, "#text");
        for key in ["n", "o", "n", "e"] {
            browser.press(key);
        }
        assert_eq!(announced(browser), "Showing 0 of 3 findings, 0 of 10 rights, 0 of 1 suppressed");
        assert_eq!(seen(browser, "#no-finding, #no-right, #no-suppressed"), 3);
        tab_to(browser, "#reset");
        browser.press("Enter");
        assert_eq!(announced(browser), "Showing 3 of 3 findings, 10 of 10 rights, 1 of 1 suppressed");
    });
}

#[test]
fn a_word_finds_functions_resources_and_evidence() {
    check(&sample::report(), |browser| {
        tab_to(browser, "#text");
        browser.call("Input.insertText", &json!({"text": "consumer.rs:108 PUT"}));
        assert_eq!(announced(browser), "Showing 0 of 3 findings, 1 of 10 rights, 0 of 1 suppressed");
    });
}

#[test]
fn evidence_and_rules_open_by_keyboard() {
    check(&sample::report(), |browser| {
        tab_to(browser, "a[href='#rule-LP02']");
        browser.press("Enter");
        browser.wait_for("document.querySelector('#rule-LP02:target')?.checkVisibility() === true");
        assert_eq!(seen(browser, ".known"), 0);
        browser.evaluate(
            "document.querySelector('#rights-title').scrollIntoView(), document.querySelector('.scroll').focus()",
        );
        tab_to(browser, ".right summary");
        browser.press("Enter");
        assert_eq!(seen(browser, ".known"), 1);
        browser.evaluate("document.querySelector('#reset').focus()");
        tab_to(browser, "#open");
        browser.press(" ");
        assert_eq!(seen(browser, ".known"), 10);
    });
}

#[test]
fn hostile_names_are_shown_and_not_obeyed() {
    check(&hostile(), |browser| {
        assert_eq!(browser.evaluate("document.scripts.length + document.images.length"), 1);
        assert_eq!(browser.evaluate("document.querySelectorAll('[onclick], [onerror]').length"), 0);
        let shown = browser.evaluate("[...document.querySelectorAll('tbody .function')].map(it => it.textContent)");
        assert_eq!(shown, json!(HOSTILE));
        assert_eq!(browser.evaluate("[...stack.options].slice(1).map(it => it.value)"), json!(HOSTILE));
    });
}

#[test]
fn text_is_readable_in_both_schemes() {
    check(&sample::report(), |browser| {
        browser.evaluate("document.querySelectorAll('details').forEach(it => it.open = true)");
        for scheme in ["light", "dark"] {
            pretend(browser, "screen", scheme, 1200);
            assert_eq!(browser.evaluate(WEAK_TEXTS), json!([]), "{scheme}");
        }
        let background = "getComputedStyle(document.body).backgroundColor";
        let dark = browser.evaluate(background);
        pretend(browser, "screen", "light", 1200);
        assert_ne!(browser.evaluate(background), dark);
    });
}

#[test]
fn a_wide_matrix_scrolls_in_a_region_of_its_own() {
    check(&sample::report(), |browser| {
        pretend(browser, "screen", "light", 360);
        assert_eq!(browser.evaluate(OVERFLOW), 0);
        assert_eq!(browser.evaluate("document.querySelector('.scroll').scrollWidth > 360"), true);
        tab_to(browser, ".scroll[role=region][aria-labelledby]");
        let left = "document.querySelector('tbody th').getBoundingClientRect().left";
        let before = browser.evaluate(left);
        browser.evaluate("document.querySelector('.scroll').scrollLeft = 300");
        assert_eq!(browser.evaluate(left), before);
    });
}

#[test]
fn paper_shows_everything_and_cuts_nothing_off() {
    check(&sample::report(), |browser| {
        pretend(browser, "print", "dark", 680);
        assert_eq!(seen(browser, "#filters, nav"), 0);
        assert_eq!(seen(browser, ".known"), 10);
        assert_eq!(browser.evaluate(OVERFLOW), 0);
        let cut = "[...document.querySelectorAll('main *')].filter(it => it.getBoundingClientRect().right > document.documentElement.clientWidth).length";
        assert_eq!(browser.evaluate(cut), 0);
        assert_eq!(browser.evaluate(WEAK_TEXTS), json!([]));
    });
}

#[test]
fn without_scripts_the_page_says_the_same_and_has_no_filters() {
    check(&sample::report(), |browser| {
        browser.call("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
        browser.call("Page.reload", &json!({}));
        browser.wait_for("document.readyState === 'complete' && !document.querySelector('#shown').textContent");
        assert_eq!(seen(browser, "#filters"), 0);
        assert_eq!(seen(browser, ".finding"), 4);
        assert_eq!(seen(browser, ".right"), 10);
    });
}

//! The audit as one page that asks for nothing: no other file, no network, and it reads without scripts.

mod entry;
mod grid;
mod page;

use aws_smithy_types::base64;
use handlebars::{Handlebars, RenderError};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::matrix::AuditReport;
use super::Basis;

const TEMPLATE: &str = include_str!("html/page.hbs");
const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/page.js");

/// The report as a page. Whatever names it holds, they are shown and never obeyed: the template escapes them, and the
/// page allows no script and no style but its own.
pub fn render(report: &AuditReport, basis: &Basis) -> Result<String, RenderError> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(SCRIPT)
    );
    let given = json!({"policy": policy, "style": STYLE, "script": SCRIPT, "page": page::page(report, basis)});
    templates.render_template(TEMPLATE, &given)
}

/// What a content security policy calls a text that it allows.
fn source(text: &str) -> String {
    format!("sha256-{}", base64::encode(Sha256::digest(text)))
}

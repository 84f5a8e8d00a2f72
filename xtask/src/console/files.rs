//! The files of the page, which are in the program.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

/// The files with their types and contents, by path.
const FILES: &[(&str, &str, &str)] = &[
    ("/", "text/html", include_str!("page/index.html")),
    ("/console.css", "text/css", include_str!("page/console.css")),
    ("/api.js", "text/javascript", include_str!("page/api.js")),
    ("/bucket.js", "text/javascript", include_str!("page/bucket.js")),
    ("/console.js", "text/javascript", include_str!("page/console.js")),
    ("/dom.js", "text/javascript", include_str!("page/dom.js")),
    ("/form.js", "text/javascript", include_str!("page/form.js")),
    ("/function.js", "text/javascript", include_str!("page/function.js")),
    ("/graph.js", "text/javascript", include_str!("page/graph.js")),
    ("/icon.svg", "image/svg+xml", include_str!("page/icon.svg")),
    ("/messages.js", "text/javascript", include_str!("page/messages.js")),
    ("/part.js", "text/javascript", include_str!("page/part.js")),
    ("/plan.js", "text/javascript", include_str!("page/plan.js")),
    ("/server.js", "text/javascript", include_str!("page/server.js")),
    ("/state.js", "text/javascript", include_str!("page/state.js")),
    ("/table.js", "text/javascript", include_str!("page/table.js")),
    ("/timeline.js", "text/javascript", include_str!("page/timeline.js")),
    ("/worker.js", "text/javascript", include_str!("page/worker.js")),
];

/// The file at `path`.
#[must_use]
pub fn file(path: &str) -> Response {
    match FILES.iter().find(|(name, ..)| *name == path) {
        Some((_, media_type, content)) => {
            ([(header::CONTENT_TYPE, format!("{media_type}; charset=utf-8"))], *content).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

//! The routes of the console.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream::{self, Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;

use super::access::{self, Access};
use super::actions::{Actions, Ask, Picture};
use super::files;
use super::state::{Hub, Told};
use crate::exit::Exit;
use crate::failure::Failure;

/// How large what a page sends may be: an object of 16 MB in Base64, or an event of Lambda of 6 MB.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
const LARGEST: usize = 24 * 1024 * 1024;

/// What requests are answered with.
#[derive(Clone)]
struct Console {
    hub: Arc<Hub>,
    actions: Arc<Actions>,
}

/// The routes, behind the check of who asks.
pub(super) fn router(hub: Arc<Hub>, actions: Arc<Actions>, access: Access) -> Router {
    Router::new()
        .route("/api/events", get(events))
        .route("/api/stacks/{stack}/plan", get(plan).post(deploy))
        .route("/api/stacks/{stack}/parts/{part}", get(part))
        .route("/api/stacks/{stack}/parts/{part}/picture", get(picture))
        .route("/api/stacks/{stack}/parts/{part}/{ask}", post(ask))
        .fallback(async |request: Request| files::file(request.uri().path()))
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(access, access::guard))
        .with_state(Console { hub, actions })
}

/// What the page is told of a failure.
struct Refused(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let failure = self.0.downcast_ref::<Failure>();
        let status = match failure.map(|failure| failure.exit) {
            Some(Exit::Usage) => StatusCode::BAD_REQUEST,
            Some(Exit::Declined) => StatusCode::FORBIDDEN,
            Some(Exit::NoSuchStack) => StatusCode::NOT_FOUND,
            _ => StatusCode::BAD_GATEWAY,
        };
        let error = if failure.is_some_and(Failure::is_silent) {
            // Such as of source that does not compile.
            "it failed; the terminal in which the console was started shows why".to_owned()
        } else {
            format!("{:#}", self.0)
        };
        (status, Json(json!({ "error": error }))).into_response()
    }
}

type Answer = Result<Json<Value>, Refused>;

/// All that is known, and then what changes, as server-sent events.
async fn events(State(console): State<Console>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let (told, receiver) = console.hub.watch();
    let hub = console.hub;
    let later = stream::unfold((hub, receiver), async |(hub, mut receiver)| match receiver.recv().await {
        Ok(told) => Some((vec![told], (hub, receiver))),
        // The page was too slow: it gets everything anew.
        Err(RecvError::Lagged(_)) => {
            let (told, receiver) = hub.watch();
            Some((told, (hub, receiver)))
        }
        Err(RecvError::Closed) => None,
    });
    let all = stream::iter([told]).chain(later).flat_map(stream::iter);
    Sse::new(all.map(|told| Ok(as_event(&told)))).keep_alive(KeepAlive::default())
}

fn as_event((name, data): &Told) -> Event {
    Event::default().event(name).data(&**data)
}

#[derive(Deserialize)]
struct OfPart {
    stack: String,
    part: String,
}

async fn part(State(console): State<Console>, Path(OfPart { stack, part }): Path<OfPart>) -> Answer {
    Ok(Json(console.actions.part(stack, part).await?))
}

async fn ask(
    State(console): State<Console>,
    Path((stack, part, ask)): Path<(String, String, String)>,
    Json(given): Json<Value>,
) -> Answer {
    let ask = Ask::read(&ask, given)?;
    Ok(Json(console.actions.ask(stack, part, ask).await?))
}

#[derive(Deserialize)]
struct Key {
    key: String,
}

async fn picture(
    State(console): State<Console>,
    Path(OfPart { stack, part }): Path<OfPart>,
    Query(Key { key }): Query<Key>,
) -> Result<Response, Refused> {
    let Picture { media_type, bytes } = console.actions.picture(stack, part, key).await?;
    Ok(([(header::CONTENT_TYPE, media_type)], bytes).into_response())
}

async fn plan(State(console): State<Console>, Path(stack): Path<String>) -> Answer {
    Ok(Json(console.actions.plan(stack).await?))
}

#[derive(Deserialize)]
struct Approved {
    seal: String,
}

async fn deploy(
    State(console): State<Console>,
    Path(stack): Path<String>,
    Json(Approved { seal }): Json<Approved>,
) -> Answer {
    Ok(Json(console.actions.deploy(stack, seal).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn of_a_failure_that_was_said_elsewhere_the_page_is_told_where() {
        let answer = Refused(Failure::silent(Exit::Failed).into()).into_response();
        assert_eq!(answer.status(), StatusCode::BAD_GATEWAY);
        let body = axum::body::to_bytes(answer.into_body(), 1_000).await.unwrap();
        let said: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(said["error"], "it failed; the terminal in which the console was started shows why");
    }
}

//! Who may use the console: a browser on this machine whose user was given the address.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Nothing from outside, no code or style but the page's own files, and nobody may frame the page.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// What a request must carry.
#[derive(Debug, Clone)]
pub struct Access {
    token: String,
    port: u16,
}

impl Access {
    /// A new token for the console on `port`.
    #[must_use]
    pub fn new(port: u16) -> Self {
        let token = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        Self { token, port }
    }

    /// The address to open, which carries the token.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.port, self.token)
    }

    /// The name of the cookie. Cookies are of a host, whatever its port: two consoles must not share one.
    fn cookie_name(&self) -> String {
        format!("stackwright-console-{}", self.port)
    }

    /// What the browser shows from now on. No other site's page can have it sent along.
    fn cookie(&self) -> String {
        format!("{}={}; HttpOnly; SameSite=Strict; Path=/", self.cookie_name(), self.token)
    }

    fn is_token(&self, given: &str) -> bool {
        // Digests of what is compared tell nothing by how long it takes.
        Sha256::digest(given) == Sha256::digest(&self.token)
    }

    fn has_cookie(&self, headers: &HeaderMap) -> bool {
        let name = self.cookie_name();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
        let mut pairs = cookies.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
        pairs.any(|(key, value)| key == name && self.is_token(value))
    }

    /// Whether the request is for the address that the console listens on: a name that somebody else's server made
    /// resolve to this machine is another host.
    fn is_own_host(&self, host: &str) -> bool {
        ["127.0.0.1", "localhost"].iter().any(|name| host == format!("{name}:{}", self.port))
    }

    /// Whether the request is from a page of the console. A browser says the origin of every request that changes
    /// something.
    fn is_own_origin(&self, method: &Method, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|it: &HeaderValue| it.to_str().unwrap_or_default());
        if text(header::HeaderName::from_static("sec-fetch-site")).is_some_and(|it| it != "same-origin" && it != "none")
        {
            return false;
        }
        match text(header::ORIGIN) {
            Some(origin) => origin.strip_prefix("http://").is_some_and(|host| self.is_own_host(host)),
            None => method == Method::GET,
        }
    }
}

/// Lets only those requests through that are from the console's own page, and gives it its cookie.
pub async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok()).unwrap_or_default();
    let token = token_of(&request);
    let is_led_here = token.is_some() && is_led_here(headers);
    let is_own = access.is_own_host(host) && (is_led_here || access.is_own_origin(request.method(), headers));
    let response = if !is_own {
        refusal("this is the console of somebody on this machine, and the request is from elsewhere")
    } else if let Some(token) = token {
        match access.is_token(token) {
            true if is_led_here => reception(&access),
            true => welcome(&access),
            false => refusal(OTHER_TOKEN),
        }
    } else if access.has_cookie(headers) {
        next.run(request).await
    } else {
        refusal(OTHER_TOKEN)
    };
    with_headers(response)
}

const OTHER_TOKEN: &str =
    "open the whole address that the console printed when it was started: it has a token at its end";

/// The token in the address of the page. It is nowhere else, so that it does not get into other addresses.
fn token_of(request: &Request) -> Option<&str> {
    let query = request.uri().query().filter(|_| request.uri().path() == "/" && request.method() == Method::GET)?;
    query.split('&').find_map(|it| it.strip_prefix("token="))
}

/// Whether something else than a page of the console leads the browser here, such as the file that `--open` writes: a
/// whole page is to be shown, and nobody else reads it.
fn is_led_here(headers: &HeaderMap) -> bool {
    let is = |name, value| headers.get(name).is_some_and(|it: &HeaderValue| it == value);
    let is_elsewhere = is("sec-fetch-site", "cross-site") || is("sec-fetch-site", "same-site");
    let is_page = is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document");
    is_elsewhere && is_page && !headers.contains_key(header::ORIGIN)
}

/// The token leaves the address, and with it the history of the browser.
fn welcome(access: &Access) -> Response {
    let headers = [(header::LOCATION, "/".to_owned()), (header::SET_COOKIE, access.cookie())];
    (StatusCode::SEE_OTHER, headers, Body::empty()).into_response()
}

/// The same for who was led here: a redirection would be of elsewhere as well, and go without the cookie.
fn reception(access: &Access) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::REFRESH, "0; url=/".to_owned()),
        (header::SET_COOKIE, access.cookie()),
    ];
    // Without an icon of its own the browser asks for one that is not there.
    let page = "<!doctype html><title>Stackwright console</title><link rel=\"icon\" href=\"/icon.svg\">";
    (headers, page).into_response()
}

fn refusal(why: &'static str) -> Response {
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], why).into_response()
}

fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (header::HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

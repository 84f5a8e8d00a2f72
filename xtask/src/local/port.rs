//! What to say when a port is taken.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::http;
use crate::failure::Failure;

/// How long whoever has the port may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Makes sure that `port` can be listened on.
///
/// # Errors
/// When it is taken, with what can be told about the program that has it and ports that are free.
pub(super) async fn require_free(port: u16) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    // A listener on all addresses does not keep every system from binding one of them, but it would get the requests.
    let answered = TcpStream::connect_timeout(&address, Duration::from_millis(300)).is_ok();
    let failure = match TcpListener::bind(address) {
        Ok(_) if !answered => return Ok(()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            Failure::new(format!("port {port} is reserved for the administrator"))
        }
        Err(error) if !answered && error.kind() != ErrorKind::AddrInUse => {
            Failure::new(format!("cannot listen on 127.0.0.1:{port}: {error}"))
        }
        _ => Failure::new(format!("port {port} is taken by {}", occupant(port).await?)),
    };
    let free = (1..=50).map(|step| port.saturating_add(step * 100)).find(|&candidate| {
        [candidate, candidate.saturating_add(1)]
            .iter()
            .all(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
    });
    let choice = free.map_or_else(|| "another port".to_owned(), |free| free.to_string());
    Err(failure
        .help(format!("choose another port (each has its own state): `STACKWRIGHT_LOCAL_PORT={choice}`"))
        .help(format!("to see which program it is: `lsof -i :{port}`"))
        .into())
}

async fn occupant(port: u16) -> anyhow::Result<String> {
    if let Some(health) = http::health(port, PATIENCE).await? {
        return Ok(format!("another local cloud (process {}, state in `{}`)", health.pid, health.state));
    }
    let client = http::client(PATIENCE)?;
    let Ok(response) = client.get(format!("http://127.0.0.1:{port}/_ministack/health")).send().await else {
        return Ok("a program that is not an AWS emulator".to_owned());
    };
    let server = response.headers().get("server").and_then(|server| server.to_str().ok().map(str::to_owned));
    let body: Value = serde_json::from_slice(&response.bytes().await.unwrap_or_default()).unwrap_or_default();
    let version = body.get("version").and_then(Value::as_str);
    Ok(match (version, server) {
        (Some(version), _) if body.get("ready_scripts").is_some() => {
            format!("a MiniStack {version} that was not started from here")
        }
        (_, Some(server)) => format!("a web server (`{server}`)"),
        (_, None) => "a web server that is not an AWS emulator".to_owned(),
    })
}

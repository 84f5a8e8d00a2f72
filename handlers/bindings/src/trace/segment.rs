//! Tells X-Ray of each call of a traced invocation, as a part of it.
//!
//! Lambda sends its own segments of a function with `tracing`, and runs a daemon beside it that takes those of the function:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-xray.html>. Their form is that of
//! <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html>.

use std::env;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use super::TraceHeader;

/// Where the daemon is, which Lambda sets when the function is traced.
/// <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
const DAEMON: &str = "AWS_XRAY_DAEMON_ADDRESS";

/// What comes before a document: <https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon>
const PREFIX: &str = "{\"format\": \"json\", \"version\": 1}\n";

/// The part of a trace that a call is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    /// That of the invocation.
    header: TraceHeader,
    /// 16 hexadecimal digits.
    id: String,
    began: SystemTime,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End<'a> {
    pub(super) service: &'a str,
    pub(super) operation: &'a str,
    /// The status of the answer, if there was one.
    pub(super) status: Option<u16>,
    /// By what AWS knows the call.
    pub(super) request_id: Option<&'a str>,
    pub(super) failed: bool,
}

impl Segment {
    /// That of a call in the trace of `header`; `None` when X-Ray does not record it, or nobody takes segments.
    pub(super) fn begin(header: &TraceHeader) -> Option<Self> {
        daemon()?;
        Self::of(header)
    }

    fn of(header: &TraceHeader) -> Option<Self> {
        let is_recorded = header.sampled && header.parent.is_some();
        is_recorded.then(|| Self { header: header.clone(), id: new_id(), began: SystemTime::now() })
    }

    /// The header by which what the call causes is a part of it.
    pub(super) fn header(&self) -> TraceHeader {
        self.header.below(&self.id)
    }

    /// Tells how the call ended. Nothing is done about what does not arrive: a trace is worth no failure.
    pub(super) fn end(&self, end: End<'_>) {
        if let Some((socket, address)) = daemon() {
            let document = format!("{PREFIX}{}", self.document(end, SystemTime::now()));
            let _ = socket.send_to(document.as_bytes(), address);
        }
    }

    fn document(&self, end: End<'_>, now: SystemTime) -> Json {
        let seconds = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let mut document = json!({
            "name": end.service,
            "id": self.id,
            "trace_id": self.header.id(),
            "parent_id": self.header.parent,
            "type": "subsegment",
            "namespace": "aws",
            "start_time": seconds(self.began),
            "end_time": seconds(now),
            "aws": {"operation": end.operation},
        });
        if let Some(request_id) = end.request_id {
            document["aws"]["request_id"] = request_id.into();
        }
        if let Some(status) = end.status {
            document["http"] = json!({"response": {"status": status}});
        }
        if end.failed {
            let throttled = end.status == Some(429);
            let is_callers = end.status.is_some_and(|status| (400..500).contains(&status));
            document[if is_callers { "error" } else { "fault" }] = true.into();
            if throttled {
                document["throttle"] = true.into();
            }
        }
        document
    }
}

/// The socket of this process, and the daemon's address.
fn daemon() -> Option<(&'static UdpSocket, SocketAddr)> {
    static SOCKET: OnceLock<Option<(UdpSocket, SocketAddr)>> = OnceLock::new();
    let found = SOCKET.get_or_init(|| {
        let address = env::var(DAEMON).ok()?.parse().ok()?;
        Some((socket_to(address).ok()?, address))
    });
    found.as_ref().map(|(socket, address)| (socket, *address))
}

/// A socket that reaches `address`, which in Lambda is not of the loopback: from a socket of the loopback nothing gets there.
fn socket_to(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: IpAddr = if address.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    let socket = UdpSocket::bind((any, 0))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

/// Each hasher of the standard library begins at random.
fn new_id() -> String {
    format!("{:016x}", RandomState::new().build_hasher().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0";

    const END: End<'_> =
        End { service: "DynamoDB", operation: "PutItem", status: Some(200), request_id: Some("r-1"), failed: false };

    fn of(header: &str) -> Option<Segment> {
        Segment::of(&TraceHeader::parse(header)?)
    }

    fn document(end: End<'_>) -> Json {
        let segment = Segment { id: "70de5b6f19ff9a0a".to_owned(), began: UNIX_EPOCH, ..of(HEADER).unwrap() };
        segment.document(end, UNIX_EPOCH + std::time::Duration::from_millis(1_500))
    }

    #[test]
    fn a_call_is_a_part_of_the_invocation_and_has_parts_of_its_own() {
        let expected = json!({
            "name": "DynamoDB",
            "id": "70de5b6f19ff9a0a",
            "trace_id": "1-5759e988-bd862e3fe1be46a994272793",
            "parent_id": "53995c3f42cd8ad8",
            "type": "subsegment",
            "namespace": "aws",
            "start_time": 0.0,
            "end_time": 1.5,
            "aws": {"operation": "PutItem", "request_id": "r-1"},
            "http": {"response": {"status": 200}},
        });
        assert_eq!(document(END), expected);
        let segment = of(HEADER).unwrap();
        let header =
            format!("Root=1-5759e988-bd862e3fe1be46a994272793;Parent={};Sampled=1;Lineage=1:a87bd80c:0", segment.id);
        assert_eq!(segment.header().to_string(), header);
        assert_eq!((segment.id.len(), segment.id == of(HEADER).unwrap().id), (16, false));
    }

    #[test]
    fn whose_fault_it_was_is_told() {
        let marks = |status| {
            let document = document(End { status, failed: true, ..END });
            ["error", "fault", "throttle"].map(|mark| document.get(mark).is_some())
        };
        assert_eq!(marks(Some(400)), [true, false, false]);
        assert_eq!(marks(Some(429)), [true, false, true]);
        assert_eq!(marks(Some(500)), [false, true, false]);
        assert_eq!(marks(None), [false, true, false]);
    }

    #[test]
    fn a_daemon_anywhere_is_reached() {
        let socket = socket_to("169.254.79.129:2000".parse().unwrap()).unwrap();
        assert!(socket.local_addr().unwrap().ip().is_unspecified(), "{socket:?}");
    }

    #[test]
    fn what_is_not_recorded_has_no_parts() {
        assert_eq!(of("Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0"), None);
        assert_eq!(of("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"), None);
    }
}

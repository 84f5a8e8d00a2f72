//! X-Ray's tracing header, and W3C's.

use std::fmt;

/// Which trace something belongs to, as X-Ray writes it: `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=…;Sampled=1`.
///
/// <https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceHeader {
    /// `1-5759e988-bd862e3fe1be46a994272793`.
    root: String,
    pub(super) parent: Option<String>,
    pub(super) sampled: bool,
    /// What else the header says, such as by which functions it came. Lambda ends endless loops by that.
    rest: Vec<String>,
}

impl TraceHeader {
    /// Reads X-Ray's header; `None` when it names no trace.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut header = Self { root: String::new(), parent: None, sampled: false, rest: Vec::new() };
        for field in text.split(';').map(str::trim).filter(|field| !field.is_empty()) {
            match field.split_once('=') {
                Some(("Root", root)) if is_root(root) => root.clone_into(&mut header.root),
                Some(("Parent", parent)) => header.parent = Some(parent.to_owned()),
                Some(("Sampled", sampled)) => header.sampled = sampled == "1",
                Some(("Root", _)) | None => {}
                Some(_) => header.rest.push(field.to_owned()),
            }
        }
        (!header.root.is_empty()).then_some(header)
    }

    /// Reads W3C's `traceparent`: `00-{32 digits}-{16 digits}-{flags}`.
    ///
    /// <https://www.w3.org/TR/trace-context/#traceparent-header>
    #[must_use]
    pub fn parse_traceparent(text: &str) -> Option<Self> {
        let parts: Vec<_> = text.trim().split('-').collect();
        let [version, trace, parent, flags, ..] = parts.as_slice() else { return None };
        let is_hex = |text: &str, length| text.len() == length && text.bytes().all(|it| it.is_ascii_hexdigit());
        if !is_hex(version, 2) || !is_hex(trace, 32) || !is_hex(parent, 16) || trace.bytes().all(|it| it == b'0') {
            return None;
        }
        let sampled = u8::from_str_radix(flags, 16).ok()? & 1 == 1;
        let root = format!("1-{}-{}", &trace[..8], &trace[8..]);
        Some(Self { root, parent: Some((*parent).to_owned()), sampled, rest: Vec::new() })
    }

    /// That of something that belongs to no trace yet, and has an id that is a UUID: the same whenever it comes.
    /// `seconds` is when it began, since the epoch; else the id is all there is of the trace's.
    #[must_use]
    pub fn of_id(id: &str, seconds: Option<i64>) -> Self {
        let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(32).collect();
        let digits = format!("{digits:0>32}").to_lowercase();
        let time = seconds.map_or_else(|| digits[..8].to_owned(), |seconds| format!("{:08x}", seconds & 0xFFFF_FFFF));
        Self { root: format!("1-{time}-{}", &digits[8..]), parent: None, sampled: false, rest: Vec::new() }
    }

    /// The id of the trace.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.root
    }

    /// What this invocation's header is for calls that belong to another trace: where they came from stays.
    #[must_use]
    pub fn in_trace(&self, other: &Self) -> Self {
        if self.root == other.root {
            return self.clone();
        }
        Self { rest: self.rest.clone(), ..other.clone() }
    }

    /// The same for what the part `parent` of the trace causes.
    pub(super) fn below(&self, parent: &str) -> Self {
        Self { parent: Some(parent.to_owned()), ..self.clone() }
    }
}

impl fmt::Display for TraceHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Root={}", self.root)?;
        if let Some(parent) = &self.parent {
            write!(f, ";Parent={parent}")?;
        }
        write!(f, ";Sampled={}", u8::from(self.sampled))?;
        self.rest.iter().try_for_each(|field| write!(f, ";{field}"))
    }
}

/// `1-{8 digits}-{24 digits}`.
fn is_root(text: &str) -> bool {
    let mut parts = text.split('-');
    let mut is_hex =
        |length| parts.next().is_some_and(|part| part.len() == length && part.bytes().all(|it| it.is_ascii_hexdigit()));
    is_hex(1) && is_hex(8) && is_hex(24)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";

    #[test]
    fn what_is_read_is_written_again() {
        let text = format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1;Lineage=1:a87bd80c:0");
        let header = TraceHeader::parse(&text).unwrap();
        assert_eq!((header.id(), header.to_string()), (ROOT, text));
        assert_eq!(TraceHeader::parse(&format!("Root={ROOT}")).unwrap().to_string(), format!("Root={ROOT};Sampled=0"));
        for wrong in ["", "Root=", "Root=1-2-3", "Root=1-5759e988-bd862e3fe1be46a99427279é", "Parent=1"] {
            assert_eq!(TraceHeader::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_traceparent_is_of_the_same_trace() {
        let header = TraceHeader::parse_traceparent("00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01").unwrap();
        assert_eq!(header.to_string(), format!("Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"));
        let none = "0".repeat(32);
        for wrong in ["", "00-1-2-01", "00-5759e988bd862e3fe1be46a99427279é-53995c3f42cd8ad8-01"] {
            assert_eq!(TraceHeader::parse_traceparent(wrong), None, "{wrong}");
        }
        assert_eq!(TraceHeader::parse_traceparent(&format!("00-{none}-53995c3f42cd8ad8-01")), None);
    }

    #[test]
    fn what_is_of_no_trace_gets_one_that_stays() {
        let id = "8F507cfc-1b2c-4697-b07a-ac58fc914c95";
        assert_eq!(TraceHeader::of_id(id, Some(0x5759_e988)).id(), "1-5759e988-1b2c4697b07aac58fc914c95");
        assert_eq!(TraceHeader::of_id(id, None).id(), "1-8f507cfc-1b2c4697b07aac58fc914c95");
        assert!(is_root(TraceHeader::of_id("example", Some(-1)).id()));
    }

    #[test]
    fn where_an_invocation_came_from_goes_with_each_of_its_messages() {
        let invocation = TraceHeader::parse(&format!("Root={ROOT};Sampled=1;Lineage=1:a:0")).unwrap();
        let message = TraceHeader::of_id("8f507cfc-1b2c-4697-b07a-ac58fc914c95", None);
        let header = invocation.in_trace(&message).to_string();
        assert_eq!(header, "Root=1-8f507cfc-1b2c4697b07aac58fc914c95;Sampled=0;Lineage=1:a:0");
        assert_eq!(invocation.in_trace(&invocation), invocation);
    }
}

//! The limits of a stack, and how much of them is used.

use std::fmt;
use std::io;

use serde::Serialize;

use crate::stack::{Source, Stack};
use crate::template::Template;
use assembly::Finding;

/// How much of CloudFormation's limits a template uses.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Budget {
    /// Resources, up to 500.
    pub resources: Part,
    /// Parameters, up to 200, those for the functions' code included.
    pub parameters: Part,
    /// Outputs, up to 200.
    pub outputs: Part,
    /// The size of the template as deployed, up to 1 MB.
    pub bytes: Part,
}

/// The used part of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    /// How much is used.
    pub used: usize,
    /// How much there is.
    pub limit: usize,
}

/// How much of CloudFormation's limits `template` uses.
#[must_use]
pub fn budget(template: &Template) -> Budget {
    let part = |section, limit| Part { used: template.entries(section).map_or(0, serde_json::Map::len), limit };
    Budget {
        resources: part("Resources", 500),
        parameters: part("Parameters", 200),
        outputs: part("Outputs", 200),
        bytes: Part { used: size(template), limit: 1_048_576 },
    }
}

/// `31/500`
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.used, self.limit)
    }
}

/// `resources 31/500, parameters 2/200, outputs 7/200, template bytes 14034/1048576`
impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = self.named().map(|(name, part)| format!("{name} {part}"));
        f.write_str(&parts.join(", "))
    }
}

impl Budget {
    fn named(&self) -> [(&'static str, Part); 4] {
        [
            ("resources", self.resources),
            ("parameters", self.parameters),
            ("outputs", self.outputs),
            ("template bytes", self.bytes),
        ]
    }
}

/// In bytes, for descriptions of templates and outputs.
const LONGEST_DESCRIPTION: usize = 1_024;
/// In characters. <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>
const LONGEST_PARAMETER_DESCRIPTION: usize = 4_000;

pub(super) fn check(stack: &Stack, template: &Template, findings: &mut Vec<Finding>) {
    for (name, part) in budget(template).named() {
        if part.used > part.limit {
            let message = format!(
                "the stack has {} {name}, {} more than the limit of {}",
                part.used,
                part.used - part.limit,
                part.limit
            );
            findings.push(Finding::error("stack-limit", message).help("move a part of it into a stack of its own"));
        }
    }
    let mut description = |what: &str, text: &Option<String>, source: Option<Source>, limit| {
        if let Some(length) = text.as_ref().map(String::len).filter(|length| *length > limit) {
            let message = format!("the description of {what} has {length} bytes, {limit} are allowed");
            let finding = Finding::error("description-length", message).help("shorten it");
            findings.push(Finding { location: source.map(Into::into), ..finding });
        }
    };
    description("the stack", &stack.description, None, LONGEST_DESCRIPTION);
    for (id, declared) in stack.parameters() {
        let what = format!("parameter `{id}`");
        description(&what, &declared.parameter.description, Some(declared.source), LONGEST_PARAMETER_DESCRIPTION);
    }
    for (name, output) in &stack.outputs {
        description(&format!("output `{name}`"), &output.description, Some(output.source), LONGEST_DESCRIPTION);
    }
}

/// The bytes of the template as compact JSON, without making it.
fn size(template: &Template) -> usize {
    struct Counter(usize);
    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // Counting cannot fail, and neither can writing JSON.
    let _ = template.write_compact_json(&mut counter);
    counter.0
}

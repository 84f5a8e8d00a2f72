//! The limits of a stack, and how much of them is used.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use serde::Serialize;

use crate::expression::visit_resource;
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
    for (name, Part { used, limit }) in budget(template).named() {
        let finding = if used > limit {
            let over = used - limit;
            Finding::error("stack-limit", format!("the stack has {used} {name}, {over} more than the limit of {limit}"))
        } else if used * 10 > limit * 9 {
            Finding::warning("stack-limit", format!("the stack has {used} {name}, and {limit} are allowed"))
        } else {
            continue;
        };
        let moved =
            format!("`.moved_from(InStack(\"{}\", \"ID\"))` keeps a resource that goes to another stack", stack.name());
        findings.push(finding.help(format!("{}; {moved}", split(template))));
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

/// How the resources can be parted: those that refer to each other, and to no others, can be a stack of their own.
fn split(template: &Template) -> String {
    const SHOWN: usize = 3;
    let mut groups = groups(template);
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let Some((_, rest)) = groups.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return "its resources all refer to each other: what others can read as a `StackOutput` can be a stack of its own"
            .to_owned();
    };
    let words = |group: &Vec<&str>| match &group[..] {
        [id] => format!("`{id}`"),
        [id, others @ ..] => format!("`{id}` and {} more that it goes with", others.len()),
        [] => String::new(),
    };
    let mut parts: Vec<_> = rest.iter().take(SHOWN).map(words).collect();
    if rest.len() > SHOWN {
        parts.push(format!("{} more", rest.len() - SHOWN));
    }
    format!("what refers to nothing else can be in another stack: {}", parts.join(", "))
}

/// The resources by what they refer to: no two groups have anything to do with each other.
fn groups(template: &Template) -> Vec<Vec<&str>> {
    let ids: Vec<_> = template.section("Resources").map(|(id, _)| id).collect();
    let places: BTreeMap<_, _> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
    let mut parents: Vec<_> = (0..ids.len()).collect();
    let root = |parents: &[usize], mut place: usize| {
        while parents[place] != place {
            place = parents[place];
        }
        place
    };
    for (place, (_, resource)) in template.section("Resources").enumerate() {
        visit_resource(resource, &mut |_, reference| {
            if let Some(other) = reference.id().and_then(|id| places.get(id)) {
                let (one, other) = (root(&parents, place), root(&parents, *other));
                parents[one.max(other)] = one.min(other);
            }
        });
    }
    let mut groups: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (place, id) in ids.into_iter().enumerate() {
        groups.entry(root(&parents, place)).or_default().push(id);
    }
    groups.into_values().collect()
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

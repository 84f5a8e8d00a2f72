//! Which binding makes which call, read from the program: each call through a binding leaves its name in the program and
//! the place it is made at, see `bindings::evidence`.

use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;

use memchr::memmem;
use object::read::RelocationTarget;
use object::{Object as _, ObjectSection as _, ObjectSegment as _};

/// A call through a binding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Call {
    /// The name of the binding's type, such as `bindings::dynamodb::Table<bindings::dynamodb::PutItem>`.
    pub binding: String,
    /// The service, as its SDK is named.
    pub service: String,
    /// The operation, such as `PutItem`.
    pub operation: String,
}

/// A place in the source that a program knows of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// The file, relative to the workspace.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// What the names of calls start with.
const MARKER: &str = "bindings::evidence::Call<";

/// What the name of a binding ends with that does not say what goes through it. As it is written, it is without this.
const UNTYPED: &str = ", bindings::message::Untyped>";

/// No name of a type that is worth reading is longer.
const LONGEST: usize = 4096;

/// The calls whose names are in `data`.
pub(super) fn calls(data: &[u8], calls: &mut BTreeSet<Call>) {
    for start in memmem::find_iter(data, MARKER) {
        let rest = &data[start + MARKER.len()..];
        let rest = &rest[..rest.len().min(LONGEST)];
        calls.extend(call(rest));
    }
}

/// The call whose name goes on with `rest`: two types, up to the bracket that closes the list of them.
fn call(rest: &[u8]) -> Option<Call> {
    let mut depth = 0_usize;
    let mut comma = None;
    for (index, byte) in rest.iter().enumerate() {
        match byte {
            b'<' | b'(' | b'[' => depth += 1,
            b'>' if depth == 0 => {
                let text = |range: &[u8]| std::str::from_utf8(range).ok().map(str::trim).map(str::to_owned);
                let binding = text(&rest[..comma?])?.replace(UNTYPED, ">");
                let operation = text(&rest[comma? + 1..index])?;
                let mut path = operation.rsplit("::");
                let (name, service) = (path.next()?.to_owned(), path.next()?.to_owned());
                return Some(Call { binding, service, operation: name });
            }
            b'>' | b')' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => comma = Some(index),
            _ => {}
        }
    }
    None
}

/// The places in files below one of `folders` that `program` knows of: those of calls through bindings, and of panics.
///
/// They are structures in its data: the address and length of the file's name, line, and column. The addresses are in
/// relocations, since a program may be loaded anywhere.
pub(super) fn sites(program: &object::File<'_>, folders: &[&str]) -> BTreeSet<Site> {
    let memory = Memory::of(program);
    let site = |address: u64, name: u64| -> Option<Site> {
        let fields = memory.read(address.checked_add(8)?, 16)?;
        let (length, rest) = fields.split_first_chunk::<8>()?;
        let (line, rest) = rest.split_first_chunk::<4>()?;
        let (column, _) = rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok().filter(|length| *length <= LONGEST)?;
        let file = std::str::from_utf8(memory.read(name, length)?).ok()?;
        let file = file.trim_end_matches('\0');
        let (line, column) = (u32::from_le_bytes(*line), u32::from_le_bytes(*column));
        let is_source = || folders.iter().any(|folder| file.starts_with(folder));
        (is_rust(file) && line > 0 && column > 0 && is_source()).then(|| Site { file: file.to_owned(), line, column })
    };
    let relocations = program.dynamic_relocations().into_iter().flatten();
    relocations
        .filter(|(_, relocation)| relocation.target() == RelocationTarget::Absolute)
        .filter_map(|(address, relocation)| site(address, u64::try_from(relocation.addend()).ok()?))
        .collect()
}

/// Whether a file is one of Rust, by its name.
pub(super) fn is_rust(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "rs")
}

/// The program's data by the addresses at which it is loaded.
struct Memory<'a>(Vec<(u64, &'a [u8])>);

impl<'a> Memory<'a> {
    fn of(program: &object::File<'a>) -> Self {
        let segments = program.segments().filter_map(|segment| Some((segment.address(), segment.data().ok()?)));
        let mut segments: Vec<_> = segments.collect();
        if segments.is_empty() {
            segments = program.sections().filter_map(|it| Some((it.address(), it.data().ok()?))).collect();
        }
        Self(segments)
    }

    fn read(&self, address: u64, length: usize) -> Option<&'a [u8]> {
        self.0.iter().find_map(|(start, data)| {
            let from = usize::try_from(address.checked_sub(*start)?).ok()?;
            data.get(from..from.checked_add(length)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(data: &str, expected: &[(&str, &str, &str)]) {
        let mut found = BTreeSet::new();
        calls(data.as_bytes(), &mut found);
        let found: Vec<_> =
            found.iter().map(|it| (it.binding.as_str(), it.service.as_str(), it.operation.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_call_is_read_up_to_the_bracket_that_closes_its_name() {
        check(
            "xbindings::evidence::Call<b::Table<b::dynamodb::PutItem>, b::dynamodb::PutItem>description()",
            &[("b::Table<b::dynamodb::PutItem>", "dynamodb", "PutItem")],
        );
        check(
            "bindings::evidence::Call<b::Queue<b::sqs::SendMessage, bindings::message::Untyped>, b::sqs::SendMessage>",
            &[("b::Queue<b::sqs::SendMessage>", "sqs", "SendMessage")],
        );
        check(
            "bindings::evidence::Call<b::Queue<b::sqs::SendMessage, o::Order>, b::sqs::Send>",
            &[("b::Queue<b::sqs::SendMessage, o::Order>", "sqs", "Send")],
        );
        check(
            "bindings::evidence::Call<b::Table<(b::dynamodb::GetItem, b::dynamodb::PutItem)>, b::dynamodb::GetItem>",
            &[("b::Table<(b::dynamodb::GetItem, b::dynamodb::PutItem)>", "dynamodb", "GetItem")],
        );
    }

    #[test]
    fn what_is_cut_off_or_no_call_is_passed_over() {
        check("bindings::evidence::Call<b::Table<b::dynamodb::PutItem>, b::dyn", &[]);
        check("bindings::evidence::Call<>bindings::evidence::Call<)>", &[]);
    }
}

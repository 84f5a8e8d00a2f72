//! Templates in YAML, as CloudFormation reads it: version 1.1 of the language, in which `no` is false and a zero before a
//! number means the base of eight.
//!
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html>

use std::collections::{BTreeMap, BTreeSet};

use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Number, Value as Json};

use super::written::{Mark, NoteKind, Read, below};
use super::yaml::ParseError;

/// Values may be nested so deep, as in JSON.
const DEEPEST: usize = 128;

/// As many brackets may be open before a text is refused unread: those of scripts in a template count, too.
const MOST_OPEN: usize = 4 * DEEPEST;

/// As many values may aliases stand for.
const MOST_COPIED: usize = 100_000;

/// Refuses a text whose brackets are nested too deep, in time that is linear in its size.
pub(super) fn require_shallow(text: &str) -> Result<(), ParseError> {
    let mut open = 0_usize;
    let mut mark = Mark { line: 1, column: 0 };
    for char in text.chars() {
        mark.column += 1;
        match char {
            '\n' => mark = Mark { line: mark.line + 1, column: 0 },
            '[' | '{' => open += 1,
            ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        if open > MOST_OPEN {
            return Err(ParseError::TooDeep { most: DEEPEST, mark });
        }
    }
    Ok(())
}

/// Lines within quotes and brackets may be indented less than what is around them: CloudFormation reads that, and the
/// parser does not. They are indented by so much, which means nothing there.
const INDENTED: &str = "                                                                ";

/// So many quotes and lines may be indented.
const MOST_INDENTED: usize = 200;

/// Reads a text that is YAML.
pub(super) fn yaml(text: &str) -> Result<Read, ParseError> {
    let mut indented = BTreeSet::new();
    let first = match strictly(text, &indented) {
        Err(ParseError::Syntax { reason, mark }) => ParseError::Syntax { reason, mark },
        read => return read,
    };
    let lines: Vec<_> = text.lines().collect();
    let mut found = within(&lines, &first);
    for _ in 0..MOST_INDENTED {
        let before = indented.len();
        indented.extend(found);
        if indented.len() == before {
            break;
        }
        let padded = lines.iter().enumerate().map(|(index, line)| {
            let padding = if indented.contains(&(index + 1)) { INDENTED } else { "" };
            format!("{padding}{line}\n")
        });
        match strictly(&padded.collect::<String>(), &indented) {
            Err(error) => found = within(&lines, &error),
            read => return read,
        }
    }
    Err(first)
}

/// The lines within quotes or brackets that are indented too little.
fn within(lines: &[&str], error: &ParseError) -> BTreeSet<usize> {
    let ParseError::Syntax { reason, mark } = error else { return BTreeSet::new() };
    if !reason.starts_with("invalid indentation") {
        return BTreeSet::new();
    }
    let Some(line) = lines.get(mark.line - 1) else { return BTreeSet::new() };
    if !reason.contains("quoted") {
        let is_within = line.trim_start().starts_with(['[', ']', '{', '}', '"', '\'']);
        return BTreeSet::from_iter(is_within.then_some(mark.line));
    }
    let mut chars = line.chars();
    let Some(quote) = chars.nth(mark.column - 1).filter(|it| matches!(it, '"' | '\'')) else { return BTreeSet::new() };
    let rest = std::iter::once(chars.as_str()).chain(lines.iter().skip(mark.line).copied());
    let mut is_escaped = false;
    let mut is_open = |line: &str| {
        let mut is_open = true;
        for char in line.chars() {
            let is_end = char == quote && !is_escaped;
            is_escaped = quote == '"' && char == '\\' && !is_escaped;
            if is_end {
                is_open = !is_open;
            }
        }
        is_escaped = false;
        is_open
    };
    let count = rest.take_while(|line| is_open(line)).count();
    (mark.line + 1..=mark.line + count).collect()
}

fn strictly(text: &str, indented: &BTreeSet<usize>) -> Result<Read, ParseError> {
    let place = |line: usize, column: usize| {
        let padding = if indented.contains(&line) { INDENTED.len() } else { 0 };
        Mark { line, column: column.saturating_sub(padding) + 1 }
    };
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| ParseError::Syntax {
            reason: error.info().to_owned(),
            mark: place(error.marker().line(), error.marker().col()),
        })?;
        match event {
            Event::DocumentEnd => break,
            event => builder.take(event, place(span.start.line(), span.start.col()))?,
        }
    }
    Ok(builder.read)
}

#[derive(Default)]
struct Builder {
    read: Read,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, Json>,
    copied: usize,
}

/// A list or mapping that is not closed yet.
struct Frame {
    content: Content,
    /// The way to its items.
    pointer: String,
    /// The intrinsic function that its tag is.
    function: Option<String>,
    anchor: usize,
}

enum Content {
    List(Vec<Json>),
    Mapping { members: Map<String, Json>, merged: Vec<Json>, key: Option<(String, Mark)> },
}

impl Builder {
    fn take(&mut self, event: Event<'_>, mark: Mark) -> Result<(), ParseError> {
        match event {
            Event::SequenceStart(anchor, tag) => self.start(Content::List(Vec::new()), anchor, tag.as_deref(), mark),
            Event::MappingStart(anchor, tag) => {
                let mapping = Content::Mapping { members: Map::new(), merged: Vec::new(), key: None };
                self.start(mapping, anchor, tag.as_deref(), mark)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.end();
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.scalar(&text, style, anchor, tag.as_deref(), mark);
                Ok(())
            }
            Event::Alias(anchor) => {
                let pointer = self.next_pointer();
                self.read.note(mark, &pointer, NoteKind::Alias);
                let json = self.anchors.get(&anchor).cloned().unwrap_or_default();
                self.copied += size(&json);
                if self.copied > MOST_COPIED {
                    let reason = format!("its aliases stand for more than {MOST_COPIED} values");
                    return Err(ParseError::Syntax { reason, mark });
                }
                self.finish(json, &pointer);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The way to the value that comes next.
    fn next_pointer(&self) -> String {
        match self.frames.last() {
            None => String::new(),
            Some(Frame { content: Content::List(items), pointer, .. }) => format!("{pointer}/{}", items.len()),
            Some(Frame { content: Content::Mapping { key, .. }, pointer, .. }) => {
                key.as_ref().map_or_else(|| pointer.clone(), |(name, _)| below(pointer, name))
            }
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { content: Content::Mapping { key: None, .. }, .. }))
    }

    fn start(&mut self, content: Content, anchor: usize, tag: Option<&Tag>, mark: Mark) -> Result<(), ParseError> {
        if self.frames.len() >= DEEPEST {
            return Err(ParseError::TooDeep { most: DEEPEST, mark });
        }
        if self.awaits_key() {
            return Err(ParseError::Syntax { reason: "a name is a list or a mapping".to_owned(), mark });
        }
        let mut pointer = self.next_pointer();
        self.read.marks.insert(pointer.clone(), mark);
        let function = tag.and_then(function);
        if let Some(function) = &function {
            pointer = below(&pointer, function);
            self.read.marks.insert(pointer.clone(), mark);
        }
        self.frames.push(Frame { content, pointer, function, anchor });
        Ok(())
    }

    fn end(&mut self) {
        let Some(Frame { content, function, anchor, .. }) = self.frames.pop() else { return };
        let json = match content {
            Content::List(items) => Json::Array(items),
            Content::Mapping { mut members, merged, .. } => {
                // What the mapping itself has counts before what is merged, and what is merged first before the rest.
                for (name, value) in merged
                    .into_iter()
                    .filter_map(|it| if let Json::Object(it) = it { Some(it) } else { None })
                    .flatten()
                {
                    members.entry(name).or_insert(value);
                }
                Json::Object(members)
            }
        };
        let json = match function {
            Some(function) => long_form(function, json),
            None => json,
        };
        if anchor != 0 {
            self.anchors.insert(anchor, json.clone());
        }
        let pointer = self.next_pointer();
        self.finish(json, &pointer);
    }

    fn scalar(&mut self, text: &str, style: ScalarStyle, anchor: usize, tag: Option<&Tag>, mark: Mark) {
        if self.awaits_key() {
            if let Some(Frame { content: Content::Mapping { key, .. }, .. }) = self.frames.last_mut() {
                *key = Some((text.to_owned(), mark));
            }
            return;
        }
        let pointer = self.next_pointer();
        self.read.marks.insert(pointer.clone(), mark);
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        let json = match tag.and_then(function) {
            Some(function) => long_form(function, text.into()),
            None if is_plain => self.plain(text, &pointer, mark),
            None => text.into(),
        };
        if anchor != 0 {
            self.anchors.insert(anchor, json.clone());
        }
        self.finish(json, &pointer);
    }

    /// What a text without quotes is.
    ///
    /// <https://yaml.org/type/>
    fn plain(&mut self, text: &str, pointer: &str, mark: Mark) -> Json {
        match text {
            "" | "~" | "null" | "Null" | "NULL" => return Json::Null,
            "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return true.into(),
            "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => return false.into(),
            _ => {}
        }
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let is_number = |of: &str| !digits.is_empty() && digits.chars().all(|it| it == '_' || of.contains(it));
        if digits.len() > 1 && digits.starts_with('0') && is_number("01234567") {
            let Ok(read) = u64::from_str_radix(&digits.replace('_', ""), 8) else { return text.into() };
            self.read.note(mark, pointer, NoteKind::Octal(text.to_owned(), read));
            return read.into();
        }
        if digits.starts_with(|it: char| it.is_ascii_digit())
            && is_number("0123456789")
            && (digits == "0" || !digits.starts_with('0'))
        {
            // One that is too big for a number is the text that it is.
            return text.replace(['_', '+'], "").parse::<i64>().map_or_else(|_| text.into(), Json::from);
        }
        if let Some(hexadecimal) = digits.strip_prefix("0x") {
            return u64::from_str_radix(&hexadecimal.replace('_', ""), 16).map_or_else(|_| text.into(), Json::from);
        }
        let is_real = digits.contains('.') && digits.starts_with(|it: char| it.is_ascii_digit() || it == '.');
        let real = text.parse::<f64>().ok().filter(|_| is_real).and_then(Number::from_f64);
        real.map_or_else(|| text.into(), Json::Number)
    }

    /// Puts a value where it belongs.
    fn finish(&mut self, json: Json, pointer: &str) {
        match self.frames.last_mut().map(|frame| &mut frame.content) {
            None => self.read.json = json,
            Some(Content::List(items)) => items.push(json),
            Some(Content::Mapping { members, merged, key }) => {
                let Some((name, mark)) = key.take() else { return };
                if name == "<<" {
                    match json {
                        Json::Array(items) => merged.extend(items),
                        one => merged.push(one),
                    }
                    self.read.note(mark, pointer, NoteKind::MergeKey);
                } else {
                    self.read.insert(members, (name, mark), pointer, json);
                }
            }
        }
    }
}

/// How many values there are in one.
fn size(json: &Json) -> usize {
    match json {
        Json::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Json::Object(members) => 1 + members.values().map(size).sum::<usize>(),
        _ => 1,
    }
}

/// The intrinsic function that a short tag is.
fn function(tag: &Tag) -> Option<String> {
    let name = (tag.handle == "!").then_some(tag.suffix.as_str()).filter(|name| !name.is_empty())?;
    Some(if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") })
}

fn long_form(function: String, argument: Json) -> Json {
    let argument = match argument {
        Json::String(path) if function == "Fn::GetAtt" => match path.split_once('.') {
            Some((id, attribute)) => vec![id, attribute].into(),
            None => Json::String(path),
        },
        argument => argument,
    };
    Json::Object(Map::from_iter([(function, argument)]))
}

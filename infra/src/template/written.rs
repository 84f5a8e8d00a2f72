//! A template as somebody wrote it: with the lines of its values, and with what CloudFormation reads otherwise than it
//! looks.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::origin::Origins;
use super::yaml::ParseError;
use super::{Template, json, read};
use crate::iam::Unread;

/// A template with what is known of its text.
#[derive(Debug, Default)]
pub struct Written {
    /// The template as CloudFormation reads it.
    pub template: Template,
    /// What CloudFormation reads otherwise than it looks, in the order of the text.
    pub notes: Vec<Note>,
    /// What of the text the template does not say, since it is not known what becomes of it.
    pub unread: Vec<Unread>,
    origins: Origins,
    marks: BTreeMap<String, Mark>,
}

/// Where something is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// What it is said of: the logical id of the resource in the text, or what the resource is called there.
    pub resource: String,
    /// The way to it, as a JSON pointer: from the resource in a template, else from the top of the text.
    pub pointer: String,
    /// The way to it from the top of the text, as a JSON pointer.
    pub way: String,
    /// The line and column.
    pub mark: Option<Mark>,
    /// Whether it is not written there, but made of what is, by a macro of AWS.
    pub is_made: bool,
}

/// A place in a text: a line and a column, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// Something that CloudFormation reads otherwise than it looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Where it is.
    pub mark: Mark,
    /// The way to it, as a JSON pointer.
    pub pointer: String,
    /// What it is.
    pub kind: NoteKind,
}

/// What CloudFormation reads otherwise than it looks, or not at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteKind {
    /// A name that an object has twice: the last one counts.
    Twice(String),
    /// A number to the base of eight, as it is written and as it is read.
    Octal(String, u64),
    /// An alias (`*name`), which CloudFormation does not read.
    Alias,
    /// A merge key (`<<`), which CloudFormation does not read.
    MergeKey,
    /// A byte order mark before the text.
    ByteOrderMark,
}

impl Written {
    /// Reads a template written as JSON or as YAML, with long or short intrinsic functions, as it is written: without what
    /// macros make of it.
    ///
    /// ```
    /// use infra::template::{Mark, Written};
    ///
    /// let written = Written::parse("Resources:\n  Queue: {Type: AWS::SQS::Queue}\n").unwrap();
    /// assert_eq!(written.mark("/Resources/Queue/Type"), Some(Mark { line: 2, column: 17 }));
    /// ```
    ///
    /// # Errors
    /// When the text is neither, its top level is not a mapping, or its values are nested too deep.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let (text, has_mark) = text.strip_prefix('\u{feff}').map_or((text, false), |text| (text, true));
        read::require_shallow(text)?;
        let mut read = match json::read(text)? {
            Some(read) => read,
            None => read::yaml(text)?,
        };
        if has_mark {
            let mark = Mark { line: 1, column: 1 };
            read.notes.insert(0, Note { mark, pointer: String::new(), kind: NoteKind::ByteOrderMark });
        }
        let Json::Object(template) = read.json else { return Err(ParseError::NotAMapping) };
        Ok(Self { template: Template::from_json(template), notes: read.notes, marks: read.marks, ..Self::default() })
    }

    /// Reads JSON, in one page or in several after each other, of which `translate` makes a template.
    ///
    /// # Errors
    /// When the text is no JSON.
    pub fn translated(text: &str, translate: impl Fn(&Json) -> Translation) -> Result<Self, ParseError> {
        let Read { json, notes, marks } = json::pages(text)?;
        Ok(Self { notes, marks, ..Self::default() }.with(translate(&json)))
    }

    /// The same text, of which the template is what `translation` says.
    #[must_use]
    pub fn with(self, translation: Translation) -> Self {
        let Translation { template, origins, unread } = translation;
        Self { template: Template::from_json(template), origins, unread, ..self }
    }

    /// Where the part of the template is written that `pointer` leads to from the resource; of no resource, from the top.
    #[must_use]
    pub fn spot(&self, resource: &str, pointer: &str) -> Spot {
        let top = if resource.is_empty() { String::new() } else { below("/Resources", resource) };
        let at = format!("{top}{pointer}");
        let Some((origin, is_made)) = self.origins.origin(&at) else {
            let mark = self.mark(&at);
            return Spot { resource: resource.to_owned(), pointer: pointer.to_owned(), way: at, mark, is_made: false };
        };
        let mark = self.mark(&origin);
        match origin.strip_prefix("/Resources/") {
            Some(rest) => {
                let end = rest.find('/').unwrap_or(rest.len());
                Spot { resource: rest[..end].to_owned(), pointer: rest[end..].to_owned(), way: origin, mark, is_made }
            }
            None => Spot { resource: resource.to_owned(), pointer: origin.clone(), way: origin, mark, is_made },
        }
    }

    /// Where the value is that the JSON pointer leads to, or the nearest that holds it.
    #[must_use]
    pub fn mark(&self, pointer: &str) -> Option<Mark> {
        let mut pointer = pointer;
        loop {
            if let Some(mark) = self.marks.get(pointer) {
                return Some(*mark);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}

/// A template that was made of another text.
#[derive(Debug, Default)]
pub struct Translation {
    /// The template.
    pub template: Map<String, Json>,
    /// From where in the text its parts are.
    pub origins: Origins,
    /// What is not in it, since it is not known what becomes of it.
    pub unread: Vec<Unread>,
}

/// What was read of a text.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) json: Json,
    pub(super) notes: Vec<Note>,
    pub(super) marks: BTreeMap<String, Mark>,
}

impl Read {
    pub(super) fn note(&mut self, mark: Mark, pointer: &str, kind: NoteKind) {
        self.notes.push(Note { mark, pointer: pointer.to_owned(), kind });
    }

    /// Puts a member into an object, in which the last one of a name counts.
    pub(super) fn insert(
        &mut self,
        members: &mut Map<String, Json>,
        (name, mark): (String, Mark),
        pointer: &str,
        value: Json,
    ) {
        if members.contains_key(&name) {
            self.note(mark, pointer, NoteKind::Twice(name.clone()));
        }
        members.insert(name, value);
    }
}

/// The JSON pointer to a member or an item of what is at `pointer`.
#[must_use]
pub fn below(pointer: &str, step: &str) -> String {
    if step.contains(['~', '/']) {
        format!("{pointer}/{}", step.replace('~', "~0").replace('/', "~1"))
    } else {
        format!("{pointer}/{step}")
    }
}

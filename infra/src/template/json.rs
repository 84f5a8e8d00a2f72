//! Templates in JSON, with the places of their values.

use serde_json::{Map, Value as Json};

use super::written::{Mark, NoteKind, Read, below};
use super::yaml::ParseError;

/// Reads a text that is JSON; nothing when it is not, so that it may be YAML.
pub(super) fn read(text: &str) -> Result<Option<Read>, ParseError> {
    match serde_json::from_str::<Json>(text) {
        Ok(json) => {
            let mut walk =
                Walk { rest: text, mark: Mark { line: 1, column: 1 }, read: Read { json, ..Read::default() } };
            walk.value("");
            Ok(Some(walk.read))
        }
        Err(error) if text.trim_start().starts_with('{') => {
            let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
            let rest: String = line.chars().skip(error.column().saturating_sub(1)).collect();
            if rest.starts_with("//") || rest.starts_with("/*") {
                let mark = Mark { line: error.line(), column: error.column() };
                return Err(ParseError::Syntax { reason: "JSON has no comments".to_owned(), mark });
            }
            Ok(None)
        }
        Err(_) => Ok(None),
    }
}

/// Reads a text that is JSON, or several JSON texts after each other: then it is the list of them.
pub(super) fn pages(text: &str) -> Result<Read, ParseError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut walk = Walk { rest: text, mark: Mark { line: 1, column: 1 }, read: Read::default() };
    let mut pages = Vec::new();
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Json>();
    for page in &mut values {
        let page = page.map_err(|error| ParseError::Syntax {
            reason: "it is no JSON".to_owned(),
            mark: Mark { line: error.line(), column: error.column() },
        })?;
        walk.value(&format!("/{}", pages.len()));
        pages.push(page);
    }
    walk.read.json = Json::Array(pages);
    Ok(walk.read)
}

/// Goes through a text that is known to be JSON.
struct Walk<'a> {
    rest: &'a str,
    mark: Mark,
    read: Read,
}

impl Walk<'_> {
    fn value(&mut self, pointer: &str) {
        self.space();
        self.read.marks.insert(pointer.to_owned(), self.mark);
        match self.rest.chars().next() {
            Some('{') => {
                self.skip();
                let mut names = Map::new();
                while self.goes_on('}') {
                    let mark = self.mark;
                    let name = self.text();
                    let pointer = below(pointer, &name);
                    if names.insert(name.clone(), Json::Null).is_some() {
                        self.read.note(mark, &pointer, NoteKind::Twice(name));
                    }
                    self.space();
                    self.skip();
                    self.value(&pointer);
                }
            }
            Some('[') => {
                self.skip();
                let mut index = 0;
                while self.goes_on(']') {
                    self.value(&format!("{pointer}/{index}"));
                    index += 1;
                }
            }
            Some('"') => drop(self.text()),
            _ => {
                while self.rest.starts_with(|char: char| char.is_ascii_alphanumeric() || "+-.".contains(char)) {
                    self.skip();
                }
            }
        }
    }

    /// Whether another item follows; the end of the list is passed.
    fn goes_on(&mut self, end: char) -> bool {
        self.space();
        if self.rest.starts_with(',') {
            self.skip();
            self.space();
        }
        if self.rest.is_empty() || self.rest.starts_with(end) {
            self.skip();
            return false;
        }
        true
    }

    fn text(&mut self) -> String {
        let start = self.rest;
        self.skip();
        while !self.rest.is_empty() && !self.rest.starts_with('"') {
            if self.rest.starts_with('\\') {
                self.skip();
            }
            self.skip();
        }
        self.skip();
        serde_json::from_str(&start[..start.len() - self.rest.len()]).unwrap_or_default()
    }

    fn space(&mut self) {
        while self.rest.starts_with([' ', '\t', '\r', '\n']) {
            self.skip();
        }
    }

    fn skip(&mut self) {
        let mut chars = self.rest.chars();
        match chars.next() {
            Some('\n') => self.mark = Mark { line: self.mark.line + 1, column: 1 },
            Some(_) => self.mark.column += 1,
            None => {}
        }
        self.rest = chars.as_str();
    }
}

//! What a command line gives as text, as a file, or on standard input.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::Value as Json;

use crate::failure::Failure;

/// Bytes, and where they are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The file that they are from, when they are from one.
    pub file: Option<PathBuf>,
    /// Where they are from, as it is said.
    origin: String,
}

impl Content {
    /// What `argument` stands for: `-` for standard input, a file that exists for what is in it, anything else for itself.
    pub fn of(argument: &str) -> anyhow::Result<Self> {
        if argument == "-" {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes).context("standard input cannot be read")?;
            return Ok(Self { bytes, file: None, origin: "standard input".to_owned() });
        }
        let path = Path::new(argument);
        if path.is_file() {
            let bytes = fs::read(path).with_context(|| format!("`{argument}` cannot be read"))?;
            return Ok(Self { bytes, file: Some(path.to_owned()), origin: format!("`{argument}`") });
        }
        Ok(Self { bytes: argument.as_bytes().to_vec(), file: None, origin: "the command line".to_owned() })
    }

    /// What was given as it is, whatever it looks like.
    #[must_use]
    pub fn given(bytes: Vec<u8>) -> Self {
        Self { bytes, file: None, origin: "what was given".to_owned() }
    }

    /// As text.
    pub fn into_text(self) -> anyhow::Result<String> {
        let origin = self.origin;
        String::from_utf8(self.bytes).map_err(|_| {
            let message = format!("{origin} holds bytes that are no text in UTF-8");
            Failure::new(message).help("only a bucket takes any bytes").into()
        })
    }

    /// As JSON.
    pub fn as_json(&self) -> anyhow::Result<Json> {
        serde_json::from_slice(&self.bytes).map_err(|error| {
            // Its own text ends with the place.
            let reason = error.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            let (line, column) = (error.line(), error.column());
            let failure = Failure::new(format!("no JSON in {}: {reason} in line {line}, column {column}", self.origin));
            if self.looks_like_a_file() {
                let name = String::from_utf8_lossy(&self.bytes).into_owned();
                return failure.help(format!("there is no file `{name}`")).into();
            }
            failure.into()
        })
    }

    fn looks_like_a_file(&self) -> bool {
        let starts_as_json = self.bytes.first().is_some_and(|first| b"{[\"".contains(first));
        self.file.is_none() && self.origin == "the command line" && !starts_as_json && !self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        let error = |text: &str| Content::of(text).unwrap().as_json().unwrap_err().to_string();
        assert_eq!(error("{\n  \"a\": x}"), "no JSON in the command line: expected value in line 2, column 8");
        let missing = error("event.json");
        assert!(missing.ends_with("help: there is no file `event.json`"), "{missing}");
    }

    #[test]
    fn a_file_that_exists_stands_for_what_is_in_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("event.json");
        fs::write(&file, "{\"a\": 1}").unwrap();
        let content = Content::of(file.to_str().unwrap()).unwrap();
        assert_eq!(content.as_json().unwrap(), serde_json::json!({"a": 1}));
        assert_eq!(content.file.as_deref(), Some(file.as_path()));
        assert_eq!(Content::of("plain").unwrap().into_text().unwrap(), "plain");
    }
}

//! Policies as they are in a template, read as far as they are known.

use std::collections::BTreeMap;

use policies::audit::{Kind, Policy};
use policies::{parse, unknown};
use serde_json::{Map, Value as Json};

use crate::variant::{Part, Reader, Stop};

/// A part of a policy, or a policy, that nobody knows before the template is deployed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The logical id of the resource that has it.
    pub resource: String,
    /// The way from the resource to it, as a JSON pointer.
    pub pointer: String,
    /// What is not known, in words that follow "it is not audited:".
    pub what: String,
}

/// A policy that was read.
pub(super) struct Document {
    /// The policy; nothing when nothing of it is known.
    pub(super) policy: Option<Policy>,
    /// From where its parts are that are elsewhere in the resource than in the policy.
    pub(super) moved: BTreeMap<String, String>,
    /// What is left out of it: the way from the resource, and what it is.
    pub(super) unread: Vec<(String, String)>,
}

/// The elements of a statement that are texts or lists of texts.
const TEXTS: [&str; 6] = ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource"];
const PRINCIPALS: [&str; 2] = ["Principal", "NotPrincipal"];

/// Reads the policy that a part of a template is.
pub(super) fn read(reader: &Reader<'_>, kind: Kind, part: &Part<'_>) -> Result<Document, Stop> {
    let (json, moved) = reader.whole(part)?;
    let mut document = Document { policy: None, moved, unread: Vec::new() };
    let mut json = match json {
        Json::String(text) if unknown::is_all(&text) => {
            document.leave_out(&part.pointer, "", "the policy", &text);
            return Ok(document);
        }
        // Some properties are texts with the JSON of a policy.
        Json::String(text) => {
            let Ok(json) = parse::json(&text) else {
                document.policy = Some(Policy::read(kind, &text));
                return Ok(document);
            };
            json
        }
        other => other,
    };
    if let Some(policy) = json.as_object_mut() {
        document.settle(reader, &part.pointer, policy)?;
        if policy.is_empty() && !document.unread.is_empty() {
            return Ok(document);
        }
    }
    // The language before 2012 has no variables: what looks like one is text.
    if json.get("Version").and_then(Json::as_str) != Some("2012-10-17") {
        escape(&mut json);
    }
    document.policy = Some(Policy::of(kind, json));
    Ok(document)
}

/// The place in the resource of what is at `pointer` of a policy that is at `base`.
pub(super) fn source(moved: &BTreeMap<String, String>, base: &str, pointer: &str) -> String {
    let is_above = |at: &str| pointer.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let nearest = moved.iter().filter(|(at, _)| is_above(at)).max_by_key(|(at, _)| at.len());
    match nearest {
        Some((at, from)) => format!("{from}{}", &pointer[at.len()..]),
        None => format!("{base}{pointer}"),
    }
}

impl Document {
    fn leave_out(&mut self, base: &str, pointer: &str, what: &str, text: &str) {
        let at = source(&self.moved, base, pointer);
        self.unread
            .push((at, format!("{what} is `{}`, which is not known before it is deployed", unknown::named(text))));
    }

    /// Decides what must be known of a policy, and leaves out what is not: an unknown statement says nothing.
    fn settle(&mut self, reader: &Reader<'_>, base: &str, policy: &mut Map<String, Json>) -> Result<(), Stop> {
        self.settle_functions(base, "", "a part of the policy", policy);
        for name in ["Version", "Id"] {
            policy.get_mut(name).into_iter().for_each(to_text);
        }
        if policy.get("Version").and_then(Json::as_str).is_some_and(unknown::is_in) {
            policy.insert("Version".to_owned(), "2012-10-17".into());
        }
        match policy.get_mut("Statement") {
            Some(Json::String(text)) if unknown::is_all(text) => {
                let text = std::mem::take(text);
                self.leave_out(base, "/Statement", "what it allows", &text);
                policy.clear();
            }
            Some(Json::Array(statements)) => {
                let written = std::mem::take(statements);
                let count = written.len();
                let mut kept = Vec::new();
                for (index, mut statement) in written.into_iter().enumerate() {
                    if self.settle_statement(reader, base, &format!("/Statement/{index}"), &mut statement)? {
                        statements.push(statement);
                        kept.push(index);
                    }
                }
                if kept.is_empty() && count > 0 {
                    policy.clear();
                } else if kept.len() < count {
                    self.close_up(base, &kept);
                }
            }
            Some(statement) => {
                let is_known = self.settle_statement(reader, base, "/Statement", statement)?;
                if !is_known {
                    policy.clear();
                }
            }
            None => {}
        }
        Ok(())
    }

    /// Takes the places of the statements that were kept for those they have now.
    fn close_up(&mut self, base: &str, kept: &[usize]) {
        let before = std::mem::take(&mut self.moved);
        for (now, then) in kept.iter().enumerate() {
            let (now, then) = (format!("/Statement/{now}"), format!("/Statement/{then}"));
            self.moved.insert(now.clone(), source(&before, base, &then));
            for (at, from) in &before {
                if let Some(rest) = at.strip_prefix(&then).filter(|rest| rest.starts_with('/')) {
                    self.moved.insert(format!("{now}{rest}"), from.clone());
                }
            }
        }
        self.moved.extend(before.into_iter().filter(|(at, _)| !at.starts_with("/Statement/")));
    }

    /// Whether what the statement says is known.
    fn settle_statement(
        &mut self,
        reader: &Reader<'_>,
        base: &str,
        at: &str,
        statement: &mut Json,
    ) -> Result<bool, Stop> {
        let members = match statement {
            Json::String(text) if unknown::is_all(text) => {
                let text = std::mem::take(text);
                self.leave_out(base, at, "a statement", &text);
                return Ok(false);
            }
            Json::Object(members) => members,
            _ => return Ok(true),
        };
        if self.settle_functions(base, at, "a part of a statement", members) {
            return Ok(false);
        }
        for name in TEXTS {
            members.get_mut(name).into_iter().for_each(to_texts);
        }
        if let Some(Json::String(effect)) =
            members.get_mut("Effect").filter(|it| it.as_str().is_some_and(unknown::is_in))
        {
            let either = ["Allow".to_owned(), "Deny".to_owned()];
            if let Some(chosen) = reader.decide(effect, &either, false)? {
                *effect = chosen;
            }
        }
        for name in PRINCIPALS {
            match members.get_mut(name) {
                Some(Json::String(text)) if unknown::is_in(text) => {
                    let text = std::mem::take(text);
                    self.leave_out(base, &format!("{at}/{name}"), "a principal", &text);
                    return Ok(false);
                }
                Some(Json::Object(kinds)) => {
                    if self.settle_functions(base, &format!("{at}/{name}"), "a principal", kinds) {
                        return Ok(false);
                    }
                    kinds.values_mut().for_each(to_texts);
                }
                _ => {}
            }
        }
        let is_known = |json: &Json| !json.as_str().is_some_and(unknown::is_in);
        if let Some(condition) = members.get("Condition") {
            let at = format!("{at}/Condition");
            let operators = condition.as_object().into_iter().flatten();
            let parts = operators.map(|(name, it)| (name.starts_with("Fn::"), it));
            let unknown =
                [(false, condition)].into_iter().chain(parts).find(|(is_function, it)| *is_function || !is_known(it));
            if let Some((_, unknown)) = unknown {
                let text = unknown.as_str().map_or_else(|| unknown.to_string(), str::to_owned);
                self.leave_out(base, &at, "a condition", &text);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Leaves out members that a macro or a loop makes; whether there were any.
    fn settle_functions(&mut self, base: &str, at: &str, what: &str, members: &mut Map<String, Json>) -> bool {
        let functions: Vec<_> = members.keys().filter(|name| name.starts_with("Fn::")).cloned().collect();
        for name in &functions {
            members.shift_remove(name);
            self.leave_out(base, at, what, name);
        }
        !functions.is_empty()
    }
}

/// A number or truth value as the text that CloudFormation makes of it.
fn to_text(json: &mut Json) {
    if matches!(json, Json::Number(_) | Json::Bool(_)) {
        *json = json.to_string().into();
    }
}

fn to_texts(json: &mut Json) {
    match json {
        Json::Array(items) => items.iter_mut().for_each(to_text),
        other => to_text(other),
    }
}

/// Marks what looks like a variable as text.
fn escape(json: &mut Json) {
    match json {
        Json::String(text) if text.contains("${") => {
            let hidden = text.replace(unknown::PREFIX, "\u{0}");
            *text = hidden.replace("${", "${$}{").replace('\u{0}', unknown::PREFIX);
        }
        Json::Array(items) => items.iter_mut().for_each(escape),
        Json::Object(members) => members.values_mut().for_each(escape),
        _ => {}
    }
}

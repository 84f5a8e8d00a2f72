//! Writing XML.

use std::fmt::{Display, Write as _};

/// Elements, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Xml(String);

impl Xml {
    /// The text of what `fill` writes into a root element.
    pub(crate) fn document(root: &str, namespace: &str, fill: impl FnOnce(&mut Self)) -> String {
        let mut xml = Self::default();
        fill(&mut xml);
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"{namespace}\">{}</{root}>", xml.0)
    }

    pub(crate) fn text(&mut self, name: &str, value: impl Display) -> &mut Self {
        let _ = write!(self.0, "<{name}>{}</{name}>", escaped(&value.to_string()));
        self
    }

    pub(crate) fn optional(&mut self, name: &str, value: Option<impl Display>) -> &mut Self {
        if let Some(value) = value {
            self.text(name, value);
        }
        self
    }

    pub(crate) fn within(&mut self, name: &str, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let _ = write!(self.0, "<{name}>");
        fill(self);
        let _ = write!(self.0, "</{name}>");
        self
    }

    /// A list as the query protocol writes it: each item in a `member`.
    pub(crate) fn members<T>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        self.within(name, |xml| {
            for item in items {
                xml.within("member", |xml| each(xml, item));
            }
        })
    }

    /// A list of texts.
    pub(crate) fn texts<T: Display>(&mut self, name: &str, items: impl IntoIterator<Item = T>) -> &mut Self {
        self.within(name, |xml| {
            for item in items {
                xml.text("member", item);
            }
        })
    }

    /// A map as SNS writes it: entries of key and value.
    pub(crate) fn map(&mut self, name: &str, entries: impl IntoIterator<Item = (String, String)>) -> &mut Self {
        self.within(name, |xml| {
            for (key, value) in entries {
                xml.within("entry", |xml| {
                    xml.text("key", key).text("value", value);
                });
            }
        })
    }

    pub(crate) fn into_text(self) -> String {
        self.0
    }

    /// Adds what was written elsewhere.
    pub(crate) fn append(&mut self, other: &Self) -> &mut Self {
        self.0 += &other.0;
        self
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\r' => escaped += "&#xD;",
            _ => escaped.push(letter),
        }
    }
    escaped
}

//! Where parts of a template are written that are made of something else.

use std::collections::BTreeMap;

/// From where the parts of a template are, by their JSON pointers.
#[derive(Debug, Clone, Default)]
pub struct Origins(BTreeMap<String, Origin>);

#[derive(Debug, Clone)]
struct Origin {
    pointer: String,
    /// Whether what is below it is below the origin, too.
    is_whole: bool,
}

impl Origins {
    /// What is at `pointer` was moved there from `origin`, with all that is below it.
    pub fn moved(&mut self, pointer: impl Into<String>, origin: impl Into<String>) {
        self.0.insert(pointer.into(), Origin { pointer: origin.into(), is_whole: true });
    }

    /// What is at `pointer` was made of what is at `origin`.
    pub fn made(&mut self, pointer: impl Into<String>, origin: impl Into<String>) {
        self.0.insert(pointer.into(), Origin { pointer: origin.into(), is_whole: false });
    }

    /// What is at `pointer` is from where what is at `other` is.
    pub fn same(&mut self, pointer: impl Into<String>, other: &str) {
        if let Some(origin) = self.of(other) {
            self.moved(pointer, origin);
        }
    }

    /// From where the part at `pointer` is, when it is from elsewhere.
    pub(super) fn of(&self, pointer: &str) -> Option<String> {
        self.origin(pointer).map(|(origin, _)| origin)
    }

    /// The same, and whether the part was made of what is there.
    pub(super) fn origin(&self, pointer: &str) -> Option<(String, bool)> {
        let mut above = pointer;
        loop {
            if let Some(origin) = self.0.get(above) {
                let rest = if origin.is_whole { &pointer[above.len()..] } else { "" };
                return Some((format!("{}{rest}", origin.pointer), !origin.is_whole));
            }
            above = &above[..above.rfind('/')?];
        }
    }
}

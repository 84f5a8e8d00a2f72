//! The words in which findings tell of messages and of items.

/// What goes from one part of a stack to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Messages, which are sent to a queue or function and taken from it.
    Messages,
    /// Items, which are written into a table and read from it.
    Items,
    /// Answers of a function, which whoever invokes it reads.
    Answers,
}

impl Content {
    const fn of(self, messages: &'static str, items: &'static str, answers: &'static str) -> &'static str {
        match self {
            Self::Messages => messages,
            Self::Items => items,
            Self::Answers => answers,
        }
    }

    pub(super) const fn one(self) -> &'static str {
        self.of("message", "item", "answer")
    }

    pub(super) const fn send(self) -> &'static str {
        self.of("send", "write", "answer")
    }

    pub(super) const fn sent(self) -> &'static str {
        self.of("sent", "written", "answered")
    }

    /// How something comes to the queue, function or table `id`; not said where `to` is the function itself.
    pub(super) fn way(self, id: &str, to: &str) -> String {
        match self {
            Self::Messages if to != id => format!(" to `{id}`"),
            Self::Items => format!(" into `{id}`"),
            Self::Messages | Self::Answers => String::new(),
        }
    }

    pub(super) const fn take(self) -> &'static str {
        self.of("take", "read", "read")
    }

    /// What is there when a deployment begins.
    pub(super) const fn earlier(self) -> &'static str {
        self.of("messages that are on their way", "items that are stored", "answers until it is replaced")
    }

    /// What to do about it.
    pub(super) const fn help_with_earlier(self) -> &'static str {
        self.of(
            "take both until the old ones are gone, or deploy when there are none",
            "read both, or rewrite the items first",
            "read both until the function is replaced",
        )
    }

    /// What to do about what comes before the other side is replaced.
    pub(super) const fn help_until_replaced(self) -> &'static str {
        self.of(
            "deploy first what does without it: till then such messages fail and are tried again",
            "deploy first what does without it: till then such items cannot be read",
            "deploy first what does without it: till then such answers cannot be read",
        )
    }
}

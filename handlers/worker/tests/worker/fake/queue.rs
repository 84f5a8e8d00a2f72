//! A queue, as SQS documents it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// A message that was neither deleted nor moved.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) group: Option<String>,
    pub(crate) visible_at: Instant,
    /// Of each delivery, the last of which counts.
    pub(crate) receipts: Vec<String>,
}

impl Kept {
    pub(crate) fn is_visible(&self) -> bool {
        self.visible_at <= Instant::now()
    }

    /// Whether it was given back by a worker whose grace was `grace`.
    pub(crate) fn is_given_back(&self, grace: Duration) -> bool {
        self.visible_at <= Instant::now() + grace
    }
}

#[derive(Debug)]
pub(crate) struct Queue {
    pub(crate) name: String,
    pub(crate) visibility: u64,
    pub(crate) kept: Vec<Kept>,
    /// The ids of deliveries, in their order.
    pub(crate) delivered: Vec<String>,
    /// The bodies of what was moved away after so many deliveries.
    pub(crate) dead: Vec<String>,
    pub(crate) max_receive_count: Option<usize>,
    /// What each attempt to receive was given: ids and receipts.
    attempts: BTreeMap<String, Vec<(String, String)>>,
    deleted: BTreeSet<String>,
    sent: usize,
}

/// Why an entry of a batch failed: SQS's code, and whether the sender is at fault.
pub(crate) type Refused = (&'static str, bool);

impl Queue {
    pub(crate) fn new(name: &str, visibility: u64) -> Self {
        Self {
            name: name.to_owned(),
            visibility,
            kept: Vec::new(),
            delivered: Vec::new(),
            dead: Vec::new(),
            max_receive_count: None,
            attempts: BTreeMap::new(),
            deleted: BTreeSet::new(),
            sent: 0,
        }
    }

    pub(crate) fn with(mut self, bodies: impl IntoIterator<Item = String>) -> Self {
        for body in bodies {
            self.send(&body, None);
        }
        self
    }

    /// With messages of groups: `a1` is of the group `a`.
    pub(crate) fn with_groups(mut self, bodies: &[&str]) -> Self {
        for body in bodies {
            self.send(body, Some(&body[..1]));
        }
        self
    }

    pub(crate) fn send(&mut self, body: &str, group: Option<&str>) {
        self.sent += 1;
        self.kept.push(Kept {
            id: format!("{}-{}", self.name, self.sent),
            body: body.to_owned(),
            group: group.map(str::to_owned),
            visible_at: Instant::now(),
            receipts: Vec::new(),
        });
    }

    fn is_fifo(&self) -> bool {
        self.name.strip_suffix(".fifo").is_some()
    }

    pub(crate) fn receive(&mut self, most: usize, visibility: u64, attempt: Option<&str>) -> Vec<Kept> {
        let hidden = Instant::now() + Duration::from_secs(visibility);
        if let Some(again) = attempt.and_then(|attempt| self.attempts.get(attempt)) {
            let again = again.clone();
            let is_same =
                |it: &&mut Kept| again.iter().any(|(id, receipt)| *id == it.id && it.receipts.last() == Some(receipt));
            let same = self.kept.iter_mut().filter(is_same);
            return same
                .map(|it| {
                    it.visible_at = hidden;
                    it.clone()
                })
                .collect();
        }
        self.bury();
        // Nothing of a group is handed out while one of it is in flight.
        let locked: BTreeSet<_> =
            self.kept.iter().filter(|it| !it.is_visible()).filter_map(|it| it.group.clone()).collect();
        let is_fifo = self.is_fifo();
        let mut received = Vec::new();
        for message in &mut self.kept {
            let is_locked = is_fifo && message.group.as_ref().is_some_and(|group| locked.contains(group));
            if received.len() == most || is_locked || !message.is_visible() {
                continue;
            }
            message.visible_at = hidden;
            message.receipts.push(format!("{}#{}", message.id, message.receipts.len() + 1));
            self.delivered.push(message.id.clone());
            received.push(message.clone());
        }
        if let Some(attempt) = attempt.filter(|_| !received.is_empty()) {
            let given = received.iter().map(|it| (it.id.clone(), it.receipts.last().unwrap().clone())).collect();
            self.attempts.insert(attempt.to_owned(), given);
        }
        received
    }

    /// Moves away what was delivered too often.
    fn bury(&mut self) {
        let Some(most) = self.max_receive_count else { return };
        let (dead, kept) = self.kept.drain(..).partition(|it| it.is_visible() && it.receipts.len() >= most);
        self.kept = kept;
        self.dead.extend(Vec::into_iter(dead).map(|it| it.body));
    }

    pub(crate) fn delete(&mut self, receipt: &str) -> Result<(), Refused> {
        let is_fifo = self.is_fifo();
        let id = receipt.split('#').next().unwrap_or_default();
        if self.deleted.contains(id) {
            return Ok(());
        }
        let index = self.kept.iter().position(|it| it.id == id).ok_or(("ReceiptHandleIsInvalid", true))?;
        let message = &self.kept[index];
        let is_last = message.receipts.last().is_some_and(|it| it == receipt);
        if is_fifo && (!is_last || message.is_visible()) {
            return Err(("InvalidParameterValue", true));
        }
        // A standard queue takes an old receipt, and does not always delete.
        if is_last {
            self.deleted.insert(id.to_owned());
            self.kept.remove(index);
        }
        Ok(())
    }

    pub(crate) fn hide(&mut self, receipt: &str, visibility: u64) -> Result<(), Refused> {
        let message = self.kept.iter_mut().find(|it| it.receipts.last().is_some_and(|it| it == receipt));
        let message = message.ok_or(("ReceiptHandleIsInvalid", true))?;
        if message.is_visible() {
            return Err(("MessageNotInflight", true));
        }
        message.visible_at = Instant::now() + Duration::from_secs(visibility);
        Ok(())
    }
}

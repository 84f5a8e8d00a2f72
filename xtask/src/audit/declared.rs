//! Operations of services that are not listed in `policies::operation`, as bindings declare them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use policies::Operation;

/// The operation that `declared` says.
///
/// It lives as long as the program, as those that are listed do: there are as many as bindings declare, each once.
pub(super) fn operation(declared: &assembly::Operation) -> &'static Operation {
    static KNOWN: Mutex<BTreeMap<assembly::Operation, &'static Operation>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    known.entry(declared.clone()).or_insert_with(|| {
        let text = |text: &str| -> &'static str { text.to_owned().leak() };
        let required: Vec<_> = declared.actions.iter().map(|it| text(it)).collect();
        let (service, name) = (text(&declared.service), text(&declared.name));
        Box::leak(Box::new(Operation { service, name, required: required.leak(), conditional: &[], never: &[] }))
    })
}

//! A snapshot without loops.

use std::borrow::Cow;

use super::Snapshot;
use infra::expression::loops;
use infra::template::Template;

/// The snapshot with what its loops make in their place, where it is known what they run over.
pub(super) fn expand(snapshot: &Snapshot) -> Cow<'_, Snapshot> {
    match loops::expand(snapshot.template.as_json(), &snapshot.known()) {
        Cow::Borrowed(_) => Cow::Borrowed(snapshot),
        Cow::Owned(template) => Cow::Owned(Snapshot { template: Template::from_json(template), ..snapshot.clone() }),
    }
}

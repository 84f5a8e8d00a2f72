//! The labels of a stack's objects.

use std::collections::BTreeMap;

use crate::workload::Identity;

/// The label with the stack: by it objects are found that the stack no longer has.
pub const STACK_LABEL: &str = "stackwright/stack";
/// The label with the project.
pub const PROJECT_LABEL: &str = "stackwright/project";
/// The label with the stage.
pub const STAGE_LABEL: &str = "stackwright/stage";

const NAME: &str = "app.kubernetes.io/name";
const INSTANCE: &str = "app.kubernetes.io/instance";

pub(crate) type Labels = BTreeMap<String, String>;

/// Whose an object is.
pub(crate) fn of_stack(identity: &Identity) -> Labels {
    labels([
        (PROJECT_LABEL, identity.project.as_str()),
        (STACK_LABEL, &identity.stack),
        (STAGE_LABEL, &identity.stage),
        ("app.kubernetes.io/managed-by", "stackwright"),
        ("app.kubernetes.io/part-of", &identity.project),
    ])
}

/// Whose an object is, and of which worker.
pub(crate) fn of_worker(identity: &Identity) -> Labels {
    let mut all = of_stack(identity);
    all.extend(selector(identity));
    all
}

/// What a worker's pods are found by. A Deployment's selector cannot be changed, so it holds only what names the worker.
pub(crate) fn selector(identity: &Identity) -> Labels {
    labels([(NAME, identity.name.as_str()), (INSTANCE, &identity.stack)])
}

/// The same as the API server is asked for it.
pub(crate) fn selector_text(stack: &str, worker: &str) -> String {
    format!("{INSTANCE}={stack},{NAME}={worker}")
}

fn labels<const N: usize>(pairs: [(&str, &str); N]) -> Labels {
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

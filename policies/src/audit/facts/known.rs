//! What the catalogue knows of the texts of a statement.

use serde_json::Value as Json;

use crate::audit::wildcard;
use crate::audit::written::{self, Members, Written, has_variable};
use crate::catalogue::{self, Action, ConditionKey};
use crate::pattern;

/// What the actions of a statement are.
pub(super) enum Actions<'a> {
    /// Each is of one service, and the catalogue knows some of each.
    Known(Vec<(Written<'a>, Named<'a>)>),
    /// Some are of any service, are not known or not to be known yet, or all but some are meant.
    Open,
}

/// What one text names.
pub(super) enum Named<'a> {
    /// This action.
    One(&'static Action),
    /// Those of a service whose name fits.
    Pattern(&'a str, &'a str),
}

impl Named<'_> {
    /// Whether one of those named is so.
    pub(super) fn any(&self, mut is_so: impl FnMut(&'static Action) -> bool) -> bool {
        match self {
            Self::One(action) => is_so(action),
            Self::Pattern(service, name) => matching(service, name).any(is_so),
        }
    }
}

/// The actions of the service that have a name like the pattern.
pub(super) fn matching(service: &str, name: &str) -> impl Iterator<Item = &'static Action> + use<> {
    let tokens = crate::Action::new(name.to_owned()).pattern();
    let actions = catalogue::service(service).into_iter().flat_map(|service| &service.actions);
    actions.filter(move |action| pattern::matches(&tokens, &action.name.to_ascii_lowercase()))
}

/// What a text names, when it is of one service; what is not known is told by rules of its own.
pub(super) fn named(text: &str) -> Option<Named<'_>> {
    let (service, name) = text.split_once(':')?;
    if has_variable(text) || service.contains(['*', '?']) {
        return None;
    }
    if name.contains(['*', '?']) {
        return catalogue::service(service).map(|_| Named::Pattern(service, name));
    }
    catalogue::action(text).map(Named::One)
}

/// As many actions of a statement are looked at; AWS takes no policy with more.
const MOST_ACTIONS: usize = 1_000;

/// What the actions of the statement are, when it says which (`Action`).
pub(super) fn actions<'a>(statement: &'a str, members: &'a Members) -> Actions<'a> {
    if members.contains_key("NotAction") {
        return Actions::Open;
    }
    if members.get("Action").and_then(Json::as_array).is_some_and(|list| list.len() > MOST_ACTIONS) {
        return Actions::Open;
    }
    let actions = written::texts(statement, members, &["Action"]).map(|it| Some((it, named(it.text)?)));
    actions.collect::<Option<Vec<_>>>().filter(|all| !all.is_empty()).map_or(Actions::Open, Actions::Known)
}

/// The condition key: a service's own first, of which there are fewer to look through.
pub(super) fn condition_key(name: &str) -> Option<&'static ConditionKey> {
    own_condition_key(name).or_else(|| catalogue::global_condition_key(name))
}

/// The condition key, when it is one of the service that it has for its prefix.
pub(super) fn own_condition_key(name: &str) -> Option<&'static ConditionKey> {
    let (prefix, _) = name.split_once(':')?;
    catalogue::service(prefix)?.condition_key(name)
}

/// What AWS's guides say of an action and its reference leaves out.
pub(super) struct Documented {
    action: &'static str,
    /// Which resources it is called on.
    resource: &'static str,
    /// Which condition keys its requests have.
    keys: &'static [&'static str],
}

/// What a macro may do: <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html>
/// Calls of a state machine: <https://docs.aws.amazon.com/step-functions/latest/dg/call-https-apis.html>
const DOCUMENTED: &[Documented] = &[
    Documented {
        action: "cloudformation:CreateChangeSet",
        resource: "arn:*:cloudformation:*:*:transform/*",
        keys: &[],
    },
    Documented {
        action: "states:InvokeHTTPEndpoint",
        resource: "arn:*:states:*:*:stateMachine:*",
        keys: &["states:HTTPEndpoint", "states:HTTPMethod"],
    },
];

fn documented(action: &Action) -> impl Iterator<Item = &'static Documented> {
    let name = action.to_string();
    DOCUMENTED.iter().filter(move |it| it.action == name)
}

/// Whether a guide says that the action is called on the resource.
pub(super) fn is_documented_on(action: &Action, resource: &str) -> bool {
    documented(action).any(|it| crate::covers(it.resource, &wildcard::specific(resource)))
}

/// Whether a guide says that requests for the action have the condition key.
pub(super) fn has_documented_key(action: &Action, key: &str) -> bool {
    documented(action).any(|it| it.keys.iter().any(|known| known.eq_ignore_ascii_case(key)))
}

/// Words for how old the facts are, to end a message with.
pub(super) fn as_of() -> String {
    format!("(facts of {})", catalogue::date())
}

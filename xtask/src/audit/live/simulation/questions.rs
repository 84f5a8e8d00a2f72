//! What the simulator is asked: each call that a function is known to make, and calls like it that it must not make.

use std::collections::BTreeSet;

use policies::catalogue::{self, AccessLevel};
use policies::contain::wider;
use policies::evaluate::{Accounts, Context, Decision, Known, Policies, Request, evaluate};
use policies::{PolicyDocument, Principal};

use crate::audit::live::expected::Expected;
use crate::audit::live::names::Names;
use crate::audit::live::unknown::{at_least, at_most};
use crate::audit::matrix::{FunctionRights, Verdict};

/// A request and what its answer should be.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Question {
    /// The action.
    pub(super) action: String,
    /// The ARN.
    pub(super) resource: String,
    /// The values of condition keys, where conditions need some.
    pub(super) context: Vec<(String, Vec<String>)>,
    /// Whether the role should allow it.
    pub(super) is_allowed: bool,
}

/// What the name of a resource ends with that is not there.
const PROBE: &str = "-stackwright-probe";

/// The questions on the rights of `function`, whose role is `expected`.
pub(super) fn questions(expected: &Expected, names: &Names, function: &FunctionRights) -> BTreeSet<Question> {
    let role = Role::of(expected);
    let mut questions = BTreeSet::new();
    let used = function.rights.iter().filter(|right| right.verdict == Verdict::Exact);
    for right in used.filter(|right| !right.action.contains(['*', '?'])) {
        let action = right.action.as_str();
        let Some(place) = Place::of(&right.resource, names) else { continue };
        let Some(context) = role.context(action, &place.arn()) else { continue };
        questions.insert(question(action, place.arn(), &context, true));
        let sibling = place.sibling().filter(|arn| role.denies(action, arn, &context));
        questions.extend(sibling.map(|arn| question(action, arn, &context, false)));
        let other = ungranted_write(&role, action, &place.arn());
        questions.extend(other.map(|action| question(&action, place.arn(), &Context::closed(), false)));
    }
    questions
}

fn question(action: &str, resource: String, context: &Context, is_allowed: bool) -> Question {
    let values = |(key, known): (&str, &Known)| match known {
        Known::Values(values) => Some((key.to_owned(), values.clone())),
        Known::Absent | Known::Nothing => None,
    };
    Question { action: action.to_owned(), resource, context: context.keys().filter_map(values).collect(), is_allowed }
}

/// A write to `resource` that the role does not allow, one that deletes if there is one.
fn ungranted_write(role: &Role, used: &str, resource: &str) -> Option<String> {
    let service = catalogue::service(used.split(':').next()?)?;
    let writes = service.actions.iter().filter(|it| it.access_level == AccessLevel::Write && it.applies_to(resource));
    let denied = writes.filter(|action| role.denies(&action.to_string(), resource, &Context::closed()));
    denied.min_by_key(|action| !action.name.starts_with("Delete")).map(ToString::to_string)
}

/// A resource, with the part of its ARN that names it.
struct Place {
    named: String,
    rest: String,
}

impl Place {
    /// The resource that a right names, such as `Sightings/index/by-model`. Wildcards stand for a name.
    fn of(shown: &str, names: &Names) -> Option<Self> {
        if shown.contains("${") {
            return None;
        }
        if shown == "*" || shown.starts_with("arn:") {
            return Some(Self { named: String::new(), rest: shown.to_owned() });
        }
        let (id, rest) = shown.split_at(shown.find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or(shown.len()));
        let rest = if rest.is_empty() { names.suffix(id) } else { rest };
        Some(Self { named: names.arn(id)?, rest: rest.replace(['*', '?'], "x") })
    }

    fn arn(&self) -> String {
        format!("{}{}", self.named, self.rest)
    }

    /// A resource of another name, which is not there.
    fn sibling(&self) -> Option<String> {
        (!self.named.is_empty()).then(|| format!("{}{PROBE}{}", self.named, self.rest))
    }
}

/// What a role allows for certain, and what it may allow.
struct Role {
    least: Vec<PolicyDocument>,
    most: Vec<PolicyDocument>,
    boundary: Option<PolicyDocument>,
}

impl Role {
    fn of(expected: &Expected) -> Self {
        Self {
            least: expected.policies.iter().map(at_least).collect(),
            most: expected.policies.iter().map(at_most).collect(),
            boundary: expected.boundary.as_ref().and_then(|boundary| boundary.policy.clone()),
        }
    }

    /// A context in which the role allows the request for certain; it has only what a statement's conditions ask for.
    fn context(&self, action: &str, resource: &str) -> Option<Context> {
        let allows = |context: &Context| {
            let decision = self.decision(&self.least, action, resource, context);
            matches!(decision, Decision::Allowed(_))
        };
        let plain = Context::closed();
        if allows(&plain) {
            return Some(plain);
        }
        let requests = wider(&[], &self.least).witnesses.into_iter().map(|witness| witness.request);
        requests.map(|request| request.context).find(allows)
    }

    /// Whether the role denies the request for certain.
    fn denies(&self, action: &str, resource: &str, context: &Context) -> bool {
        let decision = self.decision(&self.most, action, resource, context);
        matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied(_))
    }

    fn decision(&self, policies: &[PolicyDocument], action: &str, resource: &str, context: &Context) -> Decision {
        let request = Request {
            principal: Principal::aws("arn:aws:iam::111122223333:role/asked"),
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: context.clone(),
        };
        let boundary = self.boundary.as_ref();
        evaluate(&request, &Policies { identity: policies, resource: &[], boundary, accounts: Accounts::Same })
    }
}

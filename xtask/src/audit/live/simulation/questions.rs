//! What the simulator is asked: each call that a function is known to make, and calls like it that it must not make.

use std::collections::BTreeSet;

use policies::catalogue::{self, AccessLevel};
use policies::contain::wider;
use policies::evaluate::{Context, Decision, Known, Policies, Request, evaluate};
use policies::{Action, PolicyDocument, Principal, Statement};

use crate::audit::live::expected::Expected;
use crate::audit::live::unknown::{at_least, at_most};
use crate::audit::matrix::{FunctionRights, Verdict};
use crate::audit::names::Names;

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
        let rest = if rest.is_empty() { names.suffix(id).replace('*', "log-stream:x") } else { rest.to_owned() };
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
        // The simulator judges the role's policies alone, so that all else is taken to leave it to the account:
        // <https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>.
        let to_account = Statement::allow([Action::new("*")]).on("*").principal(Principal::aws("111122223333"));
        let of_resource = [PolicyDocument::from([to_account])];
        let request = Request {
            principal: Principal::aws("arn:aws:iam::111122223333:role/asked"),
            action: action.to_owned(),
            resource: resource.to_owned(),
            context: context.clone(),
        };
        let boundary = self.boundary.as_ref();
        evaluate(&request, &Policies { identity: policies, resource: &of_resource, boundary, ..Policies::default() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::audit::matrix::Right;
    use crate::audit::names::tests::names;

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/spaceships-sightings";
    const LOGS: &str = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/consumer";

    /// The questions on one right, which is used.
    fn asked(statements: &Json, action: &str, resource: &str, verdict: Verdict) -> Vec<Question> {
        let policy = json!({"Version": "2012-10-17", "Statement": statements});
        let policy = policies::parse::value(&policy).unwrap();
        let expected = Expected { policies: vec![policy], ..Expected::default() };
        let right = Right {
            action: action.to_owned(),
            resource: resource.to_owned(),
            condition: None,
            verdict,
            evidence: Vec::new(),
        };
        let function = FunctionRights {
            stack: "spaceships".to_owned(),
            resource: "Consumer".to_owned(),
            program: "spaceships-consumer".to_owned(),
            location: None,
            rights: vec![right],
        };
        questions(&expected, &names(), &function).into_iter().collect()
    }

    #[track_caller]
    fn check(statement: &Json, action: &str, resource: &str, expected: &[(bool, &str, &str)]) {
        let asked = asked(statement, action, resource, Verdict::Exact);
        let mut lines: Vec<_> =
            asked.iter().map(|it| (it.is_allowed, it.action.as_str(), it.resource.as_str())).collect();
        lines.sort_unstable_by_key(|(is_allowed, ..)| !is_allowed);
        let expected: Vec<_> = expected.iter().map(|(is, action, on)| (*is, *action, *on)).collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn what_is_used_is_asked_with_a_neighbour_and_a_deletion() {
        let index = format!("{TABLE}/index/by-model");
        let sibling = format!("{TABLE}-stackwright-probe/index/by-model");
        let query = json!({"Effect": "Allow", "Action": "dynamodb:Query", "Resource": index});
        let expected = [
            (true, "dynamodb:Query", index.as_str()),
            (false, "dynamodb:Query", &sibling),
            (false, "dynamodb:UpdateContributorInsights", &index),
        ];
        check(&query, "dynamodb:Query", "Sightings/index/by-model", &expected);
        assert_eq!(asked(&query, "dynamodb:Query", "Sightings/index/by-model", Verdict::Unused), []);

        let put = json!({"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"});
        let queue = "arn:aws:sqs:eu-west-1:123456789012:sightings.fifo";
        // It is allowed on every queue, and so on one that is not there.
        let expected = [(true, "sqs:SendMessage", queue), (false, "sqs:DeleteMessage", queue)];
        check(&put, "sqs:SendMessage", "Queue", &expected);
    }

    #[test]
    fn a_log_group_is_asked_for_by_one_of_its_streams() {
        let put = json!({"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": format!("{LOGS}:*")});
        let asked = asked(&put, "logs:PutLogEvents", "Logs", Verdict::Exact);
        assert!(asked.iter().any(|it| it.is_allowed && it.resource == format!("{LOGS}:log-stream:x")), "{asked:?}");
    }

    #[test]
    fn a_condition_is_given_the_value_that_it_asks_for() {
        let list = json!({"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::uploads",
            "Condition": {"StringEquals": {"s3:prefix": "images/"}}});
        let asked = asked(&list, "s3:ListBucket", "Uploads", Verdict::Exact);
        let allowed: Vec<_> = asked.iter().filter(|question| question.is_allowed).collect();
        assert_eq!(allowed[0].context, [("s3:prefix".to_owned(), vec!["images/".to_owned()])]);
    }

    #[test]
    fn what_a_policy_denies_is_not_asked() {
        let statements = json!([
            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": TABLE},
            {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}]);
        assert_eq!(asked(&statements, "dynamodb:GetItem", "Sightings", Verdict::Exact), []);
        assert_eq!(asked(&statements, "dynamodb:GetItem", "${Unknown.Arn}/x", Verdict::Exact), []);
    }
}

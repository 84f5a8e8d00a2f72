//! The answer to a request.

use std::fmt;

use super::principal::{Match, speaks_of};
use super::request::Request;
use super::statement::applies;
use super::truth::{Gap, Truth};
use crate::document::{Effect, PolicyDocument};
use crate::principal::Principal;

/// The policies that have a say on a request.
#[derive(Debug, Clone, Copy)]
pub struct Policies<'a> {
    /// Those of the principal.
    pub identity: &'a [PolicyDocument],
    /// Those of the resource; for `sts:AssumeRole`, the role's trust policy.
    pub resource: &'a [PolicyDocument],
    /// What the principal's own policies can allow at most.
    pub boundary: Option<&'a PolicyDocument>,
    /// Whether principal and resource are of one account.
    pub accounts: Accounts,
}

/// Whether principal and resource are of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accounts {
    /// They are: the policies of either suffice.
    Same,
    /// They are not: the policies of both must allow.
    Cross,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, by this statement and perhaps others.
    Allowed(Place),
    /// Denied by this statement.
    ExplicitlyDenied(Place),
    /// Not allowed by what must allow it.
    ImplicitlyDenied,
    /// Not to be known without this.
    Unknown(Gap),
}

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The principal.
    Identity,
    /// The resource.
    Resource,
    /// The principal, as its boundary.
    Boundary,
}

/// A statement among those that were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What its policy is attached to.
    pub kind: Kind,
    /// Which of the policies of its kind, from 0.
    pub policy: usize,
    /// Which statement of the policy, from 0.
    pub statement: usize,
    /// The statement's name, when it has one.
    pub sid: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            Kind::Identity => "identity policy",
            Kind::Resource => "resource policy",
            Kind::Boundary => "boundary",
        };
        write!(f, "statement {} of {kind} {}", self.statement, self.policy)?;
        self.sid.as_ref().map_or(Ok(()), |sid| write!(f, " (`{sid}`)"))
    }
}

/// What `policies` say to `request`.
///
/// As IAM does: a denial anywhere wins; in one account the policies of the principal or of the resource must allow, across
/// accounts both; a boundary must allow too, but for what a resource's policy gives to a user or session by its own name.
/// A resource policy that names only the principal's account leaves the answer to the principal's policies.
/// A service, an anonymous or a federated caller has no policies, so that the resource's decide.
///
/// A variable without a value stands for nothing. What is not known makes the answer unknown when it could change it.
///
/// ```
/// use policies::evaluate::{Accounts, Context, Decision, Policies, Request, evaluate};
/// use policies::{PolicyDocument, Principal, Statement, action};
///
/// let identity = [PolicyDocument::from([Statement::allow([action::sqs::SEND_MESSAGE]).on("arn:aws:sqs:*:*:orders")])];
/// let policies = Policies { identity: &identity, resource: &[], boundary: None, accounts: Accounts::Same };
/// let request = |resource: &str| Request {
///     principal: Principal::aws("arn:aws:iam::123456789012:role/consumer"),
///     action: "sqs:SendMessage".to_owned(),
///     resource: resource.to_owned(),
///     context: Context::open(),
/// };
/// let orders = request("arn:aws:sqs:sa-east-1:123456789012:orders");
/// assert!(matches!(evaluate(&orders, &policies), Decision::Allowed(_)));
/// let other = request("arn:aws:sqs:sa-east-1:123456789012:orders-dead");
/// assert_eq!(evaluate(&other, &policies), Decision::ImplicitlyDenied);
/// ```
#[must_use]
pub fn evaluate(request: &Request, policies: &Policies<'_>) -> Decision {
    let identity = say(Kind::Identity, policies.identity, request);
    let resource = say(Kind::Resource, policies.resource, request);
    let boundary = policies.boundary.map(|boundary| say(Kind::Boundary, std::slice::from_ref(boundary), request));

    let denials = [&identity, &resource].into_iter().chain(&boundary).map(|said| &said.denied);
    if let Some(place) = denials.clone().find_map(|denied| denied.place.clone()) {
        return Decision::ExplicitlyDenied(place);
    }
    let denied = Truth::any(denials.map(Said::truth));
    let within = boundary.as_ref().map_or(Truth::True, |boundary| boundary.allowed.truth());
    let own = Truth::all([identity.allowed.truth(), within.clone()]);
    let has_policies = matches!(request.principal, Principal::Aws(_));
    let allowed = if !has_policies {
        resource.allowed.truth()
    } else if policies.accounts == Accounts::Cross {
        Truth::all([own, Truth::any([resource.allowed.truth(), resource.delegated.truth()])])
    } else {
        let bounded = Truth::all([resource.allowed.truth(), within]);
        Truth::any([own, bounded, resource.unbounded.truth()])
    };
    match Truth::all([allowed, !denied]) {
        Truth::False => Decision::ImplicitlyDenied,
        Truth::Unknown(gap) => Decision::Unknown(gap),
        Truth::True => {
            let by = [identity.allowed, resource.allowed].into_iter().find_map(|said| said.place);
            by.map_or(Decision::ImplicitlyDenied, Decision::Allowed)
        }
    }
}

/// What the policies of one kind say.
#[derive(Default)]
struct Say {
    denied: Said,
    /// By their own word.
    allowed: Said,
    /// To the account, which then decides.
    delegated: Said,
    /// Whatever the boundary is.
    unbounded: Said,
}

/// Which statement said it, or what would have to be known.
#[derive(Default)]
struct Said {
    place: Option<Place>,
    gap: Option<Gap>,
}

impl Said {
    fn truth(&self) -> Truth {
        match (&self.place, &self.gap) {
            (Some(_), _) => Truth::True,
            (None, Some(gap)) => Truth::Unknown(gap.clone()),
            (None, None) => Truth::False,
        }
    }

    fn add(&mut self, truth: &Truth, place: impl FnOnce() -> Place) {
        match truth {
            Truth::True if self.place.is_none() => self.place = Some(place()),
            Truth::Unknown(gap) if self.gap.is_none() => self.gap = Some(gap.clone()),
            _ => {}
        }
    }
}

fn say(kind: Kind, policies: &[PolicyDocument], request: &Request) -> Say {
    let mut say = Say::default();
    for (policy, document) in policies.iter().enumerate() {
        for (index, statement) in document.statement.iter().enumerate() {
            let speaks = match &statement.principal {
                Some(listed) => speaks_of(listed, &request.principal),
                None => Match::Exact,
            };
            if speaks == Match::None {
                continue;
            }
            let truth = applies(statement, document.version, request);
            let place = || Place { kind, policy, statement: index, sid: statement.sid.clone() };
            match statement.effect {
                Effect::Deny => say.denied.add(&truth, place),
                Effect::Allow if speaks == Match::Account => say.delegated.add(&truth, place),
                Effect::Allow => {
                    say.allowed.add(&truth, place);
                    if kind == Kind::Resource && speaks == Match::Exact && is_user_or_session(&request.principal) {
                        say.unbounded.add(&truth, place);
                    }
                }
            }
        }
    }
    say
}

fn is_user_or_session(principal: &Principal) -> bool {
    matches!(principal, Principal::Aws(arn) if arn.contains(":user/") || arn.contains(":assumed-role/"))
}

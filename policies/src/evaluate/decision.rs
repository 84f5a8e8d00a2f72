//! The answer to a request.

use std::fmt;

use super::arn;
use super::principal::{Match, speaks_of};
use super::request::Request;
use super::statement::applies;
use super::truth::{Gap, Truth};
use crate::document::{Effect, PolicyDocument};
use crate::principal::Principal;

/// The policies that have a say on a request.
///
/// Limits that are not given limit nothing. Those of an organization come by level, from its root to the account: each
/// level must allow. Who fills them in knows which apply: none of them does to the management account, and resource control
/// policies are for some services only.
///
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html>,
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html>
#[derive(Debug, Clone, Copy)]
pub struct Policies<'a> {
    /// Those of the principal.
    pub identity: &'a [PolicyDocument],
    /// Those of the resource; for `sts:AssumeRole`, the role's trust policy, and for a key of KMS its key policy.
    pub resource: &'a [PolicyDocument],
    /// What the principal's own policies can allow at most.
    pub boundary: Option<&'a PolicyDocument>,
    /// What the session of a role or federated user was given as its limit when it began.
    pub session: Option<&'a [PolicyDocument]>,
    /// What the organization lets principals of the principal's account do at most, by level.
    pub service_control: &'a [&'a [PolicyDocument]],
    /// What the organization lets anybody do at most to resources of the resource's account, by level.
    pub resource_control: &'a [&'a [PolicyDocument]],
    /// Whether principal and resource are of one account.
    pub accounts: Accounts,
}

/// No policies, in one account.
impl Default for Policies<'_> {
    fn default() -> Self {
        Self {
            identity: &[],
            resource: &[],
            boundary: None,
            session: None,
            service_control: &[],
            resource_control: &[],
            accounts: Accounts::Same,
        }
    }
}

/// Whether principal and resource are of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accounts {
    /// They are: the policies of either suffice, but for roles and keys, whose own policies must let in.
    Same,
    /// They are not: the policies of both must allow.
    Cross,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// Allowed, by this statement and perhaps others.
    Allowed(Place),
    /// Allowed whatever policies say: the action needs no permission, and a denial of it does nothing.
    NeedsNothing,
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
    /// The session.
    Session,
    /// A level of the organization, for principals.
    ServiceControl,
    /// A level of the organization, for resources.
    ResourceControl,
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
            Kind::Session => "session policy",
            Kind::ServiceControl => "service control policy",
            Kind::ResourceControl => "resource control policy",
        };
        write!(f, "statement {} of {kind} {}", self.statement, self.policy)?;
        self.sid.as_ref().map_or(Ok(()), |sid| write!(f, " (`{sid}`)"))
    }
}

/// What `policies` say to `request`.
///
/// As IAM does: a denial anywhere wins; in one account the policies of the principal or of the resource must allow, across
/// accounts both. The trust policy of a role and the policy of a key must let in also in one account: by the principal's
/// name, or by that of its account, which leaves it to the principal's policies. A boundary and a session policy must allow
/// too, but for what a resource's policy gives to a user or session by its own name. Each level of an organization must
/// allow, but for what service-linked roles do. A statement of a resource's policy that names no principal speaks of nobody.
/// A service, an anonymous or a federated caller has no policies, so that the resource's decide.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html>,
/// <https://docs.aws.amazon.com/kms/latest/developerguide/policy-evaluation.html>
///
/// A variable without a value stands for nothing. What is not known makes the answer unknown when it could change it.
///
/// ```
/// use policies::evaluate::{Context, Decision, Policies, Request, evaluate};
/// use policies::{PolicyDocument, Principal, Statement, action};
///
/// let identity = [PolicyDocument::from([Statement::allow([action::sqs::SEND_MESSAGE]).on("arn:aws:sqs:*:*:orders")])];
/// let policies = Policies { identity: &identity, ..Policies::default() };
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
    if FREE.iter().any(|action| request.action.eq_ignore_ascii_case(action)) {
        return Decision::NeedsNothing;
    }
    let identity = say(Kind::Identity, policies.identity, request);
    let resource = say(Kind::Resource, policies.resource, request);
    let boundary = policies.boundary.map(|boundary| say(Kind::Boundary, std::slice::from_ref(boundary), request));
    let session = policies.session.map(|session| say(Kind::Session, session, request));
    let organization = organization(request, policies);

    let limits = || boundary.iter().chain(&session);
    let denials = [&identity, &resource].into_iter().chain(limits()).chain(&organization).map(|said| &said.denied);
    if let Some(place) = denials.clone().find_map(|denied| denied.place.clone()) {
        return Decision::ExplicitlyDenied(place);
    }
    let denied = Truth::any(denials.map(Said::truth));
    let allows = |said: &Say| said.allowed.truth();
    let within = Truth::all(limits().map(allows));
    let own = Truth::all([identity.allowed.truth(), within.clone()]);
    let let_in = || Truth::any([resource.allowed.truth(), resource.delegated.truth()]);
    let has_policies = matches!(request.principal, Principal::Aws(_));
    let allowed = if !has_policies {
        resource.allowed.truth()
    } else if policies.accounts == Accounts::Cross {
        Truth::all([own, let_in()])
    } else {
        let own = if lets_in_by_itself(request) { Truth::all([own, let_in()]) } else { own };
        let bounded = Truth::all([resource.allowed.truth(), within]);
        Truth::any([own, bounded, resource.unbounded.truth()])
    };
    let by_organization = Truth::all(organization.iter().map(allows));
    match Truth::all([allowed, by_organization, !denied]) {
        Truth::False => Decision::ImplicitlyDenied,
        Truth::Unknown(gap) => Decision::Unknown(gap),
        Truth::True => {
            let by = [identity.allowed, resource.allowed].into_iter().find_map(|said| said.place);
            by.map_or(Decision::ImplicitlyDenied, Decision::Allowed)
        }
    }
}

/// What needs no permission and cannot be denied:
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>,
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>.
const FREE: [&str; 2] = ["sts:GetCallerIdentity", "sts:GetSessionToken"];

/// Whether the resource of the request is one whose own policy must let its own account in: a role that is assumed, or a
/// key of KMS.
fn lets_in_by_itself(request: &Request) -> bool {
    let service = request.action.split(':').next().unwrap_or_default();
    let [_, _, of, _, _, resource] = arn::parts(&request.resource).unwrap_or_default();
    let is_role = service.eq_ignore_ascii_case("sts") && of == "iam" && resource.starts_with("role/");
    is_role || service.eq_ignore_ascii_case("kms") && of == "kms" && resource.starts_with("key/")
}

/// What each level of the organization says.
fn organization(request: &Request, policies: &Policies<'_>) -> Vec<Say> {
    // <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html>
    let is_service_linked =
        |arn: &str| arn.contains(":role/aws-service-role/") || arn.contains(":assumed-role/AWSServiceRoleFor");
    let levels =
        |kind, levels: &[&[PolicyDocument]]| levels.iter().map(|level| say(kind, level, request)).collect::<Vec<_>>();
    match &request.principal {
        Principal::Aws(arn) if is_service_linked(arn) => Vec::new(),
        Principal::Aws(_) => {
            let mut all = levels(Kind::ServiceControl, policies.service_control);
            all.extend(levels(Kind::ResourceControl, policies.resource_control));
            all
        }
        _ => levels(Kind::ResourceControl, policies.resource_control),
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
                None if kind == Kind::Resource => Match::None,
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

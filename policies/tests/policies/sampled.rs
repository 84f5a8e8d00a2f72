//! Comparisons of random policies against the evaluator.

use std::slice::from_ref;

use policies::contain::wider;
use policies::evaluate::{Accounts, Decision, Policies, Request, evaluate};
use policies::{Action, Effect, PolicyDocument, Statement};
use proptest::prelude::*;

use crate::{any, reference};

/// Whether the evaluator allows `request`; across accounts, where the other side allows all.
fn allows(policies: &[PolicyDocument], of_resource: bool, request: &Request) -> Decision {
    let all = [PolicyDocument::from([Statement::allow([Action::new("*")]).on("*")])];
    let policies = if of_resource {
        Policies { identity: &all, resource: policies, accounts: Accounts::Cross, ..Policies::default() }
    } else {
        Policies { identity: policies, ..Policies::default() }
    };
    evaluate(request, &policies)
}

fn check(
    before: &PolicyDocument,
    after: &PolicyDocument,
    of_resource: bool,
    requests: &[Request],
) -> Result<(), TestCaseError> {
    let (before, after) = (from_ref(before), from_ref(after));
    let comparison = wider(before, after);
    for witness in &comparison.witnesses {
        let (old, new) = (allows(before, of_resource, &witness.request), allows(after, of_resource, &witness.request));
        prop_assert!(matches!(new, Decision::Allowed(_)), "{witness} is {new:?}");
        prop_assert!(
            matches!(old, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied(_)),
            "{witness} was {old:?}"
        );
    }
    if comparison.is_contained() {
        for request in requests {
            let new = matches!(allows(after, of_resource, request), Decision::Allowed(_));
            let old = matches!(allows(before, of_resource, request), Decision::Allowed(_));
            prop_assert!(!new || old, "{request:?}");
        }
    }
    Ok(())
}

/// A policy that is near to `policy`: without one of its statements, or with one more.
fn near(policy: &PolicyDocument, other: &PolicyDocument, at: usize) -> PolicyDocument {
    let mut near = policy.clone();
    if at.is_multiple_of(2) && !near.statement.is_empty() {
        near.statement.remove(at % policy.statement.len());
    } else {
        near.statement.extend(other.statement.first().cloned());
    }
    let count = near.statement.len().max(1);
    near.statement.rotate_left(at % count);
    near
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn witnesses_are_true_and_contained_policies_have_no_counterexample(
        (before, other) in (any::identity(), any::identity()),
        at in 0..8_usize,
        requests in prop::collection::vec(any::request(), 64),
    ) {
        let after = near(&before, &other, at);
        check(&before, &after, false, &requests)?;
        check(&after, &before, false, &requests)?;
        check(&before, &other, false, &requests)?;
    }

    #[test]
    fn the_same_holds_for_policies_of_resources(
        (before, other) in (any::resource(), any::resource()),
        at in 0..8_usize,
        requests in prop::collection::vec(any::request(), 64),
    ) {
        let after = near(&before, &other, at);
        check(&before, &after, true, &requests)?;
        check(&after, &before, true, &requests)?;
    }

    #[test]
    fn a_policy_is_not_wider_than_itself(policy in prop_oneof![any::identity(), any::resource()]) {
        prop_assert!(wider(from_ref(&policy), from_ref(&policy)).is_contained());
        let mut split = policy.clone();
        split.statement.extend(policy.statement.clone());
        split.statement.reverse();
        prop_assert!(wider(&[policy], &[split]).is_contained());
    }

    #[test]
    fn what_allows_nothing_is_not_wider(before in any::identity(), mut after in any::identity()) {
        after.statement.retain(|it| it.effect == Effect::Deny);
        let all = after.clone();
        prop_assert!(wider(&[before], &[after]).is_contained());
        prop_assert!(!reference::says(&[all], Effect::Allow, &request(), true));
    }
}

fn request() -> Request {
    Request {
        principal: policies::Principal::aws(any::ROLE),
        action: "s3:GetObject".to_owned(),
        resource: "*".to_owned(),
        context: policies::evaluate::Context::closed(),
    }
}

//! What bindings grant, compared with what AWS documents: the table of operations, and the catalogue of IAM.

use std::collections::BTreeSet;

use policies::{catalogue, operation};

#[test]
fn each_operation_of_each_binding_grants_the_actions_that_it_needs() {
    let mut wrong = Vec::new();
    for (kind, granted) in bindings::kinds() {
        for granted in granted {
            let Some(listed) = operation::granted(granted.service, granted.operation) else {
                wrong.push(format!("{kind}: no row for `{}` of {}", granted.operation, granted.service));
                continue;
            };
            let actions: BTreeSet<_> = granted.actions.iter().map(|(action, _)| *action).collect();
            if actions != listed.required.iter().copied().collect() {
                wrong.push(format!("{kind}: `{}` grants {actions:?}, and needs {:?}", listed.name, listed.required));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn an_action_is_granted_on_everything_only_where_iam_knows_no_resource_of_it() {
    let granted = bindings::kinds().into_iter().flat_map(|(_, granted)| granted);
    for (action, pattern) in granted.flat_map(|it| it.actions) {
        let known = catalogue::action(action).unwrap_or_else(|| panic!("the catalogue has no `{action}`"));
        assert_eq!(*pattern == "*", known.resources.is_empty(), "{action} on {pattern}");
    }
}

#[test]
fn each_other_way_to_make_a_call_is_granted_by_an_operation_of_a_binding() {
    let granted: BTreeSet<_> =
        bindings::kinds().into_iter().flat_map(|(_, granted)| granted).map(|it| (it.service, it.operation)).collect();
    for service in operation::services() {
        for way in operation::ways(service) {
            assert!(granted.contains(&(service, way.granted_by)), "{service}: {way:?}");
            assert!(operation::of(service).unwrap().iter().any(|it| it.name == way.shown_as), "{service}: {way:?}");
        }
    }
}

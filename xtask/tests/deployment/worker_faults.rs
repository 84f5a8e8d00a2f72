//! A fault at each call of ECR, of the registry and of the cluster: the deployment survives it, or the next one mends it.

use aws_fake::{At, Fault as AwsFault};
use kubernetes_fake::Fault;

use crate::faults::check_all;
use crate::scene::Scene;

/// Asserts that everything is where it belongs.
#[track_caller]
fn require_converged(scene: &Scene, what: &str) {
    let diff = scene.diff();
    assert_eq!(diff.code, Some(0), "{what}: {diff}");
    assert_eq!(scene.objects(), 7, "{what}");
    let repository = &scene.project.aws.repositories()["stackwright/shop/orders-dev/stacks"];
    assert!(repository.lifecycle_policy.is_some(), "{what}");
}

/// Deploys with a fault, and once more if that failed.
#[track_caller]
fn deploy(scene: &Scene, what: &str) {
    let deployed = scene.deploy();
    if deployed.code != Some(0) {
        assert_eq!(deployed.code, Some(1), "{what}: {deployed}");
        assert!(deployed.stderr.contains("error: "), "{what}: {deployed}");
        let again = scene.deploy();
        assert_eq!(again.code, Some(0), "{what}: {deployed}\nand again: {again}");
    }
    require_converged(scene, what);
}

/// Each number with one of three faults, each in turn.
fn turns<F: Copy>(count: usize, faults: [F; 3]) -> Vec<(usize, F)> {
    (0..count).map(|number| (number, faults[number % faults.len()])).collect()
}

#[test]
fn one_fault_at_each_call_of_ecr_is_survived_or_mended() {
    let scene = Scene::new();
    scene.deploy().expect(0);
    let calls = scene.project.aws.calls();
    let of_ecr = calls.iter().enumerate().filter(|(_, call)| call.service == "ecr").map(|(place, _)| place + 1);
    let of_ecr: Vec<_> = of_ecr.collect();
    assert!(of_ecr.len() > 5, "{calls:?}");
    let faults = [AwsFault::InternalFailure, AwsFault::Dropped, AwsFault::LostAnswer];
    let cases: Vec<_> = of_ecr.iter().flat_map(|call| faults.map(|fault| (*call, fault))).collect();
    check_all(&cases, |(call, fault)| {
        let scene = Scene::new();
        scene.project.aws.fault(At::Call(*call), *fault);
        deploy(&scene, &format!("{fault:?} at call {call}"));
    });
}

#[test]
fn rights_that_are_missing_in_ecr_are_told_and_nothing_is_deployed() {
    for operation in ["DescribeRepositories", "CreateRepository", "GetAuthorizationToken"] {
        let scene = Scene::new();
        scene.project.aws.fault(At::each("ecr", operation), AwsFault::AccessDenied(aws_fake::Denial::NoIdentityPolicy));
        let refused = scene.deploy().expect(1);
        assert!(refused.stderr.contains(&format!("ecr:{operation}")), "{refused}");
        assert_eq!((scene.project.aws.stacks(), scene.objects()), (vec![], 0), "{refused}");
        scene.project.aws.clear_faults();
        scene.deploy().expect(0);
        require_converged(&scene, operation);
    }
}

#[test]
fn one_fault_at_each_call_of_the_registry_is_survived_or_mended() {
    let scene = Scene::new();
    scene.deploy().expect(0);
    let count = scene.registry.calls().seen().len();
    assert!(count > 10, "{count}");
    check_all(&turns(count, [Fault::Status(500), Fault::DropBefore, Fault::DropAfter]), |(call, fault)| {
        let scene = Scene::new();
        scene.registry.calls().fail(*call, *fault);
        deploy(&scene, &format!("{fault:?} at call {call} of the registry"));
    });
}

#[test]
fn one_fault_at_each_call_of_the_cluster_is_survived_or_mended() {
    let scene = Scene::new();
    scene.deploy().expect(0);
    let count = scene.cluster.calls().seen().len();
    assert!(count > 30, "{count}");
    check_all(&turns(count, [Fault::Status(500), Fault::DropBefore, Fault::DropAfter]), |(call, fault)| {
        let scene = Scene::new();
        scene.cluster.calls().fail(*call, *fault);
        deploy(&scene, &format!("{fault:?} at call {call} of the cluster"));
    });
}

#[test]
fn a_registry_that_always_fails_stops_before_the_template_and_the_next_deployment_goes_on() {
    let scene = Scene::new();
    (0..100).for_each(|call| scene.registry.calls().fail(call, Fault::Status(503)));
    let failed = scene.deploy().expect(1);
    assert!(failed.stderr.contains("tried 5 times; nothing was deployed"), "{failed}");
    assert_eq!((scene.project.aws.stacks(), scene.objects()), (vec![], 0), "{failed}");
    scene.registry.calls().heal();
    scene.deploy().expect(0);
    require_converged(&scene, "a registry that failed");
}

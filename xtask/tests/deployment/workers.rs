//! Workers: the template, the image and the objects of Kubernetes, in a registry and a cluster in memory.

use std::fs;

use aws_fake::Doing;
use insta::assert_snapshot;
use kubernetes_fake::Rollout;
use serde_json::json;
use tempfile::TempDir;

use crate::creation::said;
use crate::scene::{SECOND, STACK, Scene, WORKSPACE, write_workspace};

/// What `diff` says of a worker in a cluster that has none.
const CREATES: &str = "orders in the cluster `dev`: 7 to create
  +  Namespace orders-dev
  +  ServiceAccount orders-dev/consume
  +  NetworkPolicy orders-dev/consume
  +  Deployment orders-dev/consume
  +  PodDisruptionBudget orders-dev/consume
  +  TriggerAuthentication orders-dev/consume
  +  ScaledObject orders-dev/consume
  +  the image of stacks in ECR
";

#[test]
fn a_first_deployment_brings_template_image_and_objects_and_waits_until_they_run() {
    let scene = Scene::new();
    let diff = scene.diff().expect(3);
    assert!(diff.stdout.ends_with(CREATES), "{diff}");
    let refused = scene.run(&["deploy", "orders", "--kube-context", "dev"]).expect(5);
    assert!(refused.stderr.contains("apply the workers of `orders` to `dev` needs a yes"), "{refused}");
    scene.require_nothing_done(&refused);

    let deployed = scene.deploy().expect(0);
    assert_eq!(scene.project.status().as_deref(), Some("CREATE_COMPLETE"));
    let repository = &scene.project.aws.repositories()["stackwright/shop/orders-dev/stacks"];
    assert_eq!((repository.image_tag_mutability.as_str(), repository.scan_on_push), ("IMMUTABLE", true));
    assert_eq!(repository.tags["stackwright:project"], "shop");
    assert!(repository.lifecycle_policy.as_ref().unwrap().contains("\"countNumber\":100"), "{repository:?}");
    let container = scene.container("consume");
    let (place, digest) = container["image"].as_str().unwrap().split_once('@').unwrap();
    assert_eq!(place, format!("{}/stackwright/shop/orders-dev/stacks", scene.registry.address()));
    assert!(scene.registry.repositories()["stackwright/shop/orders-dev/stacks"].manifests.contains_key(digest));
    let url = scene.project.aws.physical_id("orders-dev", "Queue").unwrap();
    let variables = container["env"].as_array().unwrap();
    assert!(variables.contains(&json!({"name": "WORKER_QUEUE_URLS", "value": url})), "{container}");
    assert!(variables.contains(&json!({"name": "AWS_REGION", "value": "eu-west-1"})), "{container}");
    let order =
        ["pushed the image of stacks", "✓ Consume", "Deployment orders-dev/consume is created", "consume is ready"];
    let places: Vec<_> =
        order.iter().map(|text| deployed.stderr.find(text).unwrap_or_else(|| panic!("{text}"))).collect();
    assert!(places.is_sorted(), "{deployed}");
    assert_eq!(scene.objects(), 7);
}

#[test]
fn a_value_that_looks_like_a_placeholder_is_a_text_and_one_that_is_not_known_is_told() {
    let scene = Scene::new();
    let declare = |value: &serde_json::Value| {
        scene.project.declare_workers_as(STACK, &[("Consume", "consume")], |worker| {
            worker.environment.insert("GREETING".to_owned(), value.clone());
        });
    };
    declare(&json!("hello ${name}"));
    scene.deploy().expect(0);
    let greeting = json!({"name": "GREETING", "value": "hello ${name}"});
    assert!(scene.container("consume")["env"].as_array().unwrap().contains(&greeting));
    scene.diff().expect(0);

    declare(&json!({"Fn::GetAtt": ["Queue", "Nothing"]}));
    let failed = scene.deploy().expect(1);
    let said = "the variable `GREETING` of `Consume` is not known after the deployment: {\"Fn::GetAtt\":[\"Queue\",\"Nothing\"]}";
    assert!(failed.stderr.contains(said), "{failed}");
    assert!(scene.container("consume")["env"].as_array().unwrap().contains(&greeting));
}

#[test]
fn the_second_time_nothing_changes_and_nothing_is_pushed() {
    let scene = Scene::new();
    scene.deploy().expect(0);
    let (pushes, updates) = (scene.pushes(), scene.project.called("ExecuteChangeSet"));
    let diff = scene.diff().expect(0);
    assert_eq!(diff.stdout, "orders: no changes\norders in the cluster `dev`: no changes\n");
    // Nothing is asked either.
    let again = scene.run(&["deploy", "orders", "--kube-context", "dev"]).expect(0);
    assert!(again.stderr.contains("objects created 0, changed 0, as before 7, removed 0"), "{again}");
    assert_eq!((scene.pushes(), scene.project.called("ExecuteChangeSet")), (pushes, updates));
    assert_eq!(scene.project.called("CreateRepository"), 1);
}

#[test]
fn a_changed_program_changes_the_image_of_its_deployment_alone() {
    let (scene, workspace) = (Scene::new(), TempDir::new().unwrap());
    scene.deploy().expect(0);
    let (before, updates) = (scene.container("consume"), scene.project.called("ExecuteChangeSet"));
    write_workspace(workspace.path(), "two");
    let run = |arguments: &[&str]| scene.run_at(workspace.path(), &[arguments, &["--kube-context", "dev"]].concat());
    let diff = run(&["diff", "orders", "--exit-code"]).expect(3);
    let lines: Vec<_> = diff.stdout.lines().collect();
    assert_eq!(lines[..2], ["orders: no changes", "orders in the cluster `dev`: 1 to change"], "{diff}");
    let property = "  ~  Deployment orders-dev/consume  spec.template.spec.containers[worker].image: \"";
    assert!(lines[2].starts_with(property) && lines.len() == 4, "{diff}");
    let refused = run(&["deploy", "orders"]).expect(5);
    assert!(refused.stderr.contains("error: apply the workers of `orders` to `dev` needs a yes"), "{refused}");
    assert_eq!(scene.container("consume"), before);
    let deployed = run(&["deploy", "orders", "--yes"]).expect(0);
    assert!(deployed.stderr.contains("objects created 0, changed 1, as before 6, removed 0"), "{deployed}");
    let mut after = scene.container("consume");
    assert_ne!(after["image"], before["image"]);
    after["image"] = before["image"].clone();
    assert_eq!(after, before);
    assert_eq!(scene.project.called("ExecuteChangeSet"), updates);
}

#[test]
fn workers_that_leave_the_source_leave_the_cluster() {
    let scene = Scene::new();
    scene.project.declare_workers(&format!("{STACK}{SECOND}"), &[("Consume", "consume"), ("Watch", "watch")]);
    scene.deploy().expect(0);
    assert_eq!(scene.objects(), 13);
    // One token is good for all images.
    assert_eq!(scene.project.called("GetAuthorizationToken"), 1);
    scene.project.declare_workers(STACK, &[("Consume", "consume")]);
    let diff = scene.diff().expect(3);
    assert!(diff.stdout.contains("orders in the cluster `dev`: 6 to remove\n"), "{diff}");
    assert!(diff.stdout.contains("  -  Deployment orders-dev/watch\n"), "{diff}");
    scene.deploy().expect(0);
    assert_eq!(scene.objects(), 7);
    // So does the last one.
    let without = STACK.split("  Consume:").next().unwrap();
    scene.project.declare_workers(without, &[]);
    let deployed = scene.deploy().expect(0);
    assert_eq!(scene.objects(), 0, "{deployed}");
    scene.diff().expect(0);
}

#[test]
fn without_a_cluster_it_is_told_which_workers_stay_in_one() {
    let (scene, workspace) = (Scene::new(), TempDir::new().unwrap());
    write_workspace(workspace.path(), "one");
    let run = |arguments: &[&str]| scene.run_at(workspace.path(), arguments);
    scene.project.declare_workers(&format!("{STACK}{SECOND}"), &[("Consume", "consume"), ("Watch", "watch")]);
    let first = run(&["deploy", "orders", "--yes"]).expect(0);
    assert!(!first.stderr.contains("without rights"), "{first}");
    // One is replaced, and one goes.
    let other = STACK.replace("ServiceAccount: consume", "ServiceAccount: bill");
    scene.project.declare_workers(&other, &[("Consume", "bill")]);
    let said = "! what runs now of `Consume`, `Watch` of `orders` stays in its cluster, without rights: `--kube-context NAME` removes it, `kubectl apply -k` does not";
    let diff = run(&["diff", "orders"]).expect(0);
    assert!(diff.stderr.contains(said), "{diff}");
    let diff = run(&["diff", "orders", "--kube-context", "dev"]).expect(0);
    assert!(!diff.stderr.contains("without rights"), "{diff}");
    let refused = run(&["deploy", "orders"]).expect(5);
    assert!(refused.stderr.contains(said), "{refused}");
    // Nor do files of them stay.
    let folder = workspace.path().join("target/stackwright/kubernetes/orders-dev");
    run(&["deploy", "orders", "--yes"]).expect(0);
    assert!(folder.join("03-deployment-bill.yaml").exists() && !folder.join("03-deployment-watch.yaml").exists());
    scene.project.declare_workers(STACK.split("  Consume:").next().unwrap(), &[]);
    let last = run(&["deploy", "orders", "--yes"]).expect(0);
    assert!(last.stderr.contains("what runs now of `Consume` of `orders` stays in its cluster"), "{last}");
    assert!(!folder.exists());
}

#[test]
fn a_worker_that_leaves_the_source_stays_as_long_as_the_update_can_fail() {
    let (scene, both) = (Scene::new(), format!("{STACK}{SECOND}"));
    scene.project.declare_workers(&both, &[("Consume", "consume"), ("Watch", "watch")]);
    scene.deploy().expect(0);
    let associations = || scene.project.live().iter().filter(|it| *it == "AWS::EKS::PodIdentityAssociation").count();

    let changed = STACK.replace("AWS::SQS::Queue", "AWS::SQS::Queue\n    Properties: {DelaySeconds: 5}");
    scene.project.declare_workers(&changed, &[("Consume", "consume")]);
    scene.project.aws.fail_resource("Queue", Doing::Update, "SQS is not available");
    let failed = scene.deploy().expect(1);
    assert!(failed.stderr.contains("SQS is not available; the stack is as it was before"), "{failed}");
    assert_eq!((scene.objects(), associations()), (13, 2), "{failed}");
    scene.project.aws.heal("Queue");

    scene.deploy().expect(0);
    assert_eq!((scene.objects(), associations()), (7, 1));
}

#[test]
fn destroy_removes_the_objects_first_and_the_stack_only_after_them() {
    let scene = Scene::new();
    scene.deploy().expect(0);
    scene.cluster.state().refuses = Some(("deployments", 403, "deployments.apps is forbidden"));
    let destroy = || scene.run(&["destroy", "orders", "--kube-context", "dev", "--yes"]);
    assert_snapshot!(said(&destroy().expect(1).stderr), @r"
    error: the stack is left as it is, since its workers are not all gone: cannot remove Deployment orders-dev/consume: deployments.apps is forbidden
      help: the kubeconfig's user needs a role that allows it: `kubectl auth can-i` tells
      help: `destroy` again, once that is mended, goes on
    ");
    assert_eq!(scene.project.status().as_deref(), Some("CREATE_COMPLETE"));
    scene.cluster.state().refuses = None;
    let destroyed = destroy().expect(0);
    assert_eq!((scene.objects(), scene.project.live().len()), (0, 0));
    let (removed, deleted) = ("Namespace orders-dev is removed", "- Queue  AWS::SQS::Queue  delete complete");
    assert!(destroyed.stderr.find(removed).unwrap() < destroyed.stderr.find(deleted).unwrap(), "{destroyed}");
}

#[test]
fn destroy_without_a_cluster_says_what_stays() {
    let scene = Scene::new();
    scene.deploy().expect(0);
    let destroyed = scene.run(&["destroy", "orders", "--yes"]).expect(0);
    let said =
        "the workers of `orders` stay in their cluster, without rights: `--kube-context NAME` removes them first";
    assert!(destroyed.stderr.contains(said), "{destroyed}");
    assert_eq!(scene.objects(), 7);
    // They can be removed afterwards.
    let arguments = ["destroy", "orders", "--kube-context", "dev"];
    let refused = scene.run(&arguments).expect(5);
    assert!(refused.stderr.contains("remove the workers of `orders` from `dev` needs a yes"), "{refused}");
    let removed = scene.run(&[&arguments[..], &["--yes"]].concat()).expect(0);
    assert!(removed.stderr.contains("was not deployed; removed 7 objects from the cluster"), "{removed}");
    assert_eq!(scene.objects(), 0);
}

#[test]
fn a_cluster_that_cannot_take_workers_is_told_and_nothing_is_done() {
    let scene = Scene::new();
    let refused = scene.run(&["deploy", "orders", "--kube-context", "test", "--yes"]).expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: the kubeconfig has no context `test`: it has `dev`, `prod`; nothing was deployed
      help: for EKS: `aws eks update-kubeconfig --name CLUSTER --alias CONTEXT` adds one
    ");
    scene.require_nothing_done(&refused);

    scene.cluster.state().installed.clear();
    let refused = scene.deploy().expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: the workers of `orders`: the cluster of context `dev` does not know the kind TriggerAuthentication of `keda.sh/v1alpha1`; nothing was deployed
      help: install KEDA 2.17 or later, which scales workers: with Helm, the chart `kedacore/keda` in the namespace `keda`
      help: <https://keda.sh/docs/2.20/deploy/>
    ");
    scene.require_nothing_done(&refused);

    let kubeconfig = fs::read_to_string(scene.cluster.kubeconfig()).unwrap();
    let (before, after) = kubeconfig.split_once("http://127.0.0.1:").unwrap();
    let (_, after) = after.split_once('\'').unwrap();
    fs::write(scene.cluster.kubeconfig(), format!("{before}http://127.0.0.1:1'{after}")).unwrap();
    let refused = scene.deploy().expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: the server `http://127.0.0.1:1/` of context `dev` cannot be reached: ServiceError: client error (Connect): tcp connect error: Connection refused (os error 111); nothing was deployed
      help: check the network, whether the cluster is there, and whether its endpoint is public or private
    ");
    scene.require_nothing_done(&refused);

    fs::remove_file(scene.cluster.kubeconfig()).unwrap();
    let refused = scene.deploy().expect(1);
    assert!(refused.stderr.contains("error: there is no kubeconfig at"), "{refused}");
    scene.require_nothing_done(&refused);
    let refused = scene.run(&["deploy", "orders", "--kube-context", "dev", "--local"]).expect(2);
    assert!(refused.stderr.contains("cannot be used with '--local'"), "{refused}");
}

#[test]
fn what_others_manage_is_told_before_anything_is_deployed() {
    let (scene, workspace) = (Scene::new(), TempDir::new().unwrap());
    scene.deploy().expect(0);
    scene.cluster.put(
        "scaledobjects",
        "orders-dev",
        "consume",
        "kubectl-edit",
        &json!({"spec": {"maxReplicaCount": 3}}),
    );
    write_workspace(workspace.path(), "two");
    scene.project.declare_workers(
        &STACK.replace("AWS::SQS::Queue", "AWS::SQS::Queue\n    Properties: {DelaySeconds: 5}"),
        &[("Consume", "consume")],
    );
    let (pushes, updates) = (scene.pushes(), scene.project.called("ExecuteChangeSet"));
    let refused = scene.run_at(workspace.path(), &["deploy", "orders", "--kube-context", "dev", "--yes"]).expect(1);
    assert_snapshot!(said(&refused.stderr), @r"
    error: others manage what the workers of `orders` set in `dev`: `.spec.maxReplicaCount` of ScaledObject orders-dev/consume is `kubectl-edit`'s; nothing was deployed
      help: let the other give the property up, or take it over with `kubectl apply --server-side --force-conflicts --field-manager=stackwright`
    ");
    assert_eq!((scene.pushes(), scene.project.called("ExecuteChangeSet")), (pushes, updates));
    scene.diff().expect(1);
}

#[test]
fn pods_that_crash_are_told_with_their_last_lines_and_the_next_deployment_goes_on() {
    let scene = Scene::new();
    scene.cluster.state().rollout = Rollout::Waits("CrashLoopBackOff");
    assert_snapshot!(said(&scene.deploy().expect(1).stderr), @r"
    error: `orders` is deployed, but for its workers: Deployment orders-dev/consume is not ready: pod `consume-new-1`: CrashLoopBackOff: exit code 101, Error
      | started
      | thread 'main' panicked: consume-new-1
      help: the program ends by itself: its last lines say why; `OOMKilled` means that its memory limit is too low
      help: `cargo xtask deploy orders --region eu-west-1 --endpoint-url ENDPOINT --kube-context dev`, once that is mended, goes on
    ");
    assert_eq!(scene.project.status().as_deref(), Some("CREATE_COMPLETE"));
    // It is not taken to be done.
    scene.deploy().expect(1);
    scene.cluster.state().rollout = Rollout::Runs;
    let deployed = scene.deploy().expect(0);
    assert!(deployed.stderr.contains("orders: its workers run in `dev`"), "{deployed}");
}

#[test]
fn without_a_cluster_the_files_are_written_with_all_values() {
    let scene = Scene::new();
    let deployed = scene.run(&["deploy", "orders", "--yes"]).expect(0);
    let folder = WORKSPACE.path().join("target/stackwright/kubernetes/orders-dev");
    assert!(deployed.stderr.contains(&format!("`kubectl apply -k {}` applies them", folder.display())), "{deployed}");
    let mut names: Vec<_> = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name()).collect();
    names.sort();
    assert_eq!((names.len(), names.last().unwrap().to_str()), (8, Some("kustomization.yaml")));
    let deployment = fs::read_to_string(folder.join("03-deployment-consume.yaml")).unwrap();
    let url = scene.project.aws.physical_id("orders-dev", "Queue").unwrap();
    assert!(deployment.contains(&url) && deployment.contains(&format!("image: {}/", scene.registry.address())));
    assert!(!names.iter().any(|name| fs::read_to_string(folder.join(name)).unwrap().contains("${")));
    assert_eq!(scene.cluster.calls().seen(), [""; 0]);
    // A push is asked for, too.
    let workspace = TempDir::new().unwrap();
    write_workspace(workspace.path(), "two");
    let refused = scene.run_at(workspace.path(), &["deploy", "orders"]).expect(5);
    assert!(refused.stderr.contains("push the images of the workers of `orders` to ECR needs a yes"), "{refused}");
    let diff = scene.run(&["diff", "orders"]).expect(0);
    assert!(diff.stderr.contains("what would change of its workers is told with `--kube-context NAME`"), "{diff}");
}

#[test]
fn programs_are_told_of_the_cluster_too() {
    let scene = Scene::new();
    let diff = scene.run(&["diff", "orders", "--kube-context", "dev", "--json"]).expect(0).json();
    let cluster = &diff["stacks"][0]["cluster"];
    assert_eq!((&cluster["context"], cluster["differences"].as_array().unwrap().len()), (&json!("dev"), 7));
    assert_eq!(cluster["differences"][0]["object"], "Namespace orders-dev");
    let images = &diff["stacks"][0]["images"];
    assert!(images["Consume"].as_str().unwrap().contains("/stackwright/shop/orders-dev/stacks@sha256:"), "{images}");
    let deployed = scene.run(&["deploy", "orders", "--kube-context", "dev", "--yes", "--json"]).expect(0).json();
    let workers = &deployed["workers"][0];
    let counts = ["created", "changed", "unchanged", "removed"].map(|name| workers[name].as_u64());
    assert_eq!((&workers["context"], counts), (&json!("dev"), [Some(7), Some(0), Some(0), Some(0)]));
    let deployed = scene.run(&["deploy", "orders", "--json"]).expect(0).json();
    assert!(deployed["workers"][0]["folder"].as_str().unwrap().ends_with("kubernetes/orders-dev"), "{deployed}");
    let destroyed = scene.run(&["destroy", "orders", "--kube-context", "dev", "--yes", "--json"]).expect(0).json();
    assert_eq!(destroyed["destroyed"][0]["cluster_objects"], 7);
}

#[test]
fn a_sealed_plan_is_of_the_workers_too() {
    let (scene, workspace) = (Scene::new(), TempDir::new().unwrap());
    let (with, without) = (workspace.path().join("with"), workspace.path().join("without"));
    let (with, without) = (with.to_str().unwrap(), without.to_str().unwrap());
    scene.run(&["diff", "orders", "--kube-context", "dev", "--out", with]).expect(0);
    scene.run(&["diff", "orders", "--out", without]).expect(0);
    let deploy = |plan: &str, more: &[&str]| scene.run(&[&["deploy", "orders", "--plan", plan], more].concat());
    let refused = deploy(with, &[]).expect(2);
    assert!(
        refused.stderr.contains("the plan of `orders` is for its workers in `dev`, too; nothing was deployed"),
        "{refused}"
    );
    let refused = deploy(without, &["--kube-context", "dev"]).expect(2);
    assert!(refused.stderr.contains("the plan of `orders` says nothing of its workers in a cluster"), "{refused}");
    let refused = deploy(with, &["--kube-context", "prod"]).expect(2);
    scene.require_nothing_done(&refused);

    deploy(with, &["--kube-context", "dev"]).expect(0);
    assert_eq!(scene.objects(), 7);
    // What was approved is no more than was seen.
    scene.run(&["diff", "orders", "--kube-context", "dev", "--out", with]).expect(0);
    write_workspace(workspace.path(), "two");
    let arguments = ["deploy", "orders", "--plan", with, "--kube-context", "dev"];
    let refused = scene.run_at(workspace.path(), &arguments).expect(1);
    assert!(refused.stderr.contains("a worker or the cluster has changed; nothing was deployed"), "{refused}");
}

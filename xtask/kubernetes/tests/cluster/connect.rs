//! What is told when there is no way to a cluster.

use std::path::Path;

use kubernetes::Cluster;

use crate::fake::{Fake, settings};

#[track_caller]
fn told(error: &kubernetes::Error, expected: &[&str]) {
    for part in expected {
        assert!(error.to_string().contains(part), "{part}\n{error}");
    }
    assert!(!error.advice().is_empty(), "{error}");
}

#[tokio::test]
async fn a_cluster_is_found_by_its_context() {
    let fake = Fake::start();
    assert_eq!(fake.connect().await.context(), "dev");
}

#[tokio::test]
async fn a_kubeconfig_that_is_missing_is_told() {
    let path = Path::new("/nowhere/config");
    let error = Cluster::connect(Some(path), "dev", settings()).await.unwrap_err();
    told(&error, &["there is no kubeconfig at `/nowhere/config`", "aws eks update-kubeconfig"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, "contexts: 1").unwrap();
    let error = Cluster::connect(Some(&path), "dev", settings()).await.unwrap_err();
    told(&error, &["cannot read the kubeconfig"]);
}

#[tokio::test]
async fn a_context_that_is_missing_is_told_with_those_there_are() {
    let fake = Fake::start();
    let error = Cluster::connect(Some(&fake.kubeconfig()), "test", settings()).await.unwrap_err();
    told(&error, &["no context `test`: it has `dev`, `prod`"]);
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told() {
    let fake = Fake::start();
    let text = std::fs::read_to_string(fake.kubeconfig()).unwrap();
    let (before, after) = text.split_once("http://127.0.0.1:").unwrap();
    let (_, after) = after.split_once('\'').unwrap();
    std::fs::write(fake.kubeconfig(), format!("{before}http://127.0.0.1:1'{after}")).unwrap();
    let error = Cluster::connect(Some(&fake.kubeconfig()), "dev", settings()).await.unwrap_err();
    told(&error, &["the server `http://127.0.0.1:1/` of context `dev` cannot be reached", "Connection refused"]);
}

#[tokio::test]
async fn a_server_that_does_not_let_in_is_told() {
    let fake = Fake::start();
    fake.calls().fail(0, kubernetes_fake::Fault::Status(401));
    let error = Cluster::connect(Some(&fake.kubeconfig()), "dev", settings()).await.unwrap_err();
    told(&error, &["does not let in", "access entry"]);
}

#[tokio::test]
async fn a_program_for_credentials_that_is_missing_is_told() {
    let fake = Fake::start();
    let text = std::fs::read_to_string(fake.kubeconfig()).unwrap();
    let exec =
        "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: no-such-program, interactiveMode: Never}}";
    std::fs::write(fake.kubeconfig(), text.replace("{token: t}", exec)).unwrap();
    let error = Cluster::connect(Some(&fake.kubeconfig()), "dev", settings()).await.unwrap_err();
    told(&error, &["context `dev` gets no credentials from `no-such-program`", "must be installed"]);
}

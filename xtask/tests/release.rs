//! All systems on the local cloud with the programs that Lambda gets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use testing::LocalCloud;

#[tokio::test]
async fn all_systems_run_as_lambda_gets_them() {
    let cloud = LocalCloud::fresh();
    let deployed = cloud.attempt(&["deploy", "--all", "--local", "--release", "--yes", "--json"]).expect(0).json();
    let outputs = deployed["outputs"].as_object().unwrap();
    assert_eq!(outputs.len(), 5, "{deployed}");
    let api = outputs["orders"]["ApiUrl"].as_str().unwrap();
    let health = testing::http_client().get(format!("{api}/health")).send().await.unwrap();
    assert_eq!(health.status().as_u16(), 200);

    // What was deployed is what would be deployed again.
    let unchanged = cloud.attempt(&["deploy", "--all", "--local", "--release", "--yes"]).expect(0);
    assert_eq!(unchanged.stderr.matches(": no changes").count(), 5, "{unchanged}");
    cloud.attempt(&["destroy", "--all", "--local", "--yes"]).expect(0);
}

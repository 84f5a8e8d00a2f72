//! The artifacts bucket holds what is deployed, and nothing older.

use tempfile::TempDir;
use testing::LocalCloud;

use crate::project::{Project, write_app};

pub(crate) const FUNCTION: &str = "
Parameters:
  ArtifactsBucket: {Type: String}
  StacksCode: {Type: String}
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}]
  Handler:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Code: {S3Bucket: !Ref ArtifactsBucket, S3Key: !Ref StacksCode}
";

#[tokio::test]
async fn what_nothing_runs_any_more_is_taken_away_and_why_it_changed_is_said() {
    let (project, cloud, workspace) = (Project::new(FUNCTION), LocalCloud::fresh(), TempDir::new().unwrap());
    project.declare_function(FUNCTION);
    let s3 = aws_sdk_s3::Client::new(&cloud.sdk_config());
    let bucket = async || s3.list_buckets().send().await.unwrap().buckets()[0].name().unwrap().to_owned();
    let zips = async || {
        let objects = s3.list_objects_v2().bucket(bucket().await).prefix("functions/").send().await.unwrap();
        let keys = objects.contents().iter().map(|object| object.key().unwrap().to_owned());
        keys.filter(|key| key.rsplit('.').next() == Some("zip")).collect::<Vec<_>>()
    };
    let deploy = |comment: &str| {
        write_app(workspace.path(), comment);
        project.run_in(workspace.path(), &cloud, &["deploy", "orders", "--yes"]).expect(0)
    };
    deploy("one");
    let first = zips().await;
    assert_eq!(first.len(), 1);
    s3.put_object().bucket(bucket().await).key("reports/may.zip").send().await.unwrap();
    let changed = deploy("two");
    assert!(changed.stderr.contains("# as large as before: stacks/src/main.rs\n"), "{changed}");
    let second = zips().await;
    assert_eq!(second.len(), 1);
    assert_ne!(first, second);
    // What somebody else put there is not the engine's to delete.
    s3.head_object().bucket(bucket().await).key("reports/may.zip").send().await.unwrap();
    // What is deployed stays, and can be deployed again.
    project.run_in(workspace.path(), &cloud, &["diff", "orders", "--exit-code"]).expect(0);
}

//! S3.

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, Delete, ObjectIdentifier,
    PublicAccessBlockConfiguration, VersioningConfiguration,
};

use crate::client::{Aws, REGION, refusal};

async fn make(s3: &aws_sdk_s3::Client, bucket: &str) {
    let place = BucketLocationConstraint::from(REGION);
    let place = CreateBucketConfiguration::builder().location_constraint(place).build();
    s3.create_bucket().bucket(bucket).create_bucket_configuration(place).send().await.unwrap();
}

#[tokio::test]
async fn a_bucket_is_there_once_it_is_made() {
    let aws = Aws::start().await;
    let s3 = aws.s3();
    let head = s3.head_bucket().bucket("b").send().await;
    assert!(head.unwrap_err().into_service_error().is_not_found());
    assert_eq!(refusal(s3.get_bucket_policy().bucket("b").send().await).0, "NoSuchBucket");
    make(&s3, "b").await;
    s3.head_bucket().bucket("b").send().await.unwrap();
    assert_eq!(refusal(s3.create_bucket().bucket("b").send().await).0, "BucketAlreadyOwnedByYou");
    assert!(aws.lives("b"));
}

#[tokio::test]
async fn what_is_configured_is_read_back_and_the_rest_is_missing() {
    let aws = Aws::start().await;
    let s3 = aws.s3();
    make(&s3, "b").await;
    assert_eq!(refusal(s3.get_bucket_policy().bucket("b").send().await).0, "NoSuchBucketPolicy");
    assert_eq!(
        refusal(s3.get_bucket_encryption().bucket("b").send().await).0,
        "ServerSideEncryptionConfigurationNotFoundError"
    );
    assert_eq!(
        refusal(s3.get_bucket_lifecycle_configuration().bucket("b").send().await).0,
        "NoSuchLifecycleConfiguration"
    );
    assert_eq!(refusal(s3.get_bucket_tagging().bucket("b").send().await).0, "NoSuchTagSet");
    assert_eq!(s3.get_bucket_versioning().bucket("b").send().await.unwrap().status(), None);

    s3.put_bucket_policy().bucket("b").policy("{}").send().await.unwrap();
    assert_eq!(s3.get_bucket_policy().bucket("b").send().await.unwrap().policy(), Some("{}"));
    let private = PublicAccessBlockConfiguration::builder().block_public_acls(true).build();
    s3.put_public_access_block().bucket("b").public_access_block_configuration(private).send().await.unwrap();
    let read = s3.get_public_access_block().bucket("b").send().await.unwrap();
    assert_eq!(read.public_access_block_configuration().unwrap().block_public_acls(), Some(true));
}

#[tokio::test]
async fn a_bucket_of_a_template_is_configured_as_it_says() {
    let aws = Aws::start().await;
    let template = "Resources:
  B:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: orders
      VersioningConfiguration: {Status: Enabled}
      BucketEncryption: {ServerSideEncryptionConfiguration: [{ServerSideEncryptionByDefault: {SSEAlgorithm: AES256}}]}
      LifecycleConfiguration: {Rules: [{Id: old, Status: Enabled, ExpirationInDays: 7}]}";
    aws.fake.create_stack(REGION, "orders", template, &[("team", "shop")]);
    let s3 = aws.s3();
    let versioning = s3.get_bucket_versioning().bucket("orders").send().await.unwrap();
    assert_eq!(versioning.status(), Some(&BucketVersioningStatus::Enabled));
    let encryption = s3.get_bucket_encryption().bucket("orders").send().await.unwrap();
    let rules = encryption.server_side_encryption_configuration().unwrap().rules();
    let algorithm = rules[0].apply_server_side_encryption_by_default().unwrap().sse_algorithm();
    assert_eq!(algorithm.as_str(), "AES256");
    let rules = s3.get_bucket_lifecycle_configuration().bucket("orders").send().await.unwrap();
    let rule = &rules.rules()[0];
    assert_eq!((rule.id(), rule.expiration().unwrap().days()), (Some("old"), Some(7)));
    let tags = s3.get_bucket_tagging().bucket("orders").send().await.unwrap();
    assert_eq!((tags.tag_set()[0].key(), tags.tag_set()[0].value()), ("team", "shop"));
}

#[tokio::test]
async fn objects_are_written_and_read() {
    let aws = Aws::start().await;
    let s3 = aws.s3();
    make(&s3, "b").await;
    let head = |key: &str| s3.head_object().bucket("b").key(key).send();
    assert!(head("a/b c").await.unwrap_err().into_service_error().is_not_found());
    s3.put_object().bucket("b").key("a/b c").body(b"content".to_vec().into()).send().await.unwrap();
    assert_eq!(head("a/b c").await.unwrap().content_length(), Some(7));
    let read = s3.get_object().bucket("b").key("a/b c").send().await.unwrap();
    assert_eq!(read.body.collect().await.unwrap().to_vec(), b"content");
    assert_eq!(aws.fake.object("b", "a/b c").unwrap(), b"content");
    assert_eq!(refusal(s3.get_object().bucket("b").key("no").send().await).0, "NoSuchKey");
    assert_eq!(refusal(s3.delete_bucket().bucket("b").send().await).0, "BucketNotEmpty");
}

#[tokio::test]
async fn a_bucket_is_empty_when_no_version_is_left() {
    let aws = Aws::start().await;
    let s3 = aws.s3();
    make(&s3, "b").await;
    let versioning = VersioningConfiguration::builder().status(BucketVersioningStatus::Enabled).build();
    s3.put_bucket_versioning().bucket("b").versioning_configuration(versioning).send().await.unwrap();
    for _ in 0..2 {
        s3.put_object().bucket("b").key("k").body(b"x".to_vec().into()).send().await.unwrap();
    }
    s3.delete_object().bucket("b").key("k").send().await.unwrap();
    let listed = s3.list_objects_v2().bucket("b").send().await.unwrap();
    assert_eq!(listed.key_count(), Some(0));

    let (mut key, mut version, mut deleted) = (None, None, 0);
    loop {
        let page = s3.list_object_versions().bucket("b").set_key_marker(key).set_version_id_marker(version);
        let page = page.send().await.unwrap();
        let versions = page.versions().iter().map(|it| (it.key(), it.version_id()));
        let markers = page.delete_markers().iter().map(|it| (it.key(), it.version_id()));
        let objects: Vec<_> = versions
            .chain(markers)
            .map(|(key, id)| ObjectIdentifier::builder().key(key.unwrap()).version_id(id.unwrap()).build().unwrap())
            .collect();
        deleted += objects.len();
        let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build().unwrap();
        s3.delete_objects().bucket("b").delete(delete).send().await.unwrap();
        if page.is_truncated() != Some(true) {
            break;
        }
        (key, version) = (page.next_key_marker().map(str::to_owned), page.next_version_id_marker().map(str::to_owned));
    }
    assert_eq!(deleted, 3);
    aws.fake.begin_upload("b", "half");
    let uploads = || s3.list_multipart_uploads().bucket("b").send();
    let listed = uploads().await.unwrap();
    let id = listed.uploads()[0].upload_id().unwrap();
    s3.abort_multipart_upload().bucket("b").key("half").upload_id(id).send().await.unwrap();
    assert!(uploads().await.unwrap().uploads().is_empty());
    s3.delete_bucket().bucket("b").send().await.unwrap();
    assert!(!aws.lives("b"));
}

#[tokio::test]
async fn a_bucket_is_of_its_region() {
    let aws = Aws::start().await;
    make(&aws.s3(), "b").await;
    let config = aws.config.to_builder().region(aws_config::Region::new("us-east-1")).build();
    let elsewhere = aws_sdk_s3::config::Builder::from(&config).force_path_style(true).build();
    let head = aws_sdk_s3::Client::from_conf(elsewhere).head_bucket().bucket("b").send().await;
    assert_eq!(head.unwrap_err().raw_response().unwrap().status().as_u16(), 301);
}

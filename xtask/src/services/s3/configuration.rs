//! How buckets are configured: encryption, versioning, lifecycle, tags.

use aws_sdk_s3::operation::get_bucket_tagging::GetBucketTaggingOutput;
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, BucketVersioningStatus, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter, NoncurrentVersionExpiration, ServerSideEncryption,
    ServerSideEncryptionByDefault, ServerSideEncryptionConfiguration, ServerSideEncryptionRule, Tag, Tagging,
    Transition, TransitionStorageClass, VersioningConfiguration,
};
use serde_json::Value as Json;

use crate::cloud::explain;
use crate::services::deviation::{Deviation, Live};
use crate::services::existence::{found, unless_missing};

pub(super) async fn deviations(live: &Live<'_>) -> anyhow::Result<Vec<Deviation>> {
    if found(live.cloud.s3.head_bucket().bucket(live.physical_id()).send().await)? == Some(false) {
        return Ok(live.missing());
    }
    let mut deviations = Vec::new();
    deviations.extend(versioning(live).await?);
    deviations.extend(encryption(live).await?);
    deviations.extend(lifecycle(live).await?);
    deviations.extend(tags(live).await?);
    Ok(deviations)
}

async fn versioning(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let s3 = &live.cloud.s3;
    let answer = s3.get_bucket_versioning().bucket(live.physical_id()).send().await.map_err(explain)?;
    let status = answer.status().map(|it| it.as_str().to_owned());
    let Some(deviation) = live.compare("VersioningConfiguration.Status", status) else { return Ok(None) };
    let status = BucketVersioningStatus::from(deviation.expected.as_str());
    let configuration = VersioningConfiguration::builder().status(status).build();
    let call = s3.put_bucket_versioning().bucket(live.physical_id()).versioning_configuration(configuration);
    Ok(Some(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) })))
}

async fn encryption(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let s3 = &live.cloud.s3;
    let rules = live.property("BucketEncryption.ServerSideEncryptionConfiguration").and_then(Json::as_array);
    let Some(rule) = rules.and_then(|rules| rules.first()) else { return Ok(None) };
    let by_default = |name: &str| rule.get("ServerSideEncryptionByDefault")?.get(name)?.as_str();
    let Some(algorithm) = by_default("SSEAlgorithm") else { return Ok(None) };
    let answer = unless_missing(s3.get_bucket_encryption().bucket(live.physical_id()).send().await)?;
    let actual = answer
        .as_ref()
        .and_then(|it| it.server_side_encryption_configuration()?.rules().first())
        .and_then(|it| it.apply_server_side_encryption_by_default())
        .map(|it| it.sse_algorithm().as_str().to_owned());
    if actual.as_deref() == Some(algorithm) {
        return Ok(None);
    }
    let deviation = live.deviation("BucketEncryption", algorithm.to_owned(), actual);
    let key = by_default("KMSMasterKeyID");
    if key.is_none() && algorithm != ServerSideEncryption::Aes256.as_str() {
        // The key is known to CloudFormation only.
        return Ok(Some(deviation));
    }
    let by_default = ServerSideEncryptionByDefault::builder()
        .sse_algorithm(ServerSideEncryption::from(algorithm))
        .set_kms_master_key_id(key.map(str::to_owned))
        .build()?;
    let rule = ServerSideEncryptionRule::builder()
        .apply_server_side_encryption_by_default(by_default)
        .set_bucket_key_enabled(rule.get("BucketKeyEnabled").and_then(Json::as_bool))
        .build();
    let configuration = ServerSideEncryptionConfiguration::builder().rules(rule).build()?;
    let call =
        s3.put_bucket_encryption().bucket(live.physical_id()).server_side_encryption_configuration(configuration);
    Ok(Some(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) })))
}

async fn lifecycle(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let s3 = &live.cloud.s3;
    let Some(rules) = live.property("LifecycleConfiguration.Rules").and_then(Json::as_array) else { return Ok(None) };
    let expected = rules.iter().map(lifecycle_rule).collect::<anyhow::Result<Vec<_>>>()?;
    let answer = unless_missing(s3.get_bucket_lifecycle_configuration().bucket(live.physical_id()).send().await)?;
    let words = |rules: &[LifecycleRule]| {
        let mut words: Vec<_> = rules.iter().map(words_of).collect();
        words.sort();
        words.join("; ")
    };
    let actual = answer.map(|answer| words(answer.rules()));
    if actual.as_ref() == Some(&words(&expected)) {
        return Ok(None);
    }
    let deviation = live.deviation("LifecycleConfiguration", words(&expected), actual);
    let configuration = BucketLifecycleConfiguration::builder().set_rules(Some(expected)).build()?;
    let call =
        s3.put_bucket_lifecycle_configuration().bucket(live.physical_id()).lifecycle_configuration(configuration);
    Ok(Some(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) })))
}

/// A rule of the template as S3's own API has it.
fn lifecycle_rule(rule: &Json) -> anyhow::Result<LifecycleRule> {
    let text = |name: &str| rule.get(name).and_then(Json::as_str).map(str::to_owned);
    let days = |json: Option<&Json>| json.and_then(Json::as_i64).and_then(|days| i32::try_from(days).ok());
    let expiration = days(rule.get("ExpirationInDays"));
    let marker = rule.get("ExpiredObjectDeleteMarker").and_then(Json::as_bool);
    let expires = expiration.is_some() || marker.is_some();
    let expiration =
        || LifecycleExpiration::builder().set_days(expiration).set_expired_object_delete_marker(marker).build();
    let noncurrent = days(rule.pointer("/NoncurrentVersionExpiration/NoncurrentDays"));
    let abort = days(rule.pointer("/AbortIncompleteMultipartUpload/DaysAfterInitiation"));
    let transitions = rule.get("Transitions").and_then(Json::as_array).into_iter().flatten().map(|transition| {
        let class = transition.get("StorageClass").and_then(Json::as_str).map(TransitionStorageClass::from);
        Transition::builder().set_days(days(transition.get("TransitionInDays"))).set_storage_class(class).build()
    });
    let transitions: Vec<_> = transitions.collect();
    let rule = LifecycleRule::builder()
        .set_id(text("Id"))
        .status(ExpirationStatus::from(text("Status").unwrap_or_default().as_str()))
        .filter(LifecycleRuleFilter::builder().prefix(text("Prefix").unwrap_or_default()).build())
        .set_expiration(expires.then(expiration))
        .set_noncurrent_version_expiration(
            noncurrent.map(|days| NoncurrentVersionExpiration::builder().noncurrent_days(days).build()),
        )
        .set_abort_incomplete_multipart_upload(
            abort.map(|days| AbortIncompleteMultipartUpload::builder().days_after_initiation(days).build()),
        )
        .set_transitions(Some(transitions).filter(|transitions| !transitions.is_empty()))
        .build()?;
    Ok(rule)
}

/// What a rule does, whichever of S3's ways of writing it was used.
fn words_of(rule: &LifecycleRule) -> String {
    let filter = rule.filter().and_then(LifecycleRuleFilter::prefix);
    #[expect(deprecated, reason = "older configurations have it, and CloudFormation may write them")]
    let prefix = filter.or(rule.prefix()).filter(|prefix| !prefix.is_empty());
    let expiration = rule.expiration();
    let days = |label: &str, days: Option<i32>| days.map(|days| format!("{label} after {days} days"));
    let transitions = rule.transitions().iter().map(|it| {
        let class = it.storage_class().map(|class| class.as_str().to_owned()).unwrap_or_default();
        format!("to {class} after {} days", it.days().unwrap_or_default())
    });
    let abort = rule.abort_incomplete_multipart_upload();
    let parts = [
        prefix.map(|prefix| format!("under `{prefix}`")),
        days("expires", expiration.and_then(LifecycleExpiration::days).filter(|days| *days > 0)),
        expiration
            .and_then(LifecycleExpiration::expired_object_delete_marker)
            .filter(|marker| *marker)
            .map(|_| "lone delete markers expire".to_owned()),
        days(
            "versions expire",
            rule.noncurrent_version_expiration().and_then(NoncurrentVersionExpiration::noncurrent_days),
        ),
        days("uploads are aborted", abort.and_then(AbortIncompleteMultipartUpload::days_after_initiation)),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().chain(transitions).collect();
    format!("{} {}: {}", rule.id().unwrap_or_default(), rule.status().as_str(), parts.join(", "))
}

async fn tags(live: &Live<'_>) -> anyhow::Result<Option<Deviation>> {
    let s3 = &live.cloud.s3;
    let answer = unless_missing(s3.get_bucket_tagging().bucket(live.physical_id()).send().await)?;
    let actual: Vec<_> = answer.iter().flat_map(GetBucketTaggingOutput::tag_set).cloned().collect();
    let has = |key: &str, value: &str| actual.iter().any(|tag| tag.key() == key && tag.value() == value);
    if live.tags.iter().all(|(key, value)| has(key, value)) {
        return Ok(None);
    }
    let words = |(key, value): (&String, &String)| format!("{key}={value}");
    let expected = live.tags.iter().map(words).collect::<Vec<_>>().join(", ");
    let found = actual.iter().map(|tag| format!("{}={}", tag.key(), tag.value())).collect::<Vec<_>>().join(", ");
    let deviation = live.deviation("Tags", expected, Some(found).filter(|found| !found.is_empty()));
    if live.cloud.local.is_none() {
        // Setting tags replaces all of them, and CloudFormation's own may not be set.
        return Ok(Some(deviation));
    }
    let kept = actual.into_iter().filter(|tag| !live.tags.contains_key(tag.key())).map(Ok);
    let ours = live.tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build());
    let all = kept.chain(ours).collect::<Result<Vec<_>, _>>()?;
    let tagging = Tagging::builder().set_tag_set(Some(all)).build()?;
    let call = s3.put_bucket_tagging().bucket(live.physical_id()).tagging(tagging);
    Ok(Some(deviation.repaired_by(async move { call.send().await.map(|_| ()).map_err(explain) })))
}

//! S3: buckets and their objects, in memory.
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html>

use std::collections::BTreeMap;

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::account::{Account, Live, Time, http_date, iso};
use crate::http::{Answer, Refusal, Request};
use crate::resources::OPERATION_ABORTED;
use crate::xml::Xml;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A version of an object, or a delete marker.
#[derive(Debug, Clone)]
struct Version {
    /// `null` of what was written before the bucket kept versions.
    id: String,
    /// None of a delete marker.
    content: Option<Vec<u8>>,
    written: Time,
}

/// A bucket.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bucket {
    region: String,
    /// The versions of each key, newest first.
    objects: BTreeMap<String, Vec<Version>>,
    keeps_versions: bool,
    /// What was put with calls of the API, as it was sent, and what a template configured: by the name in the query.
    configurations: BTreeMap<String, String>,
    /// The keys and ids of uploads that nobody finished.
    pub(crate) uploads: Vec<(String, String)>,
}

impl Bucket {
    /// A bucket with the properties that a template gives it.
    pub(crate) fn of(region: &str, properties: &Json, tags: &BTreeMap<String, String>) -> Self {
        let mut bucket = Self { region: region.to_owned(), ..Self::default() };
        bucket.configure(properties, tags);
        bucket
    }

    /// Takes over the properties that calls of the API read.
    pub(crate) fn configure(&mut self, properties: &Json, tags: &BTreeMap<String, String>) {
        let status = properties.pointer("/VersioningConfiguration/Status").and_then(Json::as_str);
        self.keeps_versions = status == Some("Enabled");
        let set = |configurations: &mut BTreeMap<String, String>, name: &str, xml: Option<String>| match xml {
            Some(xml) => {
                configurations.insert(name.to_owned(), xml);
            }
            None => {
                configurations.remove(name);
            }
        };
        let configurations = &mut self.configurations;
        let versioning = status.map(|status| {
            document("VersioningConfiguration", |xml| {
                xml.text("Status", status);
            })
        });
        set(configurations, "versioning", versioning);
        set(configurations, "encryption", encryption(properties));
        let rules = properties.pointer("/LifecycleConfiguration/Rules").and_then(Json::as_array);
        set(configurations, "lifecycle", rules.map(|rules| lifecycle(rules)));
        let own = properties.get("Tags").and_then(Json::as_array).into_iter().flatten();
        let own = own.filter_map(|tag| Some((tag.get("Key")?.as_str()?, tag.get("Value")?.as_str()?)));
        let tags: BTreeMap<&str, &str> =
            tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).chain(own).collect();
        let tagging = document("Tagging", |xml| {
            xml.within("TagSet", |xml| {
                for (key, value) in &tags {
                    xml.within("Tag", |xml| {
                        xml.text("Key", key).text("Value", value);
                    });
                }
            });
        });
        set(configurations, "tagging", (!tags.is_empty()).then_some(tagging));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The content of an object.
    pub(crate) fn get(&self, key: &str) -> Option<&[u8]> {
        self.objects.get(key)?.first()?.content.as_deref()
    }

    /// Writes an object; the id of its version.
    pub(crate) fn put(&mut self, account_id: String, now: Time, key: &str, content: Option<Vec<u8>>) -> String {
        let id = if self.keeps_versions { account_id } else { "null".to_owned() };
        let versions = self.objects.entry(key.to_owned()).or_default();
        if !self.keeps_versions {
            versions.retain(|version| version.id != "null");
        }
        versions.insert(0, Version { id: id.clone(), content, written: now });
        id
    }

    fn delete(&mut self, account_id: String, now: Time, key: &str, version: Option<&str>) {
        if let Some(version) = version {
            if let Some(versions) = self.objects.get_mut(key) {
                versions.retain(|known| known.id != version);
            }
        } else if self.keeps_versions {
            self.put(account_id, now, key, None);
        } else {
            self.objects.remove(key);
        }
        self.objects.retain(|_, versions| !versions.is_empty());
    }

    /// All versions and delete markers, keys in order, newest first.
    fn versions(&self) -> impl Iterator<Item = (&str, &Version, bool)> {
        self.objects.iter().flat_map(|(key, versions)| {
            versions.iter().enumerate().map(move |(index, version)| (key.as_str(), version, index == 0))
        })
    }
}

fn document(root: &str, fill: impl FnOnce(&mut Xml)) -> String {
    Xml::document(root, NAMESPACE, fill)
}

fn encryption(properties: &Json) -> Option<String> {
    let rules = properties.pointer("/BucketEncryption/ServerSideEncryptionConfiguration")?.as_array()?;
    Some(document("ServerSideEncryptionConfiguration", |xml| {
        for rule in rules {
            let text = |path: &str| rule.pointer(path).and_then(Json::as_str);
            xml.within("Rule", |xml| {
                xml.within("ApplyServerSideEncryptionByDefault", |xml| {
                    xml.optional("SSEAlgorithm", text("/ServerSideEncryptionByDefault/SSEAlgorithm"))
                        .optional("KMSMasterKeyID", text("/ServerSideEncryptionByDefault/KMSMasterKeyID"));
                });
                xml.optional("BucketKeyEnabled", rule.get("BucketKeyEnabled").and_then(Json::as_bool));
            });
        }
    }))
}

fn lifecycle(rules: &[Json]) -> String {
    document("LifecycleConfiguration", |xml| {
        for rule in rules {
            let text = |name: &str| rule.get(name).and_then(Json::as_str);
            let days = |path: &str| rule.pointer(path).filter(|days| days.is_number());
            let marker = rule.get("ExpiredObjectDeleteMarker").and_then(Json::as_bool);
            xml.within("Rule", |xml| {
                xml.optional("ID", text("Id")).optional("Status", text("Status"));
                xml.within("Filter", |xml| {
                    xml.text("Prefix", text("Prefix").unwrap_or_default());
                });
                if days("/ExpirationInDays").is_some() || marker.is_some() {
                    xml.within("Expiration", |xml| {
                        xml.optional("Days", days("/ExpirationInDays")).optional("ExpiredObjectDeleteMarker", marker);
                    });
                }
                if let Some(days) = days("/NoncurrentVersionExpiration/NoncurrentDays") {
                    xml.within("NoncurrentVersionExpiration", |xml| {
                        xml.text("NoncurrentDays", days);
                    });
                }
                if let Some(days) = days("/AbortIncompleteMultipartUpload/DaysAfterInitiation") {
                    xml.within("AbortIncompleteMultipartUpload", |xml| {
                        xml.text("DaysAfterInitiation", days);
                    });
                }
                for transition in rule.get("Transitions").and_then(Json::as_array).into_iter().flatten() {
                    xml.within("Transition", |xml| {
                        xml.optional("Days", transition.get("TransitionInDays"))
                            .optional("StorageClass", transition.get("StorageClass").and_then(Json::as_str));
                    });
                }
            });
        }
    })
}

/// The configurations by the name in the query: the operation's noun, and the error of what was never configured.
const CONFIGURATIONS: [(&str, &str, &str); 10] = [
    ("policy", "BucketPolicy", "NoSuchBucketPolicy"),
    ("publicAccessBlock", "PublicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
    ("encryption", "BucketEncryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ("lifecycle", "BucketLifecycleConfiguration", "NoSuchLifecycleConfiguration"),
    ("versioning", "BucketVersioning", ""),
    ("tagging", "BucketTagging", "NoSuchTagSet"),
    ("ownershipControls", "BucketOwnershipControls", "OwnershipControlsNotFoundError"),
    ("cors", "BucketCors", "NoSuchCORSConfiguration"),
    ("website", "BucketWebsite", "NoSuchWebsiteConfiguration"),
    ("notification", "BucketNotificationConfiguration", ""),
];

/// The operation by the method, the depth of the path and the query.
pub(crate) fn operation(request: &Request) -> String {
    let has = |name: &str| request.query.contains_key(name);
    let depth = request.steps().len();
    let configuration = CONFIGURATIONS.iter().find(|(name, ..)| depth == 1 && has(name));
    if let Some((_, noun, _)) = configuration {
        let verb = match request.method.as_str() {
            "PUT" => "Put",
            "DELETE" => "Delete",
            _ => "Get",
        };
        return format!("{verb}{noun}");
    }
    match (request.method.as_str(), depth) {
        ("GET", 0) => "ListBuckets",
        ("HEAD", 1) => "HeadBucket",
        ("PUT", 1) => "CreateBucket",
        ("DELETE", 1) => "DeleteBucket",
        ("POST", 1) if has("delete") => "DeleteObjects",
        ("GET", 1) if has("versions") => "ListObjectVersions",
        ("GET", 1) if has("uploads") => "ListMultipartUploads",
        ("GET", 1) if has("location") => "GetBucketLocation",
        ("GET", 1) => "ListObjectsV2",
        ("DELETE", _) if has("uploadId") => "AbortMultipartUpload",
        ("PUT", _) => "PutObject",
        ("GET", _) => "GetObject",
        ("HEAD", _) => "HeadObject",
        ("DELETE", _) => "DeleteObject",
        _ => "Unknown",
    }
    .to_owned()
}

/// Bucket and key.
pub(crate) fn place(request: &Request) -> (String, String) {
    let mut steps = request.steps().into_iter();
    let bucket = steps.next().unwrap_or_default();
    (bucket, steps.collect::<Vec<_>>().join("/"))
}

/// The answer to a request that is refused. A `HEAD` gets the status alone.
pub(crate) fn refused(id: &str, refusal: &Refusal) -> Answer {
    let mut xml = Xml::default();
    xml.within("Error", |xml| {
        xml.text("Code", &refusal.code).text("Message", &refusal.message).text("RequestId", id);
    });
    Answer::xml(refusal.status, xml.into_text()).with("x-amz-request-id", id)
}

/// Carries a call out.
pub(crate) fn call(account: &mut Account, request: &Request, operation: &str) -> Result<Answer, Refusal> {
    let (name, key) = place(request);
    match operation {
        "ListBuckets" => return Ok(list_buckets(account)),
        "CreateBucket" => return create(account, request, &name),
        _ => {}
    }
    let (id, now, page) = (account.suffix(32), account.now(), account.page);
    let Some(bucket) = account.buckets.get_mut(&name) else {
        return Err(if request.method == "HEAD" {
            Refusal::new(404, "NotFound", "Not Found")
        } else {
            Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist")
        });
    };
    // Names are one space for all regions.
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
    if bucket.region != request.region {
        return Err(Refusal::new(
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all \
             future requests to this endpoint.",
        ));
    }
    let configuration = CONFIGURATIONS.iter().find(|(_, noun, _)| {
        operation.ends_with(noun) && operation.len() == noun.len() + if operation.starts_with("Delete") { 6 } else { 3 }
    });
    if let Some((name, _, missing)) = configuration {
        return configure(bucket, request, name, missing);
    }
    match operation {
        "HeadBucket" => Ok(Answer::new(200, Vec::new()).with("x-amz-bucket-region", &request.region)),
        "DeleteBucket" => {
            if !bucket.is_empty() {
                return Err(Refusal::new(409, "BucketNotEmpty", "The bucket you tried to delete is not empty"));
            }
            account.buckets.shift_remove(&name);
            account.forget("AWS::S3::Bucket", &request.region, &name);
            Ok(Answer::new(204, Vec::new()))
        }
        "PutObject" => {
            let tag = tag(&request.body);
            let version = bucket.put(id, now, &key, Some(request.body.clone()));
            let answer = Answer::new(200, Vec::new()).with("etag", tag);
            Ok(if version == "null" { answer } else { answer.with("x-amz-version-id", version) })
        }
        "GetObject" | "HeadObject" => {
            let version = bucket.objects.get(&key).and_then(|versions| versions.first());
            let content = version.and_then(|version| version.content.clone());
            let (Some(version), Some(content)) = (version, content) else {
                return Err(if operation == "HeadObject" {
                    Refusal::new(404, "NotFound", "Not Found")
                } else {
                    Refusal::new(404, "NoSuchKey", "The specified key does not exist.")
                });
            };
            let answer = Answer::new(200, Vec::new());
            let answer = answer.with("content-length", content.len().to_string()).with("etag", tag(&content));
            let answer = answer.with("last-modified", http_date(version.written));
            Ok(Answer { body: content, ..answer })
        }
        "DeleteObject" => {
            bucket.delete(id, now, &key, request.query.get("versionId").map(String::as_str));
            Ok(Answer::new(204, Vec::new()))
        }
        "DeleteObjects" => delete_objects(bucket, request, &id, now),
        "ListObjectsV2" => Ok(list_objects(bucket, request, &name, page)),
        "ListObjectVersions" => Ok(list_versions(bucket, request, &name, page)),
        "ListMultipartUploads" => Ok(Answer::xml(
            200,
            document("ListMultipartUploadsResult", |xml| {
                xml.text("Bucket", &name);
                for (key, id) in &bucket.uploads {
                    xml.within("Upload", |xml| {
                        xml.text("Key", key).text("UploadId", id);
                    });
                }
                xml.text("IsTruncated", false);
            }),
        )),
        "AbortMultipartUpload" => {
            let upload = request.query.get("uploadId").cloned().unwrap_or_default();
            bucket.uploads.retain(|(_, id)| *id != upload);
            Ok(Answer::new(204, Vec::new()))
        }
        "GetBucketLocation" => Ok(Answer::xml(
            200,
            format!("<LocationConstraint xmlns=\"{NAMESPACE}\">{}</LocationConstraint>", bucket.region),
        )),
        other => Err(Refusal::not_implemented("s3", other)),
    }
}

fn tag(content: &[u8]) -> String {
    format!("\"{:.32x}\"", Sha256::digest(content))
}

fn list_buckets(account: &Account) -> Answer {
    let body = document("ListAllMyBucketsResult", |xml| {
        xml.within("Buckets", |xml| {
            for name in account.buckets.keys() {
                xml.within("Bucket", |xml| {
                    xml.text("Name", name);
                });
            }
        });
    });
    Answer::xml(200, body)
}

/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html>
fn create(account: &mut Account, request: &Request, name: &str) -> Result<Answer, Refusal> {
    if account.buckets.contains_key(name) {
        // In `us-east-1` it is made again as it is.
        if request.region == "us-east-1" {
            return Ok(Answer::new(200, Vec::new()).with("location", format!("/{name}")));
        }
        let message = "Your previous request to create the named bucket succeeded and you already own it.";
        return Err(Refusal::new(409, "BucketAlreadyOwnedByYou", message));
    }
    if account.lingering("AWS::S3::Bucket", &request.region, name).is_some() {
        return Err(Refusal::new(409, "OperationAborted", OPERATION_ABORTED));
    }
    let bucket = Bucket { region: request.region.clone(), ..Bucket::default() };
    account.buckets.insert(name.to_owned(), bucket);
    account.live.push(Live {
        resource_type: "AWS::S3::Bucket".to_owned(),
        id: name.to_owned(),
        region: request.region.clone(),
        properties: Json::Null,
        tags: BTreeMap::new(),
        stack: String::new(),
        logical_id: String::new(),
    });
    Ok(Answer::new(200, Vec::new()).with("location", format!("/{name}")))
}

fn configure(bucket: &mut Bucket, request: &Request, name: &str, missing: &str) -> Result<Answer, Refusal> {
    match request.method.as_str() {
        "PUT" => {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            if name == "versioning" {
                bucket.keeps_versions = body.contains("<Status>Enabled</Status>");
            }
            bucket.configurations.insert(name.to_owned(), body);
            Ok(Answer::new(200, Vec::new()))
        }
        "DELETE" => {
            bucket.configurations.remove(name);
            Ok(Answer::new(204, Vec::new()))
        }
        _ => match bucket.configurations.get(name) {
            Some(body) => Ok(Answer::xml(200, body.clone())),
            None if missing.is_empty() => {
                let root = if name == "versioning" { "VersioningConfiguration" } else { "NotificationConfiguration" };
                Ok(Answer::xml(200, document(root, |_| {})))
            }
            None => Err(Refusal::new(404, missing, format!("The bucket has no {name} configuration"))),
        },
    }
}

fn delete_objects(bucket: &mut Bucket, request: &Request, id: &str, now: Time) -> Result<Answer, Refusal> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let malformed = |_| Refusal::new(400, "MalformedXML", "The XML you provided was not well-formed");
    let parsed = roxmltree::Document::parse(&body).map_err(malformed)?;
    let objects =
        parsed.descendants().filter(|node| node.has_tag_name((NAMESPACE, "Object")) || node.has_tag_name("Object"));
    let mut deleted = Vec::new();
    for (index, object) in objects.enumerate() {
        let text = |name: &str| object.children().find(|it| it.tag_name().name() == name).and_then(|it| it.text());
        let Some(key) = text("Key") else { continue };
        bucket.delete(format!("{id}{index}"), now, key, text("VersionId"));
        deleted.push((key.to_owned(), text("VersionId").map(str::to_owned)));
    }
    let is_quiet = parsed.descendants().any(|node| node.tag_name().name() == "Quiet" && node.text() == Some("true"));
    let answer = document("DeleteResult", |xml| {
        for (key, version) in deleted.iter().filter(|_| !is_quiet) {
            xml.within("Deleted", |xml| {
                xml.text("Key", key).optional("VersionId", version.as_ref());
            });
        }
    });
    Ok(Answer::xml(200, answer))
}

/// As many as the client asks for, up to the size of pages.
fn limit(request: &Request, page: usize) -> usize {
    request.query.get("max-keys").and_then(|text| text.parse().ok()).map_or(page, |most: usize| most.min(page))
}

fn list_objects(bucket: &Bucket, request: &Request, name: &str, page: usize) -> Answer {
    let after = request.query.get("continuation-token").or(request.query.get("start-after"));
    let prefix = request.query.get("prefix").cloned().unwrap_or_default();
    let all: Vec<_> = bucket
        .versions()
        .filter(|(key, version, latest)| *latest && version.content.is_some() && key.starts_with(&prefix))
        .filter(|(key, ..)| after.is_none_or(|after| *key > after.as_str()))
        .collect();
    let shown = &all[..all.len().min(limit(request, page))];
    let more = shown.len() < all.len();
    let body = document("ListBucketResult", |xml| {
        xml.text("Name", name).text("Prefix", &prefix).text("KeyCount", shown.len()).text("IsTruncated", more);
        for (key, version, _) in shown {
            let content = version.content.as_deref().unwrap_or_default();
            xml.within("Contents", |xml| {
                xml.text("Key", key)
                    .text("LastModified", iso(version.written))
                    .text("ETag", tag(content))
                    .text("Size", content.len());
            });
        }
        xml.optional("NextContinuationToken", shown.last().filter(|_| more).map(|(key, ..)| key));
    });
    Answer::xml(200, body)
}

fn list_versions(bucket: &Bucket, request: &Request, name: &str, page: usize) -> Answer {
    let (key, version) = (request.query.get("key-marker"), request.query.get("version-id-marker"));
    let all: Vec<_> = bucket.versions().collect();
    let begin = match (key, version) {
        (Some(key), Some(id)) => {
            all.iter().position(|(at, version, _)| at == key && version.id == *id).map(|at| at + 1)
        }
        (Some(key), None) => all.iter().position(|(at, ..)| *at > key.as_str()),
        _ => Some(0),
    };
    // What was listed last may be deleted since.
    let begin = begin.or_else(|| all.iter().position(|(at, ..)| key.is_some_and(|key| *at >= key.as_str())));
    let rest = &all[begin.unwrap_or(all.len())..];
    let shown = &rest[..rest.len().min(limit(request, page))];
    let more = shown.len() < rest.len();
    let body = document("ListVersionsResult", |xml| {
        xml.text("Name", name).text("IsTruncated", more);
        for (key, version, latest) in shown {
            let element = if version.content.is_some() { "Version" } else { "DeleteMarker" };
            xml.within(element, |xml| {
                xml.text("Key", key)
                    .text("VersionId", &version.id)
                    .text("IsLatest", latest)
                    .text("LastModified", iso(version.written));
                xml.optional("Size", version.content.as_ref().map(Vec::len));
            });
        }
        if let Some((key, version, _)) = shown.last().filter(|_| more) {
            xml.text("NextKeyMarker", key).text("NextVersionIdMarker", &version.id);
        }
    });
    Answer::xml(200, body)
}

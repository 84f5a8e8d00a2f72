//! Amazon S3: buckets, what they tell whom, and who may use them.

mod bucket;
mod name;
mod notification;
mod policy;

pub use bucket::{
    Bucket, BucketEncryption, Expiration, LifecycleRule, ObjectOwnership, PublicAccessBlock, StorageClass, Transition,
    Versioning,
};
pub use name::{BucketName, Objects, TaggedObjects};
pub use notification::{Event, KeyFilter, Notification, NotificationConfiguration};
pub use policy::{BucketPolicy, deny_insecure_transport};

//! Amazon S3.
//!
//! <https://docs.aws.amazon.com/service-authorization/latest/reference/list_s3.html>,
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>, and for conditions
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html>
//!
//! For a version of an object, S3 asks for the action of versions in the place of the one of objects.
//!
//! `CreateSession` is part of every client, which calls it for directory buckets only: they are a service of their own.

super::operations! {
    "s3",
    same: [
        DeleteBucket, DeleteBucketMetadataTableConfiguration, DeleteBucketPolicy, DeleteBucketWebsite, GetBucketAbac,
        GetBucketAcl, GetBucketLocation, GetBucketLogging, GetBucketMetadataTableConfiguration,
        GetBucketOwnershipControls, GetBucketPolicy, GetBucketPolicyStatus, GetBucketRequestPayment, GetBucketTagging,
        GetBucketVersioning, GetBucketWebsite, PutBucketAbac, PutBucketAcl, PutBucketLogging,
        PutBucketOwnershipControls, PutBucketPolicy, PutBucketRequestPayment, PutBucketTagging, PutBucketVersioning,
        PutBucketWebsite, UpdateBucketMetadataJournalTableConfiguration,
    ],
    AbortMultipartUpload: ["s3:AbortMultipartUpload"] never ["s3-object-lambda:AbortMultipartUpload"],
    CompleteMultipartUpload: ["s3:PutObject"] if { "IfMatch" => "s3:GetObject" } never ["s3-object-lambda:PutObject"],
    CopyObject: ["s3:GetObject", "s3:PutObject"] if {
        "ACL" | "GrantFullControl" | "GrantRead" | "GrantReadACP" | "GrantWriteACP" => "s3:PutObjectAcl",
        "AnnotationDirective (COPY)" => "s3:GetObjectAnnotation",
        "AnnotationDirective (COPY)" => "s3:PutObjectAnnotation",
        "CopySource (versionId)" => "s3:GetObjectVersion",
        "ObjectLockLegalHoldStatus" => "s3:PutObjectLegalHold",
        "ObjectLockMode" | "ObjectLockRetainUntilDate" => "s3:PutObjectRetention",
        "SSEKMSKeyId" => "kms:GenerateDataKey",
        "Tagging" | "TaggingDirective (COPY)" => "s3:PutObjectTagging",
        "TaggingDirective (COPY)" => "s3:GetObjectTagging",
    } never ["s3-object-lambda:PutObject"],
    CreateBucket: ["s3:CreateBucket"] if {
        "ACL" | "GrantFullControl" | "GrantRead" | "GrantReadACP" | "GrantWrite" | "GrantWriteACP" => "s3:PutBucketAcl",
        "CreateBucketConfiguration.Tags" => "s3:TagResource",
        "ObjectLockEnabledForBucket" => "s3:PutBucketObjectLockConfiguration",
        "ObjectLockEnabledForBucket" => "s3:PutBucketVersioning",
        "ObjectOwnership" => "s3:PutBucketOwnershipControls",
    },
    CreateBucketMetadataConfiguration: [
        "s3:CreateBucketMetadataTableConfiguration", "s3tables:CreateNamespace", "s3tables:CreateTable",
        "s3tables:CreateTableBucket", "s3tables:GetTable", "s3tables:PutTableBucketPolicy", "s3tables:PutTablePolicy",
    ] if {
        "MetadataConfiguration.AnnotationTableConfiguration.EncryptionConfiguration"
            | "MetadataConfiguration.InventoryTableConfiguration.EncryptionConfiguration"
            | "MetadataConfiguration.JournalTableConfiguration.EncryptionConfiguration"
            => "s3tables:PutTableEncryption",
        "MetadataConfiguration.AnnotationTableConfiguration.EncryptionConfiguration.KmsKeyArn"
            | "MetadataConfiguration.InventoryTableConfiguration.EncryptionConfiguration.KmsKeyArn"
            | "MetadataConfiguration.JournalTableConfiguration.EncryptionConfiguration.KmsKeyArn"
            => "kms:DescribeKey",
        "MetadataConfiguration.AnnotationTableConfiguration.Role" => "iam:PassRole",
    },
    CreateBucketMetadataTableConfiguration: [
        "s3:CreateBucketMetadataTableConfiguration", "s3tables:CreateNamespace", "s3tables:CreateTable",
        "s3tables:GetTable", "s3tables:PutTablePolicy",
    ],
    CreateMultipartUpload: ["s3:PutObject"] if {
        "ACL" | "GrantFullControl" | "GrantRead" | "GrantReadACP" | "GrantWriteACP" => "s3:PutObjectAcl",
        "ObjectLockLegalHoldStatus" => "s3:PutObjectLegalHold",
        "ObjectLockMode" | "ObjectLockRetainUntilDate" => "s3:PutObjectRetention",
        "SSEKMSKeyId" => "kms:Decrypt",
        "SSEKMSKeyId" => "kms:GenerateDataKey",
        "Tagging" => "s3:PutObjectTagging",
    } never ["s3-object-lambda:PutObject"],
    CreateSession: [] never ["s3express:CreateSession"],
    DeleteBucketAnalyticsConfiguration: ["s3:PutAnalyticsConfiguration"],
    DeleteBucketCors: ["s3:PutBucketCORS"],
    DeleteBucketEncryption: ["s3:PutEncryptionConfiguration"],
    DeleteBucketIntelligentTieringConfiguration: ["s3:PutIntelligentTieringConfiguration"],
    DeleteBucketInventoryConfiguration: ["s3:PutInventoryConfiguration"],
    DeleteBucketLifecycle: ["s3:PutLifecycleConfiguration"],
    DeleteBucketMetadataConfiguration: ["s3:DeleteBucketMetadataTableConfiguration"],
    DeleteBucketMetricsConfiguration: ["s3:PutMetricsConfiguration"],
    DeleteBucketOwnershipControls: ["s3:PutBucketOwnershipControls"],
    DeleteBucketReplication: ["s3:PutReplicationConfiguration"],
    DeleteBucketTagging: ["s3:PutBucketTagging"],
    DeleteObject: ["s3:DeleteObject"] if {
        "BypassGovernanceRetention" => "s3:BypassGovernanceRetention",
        "IfMatch" => "s3:GetObject",
        "VersionId" => "s3:DeleteObjectVersion",
    } never ["s3-object-lambda:DeleteObject"],
    DeleteObjectAnnotation: ["s3:DeleteObjectAnnotation"] if { "VersionId" => "s3:DeleteObjectVersionAnnotation" },
    DeleteObjectTagging: ["s3:DeleteObjectTagging"] if {
        "VersionId" => "s3:DeleteObjectVersionTagging",
    } never ["s3-object-lambda:DeleteObjectTagging"],
    DeleteObjects: ["s3:DeleteObject"] if {
        "BypassGovernanceRetention" => "s3:BypassGovernanceRetention",
        "Delete.Objects.ETag" => "s3:GetObject",
        "Delete.Objects.VersionId" => "s3:DeleteObjectVersion",
    },
    DeletePublicAccessBlock: ["s3:PutBucketPublicAccessBlock"],
    GetBucketAccelerateConfiguration: ["s3:GetAccelerateConfiguration"],
    GetBucketAnalyticsConfiguration: ["s3:GetAnalyticsConfiguration"],
    GetBucketCors: ["s3:GetBucketCORS"],
    GetBucketEncryption: ["s3:GetEncryptionConfiguration"],
    GetBucketIntelligentTieringConfiguration: ["s3:GetIntelligentTieringConfiguration"],
    GetBucketInventoryConfiguration: ["s3:GetInventoryConfiguration"],
    GetBucketLifecycleConfiguration: ["s3:GetLifecycleConfiguration"] never ["s3express:GetLifecycleConfiguration"],
    GetBucketMetadataConfiguration: ["s3:GetBucketMetadataTableConfiguration"],
    GetBucketMetricsConfiguration: ["s3:GetMetricsConfiguration"],
    GetBucketNotificationConfiguration: ["s3:GetBucketNotification"],
    GetBucketReplication: ["s3:GetReplicationConfiguration"],
    GetObject: ["s3:GetObject"] if {
        "Key (of no object)" => "s3:ListBucket",
        "VersionId" => "s3:GetObjectVersion",
    } never [
        "s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3:GetObjectTagging", "s3-object-lambda:GetObject",
    ],
    GetObjectAcl: ["s3:GetObjectAcl"] if {
        "VersionId" => "s3:GetObjectVersionAcl",
    } never ["s3-object-lambda:GetObjectAcl"],
    GetObjectAnnotation: ["s3:GetObjectAnnotation"] if { "VersionId" => "s3:GetObjectVersionAnnotation" },
    GetObjectAttributes: ["s3:GetObject", "s3:GetObjectAttributes"] if {
        "Key (of no object)" => "s3:ListBucket",
        "VersionId" => "s3:GetObjectVersion",
        "VersionId" => "s3:GetObjectVersionAttributes",
    },
    GetObjectLegalHold: ["s3:GetObjectLegalHold"] never ["s3-object-lambda:GetObjectLegalHold"],
    GetObjectLockConfiguration: ["s3:GetBucketObjectLockConfiguration"],
    GetObjectRetention: ["s3:GetObjectRetention"] never ["s3-object-lambda:GetObjectRetention"],
    GetObjectTagging: ["s3:GetObjectTagging"] if {
        "VersionId" => "s3:GetObjectVersionTagging",
    } never ["s3-object-lambda:GetObjectTagging"],
    GetObjectTorrent: ["s3:GetObject"] never ["s3:GetObjectTorrent", "s3:GetObjectVersionTorrent"],
    GetPublicAccessBlock: ["s3:GetBucketPublicAccessBlock"],
    HeadBucket: ["s3:ListBucket"],
    HeadObject: ["s3:GetObject"] if {
        "Key (of no object)" => "s3:ListBucket",
        "VersionId" => "s3:GetObjectVersion",
    } never ["s3:GetObjectLegalHold", "s3:GetObjectRetention", "s3-object-lambda:GetObject"],
    ListBucketAnalyticsConfigurations: ["s3:GetAnalyticsConfiguration"],
    ListBucketIntelligentTieringConfigurations: ["s3:GetIntelligentTieringConfiguration"],
    ListBucketInventoryConfigurations: ["s3:GetInventoryConfiguration"],
    ListBucketMetricsConfigurations: ["s3:GetMetricsConfiguration"],
    ListBuckets: ["s3:ListAllMyBuckets"],
    ListDirectoryBuckets: ["s3express:ListAllMyDirectoryBuckets"],
    ListMultipartUploads: ["s3:ListBucketMultipartUploads"] never ["s3-object-lambda:ListBucketMultipartUploads"],
    ListObjectAnnotations: ["s3:ListObjectAnnotations"] if { "VersionId" => "s3:ListObjectVersionAnnotations" },
    ListObjectVersions: ["s3:ListBucketVersions"],
    ListObjects: ["s3:ListBucket"] never ["s3:GetObjectAcl", "s3-object-lambda:ListBucket"],
    ListObjectsV2: ["s3:ListBucket"] never ["s3:GetObjectAcl", "s3-object-lambda:ListBucket"],
    ListParts: ["s3:ListMultipartUploadParts"] never ["s3-object-lambda:ListMultipartUploadParts"],
    PutBucketAccelerateConfiguration: ["s3:PutAccelerateConfiguration"],
    PutBucketAnalyticsConfiguration: ["s3:PutAnalyticsConfiguration"],
    PutBucketCors: ["s3:PutBucketCORS"],
    PutBucketEncryption: ["s3:PutEncryptionConfiguration"],
    PutBucketIntelligentTieringConfiguration: ["s3:PutIntelligentTieringConfiguration"],
    PutBucketInventoryConfiguration: ["s3:PutInventoryConfiguration"],
    PutBucketLifecycleConfiguration: ["s3:PutLifecycleConfiguration"] never ["s3express:PutLifecycleConfiguration"],
    PutBucketMetricsConfiguration: ["s3:PutMetricsConfiguration"],
    PutBucketNotificationConfiguration: ["s3:PutBucketNotification"],
    PutBucketReplication: ["iam:PassRole", "s3:PutReplicationConfiguration"],
    PutObject: ["s3:PutObject"] if {
        "ACL" | "GrantFullControl" | "GrantRead" | "GrantReadACP" | "GrantWriteACP" => "s3:PutObjectAcl",
        "IfMatch" => "s3:GetObject",
        "ObjectLockLegalHoldStatus" => "s3:PutObjectLegalHold",
        "ObjectLockMode" | "ObjectLockRetainUntilDate" => "s3:PutObjectRetention",
        "SSEKMSKeyId" => "kms:GenerateDataKey",
        "Tagging" => "s3:PutObjectTagging",
    } never ["s3-object-lambda:PutObject"],
    PutObjectAcl: ["s3:PutObjectAcl"] if {
        "VersionId" => "s3:PutObjectVersionAcl",
    } never ["s3-object-lambda:PutObjectAcl"],
    PutObjectAnnotation: ["s3:PutObjectAnnotation"] if { "VersionId" => "s3:PutObjectVersionAnnotation" },
    PutObjectLegalHold: ["s3:PutObjectLegalHold"] never ["s3-object-lambda:PutObjectLegalHold"],
    PutObjectLockConfiguration: ["s3:PutBucketObjectLockConfiguration"],
    PutObjectRetention: ["s3:PutObjectRetention"] if {
        "BypassGovernanceRetention" => "s3:BypassGovernanceRetention",
    } never ["s3-object-lambda:PutObjectRetention"],
    PutObjectTagging: ["s3:PutObjectTagging"] if {
        "VersionId" => "s3:PutObjectVersionTagging",
    } never ["s3-object-lambda:PutObjectTagging"],
    PutPublicAccessBlock: ["s3:PutBucketPublicAccessBlock"],
    RenameObject: ["s3express:CreateSession"],
    RestoreObject: ["s3:RestoreObject"] if {
        "RestoreRequest.OutputLocation" => "s3:PutObject",
        "RestoreRequest.SelectParameters" => "s3:GetObject",
    } never ["s3-object-lambda:RestoreObject"],
    SelectObjectContent: ["s3:GetObject"],
    UpdateBucketMetadataAnnotationTableConfiguration: ["s3:UpdateBucketMetadataAnnotationTableConfiguration"] if {
        "AnnotationTableConfiguration.Role" => "iam:PassRole",
    },
    UpdateBucketMetadataInventoryTableConfiguration: [
        "s3:UpdateBucketMetadataInventoryTableConfiguration", "s3tables:CreateNamespace", "s3tables:CreateTable",
        "s3tables:CreateTableBucket", "s3tables:GetTable", "s3tables:PutTablePolicy",
    ] if {
        "InventoryTableConfiguration.EncryptionConfiguration" => "s3tables:PutTableEncryption",
        "InventoryTableConfiguration.EncryptionConfiguration.KmsKeyArn" => "kms:DescribeKey",
    },
    UpdateObjectEncryption: ["s3:UpdateObjectEncryption"] if {
        "ObjectEncryption.SSEKMS" => "kms:Decrypt",
        "ObjectEncryption.SSEKMS" => "kms:Encrypt",
        "ObjectEncryption.SSEKMS" => "kms:GenerateDataKey",
        "ObjectEncryption.SSEKMS" => "kms:ReEncryptFrom",
        "ObjectEncryption.SSEKMS" => "kms:ReEncryptTo",
    },
    UploadPart: ["s3:PutObject"] never ["s3-object-lambda:PutObject"],
    UploadPartCopy: ["s3:GetObject", "s3:PutObject"] if { "CopySource (versionId)" => "s3:GetObjectVersion" },
    WriteGetObjectResponse: ["s3-object-lambda:WriteGetObjectResponse"];
    ways:
    CopyObjectFrom as CopyObject by GetObject,
    CopyObjectTo as CopyObject by PutObject,
    CopyObjectVersionFrom as CopyObject by GetObjectVersion,
    DeleteObjectVersions as DeleteObjects by DeleteObjectVersion,
    UploadPartCopyFrom as UploadPartCopy by GetObject,
    UploadPartCopyTo as UploadPartCopy by PutObject,
    UploadPartCopyVersionFrom as UploadPartCopy by GetObjectVersion;
    DeleteObjectVersion as DeleteObject: ["s3:DeleteObjectVersion"],
    DeleteObjectVersionTagging as DeleteObjectTagging: ["s3:DeleteObjectVersionTagging"],
    GetObjectVersion as GetObject: ["s3:GetObjectVersion"],
    GetObjectVersionAttributes as GetObjectAttributes: ["s3:GetObjectVersion", "s3:GetObjectVersionAttributes"],
    GetObjectVersionTagging as GetObjectTagging: ["s3:GetObjectVersionTagging"],
    HeadObjectVersion as HeadObject: ["s3:GetObjectVersion"],
    PutObjectVersionTagging as PutObjectTagging: ["s3:PutObjectVersionTagging"],
}

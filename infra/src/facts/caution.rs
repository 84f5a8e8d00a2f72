//! What the name of a resource type tells, when nothing else is known of it.

use super::Holds;

/// What resources of a kind hold, whatever their service; then of the kinds of one service. A kind that ends in `*`
/// stands for all that start so, one that starts with `*` for all that end so.
///
/// A type that is listed and holds nothing costs a question; one that is missing costs its data. Configuration of such
/// resources (`AWS::RDS::DBParameterGroup`) is not listed.
const KINDS: [(&str, &str, &str); 63] = [
    ("", "Bucket", "objects"),
    ("", "DBCluster", "data"),
    ("", "DBInstance", "data"),
    ("", "Database", "data"),
    ("", "Dataset", "data"),
    ("", "Datastore", "data"),
    ("", "FileSystem", "files"),
    ("", "GlobalCluster", "data"),
    ("", "GlobalTable", "data"),
    ("", "Keyspace", "data"),
    ("", "Ledger", "data"),
    ("", "Repository", "content"),
    ("", "Secret", "secret value"),
    ("", "Stream", "records"),
    ("", "Table", "data"),
    ("", "UserPool", "users"),
    ("", "Volume", "data"),
    ("", "*Backup", "backup"),
    ("", "*Bucket", "objects"),
    ("", "*Datastore", "data"),
    ("", "*Snapshot", "snapshot"),
    ("", "*Vault", "backups"),
    ("ACMPCA", "CertificateAuthority", "key material"),
    ("AmazonMQ", "Broker", "messages"),
    ("Bedrock", "KnowledgeBase", "data"),
    ("CertificateManager", "Certificate", "certificate"),
    ("CloudFormation", "Stack", "nested resources"),
    ("CloudHSM", "Cluster", "key material"),
    ("CloudTrail", "EventDataStore", "events"),
    ("CodeArtifact", "Domain", "packages"),
    ("Cognito", "IdentityPool", "identities"),
    ("Cognito", "UserPoolUser", "user"),
    ("Connect", "DataTable*", "data"),
    ("Connect", "Instance", "data"),
    ("CustomerProfiles", "Domain", "profiles"),
    ("DAX", "Cluster", "cached data"),
    ("DocDBElastic", "Cluster", "data"),
    ("DSQL", "Cluster", "data"),
    ("EC2", "Instance", "disks"),
    ("ECR", "PublicRepository", "images"),
    ("ElastiCache", "CacheCluster", "cached data"),
    ("ElastiCache", "*ReplicationGroup", "cached data"),
    ("ElastiCache", "ServerlessCache", "cached data"),
    ("Elasticsearch", "Domain", "documents"),
    ("Events", "Archive", "events"),
    ("FSx", "FileCache", "files"),
    ("FSx", "StorageVirtualMachine", "files"),
    ("KMS", "*Key", "key material"),
    ("Kendra", "Index", "documents"),
    ("Lightsail", "Disk", "data"),
    ("Lightsail", "Instance", "disks"),
    ("MemoryDB", "*Cluster", "data"),
    ("MSK", "*Cluster", "records"),
    ("MSK", "Topic", "records"),
    ("NeptuneGraph", "Graph", "data"),
    ("Omics", "*Store", "data"),
    ("OpenSearchServerless", "Collection", "documents"),
    ("OpenSearchServerless", "*Index", "documents"),
    ("OpenSearchService", "Domain", "documents"),
    ("Redshift", "Cluster", "data"),
    ("RedshiftServerless", "Namespace", "data"),
    ("Route53", "HostedZone", "records"),
    ("Timestream", "Influx*", "data"),
];

/// Services whose resources say how others run, and hold and carry no data of their own.
const NEVER_DRAWN: [&str; 6] = ["IAM", "Logs", "CloudWatch", "ApiGateway", "Lambda", "KMS"];

pub(super) fn holds(resource_type: &str) -> Holds {
    let mut steps = resource_type.rsplit("::");
    let (kind, service) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
    let is_it = |pattern: &str| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(end), _) => kind.ends_with(end),
        (_, Some(start)) => kind.starts_with(start),
        (None, None) => kind == pattern,
    };
    // What is known of the service says more than what the kind tells alone.
    let listed = KINDS.iter().rev().find(|(of, pattern, _)| (of.is_empty() || *of == service) && is_it(pattern));
    listed.map_or(Holds::Nothing, |(_, _, what)| Holds::Uncounted(what))
}

pub(super) fn is_never_drawn(resource_type: &str) -> bool {
    let service = resource_type.split("::").nth(1).unwrap_or_default();
    NEVER_DRAWN.contains(&service)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    #[test]
    fn what_may_hold_data_does() {
        for kind in [
            "RDS::DBInstance",
            "RDS::DBCluster",
            "RDS::GlobalCluster",
            "RDS::DBSnapshot",
            "EFS::FileSystem",
            "FSx::FileSystem",
            "Cognito::UserPool",
            "KMS::Key",
            "KMS::ReplicaKey",
            "SecretsManager::Secret",
            "ElastiCache::ReplicationGroup",
            "ElastiCache::GlobalReplicationGroup",
            "ElastiCache::CacheCluster",
            "OpenSearchService::Domain",
            "Redshift::Cluster",
            "DocDB::DBCluster",
            "Neptune::DBCluster",
            "Timestream::Table",
            "Timestream::InfluxDBInstance",
            "QLDB::Ledger",
            "Backup::BackupVault",
            "Backup::LogicallyAirGappedBackupVault",
            "ECR::Repository",
            "Kinesis::Stream",
            "EC2::Volume",
            "MemoryDB::Cluster",
            "MSK::ServerlessCluster",
            "Cassandra::Keyspace",
            "Cassandra::Table",
            "Glue::Database",
            "S3Tables::TableBucket",
            "CloudFormation::Stack",
        ] {
            let kind = format!("AWS::{kind}");
            assert!(schema::of(&kind).is_some(), "{kind} is no type");
            assert!(crate::facts::holds(&kind).is_data(), "{kind}");
        }
    }

    #[test]
    fn what_configures_holds_nothing() {
        for kind in [
            "EC2::RouteTable",
            "RDS::DBParameterGroup",
            "RDS::DBSubnetGroup",
            "Cognito::UserPoolClient",
            "KMS::Alias",
            "EC2::Subnet",
            "S3::BucketPolicy",
            "ApiGateway::Stage",
            "Lambda::Url",
            "SecretsManager::RotationSchedule",
        ] {
            let kind = format!("AWS::{kind}");
            assert!(schema::of(&kind).is_some(), "{kind} is no type");
            assert_eq!(crate::facts::holds(&kind), Holds::Nothing, "{kind}");
        }
    }

    #[test]
    fn every_entry_is_of_a_type() {
        for (service, pattern, _) in KINDS {
            let is_found = schema::types().any(|kind| {
                let mut steps = kind.rsplit("::");
                let (kind, of) = (steps.next().unwrap_or_default(), steps.next().unwrap_or_default());
                let is_kind = match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
                    (Some(end), _) => kind.ends_with(end),
                    (_, Some(start)) => kind.starts_with(start),
                    (None, None) => kind == pattern,
                };
                (service.is_empty() || service == of) && is_kind
            });
            assert!(is_found, "{service} {pattern}");
        }
    }
}

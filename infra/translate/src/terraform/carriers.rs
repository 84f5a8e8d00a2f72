//! Which attributes of Terraform's resources hold policies, and which resource of CloudFormation holds the same.
//!
//! <https://registry.terraform.io/providers/hashicorp/aws/latest/docs>

/// The type, the attribute, and the type and property of CloudFormation.
type Carrier = (&'static str, &'static str, &'static str, &'static str);

const CARRIERS: &[Carrier] = &[
    ("aws_api_gateway_domain_name", "policy", "AWS::ApiGateway::DomainNameV2", "Policy"),
    ("aws_api_gateway_rest_api", "policy", "AWS::ApiGateway::RestApi", "Policy"),
    ("aws_api_gateway_rest_api_policy", "policy", "AWS::ApiGateway::RestApi", "Policy"),
    ("aws_backup_vault_policy", "policy", "AWS::Backup::BackupVault", "AccessPolicy"),
    ("aws_cloudwatch_event_bus_policy", "policy", "AWS::Events::EventBus", "Policy"),
    ("aws_cloudwatch_log_destination_policy", "access_policy", "AWS::Logs::Destination", "DestinationPolicy"),
    ("aws_cloudwatch_log_resource_policy", "policy_document", "AWS::Logs::ResourcePolicy", "PolicyDocument"),
    (
        "aws_codeartifact_domain_permissions_policy",
        "policy_document",
        "AWS::CodeArtifact::Domain",
        "PermissionsPolicyDocument",
    ),
    (
        "aws_codeartifact_repository_permissions_policy",
        "policy_document",
        "AWS::CodeArtifact::Repository",
        "PermissionsPolicyDocument",
    ),
    ("aws_dynamodb_resource_policy", "policy", "AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument"),
    ("aws_ecr_registry_policy", "policy", "AWS::ECR::RegistryPolicy", "PolicyText"),
    (
        "aws_ecr_repository_creation_template",
        "repository_policy",
        "AWS::ECR::RepositoryCreationTemplate",
        "RepositoryPolicy",
    ),
    ("aws_ecr_repository_policy", "policy", "AWS::ECR::Repository", "RepositoryPolicyText"),
    ("aws_ecrpublic_repository_policy", "policy", "AWS::ECR::PublicRepository", "RepositoryPolicyText"),
    ("aws_efs_file_system_policy", "policy", "AWS::EFS::FileSystem", "FileSystemPolicy"),
    ("aws_elasticsearch_domain", "access_policies", "AWS::Elasticsearch::Domain", "AccessPolicies"),
    ("aws_elasticsearch_domain_policy", "access_policies", "AWS::Elasticsearch::Domain", "AccessPolicies"),
    ("aws_kinesis_resource_policy", "policy", "AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
    ("aws_kms_external_key", "policy", "AWS::KMS::Key", "KeyPolicy"),
    ("aws_kms_key", "policy", "AWS::KMS::Key", "KeyPolicy"),
    ("aws_kms_key_policy", "policy", "AWS::KMS::Key", "KeyPolicy"),
    ("aws_kms_replica_external_key", "policy", "AWS::KMS::ReplicaKey", "KeyPolicy"),
    ("aws_kms_replica_key", "policy", "AWS::KMS::ReplicaKey", "KeyPolicy"),
    ("aws_media_store_container_policy", "policy", "AWS::MediaStore::Container", "Policy"),
    ("aws_msk_cluster_policy", "policy", "AWS::MSK::ClusterPolicy", "Policy"),
    ("aws_oam_sink_policy", "policy", "AWS::Oam::Sink", "Policy"),
    ("aws_opensearch_domain", "access_policies", "AWS::OpenSearchService::Domain", "AccessPolicies"),
    ("aws_opensearch_domain_policy", "access_policies", "AWS::OpenSearchService::Domain", "AccessPolicies"),
    ("aws_organizations_resource_policy", "content", "AWS::Organizations::ResourcePolicy", "Content"),
    ("aws_redshift_resource_policy", "policy", "AWS::Redshift::Cluster", "NamespaceResourcePolicy"),
    (
        "aws_redshiftserverless_resource_policy",
        "policy",
        "AWS::RedshiftServerless::Namespace",
        "NamespaceResourcePolicy",
    ),
    ("aws_s3_access_point", "policy", "AWS::S3::AccessPoint", "Policy"),
    ("aws_s3_bucket", "policy", "AWS::S3::BucketPolicy", "PolicyDocument"),
    ("aws_s3_bucket_policy", "policy", "AWS::S3::BucketPolicy", "PolicyDocument"),
    ("aws_s3control_access_point_policy", "policy", "AWS::S3::AccessPoint", "Policy"),
    ("aws_s3control_bucket_policy", "policy", "AWS::S3Outposts::BucketPolicy", "PolicyDocument"),
    (
        "aws_s3control_multi_region_access_point_policy",
        "details.policy",
        "AWS::S3::MultiRegionAccessPointPolicy",
        "Policy",
    ),
    (
        "aws_s3control_object_lambda_access_point_policy",
        "policy",
        "AWS::S3ObjectLambda::AccessPointPolicy",
        "PolicyDocument",
    ),
    ("aws_s3tables_table_bucket_policy", "resource_policy", "AWS::S3Tables::TableBucketPolicy", "ResourcePolicy"),
    ("aws_s3tables_table_policy", "resource_policy", "AWS::S3Tables::TablePolicy", "ResourcePolicy"),
    (
        "aws_sagemaker_model_package_group_policy",
        "resource_policy",
        "AWS::SageMaker::ModelPackageGroup",
        "ModelPackageGroupPolicy",
    ),
    ("aws_schemas_registry_policy", "policy", "AWS::EventSchemas::RegistryPolicy", "Policy"),
    ("aws_secretsmanager_secret", "policy", "AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    ("aws_secretsmanager_secret_policy", "policy", "AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    ("aws_sns_topic", "policy", "AWS::SNS::TopicPolicy", "PolicyDocument"),
    ("aws_sns_topic_policy", "policy", "AWS::SNS::TopicPolicy", "PolicyDocument"),
    ("aws_sqs_queue", "policy", "AWS::SQS::QueuePolicy", "PolicyDocument"),
    ("aws_sqs_queue_policy", "policy", "AWS::SQS::QueuePolicy", "PolicyDocument"),
    ("aws_ssoadmin_permission_set_inline_policy", "inline_policy", "AWS::SSO::PermissionSet", "InlinePolicy"),
    ("aws_transfer_user", "policy", "AWS::Transfer::User", "Policy"),
    ("aws_vpc_endpoint", "policy", "AWS::EC2::VPCEndpoint", "PolicyDocument"),
    ("aws_vpc_endpoint_policy", "policy", "AWS::EC2::VPCEndpoint", "PolicyDocument"),
    ("aws_vpclattice_auth_policy", "policy", "AWS::VpcLattice::AuthPolicy", "Policy"),
    ("aws_vpclattice_resource_policy", "policy", "AWS::VpcLattice::ResourcePolicy", "Policy"),
    ("aws_xray_resource_policy", "policy_document", "AWS::XRay::ResourcePolicy", "PolicyDocument"),
];

/// Types with policies in other languages than IAM's.
const IN_OTHER_LANGUAGES: [&str; 4] = [
    "aws_iot_policy",
    "aws_opensearchserverless_access_policy",
    "aws_opensearchserverless_security_policy",
    "aws_verifiedaccess_group",
];

/// The attribute of a type that holds a policy, with the type and property of CloudFormation for it.
pub(super) fn of(kind: &str) -> Option<(&'static str, &'static str, &'static str)> {
    CARRIERS.iter().find(|(it, ..)| *it == kind).map(|(_, attribute, to, property)| (*attribute, *to, *property))
}

/// Whether the type holds policies in another language than IAM's.
pub(super) fn is_in_another_language(kind: &str) -> bool {
    IN_OTHER_LANGUAGES.contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_of_a_property_that_holds_a_policy() {
        for (kind, _, resource_type, property) in CARRIERS {
            let is_one = infra::iam::policy_properties(resource_type).any(|path| path == *property);
            assert!(is_one, "{kind}: {resource_type} has no policy in {property}");
        }
        assert!(CARRIERS.is_sorted_by(|one, next| one.0 < next.0), "each type is there once, in order");
    }
}

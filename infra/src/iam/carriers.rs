//! Which properties of AWS's resources hold policies, and in which language.
//!
//! The properties are those of AWS's resource schemas; a test holds the tables to them. The languages are as AWS's
//! documentation of each type says.

use policies::audit::Kind;

/// A property of a resource type that holds a policy in IAM's language. A `*` in the path is each item of a list.
type Carrier = (&'static str, &'static str);

/// Who is let in to the resource, or to what the resource is for.
const OF_RESOURCES: &[Carrier] = &[
    ("AWS::AIOps::InvestigationGroup", "InvestigationGroupPolicy"),
    ("AWS::APS::ResourcePolicy", "PolicyDocument"),
    ("AWS::ApiGateway::DomainNameV2", "Policy"),
    ("AWS::ApiGateway::RestApi", "Policy"),
    ("AWS::Backup::BackupVault", "AccessPolicy"),
    ("AWS::Backup::LogicallyAirGappedBackupVault", "AccessPolicy"),
    ("AWS::Bedrock::KnowledgeBasePolicy", "PolicyDocument"),
    ("AWS::Bedrock::ResourcePolicy", "PolicyDocument"),
    ("AWS::BedrockAgentCore::ResourcePolicy", "Policy"),
    ("AWS::CloudTrail::ResourcePolicy", "ResourcePolicy"),
    ("AWS::CodeArtifact::Domain", "PermissionsPolicyDocument"),
    ("AWS::CodeArtifact::Repository", "PermissionsPolicyDocument"),
    ("AWS::Comprehend::DocumentClassifier", "ModelPolicy"),
    ("AWS::Comprehend::EntityRecognizer", "ModelPolicy"),
    ("AWS::DSQL::Cluster", "PolicyDocument"),
    ("AWS::DynamoDB::GlobalTable", "Replicas.*.ReplicaStreamSpecification.ResourcePolicy.PolicyDocument"),
    ("AWS::DynamoDB::GlobalTable", "Replicas.*.ResourcePolicy.PolicyDocument"),
    ("AWS::DynamoDB::Table", "ResourcePolicy.PolicyDocument"),
    ("AWS::DynamoDB::Table", "StreamSpecification.ResourcePolicy.PolicyDocument"),
    ("AWS::ECR::PublicRepository", "RepositoryPolicyText"),
    ("AWS::ECR::RegistryPolicy", "PolicyText"),
    ("AWS::ECR::Repository", "RepositoryPolicyText"),
    ("AWS::ECR::RepositoryCreationTemplate", "RepositoryPolicy"),
    ("AWS::EFS::FileSystem", "FileSystemPolicy"),
    ("AWS::Elasticsearch::Domain", "AccessPolicies"),
    ("AWS::EventSchemas::RegistryPolicy", "Policy"),
    ("AWS::Events::EventBus", "Policy"),
    ("AWS::EventsV2::ResourcePolicy", "PolicyDocument"),
    ("AWS::FSx::S3AccessPointAttachment", "S3AccessPoint.Policy"),
    ("AWS::KMS::Key", "KeyPolicy"),
    ("AWS::KMS::ReplicaKey", "KeyPolicy"),
    ("AWS::Kinesis::ResourcePolicy", "ResourcePolicy"),
    ("AWS::Lambda::ResourcePolicy", "PolicyDocument"),
    ("AWS::Lex::ResourcePolicy", "Policy"),
    ("AWS::Logs::DeliveryDestination", "DeliveryDestinationPolicy.DeliveryDestinationPolicy"),
    ("AWS::Logs::Destination", "DestinationPolicy"),
    ("AWS::Logs::LogGroup", "ResourcePolicyDocument"),
    ("AWS::Logs::ResourcePolicy", "PolicyDocument"),
    ("AWS::MSK::ClusterPolicy", "Policy"),
    ("AWS::MediaPackageV2::ChannelPolicy", "Policy"),
    ("AWS::MediaPackageV2::OriginEndpointPolicy", "Policy"),
    ("AWS::MediaStore::Container", "Policy"),
    ("AWS::MediaTailor::ChannelPolicy", "Policy"),
    ("AWS::OSIS::Pipeline", "ResourcePolicy.Policy"),
    ("AWS::Oam::Sink", "Policy"),
    ("AWS::Omics::SequenceStore", "S3AccessPolicy"),
    ("AWS::OpenSearchService::Domain", "AccessPolicies"),
    ("AWS::Organizations::ResourcePolicy", "Content"),
    ("AWS::PaymentCryptography::Key", "Policy"),
    ("AWS::RUM::AppMonitor", "ResourcePolicy.PolicyDocument"),
    ("AWS::Redshift::Cluster", "NamespaceResourcePolicy"),
    ("AWS::RedshiftServerless::Namespace", "NamespaceResourcePolicy"),
    ("AWS::S3::AccessPoint", "Policy"),
    ("AWS::S3::BucketPolicy", "PolicyDocument"),
    ("AWS::S3::MultiRegionAccessPointPolicy", "Policy"),
    ("AWS::S3Express::AccessPoint", "Policy"),
    ("AWS::S3Express::BucketPolicy", "PolicyDocument"),
    ("AWS::S3Files::FileSystemPolicy", "Policy"),
    ("AWS::S3ObjectLambda::AccessPointPolicy", "PolicyDocument"),
    ("AWS::S3Outposts::AccessPoint", "Policy"),
    ("AWS::S3Outposts::BucketPolicy", "PolicyDocument"),
    ("AWS::S3Tables::TableBucketPolicy", "ResourcePolicy"),
    ("AWS::S3Tables::TablePolicy", "ResourcePolicy"),
    ("AWS::S3Vectors::VectorBucketPolicy", "Policy"),
    ("AWS::SMSVOICE::ResourcePolicy", "PolicyDocument"),
    ("AWS::SNS::TopicInlinePolicy", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "PolicyDocument"),
    ("AWS::SQS::QueueInlinePolicy", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "PolicyDocument"),
    ("AWS::SSM::ResourcePolicy", "Policy"),
    ("AWS::SageMaker::ModelPackageGroup", "ModelPackageGroupPolicy"),
    ("AWS::SecretsManager::ResourcePolicy", "ResourcePolicy"),
    ("AWS::VpcLattice::AuthPolicy", "Policy"),
    ("AWS::VpcLattice::ResourcePolicy", "Policy"),
    ("AWS::XRay::ResourcePolicy", "PolicyDocument"),
];

/// What requests through a network's endpoint can do at most.
///
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
const OF_ENDPOINTS: &[Carrier] = &[("AWS::EC2::VPCEndpoint", "PolicyDocument")];

/// What sessions of a role can do at most.
///
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session>
const OF_SESSIONS: &[Carrier] = &[
    ("AWS::EKS::PodIdentityAssociation", "Policy"),
    ("AWS::RolesAnywhere::Profile", "SessionPolicy"),
    ("AWS::Transfer::User", "Policy"),
];

/// What those may do who get the permission set.
const OF_PERMISSION_SETS: &[Carrier] = &[("AWS::SSO::PermissionSet", "InlinePolicy")];

/// Properties that are read in other ways: with those they are attached to, or as the statement that they are.
#[cfg(test)]
const READ_APART: &[Carrier] = &[
    ("AWS::Events::EventBusPolicy", "Statement"),
    ("AWS::IAM::Group", "Policies.*.PolicyDocument"),
    ("AWS::IAM::GroupPolicy", "PolicyDocument"),
    ("AWS::IAM::ManagedPolicy", "PolicyDocument"),
    ("AWS::IAM::Policy", "PolicyDocument"),
    ("AWS::IAM::Role", "AssumeRolePolicyDocument"),
    ("AWS::IAM::Role", "Policies.*.PolicyDocument"),
    ("AWS::IAM::RolePolicy", "PolicyDocument"),
    ("AWS::IAM::User", "Policies.*.PolicyDocument"),
    ("AWS::IAM::UserPolicy", "PolicyDocument"),
    ("AWS::Organizations::Policy", "Content"),
];

/// Properties with policies in other languages than IAM's: their own, Cedar, or one like IAM's for other principals.
const IN_OTHER_LANGUAGES: &[Carrier] = &[
    ("AWS::BedrockAgentCore::Policy", "Definition.Policy.Statement"),
    ("AWS::BedrockAgentCore::Policy", "Definition.Cedar.Statement"),
    ("AWS::Config::ConfigRule", "Source.CustomPolicyDetails.PolicyText"),
    ("AWS::Config::OrganizationConfigRule", "OrganizationCustomPolicyRuleMetadata.PolicyText"),
    ("AWS::EC2::VerifiedAccessEndpoint", "PolicyDocument"),
    ("AWS::EC2::VerifiedAccessGroup", "PolicyDocument"),
    // What devices may do: https://docs.aws.amazon.com/iot/latest/developerguide/iot-policies.html
    ("AWS::IoT::Policy", "PolicyDocument"),
    ("AWS::Logs::AccountPolicy", "PolicyDocument"),
    ("AWS::NetworkManager::CoreNetwork", "PolicyDocument"),
    // Statements about the services of a database network: https://docs.aws.amazon.com/odb/latest/UserGuide/
    ("AWS::ODB::OdbNetwork", "KmsPolicyDocument"),
    ("AWS::ODB::OdbNetwork", "S3PolicyDocument"),
    ("AWS::ODB::OdbNetwork", "StsPolicyDocument"),
    ("AWS::ODB::OdbNetwork", "ManagedServices.KmsAccess.KmsPolicyDocument"),
    ("AWS::ODB::OdbNetwork", "ManagedServices.S3Access.S3PolicyDocument"),
    ("AWS::ODB::OdbNetwork", "ManagedServices.StsAccess.StsPolicyDocument"),
    ("AWS::OpenSearchServerless::AccessPolicy", "Policy"),
    ("AWS::OpenSearchServerless::LifecyclePolicy", "Policy"),
    ("AWS::OpenSearchServerless::SecurityPolicy", "Policy"),
    // Actions alone: https://docs.aws.amazon.com/ram/latest/userguide/working-with-sharing-customer-managed-permissions.html
    ("AWS::RAM::Permission", "PolicyTemplate"),
    ("AWS::VerifiedPermissions::Policy", "Definition.Static.Statement"),
    ("AWS::VerifiedPermissions::PolicyTemplate", "Statement"),
];

/// The properties of a type that hold policies in IAM's language, each as a path with the kind of the policy.
pub(super) fn of(resource_type: &str) -> impl Iterator<Item = (&'static str, Kind)> {
    let tables = [
        (OF_RESOURCES, Kind::Resource),
        (OF_ENDPOINTS, Kind::Endpoint),
        (OF_SESSIONS, Kind::Boundary),
        (OF_PERMISSION_SETS, Kind::Identity),
    ];
    tables.into_iter().flat_map(move |(table, kind)| {
        table.iter().filter(move |(of, _)| *of == resource_type).map(move |(_, path)| (*path, kind))
    })
}

/// The paths of the properties of a type that hold policies in IAM's language.
pub fn policy_properties(resource_type: &str) -> impl Iterator<Item = &'static str> {
    of(resource_type).map(|(path, _)| path)
}

/// Whether the type holds policies in another language than IAM's.
pub(super) fn is_in_another_language(resource_type: &str) -> bool {
    IN_OTHER_LANGUAGES.iter().any(|(of, _)| *of == resource_type)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::schema::{self, Definition, Object, Schema, Shape};

    /// Calls `found` with the path of each text or open object within the properties of a type.
    fn visit(
        schema: &'static Schema,
        object: &'static Object,
        path: &str,
        within: &[&str],
        found: &mut impl FnMut(String),
    ) {
        for (name, shape) in &object.properties {
            let path = if path.is_empty() { (*name).to_owned() } else { format!("{path}.{name}") };
            look(schema, shape, &path, within, found);
        }
    }

    fn look(
        schema: &'static Schema,
        shape: &'static Shape,
        path: &str,
        within: &[&str],
        found: &mut impl FnMut(String),
    ) {
        match shape {
            Shape::Named(name) if within.contains(name) => {}
            Shape::Named(name) => {
                let within: Vec<_> = within.iter().chain([name]).copied().collect();
                match schema.definition(name) {
                    Some(Definition::Object(object)) => {
                        if object.properties.is_empty() {
                            found(path.to_owned());
                        }
                        visit(schema, object, path, &within, found);
                    }
                    Some(Definition::Shape(shape)) => look(schema, shape, path, &within, found),
                    None => {}
                }
            }
            Shape::List { items, .. } => look(schema, items, &format!("{path}.*"), within, found),
            Shape::Any => found(path.to_owned()),
            Shape::Scalar(scalar) if scalar.values.is_empty() && (scalar.kinds.string || scalar.kinds.object) => {
                found(path.to_owned());
            }
            Shape::Map(_) | Shape::Scalar(_) => {}
        }
    }

    /// How the properties of AWS's types are called that hold policies.
    fn is_called_a_policy(path: &str) -> bool {
        const NAMES: [&str; 14] = [
            "AccessPolicies",
            "AccessPolicy",
            "AssumeRolePolicyDocument",
            "InlinePolicy",
            "KeyPolicy",
            "ModelPolicy",
            "PermissionsPolicyDocument",
            "Policy",
            "PolicyDocument",
            "PolicyText",
            "RepositoryPolicy",
            "RepositoryPolicyText",
            "ResourcePolicy",
            "SessionPolicy",
        ];
        let name = path.rsplit('.').find(|step| *step != "*").unwrap_or_default();
        NAMES.contains(&name)
            || [
                "ResourcePolicy",
                "PolicyDocument",
                "FileSystemPolicy",
                "GroupPolicy",
                "DestinationPolicy",
                "S3AccessPolicy",
            ]
            .iter()
            .any(|end| name.ends_with(end))
    }

    /// Properties that are called so and hold no policy.
    const NO_POLICIES: &[Carrier] = &[
        // `Allow` or `Block`.
        ("AWS::SES::ReceiptFilter", "Filter.IpFilter.Policy"),
        // What AWS set: it cannot be given.
        ("AWS::EC2::ClientVpnEndpoint", "AuthorizationPolicy.PolicyDocument"),
    ];

    #[test]
    fn the_tables_have_every_property_of_the_schemas_that_holds_a_policy() {
        let all = [OF_RESOURCES, OF_ENDPOINTS, OF_SESSIONS, OF_PERMISSION_SETS, READ_APART, IN_OTHER_LANGUAGES];
        let listed: BTreeSet<_> = all.into_iter().flatten().copied().collect();
        let mut missing = Vec::new();
        let mut unfounded: Vec<_> = listed.iter().collect();
        for kind in schema::types() {
            let schema = schema::of(kind).unwrap();
            visit(schema, &schema.root, "", &[], &mut |path| {
                let is_listed = listed.contains(&(kind, path.as_str()));
                unfounded.retain(|it| **it != (kind, path.as_str()));
                let is_none = NO_POLICIES.contains(&(kind, path.as_str()));
                let steps: Vec<_> = path.split('.').collect();
                if is_called_a_policy(&path) && !is_listed && !is_none && !schema.read_only(&steps) {
                    missing.push(format!("{kind} {path}"));
                }
            });
        }
        assert!(missing.is_empty(), "not in a table: {missing:#?}");
        assert!(unfounded.is_empty(), "in no schema: {unfounded:#?}");
    }
}

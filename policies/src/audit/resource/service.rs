//! Services by name.

use super::principals::services;
use super::row::row;
use crate::audit::finding::Severity;
use crate::audit::policy::{At, Kind};
use crate::audit::report::Report;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

/// Services that assume roles, by their principals without `.amazonaws.com`.
const SERVICES: &[&str] = &[
    "access-analyzer",
    "amplify",
    "apigateway",
    "appflow",
    "application-autoscaling",
    "apprunner",
    "appsync",
    "athena",
    "autoscaling",
    "backup",
    "batch",
    "bedrock",
    "bedrock-agentcore",
    "cassandra",
    "chatbot",
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "codebuild",
    "codecommit",
    "codedeploy",
    "codepipeline",
    "cognito-idp",
    "config",
    "connect",
    "databrew",
    "datapipeline",
    "datasync",
    "dax",
    "dlm",
    "dms",
    "ds",
    "dynamodb",
    "ec2",
    "ec2fleet",
    "ecs",
    "ecs-tasks",
    "edgelambda",
    "eks",
    "eks-fargate-pods",
    "elasticbeanstalk",
    "elasticfilesystem",
    "elasticloadbalancing",
    "elasticmapreduce",
    "events",
    "firehose",
    "fis",
    "forecast",
    "glue",
    "greengrass",
    "guardduty",
    "imagebuilder",
    "inspector",
    "inspector2",
    "iot",
    "iotevents",
    "kafkaconnect",
    "kinesis",
    "kinesisanalytics",
    "kms",
    "lakeformation",
    "lambda",
    "lex",
    "lexv2",
    "logs",
    "macie",
    "macie2",
    "mediaconvert",
    "monitoring",
    "mwaa",
    "airflow",
    "airflow-env",
    "opensearch",
    "organizations",
    "osis-pipelines",
    "personalize",
    "pipes",
    "pods.eks",
    "quicksight",
    "rds",
    "redshift",
    "rekognition",
    "replicator.lambda",
    "rolesanywhere",
    "route53",
    "s3",
    "sagemaker",
    "scheduler",
    "secretsmanager",
    "securityhub",
    "servicecatalog",
    "ses",
    "sms",
    "sns",
    "spotfleet",
    "sqs",
    "ssm",
    "states",
    "storagegateway",
    "streams.metrics.cloudwatch",
    "tasks.apprunner",
    "build.apprunner",
    "textract",
    "transcribe",
    "transfer",
    "vmie",
    "vpc-flow-logs",
    "workspaces",
    "xray",
];

pub(super) const RULES: &[PolicyRule] = &[row!(
    "RP61", High,
    "a service that does not exist",
    "write the service as its documentation does",
    &[],
    trust r#"{"Effect": "Allow", "Principal": {"Service": "lamda.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
    r#"{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}"#,
    unknown
)];

fn unknown(at: &At<'_>, report: &mut Report<'_>) {
    if !matches!(at.policy.kind, Kind::Trust | Kind::Resource) {
        return;
    }
    for service in services(at) {
        let Some(name) = service.strip_suffix(".amazonaws.com").or_else(|| service.strip_suffix(".amazonaws.com.cn"))
        else {
            continue;
        };
        if name.contains(['.', '$', '*']) || name.len() < 5 || name.len() > 40 || SERVICES.contains(&name) {
            continue;
        }
        let near = SERVICES.iter().find(|known| known.len() > 4 && strsim::osa_distance(known, name) == 1);
        if let Some(near) = near {
            let message = format!("`{service}` is no service that is known");
            report.add(at.principal(), message).on(service).help(format!("did you mean `{near}.amazonaws.com`?"));
        }
    }
}

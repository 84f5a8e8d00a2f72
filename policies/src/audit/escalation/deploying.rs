//! Having a service act with a role of choice.

use super::path::{Path, follow, paths};
use super::step::Reach;
use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

paths! {
    fix: "limit `iam:PassRole` to the roles that are needed and, by `iam:PassedToService`, to the service that needs them";
    "PE59" "a new stack deployed with a passed role"
        Reach::Passed("cloudformation.amazonaws.com"), ["iam:PassRole"] "cloudformation:CreateStack" ("pathfinding.cloud:cloudformation-001", "parliament:PRIVILEGE_ESCALATION");
    "PE60" "a new stack set deployed with a passed role"
        Reach::Passed("cloudformation.amazonaws.com"), ["iam:PassRole", "cloudformation:CreateStackSet"] "cloudformation:CreateStackInstances" ("pathfinding.cloud:cloudformation-003");
    "PE61" "a stack set changed with a passed role"
        Reach::Passed("cloudformation.amazonaws.com"), ["iam:PassRole"] "cloudformation:UpdateStackSet" ("pathfinding.cloud:cloudformation-004");
    "PE62" "a new build with a passed role"
        Reach::Passed("codebuild.amazonaws.com"), ["iam:PassRole", "codebuild:CreateProject"] "codebuild:StartBuild" ("pathfinding.cloud:codebuild-001");
    "PE63" "a new batch of builds with a passed role"
        Reach::Passed("codebuild.amazonaws.com"), ["iam:PassRole", "codebuild:CreateProject"] "codebuild:StartBuildBatch" ("pathfinding.cloud:codebuild-004");
    "PE64" "a project of builds given a passed role"
        Reach::Passed("codebuild.amazonaws.com"), ["iam:PassRole", "codebuild:UpdateProject"] "codebuild:StartBuild" ();
    "PE65" "a data pipeline with a passed role"
        Reach::Passed("datapipeline.amazonaws.com"), ["iam:PassRole", "datapipeline:CreatePipeline", "datapipeline:PutPipelineDefinition"] "datapipeline:ActivatePipeline" ("pathfinding.cloud:datapipeline-001", "parliament:PRIVILEGE_ESCALATION");
    "PE66" "a new endpoint of AWS Glue with a passed role"
        Reach::Passed("glue.amazonaws.com"), ["iam:PassRole"] "glue:CreateDevEndpoint" ("pathfinding.cloud:glue-001", "parliament:PRIVILEGE_ESCALATION");
    "PE67" "a new job of AWS Glue with a passed role, run"
        Reach::Passed("glue.amazonaws.com"), ["iam:PassRole", "glue:CreateJob"] "glue:StartJobRun" ("pathfinding.cloud:glue-003");
    "PE68" "a new job of AWS Glue with a passed role, triggered"
        Reach::Passed("glue.amazonaws.com"), ["iam:PassRole", "glue:CreateJob"] "glue:CreateTrigger" ("pathfinding.cloud:glue-004");
    "PE69" "a job of AWS Glue given a passed role, run"
        Reach::Passed("glue.amazonaws.com"), ["iam:PassRole", "glue:UpdateJob"] "glue:StartJobRun" ("pathfinding.cloud:glue-005");
    "PE70" "a job of AWS Glue given a passed role, triggered"
        Reach::Passed("glue.amazonaws.com"), ["iam:PassRole", "glue:UpdateJob"] "glue:CreateTrigger" ("pathfinding.cloud:glue-006");
    "PE71" "a new notebook with a passed role"
        Reach::Passed("sagemaker.amazonaws.com"), ["iam:PassRole"] "sagemaker:CreateNotebookInstance" ("pathfinding.cloud:sagemaker-001");
    "PE72" "a training job with a passed role"
        Reach::Passed("sagemaker.amazonaws.com"), ["iam:PassRole"] "sagemaker:CreateTrainingJob" ("pathfinding.cloud:sagemaker-002");
    "PE73" "a processing job with a passed role"
        Reach::Passed("sagemaker.amazonaws.com"), ["iam:PassRole"] "sagemaker:CreateProcessingJob" ("pathfinding.cloud:sagemaker-003");
    "PE74" "a state machine with a passed role, run"
        Reach::Passed("states.amazonaws.com"), ["iam:PassRole", "states:CreateStateMachine"] "states:StartExecution" ();
    "PE75" "a state machine given a passed role, run"
        Reach::Passed("states.amazonaws.com"), ["iam:PassRole", "states:UpdateStateMachine"] "states:StartExecution" ();
    "PE76" "a schedule that calls any API with a passed role"
        Reach::Passed("scheduler.amazonaws.com"), ["iam:PassRole"] "scheduler:CreateSchedule" ();
    "PE77" "an automation of Systems Manager with a passed role"
        Reach::Passed("ssm.amazonaws.com"), ["iam:PassRole"] "ssm:StartAutomationExecution" ();
    "PE78" "a cluster of Amazon EMR with a passed role"
        Reach::Passed("ec2.amazonaws.com"), ["iam:PassRole"] "elasticmapreduce:RunJobFlow" ();
    "PE79" "certificates from outside of AWS that stand for a passed role"
        Reach::Passed("rolesanywhere.amazonaws.com"), ["iam:PassRole", "rolesanywhere:CreateTrustAnchor"] "rolesanywhere:CreateProfile" ();
    "PE80" "an identity pool that gives its users a passed role"
        Reach::Passed("cognito-identity.amazonaws.com"), ["iam:PassRole"] "cognito-identity:SetIdentityPoolRoles" ();
}

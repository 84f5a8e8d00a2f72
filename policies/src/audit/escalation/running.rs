//! Taking the role of a program that runs already.

use super::path::{Path, follow, paths};
use super::step::Reach;
use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

paths! {
    fix: "allow it on named resources only, whose roles may do no more than the principal itself";
    "PE81" "the code of any Lambda function replaced"
        Reach::Running, [] "lambda:UpdateFunctionCode" ("pathfinding.cloud:lambda-003", "parliament:PRIVILEGE_ESCALATION");
    "PE82" "the code of any Lambda function replaced, and run"
        Reach::Running, ["lambda:UpdateFunctionCode"] "lambda:InvokeFunction" ("pathfinding.cloud:lambda-004");
    "PE83" "the code of any Lambda function replaced, and opened to another caller"
        Reach::Running, ["lambda:UpdateFunctionCode"] "lambda:AddPermission" ("pathfinding.cloud:lambda-005");
    "PE84" "another layer put into any Lambda function"
        Reach::Running, [] "lambda:UpdateFunctionConfiguration" ();
    "PE85" "any service of App Runner changed to another program"
        Reach::Running, [] "apprunner:UpdateService" ("pathfinding.cloud:apprunner-002");
    "PE86" "code run in any code interpreter"
        Reach::Running, ["bedrock-agentcore:StartCodeInterpreterSession"] "bedrock-agentcore:InvokeCodeInterpreter" ("pathfinding.cloud:bedrock-002");
    "PE87" "any stack changed with the role that it has"
        Reach::Running, [] "cloudformation:UpdateStack" ("pathfinding.cloud:cloudformation-002");
    "PE88" "any stack changed by a change set with the role that it has"
        Reach::Running, ["cloudformation:CreateChangeSet"] "cloudformation:ExecuteChangeSet" ("pathfinding.cloud:cloudformation-005");
    "PE89" "any build run with other commands"
        Reach::Running, [] "codebuild:StartBuild" ("pathfinding.cloud:codebuild-002");
    "PE90" "any batch of builds run with other commands"
        Reach::Running, [] "codebuild:StartBuildBatch" ("pathfinding.cloud:codebuild-003");
    "PE91" "a key pushed to any instance"
        Reach::Running, [] "ec2-instance-connect:SendSSHPublicKey" ("pathfinding.cloud:ec2instanceconnect-003");
    "PE92" "the start script of any instance replaced"
        Reach::Running, ["ec2:ModifyInstanceAttribute", "ec2:StopInstances"] "ec2:StartInstances" ("pathfinding.cloud:ec2-002");
    "PE93" "the launch template of any group of instances replaced"
        Reach::Running, ["ec2:CreateLaunchTemplateVersion"] "ec2:ModifyLaunchTemplate" ("pathfinding.cloud:ec2-004");
    "PE94" "any endpoint of AWS Glue opened by another key"
        Reach::Running, [] "glue:UpdateDevEndpoint" ("pathfinding.cloud:glue-002", "parliament:PRIVILEGE_ESCALATION");
    "PE95" "any notebook opened"
        Reach::Running, [] "sagemaker:CreatePresignedNotebookInstanceUrl" ("pathfinding.cloud:sagemaker-004");
    "PE96" "the start script of any notebook replaced"
        Reach::Running, ["sagemaker:CreateNotebookInstanceLifecycleConfig", "sagemaker:StopNotebookInstance", "sagemaker:UpdateNotebookInstance"] "sagemaker:StartNotebookInstance" ("pathfinding.cloud:sagemaker-005");
    "PE97" "a session on any instance"
        Reach::Running, [] "ssm:StartSession" ("pathfinding.cloud:ssm-001");
    "PE98" "commands run on any instance"
        Reach::Running, [] "ssm:SendCommand" ("pathfinding.cloud:ssm-002");
    "PE99" "commands run in any container"
        Reach::Running, [] "ecs:ExecuteCommand" ();
    "PE100" "an administrator made of any principal in a cluster of Amazon EKS"
        Reach::Running, ["eks:CreateAccessEntry"] "eks:AssociateAccessPolicy" ();
}

//! Running a program with a role of choice, on services that run programs.

use super::path::{Path, follow, paths};
use super::step::Reach;
use crate::audit::finding::Severity;
use crate::audit::rule::{Case, Check, PolicyRule, Rule};

paths! {
    fix: "limit `iam:PassRole` to the roles that are needed and, by `iam:PassedToService`, to the service that needs them";
    "PE41" "a new Lambda function with a passed role, invoked"
        Reach::Passed("lambda.amazonaws.com"), ["iam:PassRole", "lambda:CreateFunction"] "lambda:InvokeFunction" ("pathfinding.cloud:lambda-001", "parliament:PRIVILEGE_ESCALATION");
    "PE42" "a new Lambda function with a passed role, fed by a stream or queue"
        Reach::Passed("lambda.amazonaws.com"), ["iam:PassRole", "lambda:CreateFunction"] "lambda:CreateEventSourceMapping" ("pathfinding.cloud:lambda-002", "parliament:PRIVILEGE_ESCALATION");
    "PE43" "a new Lambda function with a passed role, opened to another caller"
        Reach::Passed("lambda.amazonaws.com"), ["iam:PassRole", "lambda:CreateFunction"] "lambda:AddPermission" ("pathfinding.cloud:lambda-006");
    "PE44" "a Lambda function given a passed role and other code"
        Reach::Passed("lambda.amazonaws.com"), ["iam:PassRole", "lambda:UpdateFunctionConfiguration"] "lambda:UpdateFunctionCode" ();
    "PE45" "a new instance with a passed role"
        Reach::Passed("ec2.amazonaws.com"), ["iam:PassRole"] "ec2:RunInstances" ("pathfinding.cloud:ec2-001", "parliament:PRIVILEGE_ESCALATION");
    "PE46" "a new spot instance with a passed role"
        Reach::Passed("ec2.amazonaws.com"), ["iam:PassRole"] "ec2:RequestSpotInstances" ("pathfinding.cloud:ec2-003");
    "PE47" "a running instance given a passed role"
        Reach::Passed("ec2.amazonaws.com"), ["iam:PassRole"] "ec2:AssociateIamInstanceProfile" ();
    "PE48" "the role of a running instance replaced by a passed role"
        Reach::Passed("ec2.amazonaws.com"), ["iam:PassRole"] "ec2:ReplaceIamInstanceProfileAssociation" ();
    "PE49" "a launch configuration with a passed role, started by a group of instances"
        Reach::Passed("ec2.amazonaws.com"), ["iam:PassRole", "autoscaling:CreateLaunchConfiguration"] "autoscaling:CreateAutoScalingGroup" ();
    "PE50" "a new cluster that keeps a task with a passed role running"
        Reach::Passed("ecs-tasks.amazonaws.com"), ["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition"] "ecs:CreateService" ("pathfinding.cloud:ecs-001");
    "PE51" "a new cluster that runs a task with a passed role"
        Reach::Passed("ecs-tasks.amazonaws.com"), ["iam:PassRole", "ecs:CreateCluster", "ecs:RegisterTaskDefinition"] "ecs:RunTask" ("pathfinding.cloud:ecs-002");
    "PE52" "a cluster that keeps a task with a passed role running"
        Reach::Passed("ecs-tasks.amazonaws.com"), ["iam:PassRole", "ecs:RegisterTaskDefinition"] "ecs:CreateService" ("pathfinding.cloud:ecs-003");
    "PE53" "a cluster that runs a task with a passed role"
        Reach::Passed("ecs-tasks.amazonaws.com"), ["iam:PassRole", "ecs:RegisterTaskDefinition"] "ecs:RunTask" ("pathfinding.cloud:ecs-004");
    "PE54" "an instance of a cluster that starts a task with a passed role"
        Reach::Passed("ecs-tasks.amazonaws.com"), ["iam:PassRole", "ecs:RegisterTaskDefinition"] "ecs:StartTask" ("pathfinding.cloud:ecs-005");
    "PE55" "a service of a cluster changed to a task with a passed role"
        Reach::Passed("ecs-tasks.amazonaws.com"), ["iam:PassRole", "ecs:RegisterTaskDefinition"] "ecs:UpdateService" ();
    "PE56" "a new App Runner service with a passed role"
        Reach::Passed("tasks.apprunner.amazonaws.com"), ["iam:PassRole"] "apprunner:CreateService" ("pathfinding.cloud:apprunner-001");
    "PE57" "a code interpreter with a passed role"
        Reach::Passed("bedrock-agentcore.amazonaws.com"), ["iam:PassRole", "bedrock-agentcore:CreateCodeInterpreter", "bedrock-agentcore:StartCodeInterpreterSession"] "bedrock-agentcore:InvokeCodeInterpreter" ("pathfinding.cloud:bedrock-001");
    "PE58" "a job of AWS Batch with a passed role"
        Reach::Passed("ecs-tasks.amazonaws.com"), ["iam:PassRole", "batch:RegisterJobDefinition"] "batch:SubmitJob" ();
}

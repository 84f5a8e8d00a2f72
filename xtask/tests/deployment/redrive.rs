//! `redrive` where SQS moves the messages itself.

use crate::project::Project;

const QUEUES: &str = "
Resources:
  Dead: {Type: AWS::SQS::Queue}
  Other: {Type: AWS::SQS::Queue}
  Queue:
    Type: AWS::SQS::Queue
    Properties: {RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}}
";

/// A deployed project, and the URLs of its queues.
fn project() -> (Project, [String; 3]) {
    let project = Project::new(QUEUES);
    project.deploy().expect(0);
    let urls = ["Dead", "Other", "Queue"].map(|id| project.aws.physical_id("orders-dev", id).unwrap());
    (project, urls)
}

#[test]
fn sqs_moves_the_messages_where_it_can() {
    let (project, [dead, other, queue]) = project();
    project.aws.put_messages(&dead, 3);
    let moved = project.run(&["redrive", "orders", "Dead"]).expect(0);
    assert_eq!(moved.stdout, "Dead: moved 3 messages\n");
    assert!(moved.stderr.contains("2 of about 3 moved"), "{moved}");
    assert_eq!([&dead, &other, &queue].map(|url| project.aws.messages(url)), [0, 0, 3]);
    assert_eq!(project.called("ReceiveMessage"), 0);

    project.aws.put_messages(&dead, 1);
    project.run(&["redrive", "orders", "Dead", "--to", "Other"]).expect(0);
    assert_eq!([&dead, &other, &queue].map(|url| project.aws.messages(url)), [0, 1, 3]);
}

#[test]
fn a_task_whose_messages_come_back_is_stopped_after_one_round() {
    let (project, [dead, ..]) = project();
    project.aws.put_messages(&dead, 1);
    project.aws.return_messages();
    let stopped = project.run(&["redrive", "orders", "Dead", "--json"]).expect(0);
    assert_eq!(project.called("CancelMessageMoveTask"), 1, "{stopped}");
    assert!(stopped.stderr.contains("messages come back: stopped after one round"), "{stopped}");
    assert_eq!(project.aws.messages(&dead), 1);
}

#[test]
fn sqs_moves_nothing_of_a_queue_in_which_others_put_what_they_could_not_deliver() {
    let subscribed = "
  News: {Type: AWS::SNS::Topic}
  Hears:
    Type: AWS::SNS::Subscription
    Properties:
      TopicArn: !Ref News
      Protocol: sqs
      Endpoint: !GetAtt Other.Arn
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn}
";
    let project = Project::new(&format!("{QUEUES}{subscribed}"));
    project.deploy().expect(0);
    // The fake receives nothing: what counts is who is asked.
    project.run(&["redrive", "orders", "Dead"]);
    assert_eq!(project.called("StartMessageMoveTask"), 0);
    assert_ne!(project.called("ReceiveMessage"), 0);
    project.run(&["redrive", "orders", "Dead", "--to", "Other"]).expect(0);
    assert_eq!(project.called("StartMessageMoveTask"), 1);
}

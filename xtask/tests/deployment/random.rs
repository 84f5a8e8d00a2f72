//! Random pairs of stacks: one is deployed, then the other over it, and nothing is left to do.

use std::fmt::Write as _;

use crate::faults::check_all;
use crate::project::Project;

/// How many pairs are tried, unless the variable `STACKWRIGHT_PAIRS` says another number.
const PAIRS: u64 = 60;

/// Numbers that look random and are the same in each run.
struct Numbers(u64);

impl Numbers {
    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn chance(&mut self) -> bool {
        self.below(2) == 0
    }
}

/// A stack of up to eight resources that refer to those before them.
fn stack(numbers: &mut Numbers) -> String {
    let mut text = "Conditions:\n  Here: !Equals [!Ref AWS::Region, eu-west-1]\n  There: !Equals [!Ref AWS::Region, us-east-1]\nResources:\n".to_owned();
    let mut queues: Vec<String> = Vec::new();
    for number in 0..8 {
        if number > 0 && numbers.chance() {
            continue;
        }
        match numbers.below(5) {
            0 | 1 => {
                let _ = write!(text, "  Queue{number}:\n    Type: AWS::SQS::Queue\n    Properties:\n");
                let _ = writeln!(text, "      DelaySeconds: {}", numbers.below(3));
                if numbers.chance() {
                    let _ =
                        writeln!(text, "      QueueName: !Sub 'shop-{number}-${{AWS::Region}}-{}'", numbers.below(2));
                }
                if let Some(dead) = queues.last().filter(|_| numbers.chance()) {
                    let _ = writeln!(
                        text,
                        "      RedrivePolicy: {{deadLetterTargetArn: !GetAtt {dead}.Arn, maxReceiveCount: {}}}",
                        1 + numbers.below(3)
                    );
                }
                queues.push(format!("Queue{number}"));
            }
            2 => {
                let _ = write!(text, "  Topic{number}:\n    Type: AWS::SNS::Topic\n");
                if numbers.below(3) == 0 {
                    let _ = writeln!(text, "    Condition: {}", if numbers.chance() { "Here" } else { "There" });
                }
                let _ = write!(text, "    Properties:\n      DisplayName: Shop {}\n", numbers.below(3));
            }
            3 => {
                let _ = write!(text, "  Table{number}:\n    Type: AWS::DynamoDB::Table\n    Properties:\n");
                let key = if numbers.chance() { "id" } else { "name" };
                let _ = write!(
                    text,
                    "      BillingMode: PAY_PER_REQUEST\n      AttributeDefinitions: [{{AttributeName: {key}, AttributeType: S}}]\n      KeySchema: [{{AttributeName: {key}, KeyType: HASH}}]\n"
                );
            }
            _ => {
                let _ = write!(text, "  Logs{number}:\n    Type: AWS::Logs::LogGroup\n    Properties:\n");
                let _ =
                    writeln!(text, "      RetentionInDays: {}", [1, 7, 30][usize::try_from(numbers.below(3)).unwrap()]);
            }
        }
    }
    if let Some(queue) = queues.first() {
        let _ = write!(text, "Outputs:\n  Url:\n    Value: !Ref {queue}\n");
    }
    text
}

#[test]
fn after_a_deployment_the_plan_is_empty_and_nothing_differs() {
    let pairs = std::env::var("STACKWRIGHT_PAIRS").ok().and_then(|text| text.parse().ok()).unwrap_or(PAIRS);
    let cases: Vec<_> = (0..pairs).collect();
    check_all(&cases, |seed| {
        let mut numbers = Numbers(*seed);
        let (before, after) = (stack(&mut numbers), stack(&mut numbers));
        let project = Project::new(&before);
        for template in [&before, &after] {
            project.change(template);
            let deployed = project.run(&["deploy", "orders", "--yes", "--allow-loss"]);
            assert_eq!(deployed.code, Some(0), "{seed}\n{before}\n---\n{after}\n{deployed}");
            let diff = project.run(&["diff", "orders", "--exit-code"]);
            assert_eq!(diff.code, Some(0), "{seed}\n{before}\n---\n{after}\n{diff}");
            let drift = project.run(&["drift", "orders"]);
            assert_eq!(drift.code, Some(0), "{seed}\n{before}\n---\n{after}\n{drift}");
        }
        let destroyed = project.run(&["destroy", "orders", "--yes", "--force"]);
        assert_eq!(destroyed.code, Some(0), "{seed}\n{destroyed}");
        assert_eq!(project.live(), [] as [&str; 0], "{seed}");
    });
}

//! Resources that go to another stack: the templates of the stack refactor, and what CloudFormation would not move.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may panic")]

use std::collections::BTreeMap;

use assembly::FormerId;
use infra::Template;
use plan::{Action, Plan, Pseudo, Site, Snapshot, Transferred, transfers};

fn snapshot(name: &str, yaml: &str, moved: &[(&str, &str, &str)]) -> Snapshot {
    let pseudo = Pseudo {
        region: Some("eu-west-1".to_owned()),
        stack_name: Some(format!("{name}-dev")),
        account: Some("123456789012".to_owned()),
    };
    let former = |(to, stack, id): &(&str, &str, &str)| {
        ((*to).to_owned(), FormerId { stack: Some((*stack).to_owned()), id: (*id).to_owned() })
    };
    let moved_from = moved.iter().map(former).collect();
    Snapshot { pseudo, moved_from, ..Snapshot::given(Template::parse(yaml).unwrap(), &BTreeMap::new()) }
}

/// A stack: its name, what is deployed, what shall be, and what was elsewhere: its id, the stack and the id there.
type Declared<'a> = (&'a str, Option<&'a str>, &'a str, &'a [(&'a str, &'a str, &'a str)]);

/// What becomes of the deployed stacks, of those in the source and of what they say was elsewhere.
fn moved(stacks: &[Declared<'_>]) -> Result<Vec<Option<Transferred>>, String> {
    let snapshots: Vec<_> = stacks
        .iter()
        .map(|(name, before, after, moved)| {
            (before.map(|yaml| snapshot(name, yaml, &[])), snapshot(name, after, moved), format!("{name}-dev"))
        })
        .collect();
    let sites: Vec<_> = stacks
        .iter()
        .zip(&snapshots)
        .map(|((name, ..), (before, after, stack_name))| Site { name, stack_name, before: before.as_ref(), after })
        .collect();
    transfers(&sites)
}

const ORDERS: &str = "
Parameters:
  Days: {Type: Number, Default: 4}
  Secret: {Type: String, NoEcho: true, Default: x}
Conditions:
  Always: !Equals [a, a]
  Home: !Equals [!Ref 'AWS::AccountId', !Ref 'AWS::NotificationARNs']
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Orders:
    Type: AWS::DynamoDB::Table
    Condition: Always
    DependsOn: [Topic, Log]
    Properties: {TableName: !Sub '${AWS::StackName}-orders', Days: !Ref Days, Topic: !Ref Topic, Log: !Ref Log}
  Log: {Type: AWS::Logs::LogGroup}
  Worker: {Type: AWS::SQS::Queue, DependsOn: [Orders, Topic], Properties: {QueueName: !Sub '${Topic}-${AWS::Region}'}}
Outputs:
  Log: {Value: !GetAtt Log.Arn}
";

const STAYS: &str = "Resources: {Topic: {Type: AWS::SNS::Topic}}";

#[test]
fn each_stack_refers_to_the_same_values_as_before() {
    let storage = "Resources: {Table: {Type: AWS::DynamoDB::Table}, Log: {Type: AWS::Logs::LogGroup}}";
    let ways: &[(&str, &str, &str)] = &[("Table", "orders", "Orders"), ("Log", "orders", "Log")];
    let error = moved(&[("orders", Some(ORDERS), STAYS, &[]), ("storage", None, storage, ways)]);
    // The log's ARN is an output of the one, and the topic a property in the other.
    insta::assert_snapshot!(error.unwrap_err(), @"what moves and what stays refer to each other in both directions between `orders` and `storage`");

    let without_output = ORDERS.split("Outputs:").next().unwrap();
    let moved = moved(&[("orders", Some(without_output), STAYS, &[]), ("storage", None, storage, ways)]).unwrap();
    let text = |it: &Option<Transferred>| it.as_ref().unwrap().snapshot.template.to_yaml();
    insta::assert_snapshot!(text(&moved[0]), @r"
    Parameters:
      Days:
        Type: Number
        Default: 4
      Secret:
        Type: String
        NoEcho: true
        Default: x
    Conditions:
      Always: !Equals
      - a
      - a
      Home: !Equals
      - !Ref AWS::AccountId
      - !Ref AWS::NotificationARNs
    Resources:
      Topic:
        Type: AWS::SNS::Topic
      Worker:
        Type: AWS::SQS::Queue
        DependsOn:
        - Topic
        Properties:
          QueueName: !Sub ${Topic}-${AWS::Region}
    Outputs:
      MovedTopicRef:
        Value: !Ref Topic
        Export:
          Name: orders-dev-MovedTopicRef
    ");
    insta::assert_snapshot!(text(&moved[1]), @r"
    Resources:
      Log:
        Type: AWS::Logs::LogGroup
      Table:
        Type: AWS::DynamoDB::Table
        Properties:
          TableName: orders-dev-orders
          Days: '4'
          Topic: !ImportValue orders-dev-MovedTopicRef
          Log: !Ref Log
        DependsOn:
        - Log
      MovePlaceholder:
        Type: AWS::CloudFormation::WaitConditionHandle
    ");
}

#[test]
fn what_has_moved_or_was_never_there_moves_not() {
    let storage = "Resources: {Orders: {Type: AWS::DynamoDB::Table}}";
    let ways: &[(&str, &str, &str)] = &[("Orders", "orders", "Orders")];
    for deployed in [Some(STAYS), None] {
        let none = moved(&[("orders", deployed, STAYS, &[]), ("storage", None, storage, ways)]).unwrap();
        assert_eq!(none, [None, None]);
    }
    let there = moved(&[("orders", Some(ORDERS), STAYS, &[]), ("storage", Some(storage), storage, ways)]).unwrap();
    assert_eq!(there, [None, None]);
    let kept_away = ORDERS.replace("[a, a]", "[a, b]");
    let none = moved(&[("orders", Some(kept_away.as_str()), STAYS, &[]), ("storage", None, storage, ways)]).unwrap();
    assert_eq!(none, [None, None]);
}

#[test]
fn what_cloudformation_moves_not_is_refused() {
    let refusal = |before: &str, after: &str, storage: &str, ways: &[(&str, &str, &str)]| {
        moved(&[("orders", Some(before), after, &[]), ("storage", None, storage, ways)]).unwrap_err()
    };
    let table = "Resources: {Orders: {Type: AWS::DynamoDB::Table}}";
    let way: &[(&str, &str, &str)] = &[("Orders", "orders", "Orders")];
    let global = table.replace("Table}", "GlobalTable}");
    insta::assert_snapshot!(refusal(&global, STAYS, &global, way), @"`Orders` cannot be moved from `orders` to `storage`: CloudFormation moves no `AWS::DynamoDB::GlobalTable`");
    insta::assert_snapshot!(refusal(table, table, table, way), @"`Orders` of `storage` is moved from `Orders` of `orders`, which `orders` still declares");
    let twice = "Resources: {Orders: {Type: AWS::DynamoDB::Table}, Copy: {Type: AWS::DynamoDB::Table}}";
    let both: &[(&str, &str, &str)] = &[("Orders", "orders", "Orders"), ("Copy", "orders", "Orders")];
    insta::assert_snapshot!(refusal(table, STAYS, twice, both), @"`Orders` of `orders` is moved to `storage` and to `storage`; a resource moves to one stack");
    let hidden = ORDERS.replace("!Ref Days", "!Ref Secret");
    insta::assert_snapshot!(refusal(&hidden, STAYS, table, way), @"`Orders` cannot be moved from `orders`: its `Days` depends on the parameter `Secret`, whose value is hidden");
    let of_stack = ORDERS.replace("!Ref Days", "!Ref 'AWS::StackId'");
    insta::assert_snapshot!(refusal(&of_stack, STAYS, table, way), @"`Orders` cannot be moved from `orders`: its `Days` depends on `AWS::StackId`, which is another in another stack");
    let undecided = ORDERS.replace("Condition: Always", "Condition: Home");
    insta::assert_snapshot!(refusal(&undecided, STAYS, table, way), @"`Orders` cannot be moved from `orders`: whether its condition holds is not known");
}

#[test]
fn more_than_five_stacks_are_refused() {
    let table = |number: usize| format!("Resources: {{Table{number}: {{Type: AWS::DynamoDB::Table}}}}");
    let all: Vec<_> =
        (1..=5).map(|number| (format!("storage{number}"), table(number), format!("Table{number}"))).collect();
    let resources: Vec<_> = (1..=5).map(|number| format!("Table{number}: {{Type: AWS::DynamoDB::Table}}")).collect();
    let before = format!("Resources: {{{}}}", resources.join(", "));
    let ways: Vec<_> = all.iter().map(|(_, _, id)| [(id.as_str(), "orders", id.as_str())]).collect();
    let none: &[(&str, &str, &str)] = &[];
    let mut stacks = vec![("orders", Some(before.as_str()), STAYS, none)];
    stacks.extend(
        all.iter().zip(&ways).map(|((name, after, _), way)| (name.as_str(), None, after.as_str(), way.as_slice())),
    );
    let refused = moved(&stacks).unwrap_err();
    assert!(refused.starts_with("resources move between 6 stacks, `orders`, `storage1`"), "{refused}");
    assert!(moved(&stacks[..5]).is_ok());
}

#[test]
fn moves_that_have_no_stack_in_common_are_refactors_of_their_own() {
    let table = "Resources: {Table: {Type: AWS::DynamoDB::Table}, Topic: {Type: AWS::SNS::Topic}}";
    let names: Vec<_> = (1..=3).map(|number| (format!("from{number}"), format!("to{number}"))).collect();
    let ways: Vec<_> = names.iter().map(|(from, _)| [("Table", from.as_str(), "Table")]).collect();
    let mut stacks: Vec<Declared<'_>> = Vec::new();
    for ((from, to), way) in names.iter().zip(&ways) {
        stacks.push((from, Some(table), STAYS, &[]));
        stacks.push((to, None, "Resources: {Table: {Type: AWS::DynamoDB::Table}}", way));
    }
    let moved = moved(&stacks).unwrap();
    for (index, transferred) in moved.iter().enumerate() {
        let (from, to) = &names[index / 2];
        let together = &transferred.as_ref().unwrap().together;
        assert_eq!(together.iter().collect::<Vec<_>>(), [from, to]);
    }
}

#[test]
fn what_is_left_after_a_move_keeps_to_the_plan() {
    let table = |id: &str| format!("  {id}: {{Type: AWS::DynamoDB::Table}}\n");
    let of = |ids: &[&str]| {
        let resources: String = ids.iter().map(|id| table(id)).collect();
        snapshot("orders", &format!("Resources:\n{resources}"), &[])
    };
    let (before, after) = (of(&["Moves", "Goes", "Stays"]), of(&["Stays", "There"]));
    let mut plan = Plan::between(Some(&of(&["Goes", "Stays"])), &after);
    for change in &mut plan.resources {
        match change.id.as_str() {
            "There" => change.action = Action::Import,
            _ => change.loses = Some("3 items".to_owned()),
        }
    }
    let rest = plan.rest(Some(&of(&["Goes", "Stays"])), &after).unwrap();
    assert_eq!(rest, plan, "what was counted and what is imported is as it was");
    // A table that should have moved and is still there was never to be lost.
    assert_eq!(plan.rest(Some(&before), &after).unwrap_err(), ["Moves"]);
}

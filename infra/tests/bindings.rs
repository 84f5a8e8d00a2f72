//! What bindings grant, compared with what AWS documents: the table of operations, and the catalogue of IAM.

use std::collections::BTreeSet;

use bindings::appconfig::{Configuration, GetLatestConfiguration};
use bindings::bedrock::{Converse, Model};
use bindings::dynamodb::{GetItem, Items, PutItem};
use bindings::s3::{HeadObject, TaggedObjects};
use bindings::scheduler::{CreateSchedule, DeleteSchedule, ScheduleGroup};
use bindings::sfn::{SendTaskSuccess, StartExecution, StopExecution};
use infra::binding::BindsAs;
use infra::dynamodb::{S, Table};
use infra::iam::Role;
use infra::reference::HasArn;
use infra::s3::Bucket;
use infra::value::Intrinsic;
use infra::{LogicalId, Resource, Stack, Stage};
use policies::{catalogue, operation};
use serde::Serialize;
use serde_json::{Value as Json, json};

#[test]
fn each_operation_of_each_binding_grants_the_actions_that_it_needs() {
    let mut wrong = Vec::new();
    for (kind, granted) in bindings::kinds() {
        for granted in granted {
            let Some(listed) = operation::granted(granted.service, granted.operation) else {
                wrong.push(format!("{kind}: no row for `{}` of {}", granted.operation, granted.service));
                continue;
            };
            let actions: BTreeSet<_> = granted.actions.iter().map(|(action, _)| *action).collect();
            if actions != listed.required.iter().copied().collect() {
                wrong.push(format!("{kind}: `{}` grants {actions:?}, and needs {:?}", listed.name, listed.required));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn an_action_is_granted_on_everything_only_where_iam_knows_no_resource_of_it() {
    let granted = bindings::kinds().into_iter().flat_map(|(_, granted)| granted);
    for (action, pattern) in granted.flat_map(|it| it.actions) {
        let known = catalogue::action(action).unwrap_or_else(|| panic!("the catalogue has no `{action}`"));
        assert_eq!(*pattern == "*", known.resources.is_empty(), "{action} on {pattern}");
    }
}

#[test]
fn each_other_way_to_make_a_call_is_granted_by_an_operation_of_a_binding() {
    let granted: BTreeSet<_> =
        bindings::kinds().into_iter().flat_map(|(_, granted)| granted).map(|it| (it.service, it.operation)).collect();
    for service in operation::services() {
        for way in operation::ways(service) {
            assert!(granted.contains(&(service, way.granted_by)), "{service}: {way:?}");
            assert!(operation::of(service).unwrap().iter().any(|it| it.name == way.shown_as), "{service}: {way:?}");
        }
    }
}

macro_rules! resources {
    ($($name:ident $type:literal by $arn:ident as $kind:ty;)+) => {
        $(
            #[derive(Debug, Serialize)]
            struct $name {}

            impl Resource for $name {
                const TYPE: &'static str = $type;
            }

            impl HasArn for $name {
                fn arn(id: LogicalId) -> Intrinsic {
                    resources!(@$arn id)
                }
            }

            impl BindsAs<$kind> for $name {}
        )+
    };
    (@reference $id:ident) => { Intrinsic::Ref($id) };
    (@attribute $id:ident) => { Intrinsic::GetAtt($id, "Arn") };
}

// Resources of somebody else's, as a crate beside this one declares them.
resources! {
    Machine "AWS::StepFunctions::StateMachine" by reference as bindings::sfn::StateMachine<()>;
    Group "AWS::Scheduler::ScheduleGroup" by attribute as bindings::scheduler::ScheduleGroup<()>;
    Key "AWS::KMS::Key" by attribute as bindings::kms::Key<()>;
    Stream "AWS::Kinesis::Stream" by attribute as bindings::kinesis::Stream<()>;
}

/// What a binding writes: its variable and its grants.
#[track_caller]
fn check(binding: &impl Serialize, variable: &Json, grants: &Json) {
    let written = json!(infra::resources::Json::of(binding));
    assert_eq!(json!([written["variable"], written["grants"]]), json!([variable, grants]));
}

fn grant(actions: &[&str], resource: &Json, conditions: &Json) -> Json {
    json!({ "actions": actions, "resource": resource, "conditions": conditions })
}

#[test]
fn a_reference_to_anybodys_resource_is_bound_as_what_its_type_says() {
    let mut stack = Stack::new("orders", &Stage::default());
    let none = json!([]);
    let (reference, arn) = (|id: &str| json!({ "Ref": id }), |id: &str| json!({ "Fn::GetAtt": [id, "Arn"] }));

    let machine = stack.named("Machine").add(Machine {});
    let binding = bindings::sfn::StateMachine::<(StartExecution, StopExecution, SendTaskSuccess)>::from(machine);
    let execution = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:execution:${Machine.Name}:*";
    let grants = json!([
        grant(&["states:StartExecution"], &reference("Machine"), &none),
        grant(&["states:StopExecution"], &json!({ "Fn::Sub": execution }), &none),
        grant(&["states:SendTaskSuccess"], &json!("*"), &none),
    ]);
    check(&binding, &reference("Machine"), &grants);

    let key = stack.named("Key").add(Key {});
    let grants = json!([grant(&["kms:Decrypt"], &arn("Key"), &none)]);
    check(&bindings::kms::Key::<bindings::kms::Decrypt>::from(key), &arn("Key"), &grants);

    let stream = stack.named("Stream").add(Stream {});
    let grants = json!([grant(&["kinesis:PutRecord"], &arn("Stream"), &none)]);
    check(&bindings::kinesis::Stream::<bindings::kinesis::PutRecord>::from(stream), &reference("Stream"), &grants);
}

#[test]
fn a_function_that_makes_schedules_may_pass_their_role_to_scheduler_alone() {
    let mut stack = Stack::new("orders", &Stage::default());
    let group = stack.named("Group").add(Group {});
    let role = stack.named("Waker").add(Role::for_service("scheduler.amazonaws.com"));
    let schedule = "arn:${AWS::Partition}:scheduler:${AWS::Region}:${AWS::AccountId}:schedule/${Group}/*";
    let schedule = json!({ "Fn::Sub": schedule });
    let passed =
        json!([{ "operator": "StringEquals", "key": "iam:PassedToService", "values": ["scheduler.amazonaws.com"] }]);
    let grants = json!([
        grant(&["scheduler:CreateSchedule", "scheduler:DeleteSchedule"], &schedule, &json!([])),
        grant(&["iam:PassRole"], &json!({ "Fn::GetAtt": ["Waker", "Arn"] }), &passed),
    ]);
    let binding = ScheduleGroup::<(CreateSchedule, DeleteSchedule)>::from(group.with_role(role));
    check(&binding, &json!({ "Fn::Sub": "${Group}/${Waker.Arn}" }), &grants);

    let deleting = ScheduleGroup::<DeleteSchedule>::from(group);
    let grants = json!([grant(&["scheduler:DeleteSchedule"], &schedule, &json!([]))]);
    check(&deleting, &json!({ "Ref": "Group" }), &grants);
}

#[test]
fn less_than_a_resource_is_granted_with_the_condition_that_limits_it() {
    let mut stack = Stack::new("orders", &Stage::default());
    let table = stack.named("Orders").add(Table::keyed(infra::dynamodb::Key::hash(S("id"))));
    let (name, arn) = (json!({ "Ref": "Orders" }), json!({ "Fn::GetAtt": ["Orders", "Arn"] }));
    let keys = [
        json!({ "operator": "ForAllValues:StringLike", "key": "dynamodb:LeadingKeys", "values": ["north-*"] }),
        json!({ "operator": "Null", "key": "dynamodb:LeadingKeys", "values": ["false"] }),
    ];
    let binding = Items::<(GetItem, PutItem)>::from(table.items_with_key_prefix("north-"));
    let actions = ["dynamodb:GetItem", "dynamodb:PutItem"];
    check(&binding, &name, &json!([grant(&actions, &arn, &json!(keys))]));

    let attributes = [
        json!({ "operator": "ForAllValues:StringEquals", "key": "dynamodb:Attributes", "values": ["id", "state"] }),
        json!({ "operator": "Null", "key": "dynamodb:Attributes", "values": ["false"] }),
        json!({ "operator": "StringEqualsIfExists", "key": "dynamodb:Select", "values": ["SPECIFIC_ATTRIBUTES"] }),
        json!({
            "operator": "StringEqualsIfExists",
            "key": "dynamodb:ReturnValues",
            "values": ["NONE", "UPDATED_NEW", "UPDATED_OLD"],
        }),
    ];
    let binding = Items::<GetItem>::from(table.items_with_attributes(["id", "state"]));
    check(&binding, &name, &json!([grant(&["dynamodb:GetItem"], &arn, &json!(attributes))]));
    let files = stack.named("Files").add(Bucket::default());
    let tag = json!([{ "operator": "StringEquals", "key": "s3:ExistingObjectTag/class", "values": ["public"] }]);
    let objects = json!({ "Fn::Sub": "${Files.Arn}/2026/*" });
    let binding = TaggedObjects::<HeadObject>::from(files.objects("2026/").tagged("class", "public"));
    check(&binding, &json!({ "Fn::Sub": "${Files}/2026/" }), &json!([grant(&["s3:GetObject"], &objects, &tag)]));

    let both = table.items_with_key_prefix("north-").with_attributes(["id", "state"]);
    let all = [&keys[..], &attributes].concat();
    check(&Items::<GetItem>::from(both), &name, &json!([grant(&["dynamodb:GetItem"], &arn, &json!(all))]));
}

#[test]
fn the_stream_of_a_table_a_configuration_and_a_model_are_bound_by_their_own_arns() {
    let mut stack = Stack::new("orders", &Stage::default());
    let table = stack.named("Orders").add(Table::keyed(infra::dynamodb::Key::hash(S("id"))));
    let arn = json!({ "Fn::GetAtt": ["Orders", "StreamArn"] });
    let binding = bindings::dynamodbstreams::Stream::<bindings::dynamodbstreams::GetRecords>::from(table.stream());
    check(&binding, &arn, &json!([grant(&["dynamodb:GetRecords"], &arn, &json!([]))]));

    let configuration = infra::binding::configuration(Intrinsic::Ref(LogicalId::new("App")), "production", "limits");
    let binding = Configuration::<GetLatestConfiguration>::from(configuration);
    let arn = "arn:${AWS::Partition}:appconfig:${AWS::Region}:${AWS::AccountId}:\
               application/${App}/environment/production/configuration/limits";
    let grants = json!([grant(&["appconfig:GetLatestConfiguration"], &json!({ "Fn::Sub": arn }), &json!([]))]);
    check(&binding, &json!({ "Fn::Sub": "${App}/production/limits" }), &grants);

    let model = Model::<Converse>::from(bindings::bedrock::inference_profile("eu.nova", "nova"));
    let profile = "arn:${AWS::Partition}:bedrock:${AWS::Region}:${AWS::AccountId}:inference-profile/eu.nova";
    let profile = json!({ "Fn::Sub": profile });
    let anywhere = json!({ "Fn::Sub": "arn:${AWS::Partition}:bedrock:*::foundation-model/nova" });
    let through = json!([{ "operator": "ArnLike", "key": "bedrock:InferenceProfileArn", "values": [profile] }]);
    let grants = json!([
        grant(&["bedrock:InvokeModel"], &profile, &json!([])),
        grant(&["bedrock:InvokeModel"], &anywhere, &through),
    ]);
    check(&model, &json!("eu.nova"), &grants);
    let model = Model::<Converse>::from(bindings::bedrock::foundation_model("nova"));
    let arn = json!({ "Fn::Sub": "arn:${AWS::Partition}:bedrock:${AWS::Region}::foundation-model/nova" });
    check(&model, &json!("nova"), &json!([grant(&["bedrock:InvokeModel"], &arn, &json!([]))]));
}

//! Keys, parameters and secrets: what the template says of them, and what is found wrong with them.

#[path = "common/findings.rs"]
mod findings;

use bindings::Program;
use infra::iam::{PolicyDocument, Principal, Role, Statement};
use infra::kms::{Alias, Key, KeyPolicy};
use infra::lambda::Function;
use infra::logs::LogGroup;
use infra::parameter::Parameter as StackParameter;
use infra::secretsmanager::{Generated, ResourcePolicy, RotationSchedule, Secret, SecretValue};
use infra::sns::StandardTopic;
use infra::ssm::{Parameter, ParameterValue, Tier};
use infra::value::Intrinsic;
use infra::{AccountId, Days, Integer, LogicalId, Ref, Stack, Stage, Template, iam};
use policies::action;
use serde::Serialize;

use findings::findings;

#[derive(Serialize)]
struct Rotate {}

impl Program for Rotate {
    const NAME: &'static str = "rotate";
}

fn function(stack: &mut Stack) -> Ref<Function> {
    let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
    stack.named("Rotate").add(Function::rust(Rotate {}).with_role(role))
}

fn secrets() -> Stack {
    let mut stack = Stack::new("shop", &Stage::default());
    let rotate = function(&mut stack);
    let partner = stack.parameter("Partner", StackParameter::<AccountId>::default());
    let admins = || Principal::aws("arn:aws:iam::123456789012:role/admins");
    let topic = stack.named("Topic").add(StandardTopic::default());
    let policy = KeyPolicy::of_account()
        .administrator(admins())
        .user(iam::account_root(&partner))
        .service("sns.amazonaws.com", topic.arn())
        .logs(&"/aws/lambda/shop".into());
    let key = stack.named("Key").add(Key { pending_window_in_days: Some(Days::of::<7>()), ..Key::new(policy) });
    stack.named("KeyAlias").add(Alias { alias_name: "alias/shop".into(), target_key_id: key });
    stack.named("Own").add(Key::new(KeyPolicy::administered_by(admins())));
    stack.named("Logs").add(LogGroup {
        log_group_name: Some("/aws/lambda/shop".into()),
        kms_key_id: Some(key.arn().into()),
        ..LogGroup::default()
    });
    stack.named("Prices").add(Parameter {
        name: Some("/shop/prices".into()),
        tier: Tier::Advanced,
        ..Parameter::string(r#"{"vat": 8.1}"#)
    });
    stack.named("Regions").add(Parameter::string_list(["eu-west-1", "sa-east-1"]));
    let database = Secret { kms_key_id: Some(key.into()), ..Secret::credentials("shop") };
    let database = stack.named("Database").add(database);
    let rotation = RotationSchedule::new(database, rotate, Days::of::<30>());
    stack.named("RotationPermission").add(rotation.permission());
    stack.named("Rotation").add(rotation);
    let read = Statement::allow([action::secretsmanager::GET_SECRET_VALUE]).principal(iam::account_root(&partner));
    stack.named("Sharing").add(ResourcePolicy::of(database, PolicyDocument::from([read.on("*")])));
    let token = Generated { length: Some(Integer::of::<64>()), exclude_punctuation: true, ..Generated::default() };
    stack.named("Token").add(Secret::new(SecretValue::Generated(token)));
    let given = Intrinsic::Ref(LogicalId::new("Partner"));
    stack.named("Given").add(Secret { name: Some("given".into()), ..Secret::new(SecretValue::Given(given)) });
    stack.named("Later").add(Secret::new(SecretValue::Empty));
    stack
}

#[test]
fn the_template_of_keys_parameters_and_secrets() {
    let mut json = Template::render(&secrets()).into_json();
    let resources = json.get_mut("Resources").unwrap().as_object_mut().unwrap();
    resources.retain(|_, it| {
        ["::KMS::", "::SSM::", "::SecretsManager::", "::Permission"]
            .iter()
            .any(|kind| it["Type"].as_str().unwrap().contains(kind))
    });
    insta::assert_snapshot!("secrets", Template::from_json(json).to_yaml());
}

#[test]
fn nothing_is_found_wrong_with_them() {
    let found: Vec<_> = infra::check(&secrets()).iter().map(ToString::to_string).collect();
    assert_eq!(found, Vec::<String>::new());
}

/// Asserts what is found wrong with a stack: rule, message and advice.
#[track_caller]
fn check(build: impl FnOnce(&mut Stack), expected: &[&str]) {
    let mut stack = Stack::new("shop", &Stage::default());
    build(&mut stack);
    assert_eq!(findings(&stack), expected);
}

#[test]
fn a_key_whose_policy_names_nobody_and_that_is_not_rotated() {
    check(
        |stack| {
            let anyone = KeyPolicy::of_account().with(Statement::allow([action::kms::DECRYPT]));
            let key =
                Key { enable_key_rotation: false, rotation_period_in_days: Some(Days::of::<90>()), ..Key::new(anyone) };
            let key = stack.named("Key").add(key);
            stack.named("Alias").add(Alias { alias_name: "alias/aws/shop".into(), target_key_id: key });
        },
        &[
            "policy-principal: `Key`: the statement on `kms:Decrypt` names no principal | add `.principal(...)` with \
             the account or service",
            "key-rotation: `Key`: it has a period of rotation and is not rotated | set `enable_key_rotation`, or remove \
             the period",
            "alias-name: `Alias`: `alias/aws/shop` is a name that AWS keeps for its own keys",
        ],
    );
}

#[test]
fn parameters_that_systems_manager_does_not_take() {
    check(
        |stack| {
            let long = "x".repeat(4_097);
            stack.named("Long").add(Parameter::string(long.as_str()));
            stack.named("Fits").add(Parameter { tier: Tier::Advanced, ..Parameter::string(long.as_str()) });
            let list = ParameterValue::StringList(vec!["a,b".to_owned(), "c".to_owned()]);
            stack.named("List").add(Parameter { value: list, ..Parameter::string("") });
            stack.named("Aws").add(Parameter { name: Some("/aws/shop".into()), ..Parameter::string("a") });
        },
        &[
            "ssm-parameter: `Long`: its value is 4097 bytes long, 4096 are allowed | set `tier` to `Tier::Advanced`, \
             which takes 8192",
            "ssm-parameter: `List`: `a,b` of its list has a comma, which ends a text of it",
            "ssm-parameter: `Aws`: its name begins with `aws` or `ssm`, which AWS keeps for itself",
        ],
    );
}

#[test]
fn a_password_that_is_there_already_and_an_exchange_that_is_not_let() {
    check(
        |stack| {
            let rotate = function(stack);
            let within = [("password".to_owned(), "hunter2".into())].into_iter().collect();
            let generated = Generated { within: Some((within, "password".to_owned())), ..Generated::default() };
            let secret = stack.named("Secret").add(Secret::new(SecretValue::Generated(generated)));
            stack.named("Rotation").add(RotationSchedule::new(secret, rotate, Days::of::<1>()));
        },
        &[
            "secret-password: `Secret`: `password` is to be the password, and is there already | give the password a \
             name of its own",
            "invoke-permission: `Rotation`: it has `Rotate` invoked, and nothing lets `secretsmanager.amazonaws.com` | \
             add a `Permission` for the function",
        ],
    );
}

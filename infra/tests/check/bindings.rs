use bindings::bedrock::{self, Converse};
use bindings::declaration::Condition;
use bindings::dynamodb::{PutItem, Table};
use bindings::s3::{self, HeadBucket, ListObjectsV2, TaggedObjects};
use bindings::scheduler::{self, CreateSchedule, GetSchedule};
use infra::iam::Role;
use infra::lambda::Function;
use infra::s3::Bucket;
use infra::scheduler::ScheduleGroup;
use infra::{Template, binding};
use serde::Serialize;
use serde_json::json;

use crate::support::{check, stack};

/// A program whose bindings are anything.
#[derive(Serialize)]
#[serde(transparent)]
struct Any<B>(B);

impl<B: Serialize> ::bindings::Program for Any<B> {
    const NAME: &'static str = "worker";
}

/// What `check` says of a function with these bindings, and with these variables beside them.
#[track_caller]
fn check_with(bindings: impl Serialize, variables: &[&str], expected: &str) {
    check(
        |stack| {
            let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
            let mut function = Function::rust(Any(bindings)).with_role(role);
            function.environment = variables.iter().map(|name| ((*name).to_owned(), "it".into())).collect();
            stack.named("It").add(function);
        },
        expected,
    );
}

#[track_caller]
fn check_bindings(bindings: impl Serialize, expected: &str) {
    check_with(bindings, &[], expected);
}

#[test]
fn fields_that_no_variable_can_hold_are_named_each() {
    #[derive(Serialize)]
    struct Inner {
        table: Table<PutItem>,
    }
    #[derive(Serialize)]
    struct Bindings {
        retries: Option<u32>,
        models: Vec<String>,
        attempts: u32,
        tables: Inner,
        ratio: f64,
    }
    let tables = Inner { table: Table::declared(json!("orders"), json!("arn")) };
    check_bindings(
        Bindings { retries: None, models: Vec::new(), attempts: 3, tables, ratio: f64::NAN },
        "error[binding-field]: `It`: the field `retries` of its bindings is an `Option`, which no environment variable can hold; expected a binding, a text, a number, a truth value or a variant without data
  --> HERE
  help: choose a value that means none, such as 0 or an empty text, and leave out the `Option`
error[binding-field]: `It`: the field `models` of its bindings is a list, which no environment variable can hold; expected a binding, a text, a number, a truth value or a variant without data
  --> HERE
  help: join the entries to one text, which the function splits, or give each a field of its own
error[binding-field]: `It`: the field `tables` of its bindings is a struct, `Inner`, which no environment variable can hold; expected a binding, a text, a number, a truth value or a variant without data
  --> HERE
  help: move its fields into the bindings
error[binding-field]: `It`: the field `ratio` of its bindings is the number NaN, which no environment variable can hold; expected a binding, a text, a number, a truth value or a variant without data
  --> HERE
  help: give it a finite number",
    );
}

#[test]
fn an_operation_is_bound_to_what_it_acts_on() {
    #[derive(Serialize)]
    struct Bindings {
        whole: s3::Bucket<(HeadBucket, ListObjectsV2)>,
        below: s3::Bucket<(HeadBucket, ListObjectsV2)>,
        foreign: TaggedObjects<s3::GetObject>,
        schedules: scheduler::ScheduleGroup<(CreateSchedule, GetSchedule)>,
        with_role: scheduler::ScheduleGroup<(CreateSchedule, GetSchedule)>,
        model: bedrock::Model<Converse>,
    }
    check(
        |stack| {
            let bucket = stack.named("Bucket").add(Bucket::default());
            let group = stack.named("Group").add(ScheduleGroup::default());
            let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
            let bindings = Bindings {
                whole: bucket.into(),
                below: bucket.objects("2026/").into(),
                foreign: binding::target("archive", "arn:aws:s3:::archive").into(),
                schedules: group.into(),
                with_role: group.with_role(role).into(),
                model: bedrock::foundation_model("amazon.nova-lite-v1:0").into(),
            };
            stack.named("It").add(Function::rust(Any(bindings)).with_role(role));
        },
        "error[binding-operation]: `It`: `below` is bound for `HeadBucket`, which acts on `whole_bucket`: what it is bound to has none
  --> HERE
  help: bind what the documentation of `HeadBucket` asks for, or bind it without `HeadBucket`
error[binding-operation]: `It`: `foreign` is bound for `GetObject`, which acts on `below`: what it is bound to has none
  --> HERE
  help: bind what the documentation of `GetObject` asks for, or bind it without `GetObject`
error[binding-operation]: `It`: `schedules` is bound for `CreateSchedule`, which acts on `role`: what it is bound to has none
  --> HERE
  help: bind what the documentation of `CreateSchedule` asks for, or bind it without `CreateSchedule`",
    );
}

#[test]
fn a_condition_of_a_binding_is_one_of_iam() {
    #[derive(Serialize)]
    struct Bindings {
        orders: Table<PutItem>,
        stock: Table<PutItem>,
        prices: Table<PutItem>,
    }
    let when = |operator, values: &[&'static str]| {
        let target = binding::target("orders", "arn:aws:dynamodb:eu-west-1:123456789012:table/orders");
        target.when("{arn}", Condition::new(operator, "dynamodb:LeadingKeys", values.iter().copied()))
    };
    check_bindings(
        Bindings {
            orders: when("ForAllValue:StringEquals", &["north"]).into(),
            stock: when("ForAllValues:StringEqualsIfExists", &["north"]).into(),
            prices: when("StringEquals", &[]).into(),
        },
        "error[binding-condition]: `It`: `orders` is bound under a condition with the operator `ForAllValue:StringEquals`
  --> HERE
  help: IAM writes `StringEquals` and its like, `IfExists` after it, and `ForAllValues:` or `ForAnyValue:` before
error[binding-condition]: `It`: `prices` is bound under a condition of `dynamodb:LeadingKeys` without values
  --> HERE
  help: name one or more",
    );
}

#[test]
fn bindings_are_a_struct_with_named_fields() {
    #[derive(Serialize)]
    enum Bindings {
        Nothing,
    }
    #[derive(Serialize)]
    struct Unit;
    check_bindings(
        Bindings::Nothing,
        "error[bindings-type]: `It`: the bindings of `worker` are an enum; expected a struct with named fields
  --> HERE
  help: make the bindings a struct with named fields",
    );
    check_bindings(Unit, "");
}

#[test]
fn a_variable_is_none_of_lambdas_own() {
    #[derive(Serialize)]
    struct Empty {}
    #[derive(Serialize)]
    struct Bindings {
        aws_region: String,
        #[serde(rename = "lambda_task_root")]
        root: String,
    }
    check_bindings(
        Bindings { aws_region: "eu-west-1".to_owned(), root: "/".to_owned() },
        "error[reserved-variable]: `It`: the field `aws_region` of its bindings becomes the environment variable `AWS_REGION`, which Lambda itself sets
  --> HERE
  help: rename the field, or read what Lambda sets
error[reserved-variable]: `It`: the field `lambda_task_root` of its bindings becomes the environment variable `LAMBDA_TASK_ROOT`, which Lambda itself sets
  --> HERE
  help: rename the field, or read what Lambda sets",
    );
    check_with(
        Empty {},
        &["_HANDLER", "AWS_LAMBDA_LOG_GROUP_NAME"],
        "error[reserved-variable]: `It`: it sets the environment variable `_HANDLER`, which Lambda itself sets
  --> HERE
  help: rename it, or read what Lambda sets
error[reserved-variable]: `It`: it sets the environment variable `AWS_LAMBDA_LOG_GROUP_NAME`, which Lambda itself sets
  --> HERE
  help: rename it, or read what Lambda sets",
    );
}

#[test]
fn a_variable_has_a_name_that_lambda_takes() {
    #[derive(Serialize)]
    struct Bindings {
        r#type: u8,
        x: u8,
        _hidden: u8,
        #[serde(rename = "model-cache")]
        cache: u8,
        #[serde(rename = "2nd")]
        second: u8,
        größe: u8,
    }
    let finding = |field: &str, variable: &str| {
        format!(
            "error[variable-name]: `It`: the field `{field}` of its bindings becomes the environment variable `{variable}`; expected two or more letters, digits and underscores, of which a letter first
  --> HERE
  help: rename the field"
        )
    };
    let refused =
        [("x", "X"), ("_hidden", "_HIDDEN"), ("model-cache", "MODEL-CACHE"), ("2nd", "2ND"), ("größe", "GRößE")];
    check_bindings(
        Bindings { r#type: 1, x: 2, _hidden: 3, cache: 4, second: 5, größe: 6 },
        &refused.map(|(field, variable)| finding(field, variable)).join("\n"),
    );
}

#[test]
fn a_variable_is_set_once() {
    #[derive(Serialize)]
    struct Bindings {
        model: u8,
        #[serde(rename = "Model")]
        other: u8,
    }
    check_with(
        Bindings { model: 1, other: 2 },
        &["MODEL", "model"],
        "error[variable-set-twice]: `It`: the fields `model` and `Model` of its bindings both set `MODEL`
  --> HERE
  help: rename one of them
error[variable-set-twice]: `It`: the binding `Model` already sets `MODEL`
  --> HERE
  help: rename the variable or the field",
    );
}

#[test]
fn the_values_of_bindings_count_into_the_size_of_the_environment() {
    #[derive(Serialize)]
    struct Bindings {
        text: String,
    }
    check_bindings(Bindings { text: "a".repeat(4_092) }, "");
    check_bindings(
        Bindings { text: "a".repeat(4_093) },
        "error[environment-size]: `It`: the environment variables take 4097 bytes, 4096 are allowed
  --> HERE
  help: keep long values in a parameter store or a bucket, and pass where they are",
    );
}

#[test]
fn plain_values_are_in_the_template_as_the_function_reads_them() {
    #[derive(Serialize)]
    struct Bindings {
        r#type: char,
        attempts: i128,
        ratio: f32,
        is_loud: bool,
    }
    let stack = stack(|stack| {
        let role = stack.named("Role").add(Role::for_service("lambda.amazonaws.com"));
        let bindings = Bindings { r#type: 'x', attempts: i128::MIN, ratio: 0.5, is_loud: true };
        stack.named("It").add(Function::rust(Any(bindings)).with_role(role));
    });
    let template = Template::render(&stack).into_json();
    assert_eq!(
        template["Resources"]["It"]["Properties"]["Environment"]["Variables"],
        json!({
            "TYPE": "x",
            "ATTEMPTS": i128::MIN.to_string(),
            "RATIO": "0.5",
            "IS_LOUD": "true",
        })
    );
}

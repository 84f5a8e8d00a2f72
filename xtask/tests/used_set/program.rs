//! The audit of a program by itself, in a folder without a workspace: what it needs, the smallest policy, and a role.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Cursor, Write as _};
use std::process::Command;
use std::sync::LazyLock;

use canary::{foreign, many, raw};
use insta::assert_snapshot;
use policies::audit::{Kind, Policy, audit};
use serde_json::{Value, json};
use tempfile::TempDir;
use testing::{CommandOutput, command};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::{file, local_file, root};

/// An empty folder in which programs are audited.
struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    /// A folder with the program `canary-foreign` as `orders` and its source.
    fn of_orders() -> Self {
        let folder = Self::new();
        folder.write("orders/bootstrap", &file("canary-foreign"));
        for name in ["foreign.rs", "foreign/settings.rs", "foreign/store.rs"] {
            folder.write(&format!("src/{name}"), &fs::read(root().join("xtask/canary/src").join(name)).unwrap());
        }
        folder
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        let arguments: Vec<_> = ["policy-audit"].iter().chain(arguments).copied().collect();
        CommandOutput::of(command(&arguments).current_dir(self.0.path()))
    }

    /// What is said of the program `name`.
    fn program(&self, name: &str, more: &[&str]) -> Value {
        let arguments: Vec<_> = ["--program", name, "--json"].iter().chain(more).copied().collect();
        let json = self.run(&arguments).json();
        assert_eq!(json["version"], 1);
        json["programs"][0].clone()
    }

    /// A program without a dependency, whose source is `text`.
    fn compile(&self, name: &str, text: &str) {
        self.write(&format!("{name}.rs"), text.as_bytes());
        let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let source = self.0.path().join(format!("{name}.rs"));
        let status = Command::new(compiler).arg(source).arg("-o").arg(self.0.path().join(name)).status().unwrap();
        assert!(status.success());
    }
}

fn zip(entry: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(entry, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

/// The operations of a program, as `service:operation` in small letters; those that are certain or not.
fn operations(program: &Value, certainty: &str) -> BTreeSet<String> {
    let all = program["operations"].as_array().unwrap().iter().filter(|it| it["certainty"] == certainty);
    let name = |it: &Value| format!("{}:{}", it["service"].as_str().unwrap(), it["operation"].as_str().unwrap());
    all.map(|it| name(it).to_lowercase()).collect()
}

fn called<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> BTreeSet<String> {
    rows.into_iter().map(|(service, operation)| format!("{service}:{}", operation.replace('_', ""))).collect()
}

fn findings(output: &CommandOutput) -> Vec<(String, String)> {
    let json = output.json();
    let text = |it: &Value, name: &str| it[name].as_str().unwrap_or_default().to_owned();
    json["findings"].as_array().unwrap().iter().map(|it| (text(it, "id"), text(it, "action"))).collect()
}

#[test]
fn a_program_shows_what_it_calls_however_it_was_built_and_packed() {
    let folder = Folder::new();
    folder.write("stripped", &file("canary-foreign"));
    folder.write("with-symbols", &local_file("canary-foreign"));
    folder.write("packed.zip", &zip("bootstrap", &file("canary-foreign")));
    let expected = called(foreign::CALLED.iter().copied());
    for name in ["stripped", "with-symbols", "packed.zip"] {
        let program = folder.program(name, &[]);
        assert_eq!(operations(&program, "certain"), expected, "{name}");
        assert_eq!(operations(&program, "perhaps"), called([("s3", "create_session")]), "{name}");
        assert_eq!(program["verdict"], "known", "{name}");
    }
    let many_called = called(many::CALLED.iter().copied());
    folder.write("many", &file("canary-many"));
    assert_eq!(operations(&folder.program("many", &[]), "certain"), many_called);
    let of = |rows: &'static [(&str, &str, &str)]| called(rows.iter().map(|(service, name, _)| (*service, *name)));
    folder.write("raw", &file("canary-raw"));
    let found: BTreeSet<_> = of(raw::CALLED).union(&of(raw::FALSELY_FOUND)).cloned().collect();
    let without_session = found.difference(&called([("s3", "create_session")])).cloned().collect();
    assert_eq!(operations(&folder.program("raw", &[]), "certain"), without_session);
}

#[test]
fn the_needs_of_a_program_are_told_with_their_places_in_any_source() {
    let folder = Folder::of_orders();
    assert_snapshot!(folder.run(&["--program", "orders/bootstrap", "--source", "src"]).expect(0).stdout);
    let program = folder.program("orders/bootstrap", &["--source", "src"]);
    let operations = program["operations"].as_array().unwrap();
    let unplaced: Vec<_> =
        operations.iter().filter(|it| it["places"] == json!([])).map(|it| &it["operation"]).collect();
    assert_eq!(unplaced, ["CreateSession"]);
}

#[test]
fn the_smallest_policy_is_written_in_the_language_of_each_tool() {
    let folder = Folder::of_orders();
    for format in ["json", "cloudformation", "sam", "terraform"] {
        let arguments = ["--program", "orders/bootstrap", "--source", "src", "--suggest", format];
        assert_snapshot!(format!("suggestion_{format}"), folder.run(&arguments).expect(0).stdout);
        let alone = folder.run(&["--program", "orders/bootstrap", "--suggest", format]).expect(0);
        assert!(alone.stdout.contains("TODO:") && !alone.stdout.contains("TOPIC_ARN"), "{alone}");
    }
}

#[test]
fn a_suggestion_is_refused_until_it_is_filled_in_and_then_lets_the_program_do_what_it_does() {
    let folder = Folder::of_orders();
    let suggest = |more: &[&str]| {
        let arguments: Vec<_> =
            ["--program", "orders/bootstrap", "--suggest", "json"].iter().chain(more).copied().collect();
        folder.run(&arguments).expect(0).stdout
    };
    for source in [&[][..], &["--source", "src"]] {
        let text = suggest(source);
        let mut policy: Value = serde_json::from_str(&text).unwrap();
        let open = Policy::read(Kind::Identity, &text);
        let refused = audit(&[open]).iter().filter(|it| it.rule.id.starts_with("GR")).count();
        let mut filled = 0;
        for statement in policy["Statement"].as_array_mut().unwrap() {
            for resource in statement["Resource"].as_array_mut().unwrap() {
                let arn = resource.as_str().unwrap().to_owned();
                let Some(arn) = arn.strip_prefix("TODO:") else { continue };
                filled += 1;
                let mut parts = arn.split(['<', '>']);
                let first = parts.next().unwrap().to_owned();
                let rest: Vec<_> = parts.collect();
                let named = rest.chunks(2).map(|it| {
                    let name = match it[0] {
                        "region" => "eu-west-1",
                        "account" => "123456789012",
                        _ => "orders",
                    };
                    format!("{name}{}", it.get(1).unwrap_or(&""))
                });
                *resource = json!(first + &named.collect::<String>());
            }
        }
        assert!(filled > 0 && refused >= filled, "{refused} of {filled} are refused: {text}");
        let found = audit(&[Policy::read(Kind::Identity, &policy.to_string())]);
        let wrong: Vec<_> = found.iter().filter(|it| ["GR", "CT"].contains(&&it.rule.id[..2])).collect();
        assert!(wrong.is_empty(), "{wrong:?} in {policy:#}");
        folder.write("role.json", policy.to_string().as_bytes());
        let judged = ["--program", "orders/bootstrap", "--role", "role.json", "--json"];
        let judged = folder.run(&[&judged[..], source].concat());
        let missing: Vec<_> = findings(&judged).into_iter().filter(|(id, _)| id != "LP02").collect();
        assert_eq!(missing, [], "{text}");
    }
}

const ROLE: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["s3:*Object", "s3:ListBucket"], "Resource": "*"},
    {"Effect": "Allow", "Action": ["sqs:SendMessage", "sqs:PurgeQueue"], "Resource": "*"}
]}"#;

#[test]
fn a_role_is_told_what_it_lacks_and_what_it_has_in_vain() {
    let folder = Folder::of_orders();
    folder.write("role.json", ROLE.as_bytes());
    let arguments = ["--program", "orders/bootstrap", "--source", "src", "--role", "role.json"];
    assert_snapshot!(folder.run(&arguments).expect(4).stdout.split("\n\n").skip(1).collect::<Vec<_>>().join("\n\n"));
    let json = folder.run(&["--program", "orders/bootstrap", "--role", "role.json", "--json"]).expect(4);
    let of = |id: &str, action: &str| (id.to_owned(), action.to_owned());
    assert_eq!(findings(&json), [of("LP01", "sns:Publish"), of("LP02", "sqs:PurgeQueue"), of("LP08", "s3:*Object")]);

    let second =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sns:Publish", "Resource": "*"}}"#;
    folder.write("second.json", second.as_bytes());
    folder.write(
        "exact.json",
        ROLE.replace(", \"sqs:PurgeQueue\"", "").replace("s3:*Object", "s3:GetObject\", \"s3:PutObject").as_bytes(),
    );
    let both = ["--program", "orders/bootstrap", "--role", "exact.json", "--role", "second.json"];
    folder.run(&both).expect(0);
    let denied =
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}}"#;
    folder.write("denied.json", denied.as_bytes());
    let denied = folder.run(&[&both[..], &["--role", "denied.json", "--json"]].concat()).expect(4);
    assert!(findings(&denied).iter().all(|(id, _)| id == "LP17") && findings(&denied).len() >= 4, "{denied}");
}

const TEMPLATE: &str = "
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties: {Role: !GetAtt Role.Arn, Runtime: provided.al2023, Handler: bootstrap, Code: {S3Bucket: a, S3Key: b}}
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Version: '2012-10-17', Statement: []}
      Policies:
        - PolicyName: own
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - {Effect: Allow, Action: ['dynamodb:GetItem', 'sqs:ReceiveMessage', 'sqs:DeleteQueue'], Resource: !GetAtt Queue.Arn}
  Feed:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {FunctionName: !Ref Orders, EventSourceArn: !GetAtt Queue.Arn}
  Queue: {Type: AWS::SQS::Queue}
  Serverless:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - Version: '2012-10-17'
          Statement: [{Effect: Allow, Action: 'dynamodb:DeleteTable', Resource: '*'}]
        - DynamoDBCrudPolicy: {TableName: orders}
";

#[test]
fn the_role_of_a_function_is_found_in_the_templates_of_others() {
    let folder = Folder::of_orders();
    folder.write("template.yaml", TEMPLATE.as_bytes());
    let of = |function: &str| {
        let arguments =
            ["--program", "orders/bootstrap", "--template", "template.yaml", "--function", function, "--json"];
        folder.run(&arguments)
    };
    let ids = |output: &CommandOutput, id: &str| -> Vec<String> {
        findings(output).into_iter().filter(|(it, _)| it == id).map(|(_, action)| action).collect()
    };
    let plain = of("Orders").expect(4);
    assert_eq!(ids(&plain, "LP02"), ["sqs:DeleteQueue"], "the queue is polled");
    assert!(ids(&plain, "LP01").contains(&"dynamodb:PutItem".to_owned()), "{plain}");
    let serverless = of("Serverless").expect(4);
    let needless = ids(&serverless, "LP02");
    assert!(needless.contains(&"dynamodb:DeleteTable".to_owned()), "{serverless}");
    assert!(needless.contains(&"dynamodb:Scan".to_owned()), "of the macro's policy template: {serverless}");
    assert_eq!(ids(&serverless, "LP05"), [""; 0], "what policy templates allow is known: {serverless}");
    assert!(ids(&serverless, "LP01").contains(&"sns:Publish".to_owned()), "{serverless}");
    assert!(!ids(&serverless, "LP01").contains(&"dynamodb:PutItem".to_owned()), "{serverless}");
    assert_snapshot!(of("Queue"));
}

#[test]
fn a_program_without_sdk_needs_nothing_and_one_that_tells_nothing_is_unknown() {
    let folder = Folder::new();
    folder.compile("hello", "fn main() { println!(\"hello\") }");
    assert_snapshot!(folder.run(&["--program", "hello"]).expect(0).stdout.replace(std::env::consts::ARCH, "ARCH"));
    assert_eq!(folder.program("hello", &[])["verdict"], "calls-nothing");

    let unknown = |name: &str| {
        let ended = folder.run(&["--program", name, "--json"]).expect(4);
        assert_eq!(findings(&ended).iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["LP03"], "{ended}");
        let suggested = folder.run(&["--program", name, "--suggest", "json"]).expect(4);
        assert_eq!(suggested.stdout, "", "nothing is suggested for what is unknown");
        ended.json()["programs"][0]["reason"].as_str().unwrap().to_owned()
    };
    assert_eq!(unknown("/bin/sh"), "nothing in it shows that it is a program in Rust, or what it calls");
    folder.compile("signer", "fn main() { println!(\"AWS4-HMAC-SHA256\") }");
    assert_eq!(unknown("signer"), "it signs requests to AWS, and not with the AWS SDK for Rust");
    // What signs the password of a database has credentials from aws-config, and so the SDKs that may get them.
    folder.compile(
        "password",
        "fn main() { println!(\"{}\", \"aws_config::loader AWS4-HMAC-SHA256 aws_sdk_sts::operation::assume_role \") }",
    );
    assert_eq!(
        unknown("password"),
        "it takes credentials from aws-config, and no operation of an SDK uses them: it may sign requests itself"
    );
    folder.compile("silent", "fn main() { println!(\"aws_sdk_sqs::config\") }");
    assert_eq!(unknown("silent"), "the SDK of sqs is in it, and no operation was found");
}

#[test]
fn operations_of_services_that_the_table_does_not_have_are_named() {
    let folder = Folder::new();
    folder.compile(
        "model",
        "fn main() { println!(\"aws_sdk_polly::operation::synthesize_speech {}\", \"aws_sdk_sqs::operation::send_message\") }",
    );
    let ended = folder.run(&["--program", "model", "--json"]).expect(4);
    assert_eq!(findings(&ended), [("LP04".to_owned(), "polly::synthesize_speech".to_owned())]);
    let program = &ended.json()["programs"][0];
    assert_eq!((&program["verdict"], &program["unknown"]), (&json!("unknown"), &json!(["polly::synthesize_speech"])));
    assert_eq!(operations(program, "certain"), called([("sqs", "send_message")]));
    let suggested = folder.run(&["--program", "model", "--suggest", "sam"]).expect(4);
    assert!(suggested.stdout.contains("# UNKNOWN: what `polly::synthesize_speech` needs"), "{suggested}");
    // What the unknown operation needs is not called needless.
    let role = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["polly:SynthesizeSpeech", "sqs:SendMessage"], "Resource": "*"}}"#;
    folder.write("role.json", role.as_bytes());
    assert_eq!(findings(&folder.run(&["--program", "model", "--role", "role.json", "--json"])).len(), 1);
}

#[test]
fn the_password_of_a_database_that_an_sdk_makes_is_no_operation_and_named() {
    let folder = Folder::new();
    folder.compile(
        "password",
        "fn main() { println!(\"{}\", \"aws-sdk-rds-1.159.0/src/auth_token.rs aws_sdk_sqs::operation::send_message \") }",
    );
    let ended = folder.run(&["--program", "password", "--json"]).expect(4);
    assert_eq!(findings(&ended), [("LP04".to_owned(), "rds::auth_token".to_owned())]);
    let suggested = folder.run(&["--program", "password", "--suggest", "sam"]).expect(4);
    assert!(suggested.stdout.contains("# UNKNOWN: add `rds-db:connect` for `rds::auth_token`"), "{suggested}");
}

/// What the operation `name` of a program with `text` in it needs, without its source.
#[track_caller]
fn needed(folder: &Folder, name: &str, text: &str) -> Vec<String> {
    folder.compile("alone", &format!("fn main() {{ println!(\"{{}}\", {text:?}) }}"));
    let program = folder.program("alone", &[]);
    let operation = program["operations"].as_array().unwrap().iter().find(|it| it["operation"] == name).unwrap();
    let actions = operation["actions"].as_array().unwrap().iter();
    let needed = actions.filter(|it| ["always", "set"].contains(&it["needed"].as_str().unwrap()));
    needed.map(|it| it["action"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_program_shows_what_is_in_its_transactions_and_statements() {
    let folder = Folder::new();
    let transaction = "aws_sdk_dynamodb::operation::transact_write_items ";
    let part = |name: &str| format!("table_name was not specified but it is required when building {name}");
    let text = format!("{transaction}{}{}", part("Put"), part("ConditionCheckname"));
    assert_eq!(needed(&folder, "TransactWriteItems", &text), ["dynamodb:ConditionCheckItem", "dynamodb:PutItem"]);
    assert_eq!(needed(&folder, "TransactWriteItems", transaction), [""; 0], "of an SDK that does not tell");
    let statement = "aws_sdk_dynamodb::operation::execute_statement ";
    for (text, expected) in [
        ("SELECT * FROM \"orders\" WHERE id = ?", &["dynamodb:PartiQLSelect"][..]),
        ("select id from \"orders\"", &["dynamodb:PartiQLSelect"]),
        ("UPDATE \"{}\" REMOVE note", &["dynamodb:PartiQLUpdate"]),
        ("update orders set note = ? DELETE FROM orders", &["dynamodb:PartiQLDelete", "dynamodb:PartiQLUpdate"]),
        ("INSERT INTO orders VALUE ?", &["dynamodb:PartiQLInsert"]),
        ("WINDOW_UPDATE; do not SELECT; from here", &[]),
    ] {
        assert_eq!(needed(&folder, "ExecuteStatement", &format!("{statement}{text}")), expected, "{text}");
    }
}

#[test]
fn what_aws_config_links_is_the_programs_own_only_if_its_source_says_so() {
    let folder = Folder::new();
    folder.compile(
        "assume",
        "fn main() { println!(\"aws_config::loader {}\", \"aws_sdk_sts::operation::assume_role\") }",
    );
    assert_eq!(operations(&folder.program("assume", &[]), "perhaps"), called([("sts", "assume_role")]));
    folder.write("src/main.rs", b"fn main() { let role = AssumeRoleProvider::builder(\"arn\"); }");
    assert_eq!(
        operations(&folder.program("assume", &["--source", "src"]), "certain"),
        called([("sts", "assume_role")])
    );
    folder.write(
        "src/main.rs",
        b"async fn f(c: &C) { c.assume_role().role_arn(\"arn:aws:iam::1:role/a\").send().await; }",
    );
    assert_eq!(
        operations(&folder.program("assume", &["--source", "src"]), "certain"),
        called([("sts", "assume_role")])
    );
    folder.write("src/main.rs", b"fn main() {}");
    assert_eq!(
        operations(&folder.program("assume", &["--source", "src"]), "perhaps"),
        called([("sts", "assume_role")])
    );
}

/// What source says of tables, in forms that people write; the last is what cannot be told.
static FORMS: LazyLock<Vec<(&str, &[&str])>> = LazyLock::new(|| {
    vec![
        ("async fn f(c: &C) { c.get_item().table_name(\"orders\").send().await; }", &["table/orders"]),
        (
            "const T: &str = \"orders\"; async fn f(c: &C) { c.get_item().table_name(T).send().await; }",
            &["table/orders"],
        ),
        (
            "static T: LazyLock<String> = LazyLock::new(|| env::var(\"T\").unwrap()); async fn f(c: &C) { c.get_item().table_name(T.as_str()).send().await; }",
            &["table/<TableName, from T>"],
        ),
        (
            "async fn f(c: &C) { let t = std::env::var(\"T\"); let t = t.unwrap(); g(c, &t).await; } async fn g(c: &C, name: &str) { c.get_item().table_name(name).send().await; }",
            &["table/<TableName, from T>"],
        ),
        (
            "struct S { table: String } impl S { fn new() -> Self { Self { table: env::var(\"T\").unwrap_or(\"orders\".into()) } } async fn f(&self, c: &C) { c.get_item().table_name(self.table.clone()).send().await; } }",
            &["table/orders", "table/<TableName, from T>"],
        ),
        (
            "async fn f(c: &C) { let get = || c.get_item().table_name(\"one\").send(); join!(get(), c.get_item().table_name(\"two\").send()); }",
            &["table/one", "table/<TableName>"],
        ),
        // Constructors of two types have one name.
        (
            "impl Orders { fn new(t: String) -> Self { Self { table: t } } async fn f(&self, c: &C) { c.get_item().table_name(&self.table).send().await; } } impl Bus { fn new(t: String) -> Self { Self { bus: t } } } fn main() { Client::new(config()); Orders::new(env::var(\"T\").unwrap()); Bus::new(env::var(\"B\").unwrap()); }",
            &["table/<TableName, from T>"],
        ),
        // Each type has a function of one name for the table that it is in.
        (
            "impl Orders { fn table() -> String { env::var(\"T\").unwrap() } async fn f(c: &C) { c.get_item().table_name(Self::table()).send().await; } } impl Bills { fn table() -> String { env::var(\"B\").unwrap() } async fn f(c: &C) { c.get_item().table_name(Self::table()).send().await; } }",
            &["table/<TableName, from B>", "table/<TableName, from T>"],
        ),
        (
            "impl Orders { fn table() -> &'static str { \"orders\" } } impl Bills { fn table() -> &'static str { \"bills\" } } async fn f(c: &C) { c.get_item().table_name(Orders::table()).send().await; }",
            &["table/orders"],
        ),
        // A method of the program's own has the name of an operation.
        (
            "impl Orders { async fn get_item(&self) { self.client.get_item().table_name(\"orders\").send().await; } } async fn f(orders: &Orders) { orders.get_item().await; }",
            &["table/orders"],
        ),
        ("async fn f(c: &C) { c.get_item().set_table_name(Some(\"orders\".into())).send().await; }", &["table/orders"]),
        // The builder of a struct is derived by a macro.
        (
            "struct S { table: String } impl S { async fn f(&self, c: &C) { c.get_item().table_name(&self.table).send().await; } } fn main() { S::builder().table(env::var(\"T\").unwrap()).build(); Other::builder().table(\"other\").build(); }",
            &["table/<TableName, from T>"],
        ),
        (
            "struct S { table: String } impl S { async fn f(&self, c: &C) { c.get_item().table_name(&self.table).send().await; } } fn main() { SBuilder::default().table(\"orders\").build().unwrap(); }",
            &["table/orders"],
        ),
        // One of two calls names nothing that the source tells.
        (
            "async fn f(c: &C, name: &str) { c.get_item().table_name(name).send().await; c.get_item().table_name(\"one\").send().await; }",
            &["table/one", "table/<TableName>"],
        ),
        ("async fn f(c: &C, name: &str) { c.get_item().table_name(name).send().await; }", &["table/<TableName>"]),
        (
            "async fn f(c: &C) { c.get_item().table_name(format!(\"{}-orders\", stage())).send().await; }",
            &["table/<TableName>"],
        ),
    ]
});

#[test]
fn resources_are_filled_in_where_the_source_tells_and_left_open_where_it_does_not() {
    let folder = Folder::new();
    folder.compile("get", "fn main() { println!(\"aws_sdk_dynamodb::operation::get_item\") }");
    for (source, expected) in FORMS.iter() {
        folder.write("src/main.rs", source.as_bytes());
        let policy = folder.run(&["--program", "get", "--source", "src", "--suggest", "json"]).expect(0).json();
        let resources = policy["Statement"][0]["Resource"].as_array().unwrap();
        let found: Vec<_> = resources.iter().map(|it| it.as_str().unwrap().rsplit(':').next().unwrap()).collect();
        assert_eq!(found, *expected, "{source}");
    }
}

/// What source says of the resources of other operations, each with all that its policy is on.
static NAMED: LazyLock<Vec<(&str, &str, &[&str])>> = LazyLock::new(|| {
    vec![
        (
            "dynamodb::operation::batch_write_item",
            "async fn f(c: &C) { c.batch_write_item().request_items(\"orders\", puts()).request_items(env::var(\"T\").unwrap(), puts()).send().await; }",
            &[
                "TODO:arn:aws:dynamodb:<region>:<account>:table/orders",
                "TODO:arn:aws:dynamodb:<region>:<account>:table/<TableName, from T>",
            ],
        ),
        (
            "dynamodb::operation::batch_get_item",
            "async fn f(c: &C) { c.batch_get_item().set_request_items(Some([(\"orders\".to_owned(), keys())].into())).send().await; }",
            &["TODO:arn:aws:dynamodb:<region>:<account>:table/orders"],
        ),
        (
            "dynamodb::operation::batch_get_item",
            "async fn f(c: &C) { let mut all = HashMap::new(); all.insert(\"orders\".to_owned(), keys()); c.batch_get_item().set_request_items(Some(all)).send().await; }",
            &["TODO:arn:aws:dynamodb:<region>:<account>:table/orders"],
        ),
        (
            "dynamodb::operation::batch_get_item",
            "async fn f(c: &C) { c.batch_get_item().set_request_items(Some(all())).send().await; }",
            &["TODO:arn:aws:dynamodb:<region>:<account>:table/<TableName>"],
        ),
        (
            "eventbridge::operation::put_events",
            "async fn f(c: &C) { let entry = PutEventsRequestEntry::builder().source(\"orders\").build(); c.put_events().entries(entry).send().await; }",
            &["TODO:arn:aws:events:<region>:<account>:event-bus/default"],
        ),
        (
            "eventbridge::operation::put_events",
            "async fn f(c: &C) { let entry = PutEventsRequestEntry::builder().event_bus_name(env::var(\"BUS\").unwrap()).build(); c.put_events().entries(entry).send().await; }",
            &["TODO:arn:aws:events:<region>:<account>:event-bus/<EventBusName, from BUS>"],
        ),
        (
            "bedrockruntime::operation::converse",
            "const M: &str = \"amazon.nova-lite-v1:0\"; async fn f(c: &C) { c.converse().model_id(M).send().await; }",
            &["TODO:arn:aws:bedrock:<region>::foundation-model/amazon.nova-lite-v1:0"],
        ),
        (
            "bedrockruntime::operation::invoke_model",
            "async fn f(c: &C) { c.invoke_model().model_id(\"eu.amazon.nova-lite-v1:0\").send().await; }",
            &[
                "arn:aws:bedrock:*::foundation-model/amazon.nova-lite-v1:0",
                "TODO:arn:aws:bedrock:<region>:<account>:inference-profile/eu.amazon.nova-lite-v1:0",
            ],
        ),
        (
            "apigatewaymanagement::operation::post_to_connection",
            "async fn f(c: &C, id: &str) { c.post_to_connection().connection_id(id).send().await; }",
            &["TODO:arn:aws:execute-api:<region>:<account>:<ApiId>/<Stage>/*/*"],
        ),
        (
            "cognitoidentityprovider::operation::admin_get_user",
            "async fn f(c: &C) { c.admin_get_user().user_pool_id(env::var(\"POOL\").unwrap()).send().await; }",
            &["TODO:arn:aws:cognito-idp:<region>:<account>:userpool/<UserPoolId, from POOL>"],
        ),
        (
            "cognitoidentityprovider::operation::initiate_auth",
            "async fn f(c: &C) { c.initiate_auth().client_id(\"1\").send().await; }",
            &[],
        ),
    ]
});

#[test]
fn resources_of_maps_parts_models_and_connections_are_told() {
    let folder = Folder::new();
    for (operation, source, expected) in NAMED.iter() {
        folder.compile("named", &format!("fn main() {{ println!(\"aws_sdk_{operation} \") }}"));
        folder.write("src/main.rs", source.as_bytes());
        let policy = folder.run(&["--program", "named", "--source", "src", "--suggest", "json"]).expect(0).json();
        let resources =
            policy["Statement"].as_array().unwrap().iter().flat_map(|it| it["Resource"].as_array().unwrap());
        assert_eq!(resources.map(|it| it.as_str().unwrap()).collect::<Vec<_>>(), *expected, "{source}");
    }
}

#[test]
fn a_function_of_a_program_is_given_nothing_by_another_program() {
    let folder = Folder::new();
    folder.compile("get", "fn main() { println!(\"aws_sdk_dynamodb::operation::get_item\") }");
    let handler = "async fn handler(c: &C, table: &str) { c.get_item().table_name(table).send().await; }";
    folder.write("all/get/src/main.rs", format!("{handler} fn main() {{ handler(c, \"orders\"); }}").as_bytes());
    folder.write("all/put/src/main.rs", b"fn handler(c: &C, bus: &Bus) {} fn main() { handler(c, bus()); }");
    let shared = "pub async fn find(c: &C, table: &str) { c.get_item().table_name(table).send().await; }";
    folder.write("all/shared/src/lib.rs", shared.as_bytes());
    folder.write(
        "all/put/src/other.rs",
        b"fn other(c: &C) { shared::find(c, &env::var(\"T\").unwrap_or_default()); find(c, \"\"); }",
    );
    let policy = folder.run(&["--program", "get", "--source", "all", "--suggest", "json"]).expect(0).json();
    let table = "TODO:arn:aws:dynamodb:<region>:<account>:table/";
    let expected = json!([format!("{table}orders"), format!("{table}<TableName, from T>")]);
    assert_eq!(policy["Statement"][0]["Resource"], expected);
}

#[test]
fn what_is_no_program_in_rust_is_refused_with_what_to_do() {
    let folder = Folder::new();
    folder.write("text", b"once upon a time");
    folder.write("script", b"#!/bin/sh\nexec ./other\n");
    folder.write("python.zip", &zip("handler.py", b"import boto3"));
    folder.write("empty.zip", &zip("readme", b""));
    folder.write("cut.zip", &zip("bootstrap", b"#!/bin/sh\n")[..30]);
    folder.write("cut", &file("canary-foreign")[..4096]);
    folder.compile("ok", "fn main() { println!(\"hello\") }");
    let mut said = String::new();
    folder.compile("go", "fn main() { println!(\"{:?}\", b\"\\xff Go buildinf:\") }");
    for name in ["text", "script", "go", "python.zip", "empty.zip", "cut.zip", "cut", "absent", "."] {
        let ended = folder.run(&["--program", name]).expect(1);
        assert_eq!(ended.stdout, "");
        said += &ended.stderr;
    }
    folder.write("no.json", b"{}");
    folder.write("empty/readme", b"");
    for more in
        [&["--source", "nowhere"][..], &["--source", "empty"], &["--role", "no.json"], &["--template", "no.json"]]
    {
        said += &folder.run(&[&["--program", "ok"], more].concat()).stderr;
    }
    said += &folder.run(&["--program", "ok", "--program", "ok", "--suggest", "json"]).expect(2).stderr;
    assert_snapshot!(said);
}

#[test]
fn what_became_possible_since_another_program_is_told() {
    let folder = Folder::of_orders();
    folder.compile(
        "before",
        "fn main() { println!(\"{}\", \"aws_sdk_dynamodb::operation::get_item aws_sdk_dynamodb::operation::scan\") }",
    );
    let compare = |more: &[&str]| {
        let arguments = ["--program", "orders/bootstrap", "--before", "before", "--source", "src"];
        folder.run(&[&arguments[..], more].concat())
    };
    assert_snapshot!(compare(&["--format", "markdown"]).expect(4).stdout);
    assert!(findings(&compare(&["--json"]).expect(4)).iter().all(|(id, _)| id == "CH02"));
    compare(&["--fail-on", "high"]).expect(0);
    let sarif = compare(&["--format", "sarif"]).expect(4).json();
    let places: Vec<_> = sarif["runs"][0]["results"].as_array().unwrap().iter().map(|it| &it["locations"][0]).collect();
    assert!(!places.is_empty());
    for place in places {
        let line = &place["physicalLocation"]["region"]["startLine"];
        assert!(line.as_u64().is_some_and(|it| it > 0), "{place}");
    }
    // The same program can do nothing new.
    let same = folder.run(&["--program", "orders/bootstrap", "--before", "orders/bootstrap"]).expect(0);
    assert_eq!(same.stdout.lines().filter(|it| it.contains("CH0")).count(), 0, "{same}");
    let uneven = folder.run(&["--program", "before", "--program", "before", "--before", "before"]).expect(2);
    assert!(uneven.stderr.contains("2 `--program` and 1 `--before` are given"), "{uneven}");
}

#[test]
fn resources_are_compared_where_the_source_and_the_template_name_them() {
    let folder = Folder::of_orders();
    let on = |output: &CommandOutput| -> Vec<String> {
        let json = output.json();
        let of = |it: &Value| format!("{} {} {}", it["id"], it["action"], it["on"]).replace('"', "");
        json["findings"].as_array().unwrap().iter().map(of).collect()
    };
    let role = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::other/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": ["arn:aws:s3:::maps-of-the-team", "arn:aws:s3:::other"]},
        {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "arn:aws:dynamodb:eu-west-1:111111111111:table/x"},
        {"Effect": "Allow", "Action": ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:DeleteItem"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["s3:PutObject", "sns:Publish", "sqs:SendMessage"], "Resource": "*"}]}"#;
    folder.write("role.json", role.as_bytes());
    let arguments = ["--program", "orders/bootstrap", "--role", "role.json", "--json"];
    let with_source = folder.run(&[&arguments[..], &["--source", "src"]].concat()).expect(4);
    assert_eq!(
        on(&with_source),
        [
            "LP01 s3:GetObject arn:*:s3:::maps-of-the-team/*",
            "LP02 s3:GetObject arn:aws:s3:::other/*",
            "LP02 s3:ListBucket arn:aws:s3:::other",
        ]
    );
    assert!(with_source.stderr.contains("cannot tell whether the role's resources are those of `dynamodb:GetItem`\n"));
    let without = folder.run(&arguments).expect(0);
    assert!(without.stderr.contains("cannot tell whether the role's resources are those of `dynamodb:GetItem`, `s3:"));

    let template = "
Resources:
  Orders: {Type: AWS::DynamoDB::Table}
  Other: {Type: AWS::DynamoDB::Table}
  Queue: {Type: AWS::SQS::Queue}
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Environment: {Variables: {ORDERS_TABLE: !Ref Orders, ORDERS_QUEUE_URL: !Ref Queue, REPORTS_BUCKET: reports}}
      Policies:
        - Version: '2012-10-17'
          Statement:
            - {Effect: Allow, Action: 'dynamodb:GetItem', Resource: !GetAtt Other.Arn}
            - {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Queue.Arn}
            - {Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::reports/*'}
            - {Effect: Allow, Action: ['dynamodb:PutItem', 'dynamodb:DeleteItem', 'dynamodb:Query'], Resource: '*'}
            - {Effect: Allow, Action: ['sns:Publish', 's3:GetObject', 's3:ListBucket'], Resource: '*'}
";
    folder.write("template.yaml", template.as_bytes());
    let arguments = ["--program", "orders/bootstrap", "--source", "src", "--template", "template.yaml"];
    let judged = folder.run(&[&arguments[..], &["--function", "Function", "--json"]].concat()).expect(4);
    assert_eq!(on(&judged), ["LP01 dynamodb:GetItem Orders", "LP02 dynamodb:GetItem Other"]);
}

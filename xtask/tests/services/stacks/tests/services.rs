//! Each system on a local cloud of its own: deployed, used, compared with its source, and destroyed.

use serde_json::{Value, json};
use testing::{Answer, Deployment, LocalCloud, eventually, http_client, integer, number, string, text};

/// Deploys a system, and after `used` asserts that its roles allowed all it did, that a deployment would change nothing, and
/// that it can be destroyed.
async fn system(name: &str, used: impl AsyncFnOnce(&Deployment)) {
    let system = LocalCloud::fresh().deploy(name);
    used(&system).await;
    assert_eq!(system.denied_calls().await, []);
    system.cloud.run(&["diff", name, "--local", "--exit-code"]);
    system.destroy();
    let gone = system.cloud.attempt(&["outputs", name, "--local"]);
    assert_eq!(gone.code, Some(6), "{gone}");
}

#[tokio::test]
async fn cloudwatch() {
    system("cloudwatch", async |system| {
        system.invoke("Count", &json!({ "shop": "north", "quantity": 2 })).await;
        let counted = eventually("the sale is counted in the log", async || {
            let log = system.cloud.run(&["logs", "cloudwatch", "--local", "--json"]);
            let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            lines.map(|line| line["fields"].clone()).find(|fields| !fields["_aws"].is_null())
        })
        .await;
        assert_eq!([&counted["Shop"], &counted["Sold"]], [&json!("north"), &json!(2.0)]);
        assert_eq!(counted["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Shops");
    })
    .await;
}

#[tokio::test]
async fn cognito() {
    system("cognito", async |system| {
        let member = json!({ "name": "ada", "status": "FORCE_CHANGE_PASSWORD" });
        assert_eq!(system.invoke("Members", &json!({ "create": "ada" })).await, member);
        assert_eq!(system.invoke("Members", &json!({ "get": "ada" })).await, member);
    })
    .await;
}

#[tokio::test]
async fn dynamodb_streams() {
    system("dynamodb-streams", async |system| {
        system.put_item("Articles", [("id", text("apple")), ("price", number(50))]).await;
        let change = eventually("the change is kept", async || system.items("History").await.pop()).await;
        assert_eq!((string(&change, "id"), integer(&change, "after")), ("apple", 50));
    })
    .await;
}

#[tokio::test]
async fn firehose() {
    system("firehose", async |system| {
        let reading = json!({ "celsius": 21.5 });
        system.invoke("Put", &reading).await;
        let key = eventually("the reading is in the bucket", async || system.keys("Bucket", "").await.pop()).await;
        assert_eq!(system.object("Bucket", &key).await.bytes, format!("{reading}\n").into_bytes());
    })
    .await;
}

#[tokio::test]
async fn function_url() {
    system("function-url", async |system| {
        let answer = system.get("Url", "?name=Ada").await.expect(200);
        assert_eq!(answer.json(), json!({ "text": "good morning Ada" }));
    })
    .await;
}

#[tokio::test]
async fn http_api() {
    system("http-api", async |system| {
        let answer = system.get("ApiUrl", "/greetings?name=Ada").await.expect(200);
        assert_eq!(answer.json(), json!({ "text": "hello Ada" }));
        system.get("ApiUrl", "/greetings").await.expect(400);
    })
    .await;
}

#[tokio::test]
async fn kinesis() {
    system("kinesis", async |system| {
        system.invoke("Put", &json!({ "page": "/apples" })).await;
        let click = eventually("the click is kept", async || system.items("Clicks").await.pop()).await;
        assert_eq!(string(&click, "page"), "/apples");
    })
    .await;
}

#[tokio::test]
async fn kms() {
    system("kms", async |system| {
        let sealed = system.invoke("Seal", &json!({ "seal": "a secret" })).await;
        assert_ne!(sealed, "a secret");
        let renewed = system.invoke("Seal", &json!({ "renew": sealed })).await;
        assert_ne!(renewed, sealed);
        for sealed in [sealed, renewed] {
            assert_eq!(system.invoke("Seal", &json!({ "open": sealed })).await, "a secret");
        }
    })
    .await;
}

#[tokio::test]
async fn pipes() {
    system("pipes", async |system| {
        system.put_item("Articles", [("id", text("apple"))]).await;
        let told = eventually("the article is told", async || system.drain("InboxUrl").await.pop()).await;
        let told: Value = serde_json::from_str(told.body().unwrap()).unwrap();
        assert_eq!(told["dynamodb"]["NewImage"]["id"]["S"], "apple");
    })
    .await;
}

#[tokio::test]
async fn scheduler() {
    system("scheduler", async |system| {
        let reminder = json!({ "name": "pick", "in_seconds": 1, "text": "pick the apples" });
        system.invoke("Remind", &reminder).await;
        let reminded = eventually("the reminder is published", async || system.drain("InboxUrl").await.pop()).await;
        assert_eq!(reminded.body(), Some("pick the apples"));
    })
    .await;
}

#[tokio::test]
async fn secrets_manager() {
    system("secrets-manager", async |system| {
        let client = aws_sdk_secretsmanager::Client::new(&system.config);
        let password =
            client.get_secret_value().secret_id(system.output("Password")).send().await.unwrap().secret_string;
        assert_eq!(system.invoke("Check", &json!({ "password": password })).await, true);
        assert_eq!(system.invoke("Check", &json!({ "password": "guessed" })).await, false);
    })
    .await;
}

#[tokio::test]
async fn ses() {
    system("ses", async |system| {
        let mail = json!({ "to": "ada@example.com", "subject": "Apples", "text": "They are ripe." });
        let id = system.invoke("Send", &mail).await;
        let messages = http_client().get(format!("{}/_ministack/ses/messages", system.cloud.endpoint()));
        let messages = Answer::to(messages).await.expect(200).json();
        let [sent] = &messages["messages"]["000000000000"].as_array().unwrap()[..] else { panic!("{messages}") };
        assert_eq!([&sent["MessageId"], &sent["Source"]], [&id, &json!("news@shop.example.com")]);
        assert_eq!(
            [&sent["To"][0], &sent["Subject"], &sent["BodyText"]],
            [&mail["to"], &mail["subject"], &mail["text"]]
        );
    })
    .await;
}

#[tokio::test]
async fn ssm() {
    system("ssm", async |system| {
        assert_eq!(system.invoke("Ask", &Value::Null).await, "250");
    })
    .await;
}

#[tokio::test]
async fn step_functions() {
    system("step-functions", async |system| {
        let started = system.invoke("Order", &json!({ "start": { "id": "order-1", "quantity": 3 } })).await;
        let order = eventually("the order is kept", async || system.items("Orders").await.pop()).await;
        assert_eq!((string(&order, "id"), integer(&order, "total")), ("order-1", 750));
        eventually("the execution has ended", async || {
            let described = system.invoke("Order", &json!({ "describe": started["execution"] })).await;
            if described["status"] == "SUCCEEDED" { Ok(()) } else { Err(described) }
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn web_socket() {
    system("web-socket", async |system| {
        // Nobody has this connection: the call is allowed, and API Gateway says that it is gone.
        let said = json!({ "requestContext": { "connectionId": "L0SM9cOFvHcCIhw=" }, "body": "hello" });
        let answer = system.invoke("Say", &said).await;
        assert_eq!(answer, json!({ "statusCode": 410 }));
    })
    .await;
}

//! The test that the pages of the test kit show, and what the kit says when a test is wrong.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use serde_json::json;
use testing::{LocalCloud, eventually, text};

#[tokio::test]
async fn an_order_is_queued_stored_and_shown() {
    let orders = LocalCloud::fresh().deploy("orders");
    let order = json!({ "id": "order-1", "amount": 25, "fromAccount": "1", "toAccount": "2" });

    let taken = orders.post("ApiUrl", "/orders", &order).await.expect(202);
    assert_eq!(taken.json()["orderId"], "order-1");

    eventually("the order is stored", async || {
        let stored = orders.items_with_key("OrdersTable", "orderId", text("order-1")).await;
        if stored.len() == 1 { Ok(()) } else { Err(stored) }
    })
    .await;
    assert_eq!(orders.get("ApiUrl", "/orders/order-1").await.status, 200);
    assert_eq!(orders.messages("OrdersDlqUrl").await, 0);
    assert_eq!(orders.denied_calls().await, []);
}

#[test]
fn the_pages_show_that_test() {
    let this = include_str!("test_kit.rs");
    let shown = this.split_once("use serde_json").unwrap().1.split("\n\n#[test]").next().unwrap();
    for page in [include_str!("../../xtask/testing/README.md"), include_str!("../../docs/src/guides/testing.md")] {
        assert!(page.contains(&format!("use serde_json{shown}\n```")), "a page shows another test than{shown}");
    }
}

/// The message with which `test` fails.
async fn failure<T: Send + 'static>(test: impl Future<Output = T> + Send + 'static) -> String {
    let panic = tokio::spawn(test).await.map(|_| "it does not fail").unwrap_err().into_panic();
    *panic.downcast::<String>().unwrap()
}

#[tokio::test]
async fn what_is_not_there_is_said_with_what_is() {
    let cloud = LocalCloud::fresh();
    let other = cloud.clone();
    let failed = failure(async move { other.deploy("order") }).await;
    assert!(failed.contains("`cargo stackwright deploy order --local --yes --quiet --stage dev`: exit 6"), "{failed}");
    assert!(failed.contains("there is no stack `order`"), "{failed}");

    let orders = cloud.deploy("orders");
    let outputs = "ApiUrl, OrdersBucket, OrdersDlqUrl, OrdersQueueUrl, OrdersTable";
    let system = orders.clone();
    let failed = failure(async move { system.output("Api").len() }).await;
    assert_eq!(failed, format!("`orders` has no output `Api`, only {outputs}"));
    let system = orders.clone();
    let failed = failure(async move { system.items("Orders").await }).await;
    let said = format!("reading `Orders` (`orders` has no output `Orders`, only {outputs}): service error");
    assert!(failed.starts_with(&said), "{failed}");
    let system = orders.clone();
    let failed = failure(async move { system.invoke("orders-place", &json!({})).await }).await;
    assert_eq!(failed, "`orders` has no function `orders-place`, only Submit, Processor, Get, Health");
    assert_eq!(orders.function("orders-get"), orders.function("Get"));

    let port = cloud.port();
    drop((cloud, orders));
    std::net::TcpListener::bind(("127.0.0.1", port)).expect("the local cloud is stopped");
}

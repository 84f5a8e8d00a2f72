//! A call of a route on the page, and the way of what it caused.

use serde_json::json;
use testing::LocalCloud;

use crate::changes::Page;

/// Calls the route that is `named` with `body`.
fn call(page: &mut Page, named: &str, body: &str) {
    page.browser.wait_for("document.querySelectorAll('#panel form select option').length > 0");
    page.browser.evaluate(&format!(
        "(() => {{ const form = document.querySelector('#panel form'); const [routes] = form.querySelectorAll('select'); \
         routes.value = {}; routes.dispatchEvent(new Event('change')); form.querySelector('textarea').value = {}; \
         form.querySelector('.answer').replaceChildren(); }})()",
        json!(named),
        json!(body)
    ));
    page.click("Call");
}

/// Shows the way of the answer, and says of which of `parts` it is not.
fn faint(page: &mut Page, parts: &[&str]) -> Vec<String> {
    page.browser.wait_for("Boolean(document.querySelector('#panel .answer [data-way] button'))");
    page.browser.evaluate("document.querySelector('#panel .answer [data-way] button').click()");
    page.browser.wait_for("!document.querySelector('.trail').hidden");
    let classes = |part: &str| format!("document.querySelector('[data-part={part}]').classList.contains('faint')");
    // What happens later is added: the last part is the last that the way comes to.
    page.browser.wait_for(&format!("!{}", classes(parts[parts.len() - 1])));
    parts.iter().filter(|part| page.browser.evaluate(&classes(part)) == true).map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_a_route_leads_to_its_way() {
    let cloud = LocalCloud::fresh();
    let _systems = ["orders", "event-driven"].map(|it| cloud.deploy(it));
    let Some(mut page) = Page::open(cloud.command(&["console", "orders", "--local", "--json"])) else { return };
    page.open_part("Api");
    let order = |id: &str| json!({"id": id, "amount": 5, "fromAccount": "1", "toAccount": "2"}).to_string();
    for id in ["order-1", "order-2"] {
        call(&mut page, "POST /orders", &order(id));
        page.wait_for("202 Accepted in ");
        assert_eq!(
            faint(&mut page, &["Get", "Health", "Submit", "OrdersQueue", "Processor", "OrdersTable"]),
            ["Get", "Health"]
        );
        let trail = page.browser.evaluate("document.querySelector('.trail').textContent");
        let other = if id == "order-1" { "order-2" } else { "order-1" };
        assert!(trail.as_str().is_some_and(|it| it.contains(id) && !it.contains(other)), "{trail}");
        page.browser.evaluate("document.querySelector('[aria-label=\"Close the way\"]').click()");
        page.browser.wait_for("document.querySelector('.trail').hidden");
    }

    // Also where no function is between the API and a queue.
    let Some(mut page) = Page::open(cloud.command(&["console", "event-driven", "--local", "--json"])) else { return };
    page.open_part("Api");
    call(&mut page, "POST /messages", "{\"message\": \"once\"}");
    page.wait_for("202 Accepted in ");
    assert_eq!(faint(&mut page, &["AuditLogger", "ApiConsumer", "Messages"]), ["AuditLogger"]);
    assert_eq!(page.browser.errors(), [] as [&str; 0]);
}

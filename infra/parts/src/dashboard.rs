//! A dashboard of what a stack has.

use std::collections::BTreeSet;

use infra::apigateway::{ApiStage, RestApi};
use infra::cloudwatch::{Alarm, Dashboard, Metric, Series, Statistic, Widget};
use infra::dynamodb::Table;
use infra::lambda::Function;
use infra::sqs::{FifoQueue, Queue, StandardQueue};
use infra::{LogicalId, Ref, Stack};

use crate::protection;

/// Adds the dashboard `MetricsDashboard`. It shows alarms; how old the oldest message of each queue is, and how many are
/// in dead-letter queues; how often each function is invoked, fails and is refused, and how long it takes (p50 and p99);
/// reads and writes that tables refuse; requests of APIs, those with errors, and how long they take. Call it last: what is
/// added later is not on it. A stack with none of these gets none.
///
/// Its name is that of the stack in its stage, and the region: [the dashboards of an account are
/// global](https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/create_dashboard.html), so that the same stack in
/// two regions needs two names.
///
/// ```
/// use infra::sqs::StandardQueue;
/// use infra::{Stack, Stage, Template};
///
/// let mut stack = Stack::new("orders", &Stage::default());
/// stack.named("Orders").add(StandardQueue::default());
/// parts::dashboard(&mut stack);
/// assert!(Template::render(&stack).resource("MetricsDashboard").is_some());
/// ```
#[track_caller]
pub fn dashboard(stack: &mut Stack) -> Option<Ref<Dashboard>> {
    let widgets: Vec<_> = [alarms(stack), queues(stack), functions(stack), tables(stack), apis(stack)].concat();
    if widgets.is_empty() {
        return None;
    }
    let dashboard_name = Some(stack.physical_name(stack.name()).surrounded("", "-${AWS::Region}"));
    Some(stack.named("MetricsDashboard").add(Dashboard { dashboard_name, widgets }))
}

fn alarms(stack: &Stack) -> Vec<Widget> {
    let alarms: Vec<_> = stack.resources_of::<Alarm>().map(|(alarm, _)| alarm).collect();
    alarms.chunks(Widget::MAX_ALARMS).map(|alarms| Widget::alarms("Alarms", alarms.iter().copied())).collect()
}

fn queues(stack: &Stack) -> Vec<Widget> {
    let dead: BTreeSet<_> = protection::dead_letter_queues(stack).map(LogicalId::as_str).collect();
    let (mut ages, mut waiting) = (Vec::new(), Vec::new());
    collect::<StandardQueue>(stack, &dead, &mut ages, &mut waiting);
    collect::<FifoQueue>(stack, &dead, &mut ages, &mut waiting);
    let widget = |title: &str, series: Vec<Series>| (!series.is_empty()).then(|| Widget::metrics(title, series));
    let ages = widget("Age of the oldest message (s)", ages);
    ages.into_iter().chain(widget("Messages in dead-letter queues", waiting)).collect()
}

fn collect<Q: Queue>(stack: &Stack, dead: &BTreeSet<&str>, ages: &mut Vec<Series>, waiting: &mut Vec<Series>) {
    for (queue, _) in stack.resources_of::<Q>() {
        let (metric, lines) = if dead.contains(queue.id().as_str()) {
            (Metric::visible_messages(queue), &mut *waiting)
        } else {
            (Metric::age_of_oldest_message(queue), &mut *ages)
        };
        lines.push(Series::of(metric, Statistic::Maximum).labelled(queue.id().as_str()));
    }
}

fn functions(stack: &Stack) -> Vec<Widget> {
    let all: Vec<_> = stack.resources_of::<Function>().map(|(function, _)| function).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let sums = |metric: fn(Ref<Function>) -> Metric| -> Vec<_> {
        let line = |it: &Ref<Function>| Series::of(metric(*it), Statistic::Sum).labelled(it.id().as_str());
        all.iter().map(line).collect()
    };
    let durations = all.iter().flat_map(|function| {
        [50, 99].map(|percentile| {
            let label = format!("{} p{percentile}", function.id());
            Series::percentile(Metric::duration(*function), percentile).labelled(label)
        })
    });
    vec![
        Widget::metrics("Invocations", sums(Metric::invocations)),
        Widget::metrics("Failed invocations", sums(Metric::errors)),
        Widget::metrics("Refused invocations", sums(Metric::throttles)),
        Widget::metrics("Duration of invocations (ms)", durations),
    ]
}

fn tables(stack: &Stack) -> Vec<Widget> {
    let all: Vec<_> = stack.resources_of::<Table>().map(|(table, _)| table).collect();
    if all.is_empty() {
        return Vec::new();
    }
    let reads = all.iter().map(|table| (Metric::read_throttles(*table), format!("{} reads", table.id())));
    let writes = all.iter().map(|table| (Metric::write_throttles(*table), format!("{} writes", table.id())));
    let series = reads.chain(writes).map(|(metric, label)| Series::of(metric, Statistic::Sum).labelled(label));
    vec![Widget::metrics("Reads and writes that tables refuse", series)]
}

fn apis(stack: &Stack) -> Vec<Widget> {
    let stages = stack.resources_of::<ApiStage>();
    let named = stages.filter_map(|(stage, it)| Some((stage, stack.get::<RestApi>(it.rest_api_id)?.name.clone())));
    let widgets = named.flat_map(|(stage, name)| {
        let sum = |metric: Metric, label: &str| Series::of(metric, Statistic::Sum).labelled(label);
        let latency = |percentile| {
            let metric = Metric::latency(name.clone(), stage);
            Series::percentile(metric, percentile).labelled(format!("p{percentile}"))
        };
        let requests = [
            sum(Metric::requests(name.clone(), stage), "all"),
            sum(Metric::client_errors(name.clone(), stage), "4xx"),
            sum(Metric::server_errors(name.clone(), stage), "5xx"),
        ];
        [
            Widget::metrics(format!("Requests of {}", stage.id()), requests),
            Widget::metrics(format!("Latency of {} (ms)", stage.id()), [50, 99].map(latency)),
        ]
    });
    widgets.collect()
}

#[cfg(test)]
mod tests {
    use infra::{Stage, Template, Value};
    use serde_json::Value as Json;

    use super::*;
    use crate::Route;

    #[derive(serde::Serialize)]
    struct Nothing {}

    impl bindings::Program for Nothing {
        const NAME: &'static str = "nothing";
    }

    fn body(stack: &Stack) -> (String, Json) {
        let findings = infra::check(stack);
        assert!(findings.is_empty(), "{findings:?}");
        let template = Template::render(stack);
        let text = template.resource("MetricsDashboard").unwrap()["Properties"]["DashboardBody"]["Fn::Sub"].clone();
        let text = text.as_str().unwrap().to_owned();
        let body = serde_json::from_str(&text).unwrap();
        (text, body)
    }

    #[test]
    fn all_that_a_stack_has_is_on_it() {
        let mut stack = Stack::new("shop", &Stage::default());
        crate::standard_queue(&mut stack, "Orders", "orders", StandardQueue::default());
        crate::fifo_queue(&mut stack, "Payments", "payments", FifoQueue::default());
        let table = Table::keyed(infra::dynamodb::Key::hash(infra::dynamodb::S("id")));
        crate::table(&mut stack, "OrdersTable", table);
        let function = crate::function(&mut stack, "Submit", Function::rust(Nothing {}));
        let api = RestApi::named(Value::from("shop"));
        let api = crate::rest_api(&mut stack, "Api", api, &[Route::post("/orders", function)]);
        crate::publish(&mut stack, api, "live");
        dashboard(&mut stack).unwrap();
        let (text, body) = body(&stack);
        for expected in [
            r#"["AWS/SQS","ApproximateAgeOfOldestMessage","QueueName","${OrdersQueue.QueueName}",{"stat":"Maximum","label":"OrdersQueue"}]"#,
            r#"["AWS/SQS","ApproximateNumberOfMessagesVisible","QueueName","${PaymentsDlq.QueueName}",{"stat":"Maximum","label":"PaymentsDlq"}]"#,
            r#"["AWS/Lambda","Duration","FunctionName","${Submit}",{"stat":"p99","label":"Submit p99"}]"#,
            r#"["AWS/DynamoDB","WriteThrottleEvents","TableName","${OrdersTable}",{"stat":"Sum","label":"OrdersTable writes"}]"#,
            r#"["AWS/ApiGateway","4XXError","ApiName","shop","Stage","#,
            r#""${OrdersDlqAlarm.Arn}""#,
        ] {
            assert!(text.contains(expected), "no {expected} in {text}");
        }
        let widgets = body["widgets"].as_array().unwrap();
        let placed = widgets.iter().map(|it| (it["y"].as_i64().unwrap(), it["x"].as_i64().unwrap()));
        assert!(placed.is_sorted(), "row by row: {body:#}");
        assert_eq!(widgets.len(), 10);
    }

    #[test]
    fn a_stack_with_nothing_to_show_has_none() {
        let mut stack = Stack::new("shop", &Stage::default());
        assert!(dashboard(&mut stack).is_none());
    }
}
